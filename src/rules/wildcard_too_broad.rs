//! A wildcard for names that many strangers own.

use super::{Check, Context, Hit, Mend, Rule, Source};
use crate::facts::{GeneralName, Identity};

pub(super) const RULE: Rule = Rule {
    code: "wildcard-too-broad",
    title: "a wildcard covers names that many strangers own",
    why: "Nobody owns everything under com or co.uk, so no public CA signs a wildcard for it, and most clients want \
          at least two labels after the star.",
    fix: "Ask for the host names themselves, or for a wildcard under your own domain.",
    source: Source::BaselineRequirements("3.2.2.6"),
    fault: None,
    check: Check::Identity(check),
};

fn check(identity: &Identity, ctx: &Context<'_>) -> Option<Hit> {
    let level = ctx.authority.forbids_or_warns();
    Hit::in_names(&identity.names, level, |entry| is_too_broad(entry).then(|| (entry.to_string(), Mend::Drop)))
}

fn is_too_broad(entry: &GeneralName) -> bool {
    let Some(text) = entry.dns() else { return false };
    match text.as_bytes() {
        b"*" | b"*." => true,
        [b'*', b'.', rest @ ..] => !rest.contains(&b'.') || entry.name().is_some_and(|name| name.is_too_broad()),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::identity;

    #[test]
    fn reports_wildcards_under_public_suffixes() {
        for wildcard in ["*", "*.com", "*.co.uk", "*.local"] {
            assert!(check(&identity([wildcard]), &Context::plain()).is_some(), "{wildcard}");
        }
    }

    #[test]
    fn accepts_wildcards_under_a_domain() {
        for wildcard in ["*.contoso.com", "*.contoso.co.uk", "*.contoso.local", "*.github.io", "co.uk"] {
            assert_eq!(check(&identity([wildcard]), &Context::plain()), None, "{wildcard}");
        }
    }
}
