//! A name that people type, or that the certificate lists, is not in DNS.

use super::{Check, Context, Hit, Placed, Rule, Source};
use crate::error::listed;
use crate::facts::{Lookup, Name, Resolved, Survey};

pub(super) const RULE: Rule = Rule {
    code: "unknown-to-dns",
    title: "DNS has no address for a name",
    why: "A name that leads nowhere is of no use to clients. When it is the name that people type, they do not reach the \
          server at all; when the certificate lists it, it is a leftover or a typing error.",
    fix: "Add the name to DNS, or leave it out of the next certificate.",
    source: Source::Vendor("KB Q198564", "https://support.microsoft.com/kb/198564"),
    fault: None,
    check: Check::Survey(check),
};

fn check(survey: &Survey, ctx: &Context<'_>) -> Vec<Placed> {
    let missing = survey.lookups.iter().filter(|lookup| is_missing(lookup));
    let typed = ctx.target.and_then(|target| target.name());
    let (asked, listed_too): (Vec<&Lookup>, Vec<&Lookup>) = missing.partition(|lookup| Some(&lookup.name) == typed);
    let all = || survey.answering().collect();
    let mut placed = Vec::new();
    for lookup in asked {
        let hit = Hit::warn(format!("people are to use {}: {}", lookup.name, lookup.answer));
        placed.push(Placed { hit, endpoints: all() });
    }
    if !listed_too.is_empty() {
        let names: Vec<&Name> = listed_too.iter().map(|lookup| &lookup.name).collect();
        let hit = Hit::note(format!("the certificate lists {}", listed(names)));
        placed.push(Placed { hit, endpoints: all() });
    }
    placed
}

/// DNS was asked and has nothing.
fn is_missing(lookup: &Lookup) -> bool {
    matches!(lookup.answer, Resolved::Unknown | Resolved::NoAddress)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::{answers, name, survey, target};
    use crate::rules::Level;

    fn found(answer: Resolved, asked: &str) -> Option<(Level, String)> {
        let mut survey = survey([answers("imaps", 0)]);
        survey.lookups.push(Lookup { name: name("mail.contoso.com"), aliases: Vec::new(), answer });
        let target = target(asked);
        let found = check(&survey, &Context { target: Some(&target), ..Context::plain() });
        found.into_iter().next().map(|placed| (placed.hit.level, placed.hit.detail))
    }

    #[test]
    fn warns_when_people_are_to_use_the_name() {
        let detail = "people are to use mail.contoso.com: DNS does not know it";
        assert_eq!(found(Resolved::Unknown, "mail.contoso.com"), Some((Level::Warning, detail.to_owned())));
    }

    #[test]
    fn notes_a_leftover_in_the_certificate() {
        let detail = "the certificate lists mail.contoso.com";
        assert_eq!(found(Resolved::NoAddress, "remote.contoso.com"), Some((Level::Note, detail.to_owned())));
    }

    #[test]
    fn says_nothing_when_dns_could_not_be_asked() {
        assert_eq!(found(Resolved::Failed("timed out".to_owned()), "mail.contoso.com"), None);
    }
}
