//! A proxy in front of an ACME server that ends TLS, counts requests, and puts faults and answers of its own in. It hands the
//! name it was called by on, so that the server's URLs lead to the proxy again.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::authority::{Credentials, Leaf};
use crate::ordering::{PLAIN, Scene};
use crate::servers::pebble::agent;

/// What goes wrong at one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The connection is cut, and the server never hears of it.
    CutBefore,
    /// The server does it, and its answer is lost.
    CutAfter,
    /// The client is killed, and the server never hears of it.
    KillBefore,
    /// The server does it, and the client is killed.
    KillAfter,
}

/// An answer that does not come from the server.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
    /// How long each KiB of the body takes.
    pub(crate) slow: Duration,
}

/// Answers of the proxy's own, by method, path and body, perhaps made from the server's.
type Own = Box<dyn Fn(&str, &str, &[u8]) -> Option<Reply> + Send>;

/// What it does.
#[derive(Default)]
pub(crate) struct Plan {
    /// The number of the request, from 1.
    pub(crate) fault: Option<(usize, Fault)>,
    /// The process to kill.
    pub(crate) victim: Option<u32>,
    pub(crate) own: Option<Own>,
    /// More members of the directory.
    pub(crate) directory: BTreeMap<&'static str, String>,
    /// Method, path and body of each request.
    pub(crate) seen: Vec<(String, String, Vec<u8>)>,
}

/// A running proxy.
pub(crate) struct Proxy {
    pub(crate) port: u16,
    pub(crate) plan: Arc<Mutex<Plan>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// A scene whose orders go through a proxy to its Pebble.
pub(crate) fn behind_proxy() -> (Scene, Proxy) {
    let mut scene = Scene::new(PLAIN);
    let credentials = scene.pebble.authority.issue(&Leaf::new(&["127.0.0.1"]));
    let proxy = Proxy::start(&credentials, scene.pebble.port, &scene.pebble.root);
    scene.directory = proxy.directory();
    (scene, proxy)
}

impl Proxy {
    /// Answers for the renewal information (RFC 9773) that Debian's Pebble does not have yet: the directory's entry, and `page`
    /// for each certificate.
    pub(crate) fn tells_when_to_renew(&self, page: String) {
        let base = format!("https://127.0.0.1:{}/renewal-info", self.port);
        let own = move |method: &str, path: &str, _: &[u8]| {
            let is_asked = method == "GET" && path.starts_with("/renewal-info/");
            let headers = vec![("Retry-After", "21600".to_owned())];
            is_asked.then(|| Reply { status: 200, headers, body: page.as_bytes().to_vec(), slow: Duration::ZERO })
        };
        let directory = [("renewalInfo", base)].into();
        self.set(Plan { own: Some(Box::new(own)), directory, ..Plan::default() });
    }

