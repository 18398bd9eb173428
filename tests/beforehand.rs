//! What is said before anything is made: which key, and what a CA will make of it.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

#[path = "support/desk.rs"]
#[expect(dead_code, reason = "nothing is signed here")]
mod desk;

use std::process::Stdio;

use desk::{Desk, NAME};

const NEW: &str = "mail.contoso.com";

#[test]
fn a_dry_run_shows_the_key_and_where_it_comes_from() {
    let desk = Desk::new();
    desk.openssl("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out own.key");
    let made = |arguments: &[&str]| desk.answer(0, &[arguments, &["--dry-run"]].concat());
    for command in ["csr", "self-signed"] {
        assert!(made(&[command, "--fqdn", NEW]).contains("\n  key         RSA 2048, new\n"), "{command}");
        let own = made(&[command, "--fqdn", NEW, "--key-file", "own.key"]);
        assert!(own.contains("\n  key         ECDSA P-384, from own.key\n"), "{own}");
    }
    let folder = format!("store/{NAME}");
    assert!(made(&["csr", "--fqdn", NEW, "--key", "rsa-3072"]).contains("  key         RSA 3072, new\n"));
    desk.sign(&folder, "leaf.pem", None);
    desk.answer(0, &["install", "leaf.pem", "between.pem", "root.pem"]);
    let same = made(&["csr", "--renew", NAME, "--same-key"]);
    assert!(same.contains(&format!("  key         ECDSA P-256, from {folder}/key.pem\n")), "{same}");
    assert!(made(&["csr", "--renew", NAME, "--new-key"]).contains("  key         ECDSA P-256, new\n"));
    let json = desk.json(0, &["csr", "--fqdn", NEW, "--key-file", "own.key", "--dry-run"]);
    assert_eq!((&json["made"][0]["key"], &json["made"][0]["key_from"]), (&"ECDSA P-384".into(), &"own.key".into()));
}

#[test]
fn says_that_public_cas_sign_no_ed25519() {
    const NOTE: &str = "public CAs sign no Ed25519 key (BR 6.1.5)";
    let desk = Desk::new();
    desk.openssl("genpkey -algorithm ED25519 -out own.key");
    let said = |arguments: &[&str]| {
        let output = desk.run(arguments, Stdio::null());
        let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(output.status.success(), "{arguments:?}: {text}");
        text.contains(NOTE)
    };
    let csr = |arguments: &[&str]| said(&[&["csr", "--fqdn", NEW], arguments].concat());
    for ca in ["public", "letsencrypt", "digicert"] {
        assert!(csr(&["--key", "ed25519", "--ca", ca, "--dry-run"]), "{ca}");
    }
    assert!(csr(&["--key-file", "own.key", "--dry-run"]));
    assert!(csr(&["--key", "ed25519", "--san", "a.contoso.com", "--one-per-name", "--dry-run"]));
    assert!(csr(&["--key", "ed25519", "--emit", "openssl-cnf"]));
    assert!(csr(&["--key-file", "own.key", "--emit", "newkeyrq"]));
    assert!(!csr(&["--key", "ed25519", "--ca", "private", "--dry-run"]));
    assert!(!csr(&["--dry-run"]));
    assert!(!said(&["self-signed", "--fqdn", NEW, "--key", "ed25519", "--dry-run"]));
    assert!(csr(&["--key", "ed25519"]));
    assert!(said(&["order", NEW, "--acme", "letsencrypt", "--listen", "8080", "--dry-run"]));
}
