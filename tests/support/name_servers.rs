//! Name servers on loopback: nsd with zones made for the test, and servers that misbehave.

#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::process::{Child, Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// nsd, in the foreground, in a folder of its own.
pub(crate) struct NameServer {
    pub(crate) address: SocketAddr,
    process: Child,
    _folder: tempfile::TempDir,
}

impl NameServer {
    /// Serves `zones`: the name, and the records without SOA and NS.
    pub(crate) fn start(zones: &[(&str, &str)]) -> Self {
        // Between choosing a port and its use another process may take it.
        (0..10).find_map(|_| Self::try_start(zones)).expect("nsd starts: tests/run installs it")
    }

    fn try_start(zones: &[(&str, &str)]) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
        let path = folder.path().display();
        let mut settings = format!(
            "server:\n ip-address: 127.0.0.1@{port}\n do-ip6: no\n server-count: 1\n rrl-ratelimit: 0\n rrl-whitelist-ratelimit: 0\n username: \"\"\n chroot: \"\"\n \
             zonesdir: \"{path}\"\n database: \"\"\n pidfile: \"{path}/pid\"\n xfrdfile: \"{path}/xfrd\"\n \
             xfrdir: \"{path}\"\n zonelistfile: \"{path}/zonelist\"\n logfile: \"{path}/log\"\n\
             remote-control:\n control-enable: no\n"
        );
        for (zone, records) in zones {
            let head = "$TTL 60\n@ SOA ns admin 1 3600 600 86400 60\n@ NS ns\nns A 127.0.0.1\n";
            fs::write(folder.path().join(zone), format!("$ORIGIN {zone}.\n{head}{records}\n")).unwrap();
            settings.push_str(&format!("zone:\n name: {zone}\n zonefile: {zone}\n"));
        }
        let file = folder.path().join("nsd.conf");
        fs::write(&file, settings).unwrap();
        // Not on every account's path.
        let program = ["/usr/sbin/nsd", "nsd"].into_iter().find(|path| fs::exists(path).unwrap()).unwrap_or("nsd");
        let quiet = || Stdio::null();
        let mut nsd = Command::new(program);
        let process = nsd.args(["-d", "-c"]).arg(file).stdin(quiet()).stdout(quiet()).stderr(quiet()).spawn().ok()?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let mut server = Self { address, process, _folder: folder };
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(20) {
            if server.process.try_wait().unwrap().is_some() {
                return None;
            }
            if server.answers() {
                return Some(server);
            }
            thread::sleep(Duration::from_millis(10));
        }
        None
    }

    /// True when the port is nsd's own and open.
    fn answers(&mut self) -> bool {
        TcpStream::connect(self.address).is_ok() && self.process.try_wait().unwrap().is_none()
    }
}

impl Drop for NameServer {
    fn drop(&mut self) {
        // nsd ends its own children when it is asked to.
        let asked = Command::new("kill").arg(self.process.id().to_string()).status();
        if !asked.is_ok_and(|status| status.success()) {
            let _ = self.process.kill();
        }
        let _ = self.process.wait();
    }
}

/// A server on UDP alone that answers as it is told to, or not at all.
pub(crate) struct OddServer {
    pub(crate) address: SocketAddr,
    worker: Option<JoinHandle<()>>,
}

impl OddServer {
    /// Answers each question with what `answer` makes of it.
    pub(crate) fn start(mut answer: impl FnMut(&[u8]) -> Option<Vec<u8>> + Send + 'static) -> Self {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = socket.local_addr().unwrap();
        let worker = thread::spawn(move || {
            let mut question = [0; 4096];
            while let Ok((length, client)) = socket.recv_from(&mut question) {
                // An empty one says that the test is over.
                if length == 0 {
                    return;
                }
                if let Some(answer) = answer(&question[..length]) {
                    let _ = socket.send_to(&answer, client);
                }
            }
        });
        Self { address, worker: Some(worker) }
    }

    /// Sends the question back with these two bytes of flags (RFC 1035 §4.1.1).
    pub(crate) fn with_flags(flags: [u8; 2]) -> Self {
        Self::start(move |question| {
            let mut answer = question.to_vec();
            answer[2..4].copy_from_slice(&flags);
            Some(answer)
        })
    }
}

impl Drop for OddServer {
    fn drop(&mut self) {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        socket.send_to(&[], self.address).unwrap();
        if let Some(worker) = self.worker.take() {
            let _ = worker.join();
        }
    }
}
