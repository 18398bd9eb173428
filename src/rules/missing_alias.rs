//! The certificate lacks a name that leads to the same server.

use super::endpoints::each;
use super::{Check, Context, Hit, Placed, Rule, Source};
use crate::clients::{STANDARD, compare};
use crate::error::listed;
use crate::facts::{Name, Survey, Target};

pub(super) const RULE: Rule = Rule {
    code: "missing-alias",
    title: "the certificate lacks names that lead to this server",
    why: "Clients find the server by other names too: Outlook tries autodiscover.DOMAIN, Thunderbird autoconfig.DOMAIN, and \
          people guess mail., imap. and smtp. Whoever comes by a name that the certificate lacks is warned.",
    fix: "Add the names that people or programs use to the next certificate, or take them out of DNS; `certfix names DOMAIN` \
          says who uses which.",
    source: Source::Rfc(7817, "5"),
    fault: None,
    check: Check::Survey(check),
};

fn check(survey: &Survey, _: &Context<'_>) -> Vec<Placed> {
    each(survey, |endpoint| {
        let leaf = survey.leaf(endpoint.main_answer()?.chain)?;
        let here = survey.guesses.iter().filter(|guess| guess.points_at(endpoint.address.ip()) == Some(true));
        let covers = |name: &Name| compare(&STANDARD.names, &leaf.identity, &Target::from(name)).matches;
        let lacking: Vec<&Name> = here.map(|guess| &guess.name).filter(|name| !covers(name)).collect();
        (!lacking.is_empty()).then(|| Hit::note(format!("not in it: {}", listed(lacking))))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::{answers, name, survey};
    use crate::facts::{Lookup, Resolved};

    fn found(guess: &str, address: &str) -> Option<String> {
        let mut survey = survey([answers("imaps", 0)]);
        let answer = Resolved::Addresses(vec![address.parse().unwrap()]);
        survey.guesses.push(Lookup { name: name(guess), aliases: Vec::new(), answer });
        check(&survey, &Context::plain()).into_iter().next().map(|placed| placed.hit.detail)
    }

    #[test]
    fn notes_a_name_that_leads_here_and_is_not_listed() {
        let detail = "not in it: autodiscover.contoso.com";
        assert_eq!(found("autodiscover.contoso.com", "192.0.2.5").as_deref(), Some(detail));
    }

    #[test]
    fn is_content_with_names_that_are_listed_or_lead_elsewhere() {
        assert_eq!(found("server0.contoso.com", "192.0.2.5"), None);
        assert_eq!(found("autodiscover.contoso.com", "192.0.2.99"), None);
    }
}
