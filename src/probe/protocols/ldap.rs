//! LDAP: the StartTLS extended operation (RFC 4511 §4.14). The server says nothing before it is asked.

use super::talk::Talk;
use super::{Plain, Protocol, Scheme};
use crate::facts::tlv::{self, Element, INTEGER, OCTET_STRING};
use crate::facts::{Step, Trouble};

pub(super) const PROTOCOL: Protocol = Protocol {
    name: "LDAP",
    plain: Some(Plain { scheme: Scheme::new("ldap", 389), greets: |_| false, upgrade }),
    implicit: Some(Scheme::new("ldaps", 636)),
    usual: false,
};

const START_TLS: &[u8] = b"1.3.6.1.4.1.1466.20037";

const ENUMERATED: u8 = 0x0a;
/// [APPLICATION 23], and in it [0].
const EXTENDED_REQUEST: u8 = 0x77;
const REQUEST_NAME: u8 = 0x80;
/// [APPLICATION 24]
const EXTENDED_RESPONSE: u8 = 0x78;

fn upgrade(talk: &mut Talk<'_>) -> Result<(), Trouble> {
    let operation = tlv::element(EXTENDED_REQUEST, &tlv::element(REQUEST_NAME, START_TLS));
    let message = [tlv::element(INTEGER, &[1]), operation].concat();
    talk.send(Step::Upgrade("StartTLS"), &tlv::element(tlv::SEQUENCE, &message))?;
    let message = message_of(talk)?;
    match result(&message) {
        Some((1, 0, _)) => Ok(()),
        Some((_, code, [])) => talk.denied(name(code).as_bytes()),
        Some((_, code, words)) => talk.denied(&[name(code).as_bytes(), b": ", words].concat()),
        None => talk.not_this_protocol(&message),
    }
}

/// One LDAPMessage with its tag and length. Not a byte more is read: what follows is TLS, or was injected.
fn message_of(talk: &mut Talk<'_>) -> Result<Vec<u8>, Trouble> {
    let mut message = talk.bytes(2)?;
    if message[0] != tlv::SEQUENCE {
        return talk.not_this_protocol(&[&message, talk.unread()].concat());
    }
    let length = match usize::from(message[1]) {
        short @ 0..=0x7f => short,
        // Active Directory writes each length in five octets.
        0x81..=0x84 => {
            let octets = talk.bytes(usize::from(message[1] & 0x7f))?;
            message.extend(&octets);
            octets.iter().fold(0, |sum, octet| sum << 8 | usize::from(*octet))
        }
        _ => return talk.not_this_protocol(&message),
    };
    message.extend(talk.bytes(length)?);
    Ok(message)
}

/// The message's number, the result code and what the server says to it.
fn result(message: &[u8]) -> Option<(u8, u8, &[u8])> {
    let (message, _) = tlv::first(message)?;
    let parts = tlv::children(message.content)?;
    let [Element { tag: INTEGER, content: [number], .. }, Element { tag: EXTENDED_RESPONSE, content, .. }, ..] =
        parts[..]
    else {
        return None;
    };
    let parts = tlv::children(content)?;
    let [
        Element { tag: ENUMERATED, content: [code], .. },
        Element { tag: OCTET_STRING, .. },
        Element { tag: OCTET_STRING, content: words, .. },
        ..,
    ] = parts[..]
    else {
        return None;
    };
    Some((*number, *code, words))
}

/// The codes that are likely here (RFC 4511 §4.1.9, §4.14.1).
fn name(code: u8) -> String {
    let name = match code {
        0 => "success",
        1 => "operationsError",
        2 => "protocolError",
        8 => "strongerAuthRequired",
        10 => "referral",
        13 => "confidentialityRequired",
        50 => "insufficientAccessRights",
        51 => "busy",
        52 => "unavailable",
        53 => "unwillingToPerform",
        80 => "other",
        _ => return format!("result code {code}"),
    };
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Cause;
    use crate::probe::script::{Act, ends, open};

    const STEP: Step = Step::Upgrade("StartTLS");

    /// The request as OpenLDAP sends it.
    fn request() -> Act {
        Act::ExpectBytes([b"\x30\x1d\x02\x01\x01\x77\x18\x80\x16", START_TLS].concat())
    }

    fn answers(answer: &[u8]) -> Vec<Act> {
        vec![request(), Act::Send(answer.to_vec())]
    }

    #[test]
    fn asks_for_tls() {
        for answer in [
            b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00".as_slice(),
            b"\x30\x84\0\0\0\x10\x02\x01\x01\x78\x84\0\0\0\x07\x0a\x01\x00\x04\x00\x04\x00",
        ] {
            let opened = open(&PROTOCOL, answers(answer));
            assert_eq!((opened.ready, opened.greeting, opened.injected), (Ok(()), None, None));
        }
    }

    #[test]
    fn shows_the_code_and_the_words_of_a_refusal() {
        let answer = b"\x30\x0f\x02\x01\x01\x78\x0a\x0a\x01\x02\x04\x00\x04\x03\x1bno";
        ends(&PROTOCOL, answers(answer), STEP, Cause::Denied("protocolError: \u{1b}no".into()));
        let answer = b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x63\x04\x00\x04\x00";
        ends(&PROTOCOL, answers(answer), STEP, Cause::Denied("result code 99".into()));
        // A notice of disconnection has the number 0 (RFC 4511 §4.4.1), and no success in it is an answer.
        let answer = b"\x30\x0c\x02\x01\x00\x78\x07\x0a\x01\x34\x04\x00\x04\x00";
        ends(&PROTOCOL, answers(answer), STEP, Cause::Denied("unavailable".into()));
    }

    #[test]
    fn refuses_what_is_not_ldap() {
        let other = |said: &[u8]| Cause::NotThisProtocol(crate::facts::Text::new(said));
        for said in [b"220 mx ready\r\n".as_slice(), b"\x30\x80\x02", b"\x30\x03\x02\x01\x01"] {
            let opened = open(&PROTOCOL, answers(said)).ready.unwrap_err();
            let Cause::NotThisProtocol(start) = opened.cause else { panic!("{opened:?}") };
            assert!(said.starts_with(start.as_bytes()), "{start}");
        }
        ends(&PROTOCOL, answers(b"\x30\x03\x02\x01\x01"), STEP, other(b"\x30\x03\x02\x01\x01"));
        let limit = crate::probe::STEP_LIMIT;
        ends(&PROTOCOL, answers(b"\x30\x84\xff\xff\xff\xff"), STEP, Cause::TooLong { limit });
    }
}
