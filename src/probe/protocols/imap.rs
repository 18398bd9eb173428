//! IMAP: `STARTTLS` (RFC 9051 §6.2.1, RFC 2595 §3).

use super::talk::{Talk, begins, words};
use super::{Plain, Protocol, Scheme};
use crate::facts::{Cause, Step, Trouble};

pub(super) const PROTOCOL: Protocol = Protocol {
    name: "IMAP",
    plain: Some(Plain { scheme: Scheme::new("imap", 143), greets, upgrade }),
    implicit: Some(Scheme::new("imaps", 993)),
    usual: true,
};

fn greets(line: &[u8]) -> bool {
    ["* OK", "* PREAUTH", "* BYE"].iter().any(|start| begins(line, start))
}

fn upgrade(talk: &mut Talk<'_>) -> Result<(), Trouble> {
    let greeting = talk.line()?;
    if !greets(&greeting) {
        return talk.not_this_protocol(&greeting);
    }
    if begins(&greeting, "* BYE") {
        return talk.denied(&greeting);
    }
    // After a log-in it is too late for STARTTLS (RFC 9051 §11.3).
    if begins(&greeting, "* PREAUTH") {
        return talk.fail(Cause::NotOffered);
    }
    if !offers(code(&greeting)) {
        talk.command(Step::Capabilities("CAPABILITY"), "a1 CAPABILITY")?;
        let listed = listed(talk)?;
        if listed.is_some_and(|lines| !lines.iter().any(|line| offers(line))) {
            return talk.fail(Cause::NotOffered);
        }
    }
    talk.command(Step::Upgrade("STARTTLS"), "a2 STARTTLS")?;
    let (_, answer) = answer(talk, "a2 ")?;
    if begins(&answer, "a2 OK") { Ok(()) } else { talk.denied(&answer) }
}

/// The lists of capabilities. None: the server knows no such command, which says nothing about the next one.
fn listed(talk: &mut Talk<'_>) -> Result<Option<Vec<Vec<u8>>>, Trouble> {
    let (mut lines, answer) = answer(talk, "a1 ")?;
    lines.retain(|line| begins(line, "* CAPABILITY"));
    Ok((begins(&answer, "a1 OK") && !lines.is_empty()).then_some(lines))
}

/// What came before the line with this tag, and that line.
fn answer(talk: &mut Talk<'_>, tag: &str) -> Result<(Vec<Vec<u8>>, Vec<u8>), Trouble> {
    let mut before = Vec::new();
    loop {
        let line = talk.line()?;
        if begins(&line, tag) {
            return Ok((before, line));
        }
        if begins(&line, "* BYE") {
            return talk.denied(&line);
        }
        // The text of these is for people, and ends where the line ends.
        let is_text = ["* OK", "* NO", "* BAD"].iter().any(|start| begins(&line, start));
        before.push(if is_text { line } else { talk.with_literals(line)? });
    }
}

/// What stands in brackets; the text after them is for people.
fn code(greeting: &[u8]) -> &[u8] {
    let code = greeting.strip_prefix(b"* OK [").unwrap_or_default();
    &code[..code.iter().position(|byte| *byte == b']').unwrap_or_default()]
}

fn offers(line: &[u8]) -> bool {
    words(line).any(|word| word.eq_ignore_ascii_case(b"STARTTLS"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Text;
    use crate::probe::script::{ends, expect, open, send};

    #[test]
    fn asks_for_capabilities_where_the_greeting_has_none() {
        let acts = vec![
            send("* OK STARTTLS would be nice\r\n"),
            expect("a1 CAPABILITY"),
            send("* CAPABILITY IMAP4rev1 starttls LOGINDISABLED\r\na1 OK done\r\n"),
            expect("a2 STARTTLS"),
            send("* OK by the way\r\na2 ok go\r\n"),
        ];
        let opened = open(&PROTOCOL, acts);
        assert_eq!(opened.ready, Ok(()));
        assert_eq!(opened.greeting, Some(Text::from("* OK STARTTLS would be nice")));
        assert_eq!(opened.injected, None);
    }

    #[test]
    fn takes_the_greeting_at_its_word() {
        let greeting = send("* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n");
        assert_eq!(open(&PROTOCOL, vec![greeting, expect("a2 STARTTLS"), send("a2 OK\r\n")]).ready, Ok(()));
    }

    #[test]
    fn is_not_fooled_by_literals() {
        let acts = vec![
            send("* OK {9}\r\n"),
            expect("a1"),
            send("* NO text {3}\r\n* X {10}\r\na1 OK no\r\n {3}\r\nabc z\r\n* CAPABILITY STARTTLS\r\na1 OK\r\n"),
            expect("a2 STARTTLS"),
            send("* LIST {11}\r\na2 NO ha\r\n\r\n\r\na2 OK go\r\n"),
        ];
        assert_eq!(open(&PROTOCOL, acts).ready, Ok(()));
    }

    #[test]
    fn tries_where_the_server_knows_no_capabilities() {
        let acts = vec![send("* OK\r\n"), expect("a1"), send("a1 BAD what\r\n"), expect("a2"), send("a2 BAD no\r\n")];
        ends(&PROTOCOL, acts, Step::Upgrade("STARTTLS"), Cause::Denied("a2 BAD no".into()));
    }

    #[test]
    fn says_why_not() {
        let denied = |line: &str| Cause::Denied(line.into());
        for (said, cause) in [
            ("* PREAUTH welcome\r\n", Cause::NotOffered),
            ("* BYE too busy\r\n", denied("* BYE too busy")),
            ("+OK POP3\r\n", Cause::NotThisProtocol("+OK POP3".into())),
        ] {
            ends(&PROTOCOL, vec![send(said)], Step::Greeting, cause);
        }
        let listed = |said: &str| vec![send("* OK [CAPABILITY IMAP4] hi\r\n"), expect("a1"), send(said)];
        let step = Step::Capabilities("CAPABILITY");
        ends(&PROTOCOL, listed("* CAPABILITY IMAP4 XSTARTTLS\r\na1 OK\r\n"), step, Cause::NotOffered);
        ends(&PROTOCOL, listed("* BYE time is up\r\n"), step, denied("* BYE time is up"));
    }
}
