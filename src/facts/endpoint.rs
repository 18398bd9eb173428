//! What one service on one address handed out, handshake by handshake.

use std::fmt;
use std::net::SocketAddr;

use super::{Name, Service, Text};

/// A service on one address, as it was seen.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// The service that was asked for.
    pub service: Service,
    /// Where the connections went.
    pub address: SocketAddr,
    /// The first line that the server spoke in plain text.
    pub greeting: Option<Text>,
    /// What came in plain text after the reply that said TLS may begin (CVE-2011-0411).
    pub injected: Option<Text>,
    /// The handshakes that were tried, in that order. The first is that of a client of today.
    pub looks: Vec<Look>,
}

/// One handshake that was tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// What was offered.
    pub hello: Hello,
    /// What came of it.
    pub answer: Result<Answer, Trouble>,
}

/// What a ClientHello offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hello {
    /// The server name in it.
    pub sni: Sni,
    /// The keys of certificates that it takes.
    pub keys: KeysOffered,
    /// The newest version in it.
    pub newest: TlsVersion,
}

/// The server name indication of a ClientHello (RFC 6066 §3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sni {
    /// The name that people type.
    Target(Name),
    /// None: old clients, and addresses, which are never sent.
    Absent,
    /// A name that the server cannot know.
    Other(Name),
}

/// The kinds of key that a ClientHello takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeysOffered {
    /// All of them.
    Any,
    /// RSA alone.
    Rsa,
    /// Elliptic curves alone.
    Ecdsa,
}

/// A version of SSL or TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TlsVersion {
    /// SSL 3.0 (RFC 6101).
    Ssl3,
    /// TLS 1.0 (RFC 2246).
    Tls10,
    /// TLS 1.1 (RFC 4346).
    Tls11,
    /// TLS 1.2 (RFC 5246).
    Tls12,
    /// TLS 1.3 (RFC 8446).
    Tls13,
}

impl TlsVersion {
    /// As people write it: `TLS 1.2`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ssl3 => "SSL 3.0",
            Self::Tls10 => "TLS 1.0",
            Self::Tls11 => "TLS 1.1",
            Self::Tls12 => "TLS 1.2",
            Self::Tls13 => "TLS 1.3",
        }
    }

    /// The number on the wire: 0x0303 for TLS 1.2.
    pub const fn wire(self) -> u16 {
        match self {
            Self::Ssl3 => 0x0300,
            Self::Tls10 => 0x0301,
            Self::Tls11 => 0x0302,
            Self::Tls12 => 0x0303,
            Self::Tls13 => 0x0304,
        }
    }

    /// The version with this number.
    pub const fn from_wire(number: u16) -> Option<Self> {
        match number {
            0x0300 => Some(Self::Ssl3),
            0x0301 => Some(Self::Tls10),
            0x0302 => Some(Self::Tls11),
            0x0303 => Some(Self::Tls12),
            0x0304 => Some(Self::Tls13),
            _ => None,
        }
    }

    /// True below TLS 1.2, which RFC 8996 §2 ended.
    pub fn is_old(self) -> bool {
        self < Self::Tls12
    }
}

impl fmt::Display for TlsVersion {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

/// A server's side of a handshake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The version that it chose.
    pub version: TlsVersion,
    /// Which of the survey's chains it presented.
    pub chain: usize,
    /// Whether it showed that it holds the private key.
    pub possession: Possession,
}

/// Whether a server showed that it holds the private key of its certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Possession {
    /// Its signature over the handshake fits.
    Proved,
    /// The handshake was left before the proof, as it is with old versions.
    NotAsked,
    /// There was a proof that could not be checked, and why.
    NotChecked(&'static str),
    /// Its signature over the handshake does not fit.
    Failed,
}

/// Why there was no certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// During what.
    pub step: Step,
    /// What happened.
    pub cause: Cause,
}

impl Trouble {
    /// Whether the server took part and turned this handshake down: it may like another one better.
    pub fn may_answer_another(&self) -> bool {
        self.step == Step::Handshake
            && !matches!(self.cause, Cause::TimedOut | Cause::Stopped | Cause::NotTls(_) | Cause::Refused)
    }
}

