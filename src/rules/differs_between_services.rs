//! One host, several services, different certificates.

use super::{Check, Context, Hit, Placed, Rule, Source};
use crate::facts::Survey;

pub(super) const RULE: Rule = Rule {
    code: "differs-between-services",
    title: "the services of the host present different certificates",
    why: "Each service has a certificate of its own to be bound and renewed; one that was forgotten goes on with the old one. \
          The same certificate serves them all when people use one name for them.",
    fix: "Bind the same certificate to every service, and restart those that still present the old one.",
    source: Source::Vendor("KB Q251097", "https://support.microsoft.com/kb/251097"),
    fault: None,
    check: Check::Survey(check),
};

fn check(survey: &Survey, _: &Context<'_>) -> Vec<Placed> {
    // Leaves in the order of their first appearance, each with where it is presented.
    let mut leaves: Vec<(usize, Vec<usize>)> = Vec::new();
    for (index, endpoint) in survey.endpoints.iter().enumerate() {
        let Some(answer) = endpoint.main_answer() else { continue };
        match leaves.iter_mut().find(|(chain, _)| survey.same_leaf(*chain, answer.chain)) {
            Some((_, endpoints)) => endpoints.push(index),
            None => leaves.push((answer.chain, vec![index])),
        }
    }
    let services = |endpoints: &[usize]| -> Vec<&'static str> {
        let mut schemes: Vec<&str> = endpoints.iter().map(|index| survey.endpoints[*index].service.scheme).collect();
        schemes.dedup();
        schemes
    };
    let parted = leaves.windows(2).any(|pair| services(&pair[0].1) != services(&pair[1].1));
    if leaves.len() < 2 || !parted {
        return Vec::new();
    }
    let parts: Vec<String> = leaves
        .iter()
        .map(|(chain, endpoints)| format!("{} on {}", survey.named(*chain), services(endpoints).join(", ")))
        .collect();
    let mut endpoints: Vec<usize> = leaves.into_iter().flat_map(|(_, endpoints)| endpoints).collect();
    endpoints.sort_unstable();
    vec![Placed { hit: Hit::note(parts.join("; ")), endpoints }]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::{answers, survey};
    use crate::rules::endpoints::tests::{nothing, only};

    #[test]
    fn notes_which_service_presents_which() {
        let found = only(&RULE, &survey([answers("imaps", 0), answers("pop3s", 1), answers("smtps", 0)]));
        assert_eq!(found.hit.detail, "server0.contoso.com on imaps, smtps; server1.contoso.com on pop3s");
        assert_eq!(found.endpoints, [0, 1, 2]);
    }

    #[test]
    fn is_content_with_one_certificate_for_all() {
        nothing(&RULE, &survey([answers("imaps", 0), answers("pop3s", 0)]));
    }
}
