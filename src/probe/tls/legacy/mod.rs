//! Handshakes of SSL 3.0 to TLS 1.2, read in plain text up to the Certificate message and then left.
//!
//! It needs no cipher, so it sees the certificates of servers that only speak what rustls rightly refuses. The proof of
//! the private key would come after the part that is read.

mod hello;
mod messages;
mod records;
mod suites;
#[cfg(test)]
mod tests;

use std::io::{Read, Write};

use tls_parser::{TlsExtension, TlsMessageHandshake};

use self::messages::{Message, Messages};
use super::{Seen, during_handshake};
use crate::facts::{Cause, Hello, Possession, TlsVersion, Trouble};
use crate::probe::wire::cause;

pub use self::messages::MESSAGE_LIMIT;
pub(super) use self::records::HEADER;

/// Types of handshake messages (RFC 5246 §7.4).
const SERVER_HELLO: u8 = 2;
const CERTIFICATE: u8 = 11;
const SERVER_KEY_EXCHANGE: u8 = 12;
const SERVER_HELLO_DONE: u8 = 14;

/// Asks for a certificate in a handshake of TLS 1.2 or older, even where the hello allows a newer one. It lasts as long as the
/// stream lets it: a [`Wire`](crate::probe::Wire) ends it in time and in size.
///
/// # Errors
/// Why there was no certificate.
pub fn ask(stream: &mut (impl Read + Write), hello: &Hello) -> Result<Seen, Trouble> {
    look(stream, hello).map_err(during_handshake)
}

fn look(stream: &mut (impl Read + Write), hello: &Hello) -> Result<Seen, Cause> {
    let newest = hello.newest.min(TlsVersion::Tls12);
    let mut random = [0; 32];
    aws_lc_rs::rand::fill(&mut random).map_err(|_| Cause::Io("the system gives no random bytes".to_owned()))?;
    let record = hello::record(hello, newest, &random);
    stream.write_all(&record).and_then(|()| stream.flush()).map_err(|error| cause(&error))?;
    let mut messages = Messages::new(stream);
    let version = chosen_version(&messages.next()?, newest)?;
    let chain = chain(&messages.next()?)?;
    // Only manners: all that is wanted was seen.
    let _ = stream.write_all(&hello::close_notify(version)).and_then(|()| stream.flush());
    Ok(Seen { version, chain, possession: Possession::NotAsked })
}

/// The version of a ServerHello (RFC 5246 §7.4.1.3).
fn chosen_version(message: &Message, newest: TlsVersion) -> Result<TlsVersion, Cause> {
    if message.kind != SERVER_HELLO {
        return broken(format!("message {} stands where its ServerHello belongs", message.kind));
    }
    let &[high, low, ..] = &message.body[..] else { return broken("its ServerHello is cut short".to_owned()) };
    let number = u16::from_be_bytes([high, low]);
    let Some(version) = TlsVersion::from_wire(number) else { return broken(format!("it chose version {number:#06x}")) };
    let taken = |version: TlsVersion| {
        if version <= newest {
            Ok(version)
        } else {
            broken(format!("it chose {version}, the newest offered was {newest}"))
        }
    };
    taken(version)?;
    let Ok((_, TlsMessageHandshake::ServerHello(parsed))) =
        tls_parser::parse_tls_handshake_msg_server_hello(&message.body)
    else {
        return broken("its ServerHello cannot be read".to_owned());
    };
    // TLS 1.3 calls itself 1.2 in the old field, and the truth stands in supported_versions (RFC 8446 §4.2.1).
    let extensions = parsed.ext.and_then(|octets| tls_parser::parse_tls_server_hello_extensions(octets).ok());
    for extension in extensions.map(|(_, extensions)| extensions).unwrap_or_default() {
        if let TlsExtension::SupportedVersions(versions) = extension {
            versions
                .iter()
                .filter_map(|version| TlsVersion::from_wire(version.0))
                .try_for_each(|it| taken(it).map(drop))?;
        }
    }
    Ok(version)
}

/// The certificates of a Certificate message (RFC 5246 §7.4.2).
fn chain(message: &Message) -> Result<Vec<Vec<u8>>, Cause> {
    match message.kind {
        CERTIFICATE => {}
        // As an anonymous server does.
        SERVER_KEY_EXCHANGE..=SERVER_HELLO_DONE => return Err(Cause::NoCertificate),
        kind => return broken(format!("message {kind} stands where its Certificate belongs")),
    }
    let Ok((rest, TlsMessageHandshake::Certificate(parsed))) =
        tls_parser::parse_tls_handshake_msg_certificate(&message.body)
    else {
        return broken("its Certificate message cannot be read".to_owned());
    };
    let chain: Vec<Vec<u8>> = parsed.cert_chain.iter().map(|cert| cert.data.to_vec()).collect();
    // The parser stops at the first certificate whose length lies.
    let read: usize = 3 + chain.iter().map(|cert| 3 + cert.len()).sum::<usize>();
    if !rest.is_empty() || read != message.body.len() {
        return broken("the lengths in its Certificate message do not add up".to_owned());
    }
    if chain.is_empty() { Err(Cause::NoCertificate) } else { Ok(chain) }
}

const fn broken<T>(what: String) -> Result<T, Cause> {
    Err(Cause::Malformed(what))
}
