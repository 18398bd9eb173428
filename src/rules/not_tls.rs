//! Something answers where TLS is due, and it is not TLS.

use super::{Check, Hit, Rule, Source};
use crate::facts::{Cause, Endpoint, Step, Survey, Trouble};

pub(super) const RULE: Rule = Rule {
    code: "not-tls",
    title: "the service does not speak TLS where it has to",
    why: "A TLS client hears something that is not TLS, and gives up. Often plain text is spoken on the port for TLS, or a \
          firewall answers in the server's place. In Outlook and Outlook Express the error 0x800CCC1A means this, or that the \
          connection failed; a wrong name in the certificate is another error (KB Q250926).",
    fix: "Switch TLS on for this port, or let clients use the port that belongs to the protocol.",
    source: Source::Rfc(8314, "3.3"),
    fault: None,
    check: Check::Defeat(check),
};

fn check(trouble: &Trouble, _: &Endpoint, _: &Survey) -> Option<Hit> {
    match (&trouble.cause, trouble.step) {
        (Cause::NotTls(start), _) => Some(Hit::refuse(format!("it answers '{start}'"))),
        (Cause::Malformed(what), Step::Handshake) => Some(Hit::refuse(what.clone())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::{answers, fails, survey};
    use crate::rules::endpoints::tests::{nothing, only};

    #[test]
    fn shows_what_was_said_in_place_of_tls() {
        let found = only(&RULE, &survey([fails("imaps", Step::Handshake, Cause::NotTls("* OK ready".into()))]));
        assert_eq!(found.hit.detail, "it answers '* OK ready'");
    }

    #[test]
    fn is_content_with_tls() {
        nothing(&RULE, &survey([answers("imaps", 0)]));
        nothing(&RULE, &survey([fails("imaps", Step::Handshake, Cause::Alert(40))]));
    }
}
