//! Pebble, the ACME server for tests, with its DNS server: both from Debian's packages, on loopback.

use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use tempfile::TempDir;

use super::process::{Process, retry};
use super::{Files, folder, ports};
use crate::authority::{Authority, Leaf};

/// What differs between tests.
#[derive(Clone, Copy)]
pub(crate) struct Setup<'a> {
    /// Pebble's own switches.
    pub(crate) environment: &'a [(&'a str, &'a str)],
    /// Whether accounts need a binding: [`KID`] and [`HMAC_KEY`].
    pub(crate) binding: bool,
}

pub(crate) const KID: &str = "kid-1";
pub(crate) const HMAC_KEY: &str = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W";
/// A domain that it never signs.
pub(crate) const BLOCKED: &str = "blocked.contoso.com";

/// A running Pebble.
pub(crate) struct Pebble {
    pub(crate) port: u16,
    /// Where it looks for HTTP-01.
    pub(crate) http: u16,
    /// Where it looks for TLS-ALPN-01.
    pub(crate) tls: u16,
    /// The DNS server that it asks.
    pub(crate) dns: u16,
    /// Where that server is told what to answer.
    pub(crate) dns_management: u16,
    management: u16,
    /// The root of its own HTTPS certificate.
    pub(crate) root: PathBuf,
    pub(crate) authority: Authority,
    folder: TempDir,
    _dns: Process,
    _process: Process,
}

impl Pebble {
    /// Starts it. Every name is at 127.0.0.1 unless the DNS server is told otherwise.
    pub(crate) fn start(setup: Setup<'_>) -> Self {
        retry(|| Self::attempt(setup))
    }

    fn attempt(setup: Setup<'_>) -> Result<Self, String> {
        let temporary = folder();
        let path = temporary.path();
        let authority = Authority::new();
        let files = Files::write(path, "server", &authority.issue(&Leaf::new(&["localhost", "127.0.0.1"])));
        let root = path.join("root.pem");
        fs::write(&root, authority.root()).unwrap();
        let [port, management, http, tls, dns, dns_management] = ports();
        let local = |port: u16| format!("127.0.0.1:{port}");
        let config = serde_json::json!({"pebble": {
            "listenAddress": local(port),
            "managementListenAddress": local(management),
            "certificate": files.certificate,
            "privateKey": files.key,
            "httpPort": http,
            "tlsPort": tls,
            "externalAccountBindingRequired": setup.binding,
            "externalAccountMACKeys": {KID: HMAC_KEY},
            "domainBlocklist": [BLOCKED],
            "certificateValidityPeriod": 90 * 86_400,
        }});
        let file = path.join("pebble.json");
        fs::write(&file, config.to_string()).unwrap();
        let mut names = Command::new("pebble-challtestsrv");
        // Its own servers for challenges stay off: certfix is to answer them.
        names.args(["-http01", "", "-https01", "", "-tlsalpn01", "", "-defaultIPv6", ""]);
        names.args(["-dns01", &local(dns), "-management", &local(dns_management)]);
        let names = Process::start(names, &path.join("dns.log"), &[dns, dns_management])?;
        let mut pebble = Command::new("pebble");
        pebble.arg("-config").arg(&file).args(["-dnsserver", &local(dns)]);
        pebble.env("PEBBLE_VA_NOSLEEP", "1").env("PEBBLE_WFE_NONCEREJECT", "0").env("PEBBLE_AUTHZREUSE", "0");
        pebble.envs(setup.environment.iter().copied());
        let process = Process::start(pebble, &path.join("log"), &[port, management])?;
        Ok(Self {
            port,
            http,
            tls,
            dns,
            dns_management,
            management,
            root,
            authority,
            folder: temporary,
            _dns: names,
            _process: process,
        })
    }

    /// Its directory.
    pub(crate) fn directory(&self) -> String {
        format!("https://127.0.0.1:{}/dir", self.port)
    }

    /// The root of the certificates that it signs, PEM.
    pub(crate) fn issuing_root(&self) -> String {
        let answer = self.agent().get(format!("https://127.0.0.1:{}/roots/0", self.management)).call();
        answer.unwrap().body_mut().read_to_string().unwrap()
    }

    /// How many accounts it has, by its log.
    pub(crate) fn accounts(&self) -> usize {
        let log = self.log();
        let said =
            log.lines().rev().find_map(|line| line.split("There are now ").nth(1)?.strip_suffix(" accounts in memory"));
        said.map_or(0, |count| count.parse().unwrap())
    }

    pub(crate) fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(self.folder.path().join("log")).unwrap()).into_owned()
    }

    /// A client that trusts its HTTPS certificate.
    pub(crate) fn agent(&self) -> ureq::Agent {
        agent(&self.root)
    }

    /// Tells its DNS server something, e.g. `add-a` and `{"host": ..., "addresses": [...]}`.
    pub(crate) fn tell_dns(&self, what: &str, page: &serde_json::Value) {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.dns_management)).unwrap();
        let page = page.to_string();
        let length = page.len();
        write!(stream, "POST /{what} HTTP/1.0\r\nContent-Length: {length}\r\n\r\n{page}").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.contains(" 200 "), "{answer}");
    }
}

/// A client that trusts this root alone.
pub(crate) fn agent(root: &Path) -> ureq::Agent {
    let pem = fs::read(root).unwrap();
    let roots = [ureq::tls::Certificate::from_pem(&pem).unwrap()];
    let tls = ureq::tls::TlsConfig::builder()
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .root_certs(ureq::tls::RootCerts::new_with_certs(&roots))
        .build();
    let config = ureq::Agent::config_builder().tls_config(tls).http_status_as_error(false).proxy(None);
    config.max_redirects(0).build().new_agent()
}
