//! A relay that speaks the plain part of a protocol up to STARTTLS itself, and passes the rest on to a TLS server.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// How long a peer may be silent.
const SILENCE: Duration = Duration::from_secs(20);
/// More than any command of these protocols.
const LONGEST_LINE: usize = 1024;
/// The name of StartTLS in LDAP (RFC 4511 §4.14.1).
const START_TLS: &[u8] = b"1.3.6.1.4.1.1466.20037";

/// What the relay speaks before TLS.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Protocol {
    Imap,
    Ldap,
    Lmtp,
    Nntp,
    Pop3,
    Sieve,
    Smtp,
}

/// A running relay.
pub(crate) struct Relay {
    pub(crate) port: u16,
    stopping: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Relay {
    /// Starts one in front of the TLS server that listens on the port `behind`.
    pub(crate) fn start(protocol: Protocol, behind: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let stopping = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&stopping);
        let thread = thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                if stop.load(Ordering::Relaxed) {
                    return;
                }
                // A client that hangs up or talks nonsense is no concern of the next one.
                thread::spawn(move || serve(protocol, client, behind));
            }
        });
        Self { port, stopping, thread: Some(thread) }
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::Relaxed);
        // Wakes the thread, which waits for a client.
        let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

fn serve(protocol: Protocol, mut client: TcpStream, behind: u16) -> io::Result<()> {
    client.set_read_timeout(Some(SILENCE))?;
    if !starts_tls(protocol, &mut client)? {
        return Ok(());
    }
    let server = TcpStream::connect((Ipv4Addr::LOCALHOST, behind))?;
    server.set_read_timeout(Some(SILENCE))?;
    let (from_client, from_server) = (client.try_clone()?, server.try_clone()?);
    thread::scope(|scope| {
        scope.spawn(|| pass(&from_client, &server));
        pass(&from_server, &client);
    });
    Ok(())
}

/// Speaks the plain part; says whether TLS starts now.
pub(crate) fn starts_tls(protocol: Protocol, client: &mut TcpStream) -> io::Result<bool> {
    match protocol {
        Protocol::Ldap => ldap(client),
        _ => lines(protocol, client),
    }
}

fn pass(mut from: &TcpStream, mut to: &TcpStream) {
    let _ = io::copy(&mut from, &mut to);
    let _ = to.shutdown(Shutdown::Write);
}

/// Answers commands; says whether TLS starts now.
fn lines(protocol: Protocol, client: &mut TcpStream) -> io::Result<bool> {
    let greeting = match protocol {
        Protocol::Imap => "* OK ready",
        Protocol::Pop3 => "+OK ready",
        Protocol::Lmtp | Protocol::Smtp => "220 mail.contoso.test ready",
        Protocol::Sieve => "\"IMPLEMENTATION\" \"relay\"\r\n\"STARTTLS\"\r\nOK \"ready\"",
        Protocol::Nntp | Protocol::Ldap => "200 ready",
    };
    say(client, greeting)?;
    loop {
        let line = line(client)?;
        let (tag, command) = match protocol {
            Protocol::Imap => line.split_once(' ').unwrap_or_default(),
            _ => ("", line.as_str()),
        };
        let verb = command.split(' ').next().unwrap_or_default().to_ascii_uppercase();
        say(client, &answer(protocol, tag, &verb))?;
        match verb.as_str() {
            "STARTTLS" | "STLS" => return Ok(true),
            "QUIT" | "LOGOUT" => return Ok(false),
            _ => {}
        }
    }
}

fn answer(protocol: Protocol, tag: &str, verb: &str) -> String {
    match (protocol, verb) {
        (Protocol::Imap, "CAPABILITY") => format!("* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\n{tag} OK done"),
        (Protocol::Imap, "STARTTLS") => format!("{tag} OK begin"),
        (Protocol::Imap, "LOGOUT") => format!("* BYE\r\n{tag} OK done"),
        (Protocol::Imap, _) => format!("{tag} BAD unknown"),
        (Protocol::Pop3, "CAPA") => "+OK\r\nSTLS\r\n.".to_owned(),
        (Protocol::Pop3, "STLS" | "QUIT") => "+OK".to_owned(),
        (Protocol::Pop3, _) => "-ERR unknown".to_owned(),
        (Protocol::Smtp, "EHLO") => "250-mail.contoso.test\r\n250 STARTTLS".to_owned(),
        (Protocol::Lmtp, "LHLO") => "250-mail.contoso.test\r\n250 STARTTLS".to_owned(),
        (Protocol::Sieve, "STARTTLS" | "LOGOUT") => "OK \"done\"".to_owned(),
        (Protocol::Lmtp | Protocol::Smtp, "STARTTLS") => "220 begin".to_owned(),
        (Protocol::Lmtp | Protocol::Smtp, "QUIT") => "221 bye".to_owned(),
        (Protocol::Nntp, "CAPABILITIES") => "101 list\r\nVERSION 2\r\nREADER\r\nSTARTTLS\r\n.".to_owned(),
        (Protocol::Nntp, "STARTTLS") => "382 begin".to_owned(),
        (Protocol::Nntp, "QUIT") => "205 bye".to_owned(),
        _ => "500 unknown".to_owned(),
    }
}

/// Some clients take what comes with the first packet for the whole answer.
fn say(client: &mut TcpStream, text: &str) -> io::Result<()> {
    client.write_all(format!("{text}\r\n").as_bytes())
}

/// One line, read so that nothing after it is lost.
fn line(client: &mut TcpStream) -> io::Result<String> {
    let mut line = Vec::new();
    while !line.ends_with(b"\n") && line.len() < LONGEST_LINE {
        let mut byte = [0];
        client.read_exact(&mut byte)?;
        line.push(byte[0]);
    }
    Ok(String::from_utf8_lossy(&line).trim_end().to_owned())
}

/// Answers one request; says whether it was for TLS.
fn ldap(client: &mut TcpStream) -> io::Result<bool> {
    // A request for StartTLS and its answer are short, so that each length is one byte (RFC 4511 §4.12).
    let mut head = [0; 5];
    client.read_exact(&mut head)?;
    let [0x30, length @ 3..=0x7f, 0x02, 0x01, message] = head else { return Ok(false) };
    let mut request = vec![0; usize::from(length) - 3];
    client.read_exact(&mut request)?;
    if !request.windows(START_TLS.len()).any(|window| window == START_TLS) {
        return Ok(false);
    }
    client.write_all(&[0x30, 12, 0x02, 1, message, 0x78, 7, 0x0a, 1, 0, 0x04, 0, 0x04, 0])?;
    Ok(true)
}
