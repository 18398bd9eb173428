//! A server that reads one file once.

use std::io::Read;
use std::process::{Child, Stdio};

/// `openssl s_server`, which reads its certificate once.
pub(crate) struct Server {
    child: Child,
    pub(crate) port: u16,
}

impl Server {
    /// Key and certificate are in one file.
    pub(crate) fn start(certificate: &std::path::Path) -> Self {
        let mut child = std::process::Command::new("openssl")
            .args(["s_server", "-accept", "127.0.0.1:0", "-cert"])
            .arg(certificate)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut output = child.stdout.take().unwrap();
        let mut said = Vec::new();
        let mut byte = [0];
        while !said.ends_with(b"\n") || !said.windows(7).any(|part| part == b"ACCEPT ") {
            assert_eq!(output.read(&mut byte).unwrap(), 1, "{}", String::from_utf8_lossy(&said));
            said.push(byte[0]);
        }
        // What it says later is of no interest, but it has to be able to say it.
        std::thread::spawn(move || std::io::copy(&mut output, &mut std::io::sink()));
        let text = String::from_utf8(said).unwrap();
        Self { child, port: text.trim().rsplit(':').next().unwrap().parse().unwrap() }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port on which nobody listens, held until the system forgets the connection on it.
pub(crate) fn closed_port() -> u16 {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let client = std::net::TcpStream::connect(address).unwrap();
    drop(listener.accept().unwrap());
    drop(client);
    address.port()
}
