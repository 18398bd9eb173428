//! What services speak before TLS begins.
//!
//! Adding a protocol: a file here with a `pub(super) const PROTOCOL`, named by its first scheme, and its two lines below.

mod https;
mod imap;
mod ldap;
mod lmtp;
mod nntp;
mod pop3;
mod sieve;
mod smtp;
mod submission;
mod tls;

mod talk;
#[cfg(test)]
mod tests;

use std::time::Duration;

use self::talk::{Talk, excerpt};
use super::Wire;
use crate::error::{self, Error};
use crate::facts::{Cause, Opening, Service, Step, Target, Text, Trouble};

/// Every protocol, in the order of reports. The first whose greeting or port fits is taken.
pub const ALL: &[&Protocol] = &[
    &imap::PROTOCOL,
    &pop3::PROTOCOL,
    &submission::PROTOCOL,
    &lmtp::PROTOCOL,
    &smtp::PROTOCOL,
    &sieve::PROTOCOL,
    &nntp::PROTOCOL,
    &ldap::PROTOCOL,
    &https::PROTOCOL,
    &tls::PROTOCOL,
];

/// What a port is taken for that nothing else is known of.
pub(super) const BARE_TLS: (&Protocol, Opening) = (&tls::PROTOCOL, Opening::Implicit);

/// Who else says nothing before it is asked: what a silent port is taken for that does not answer TLS.
pub(super) const SILENT: (&Protocol, Opening) = (&ldap::PROTOCOL, Opening::StartTls);

/// How long a greeting is waited for where the protocol is not known.
const PATIENCE: Duration = Duration::from_secs(3);

/// A protocol that TLS protects.
#[derive(Debug)]
pub struct Protocol {
    /// What people call it: `IMAP`.
    pub name: &'static str,
    /// How it begins in plain text.
    pub plain: Option<Plain>,
    /// How its addresses begin when TLS comes first.
    pub implicit: Option<Scheme>,
    /// True when it is looked at where only a host is named.
    pub usual: bool,
}

/// How a protocol begins in plain text and goes over to TLS.
#[derive(Debug)]
pub struct Plain {
    /// How its addresses begin.
    pub scheme: Scheme,
    /// True for a first line that tells the protocol.
    greets: fn(&[u8]) -> bool,
    /// Talks up to the reply after which TLS begins.
    upgrade: fn(&mut Talk<'_>) -> Result<(), Trouble>,
}

/// How addresses begin: `imaps`.
#[derive(Debug)]
pub struct Scheme {
    /// The word before `://`.
    pub name: &'static str,
    /// Another word for the same.
    pub alias: Option<&'static str>,
    /// The usual port.
    pub port: Option<u16>,
}

/// What came of the part before TLS.
#[derive(Debug)]
pub struct Opened {
    /// The first line that the server spoke.
    pub greeting: Option<Text>,
    /// What came in plain text after the reply that said TLS may begin. It is taken off the wire.
    pub injected: Option<Text>,
    /// Whether TLS may begin now.
    pub ready: Result<(), Trouble>,
}

impl Protocol {
    /// Talks up to where TLS begins. When it is ready, the next byte in either direction belongs to TLS, and the time
    /// for the handshake runs.
    pub fn open(&self, wire: &mut Wire, opening: Opening) -> Opened {
        let (Opening::StartTls, Some(plain)) = (opening, &self.plain) else {
            wire.begin_handshake();
            return Opened { greeting: None, injected: None, ready: Ok(()) };
        };
        let mut talk = Talk::new(wire);
        let ready = (plain.upgrade)(&mut talk);
        let greeting = talk.into_greeting();
        if ready.is_err() {
            return Opened { greeting, injected: None, ready };
        }
        let injected = wire.take_injected();
        wire.begin_handshake();
        match injected {
            Ok(injected) => Opened { greeting, injected, ready },
            Err(cause) => Opened { greeting, injected: None, ready: Err(Trouble { step: Step::Handshake, cause }) },
        }
    }

    /// How its addresses begin when TLS begins so.
    pub fn scheme(&self, opening: Opening) -> Option<&Scheme> {
        match opening {
            Opening::Implicit => self.implicit.as_ref(),
            Opening::StartTls => self.plain.as_ref().map(|plain| &plain.scheme),
        }
    }

    /// The service that speaks it on a host.
    pub fn service(&self, opening: Opening, host: Target, port: u16) -> Service {
        let scheme = self.scheme(opening).map_or("tls", |scheme| scheme.name);
        Service { scheme, protocol: self.name, opening, host, port }
    }

