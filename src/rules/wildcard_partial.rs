//! A star anywhere but as the whole first label.

use memchr::memchr;

use super::{Check, Context, Hit, Mend, Rule, Source};
use crate::facts::{GeneralName, Identity};

pub(super) const RULE: Rule = Rule {
    code: "wildcard-partial",
    title: "a star is not the whole first label",
    why: "Only a star that is the whole first label, as in *.contoso.com, is honoured by all clients that know wildcards. \
          Most clients pass over names such as w*.contoso.com or www.*.contoso.com, though OpenSSL takes the first and Java \
          both; public CAs sign neither.",
    fix: "List the host names themselves, or use one star as the whole first label.",
    source: Source::Rfc(9525, "6.3"),
    fault: None,
    check: Check::Identity(check),
};

fn check(identity: &Identity, ctx: &Context<'_>) -> Option<Hit> {
    let level = ctx.authority.forbids_or_warns();
    Hit::in_names(&identity.names, level, |entry| is_partial(entry).then(|| (entry.to_string(), Mend::Drop)))
}

fn is_partial(entry: &GeneralName) -> bool {
    let Some(text) = entry.dns() else { return false };
    let labels = text.as_bytes();
    labels != b"*" && memchr(b'*', labels.strip_prefix(b"*.").unwrap_or(labels)).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::identity;

    #[test]
    fn reports_stars_in_other_places() {
        for name in ["w*.contoso.com", "*w.contoso.com", "www.*.contoso.com", "*.*.contoso.com"] {
            assert!(check(&identity([name]), &Context::plain()).is_some(), "{name}");
        }
    }

    #[test]
    fn accepts_a_whole_first_label() {
        assert_eq!(check(&identity(["*.contoso.com", "www.contoso.com"]), &Context::plain()), None);
    }
}
