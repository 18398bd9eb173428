//! Any octets as what a server says: up to where TLS begins in the protocol that the first octet chooses, then in handshakes of
//! both kinds.
#![no_main]
#![allow(clippy::unwrap_used, reason = "what cannot go on is a finding")]

use std::io::{Cursor, Read, Result, Write};
use std::net::{Shutdown, TcpListener};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use certfix::facts::{Certificate, Hello, KeysOffered, Name, Opening, Sni, TlsVersion};
use certfix::probe::tls::{Seen, legacy, shake};
use certfix::probe::{ALL, Wire};
use libfuzzer_sys::fuzz_target;

static LISTENER: LazyLock<TcpListener> = LazyLock::new(|| TcpListener::bind("127.0.0.1:0").unwrap());

/// A server that has said everything beforehand.
struct Said<'a>(Cursor<&'a [u8]>);

impl Read for Said<'_> {
    fn read(&mut self, out: &mut [u8]) -> Result<usize> {
        self.0.read(out)
    }
}

impl Write for Said<'_> {
    fn write(&mut self, octets: &[u8]) -> Result<usize> {
        Ok(octets.len())
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

fn hello(newest: TlsVersion) -> Hello {
    Hello { sni: Sni::Target(Name::parse("mail.contoso.com").unwrap()), keys: KeysOffered::Any, newest }
}

fn look_at(seen: &Seen) {
    for der in &seen.chain {
        let _ = Certificate::from_der(der);
    }
}

/// Everything that a handshake makes of these octets.
fn shake_hands(octets: &[u8]) {
    for newest in [TlsVersion::Tls13, TlsVersion::Tls12] {
        let _ = shake(&mut Said(Cursor::new(octets)), &hello(newest)).map(|seen| look_at(&seen));
    }
    let _ = legacy::ask(&mut Said(Cursor::new(octets)), &hello(TlsVersion::Tls10)).map(|seen| look_at(&seen));
}

/// What a protocol makes of them, on a real connection.
fn open(choice: usize, octets: &[u8]) {
    let openings =
        ALL.iter().flat_map(|protocol| [Opening::Implicit, Opening::StartTls].map(|opening| (protocol, opening)));
    let ways: Vec<_> = openings.filter(|(protocol, opening)| protocol.scheme(*opening).is_some()).collect();
    let (protocol, opening) = ways[choice % ways.len()];
    let address = LISTENER.local_addr().unwrap();
    let mut wire = Wire::connect(address, Duration::from_secs(2), Arc::default()).unwrap();
    let (mut server, _) = LISTENER.accept().unwrap();
    server.write_all(octets).unwrap();
    server.shutdown(Shutdown::Write).unwrap();
    if protocol.open(&mut wire, opening).ready.is_ok() {
        let _ = shake(&mut wire, &hello(TlsVersion::Tls13)).map(|seen| look_at(&seen));
    }
}

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, octets)) = bytes.split_first() else { return };
    if octets.len() > 60_000 {
        // More than a connection takes without a reader.
        return;
    }
    match choice {
        0..128 => shake_hands(octets),
        128.. => open(usize::from(*choice), octets),
    }
});
