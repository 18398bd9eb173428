//! TLS handshakes that go just far enough to see a certificate.
//!
//! Promises: every chain is shown as it was sent, however broken; nothing is decided by it; what is read from the
//! server is bounded here in size, and by the stream in time; a stream serves one handshake.

pub mod legacy;
pub mod modern;
#[cfg(test)]
mod modern_tests;
mod proof;

use std::io::{ErrorKind, Read, Write};

use super::wire::cause;
use crate::facts::{Cause, Hello, Possession, Step, Text, TlsVersion, Trouble};

/// What a server showed in one handshake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The version that it chose.
    pub version: TlsVersion,
    /// Its certificates as sent, the leaf first; at least one. Each may be anything, down to no bytes at all.
    pub chain: Vec<Vec<u8>>,
    /// Whether it showed that it holds the leaf's private key.
    pub possession: Possession,
}

/// Bytes of a server that does not speak TLS that are kept.
const SHOWN: usize = 80;

/// Asks for a certificate with this hello: a modern handshake when it goes up to TLS 1.3, else an old one.
///
/// # Errors
/// Why there was no certificate. If [`wants_legacy`] says so, an older hello on a fresh connection may still see it.
pub fn shake(stream: &mut (impl Read + Write), hello: &Hello) -> Result<Seen, Trouble> {
    if hello.newest < TlsVersion::Tls13 { legacy::ask(stream, hello) } else { modern::ask(stream, hello) }
}

/// True when a modern handshake failed in a way that leaves hope for an old one on a fresh connection.
///
/// A server that shares no version or cipher suite with today's clients says so by an alert or just hangs up; and
/// rustls is stricter, and reads shorter chains, than the old handshake.
pub fn wants_legacy(trouble: &Trouble) -> bool {
    if trouble.step != Step::Handshake {
        return false;
    }
    match &trouble.cause {
        // unexpected_message, handshake_failure, illegal_parameter, decode_error, protocol_version,
        // insufficient_security, internal_error
        Cause::Alert(number) => matches!(number, 10 | 40 | 47 | 50 | 70 | 71 | 80),
        Cause::Closed | Cause::Reset | Cause::Malformed(_) => true,
        Cause::TooLong { limit } => *limit == modern::MESSAGE_LIMIT,
        Cause::Refused
        | Cause::TimedOut
        | Cause::Io(_)
        | Cause::Denied(_)
        | Cause::NotOffered
        | Cause::NotThisProtocol(_)
        | Cause::NotTls(_)
        | Cause::NoCertificate
        | Cause::Stopped => false,
    }
}

/// Adds what has come to `bytes`, a few KiB at most, and says how much it was.
fn receive(stream: &mut impl Read, bytes: &mut Vec<u8>) -> Result<usize, Cause> {
    let mut chunk = [0; 4096];
    loop {
        match stream.read(&mut chunk) {
            Ok(0) => return Err(Cause::Closed),
            Ok(length) => {
                bytes.extend_from_slice(&chunk[..length]);
                return Ok(length);
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(cause(&error)),
        }
    }
}

/// The first bytes of the server, at least a record's header.
///
/// # Errors
/// That they are not TLS, and those of the stream.
fn opening(stream: &mut impl Read) -> Result<Vec<u8>, Cause> {
    let mut bytes = Vec::new();
    while bytes.len() < legacy::HEADER {
        receive(stream, &mut bytes)?;
        if !begins_like_tls(&bytes) {
            bytes.truncate(SHOWN);
            return Err(Cause::NotTls(Text::new(bytes)));
        }
    }
    Ok(bytes)
}

/// Whether a record of SSL 3.0 to TLS 1.3 can begin like this (RFC 8446 §5.1): its type, and a version.
fn begins_like_tls(bytes: &[u8]) -> bool {
    let kind = bytes.first().is_none_or(|kind| (20..=23).contains(kind));
    let major = bytes.get(1).is_none_or(|major| *major == 3);
    let minor = bytes.get(2).is_none_or(|minor| *minor <= 4);
    kind && major && minor
}

fn during_handshake(cause: Cause) -> Trouble {
    Trouble { step: Step::Handshake, cause }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_told_from_tls_by_its_first_bytes() {
        let greeting: Vec<u8> = b"220 mail.contoso.com ESMTP\r\n".repeat(9);
        let mut stream = &greeting[..];
        assert_eq!(opening(&mut stream), Err(Cause::NotTls(Text::new(&greeting[..SHOWN]))));
        let mut hang_up: &[u8] = &[];
        assert_eq!(opening(&mut hang_up), Err(Cause::Closed));
        let mut cut: &[u8] = &[22, 3, 3, 0];
        assert_eq!(opening(&mut cut), Err(Cause::Closed));
        let mut whole: &[u8] = &[21, 3, 1, 0, 2, 2, 40];
        assert_eq!(opening(&mut whole), Ok(vec![21, 3, 1, 0, 2, 2, 40]));
    }

    #[test]
    fn an_old_handshake_is_tried_only_where_it_may_help() {
        let wants = |cause| wants_legacy(&Trouble { step: Step::Handshake, cause });
        assert!(wants(Cause::Alert(70)) && wants(Cause::Reset) && wants(Cause::Malformed(String::new())));
        assert!(wants(Cause::TooLong { limit: modern::MESSAGE_LIMIT }));
        assert!(!wants(Cause::Alert(112)) && !wants(Cause::TimedOut) && !wants(Cause::TooLong { limit: 4096 }));
        assert!(!wants_legacy(&Trouble { step: Step::Greeting, cause: Cause::Closed }));
    }
}
