//! The same name twice.

use std::collections::HashSet;

use foldhash::fast::RandomState;

use super::{Check, Context, Hit, Level, Mend, Rule, Source};
use crate::facts::{AnyCase, GeneralName, Identity};

pub(super) const RULE: Rule = Rule {
    code: "duplicate-name",
    title: "a name is listed twice",
    why: "The second mention does nothing. It makes the certificate larger, counts against the CA's limit of names \
          and often hides a name that was meant and mistyped.",
    fix: "Ask for a certificate that lists each name once.",
    source: Source::Rfc(5280, "4.2.1.6"),
    fault: None,
    check: Check::Identity(check),
};

/// Up to this many entries each is compared with each, which needs no memory.
const FEW: usize = 24;

fn check(identity: &Identity, _: &Context<'_>) -> Option<Hit> {
    let entries = &identity.names.entries;
    if entries.len() <= FEW && !entries.iter().enumerate().any(|(at, entry)| holds(&entries[..at], entry)) {
        return None;
    }
    let mut seen = HashSet::with_capacity_and_hasher(entries.len(), RandomState::default());
    Hit::in_names(&identity.names, Level::Note, |entry| {
        let is_known = is_compared(entry) && !seen.insert(AnyCase(entry));
        is_known.then(|| (entry.to_string(), Mend::Drop))
    })
}

/// Only what clients compare with the name of a server.
const fn is_compared(entry: &GeneralName) -> bool {
    matches!(entry, GeneralName::Dns(_) | GeneralName::Address(_))
}

fn holds(earlier: &[GeneralName], entry: &GeneralName) -> bool {
    is_compared(entry) && earlier.iter().any(|other| entry.is_same(other))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::{general_name, identity};
    use crate::rules::Remedy;

    #[test]
    fn drops_the_later_of_two_equal_names() {
        let hit = check(&identity(["a.contoso.com", "b.contoso.com", "A.contoso.com"]), &Context::plain()).unwrap();
        assert_eq!(hit.remedy, Remedy::MendNames(vec![(2, Mend::Drop)]));
    }

    #[test]
    fn finds_it_among_many_too() {
        let mut many = identity([]);
        many.names.entries = (0..5000).map(|number| general_name(&format!("h{number}.contoso.com"))).collect();
        assert_eq!(check(&many, &Context::plain()), None);
        many.names.entries.push(general_name("H7.contoso.com"));
        assert_eq!(check(&many, &Context::plain()).unwrap().remedy, Remedy::MendNames(vec![(5000, Mend::Drop)]));
    }

    #[test]
    fn accepts_names_that_differ() {
        assert_eq!(check(&identity(["a.contoso.com", "*.contoso.com", "8.8.8.8"]), &Context::plain()), None);
    }
}