/// The steps of looking at a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Opening the TCP connection.
    Connect,
    /// Waiting for the server's first line.
    Greeting,
    /// Asking what the server can do; the command, such as `EHLO`.
    Capabilities(&'static str),
    /// Asking for TLS; the command, such as `STLS`.
    Upgrade(&'static str),
    /// The TLS handshake.
    Handshake,
}

impl fmt::Display for Step {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connect => out.write_str("the connection"),
            Self::Greeting => out.write_str("the greeting"),
            Self::Capabilities(command) | Self::Upgrade(command) => out.write_str(command),
            Self::Handshake => out.write_str("the TLS handshake"),
        }
    }
}

/// What went wrong during a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Nothing listens there.
    Refused,
    /// It was not done in time.
    TimedOut,
    /// The server closed the connection.
    Closed,
    /// The server reset the connection.
    Reset,
    /// The system's words for anything else, such as an unreachable network.
    Io(String),
    /// The server answered no; its line.
    Denied(Text),
    /// The server does not offer TLS here.
    NotOffered,
    /// The server spoke, but not this protocol; how it began.
    NotThisProtocol(Text),
    /// More than is read.
    TooLong {
        /// Bytes that are read at most.
        limit: usize,
    },
    /// A TLS alert: its number (RFC 8446 §6).
    Alert(u8),
    /// What came is not TLS; how it began.
    NotTls(Text),
    /// TLS, but against its rules.
    Malformed(String),
    /// A Certificate message without a certificate.
    NoCertificate,
    /// It was not looked at any more: somebody stopped the run.
    Stopped,
}

/// Completes "lost the connection to HOST during STEP: ...".
impl fmt::Display for Cause {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused => out.write_str("connection refused"),
            Self::TimedOut => out.write_str("timed out"),
            Self::Closed => out.write_str("the server closed the connection"),
            Self::Reset => out.write_str("the server reset the connection"),
            Self::Io(words) => out.write_str(words),
            Self::Denied(line) => write!(out, "the server answered '{line}'"),
            Self::NotOffered => out.write_str("the server does not offer TLS"),
            Self::NotThisProtocol(start) => write!(out, "the server speaks something else: '{start}'"),
            Self::TooLong { limit } => write!(out, "the server sent more than {limit} bytes"),
            Self::Alert(number) => match alert(*number) {
                Some(name) => write!(out, "the server sent the alert {name}"),
                None => write!(out, "the server sent the alert {number}"),
            },
            Self::NotTls(start) => write!(out, "the server does not speak TLS: '{start}'"),
            Self::Malformed(what) => write!(out, "the server broke the rules of TLS: {what}"),
            Self::NoCertificate => out.write_str("the server sent no certificate"),
            Self::Stopped => out.write_str("stopped before it was done"),
        }
    }
}

/// The name of an alert (RFC 8446 §6 and the registry that it keeps), for those that servers send.
const fn alert(number: u8) -> Option<&'static str> {
    Some(match number {
        0 => "close_notify",
        10 => "unexpected_message",
        20 => "bad_record_mac",
        21 => "decryption_failed",
        22 => "record_overflow",
        40 => "handshake_failure",
        41 => "no_certificate",
        42 => "bad_certificate",
        43 => "unsupported_certificate",
        44 => "certificate_revoked",
        45 => "certificate_expired",
        46 => "certificate_unknown",
        47 => "illegal_parameter",
        48 => "unknown_ca",
        49 => "access_denied",
        50 => "decode_error",
        51 => "decrypt_error",
        70 => "protocol_version",
        71 => "insufficient_security",
        80 => "internal_error",
        86 => "inappropriate_fallback",
        90 => "user_canceled",
        109 => "missing_extension",
        110 => "unsupported_extension",
        112 => "unrecognized_name",
        115 => "unknown_psk_identity",
        116 => "certificate_required",
        120 => "no_application_protocol",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_keeps_its_number() {
        for version in [TlsVersion::Ssl3, TlsVersion::Tls10, TlsVersion::Tls11, TlsVersion::Tls12, TlsVersion::Tls13] {
            assert_eq!(TlsVersion::from_wire(version.wire()), Some(version));
        }
        assert_eq!(TlsVersion::from_wire(0x0002), None);
    }

    #[test]
    fn what_servers_say_cannot_act_on_a_terminal() {
        let cause = Cause::Denied(Text::new(&b"554 \x1b[31mno"[..]));
        assert_eq!(cause.to_string(), "the server answered '554 \\u{1b}[31mno'");
        assert_eq!(Cause::Alert(40).to_string(), "the server sent the alert handshake_failure");
        assert_eq!(Cause::Alert(222).to_string(), "the server sent the alert 222");
    }
}
