//! Scripted servers, in memory.

use std::io::{self, Read, Write};

use super::*;
use crate::facts::fixture::name;
use crate::facts::{KeysOffered, Sni, Step, Text};
use crate::probe::HANDSHAKE_LIMIT;
use crate::probe::script::{self, Act};

#[test]
fn sees_the_chain_in_every_old_version() {
    for version in [TlsVersion::Ssl3, TlsVersion::Tls10, TlsVersion::Tls11, TlsVersion::Tls12] {
        let chain = vec![b"leaf".to_vec(), b"issuer, not DER at all".to_vec()];
        let mut server = Server::says(&flight(version, &chain));
        let seen = ask(&mut server, &hello(TlsVersion::Tls12)).unwrap();
        assert_eq!(seen, Seen { version, chain, possession: Possession::NotAsked });
        let [major, minor] = version.wire().to_be_bytes();
        assert!(server.heard.ends_with(&[21, major, minor, 0, 2, 1, 0]), "left without a word");
    }
}

#[test]
fn a_hello_that_allows_more_is_asked_with_tls_12() {
    let mut server = Server::says(&flight(TlsVersion::Tls12, &[vec![1]]));
    ask(&mut server, &hello(TlsVersion::Tls13)).unwrap();
    assert_eq!(server.heard[9..11], [3, 3]);
}

#[test]
fn messages_are_put_together_wherever_records_split_them() {
    let chain = vec![vec![0x30; 300], vec![], vec![7; 40]];
    let messages = [server_hello(TlsVersion::Tls10), message(0, &[]), certificate(&chain)].concat();
    for size in 1..=messages.len() {
        let records: Vec<u8> = messages.chunks(size).flat_map(|piece| record(22, piece)).collect();
        for step in [1, 7, 5000] {
            let mut server = Server { step, ..Server::says(&records) };
            assert_eq!(ask(&mut server, &hello(TlsVersion::Tls10)).unwrap().chain, chain, "records of {size}");
        }
    }
}

#[test]
fn a_flight_cut_at_any_byte_is_an_error() {
    let whole = flight(TlsVersion::Tls11, &[vec![1; 90], vec![2; 9]]);
    for length in 0..whole.len() {
        assert_eq!(cause(&whole[..length]), Cause::Closed, "cut at {length}");
    }
}

#[test]
fn a_flight_with_any_byte_changed_ends() {
    let whole = flight(TlsVersion::Tls11, &[vec![1; 20], vec![2; 9]]);
    for at in 0..whole.len() {
        for value in [0, 1, 0x7f, 0x80, 0xff] {
            let mut changed = whole.clone();
            changed[at] = value;
            match ask(&mut Server::says(&changed), &hello(TlsVersion::Tls11)) {
                Ok(seen) => assert!(!seen.chain.is_empty()),
                Err(trouble) => assert_eq!(trouble.step, Step::Handshake),
            }
        }
    }
}

#[test]
fn ten_thousand_certificates_are_read() {
    let chain: Vec<Vec<u8>> = (0..10_000_u32).map(|number| number.to_be_bytes().repeat(20)).collect();
    let mut server = Server::says(&flight(TlsVersion::Tls12, &chain));
    assert_eq!(ask(&mut server, &hello(TlsVersion::Tls12)).unwrap().chain, chain);
}

#[test]
fn a_message_of_one_mebibyte_is_read_and_no_longer_one() {
    // Two lengths of three bytes stand in front of the only certificate.
    let chain = vec![vec![9; MESSAGE_LIMIT - 6]];
    assert_eq!(
        ask(&mut Server::says(&flight(TlsVersion::Tls12, &chain)), &hello(TlsVersion::Tls12)).unwrap().chain,
        chain
    );
    let longer = flight(TlsVersion::Tls12, &[vec![9; MESSAGE_LIMIT - 5]]);
    assert_eq!(cause(&longer), Cause::TooLong { limit: MESSAGE_LIMIT });
}

#[test]
fn lengths_that_lie_are_malformed() {
    let hello = record(22, &server_hello(TlsVersion::Tls12));
    let certificate = |body: &[u8]| cause(&[&hello[..], &record(22, &message(CERTIFICATE, body))].concat());
    let does_not_add_up = Cause::Malformed("the lengths in its Certificate message do not add up".to_owned());
    assert_eq!(certificate(&[0, 0, 5, 0, 0, 9, 1, 2]), does_not_add_up, "a certificate longer than the list");
    assert_eq!(certificate(&[0, 0, 4, 0, 0, 1, 1, 2, 3]), does_not_add_up, "bytes after the list");
    assert!(matches!(certificate(&[0, 0, 9, 0, 0, 1, 1]), Cause::Malformed(_)), "a list longer than the message");
    assert!(matches!(certificate(&[0, 0]), Cause::Malformed(_)), "no list");
    assert_eq!(cause(&[22, 3, 3, 0x48, 1]), Cause::Malformed("a record of 18433 bytes".to_owned()));
}

#[test]
fn no_certificate_is_told_from_a_broken_one() {
    let hello = server_hello(TlsVersion::Tls12);
    for next in
        [message(CERTIFICATE, &[0, 0, 0]), message(SERVER_KEY_EXCHANGE, &[1, 2]), message(SERVER_HELLO_DONE, &[])]
    {
        assert_eq!(cause(&record(22, &[&hello[..], &next].concat())), Cause::NoCertificate);
    }
    assert!(matches!(cause(&record(22, &message(CERTIFICATE, &[0, 0, 0]))), Cause::Malformed(_)), "before the hello");
}

