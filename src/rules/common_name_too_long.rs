//! The common name is longer than X.509 allows.

use super::{Check, Context, Hit, Remedy, Rule, Source};
use crate::facts::Identity;

pub(super) const RULE: Rule = Rule {
    code: "common-name-too-long",
    title: "the common name has more than 64 characters",
    why: "X.509 ends a common name at 64 characters (RFC 5280 ub-common-name). CAs refuse longer ones, and some \
          programs do not read such a certificate.",
    fix: "Leave the common name out: the long name belongs in the list of DNS names only.",
    source: Source::BaselineRequirements("7.1.4.2"),
    fault: None,
    check: Check::Identity(check),
};

const LONGEST: usize = 64;

fn check(identity: &Identity, ctx: &Context<'_>) -> Option<Hit> {
    let characters = |text: &[u8]| String::from_utf8_lossy(text).chars().count();
    let long = identity.subject.common_names().find(|text| {
        // No text has more characters than bytes.
        text.as_bytes().len() > LONGEST && characters(text.as_bytes()) > LONGEST
    })?;
    let detail = format!("{} characters: {long}", characters(long.as_bytes()));
    Some(Hit::new(ctx.authority.forbids_or_warns(), detail).remedy(Remedy::SetCommonName))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::{identity, subject};

    #[test]
    fn counts_characters_of_the_common_name() {
        for (length, hits) in [(65, true), (64, false)] {
            let long = Identity { subject: subject(&[&"a".repeat(length)]), ..identity([]) };
            assert_eq!(check(&long, &Context::public()).is_some(), hits, "{length}");
        }
    }

    #[test]
    fn counts_characters_not_bytes() {
        let wide = Identity { subject: subject(&[&"ü".repeat(64)]), ..identity([]) };
        assert_eq!(check(&wide, &Context::public()), None);
    }
}
