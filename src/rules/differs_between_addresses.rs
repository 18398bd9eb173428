//! One service, several addresses, different certificates.

use super::endpoints::each;
use super::{Check, Context, Hit, Placed, Rule, Source};
use crate::facts::{Endpoint, Survey};

pub(super) const RULE: Rule = Rule {
    code: "differs-between-addresses",
    title: "the addresses of the server present different certificates",
    why: "A client takes any of the addresses that DNS has for the name, so the same client is content one day and complains \
          the next. In Key Manager a key is bound to one address or to Default, which is all of them.",
    fix: "Bind the same certificate on every address (in Key Manager: Server Connection, Default).",
    source: Source::Vendor("KB Q251097", "https://support.microsoft.com/kb/251097"),
    fault: None,
    check: Check::Survey(check),
};

fn check(survey: &Survey, _: &Context<'_>) -> Vec<Placed> {
    each(survey, |endpoint| {
        let mine = endpoint.main_answer()?;
        let other = others(survey, endpoint)
            .find(|other| other.main_answer().is_some_and(|answer| !survey.same_leaf(mine.chain, answer.chain)))?;
        let theirs = other.main_answer()?;
        // Told once for each service, by the address that comes first of those that answer.
        let answers = |first: &&Endpoint| first.service == endpoint.service && first.main_answer().is_some();
        let first = survey.endpoints.iter().find(answers)?;
        (first.address == endpoint.address).then(|| {
            let (here, there) = (endpoint.address.ip(), other.address.ip());
            let (mine, theirs) = (survey.named(mine.chain), survey.named(theirs.chain));
            Hit::warn(format!("{here} presents {mine}, {there} presents {theirs}"))
        })
    })
}

fn others<'a>(survey: &'a Survey, endpoint: &'a Endpoint) -> impl Iterator<Item = &'a Endpoint> {
    survey.endpoints.iter().filter(|other| other.service == endpoint.service && other.address != endpoint.address)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::{answers, survey};
    use crate::rules::endpoints::tests::{nothing, only};

    fn at(address: &str, chain: usize) -> Endpoint {
        Endpoint { address: address.parse().unwrap(), ..answers("imaps", chain) }
    }

    #[test]
    fn warns_once_when_two_addresses_differ() {
        let found = only(&RULE, &survey([at("192.0.2.1:993", 0), at("192.0.2.2:993", 1)]));
        let both = "192.0.2.1 presents server0.contoso.com, 192.0.2.2 presents server1.contoso.com";
        assert_eq!((&*found.hit.detail, found.endpoints), (both, vec![0]));
    }

    #[test]
    fn warns_beside_an_address_that_does_not_answer() {
        let silent = Endpoint { looks: Vec::new(), ..at("192.0.2.1:993", 0) };
        let found = only(&RULE, &survey([silent, at("192.0.2.2:993", 0), at("192.0.2.3:993", 1)]));
        assert_eq!(found.endpoints, vec![1]);
    }

    #[test]
    fn is_content_when_they_agree() {
        nothing(&RULE, &survey([at("192.0.2.1:993", 0), at("192.0.2.2:993", 0)]));
    }
}
