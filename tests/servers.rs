//! Real servers, started here, present the certificate made for them on every port, by STARTTLS and by implicit TLS.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

#[path = "support/authority.rs"]
mod authority;
#[path = "support/servers/mod.rs"]
#[expect(dead_code, reason = "other tests bind certificates to these servers")]
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
    port: u16,
    /// The protocol before TLS, as `openssl s_client -starttls` calls it; nothing with implicit TLS.
    starttls: Option<&'static str>,
    /// Further options of `openssl s_client`.
    options: &'a [&'a str],
}

impl<'a> Place<'a> {
    fn implicit(port: u16) -> Self {
        Self { port, starttls: None, options: &["-noservername"] }
    }

    fn starttls(protocol: &'static str, port: u16) -> Self {
        Self { starttls: Some(protocol), ..Self::implicit(port) }
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
        Place::implicit(dovecot.imaps),
        Place::starttls("pop3", dovecot.pop3),
        Place::implicit(dovecot.pop3s),
        Place::starttls("lmtp", dovecot.lmtp),
        Place::starttls("sieve", dovecot.sieve),
    ];
    all_show(&places, &first);
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
        Place::starttls("smtp", postfix.submission),
        Place::implicit(postfix.smtps),
    ];
    all_show(&places, &first);
    postfix.files.replace(&second);
    postfix.reload();
    all_show_soon(&places, &second);
}

#[test]
fn openldap_is_seen_on_every_port() {
    let authority = Authority::new();
    let (first, second) = (authority.issue(&Leaf::new(NAMES)), authority.issue(&rsa()));
    let mut openldap = OpenLdap::start(&first);
    let places = [Place::starttls("ldap", openldap.ldap), Place::implicit(openldap.ldaps)];
    all_show(&places, &first);
    openldap.files.replace(&second);
    openldap.reload();
    all_show_soon(&places, &second);
}

#[test]
fn inn_is_seen_on_every_port() {
    let authority = Authority::new();
    let (first, second) = (authority.issue(&Leaf::new(NAMES)), authority.issue(&rsa()));
    let mut inn = Inn::start(&first);
    let places = [Place::starttls("nntp", inn.nntp), Place::implicit(inn.nntps)];
    all_show(&places, &first);
    inn.files.replace(&second);
    inn.reload();
    all_show_soon(&places, &second);
}

#[test]
fn nginx_is_seen_by_name() {
    let authority = Authority::new();
    let (first, second) = (authority.issue(&Leaf::new(NAMES)), authority.issue(&rsa()));
    let mut nginx = Nginx::start(&first, "owa.contoso.test", &second);
    let default = Place::implicit(nginx.https);
    let other = default.with(&["-servername", "other.contoso.test"]);
    let named = default.with(&["-servername", "owa.contoso.test"]);
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
    all_show(&[Place::implicit(server.port)], &expired);
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
    all_show(&[Place::implicit(server.port).with(&options)], &credentials);
    let stranger =
        Place::implicit(server.port).with(&["-verify_return_error", "-no-CAstore", "-no-CApath", "-no-CAfile"]);
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
    let direct = Place::implicit(server.port);
    all_show(&[direct.with(options)], &credentials);
    assert_eq!(seen_by_openssl(direct.with(&["-tls1_2"])).chain, [[0; 32]; 0], "TLS 1.2 is spoken as well");
    for (protocol, name) in [
        (Protocol::Imap, "imap"),
        (Protocol::Pop3, "pop3"),
        (Protocol::Smtp, "smtp"),
        (Protocol::Ldap, "ldap"),
        (Protocol::Nntp, "nntp"),
    ] {
        let relay = Relay::start(protocol, server.port);
        all_show(&[Place::starttls(name, relay.port).with(options)], &credentials);
    }
}

fn rsa() -> Leaf {
    Leaf { key: Key::Rsa2048, ..Leaf::new(NAMES) }
}

/// Every place presents these certificates and no others.
fn all_show(places: &[Place<'_>], expected: &Credentials) {
    for &place in places {
        let seen = seen_by_openssl(place);
        assert_eq!(seen.chain, expected.chain, "{place:?}: {}", seen.text);
    }
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