    /// The ways in which its connections begin, plain text first.
    fn openings(&'static self) -> impl Iterator<Item = (Opening, &'static Scheme)> {
        [Opening::StartTls, Opening::Implicit].into_iter().filter_map(|opening| Some((opening, self.scheme(opening)?)))
    }
}

impl Scheme {
    const fn new(name: &'static str, port: u16) -> Self {
        Self { name, alias: None, port: Some(port) }
    }

    const fn also(name: &'static str, alias: &'static str, port: u16) -> Self {
        Self { name, alias: Some(alias), port: Some(port) }
    }

    const fn without_port(name: &'static str) -> Self {
        Self { name, alias: None, port: None }
    }
}

/// The protocol of addresses that begin so, how TLS begins there, and the usual port.
///
/// # Errors
/// [`Error::Unknown`] with the one that was probably meant.
pub fn by_scheme(typed: &str) -> Result<(&'static Protocol, Opening, Option<u16>), Error> {
    let is_meant = |name: &str| name.eq_ignore_ascii_case(typed);
    let mut fitting = every().filter(|(_, _, scheme)| is_meant(scheme.name) || scheme.alias.is_some_and(is_meant));
    fitting.next().map(|(protocol, opening, scheme)| (protocol, opening, scheme.port)).ok_or_else(|| {
        let names = every().flat_map(|(_, _, scheme)| [Some(scheme.name), scheme.alias]).flatten();
        let nearest = error::nearest(&typed.to_ascii_lowercase(), names);
        Error::Unknown { what: "protocol", name: typed.to_owned(), nearest }
    })
}

/// The protocol that usually has this port, and how TLS begins there.
pub fn by_port(port: u16) -> Option<(&'static Protocol, Opening)> {
    every().find(|(_, _, scheme)| scheme.port == Some(port)).map(|(protocol, opening, _)| (protocol, opening))
}

/// The services to look at where only a host is named, each port once.
pub fn usual() -> impl Iterator<Item = (&'static Protocol, Opening, u16)> {
    let usual = every().filter(|(protocol, _, _)| protocol.usual);
    let ports = usual.filter_map(|(protocol, opening, scheme)| Some((protocol, opening, scheme.port?)));
    // Two protocols may share a port; it belongs to the first.
    ports.filter(|(protocol, opening, port)| {
        by_port(*port).is_some_and(|first| first.0.name == protocol.name && first.1 == *opening)
    })
}

/// Finds out by its greeting what a service speaks. A server that stays silent waits for a ClientHello. The connection
/// has then served its purpose.
///
/// # Errors
/// Why nothing can be said: the connection was lost, or nobody greets like this.
pub fn detect(wire: &mut Wire) -> Result<(&'static Protocol, Opening), Trouble> {
    wire.begin_wait(PATIENCE);
    let cause = match wire.read_line() {
        Ok(line) => {
            let greets = |protocol: &&&Protocol| protocol.plain.as_ref().is_some_and(|plain| (plain.greets)(&line));
            match ALL.iter().find(greets) {
                Some(protocol) if protocol.name == smtp::PROTOCOL.name && is_lmtp(wire, &line) => {
                    return Ok((&lmtp::PROTOCOL, Opening::StartTls));
                }
                Some(protocol) => return Ok((protocol, Opening::StartTls)),
                None => Cause::NotThisProtocol(excerpt(&line)),
            }
        }
        Err(Cause::TimedOut) if wire.unfinished().is_empty() => return Ok(BARE_TLS),
        Err(Cause::TimedOut | Cause::Closed) if !wire.unfinished().is_empty() => {
            Cause::NotThisProtocol(excerpt(wire.unfinished()))
        }
        Err(cause) => cause,
    };
    Err(Trouble { step: Step::Greeting, cause })
}

/// A conversation that ends tells nothing against SMTP.
fn is_lmtp(wire: &mut Wire, greeting: &[u8]) -> bool {
    lmtp::is_spoken(&mut Talk::new(wire), greeting).unwrap_or(false)
}

fn every() -> impl Iterator<Item = (&'static Protocol, Opening, &'static Scheme)> {
    let openings = |protocol: &&'static Protocol| {
        let protocol = *protocol;
        protocol.openings().map(move |(opening, scheme)| (protocol, opening, scheme))
    };
    ALL.iter().flat_map(openings)
}
