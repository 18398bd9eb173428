//! A certificate that a CA of the store has revoked is given to nobody, and replaced.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

#[expect(dead_code, reason = "other tests need more of it")]
#[path = "support/desk.rs"]
mod desk;

use std::fs;
use std::process::Stdio;

use certfix::authority::mark;
use certfix::input::read_file;
use certfix::store::KeyFolder;
use desk::{Desk, NAME};

const REQUEST: &str = "store/remote.contoso.com/request.csr";
const RENEWAL: &str = "store/remote.contoso.com/renewal/request.csr";

/// A desk with a private CA whose key is not encrypted.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.answer(0, &["ca", "init", "Contoso CA", "--key", "p-256", "--plain-key"]);
    desk
}

/// The same, and the CA signed for its key; a service has the certificate.
fn committed() -> Desk {
    let desk = desk();
    desk.answer(0, &["ca", "sign", REQUEST, "--install", "--yes"]);
    bind(&desk, "a");
    desk.answer(0, &["commit"]);
    desk
}

/// Binds the key to a file that is copied when it is reloaded.
fn bind(desk: &Desk, service: &str) -> String {
    let value = format!("combined_file={}", desk.path(&format!("{service}.pem")).display());
    desk.answer(0, &["bind", NAME, "--to", &format!("files:{service}"), "--set", &value, "--reload", "true"])
}

fn revoke(desk: &Desk, certificate: &str, reason: &str) {
    desk.answer(0, &["ca", "revoke", certificate, "--ca", "contoso-ca", "--reason", reason, "--yes"]);
}

fn hint(desk: &Desk, arguments: &[&str]) -> String {
    let output = desk.run(arguments, Stdio::null());
    let text = String::from_utf8(output.stderr).unwrap();
    text.lines().nth(1).unwrap().strip_prefix("certfix: hint: ").unwrap().to_owned()
}

fn waiting(desk: &Desk) -> serde_json::Value {
    desk.json(0, &["keys", "show", NAME])["keys"][0]["waiting"].clone()
}

#[test]
fn is_not_installed() {
    let desk = desk();
    desk.answer(0, &["ca", "sign", REQUEST, "--yes", "-o", "leaf.pem"]);
    revoke(&desk, "leaf.pem", "superseded");
    for more in [&["--dry-run"][..], &[]] {
        let said = desk.refusal(&[&["install", "leaf.pem"][..], more].concat());
        assert!(said.contains(" is revoked since ") && said.ends_with(" by a CA of this store"), "{said}");
    }
    assert_eq!(desk.state(), "pending");
    let hint = hint(&desk, &["install", "leaf.pem"]);
    assert!(hint.contains("certfix csr --renew"), "{hint}");
    desk.answer(0, &["csr", "--renew", NAME, "--ca", "private"]);
    desk.answer(0, &["ca", "sign", RENEWAL, "--yes", "-o", "next.pem"]);
    desk.answer(0, &["install", "next.pem"]);
    assert_eq!(desk.state(), "installed");
}

#[test]
fn is_installed_with_a_word_where_the_list_cannot_be_read() {
    let desk = desk();
    desk.answer(0, &["ca", "sign", REQUEST, "--yes", "-o", "leaf.pem"]);
    fs::write(desk.path("store/_ca/contoso-ca/ca.crl"), "damaged").unwrap();
    let output = desk.run(&["install", "leaf.pem"], Stdio::null());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && said.starts_with("certfix: what is revoked is not known: "), "{said}");
}

#[test]
fn is_renewed_at_once() {
    let desk = desk();
    desk.answer(0, &["ca", "sign", REQUEST, "--install", "--yes"]);
    assert_eq!(desk.answer(0, &["renew"]), "");
    revoke(&desk, NAME, "key-compromise");
    let due = desk.answer(1, &["renew", "--dry-run"]);
    assert!(due.contains(", due since ") && due.contains("; why: revoked since "), "{due}");
    let key = desk.text(&format!("store/{NAME}/key.pem"));
    let said = desk.answer(0, &["renew"]);
    assert!(said.starts_with(&format!("{NAME}: renewed until ")) && said.contains(", key-compromise\n"), "{said}");
    assert_eq!(desk.state(), "installed");
    assert_ne!(desk.text(&format!("store/{NAME}/key.pem")), key);
    assert_eq!(desk.answer(0, &["renew"]), "");
}

