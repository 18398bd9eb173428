//! Real servers, started here, present the certificate made for them on every port, by STARTTLS and by implicit TLS, and
//! certfix sees what `openssl s_client` sees.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

#[path = "support/asked.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod asked;
#[path = "support/authority.rs"]
mod authority;
#[path = "support/servers/mod.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod servers;

use std::fs;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use authority::{Authority, Credentials, Key, Leaf, sha256};
use servers::dovecot::Dovecot;
use servers::inn::Inn;
use servers::nginx::Nginx;
use servers::openldap::OpenLdap;
use servers::postfix::Postfix;
use servers::relay::{Protocol, Relay};
use servers::s_server::SServer;

/// How long a server may take to show a new certificate.
const RELOAD: Duration = Duration::from_secs(20);
/// What a client needs to speak a TLS this old.
const OLD: [&str; 2] = ["-cipher", "ALL:@SECLEVEL=0"];
const NAMES: &[&str] = &["mail.contoso.test", "autodiscover.contoso.test", "127.0.0.1"];

/// A port that offers TLS.
#[derive(Clone, Copy, Debug)]
struct Place<'a> {
    /// How addresses of it begin.
    scheme: &'static str,
    /// The name that certfix asks for.
    name: &'static str,
    port: u16,
    /// The protocol before TLS, as `openssl s_client -starttls` calls it; nothing with implicit TLS.
    starttls: Option<&'static str>,
    /// Further options of `openssl s_client`.
    options: &'a [&'a str],
}

impl<'a> Place<'a> {
    fn implicit(scheme: &'static str, port: u16) -> Self {
        Self { scheme, name: "mail.contoso.test", port, starttls: None, options: &["-noservername"] }
    }

    /// With a protocol that is called alike everywhere.
    fn starttls(protocol: &'static str, port: u16) -> Self {
        Self { starttls: Some(protocol), ..Self::implicit(protocol, port) }
    }

    fn named(self, name: &'static str) -> Self {
        Self { name, ..self }
    }

    fn with(self, options: &'a [&'a str]) -> Self {
        Self { options, ..self }
    }
}

#[test]
fn dovecot_is_seen_on_every_port() {
    let authority = Authority::new();
    let (first, second) = (authority.issue(&Leaf::new(NAMES)), authority.issue(&rsa()));
    let mut dovecot = Dovecot::start(&first);
    let places = [
        Place::starttls("imap", dovecot.imap),
        Place::implicit("imaps", dovecot.imaps),
        Place::starttls("pop3", dovecot.pop3),
        Place::implicit("pop3s", dovecot.pop3s),
        Place::starttls("lmtp", dovecot.lmtp),
        Place::starttls("sieve", dovecot.sieve),
    ];
    all_show(&places, &first);
    all_are_recognised(&places);
    dovecot.files.replace(&second);
    dovecot.reload();
    all_show_soon(&places, &second);
}

#[test]
fn postfix_is_seen_on_every_port() {
    let authority = Authority::new();
    let (first, second) = (authority.issue(&Leaf::new(NAMES)), authority.issue(&rsa()));
    let mut postfix = Postfix::start(&first);
    let places = [
        Place::starttls("smtp", postfix.smtp),
        Place { scheme: "submission", ..Place::starttls("smtp", postfix.submission) },
        Place::implicit("submissions", postfix.smtps),
    ];
    all_show(&places, &first);
    all_are_recognised(&places);
    postfix.files.replace(&second);
    postfix.reload();
    all_show_soon(&places, &second);
}

#[test]
fn openldap_is_seen_on_every_port() {
    let authority = Authority::new();
    let (first, second) = (authority.issue(&Leaf::new(NAMES)), authority.issue(&rsa()));
    let mut openldap = OpenLdap::start(&first);
    let places = [Place::starttls("ldap", openldap.ldap), Place::implicit("ldaps", openldap.ldaps)];
    all_show(&places, &first);
    all_are_recognised(&places);
    openldap.files.replace(&second);
    openldap.reload();
    all_show_soon(&places, &second);
}

