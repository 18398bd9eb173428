//! LMTP: SMTP with another word of hello, `LHLO` (RFC 2033 §4.1).

use super::talk::Talk;
use super::{Plain, Protocol, Scheme, smtp};
use crate::facts::{Step, Trouble};

pub(super) const PROTOCOL: Protocol = Protocol {
    name: "LMTP",
    plain: Some(Plain { scheme: Scheme::new("lmtp", 24), greets, upgrade }),
    implicit: None,
    usual: false,
};

/// Only a server that says so can be told from SMTP.
fn greets(line: &[u8]) -> bool {
    smtp::greets(line) && line.windows(4).any(|word| word.eq_ignore_ascii_case(b"LMTP"))
}

fn upgrade(talk: &mut Talk<'_>) -> Result<(), Trouble> {
    smtp::upgrade_after(talk, "LHLO")
}

/// Whether a server speaks it that greeted as SMTP does, with this line: it has to turn `EHLO` down (RFC 2033 §4.1).
///
/// # Errors
/// The conversation ended.
pub(super) fn is_spoken(talk: &mut Talk<'_>, greeting: &[u8]) -> Result<bool, Trouble> {
    if greeting.get(3) == Some(&b'-') {
        talk.reply()?;
    }
    let mut takes = |hello: &'static str| {
        let line = format!("{hello} {}", talk.own_name());
        talk.command(Step::Capabilities(hello), &line)?;
        Ok(talk.reply()?.code == 250)
    };
    Ok(!takes("EHLO")? && takes("LHLO")?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Cause;
    use crate::probe::script::{ends, expect, open, send};

    #[test]
    fn says_lhlo() {
        let said = |word: &str| vec![send("220 lmtp\r\n"), expect("LHLO ["), send(&format!("250-a\r\n250 {word}\r\n"))];
        let mut acts = said("STARTTLS");
        acts.extend([expect("STARTTLS"), send("220 go\r\n")]);
        assert_eq!(open(&PROTOCOL, acts).ready, Ok(()));
        ends(&PROTOCOL, said("PIPELINING"), Step::Capabilities("LHLO"), Cause::NotOffered);
    }
}
