//! Handshakes with real OpenSSL servers: what is seen is what `openssl s_client` sees.

#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

#[path = "support/openssl.rs"]
mod openssl;
#[path = "support/server.rs"]
mod server;

use std::fs;

use certfix::facts::{Cause, Hello, KeysOffered, Name, Possession, Sni, TlsVersion};
use certfix::probe::tls::{Seen, legacy, modern, shake, wants_legacy};
use openssl::Workshop;
use server::Server;

/// Old versions and short keys are forbidden unless one asks for them.
const ANYTHING: &str = "-cipher ALL:@SECLEVEL=0";
const RSA: &str = "rsa:2048";
const ELLIPTIC: &str = "ec -pkeyopt ec_paramgen_curve:P-256";

#[test]
fn todays_versions_show_their_chain_and_prove_their_key() {
    let workshop = Workshop::new();
    let chain = vec![make(&workshop, "leaf", RSA), make(&workshop, "other", ELLIPTIC)];
    for (flag, version) in [("-tls1_3", TlsVersion::Tls13), ("-tls1_2", TlsVersion::Tls12)] {
        let server = Server::start(&workshop, &format!("-cert leaf.pem -key leaf.key -cert_chain other.pem {flag}"));
        let seen = shake(&mut server.connect(), &hello(KeysOffered::Any, TlsVersion::Tls13)).unwrap();
        assert_eq!(seen, Seen { version, chain: chain.clone(), possession: Possession::Proved });
        assert_eq!(server.shown_to_openssl(flag), chain);
        let older = shake(&mut server.connect(), &hello(KeysOffered::Any, TlsVersion::Tls12));
        assert_eq!(older.map(|seen| seen.version).ok(), (version == TlsVersion::Tls12).then_some(version));
    }
}

#[test]
fn old_versions_show_their_chain_in_the_old_handshake() {
    let workshop = Workshop::new();
    let chain = vec![make(&workshop, "leaf", RSA), make(&workshop, "other", ELLIPTIC)];
    let versions = [("-tls1_2", TlsVersion::Tls12), ("-tls1_1", TlsVersion::Tls11), ("-tls1", TlsVersion::Tls10)];
    for (flag, version) in versions {
        let arguments = format!("-cert leaf.pem -key leaf.key -cert_chain other.pem {ANYTHING} {flag}");
        let server = Server::start(&workshop, &arguments);
        for newest in [TlsVersion::Tls12, version] {
            let seen = legacy::ask(&mut server.connect(), &hello(KeysOffered::Any, newest)).unwrap();
            assert_eq!(seen, Seen { version, chain: chain.clone(), possession: Possession::NotAsked });
        }
        assert_eq!(server.shown_to_openssl(&format!("{flag} {ANYTHING}")), chain);
        if version.is_old() {
            let hello = hello(KeysOffered::Any, TlsVersion::Tls13);
            assert!(wants_legacy(&shake(&mut server.connect(), &hello).unwrap_err()));
            let older = Hello { newest: version, ..hello };
            assert_eq!(shake(&mut server.connect(), &older).unwrap().chain, chain);
        }
    }
}

#[test]
fn a_server_with_two_keys_shows_the_one_that_was_asked_for() {
    let workshop = Workshop::new();
    let rsa = make(&workshop, "rsa", RSA);
    let elliptic = make(&workshop, "elliptic", ELLIPTIC);
    let both = format!("-cert rsa.pem -key rsa.key -dcert elliptic.pem -dkey elliptic.key {ANYTHING}");
    let server = Server::start(&workshop, &both);
    for (keys, leaf) in [(KeysOffered::Rsa, &rsa), (KeysOffered::Ecdsa, &elliptic)] {
        for newest in [TlsVersion::Tls13, TlsVersion::Tls12] {
            let seen = modern::ask(&mut server.connect(), &hello(keys, newest)).unwrap();
            let expected = Seen { version: newest, chain: vec![leaf.clone()], possession: Possession::Proved };
            assert_eq!(seen, expected, "{keys:?}");
        }
        let seen = legacy::ask(&mut server.connect(), &hello(keys, TlsVersion::Tls12)).unwrap();
        assert_eq!(&seen.chain[0], leaf, "{keys:?}");
    }
    assert_eq!(server.shown_to_openssl("-tls1_3 -sigalgs rsa_pss_rsae_sha256"), [rsa]);
    assert_eq!(server.shown_to_openssl("-tls1_3 -sigalgs ECDSA+SHA256"), [elliptic]);
}