#[test]
fn inn_is_seen_on_every_port() {
    let authority = Authority::new();
    let (first, second) = (authority.issue(&Leaf::new(NAMES)), authority.issue(&rsa()));
    let mut inn = Inn::start(&first);
    let places = [Place::starttls("nntp", inn.nntp), Place::implicit("nntps", inn.nntps)];
    all_show(&places, &first);
    all_are_recognised(&places);
    inn.files.replace(&second);
    inn.reload();
    all_show_soon(&places, &second);
}

#[test]
fn nginx_is_seen_by_name() {
    let authority = Authority::new();
    let (first, second) = (authority.issue(&Leaf::new(NAMES)), authority.issue(&rsa()));
    let mut nginx = Nginx::start(&first, "owa.contoso.test", &second);
    let default = Place::implicit("https", nginx.https);
    let other = default.named("other.contoso.test").with(&["-servername", "other.contoso.test"]);
    let named = default.named("owa.contoso.test").with(&["-servername", "owa.contoso.test"]);
    all_show(&[default, other], &first);
    all_show(&[named], &second);
    nginx.default.replace(&second);
    nginx.named.replace(&first);
    nginx.reload();
    all_show_soon(&[default, other], &second);
    all_show_soon(&[named], &first);
}

#[test]
fn an_expired_certificate_is_seen() {
    let expired = Authority::new().issue(&Leaf { years: (2020, 2021), ..Leaf::new(NAMES) });
    let server = SServer::start(&expired, &[]);
    all_show(&[Place::implicit("tls", server.port)], &expired);
}

#[test]
fn what_is_shown_leads_to_the_root() {
    let authority = Authority::new();
    let credentials = authority.issue(&Leaf::new(NAMES));
    let server = SServer::start(&credentials, &[]);
    let root = tempfile::NamedTempFile::new().unwrap();
    fs::write(root.path(), authority.root()).unwrap();
    let path = root.path().to_str().unwrap();
    let options = ["-CAfile", path, "-verify_return_error", "-verify_hostname", NAMES[1]];
    all_show(&[Place::implicit("tls", server.port).with(&options)], &credentials);
    let stranger =
        Place::implicit("tls", server.port).with(&["-verify_return_error", "-no-CAstore", "-no-CApath", "-no-CAfile"]);
    assert!(seen_by_openssl(stranger).text.contains("unable to get local issuer certificate"));
}

#[test]
fn tls_1_0_is_seen_directly_and_by_starttls() {
    an_old_version_is_seen("-tls1", &["-tls1", OLD[0], OLD[1]]);
}

#[test]
fn tls_1_1_is_seen_directly_and_by_starttls() {
    an_old_version_is_seen("-tls1_1", &["-tls1_1", OLD[0], OLD[1]]);
}

fn an_old_version_is_seen(version: &str, options: &[&str]) {
    let credentials = Authority::new().issue(&rsa());
    let server = SServer::start(&credentials, &[version, OLD[0], OLD[1]]);
    let direct = Place::implicit("tls", server.port);
    all_show(&[direct.with(options)], &credentials);
    assert_eq!(seen_by_openssl(direct.with(&["-tls1_2"])).chain, [[0; 32]; 0], "TLS 1.2 is spoken as well");
    for (protocol, name) in [
        (Protocol::Imap, "imap"),
        (Protocol::Pop3, "pop3"),
        (Protocol::Smtp, "smtp"),
        (Protocol::Ldap, "ldap"),
        (Protocol::Lmtp, "lmtp"),
        (Protocol::Nntp, "nntp"),
        (Protocol::Sieve, "sieve"),
    ] {
        let relay = Relay::start(protocol, server.port);
        all_show(&[Place::starttls(name, relay.port).with(options)], &credentials);
    }
}

fn rsa() -> Leaf {
    Leaf { key: Key::Rsa2048, ..Leaf::new(NAMES) }
}

