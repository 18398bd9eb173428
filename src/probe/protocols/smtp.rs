//! SMTP between servers: `STARTTLS` after `EHLO` (RFC 3207). Submission and LMTP do the same.

use super::talk::{self, Talk, words};
use super::{Plain, Protocol, Scheme};
use crate::facts::{Cause, Step, Trouble};

pub(super) const PROTOCOL: Protocol = Protocol {
    name: "SMTP",
    plain: Some(Plain { scheme: Scheme::new("smtp", 25), greets, upgrade }),
    implicit: Some(Scheme::new("smtps", 465)),
    usual: true,
};

/// The three that may come first (RFC 5321 §4.3.2).
pub(super) fn greets(line: &[u8]) -> bool {
    matches!(talk::code(line), Some(220 | 421 | 554))
}

pub(super) fn upgrade(talk: &mut Talk<'_>) -> Result<(), Trouble> {
    upgrade_after(talk, "EHLO")
}

/// The same after another word of hello.
pub(super) fn upgrade_after(talk: &mut Talk<'_>, hello: &'static str) -> Result<(), Trouble> {
    let greeting = talk.reply()?;
    match greeting.code {
        220 => {}
        400..600 => return talk.denied(&greeting.lines[0]),
        _ => return talk.not_this_protocol(&greeting.lines[0]),
    }
    let line = format!("{hello} {}", talk.own_name());
    talk.command(Step::Capabilities(hello), &line)?;
    let reply = talk.reply()?;
    match reply.code {
        250 => {}
        // A server that knows no extensions, so not this one (RFC 5321 §3.2).
        500 | 502 => return talk.fail(Cause::NotOffered),
        _ => return talk.denied(&reply.lines[0]),
    }
    // The first line names the server.
    if !reply.lines[1..].iter().any(|line| offers(&line[3..])) {
        return talk.fail(Cause::NotOffered);
    }
    talk.command(Step::Upgrade("STARTTLS"), "STARTTLS")?;
    let reply = talk.reply()?;
    // Microsoft's servers offer it without a certificate, and then answer 554 (KB Q237327).
    if reply.code == 220 { Ok(()) } else { talk.denied(&reply.lines[0]) }
}

/// After the number comes a hyphen or a space, then the keyword.
fn offers(extension: &[u8]) -> bool {
    let extension = extension.get(1..).unwrap_or_default();
    words(extension).next().is_some_and(|word| word.eq_ignore_ascii_case(b"STARTTLS"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::script::{Act, ends, expect, open, send};

    fn after_hello(said: &str) -> Vec<Act> {
        vec![send("220-mx.contoso.com\r\n220 ready\r\n"), expect("EHLO [127.0.0.1]"), send(said)]
    }

    #[test]
    fn asks_for_tls_where_it_is_offered() {
        let mut acts = after_hello("250-mx.contoso.com hello\r\n250-SIZE 1\r\n250 starttls\r\n");
        acts.extend([expect("STARTTLS"), send("220-well\r\n220 go ahead\r\n")]);
        let opened = open(&PROTOCOL, acts);
        assert_eq!(opened.ready, Ok(()));
        assert_eq!(opened.greeting, Some("220-mx.contoso.com".into()));
    }

    #[test]
    fn shows_what_old_microsoft_servers_answer_without_a_certificate() {
        let mut acts = after_hello("250-sbs Hello [127.0.0.1]\r\n250-TLS\r\n250 STARTTLS\r\n");
        acts.extend([expect("STARTTLS"), send("554 Unable to initialize security subsystem\r\n")]);
        let cause = Cause::Denied("554 Unable to initialize security subsystem".into());
        ends(&PROTOCOL, acts, Step::Upgrade("STARTTLS"), cause);
    }

    #[test]
    fn says_why_there_is_no_greeting() {
        let denied = |line: &str| Cause::Denied(line.into());
        for (said, cause) in [
            ("554-no\r\n554 service\r\n", denied("554-no")),
            ("421 busy\r\n", denied("421 busy")),
            ("200 news\r\n", Cause::NotThisProtocol("200 news".into())),
            ("* OK imap\r\n", Cause::NotThisProtocol("* OK imap".into())),
            ("220-a\r\nb\r\n", Cause::NotThisProtocol("b".into())),
            ("2200 a\r\n", Cause::NotThisProtocol("2200 a".into())),
        ] {
            ends(&PROTOCOL, vec![send(said)], Step::Greeting, cause);
        }
    }

    #[test]
    fn says_why_tls_is_not_asked_for() {
        let step = Step::Capabilities("EHLO");
        for said in ["250 STARTTLS\r\n", "250-a\r\n250 SIZE STARTTLS\r\n", "500 what\r\n", "502 no\r\n"] {
            ends(&PROTOCOL, after_hello(said), step, Cause::NotOffered);
        }
        ends(&PROTOCOL, after_hello("550 go away\r\n"), step, Cause::Denied("550 go away".into()));
    }
}
