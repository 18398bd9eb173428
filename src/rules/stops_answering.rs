//! A service that answers at first and then no more, so that not all was seen that clients are shown.

use super::endpoints::each;
use super::{Check, Context, Hit, Placed, Rule, Source};
use crate::facts::{Cause, Endpoint, Survey, Trouble};

pub(super) const RULE: Rule = Rule {
    code: "stops-answering",
    title: "the service stopped answering before all was seen",
    why: "certfix makes some handshakes with each service: without a server name, with old versions of TLS, for both kinds of key. \
          This service answered the first of them and then no more. Many servers, and the firewalls in front of them, count \
          the connections of one address in a minute. What it shows to other clients is not known; what is said of them is marked \
          as inferred.",
    fix: "Look again after some minutes, at this service alone. Where it happens again, except the address that certfix \
          connects from: smtpd_client_event_limit_exceptions in Postfix, ignoreip in fail2ban.",
    source: Source::Vendor("Postfix postconf(5)", "https://www.postfix.org/postconf.5.html"),
    fault: None,
    check: Check::Survey(check),
};

fn check(survey: &Survey, _: &Context<'_>) -> Vec<Placed> {
    each(survey, |endpoint| {
        let Trouble { step, cause } = end(endpoint)?;
        let handshakes = match endpoint.answers().count() {
            1 => "one handshake".to_owned(),
            several => format!("{several} handshakes"),
        };
        Some(Hit::note(format!("after {handshakes}, during {step}: {cause}")))
    })
}

/// What ended the looks at a service that had answered before; none where nothing did but whoever runs certfix.
fn end(endpoint: &Endpoint) -> Option<&Trouble> {
    endpoint.main_answer()?;
    let last = endpoint.looks.last()?.answer.as_ref().err()?;
    (!last.may_answer_another() && last.cause != Cause::Stopped).then_some(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Step;
    use crate::facts::fixture::{answers, fails, survey};
    use crate::rules::endpoints::tests::{nothing, only};

    /// A service that answers once, and then so.
    fn then(step: Step, cause: Cause) -> Survey {
        let mut endpoint = answers("smtp", 0);
        endpoint.looks.extend(fails("smtp", step, cause).looks);
        survey([endpoint])
    }

    #[test]
    fn notes_what_was_said_in_place_of_another_handshake() {
        let found = only(&RULE, &then(Step::Greeting, Cause::Denied("421 4.7.0 Error: too many connections".into())));
        let said = "the server answered '421 4.7.0 Error: too many connections'";
        assert_eq!(found.hit.detail, format!("after one handshake, during the greeting: {said}"));
        let found = only(&RULE, &then(Step::Handshake, Cause::TimedOut));
        assert_eq!(found.hit.detail, "after one handshake, during the TLS handshake: timed out");
    }

    #[test]
    fn leaves_a_handshake_that_is_turned_down_to_others() {
        nothing(&RULE, &then(Step::Handshake, Cause::Alert(70)));
        nothing(&RULE, &then(Step::Handshake, Cause::Closed));
    }

    #[test]
    fn leaves_a_service_that_never_answered_to_others() {
        nothing(&RULE, &survey([fails("smtp", Step::Greeting, Cause::TimedOut)]));
    }

    #[test]
    fn is_content_when_somebody_stopped_the_run() {
        nothing(&RULE, &then(Step::Connect, Cause::Stopped));
    }
}
