//! DNS sends people who use the name to another server than the one looked at.

use super::{Check, Context, Hit, Placed, Rule, Source};
use crate::facts::{Lookup, Resolved, Survey};

pub(super) const RULE: Rule = Rule {
    code: "points-elsewhere",
    title: "DNS sends people who use this name to another server",
    why: "The name in the client, the name in DNS and the name in the certificate have to belong to one server. Whoever uses \
          this name does not reach the server that was looked at, so that its certificate does not matter to them.",
    fix: "Correct the address of the name in DNS, or look at the server that it leads to.",
    source: Source::Vendor("KB Q198564", "https://support.microsoft.com/kb/198564"),
    fault: None,
    check: Check::Survey(check),
};

fn check(survey: &Survey, ctx: &Context<'_>) -> Vec<Placed> {
    let Some(name) = ctx.target.and_then(|target| target.name()) else { return Vec::new() };
    let Some(lookup) = survey.lookups.iter().find(|lookup| lookup.name == *name) else { return Vec::new() };
    let elsewhere = |index: &usize| lookup.points_at(survey.endpoints[*index].address.ip()) == Some(false);
    let endpoints: Vec<usize> = survey.answering().filter(elsewhere).collect();
    match (&lookup.answer, endpoints.is_empty()) {
        (Resolved::Addresses(_), false) => vec![Placed { hit: Hit::warn(detail(lookup)), endpoints }],
        _ => Vec::new(),
    }
}

/// `remote.contoso.com leads to 192.0.2.99`, with the aliases on the way.
fn detail(lookup: &Lookup) -> String {
    let way: String = lookup.aliases.iter().map(|alias| format!("{alias}, ")).collect();
    format!("{} leads to {way}{}", lookup.name, lookup.answer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::{answers, name, survey, target};

    fn found(address: &str) -> Vec<Placed> {
        let mut survey = survey([answers("imaps", 0)]);
        let answer = Resolved::Addresses(vec![address.parse().unwrap()]);
        survey.lookups.push(Lookup { name: name("mail.contoso.com"), aliases: Vec::new(), answer });
        let target = target("mail.contoso.com");
        check(&survey, &Context { target: Some(&target), ..Context::plain() })
    }

    #[test]
    fn warns_when_the_name_leads_to_another_server() {
        assert_eq!(found("192.0.2.99")[0].hit.detail, "mail.contoso.com leads to 192.0.2.99");
    }

    #[test]
    fn is_content_when_it_leads_here() {
        assert_eq!(found("192.0.2.5"), []);
        let nothing = check(&survey([answers("imaps", 0)]), &Context::plain());
        assert_eq!(nothing.first(), None);
    }
}