    /// In front of the server at the port `behind`, whose certificate has the root `root`.
    pub(crate) fn start(credentials: &Credentials, behind: u16, root: &Path) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let pem = format!("{}{}", credentials.certificate, credentials.issuers);
        let chain: Vec<_> = CertificateDer::pem_slice_iter(pem.as_bytes()).map(Result::unwrap).collect();
        let key = PrivateKeyDer::from_pem_slice(credentials.key.as_bytes()).unwrap();
        let builder = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()));
        let builder = builder.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
        let config = Arc::new(builder.with_single_cert(chain, key).unwrap());
        let (plan, stop) = (Arc::new(Mutex::new(Plan::default())), Arc::new(AtomicBool::new(false)));
        let serve = Serve { config, plan: Arc::clone(&plan), port, behind, agent: agent(root) };
        let stopping = Arc::clone(&stop);
        let thread = thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                if stopping.load(Ordering::Relaxed) {
                    return;
                }
                let serve = serve.clone();
                // A client that hangs up is no concern of the next one.
                thread::spawn(move || drop(serve.one(client)));
            }
        });
        Self { port, plan, stop, thread: Some(thread) }
    }

    pub(crate) fn directory(&self) -> String {
        format!("https://127.0.0.1:{}/dir", self.port)
    }

    /// Changes what it does; what it has seen is forgotten.
    pub(crate) fn set(&self, plan: Plan) {
        *self.plan.lock().unwrap() = plan;
    }

    /// How many requests there were.
    pub(crate) fn count(&self) -> usize {
        self.plan.lock().unwrap().seen.len()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

#[derive(Clone)]
struct Serve {
    config: Arc<ServerConfig>,
    plan: Arc<Mutex<Plan>>,
    port: u16,
    behind: u16,
    agent: ureq::Agent,
}

impl Serve {
    /// One request of one connection.
    fn one(&self, client: TcpStream) -> io::Result<()> {
        client.set_read_timeout(Some(Duration::from_secs(20)))?;
        let connection = ServerConnection::new(Arc::clone(&self.config)).map_err(io::Error::other)?;
        let mut stream = BufReader::new(StreamOwned::new(connection, client));
        let mut line = String::new();
        stream.read_line(&mut line)?;
        let mut words = line.split(' ');
        let (method, path) = (words.next().unwrap_or_default().to_owned(), words.next().unwrap_or_default().to_owned());
        let (mut length, mut kind) = (0, None);
        loop {
            let mut header = String::new();
            stream.read_line(&mut header)?;
            let Some((name, value)) = header.trim_end().split_once(": ") else { break };
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.parse().unwrap(),
                "content-type" => kind = Some(value.to_owned()),
                _ => {}
            }
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body)?;
        let (fault, own) = {
            let mut plan = self.plan.lock().unwrap();
            plan.seen.push((method.clone(), path.clone(), body.clone()));
            let number = plan.seen.len();
            let fault = plan.fault.filter(|(at, _)| *at == number).map(|(_, fault)| fault);
            (fault, plan.own.as_ref().and_then(|own| own(&method, &path, &body)))
        };
        match fault {
            Some(Fault::CutBefore) => return Ok(()),
            Some(Fault::KillBefore) => return self.kill(),
            _ => {}
        }
        let reply = match own {
            Some(reply) => reply,
            None => self.forward(&method, &path, kind.as_deref(), body),
        };
        match fault {
            Some(Fault::CutAfter) => return Ok(()),
            Some(Fault::KillAfter) => return self.kill(),
            _ => {}
        }
        let out = stream.get_mut();
        write!(out, "HTTP/1.1 {} X\r\nConnection: close\r\nContent-Length: {}\r\n", reply.status, reply.body.len())?;
        reply.headers.iter().try_for_each(|(name, value)| write!(out, "{name}: {value}\r\n"))?;
        out.write_all(b"\r\n")?;
        if method != "HEAD" {
            for part in reply.body.chunks(1024) {
                out.write_all(part)?;
                thread::sleep(reply.slow);
            }
        }
        out.flush()?;
        out.conn.send_close_notify();
        out.flush()
    }

    fn kill(&self) -> io::Result<()> {
        let victim = loop {
            // The test tells who it is right after the start.
            match self.plan.lock().unwrap().victim {
                Some(victim) => break victim,
                None => thread::sleep(Duration::from_millis(1)),
            }
        };
        let pid = rustix::process::Pid::from_raw(i32::try_from(victim).unwrap()).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::KILL)?;
        Ok(())
    }

    fn forward(&self, method: &str, path: &str, kind: Option<&str>, body: Vec<u8>) -> Reply {
        let request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("https://127.0.0.1:{}{path}", self.behind))
            .header("Host", format!("127.0.0.1:{}", self.port));
        let request = match kind {
            Some(kind) => request.header("Content-Type", kind),
            None => request,
        };
        let answer = match body.is_empty() {
            true => self.agent.run(request.body(()).unwrap()),
            false => self.agent.run(request.body(body).unwrap()),
        };
        let mut answer = answer.unwrap();
        let kept = ["Location", "Replay-Nonce", "Retry-After", "Content-Type", "Link"];
        let headers = kept.into_iter().filter_map(|name| {
            let value = answer.headers().get(name)?.to_str().unwrap().to_owned();
            Some((name, value))
        });
        let (status, headers) = (answer.status().as_u16(), headers.collect());
        let mut body = answer.body_mut().read_to_vec().unwrap();
        let more = &self.plan.lock().unwrap().directory;
        if path == "/dir" && !more.is_empty() {
            let mut page: serde_json::Value = serde_json::from_slice(&body).unwrap();
            more.iter().for_each(|(name, value)| page[*name] = value.as_str().into());
            body = page.to_string().into_bytes();
        }
        Reply { status, headers, body, slow: Duration::ZERO }
    }
}