#[test]
fn fatal_alerts_end_it_and_warnings_do_not() {
    assert_eq!(cause(&record(21, &[2, 40])), Cause::Alert(40));
    assert_eq!(cause(&record(21, &[1, 112, 2, 70])), Cause::Alert(70));
    assert!(matches!(cause(&record(21, &[2])), Cause::Malformed(_)));
    let chain = vec![vec![5; 50]];
    let warned = [record(21, &[1, 112]), flight(TlsVersion::Tls12, &chain)].concat();
    assert_eq!(ask(&mut Server::says(&warned), &hello(TlsVersion::Tls12)).unwrap().chain, chain);
    let left = record(21, &[1, 0]);
    assert_eq!(cause(&left), Cause::Closed);
}

#[test]
fn a_version_that_was_not_offered_is_refused() {
    let mut server = Server::says(&flight(TlsVersion::Tls12, &[vec![1]]));
    let trouble = ask(&mut server, &hello(TlsVersion::Tls10)).unwrap_err();
    assert_eq!(trouble.cause, Cause::Malformed("it chose TLS 1.2, the newest offered was TLS 1.0".to_owned()));
    assert!(matches!(cause(&record(22, &server_hello(TlsVersion::Tls13))), Cause::Malformed(_)));
    // TLS 1.3 in its disguise: supported_versions says 0x0304.
    let mut body = server_hello(TlsVersion::Tls12)[4..].to_vec();
    body.extend([0, 6, 0, 43, 0, 2, 3, 4]);
    let disguised = record(22, &message(SERVER_HELLO, &body));
    assert_eq!(cause(&disguised), Cause::Malformed("it chose TLS 1.3, the newest offered was TLS 1.2".to_owned()));
    assert!(matches!(cause(&record(22, &message(SERVER_HELLO, &[3]))), Cause::Malformed(_)));
    assert!(matches!(cause(&record(22, &message(SERVER_HELLO, &[9, 9, 9]))), Cause::Malformed(_)));
}

#[test]
fn what_is_not_tls_is_shown() {
    assert_eq!(cause(b"HTTP/1.1 400 Bad Request\r\n"), Cause::NotTls(Text::from("HTTP/1.1 400 Bad Request\r\n")));
    assert_eq!(cause(b"no"), Cause::NotTls(Text::from("no")));
    let after = [record(22, &server_hello(TlsVersion::Tls12)), b"220 ready".to_vec()].concat();
    assert!(matches!(cause(&after), Cause::Malformed(_)), "it began as TLS");
    let data = [record(22, &server_hello(TlsVersion::Tls12)), record(23, b"secret")].concat();
    assert!(matches!(cause(&data), Cause::Malformed(_)));
}

#[test]
fn records_without_end_come_to_one() {
    let pieces = [record(22, &[]), record(21, &[1, 112]), record(22, &message(0, &[]).repeat(500))];
    for piece in pieces {
        let server = script::Server::start(vec![Act::Flood(piece.leak())]);
        let mut wire = server.connect();
        wire.begin_handshake();
        let trouble = ask(&mut wire, &hello(TlsVersion::Tls12)).unwrap_err();
        assert_eq!(trouble.cause, Cause::TooLong { limit: HANDSHAKE_LIMIT });
        drop(wire);
        server.finish();
    }
}

fn cause(said: &[u8]) -> Cause {
    let trouble = ask(&mut Server::says(said), &hello(TlsVersion::Tls12)).unwrap_err();
    assert_eq!(trouble.step, Step::Handshake);
    trouble.cause
}

fn hello(newest: TlsVersion) -> Hello {
    Hello { sni: Sni::Target(name("mail.contoso.com")), keys: KeysOffered::Any, newest }
}

/// What a server says up to its last word, in records as long as they may be.
fn flight(version: TlsVersion, chain: &[Vec<u8>]) -> Vec<u8> {
    let messages = [server_hello(version), certificate(chain)].concat();
    messages.chunks(1 << 14).flat_map(|piece| record(22, piece)).collect()
}

fn record(kind: u8, payload: &[u8]) -> Vec<u8> {
    [&[kind, 3, 1][..], &(payload.len() as u16).to_be_bytes(), payload].concat()
}

fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    [&[kind][..], &sized(body)].concat()
}

fn server_hello(version: TlsVersion) -> Vec<u8> {
    // A random, no session, TLS_RSA_WITH_AES_128_CBC_SHA, no compression.
    message(SERVER_HELLO, &[&version.wire().to_be_bytes()[..], &[7; 32], &[0, 0, 0x2f, 0]].concat())
}

fn certificate(chain: &[Vec<u8>]) -> Vec<u8> {
    let list: Vec<u8> = chain.iter().flat_map(|cert| sized(cert)).collect();
    message(CERTIFICATE, &sized(&list))
}

/// Three bytes of length and the content.
fn sized(content: &[u8]) -> Vec<u8> {
    [&(content.len() as u32).to_be_bytes()[1..], content].concat()
}

/// Says its piece, a few bytes at a time, and hangs up.
struct Server {
    said: Vec<u8>,
    at: usize,
    step: usize,
    heard: Vec<u8>,
}

impl Server {
    fn says(said: &[u8]) -> Self {
        Self { said: said.to_vec(), at: 0, step: usize::MAX, heard: Vec::new() }
    }
}

impl Read for Server {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = buffer.len().min(self.step).min(self.said.len() - self.at);
        buffer[..length].copy_from_slice(&self.said[self.at..self.at + length]);
        self.at += length;
        Ok(length)
    }
}

impl Write for Server {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.heard.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
