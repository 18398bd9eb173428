//! `openssl s_server` on the loopback, on a port that the system picks.
#![allow(dead_code, reason = "no test needs all of it")]

use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::openssl::Workshop;

/// A wait that only a broken server needs.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server that ends with this value.
pub(crate) struct Server {
    child: Child,
    port: u16,
}

impl Server {
    /// Runs `openssl s_server` with these arguments, split at spaces, and waits until it takes connections.
    pub(crate) fn start(workshop: &Workshop, arguments: &str) -> Self {
        let child = Command::new("openssl")
            .args(["s_server", "-accept", "127.0.0.1:0"])
            .args(arguments.split(' '))
            .current_dir(workshop.folder())
            // It ends when its input does.
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let mut server = Self { child: child.unwrap(), port: 0 };
        let output = server.child.stdout.take().unwrap();
        let (tell, told) = mpsc::channel();
        thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if let Some(address) = line.strip_prefix("ACCEPT ") {
                    let _ = tell.send(address.rsplit(':').next().and_then(|port| port.parse().ok()));
                }
            }
        });
        let port = told.recv_timeout(PATIENCE);
        server.port = port.ok().flatten().unwrap_or_else(|| panic!("openssl s_server {arguments} does not start"));
        server
    }

    /// Where it listens on 127.0.0.1.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// A fresh connection to it.
    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// The certificates that `openssl s_client` is shown, as DER.
    pub(crate) fn shown_to_openssl(&self, arguments: &str) -> Vec<Vec<u8>> {
        let address = format!("127.0.0.1:{}", self.port);
        let output = Command::new("openssl")
            .args(["s_client", "-showcerts", "-connect", &address])
            .args(arguments.split(' '))
            .output();
        let blocks = pem::parse_many(output.unwrap().stdout).unwrap();
        blocks.into_iter().filter(|block| block.tag() == "CERTIFICATE").map(pem::Pem::into_contents).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
