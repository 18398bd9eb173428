//! Real TLS libraries behind small C programs, compiled when a test needs them.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use certfix::facts::Target;

/// A library that compares names, and how to run it.
pub(crate) struct Peer {
    source: &'static str,
    how: How,
    package: &'static str,
}

enum How {
    /// Compiled and linked with this.
    C(&'static str),
    Go,
    /// With the package of the JDK that holds it opened.
    Java(&'static str),
}

pub(crate) const OPENSSL: Peer = Peer { source: "openssl.c", how: How::C("-lcrypto"), package: "libssl-dev" };
pub(crate) const GNUTLS: Peer = Peer { source: "gnutls.c", how: How::C("-lgnutls"), package: "libgnutls28-dev" };
pub(crate) const MBEDTLS: Peer =
    Peer { source: "mbedtls.c", how: How::C("-lmbedx509 -lmbedcrypto"), package: "libmbedtls-dev" };
pub(crate) const GO: Peer = Peer { source: "names.go", how: How::Go, package: "golang-go" };
pub(crate) const JAVA: Peer =
    Peer { source: "Names.java", how: How::Java("java.base/sun.security.util"), package: "default-jdk-headless" };

impl Peer {
    /// What the library says to each pair of host and certificate; none where it cannot read the certificate.
    pub(crate) fn answers(&self, pairs: &[(Target, Vec<u8>)]) -> Vec<Option<bool>> {
        let folder = tempfile::tempdir().unwrap();
        let mut program = self.program(folder.path());

        let mut input = String::new();
        for (target, cert) in pairs {
            let (kind, host) = self.host(target);
            writeln!(input, "{kind}\t{}\t{}", hex(&host), hex(cert)).unwrap();
        }
        let mut running = program.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
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

    /// What answers, made in this folder where it has to be compiled.
    fn program(&self, folder: &Path) -> Command {
        let source = format!("{}/tests/support/peers/{}", env!("CARGO_MANIFEST_DIR"), self.source);
        let program = folder.join("peer");
        let mut compiler = match self.how {
            How::C(library) => {
                let mut cc = Command::new("cc");
                cc.arg("-o").arg(&program).arg(&source).args(library.split(' '));
                cc
            }
            How::Go => {
                let mut go = Command::new("go");
                // What it compiles once is kept.
                go.env("GOCACHE", Path::new(env!("CARGO_TARGET_TMPDIR")).join("go")).env("GO111MODULE", "off");
                go.args(["build", "-o"]).arg(&program).arg(&source);
                go
            }
            How::Java(opened) => {
                let mut java = Command::new("java");
                java.args(["--add-exports", &format!("{opened}=ALL-UNNAMED"), &source]);
                return java;
            }
        };
        let needs = format!("this test needs the package {}", self.package);
        let compiled = compiler.output().unwrap_or_else(|error| panic!("{needs}: {error}"));
        assert!(compiled.status.success(), "{needs}:\n{}", String::from_utf8_lossy(&compiled.stderr));
        Command::new(program)
    }

    /// An address goes to OpenSSL as octets, to Mbed TLS as it was typed, to others as text; brackets and zones are the caller's business.
    fn host(&self, target: &Target) -> (char, Vec<u8>) {
        match target.address() {
            Some(address) if self.source == OPENSSL.source => {
                let octets = match address {
                    std::net::IpAddr::V4(four) => four.octets().to_vec(),
                    std::net::IpAddr::V6(six) => six.octets().to_vec(),
                };
                ('a', octets)
            }
            Some(_) if self.source == MBEDTLS.source => ('a', target.text().as_bytes().to_vec()),
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
