//! ManageSieve: `STARTTLS` (RFC 5804 §2.2). The greeting is the list of capabilities.

use super::talk::{Talk, begins};
use super::{Plain, Protocol, Scheme};
use crate::facts::{Cause, Step, Trouble};

pub(super) const PROTOCOL: Protocol = Protocol {
    name: "ManageSieve",
    plain: Some(Plain { scheme: Scheme::also("sieve", "managesieve", 4190), greets, upgrade }),
    implicit: None,
    usual: true,
};

/// Capabilities come in any order (RFC 5804 §1.7).
fn greets(line: &[u8]) -> bool {
    let known = ["\"IMPLEMENTATION\"", "\"SIEVE\"", "\"SASL\"", "\"STARTTLS\"", "\"VERSION\""];
    known.iter().any(|capability| begins(line, capability))
}

fn upgrade(talk: &mut Talk<'_>) -> Result<(), Trouble> {
    let mut offered = false;
    loop {
        let line = talk.line()?;
        let line = talk.with_literals(line)?;
        if is_status(&line, "OK") {
            break;
        }
        if is_status(&line, "NO") || is_status(&line, "BYE") {
            return talk.denied(&line);
        }
        if !line.starts_with(b"\"") {
            return talk.not_this_protocol(&line);
        }
        offered |= begins(&line, "\"STARTTLS\"");
    }
    if !offered {
        return talk.fail(Cause::NotOffered);
    }
    talk.command(Step::Upgrade("STARTTLS"), "STARTTLS")?;
    let line = talk.line()?;
    let answer = talk.with_literals(line)?;
    if is_status(&answer, "OK") { Ok(()) } else { talk.denied(&answer) }
}

fn is_status(line: &[u8], status: &str) -> bool {
    begins(line, status) && line.get(status.len()).is_none_or(|byte| matches!(byte, b' ' | b'('))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::script::{ends, expect, open, send};

    #[test]
    fn asks_for_tls_where_it_is_offered() {
        let greeting = send("\"IMPLEMENTATION\" \"Pigeonhole\"\r\n\"SASL\" \"\"\r\n\"StartTLS\"\r\nOK \"ready\"\r\n");
        let opened = open(&PROTOCOL, vec![greeting, expect("STARTTLS"), send("OK \"begin\"\r\n")]);
        assert_eq!(opened.ready, Ok(()));
        assert_eq!(opened.greeting, Some("\"IMPLEMENTATION\" \"Pigeonhole\"".into()));
    }

    #[test]
    fn reads_literals() {
        let greeting =
            "\"IMPLEMENTATION\" {10}\r\nOK no\r\nNO \r\n{8}\r\nSTARTTLS\r\nOK (TAG {3+}\r\nabc) {2}\r\nhi\r\n";
        let acts = vec![send(greeting), expect("STARTTLS"), send("OK {4}\r\nNO\r\n\r\n")];
        assert_eq!(open(&PROTOCOL, acts).ready, Ok(()));
    }

    #[test]
    fn says_why_not() {
        let denied = |line: &str| Cause::Denied(line.into());
        for (said, cause) in [
            ("BYE \"busy\"\r\n", denied("BYE \"busy\"")),
            ("NO\r\n", denied("NO")),
            ("\"SIEVE\" \"STARTTLS\"\r\nOK\r\n", Cause::NotOffered),
            ("\"SIEVE\" \"a\"\r\nOKAY\r\n", Cause::NotThisProtocol("OKAY".into())),
            ("* OK imap\r\n", Cause::NotThisProtocol("* OK imap".into())),
        ] {
            ends(&PROTOCOL, vec![send(said)], Step::Greeting, cause);
        }
        let acts = vec![send("\"STARTTLS\"\r\nOK\r\n"), expect("STARTTLS"), send("NO \"broken\"\r\n")];
        ends(&PROTOCOL, acts, Step::Upgrade("STARTTLS"), denied("NO \"broken\""));
    }

    #[test]
    fn bounds_literals() {
        for count in ["70000", "99999999999999999999999"] {
            let acts = vec![send(&format!("\"SASL\" {{{count}}}\r\n"))];
            ends(&PROTOCOL, acts, Step::Greeting, Cause::TooLong { limit: crate::probe::STEP_LIMIT });
        }
    }
}
