//! Real TLS libraries behind small C programs, compiled when a test needs them.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

use certfix::facts::Target;

/// A library that compares names, and how to link it.
pub(crate) struct Peer {
    source: &'static str,
    library: &'static str,
    package: &'static str,
}

pub(crate) const OPENSSL: Peer = Peer { source: "openssl.c", library: "-lcrypto", package: "libssl-dev" };
pub(crate) const GNUTLS: Peer = Peer { source: "gnutls.c", library: "-lgnutls", package: "libgnutls28-dev" };

impl Peer {
    /// What the library says to each pair of host and certificate; none where it cannot read the certificate.
    pub(crate) fn answers(&self, pairs: &[(Target, Vec<u8>)]) -> Vec<Option<bool>> {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("peer");
        let sources = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/peers");
        let compiled = Command::new("cc")
            .arg("-o")
            .arg(&program)
            .arg(format!("{sources}/{}", self.source))
            .arg(self.library)
            .output()
            .unwrap_or_else(|error| panic!("this test needs a C compiler named cc: {error}"));
        let needs = format!("this test needs the package {}", self.package);
        assert!(compiled.status.success(), "{needs}:\n{}", String::from_utf8_lossy(&compiled.stderr));

        let mut input = String::new();
        for (target, cert) in pairs {
            let (kind, host) = self.host(target);
            writeln!(input, "{kind}\t{}\t{}", hex(&host), hex(cert)).unwrap();
        }
        let mut running = Command::new(&program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut stdin = running.stdin.take().unwrap();
        let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()).unwrap());
        let output = running.wait_with_output().unwrap();
        writer.join().unwrap();
        assert!(output.status.success(), "{} ended with {}", self.source, output.status);
        let answer = |line: &str| (line != "E").then_some(line == "1");
        let answers: Vec<_> = String::from_utf8(output.stdout).unwrap().lines().map(answer).collect();
        assert_eq!(answers.len(), pairs.len());
        answers
    }

    /// An address goes to OpenSSL as octets, to GnuTLS as text; brackets and zones are the caller's business.
    fn host(&self, target: &Target) -> (char, Vec<u8>) {
        match target.address() {
            Some(address) if self.source == OPENSSL.source => {
                let octets = match address {
                    std::net::IpAddr::V4(four) => four.octets().to_vec(),
                    std::net::IpAddr::V6(six) => six.octets().to_vec(),
                };
                ('a', octets)
            }
            Some(address) => ('a', address.to_string().into_bytes()),
            None => ('n', target.text().as_bytes().to_vec()),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
