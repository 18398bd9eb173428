//! What a client offers at the beginning of a handshake.

use std::io::Read;
use std::net::TcpListener;
use std::thread;

use tls_parser::{TlsExtension, TlsMessage, TlsMessageHandshake};

/// The signature schemes (RFC 8446 §4.2.3) that `ask` offers to a server on this port, which then hangs up.
pub(crate) fn offers(ask: impl FnOnce(u16)) -> Vec<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut record = vec![0; 5];
        stream.read_exact(&mut record).unwrap();
        record.resize(5 + usize::from(u16::from_be_bytes([record[3], record[4]])), 0);
        stream.read_exact(&mut record[5..]).unwrap();
        schemes(&record)
    });
    ask(port);
    server.join().unwrap()
}

fn schemes(record: &[u8]) -> Vec<u16> {
    let (_, parsed) = tls_parser::parse_tls_plaintext(record).unwrap();
    let [TlsMessage::Handshake(TlsMessageHandshake::ClientHello(hello))] = parsed.msg.as_slice() else {
        panic!("no ClientHello: {parsed:?}");
    };
    let (_, extensions) = tls_parser::parse_tls_client_hello_extensions(hello.ext.unwrap()).unwrap();
    let offered = extensions.into_iter().find_map(|extension| match extension {
        TlsExtension::SignatureAlgorithms(schemes) => Some(schemes),
        _ => None,
    });
    offered.unwrap_or_default()
}
