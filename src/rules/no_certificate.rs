//! A service takes the connection and then has no certificate for it (event 13002).

use super::{Check, Hit, Rule, Source};
use crate::facts::{Cause, Endpoint, Step, Survey, Trouble};

pub(super) const RULE: Rule = Rule {
    code: "no-certificate",
    title: "the service has no certificate",
    why: "It takes the connection, but TLS ends before a certificate is shown. Exchange then logs event 13002, \"An attempt \
          to connect an SSL client failed because the server does not have a valid certificate.\", and Outlook Express says \
          that the server has unexpectedly terminated the connection (0x800CCC0F).",
    fix: "Bind a certificate to this service (in Key Manager: Server Connection, Default) and restart the service.",
    source: Source::Vendor("KB Q251097", "https://support.microsoft.com/kb/251097"),
    fault: None,
    check: Check::Defeat(check),
};

/// The words of Exchange's event log (KB Q251097).
const EVENT: &str = "event 13002, \"An attempt to connect an SSL client failed because the server does not have a valid \
                     certificate.\"";

fn check(trouble: &Trouble, _: &Endpoint, _: &Survey) -> Option<Hit> {
    let ends = matches!(trouble.cause, Cause::Closed | Cause::Reset | Cause::Alert(_) | Cause::NoCertificate);
    let in_tls = trouble.step == Step::Handshake;
    // Some hang up before their greeting when they have no certificate. A connection that is reset was taken before.
    let at_once =
        matches!(trouble.step, Step::Connect | Step::Greeting) && matches!(trouble.cause, Cause::Closed | Cause::Reset);
    (ends && in_tls || at_once)
        .then(|| Hit::refuse(format!("{} during {}; Exchange would log {EVENT}", trouble.cause, trouble.step)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::{answers, fails, survey};
    use crate::rules::endpoints::tests::{nothing, only};

    #[test]
    fn finds_services_that_hang_up_where_a_certificate_is_due() {
        let silent = [fails("imaps", Step::Handshake, Cause::Closed), fails("pop3s", Step::Handshake, Cause::Closed)];
        let found = only(&RULE, &survey(silent));
        let words =
            "the server closed the connection during the TLS handshake; Exchange would log event 13002, \"An attempt";
        assert!(found.hit.detail.starts_with(words), "{}", found.hit.detail);
        assert_eq!(found.endpoints, [0, 1]);
    }

    #[test]
    fn keeps_out_of_other_troubles() {
        nothing(&RULE, &survey([fails("imaps", Step::Connect, Cause::Refused)]));
        nothing(&RULE, &survey([fails("imaps", Step::Handshake, Cause::TimedOut)]));
        nothing(&RULE, &survey([answers("imaps", 0)]));
    }
}
