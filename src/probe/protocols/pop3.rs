//! POP3: `STLS` (RFC 2595 §4).

use super::talk::{Talk, begins, words};
use super::{Plain, Protocol, Scheme};
use crate::facts::{Cause, Step, Trouble};

pub(super) const PROTOCOL: Protocol = Protocol {
    name: "POP3",
    plain: Some(Plain { scheme: Scheme::also("pop3", "pop", 110), greets, upgrade }),
    implicit: Some(Scheme::also("pop3s", "pops", 995)),
    usual: true,
};

fn greets(line: &[u8]) -> bool {
    begins(line, "+OK") || begins(line, "-ERR")
}

fn upgrade(talk: &mut Talk<'_>) -> Result<(), Trouble> {
    let greeting = talk.line()?;
    if begins(&greeting, "-ERR") {
        return talk.denied(&greeting);
    }
    if !greets(&greeting) {
        return talk.not_this_protocol(&greeting);
    }
    talk.command(Step::Capabilities("CAPA"), "CAPA")?;
    // Servers that do not know CAPA (RFC 2449) may know STLS all the same.
    if begins(&talk.line()?, "+OK") {
        let listed = talk.lines_to_dot()?;
        let stls = |line: &Vec<u8>| words(line).next().is_some_and(|word| word.eq_ignore_ascii_case(b"STLS"));
        if !listed.iter().any(stls) {
            return talk.fail(Cause::NotOffered);
        }
    }
    talk.command(Step::Upgrade("STLS"), "STLS")?;
    let answer = talk.line()?;
    if begins(&answer, "+OK") { Ok(()) } else { talk.denied(&answer) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::script::{ends, expect, open, send};

    #[test]
    fn asks_for_tls_where_it_is_listed() {
        let listed = send("+OK\r\nUSER\r\nstls\r\n.\r\n");
        let acts = vec![send("+OK <1@host>\r\n"), expect("CAPA"), listed, expect("STLS"), send("+OK begin\r\n")];
        assert_eq!(open(&PROTOCOL, acts).ready, Ok(()));
    }

    #[test]
    fn tries_where_the_server_knows_no_capabilities() {
        let acts = vec![send("+OK\r\n"), expect("CAPA"), send("-ERR what\r\n"), expect("STLS"), send("+OK\r\n")];
        assert_eq!(open(&PROTOCOL, acts).ready, Ok(()));
    }

    #[test]
    fn says_why_not() {
        let denied = |line: &str| Cause::Denied(line.into());
        ends(&PROTOCOL, vec![send("-ERR busy\r\n")], Step::Greeting, denied("-ERR busy"));
        let other = Cause::NotThisProtocol("220 smtp".into());
        ends(&PROTOCOL, vec![send("220 smtp\r\n")], Step::Greeting, other);
        let listed = |said: &str| vec![send("+OK\r\n"), expect("CAPA"), send(said)];
        let acts = listed("+OK\r\nUSER\r\nXSTLS STLS\r\n.\r\n");
        ends(&PROTOCOL, acts, Step::Capabilities("CAPA"), Cause::NotOffered);
        let mut acts = listed("+OK\r\nSTLS\r\n.\r\n");
        acts.extend([expect("STLS"), send("-ERR no certificate\r\n")]);
        ends(&PROTOCOL, acts, Step::Upgrade("STLS"), denied("-ERR no certificate"));
    }
}
