//! HTTP-01 (RFC 8555 §8.3) by a web server of our own, which knows nothing but the proofs.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::sync::{Arc, Mutex, PoisonError};

use super::server::{Guest, Server};
use super::{Proof, Prover};
use crate::Error;

/// Of a request with its headers.
const LONGEST: usize = 8 << 10;
const PATH: &str = "/.well-known/acme-challenge/";

/// What is shown, by token.
type Shown = Arc<Mutex<BTreeMap<String, String>>>;

pub(super) struct Listener {
    shown: Shown,
    _server: Server,
}

impl Listener {
    pub(super) fn start(place: &str) -> Result<Self, Error> {
        let shown = Shown::default();
        let known = Arc::clone(&shown);
        let server = Server::start(place, "--listen", move |guest| drop(serve(guest, &known)))?;
        Ok(Self { shown, _server: server })
    }
}

impl Prover for Listener {
    fn show(&mut self, proof: &Proof) -> Result<(), Error> {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        shown.insert(proof.token.clone(), proof.authorization.clone());
        Ok(())
    }
}

fn serve(mut guest: Guest, shown: &Shown) -> std::io::Result<()> {
    let head = head(&mut guest)?;
    let mut words = head.split(' ');
    let is_get = words.next() == Some("GET");
    let token = words.next().and_then(|path| path.strip_prefix(PATH));
    let found = token.and_then(|token| shown.lock().unwrap_or_else(PoisonError::into_inner).get(token).cloned());
    let (status, body) = match found {
        Some(body) if is_get => ("200 OK", body),
        _ => ("404 Not Found", String::new()),
    };
    let length = body.len();
    write!(
        guest,
        "HTTP/1.1 {status}\r\nContent-Type: application/octet-stream\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}

/// Up to the empty line.
fn head(guest: &mut Guest) -> std::io::Result<String> {
    let mut head = Vec::new();
    let mut part = [0; 1024];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        let count = guest.read(&mut part)?;
        head.extend_from_slice(&part[..count]);
        if count == 0 || head.len() > LONGEST {
            return Err(std::io::ErrorKind::InvalidData.into());
        }
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr, TcpListener, TcpStream};

    use super::*;

    fn free_port() -> u16 {
        TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
    }

    fn ask(host: std::net::IpAddr, port: u16, request: &str) -> String {
        let mut stream = TcpStream::connect((host, port)).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer);
        answer
    }

    #[test]
    fn knows_nothing_but_the_proof_on_both_families() {
        let port = free_port();
        let mut listener = Listener::start(&port.to_string()).unwrap();
        let proof = Proof {
            name: "remote.contoso.com".to_owned(),
            token: "token".to_owned(),
            authorization: "token.hash".to_owned(),
            digest: Vec::new(),
        };
        listener.show(&proof).unwrap();
        for host in [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()] {
            let answer = ask(host, port, "GET /.well-known/acme-challenge/token HTTP/1.1\r\nHost: x\r\n\r\n");
            assert!(answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("\r\n\r\ntoken.hash"), "{answer}");
        }
        for path in ["/", "/.well-known/acme-challenge/", "/.well-known/acme-challenge/../token", "/etc/passwd"] {
            let answer = ask(Ipv4Addr::LOCALHOST.into(), port, &format!("GET {path} HTTP/1.1\r\n\r\n"));
            assert!(answer.starts_with("HTTP/1.1 404 "), "{path}: {answer}");
        }
        let long = format!("GET /{} HTTP/1.1\r\n\r\n", "x".repeat(20_000));
        assert_eq!(ask(Ipv4Addr::LOCALHOST.into(), port, &long), "");
    }

    #[test]
    fn a_port_in_use_is_an_error_that_names_the_flag() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let place = taken.local_addr().unwrap().to_string();
        let Err(error) = Listener::start(&place) else { panic!("it listens on a port in use") };
        assert_eq!(error.to_string(), format!("cannot listen on {place} (--listen): address already in use"));
    }
}
