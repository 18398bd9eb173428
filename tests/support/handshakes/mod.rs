//! Real TLS clients, asked whether they take a server on the loopback as `localhost`.

mod postfix;

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use rustls::{ClientConfig, ClientConnection, RootCertStore};

/// What a client made of a server.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) accepts: bool,
    /// All that it said, in one line.
    pub(crate) said: String,
}

/// A client, by the id of its model.
pub(crate) struct Client {
    pub(crate) id: &'static str,
    ask: Ask,
}

type Ask = Box<dyn FnMut(u16, &Path) -> Answer>;

impl Client {
    /// What it makes of the server on this port, trusting the root in this file alone.
    pub(crate) fn ask(&mut self, port: u16, root: &Path) -> Answer {
        (self.ask)(port, root)
    }
}

/// Every client that can be run here; what is compiled goes into `folder`.
pub(crate) fn all(folder: &Path) -> Vec<Client> {
    let mbedtls = with_mbedtls(folder, "mbedtls");
    let go = folder.join("go");
    // What it compiles once is kept.
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("go");
    compile(
        Command::new("go")
            .env("GOCACHE", cache)
            .env("GO111MODULE", "off")
            .args(["build", "-o"])
            .arg(&go)
            .arg(source("handshake.go")),
        "the package golang-go",
    );
    let postfix = folder.join("postfix");
    postfix::configure(&postfix);
    vec![
        Client { id: "openssl", ask: Box::new(openssl) },
        Client { id: "gnutls", ask: Box::new(gnutls) },
        Client { id: "curl", ask: Box::new(curl) },
        Client {
            id: "postfix-verify",
            ask: Box::new(move |port, root| verified(&postfix::says(&postfix, port, root, "localhost"))),
        },
        python("python", &[]),
        python("python313", &["strict"]),
        lines("jsse", Command::new("java").arg(source("Handshake.java"))),
        lines("go", &mut Command::new(go)),
        lines("mbedtls", &mut Command::new(mbedtls)),
        Client { id: "rustls", ask: Box::new(rustls) },
    ]
}

/// Called with `strict` it is as strict as Python is by itself since 3.13.
fn python(id: &'static str, arguments: &[&str]) -> Client {
    lines(id, Command::new("python3").arg(source("handshake.py")).args(arguments))
}

/// A server of before TLS 1.3 that has TLS 1.0 alone, and its port. It ends when it is dropped.
pub(crate) struct OldServer {
    child: Child,
    port: u16,
}

impl OldServer {
    /// Presents `leaf.pem`, a file of `folder`, with its key.
    pub(crate) fn start(folder: &Path) -> Self {
        let mut command = Command::new(with_mbedtls(folder, "old_server"));
        command.args(["leaf.pem", "leaf.key"]).current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().parse();
        Self { child, port: port.expect("the old server prints its port") }
    }

    /// Where it listens on 127.0.0.1.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for OldServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A source of this folder.
fn source(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/handshakes")).join(name)
}

/// A program made with Mbed TLS, compiled into `folder`.
fn with_mbedtls(folder: &Path, name: &str) -> PathBuf {
    let program = folder.join(name);
    let mut command = Command::new("cc");
    command.arg("-o").arg(&program).arg(source(&format!("{name}.c")));
    compile(command.args(["-lmbedtls", "-lmbedx509", "-lmbedcrypto"]), "a C compiler and the package libmbedtls-dev");
    program
}

fn compile(command: &mut Command, needs: &str) {
    let output = command.output().unwrap_or_else(|error| panic!("this test needs {needs}: {error}"));
    assert!(output.status.success(), "this test needs {needs}:\n{}", String::from_utf8_lossy(&output.stderr));
}

/// A program that answers line by line.
fn lines(id: &'static str, command: &mut Command) -> Client {
    let running = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
    let mut child = running.unwrap_or_else(|error| panic!("this test needs {command:?}: {error}"));
    let (asked, told) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
    let mut program = Lines { child, asked: Some(asked), told };
    Client { id, ask: Box::new(move |port, root| program.ask(port, root)) }
}

struct Lines {
    child: Child,
    asked: Option<ChildStdin>,
    told: BufReader<ChildStdout>,
}

impl Lines {
    fn ask(&mut self, port: u16, root: &Path) -> Answer {
        writeln!(self.asked.as_mut().unwrap(), "{port}\t{}", root.display()).unwrap();
        let mut said = String::new();
        self.told.read_line(&mut said).unwrap();
        assert!(said.ends_with('\n'), "a client ended: {said}");
        Answer { accepts: said.trim() == "yes", said }
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        // It ends with its input.
        self.asked = None;
        let _ = self.child.wait();
    }
}

/// What a command wrote to both streams, in one line.
fn run(command: &mut Command) -> (bool, String) {
    let output = command.stdin(Stdio::null()).output();
    let output = output.unwrap_or_else(|error| panic!("this test needs {command:?}: {error}"));
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&text).replace('\n', " "))
}

fn openssl(port: u16, root: &Path) -> Answer {
    let mut command = Command::new("timeout");
    command.args(["30", "openssl", "s_client", "-connect", &format!("127.0.0.1:{port}"), "-servername", "localhost"]);
    command.args(["-verify_return_error", "-verify_hostname", "localhost", "-CAfile"]).arg(root);
    let (ended_well, said) = run(&mut command);
    // Where nothing was verified, it says 0 too.
    Answer { accepts: ended_well && said.contains("Verify return code: 0 (ok)"), said }
}

fn gnutls(port: u16, root: &Path) -> Answer {
    let mut command = Command::new("timeout");
    command.args(["30", "gnutls-cli", "--port", &port.to_string(), "--x509cafile"]).arg(root).arg("localhost");
    let (_, said) = run(&mut command);
    Answer {
        accepts: said.contains("Status: The certificate is trusted") && said.contains("Handshake was completed"),
        said,
    }
}

fn curl(port: u16, root: &Path) -> Answer {
    let mut command = Command::new("curl");
    command
        .args(["-sSv", "--max-time", "30", "--resolve", &format!("localhost:{port}:127.0.0.1"), "--cacert"])
        .arg(root);
    let (_, said) = run(command.arg(format!("https://localhost:{port}/")));
    Answer { accepts: said.contains("SSL certificate verify ok"), said }
}

fn verified(said: &str) -> Answer {
    Answer { accepts: said.contains("Verified TLS connection established"), said: said.to_owned() }
}

fn rustls(port: u16, root: &Path) -> Answer {
    let said = match shake(port, root) {
        Ok(()) => "yes".to_owned(),
        Err(error) => error,
    };
    Answer { accepts: said == "yes", said }
}

fn shake(port: u16, root: &Path) -> Result<(), String> {
    let mut roots = RootCertStore::empty();
    for root in pem::parse_many(std::fs::read(root).unwrap()).unwrap() {
        roots.add(root.into_contents().into()).map_err(|error| error.to_string())?;
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = builder.with_root_certificates(roots).with_no_client_auth();
    let mut connection = ClientConnection::new(Arc::new(config), "localhost".try_into().unwrap()).unwrap();
    let mut socket = TcpStream::connect(("127.0.0.1", port)).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    while connection.is_handshaking() {
        connection.complete_io(&mut socket).map_err(|error| error.to_string())?;
    }
    Ok(())
}