#[test]
fn is_renewed_by_hand_where_it_was_installed_by_hand() {
    let desk = desk();
    desk.answer(0, &["ca", "sign", REQUEST, "--yes", "-o", "leaf.pem"]);
    desk.answer(0, &["install", "leaf.pem"]);
    revoke(&desk, "leaf.pem", "superseded");
    let said = desk.answer(1, &["renew"]);
    assert!(said.contains(RENEWAL) && said.contains("; why: revoked since "), "{said}");
}

#[test]
fn is_not_committed_when_it_waits() {
    let desk = committed();
    desk.answer(0, &["renew", NAME, "--now", "--no-commit"]);
    revoke(&desk, &format!("store/{NAME}/next/cert.pem"), "superseded");
    assert!(waiting(&desk)["revoked_since"].is_string());
    let tree = desk.answer(0, &["keys"]);
    assert!(
        tree.contains("   generation 3, until ")
            && tree.contains(", superseded: certfix commit --store store refuses it\n"),
        "{tree}"
    );
    let shown = desk.answer(0, &["keys", "show", NAME]);
    assert!(shown.ends_with(&format!("Next: certfix csr --renew {NAME} --store store\n")), "{shown}");
    let service = desk.text("a.pem");
    for arguments in [&["commit"][..], &["commit", "--dry-run"]] {
        let said = desk.refusal(arguments);
        assert!(said.contains(&format!("the newest certificate of '{NAME}': it is revoked since ")), "{said}");
    }
    assert_eq!(hint(&desk, &["commit"]), format!("renew it first: certfix renew --now {NAME} --store store"));
    let again = bind(&desk, "a");
    let renew = format!("Its certificate is revoked. Renew it first: certfix renew --now {NAME} --store store\n");
    assert!(again.ends_with(&renew), "{again}");
    let said = desk.answer(0, &["renew", "--now", NAME]);
    assert!(said.contains("; files:a has it"), "{said}");
    assert_ne!(desk.text("a.pem"), service);
    assert_eq!(waiting(&desk), serde_json::Value::Null);
    assert_eq!(desk.state(), "bound");
}

#[test]
fn is_not_committed_when_no_service_is_left() {
    let desk = committed();
    desk.answer(0, &["renew", NAME, "--now", "--no-commit"]);
    revoke(&desk, &format!("store/{NAME}/next/cert.pem"), "superseded");
    desk.answer(0, &["bind", NAME, "--to", "files:a", "--remove"]);
    let said = desk.refusal(&["commit"]);
    assert!(said.contains("it is revoked since "), "{said}");
}

#[test]
fn stays_where_it_is_and_goes_nowhere_else() {
    let desk = committed();
    revoke(&desk, NAME, "superseded");
    assert!(desk.answer(0, &["commit"]).starts_with("Nothing to commit"));
    let service = desk.text("a.pem");
    fs::write(desk.path("a.pem"), "").unwrap();
    desk.answer(0, &["commit"]);
    assert_eq!(desk.text("a.pem"), service, "the service was left without any certificate");
    bind(&desk, "b");
    let said = desk.refusal(&["commit"]);
    assert!(said.contains("it is revoked since "), "{said}");
}

