//! Whoever may not look into a store is told so; nothing there is taken for absent.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

#[expect(dead_code, reason = "other tests need more of it")]
#[path = "support/desk.rs"]
mod desk;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use desk::{Desk, NAME};

/// What certfix says to a user who owns nothing here. Root may read everything, and where certfix was built others may not go.
fn said_to_another(desk: &Desk, arguments: &[&str]) -> (Option<i32>, String, String) {
    let certfix = desk.path("certfix");
    if !certfix.exists() {
        fs::copy(env!("CARGO_BIN_EXE_certfix"), &certfix).unwrap();
    }
    let mut somebody = Command::new("setpriv");
    somebody.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(certfix).args(arguments);
    somebody.current_dir(desk.path("")).env("CERTFIX_STORE", "store").env("NO_COLOR", "1");
    let output = somebody.output().unwrap();
    let [text, error] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    (output.status.code(), text, error)
}

fn opened(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

fn desk() -> Desk {
    let desk = Desk::new();
    for folder in ["", "store"] {
        opened(&desk.path(folder), 0o755);
    }
    desk
}

#[test]
fn keys_that_may_not_be_looked_at_are_not_taken_for_absent() {
    let desk = desk();
    desk.sign(&format!("store/{NAME}"), "leaf.pem", None);
    desk.answer(0, &["install", "leaf.pem", "between.pem"]);
    for arguments in [
        &["renew"][..],
        &["renew", "--dry-run"],
        &["renew", NAME],
        &["keys"],
        &["keys", "show", NAME],
        &["bind", NAME, "--to", "postfix"],
        &["bind", NAME, "--to", "postfix", "--dry-run"],
        &["commit"],
        &["commit", "--dry-run"],
        &["order", NAME, "--acme", "letsencrypt", "--webroot", "/var/www", "--dry-run"],
    ] {
        let (status, text, error) = said_to_another(&desk, arguments);
        assert_eq!((status, &*text), (Some(2), ""), "{arguments:?}: {error}");
        let is_told = error.starts_with("certfix: error: cannot ") && error.contains(": permission denied\n");
        assert!(
            is_told && error.ends_with("certfix: hint: run it as root, or as the owner\n"),
            "{arguments:?}: {error}"
        );
    }
    opened(&desk.path("store"), 0o700);
    assert_eq!(said_to_another(&desk, &["renew"]).0, Some(2));
}

#[test]
fn authorities_that_may_not_be_looked_at_are_not_taken_for_absent() {
    let desk = desk();
    desk.answer(0, &["ca", "init", "Contoso", "--plain-key"]);
    for mode in [0o700, 0o755] {
        opened(&desk.path("store/_ca"), mode);
        let (status, text, error) = said_to_another(&desk, &["ca", "list"]);
        assert_eq!((status, &*text), (Some(2), ""), "{error}");
        assert!(error.contains("cannot read 'store/_ca") && error.contains(": permission denied\n"), "{error}");
    }
}

#[test]
fn a_certificate_that_cannot_be_read_fails_its_renewal() {
    let desk = desk();
    let folder = format!("store/{NAME}");
    desk.sign(&folder, "leaf.pem", None);
    desk.answer(0, &["install", "leaf.pem", "between.pem"]);
    desk.put(&format!("{folder}/cert.pem"), "-----BEGIN CERTIFICATE-----\nMIIB");
    let document = desk.json(2, &["renew"]);
    let error = document["errors"][0]["error"].as_str().or(document["errors"][0].as_str()).unwrap().to_owned();
    assert!(error.contains("cert.pem' is not a certificate"), "{document}");
}
