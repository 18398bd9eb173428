//! Servers that misbehave: each connection is handed to a behaviour, which has the tools to stall, flood, lie and hang up.

use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

/// What a server does with one connection.
pub(crate) type Behaviour = fn(&mut Peer);

/// A server on a port of its own until it goes out of scope.
pub(crate) struct Hostile {
    pub(crate) port: u16,
    over: Arc<AtomicBool>,
}

impl Hostile {
    pub(crate) fn start(behaviour: Behaviour) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let over = Arc::new(AtomicBool::new(false));
        let ended = Arc::clone(&over);
        thread::spawn(move || {
            for stream in listener.incoming().take(200) {
                if ended.load(Ordering::Relaxed) {
                    return;
                }
                let (stream, over) = (stream.unwrap(), Arc::clone(&ended));
                thread::spawn(move || behaviour(&mut Peer { stream, over }));
            }
        });
        Self { port, over }
    }
}

impl Drop for Hostile {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        // Wakes the listener, so that its thread sees that it is over.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

/// The connection as the server has it. Nothing here fails: a peer that has gone is what these servers want.
pub(crate) struct Peer {
    stream: TcpStream,
    over: Arc<AtomicBool>,
}

impl Peer {
    pub(crate) fn say(&mut self, text: &str) {
        self.send(text.as_bytes());
    }

    pub(crate) fn send(&mut self, bytes: &[u8]) -> bool {
        self.stream.write_all(bytes).is_ok()
    }

    /// Reads one line.
    pub(crate) fn hear(&mut self) -> String {
        let mut line = Vec::new();
        let mut byte = [0];
        while self.stream.read(&mut byte).is_ok_and(|count| count == 1) && line.len() < 2000 {
            line.push(byte[0]);
            if byte[0] == b'\n' {
                break;
            }
        }
        String::from_utf8_lossy(&line).into_owned()
    }

    /// Reads whatever comes first.
    pub(crate) fn hear_anything(&mut self) {
        let _ = self.stream.read(&mut [0; 4096]);
    }

    /// Says nothing until the other side has gone.
    pub(crate) fn fall_silent(&mut self) {
        let _ = self.stream.set_read_timeout(Some(Duration::from_millis(100)));
        while !self.over.load(Ordering::Relaxed) {
            match self.stream.read(&mut [0; 4096]) {
                Ok(0) => return,
                Ok(_) => {}
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
                Err(_) => return,
            }
        }
    }

    /// The text, again and again, until the other side has gone.
    pub(crate) fn flood(&mut self, text: &[u8], bytes: usize) {
        let block = text.repeat(1 + 65536 / text.len());
        let mut sent = 0;
        while sent < bytes && !self.over.load(Ordering::Relaxed) && self.send(&block) {
            sent += block.len();
        }
    }

    /// One byte, a pause, one byte.
    pub(crate) fn drip(&mut self, text: &[u8]) {
        for byte in text.iter().cycle() {
            if self.over.load(Ordering::Relaxed) || !self.send(&[*byte]) {
                return;
            }
            thread::sleep(Duration::from_millis(100));
        }
    }

    /// Ends the connection with a reset: what was sent to this side is still unread.
    pub(crate) fn reset(&mut self) {
        let linger = rustix::net::sockopt::set_socket_linger(&self.stream, Some(Duration::ZERO));
        linger.unwrap();
    }

    /// SMTP up to the client's EHLO.
    pub(crate) fn smtp_until_ehlo(&mut self) {
        self.say("220 mail.contoso.com ESMTP\r\n");
        self.hear();
    }

    /// SMTP up to the client's STARTTLS.
    pub(crate) fn smtp_until_starttls(&mut self) {
        self.smtp_until_ehlo();
        self.say("250-mail.contoso.com\r\n250 STARTTLS\r\n");
        self.hear();
    }

    /// SMTP up to the moment where TLS begins.
    pub(crate) fn smtp_until_tls(&mut self) {
        self.smtp_until_starttls();
        self.say("220 go ahead\r\n");
    }

    /// The header of a handshake record and of a Certificate message after a ServerHello for TLS 1.2.
    pub(crate) fn server_hello(&mut self) {
        self.hear_anything();
        let mut hello = vec![3, 3];
        hello.extend([7; 32]);
        // No session, TLS_RSA_WITH_AES_128_CBC_SHA, no compression.
        hello.extend([0, 0x00, 0x2f, 0]);
        let mut message = vec![2, 0, 0, u8::try_from(hello.len()).unwrap()];
        message.extend(hello);
        self.record(22, &message);
    }

    pub(crate) fn record(&mut self, kind: u8, body: &[u8]) -> bool {
        let length = u16::try_from(body.len()).unwrap().to_be_bytes();
        let mut record = vec![kind, 3, 3];
        record.extend(length);
        record.extend(body);
        self.send(&record)
    }

    /// A Certificate message in records of `size` bytes.
    pub(crate) fn certificate_message(&mut self, chain: &[impl AsRef<[u8]>], size: usize) {
        let length = |length: usize| [(length >> 16) as u8, (length >> 8) as u8, length as u8];
        let mut list = Vec::new();
        for der in chain {
            list.extend(length(der.as_ref().len()));
            list.extend(der.as_ref());
        }
        let mut message = vec![11];
        message.extend(length(list.len() + 3));
        message.extend(length(list.len()));
        message.extend(list);
        for part in message.chunks(size) {
            if !self.record(22, part) {
                return;
            }
        }
        self.record(22, &[14, 0, 0, 0]);
    }
}