#[test]
fn does_not_keep_other_keys_from_their_services_when_it_cannot_be_renewed() {
    let desk = committed();
    let (other, way) = ("mail.contoso.com", format!("store/{NAME}/authority.json"));
    desk.answer(0, &["csr", "--fqdn", other, "--ca", "private", "--key", "p-256"]);
    desk.answer(0, &["ca", "sign", &format!("store/{other}/request.csr"), "--install", "--yes"]);
    let value = format!("combined_file={}", desk.path("mail.pem").display());
    desk.answer(0, &["bind", other, "--to", "files:mail", "--set", &value, "--reload", "true"]);
    desk.answer(0, &["commit"]);
    desk.answer(0, &["renew", NAME, "--now", "--no-commit"]);
    revoke(&desk, &format!("store/{NAME}/next/cert.pem"), "superseded");
    // As if the run had ended before its commit.
    let next = format!("store/{NAME}/next/cert.pem");
    let next = read_file(&desk.path(&next), None).unwrap().certificates.remove(0);
    mark(&KeyFolder { path: desk.path("store").join(NAME) }, &next.identity.key).unwrap();
    fs::write(desk.path(&way), "{").unwrap();
    let said = desk.answer(2, &["renew", NAME, other, "--now"]);
    assert!(said.contains(&format!("{other}: renewed until ")) && said.contains("; files:mail has it"), "{said}");
    assert!(waiting(&desk)["revoked_since"].is_string());
}

#[test]
fn a_key_that_was_given_up_is_signed_by_no_ca_of_the_store() {
    let desk = desk();
    desk.answer(0, &["ca", "sign", REQUEST, "--install", "--yes"]);
    desk.answer(0, &["ca", "init", "Other CA", "--key", "p-256", "--plain-key"]);
    revoke(&desk, NAME, "superseded");
    desk.answer(0, &["ca", "sign", REQUEST, "--ca", "contoso-ca", "--install", "--yes"]);
    revoke(&desk, NAME, "key-compromise");
    for ca in ["contoso-ca", "other-ca"] {
        for more in [&["--install"][..], &["--dry-run"], &[]] {
            let said = desk.refusal(&[&["ca", "sign", REQUEST, "--ca", ca, "--yes"][..], more].concat());
            assert!(said.contains(" is not signed: somebody else may have its key"), "{said}");
        }
    }
    assert_eq!(desk.state(), "revoked");
    let hint = hint(&desk, &["ca", "sign", REQUEST, "--ca", "contoso-ca", "--yes"]);
    assert!(
        hint.contains("certfix csr --renew NAME --new-key --store store; then sign renewal/request.csr "),
        "{hint}"
    );
    desk.answer(0, &["csr", "--renew", NAME, "--new-key"]);
    desk.answer(0, &["ca", "sign", RENEWAL, "--ca", "contoso-ca", "--install", "--yes"]);
    assert_eq!(desk.state(), "installed");
}

#[test]
fn a_renewal_with_a_key_that_was_given_up_gives_way_to_another() {
    for by_hand in [false, true] {
        let desk = desk();
        desk.answer(0, &["ca", "sign", REQUEST, "--install", "--yes"]);
        desk.answer(0, &["csr", "--renew", NAME, "--same-key", "--ca", "private"]);
        let (key, old) = (desk.text(&format!("store/{NAME}/key.pem")), desk.text(RENEWAL));
        // Nothing is wrong with it yet.
        assert!(desk.refusal(&["csr", "--renew", NAME, "--new-key"]).contains(" waits for its certificate in "));
        revoke(&desk, NAME, "key-compromise");
        desk.refusal(&["csr", "--renew", NAME, "--same-key"]);
        desk.answer(0, &["csr", "--renew", NAME, "--new-key", "--dry-run"]);
        assert_eq!(desk.text(RENEWAL), old, "--dry-run changes nothing");
        let command: &[&str] = if by_hand { &["csr", "--renew", NAME, "--new-key"] } else { &["renew"] };
        let output = desk.run(command, Stdio::null());
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success() && said.contains("that waited is deleted: it had the key that was"), "{said}");
        if by_hand {
            assert_ne!(desk.text(RENEWAL), old);
            desk.answer(0, &["ca", "sign", RENEWAL, "--install", "--yes"]);
        }
        assert_eq!(desk.state(), "installed");
        assert_ne!(desk.text(&format!("store/{NAME}/key.pem")), key);
    }
}