#[test]
fn cipher_suites_that_rustls_refuses_need_the_old_handshake() {
    let workshop = Workshop::new();
    let leaf = make(&workshop, "leaf", RSA);
    for suite in ["AES128-SHA", "DHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-SHA", "CAMELLIA256-SHA"] {
        let server = Server::start(&workshop, &format!("-cert leaf.pem -key leaf.key -cipher {suite} -tls1_2"));
        let hello = hello(KeysOffered::Any, TlsVersion::Tls13);
        let trouble = modern::ask(&mut server.connect(), &hello).unwrap_err();
        assert_eq!(trouble.cause, Cause::Alert(40), "{suite}");
        assert!(wants_legacy(&trouble));
        assert_eq!(legacy::ask(&mut server.connect(), &hello).unwrap().chain, std::slice::from_ref(&leaf), "{suite}");
        assert_eq!(
            server.shown_to_openssl(&format!("-tls1_2 -cipher {suite}")),
            std::slice::from_ref(&leaf),
            "{suite}"
        );
    }
}

#[test]
fn a_server_that_wants_to_know_the_client_shows_itself_first() {
    let workshop = Workshop::new();
    let leaf = make(&workshop, "leaf", ELLIPTIC);
    let server = Server::start(&workshop, "-cert leaf.pem -key leaf.key -Verify 1");
    for newest in [TlsVersion::Tls13, TlsVersion::Tls12] {
        let seen = modern::ask(&mut server.connect(), &hello(KeysOffered::Any, newest)).unwrap();
        assert_eq!(seen, Seen { version: newest, chain: vec![leaf.clone()], possession: Possession::Proved });
    }
    assert_eq!(legacy::ask(&mut server.connect(), &hello(KeysOffered::Any, TlsVersion::Tls12)).unwrap().chain, [leaf]);
}

#[test]
fn a_short_key_and_sha1_are_seen_like_any_other() {
    let workshop = Workshop::new();
    let chain = vec![make(&workshop, "leaf", "rsa:1024 -sha1")];
    let start = |more: &str| Server::start(&workshop, &format!("{ANYTHING} -cert leaf.pem -key leaf.key {more}"));
    let server = start("-tls1_3");
    let seen = shake(&mut server.connect(), &hello(KeysOffered::Any, TlsVersion::Tls13)).unwrap();
    assert_eq!(seen.chain, chain);
    assert!(matches!(seen.possession, Possession::NotChecked(_)));
    let server = start("-tls1_2 -sigalgs RSA+SHA1");
    let seen = shake(&mut server.connect(), &hello(KeysOffered::Any, TlsVersion::Tls13)).unwrap();
    assert_eq!(seen.chain, chain);
    assert_eq!(seen.possession, Possession::Proved);
}

#[test]
fn a_version_1_certificate_is_seen_and_its_key_proved() {
    let workshop = Workshop::new();
    make(&workshop, "leaf", ELLIPTIC);
    workshop.run("req -new -key leaf.key -subj /CN=v1 -out request.pem");
    workshop.run("x509 -req -in request.pem -signkey leaf.key -days 30 -out v1.pem");
    let text = String::from_utf8(workshop.run("x509 -in v1.pem -noout -text")).unwrap();
    assert!(text.contains("Version: 1 "), "{text}");
    let leaf = workshop.run("x509 -in v1.pem -outform DER");
    let server = Server::start(&workshop, "-cert v1.pem -key leaf.key");
    for newest in [TlsVersion::Tls13, TlsVersion::Tls12] {
        let seen = modern::ask(&mut server.connect(), &hello(KeysOffered::Any, newest)).unwrap();
        assert_eq!(seen, Seen { version: newest, chain: vec![leaf.clone()], possession: Possession::Proved });
    }
    assert_eq!(legacy::ask(&mut server.connect(), &hello(KeysOffered::Any, TlsVersion::Tls12)).unwrap().chain, [leaf]);
}

