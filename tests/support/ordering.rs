//! A store with a key, a folder that a web server serves, and certfix ordering at a Pebble of its own.

use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use tempfile::TempDir;

use crate::servers::pebble::{Pebble, Setup};

pub(crate) const NAME: &str = "remote.contoso.com";
pub(crate) const OTHER: &str = "autodiscover.contoso.com";

/// Without faults of Pebble's own.
pub(crate) const PLAIN: Setup<'static> = Setup { environment: &[], binding: false };

/// A Pebble, and a folder with all that certfix works on.
pub(crate) struct Scene {
    pub(crate) pebble: Pebble,
    folder: TempDir,
    /// Where the order goes; a proxy may stand before Pebble.
    pub(crate) directory: String,
    web: Web,
}

impl Scene {
    /// With a key that waits for a certificate for two names.
    pub(crate) fn new(setup: Setup<'_>) -> Self {
        let pebble = Pebble::start(setup);
        let folder = tempfile::Builder::new().permissions(fs::Permissions::from_mode(0o755)).tempdir().unwrap();
        fs::create_dir(folder.path().join("html")).unwrap();
        let web = Web::start(pebble.http, folder.path().join("html"));
        let scene = Self { directory: pebble.directory(), pebble, folder, web };
        scene.write_hook();
        scene.says(0, &["csr", "--fqdn", NAME, "--san", OTHER, "--ca", "private", "--key", "p-256"]);
        scene
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn store(&self) -> PathBuf {
        self.path("keys")
    }

    /// Nothing serves the folder from now on, so that the port is free.
    pub(crate) fn stop_web(&mut self) {
        self.web.stop();
    }

    /// Lets Pebble's own DNS server show what the hook is told; `hook.log` has the calls.
    fn write_hook(&self) {
        let script = format!(
            "#!/bin/sh\nset -e\necho \"$1 $2 $3\" >> {log}\ncase $1 in\n\
             add) curl -sf -d \"{{\\\"host\\\": \\\"$2.\\\", \\\"value\\\": \\\"$3\\\"}}\" http://127.0.0.1:{port}/set-txt ;;\n\
             remove) curl -sf -d \"{{\\\"host\\\": \\\"$2.\\\"}}\" http://127.0.0.1:{port}/clear-txt ;;\nesac\n",
            log = self.path("hook.log").display(),
            port = self.pebble.dns_management,
        );
        let hook = self.path("hook");
        fs::write(&hook, script).unwrap();
        fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_certfix"));
        command.args(arguments).current_dir(self.folder.path()).env("CERTFIX_STORE", self.store()).env("NO_COLOR", "1");
        for proxy in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "HTTP_PROXY", "http_proxy"] {
            command.env_remove(proxy);
        }
        command.stdin(Stdio::null());
        command
    }

    pub(crate) fn certfix(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// The arguments of an order by webroot, and more.
    pub(crate) fn by_webroot<'a>(&'a self, more: &[&'a str]) -> Vec<&'a str> {
        [&self.order(), &["--webroot", "html"][..], more].concat()
    }

    /// The same without a way of proving names.
    pub(crate) fn order(&self) -> Vec<&str> {
        let root = self.pebble.root.to_str().unwrap();
        vec!["order", NAME, "--acme", &self.directory, "--acme-ca-file", root, "--agree-tos", "--timeout", "10"]
    }

    /// Standard output of a command that ends with `status`.
    pub(crate) fn says(&self, status: i32, arguments: &[&str]) -> String {
        let output = self.certfix(arguments);
        let complaint = String::from_utf8_lossy(&output.stderr);
        let said = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(status), "{arguments:?}: {complaint}{said}");
        assert!(!complaint.contains("PRIVATE KEY"), "{complaint}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Standard error of a command that could not do what was asked: an error, perhaps a hint.
    pub(crate) fn complaint(&self, arguments: &[&str]) -> String {
        let output = self.certfix(arguments);
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {text}");
        assert!(!text.contains("panicked"), "{text}");
        text
    }

    /// Begins a command, whose end the caller waits for.
    pub(crate) fn begin(&self, arguments: &[&str]) -> Child {
        self.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    pub(crate) fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    pub(crate) fn key(&self, file: &str) -> PathBuf {
        self.store().join(NAME).join(file)
    }

    /// What must hold when an order is done: the certificate is that of the key, nothing is left.
    pub(crate) fn is_done(&self, place: &str) {
        let evidence = |file: &str| certfix::input::read_file(&self.key(file), None).unwrap();
        let key = evidence("key.pem").open_keys().next().unwrap().public.clone();
        let cert = evidence("fullchain.pem").certificates[0].clone();
        assert_eq!(cert.identity.key, key, "{place}");
        assert_eq!(cert.identity.names.first_dns().unwrap().1.to_string(), NAME, "{place}");
        assert!(!self.key("order.json").exists(), "{place}: the order is still written down");
        assert!(self.key("authority.json").exists(), "{place}");
        self.has_no_proofs(place);
        self.keeps_secrets(place);
    }

    /// No file of a proof, no folder made for one, no temporary file.
    pub(crate) fn has_no_proofs(&self, place: &str) {
        let html: Vec<_> = fs::read_dir(self.path("html")).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert!(html.is_empty(), "{place}: {html:?}");
    }

    /// Nobody else may read a key; nothing hidden is left where accounts and keys are.
    pub(crate) fn keeps_secrets(&self, place: &str) {
        let mut folders = vec![self.store()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).into_iter().flatten().map(|entry| entry.unwrap().path()) {
                let name = entry.file_name().unwrap().to_string_lossy().into_owned();
                let mode = entry.symlink_metadata().unwrap().permissions().mode() & 0o777;
                if entry.is_dir() && !entry.is_symlink() {
                    folders.push(entry);
                } else if name.contains("key.pem") && !entry.is_symlink() {
                    assert_eq!(mode, 0o600, "{place}: {}", entry.display());
                }
            }
        }
    }
}

/// Serves the files of a folder, as any web server does.
struct Web {
    port: u16,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Web {
    fn start(port: u16, folder: PathBuf) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let stopping = Arc::clone(&stop);
        let thread = thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                if stopping.load(Ordering::Relaxed) {
                    return;
                }
                let _ = serve(client, &folder);
            }
        });
        Self { port, stop, thread: Some(thread) }
    }

    fn stop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

impl Drop for Web {
    fn drop(&mut self) {
        self.stop();
    }
}

fn serve(mut client: TcpStream, folder: &Path) -> std::io::Result<()> {
    let mut request = [0; 4096];
    let count = client.read(&mut request)?;
    let request = String::from_utf8_lossy(&request[..count]).into_owned();
    let path = request.split(' ').nth(1).unwrap_or_default().trim_start_matches('/').to_owned();
    match fs::read(folder.join(path)) {
        Ok(body) => {
            write!(client, "HTTP/1.0 200 OK\r\nContent-Length: {}\r\n\r\n", body.len())?;
            client.write_all(&body)
        }
        Err(_) => client.write_all(b"HTTP/1.0 404 Not Found\r\nContent-Length: 9\r\n\r\nnot there"),
    }
}
