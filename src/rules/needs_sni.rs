//! What a service presents depends on whether the client says which server it wants.

use super::endpoints::each;
use super::{Check, Context, Hit, Placed, Rule, Source};
use crate::facts::{Answer, Cause, Endpoint, KeysOffered, Look, Sni, Step, Survey};

pub(super) const RULE: Rule = Rule {
    code: "needs-sni",
    title: "clients that do not name the server get something else",
    why: "A client names the server in its first message (SNI). Very old clients do not, and \
          a client that is set to an IP address has no name to send: these get what the service has for nobody in particular.",
    fix: "Make the certificate of the public name the service's default too.",
    source: Source::Rfc(6066, "3"),
    fault: None,
    check: Check::Survey(check),
};

fn check(survey: &Survey, _: &Context<'_>) -> Vec<Placed> {
    each(survey, |endpoint| {
        let named = answer(endpoint, |sni| matches!(sni, Sni::Target(_)))?.answer.as_ref().ok()?;
        match &answer(endpoint, |sni| *sni == Sni::Absent)?.answer {
            Ok(unnamed) if differs(survey, named, unnamed) && !is_named_too(survey, endpoint, unnamed) => {
                Some(Hit::warn(format!("without a server name it presents {}", survey.named(unnamed.chain))))
            }
            Ok(_) => None,
            // Before the handshake, no server knows whether it will be named.
            Err(trouble) if trouble.step != Step::Handshake || trouble.cause == Cause::Stopped => None,
            Err(trouble) => Some(Hit::warn(format!("without a server name: {}", trouble.cause))),
        }
    })
}

/// The best answer to a hello with such a server name that took every key: what a client would be shown.
fn answer(endpoint: &Endpoint, wanted: impl Fn(&Sni) -> bool) -> Option<&Look> {
    let looks = || endpoint.looks.iter().filter(|look| look.hello.keys == KeysOffered::Any && wanted(&look.hello.sni));
    looks().find(|look| look.answer.is_ok()).or_else(|| looks().next())
}

/// Clients that name the server get it too, with another version or for another kind of key.
fn is_named_too(survey: &Survey, endpoint: &Endpoint, unnamed: &Answer) -> bool {
    let to_named = endpoint.answers().filter(|(look, _)| matches!(look.hello.sni, Sni::Target(_)));
    to_named.map(|(_, answer)| answer.chain).any(|chain| survey.same_leaf(chain, unnamed.chain))
}

/// A server with an RSA and an EC certificate may choose the other one for an older client.
fn differs(survey: &Survey, named: &Answer, unnamed: &Answer) -> bool {
    if survey.same_leaf(named.chain, unnamed.chain) {
        return false;
    }
    let (Some(one), Some(other)) = (survey.leaf(named.chain), survey.leaf(unnamed.chain)) else { return true };
    one.identity.names.entries != other.identity.names.entries
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::TlsVersion;
    use crate::facts::fixture::{answers, answers_with, fails, survey};
    use crate::rules::endpoints::tests::{nothing, only};

    fn with_and_without(unnamed: Endpoint) -> Endpoint {
        let mut endpoint = answers("imaps", 0);
        for mut look in unnamed.looks {
            look.hello.sni = Sni::Absent;
            endpoint.looks.push(look);
        }
        endpoint
    }

    #[test]
    fn warns_when_another_certificate_is_presented() {
        let found = only(&RULE, &survey([with_and_without(answers("imaps", 1))]));
        assert_eq!(found.hit.detail, "without a server name it presents server1.contoso.com");
    }

    #[test]
    fn warns_when_nothing_is_presented() {
        let found = only(&RULE, &survey([with_and_without(fails("imaps", Step::Handshake, Cause::Alert(112)))]));
        assert_eq!(found.hit.detail, "without a server name: the server sent the alert unrecognized_name");
    }

    #[test]
    fn is_content_when_it_is_the_version_that_makes_the_difference() {
        let mut endpoint = with_and_without(answers_with("imaps", 1, TlsVersion::Tls12));
        endpoint.looks.extend(answers_with("imaps", 1, TlsVersion::Tls11).looks);
        nothing(&RULE, &survey([endpoint]));
    }

    #[test]
    fn is_content_when_both_are_the_same() {
        nothing(&RULE, &survey([with_and_without(answers("imaps", 0))]));
        nothing(&RULE, &survey([answers("imaps", 0)]));
    }

    #[test]
    fn does_not_blame_a_name_that_nobody_could_have_missed() {
        nothing(&RULE, &survey([with_and_without(fails("imaps", Step::Connect, Cause::Refused))]));
    }

    #[test]
    fn is_content_when_somebody_stopped_the_run() {
        nothing(&RULE, &survey([with_and_without(fails("imaps", Step::Handshake, Cause::Stopped))]));
    }
}