/// Every place presents these certificates and no others, to openssl and to certfix.
fn all_show(places: &[Place<'_>], expected: &Credentials) {
    let by_openssl: Vec<Seen> = places.iter().map(|place| seen_by_openssl(*place)).collect();
    for (place, seen) in places.iter().zip(&by_openssl) {
        assert_eq!(seen.chain, expected.chain, "{place:?}: {}", seen.text);
    }
    let chain: Vec<String> = expected.chain.iter().map(asked::colons).collect();
    let answer = seen_by_certfix(places, |place| format!("{}://{}:{}", place.scheme, place.name, place.port));
    for ((place, spoken), seen) in places.iter().zip(by_openssl).zip(answer.sources()) {
        let endpoint = seen.endpoint(0);
        let opening = if place.starttls.is_some() { "starttls" } else { "implicit" };
        assert_eq!(endpoint["opening"], opening, "{place:?}");
        let (version, possession, shown) = seen.answers(endpoint).swap_remove(0);
        assert_eq!(shown, chain, "{place:?}");
        assert_eq!(version, spoken.version(), "{place:?}");
        // Old versions are left before the proof.
        let proved = if ["TLS 1.0", "TLS 1.1"].contains(&&*version) { "not asked" } else { "proved" };
        assert_eq!(possession, proved, "{place:?}");
    }
}

/// Asked for a port alone, certfix finds out by the greeting what is spoken there.
fn all_are_recognised(places: &[Place<'_>]) {
    let answer = seen_by_certfix(places, |place| format!("{}:{}", place.name, place.port));
    for (place, seen) in places.iter().zip(answer.sources()) {
        let url = format!("{}://{}:{}", place.starttls.unwrap_or("tls"), place.name, place.port);
        assert_eq!(seen.endpoint(0)["service"], url, "{place:?}");
        assert!(!seen.answers(seen.endpoint(0)).is_empty(), "{place:?}");
    }
}

fn seen_by_certfix(places: &[Place<'_>], source: impl Fn(&Place<'_>) -> String) -> asked::Answer {
    let sources: Vec<String> = places.iter().map(source).collect();
    let mut arguments = vec!["inspect", "--connect", "127.0.0.1", "--timeout", "20"];
    arguments.extend(sources.iter().map(String::as_str));
    let answer = asked::json(&arguments);
    assert_eq!((answer.status, answer.sources().len()), (Some(0), places.len()), "{:#}", answer.json["errors"]);
    answer
}

/// The same, at last after a reload: servers answer at once, but let old processes finish.
fn all_show_soon(places: &[Place<'_>], expected: &Credentials) {
    let deadline = Instant::now() + RELOAD;
    let shows = |place: &Place<'_>| seen_by_openssl(*place).chain == expected.chain;
    while Instant::now() < deadline && !places.iter().all(shows) {
        sleep(Duration::from_millis(50));
    }
    all_show(places, expected);
}

/// What a client saw.
struct Seen {
    /// SHA-256 of the certificates in the order of the server.
    chain: Vec<[u8; 32]>,
    /// The client's own words.
    text: String,
}

impl Seen {
    /// The version that was spoken, as certfix calls it. Ciphers bear the names of versions as well.
    fn version(&self) -> &'static str {
        let all = [("TLSv1.3", "TLS 1.3"), ("TLSv1.2", "TLS 1.2"), ("TLSv1.1", "TLS 1.1")];
        all.iter().find(|(name, _)| self.text.contains(name)).map_or("TLS 1.0", |(_, version)| version)
    }
}

fn seen_by_openssl(place: Place<'_>) -> Seen {
    let mut command = Command::new("timeout");
    command.args(["15", "openssl", "s_client", "-showcerts", "-connect", &format!("127.0.0.1:{}", place.port)]);
    if let Some(protocol) = place.starttls {
        command.args(["-starttls", protocol]);
    }
    let output = command.args(place.options).stdin(Stdio::null()).output().unwrap();
    let chain = pem::parse_many(&output.stdout).unwrap().iter().map(|block| sha256(block.contents())).collect();
    let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    Seen { chain, text }
}