#[test]
fn the_certificate_follows_the_name() {
    let workshop = Workshop::new();
    let usual = make(&workshop, "usual", ELLIPTIC);
    let named = make(&workshop, "named", ELLIPTIC);
    let arguments = "-cert usual.pem -key usual.key -cert2 named.pem -key2 named.key -servername mail.contoso.com";
    let server = Server::start(&workshop, arguments);
    let other = Name::parse("nowhere.example").unwrap();
    let cases = [
        (target(), &named, "-servername mail.contoso.com"),
        // To an unknown name the server says so in a warning, and goes on.
        (Sni::Other(other), &usual, "-servername nowhere.example"),
        (Sni::Absent, &usual, "-noservername"),
    ];
    for (sni, leaf, shown) in cases {
        let hello = |newest| Hello { sni: sni.clone(), keys: KeysOffered::Any, newest };
        for newest in [TlsVersion::Tls13, TlsVersion::Tls12] {
            assert_eq!(&shake(&mut server.connect(), &hello(newest)).unwrap().chain[0], leaf, "{sni:?}");
        }
        assert_eq!(&legacy::ask(&mut server.connect(), &hello(TlsVersion::Tls12)).unwrap().chain[0], leaf, "{sni:?}");
        assert_eq!(&server.shown_to_openssl(shown)[0], leaf, "{sni:?}");
    }
}

#[test]
fn uncommon_keys_are_seen() {
    let workshop = Workshop::new();
    let cases = [
        ("ed25519", Possession::Proved),
        ("ec -pkeyopt ec_paramgen_curve:P-521", Possession::Proved),
        ("rsa-pss -pkeyopt rsa_keygen_bits:2048", Possession::Proved),
        ("ed448", Possession::NotChecked("its key or way of signing is one that certfix cannot check")),
    ];
    for (key, possession) in cases {
        let leaf = make(&workshop, "leaf", key);
        let server = Server::start(&workshop, "-cert leaf.pem -key leaf.key");
        let seen = shake(&mut server.connect(), &hello(KeysOffered::Any, TlsVersion::Tls13)).unwrap();
        assert_eq!(seen, Seen { version: TlsVersion::Tls13, chain: vec![leaf], possession }, "{key}");
    }
    let leaf = make(&workshop, "leaf", "ec -pkeyopt ec_paramgen_curve:secp256k1");
    let server = Server::start(&workshop, "-cert leaf.pem -key leaf.key");
    let hello = hello(KeysOffered::Any, TlsVersion::Tls13);
    assert!(wants_legacy(&modern::ask(&mut server.connect(), &hello).unwrap_err()));
    assert_eq!(legacy::ask(&mut server.connect(), &hello).unwrap().chain, [leaf]);
}

fn hello(keys: KeysOffered, newest: TlsVersion) -> Hello {
    Hello { sni: target(), keys, newest }
}

fn target() -> Sni {
    Sni::Target(Name::parse("mail.contoso.com").unwrap())
}

/// Makes `NAME.key` and `NAME.pem`, a certificate for it, and hands out its DER.
fn make(workshop: &Workshop, name: &str, key: &str) -> Vec<u8> {
    let (subject, files) = (format!("/CN={name}.contoso.com"), format!("-keyout {name}.key -out {name}.pem"));
    workshop.run(&format!("req -x509 -newkey {key} -nodes {files} -subj {subject} -days 30"));
    let file = fs::read(workshop.file(&format!("{name}.pem"))).unwrap();
    pem::parse(file).unwrap().into_contents()
}
