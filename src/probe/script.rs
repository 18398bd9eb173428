//! A server for tests that does what a list says, on a port of this machine that the system picks.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::{Opened, Protocol, Wire};
use crate::facts::{Cause, Opening, Step, Trouble};

/// One thing that the server does.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    /// Sends these bytes.
    Send(Vec<u8>),
    /// Reads a line, which begins so.
    Expect(&'static str),
    /// Reads exactly these bytes.
    ExpectBytes(Vec<u8>),
    /// Sends these bytes again and again until nobody takes them.
    Flood(&'static [u8]),
    /// Sends a byte now and then until nobody takes them.
    Drip,
    /// Says nothing until the client goes.
    Silence,
    /// Waits for something to come and resets the connection.
    Reset,
}

/// Sends this text.
pub(crate) fn send(text: &str) -> Act {
    Act::Send(text.as_bytes().to_vec())
}

/// Reads a line that begins so.
pub(crate) fn expect(start: &'static str) -> Act {
    Act::Expect(start)
}

/// A running server.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    thread: JoinHandle<()>,
}

impl Server {
    /// Serves one connection and closes it after the last act.
    pub(crate) fn start(acts: Vec<Act>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let thread = thread::spawn(move || {
            let (socket, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(socket);
            acts.into_iter().for_each(|act| act.play(&mut reader));
        });
        Self { address, thread }
    }

    /// A connection to it, with a time limit that a slow machine does not reach.
    pub(crate) fn connect(&self) -> Wire {
        Wire::connect(self.address, Duration::from_secs(60), Arc::new(AtomicBool::new(false))).unwrap()
    }

    /// A connection to it, with a time limit that is soon over.
    pub(crate) fn connect_in_a_hurry(&self) -> Wire {
        let mut wire = self.connect();
        wire.hurry();
        wire
    }

    /// Waits for its end. Fails when the client did not say what was expected.
    pub(crate) fn finish(self) {
        self.thread.join().unwrap();
    }
}

impl Act {
    fn play(self, reader: &mut BufReader<TcpStream>) {
        match self {
            Self::Send(bytes) => reader.get_mut().write_all(&bytes).unwrap(),
            Self::Expect(start) => {
                let mut line = String::new();
                reader.read_line(&mut line).unwrap();
                assert!(line.starts_with(start) && line.ends_with("\r\n"), "expected {start}, got {line:?}");
            }
            Self::ExpectBytes(bytes) => {
                let mut got = vec![0; bytes.len()];
                reader.read_exact(&mut got).unwrap();
                assert_eq!(got, bytes);
            }
            Self::Flood(bytes) => {
                let pieces = bytes.repeat(4096);
                while reader.get_mut().write_all(&pieces).is_ok() {}
            }
            Self::Drip => {
                while reader.get_mut().write_all(b"2").is_ok() {
                    thread::sleep(Duration::from_millis(10));
                }
            }
            // How the client goes is its own affair.
            Self::Silence => drop(reader.read_to_end(&mut Vec::new())),
            Self::Reset => {
                // A socket that is closed while there is something to read resets the connection.
                assert_eq!(reader.get_mut().peek(&mut [0]).unwrap(), 1, "nothing came");
            }
        }
    }
}

/// What comes of asking a server that does this for TLS.
pub(crate) fn open(protocol: &Protocol, acts: Vec<Act>) -> Opened {
    let server = Server::start(acts);
    let opened = protocol.open(&mut server.connect(), Opening::StartTls);
    server.finish();
    opened
}

/// That it ends in this step, for this reason.
pub(crate) fn ends(protocol: &Protocol, acts: Vec<Act>, step: Step, cause: Cause) {
    let said = format!("{acts:?}");
    assert_eq!(open(protocol, acts).ready, Err(Trouble { step, cause }), "{said}");
}
