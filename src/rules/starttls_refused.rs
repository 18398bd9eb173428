//! A service offers STARTTLS and then says no.

use super::{Check, Hit, Rule, Source};
use crate::facts::{Cause, Endpoint, Step, Survey, Trouble};

pub(super) const RULE: Rule = Rule {
    code: "starttls-refused",
    title: "the service refuses to begin TLS",
    why: "It answers the request for TLS with an error. Microsoft's SMTP service does so when it has no certificate: \
          \"554 Unable to initialize security subsystem\".",
    fix: "Bind a certificate to this service, let the service read its private key, and restart the service.",
    source: Source::Vendor("KB Q237327", "https://support.microsoft.com/kb/237327"),
    fault: None,
    check: Check::Defeat(check),
};

fn check(trouble: &Trouble, _: &Endpoint, _: &Survey) -> Option<Hit> {
    let Step::Upgrade(command) = trouble.step else { return None };
    match &trouble.cause {
        Cause::Denied(line) => Some(Hit::refuse(format!("{command} was answered with '{line}'"))),
        cause @ (Cause::Closed | Cause::Reset) => Some(Hit::refuse(format!("{cause} after {command}"))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::{answers, fails, survey};
    use crate::rules::endpoints::tests::{nothing, only};

    #[test]
    fn shows_the_answer_to_the_request_for_tls() {
        let line = Cause::Denied("554 Unable to initialize security subsystem".into());
        let found = only(&RULE, &survey([answers("imap", 0), fails("smtp", Step::Upgrade("STARTTLS"), line)]));
        assert_eq!(found.hit.detail, "STARTTLS was answered with '554 Unable to initialize security subsystem'");
        assert_eq!(found.endpoints, [1]);
    }

    #[test]
    fn leaves_what_came_before_and_after_to_others() {
        nothing(&RULE, &survey([fails("smtp", Step::Capabilities("EHLO"), Cause::NotOffered)]));
        nothing(&RULE, &survey([fails("smtp", Step::Handshake, Cause::Closed)]));
    }
}
