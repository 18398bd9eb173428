//! What a connection does with servers that are slow, silent, endless or gone.

use std::net::{Ipv4Addr, TcpListener};

use super::*;
use crate::probe::script::{Act, Server, expect, send};

fn flag(stop: bool) -> Arc<AtomicBool> {
    Arc::new(AtomicBool::new(stop))
}

#[test]
fn reads_lines_with_either_end() {
    let server = Server::start(vec![send("a\r\nb\n\r\n\rc\r\nno end")]);
    let mut wire = server.connect();
    for line in [b"a".as_slice(), b"b", b"", b"\rc"] {
        assert_eq!(wire.read_line().unwrap(), line);
    }
    assert_eq!(wire.read_line(), Err(Cause::Closed));
    assert_eq!(wire.ahead, b"no end");
    server.finish();
}

#[test]
fn a_byte_now_and_then_does_not_prolong_a_step() {
    let server = Server::start(vec![Act::Drip]);
    let mut wire = server.connect();
    assert_eq!(wire.read_bytes(2).unwrap(), b"22");
    wire.hurry();
    wire.begin_step();
    assert_eq!(wire.read_line(), Err(Cause::TimedOut));
    drop(wire);
    server.finish();
}

#[test]
fn reads_no_line_and_no_handshake_without_end() {
    let server = Server::start(vec![Act::Flood(b"A")]);
    let mut wire = server.connect();
    assert_eq!(wire.read_line(), Err(Cause::TooLong { limit: LINE_LIMIT }));
    assert!(wire.ahead.len() < 2 * LINE_LIMIT);
    wire.ahead.clear();
    wire.begin_handshake();
    let mut all = Vec::new();
    let error = wire.read_to_end(&mut all).unwrap_err();
    assert_eq!((cause(&error), all.len()), (Cause::TooLong { limit: HANDSHAKE_LIMIT }, HANDSHAKE_LIMIT));
    drop(wire);
    server.finish();
}

#[test]
fn writes_no_longer_than_told() {
    // Nobody accepts, so nobody reads.
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let mut wire = Wire::connect(listener.local_addr().unwrap(), Duration::from_secs(60), flag(false)).unwrap();
    wire.hurry();
    wire.begin_handshake();
    let error = wire.write_all(&vec![b'A'; 64 << 20]).unwrap_err();
    assert_eq!(cause(&error), Cause::TimedOut);
}

#[test]
fn stops_when_told() {
    let server = Server::start(vec![Act::Silence]);
    let stop = flag(false);
    let mut wire = Wire::connect(server.address, Duration::from_secs(600), Arc::clone(&stop)).unwrap();
    let waiting = thread::spawn(move || wire.read_line());
    stop.store(true, Ordering::Relaxed);
    assert_eq!(waiting.join().unwrap(), Err(Cause::Stopped));
    server.finish();
}

#[test]
fn says_why_there_is_no_connection() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    // A port that is taken, so that nobody else can begin to listen there.
    let address = client.local_addr().unwrap();
    let connect = |timeout, stop| Wire::connect(address, timeout, flag(stop)).unwrap_err();
    assert_eq!(connect(Duration::ZERO, false), Cause::TimedOut);
    assert_eq!(connect(Duration::MAX, true), Cause::Stopped);
    assert_eq!(connect(Duration::MAX, false), Cause::Refused);
}

#[test]
fn takes_what_arrived_after_the_last_line_and_no_more() {
    let server = Server::start(vec![send("a\r\n"), expect("go"), send("evil"), expect("on"), send("good")]);
    let mut wire = server.connect();
    assert_eq!(wire.read_line().unwrap(), b"a");
    assert_eq!(wire.take_injected(), Ok(None));
    wire.write_all(b"go\r\n").unwrap();
    wire.socket.set_read_timeout(None).unwrap();
    assert_eq!(wire.socket.peek(&mut [0]).unwrap(), 1);
    assert_eq!(wire.take_injected(), Ok(Some("evil".into())));
    wire.write_all(b"on\r\n").unwrap();
    let mut rest = String::new();
    wire.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "good");
    server.finish();
}

#[test]
fn names_what_the_system_says() {
    let caused = |kind: ErrorKind| cause(&kind.into());
    assert_eq!(caused(ErrorKind::BrokenPipe), Cause::Reset);
    assert_eq!(caused(ErrorKind::UnexpectedEof), Cause::Closed);
    assert_eq!(caused(ErrorKind::TimedOut), Cause::TimedOut);
    assert_eq!(caused(ErrorKind::NetworkUnreachable), Cause::Io("network unreachable".to_owned()));
}
