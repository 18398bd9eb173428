//! A service presents something in place of its certificate that is none.

use super::endpoints::each;
use super::{Check, Context, Hit, Placed, Rule, Source};
use crate::facts::Survey;

pub(super) const RULE: Rule = Rule {
    code: "certificate-unreadable",
    title: "what the service presents is not a certificate",
    why: "The first entry of the chain has to be the server's certificate in DER. No client goes on when it cannot be read.",
    fix: "Install the certificate again, from the file that the CA sent.",
    source: Source::Rfc(8446, "4.4.2"),
    fault: None,
    check: Check::Survey(check),
};

fn check(survey: &Survey, _: &Context<'_>) -> Vec<Placed> {
    each(survey, |endpoint| {
        let chains = endpoint.answers().map(|(_, answer)| &survey.chains[answer.chain]);
        let broken = chains.into_iter().find(|chain| chain.certificates.is_empty())?;
        Some(Hit::refuse(broken.ignored.first().cloned().unwrap_or_default()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::{answers, survey};
    use crate::rules::endpoints::tests::{nothing, only};

    #[test]
    fn refuses_what_cannot_be_read() {
        let mut survey = survey([answers("imaps", 1)]);
        survey.chains[1].certificates.clear();
        survey.chains[1].ignored.push("the certificate ends too early".to_owned());
        assert_eq!(only(&RULE, &survey).hit.detail, "the certificate ends too early");
    }

    #[test]
    fn is_content_with_a_certificate() {
        nothing(&RULE, &survey([answers("imaps", 0)]));
    }
}
