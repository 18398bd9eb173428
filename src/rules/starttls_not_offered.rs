//! A service in plain text that does not offer TLS.

use super::{Check, Hit, Rule, Source};
use crate::facts::{Cause, Endpoint, Survey, Trouble};

pub(super) const RULE: Rule = Rule {
    code: "starttls-not-offered",
    title: "the service does not offer TLS",
    why: "A client that is set to use TLS on this port gives up, and one that is not sends its password in the clear. Old \
          Microsoft servers do not offer it on connections from their own machine (KB Q260065).",
    fix: "Bind a certificate to this service and switch STARTTLS on, or close the port and use the one for TLS.",
    source: Source::Rfc(8314, "4.1"),
    fault: None,
    check: Check::Defeat(check),
};

fn check(trouble: &Trouble, _: &Endpoint, _: &Survey) -> Option<Hit> {
    (trouble.cause == Cause::NotOffered).then(|| Hit::warn(format!("TLS is not among the answers to {}", trouble.step)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Step;
    use crate::facts::fixture::{answers, fails, survey};
    use crate::rules::endpoints::tests::{nothing, only};

    #[test]
    fn warns_of_a_service_without_starttls() {
        let found = only(&RULE, &survey([fails("smtp", Step::Capabilities("EHLO"), Cause::NotOffered)]));
        assert_eq!(found.hit.detail, "TLS is not among the answers to EHLO");
    }

    #[test]
    fn is_content_with_one_that_has_it() {
        nothing(&RULE, &survey([answers("smtp", 0)]));
    }
}
