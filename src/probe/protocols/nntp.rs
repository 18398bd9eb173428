//! NNTP: `STARTTLS` (RFC 4642 §2.2).

use super::talk::{self, Talk, words};
use super::{Plain, Protocol, Scheme};
use crate::facts::{Cause, Step, Trouble};

pub(super) const PROTOCOL: Protocol = Protocol {
    name: "NNTP",
    plain: Some(Plain { scheme: Scheme::also("nntp", "news", 119), greets, upgrade }),
    implicit: Some(Scheme::also("nntps", "snews", 563)),
    usual: false,
};

/// The four that may come first (RFC 3977 §5.1.1).
fn greets(line: &[u8]) -> bool {
    matches!(talk::code(line), Some(200 | 201 | 400 | 502))
}

fn upgrade(talk: &mut Talk<'_>) -> Result<(), Trouble> {
    let greeting = talk.line()?;
    match talk::code(&greeting) {
        Some(200 | 201) => {}
        Some(400..600) => return talk.denied(&greeting),
        _ => return talk.not_this_protocol(&greeting),
    }
    let mut offer = capabilities(talk)?;
    if offer == Offer::AfterModeReader {
        talk.command(Step::Capabilities("MODE READER"), "MODE READER")?;
        talk.line()?;
        offer = capabilities(talk)?;
    }
    if matches!(offer, Offer::No | Offer::AfterModeReader) {
        return talk.fail(Cause::NotOffered);
    }
    talk.command(Step::Upgrade("STARTTLS"), "STARTTLS")?;
    let answer = talk.line()?;
    if talk::code(&answer) == Some(382) { Ok(()) } else { talk.denied(&answer) }
}

/// What the server says of STARTTLS.
#[derive(PartialEq, Eq)]
enum Offer {
    Yes,
    No,
    /// It is a server for other servers until it is told to serve readers (RFC 3977 §5.3).
    AfterModeReader,
    /// It knows no CAPABILITIES, which says nothing about STARTTLS.
    Unknown,
}

fn capabilities(talk: &mut Talk<'_>) -> Result<Offer, Trouble> {
    talk.command(Step::Capabilities("CAPABILITIES"), "CAPABILITIES")?;
    if talk::code(&talk.line()?) != Some(101) {
        return Ok(Offer::Unknown);
    }
    let listed = talk.lines_to_dot()?;
    let labels = || listed.iter().filter_map(|line| words(line).next());
    let lists = |wanted: &str| labels().any(|label| label.eq_ignore_ascii_case(wanted.as_bytes()));
    Ok(match (lists("STARTTLS"), lists("MODE-READER")) {
        (true, _) => Offer::Yes,
        (false, true) => Offer::AfterModeReader,
        (false, false) => Offer::No,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::script::{Act, ends, expect, open, send};

    fn after_capabilities(said: &str) -> Vec<Act> {
        vec![send("201 news.contoso.com\r\n"), expect("CAPABILITIES"), send(said)]
    }

    #[test]
    fn asks_for_tls_where_it_is_listed_or_nothing_is() {
        for listed in ["101 list\r\nVERSION 2\r\nSTARTTLS\r\n.\r\n", "500 what\r\n", "480 log in first\r\n"] {
            let mut acts = after_capabilities(listed);
            acts.extend([expect("STARTTLS"), send("382 go on\r\n")]);
            assert_eq!(open(&PROTOCOL, acts).ready, Ok(()), "{listed}");
        }
    }

    #[test]
    fn asks_a_server_for_servers_to_serve_readers() {
        let mut acts = after_capabilities("101 list\r\nIHAVE\r\nMODE-READER\r\n.\r\n");
        acts.extend([expect("MODE READER"), send("200 hello\r\n"), expect("CAPABILITIES")]);
        acts.extend([send("101 list\r\nSTARTTLS\r\n.\r\n"), expect("STARTTLS"), send("382 go on\r\n")]);
        assert_eq!(open(&PROTOCOL, acts).ready, Ok(()));
    }

    #[test]
    fn says_why_not() {
        let denied = |line: &str| Cause::Denied(line.into());
        ends(&PROTOCOL, vec![send("400 busy\r\n")], Step::Greeting, denied("400 busy"));
        let other = Cause::NotThisProtocol("220 smtp".into());
        ends(&PROTOCOL, vec![send("220 smtp\r\n")], Step::Greeting, other);
        let acts = after_capabilities("101 list\r\nREADER\r\nXSTARTTLS STARTTLS\r\n.\r\n");
        ends(&PROTOCOL, acts, Step::Capabilities("CAPABILITIES"), Cause::NotOffered);
        for line in ["502 no", "580 cannot"] {
            let mut acts = after_capabilities("500 what\r\n");
            acts.extend([expect("STARTTLS"), send(&format!("{line}\r\n"))]);
            ends(&PROTOCOL, acts, Step::Upgrade("STARTTLS"), denied(line));
        }
    }
}
