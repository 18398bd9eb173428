//! A server that did not show that it holds the private key of its certificate.

use super::endpoints::each;
use super::{Check, Context, Hit, Placed, Rule, Source};
use crate::facts::{Possession, Survey};

pub(super) const RULE: Rule = Rule {
    code: "key-not-proved",
    title: "the server did not prove that the private key is its own",
    why: "In a handshake the server signs with the private key of its certificate. A signature that does not fit means that \
          certificate and key were mixed up, and every client refuses. With old versions certfix leaves before the proof.",
    fix: "Where the signature does not fit, configure the key and the certificate that belong together and restart the \
          service.",
    source: Source::Rfc(8446, "4.4.3"),
    fault: None,
    check: Check::Survey(check),
};

fn check(survey: &Survey, _: &Context<'_>) -> Vec<Placed> {
    each(survey, |endpoint| {
        let possessions = || endpoint.answers().map(|(_, answer)| &answer.possession);
        if possessions().any(|possession| *possession == Possession::Failed) {
            return Some(Hit::refuse("the signature of the handshake is not by the certificate's key".to_owned()));
        }
        if possessions().any(|possession| *possession == Possession::Proved) {
            return None;
        }
        let reason = possessions().find_map(|possession| match possession {
            Possession::NotChecked(reason) => Some(*reason),
            _ => None,
        });
        possessions().next()?;
        let reason = reason.unwrap_or("the handshake was left before the proof, as with old versions of TLS");
        Some(Hit::note(format!("not checked: {reason}")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Endpoint;
    use crate::facts::fixture::{answers, survey};
    use crate::rules::Level;
    use crate::rules::endpoints::tests::{nothing, only};

    fn shows(possession: Possession) -> Endpoint {
        let mut endpoint = answers("imaps", 0);
        if let Ok(answer) = &mut endpoint.looks[0].answer {
            answer.possession = possession;
        }
        endpoint
    }

    #[test]
    fn refuses_a_signature_by_another_key() {
        assert_eq!(only(&RULE, &survey([shows(Possession::Failed)])).hit.level, Level::Refused);
    }

    #[test]
    fn says_when_nothing_was_proved() {
        let found = only(&RULE, &survey([shows(Possession::NotAsked)]));
        assert_eq!(found.hit.level, Level::Note);
        let found = only(&RULE, &survey([shows(Possession::NotChecked("the key is too short"))]));
        assert_eq!(found.hit.detail, "not checked: the key is too short");
    }

    #[test]
    fn is_content_with_one_proof() {
        let mut endpoint = shows(Possession::Proved);
        endpoint.looks.extend(shows(Possession::NotAsked).looks);
        nothing(&RULE, &survey([endpoint]));
    }
}
