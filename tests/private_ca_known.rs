//! What a CA of one's own signed is not held to what public CAs alone forbid.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

#[expect(dead_code, reason = "other tests use more of it")]
#[path = "support/desk.rs"]
mod desk;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use certfix::authority::private;
use certfix::store::Store;
use desk::{Desk, NAME};
use serde_json::Value;

const INTERNAL: &str = "subjectAltName=DNS:remote.contoso.com,DNS:server.contoso.local\nextendedKeyUsage=serverAuth\n";

fn codes(judged: &Value) -> Vec<&str> {
    judged["findings"].as_array().unwrap().iter().map(|finding| finding["code"].as_str().unwrap()).collect()
}

/// A CA in the store, and a request for an internal name.
fn with_authority(options: &[&str]) -> Desk {
    let desk = Desk::new();
    let init = ["ca", "init", "Contoso Internal CA", "--key", "p-256", "--new-password-file", "password"];
    desk.answer(0, &[&init[..], options].concat());
    let csr = ["csr", "--fqdn", "server.contoso.local", "--key", "p-256", "--ca", "private"];
    desk.answer(0, &csr);
    desk
}

#[test]
fn what_a_ca_of_the_store_signed() {
    for options in [&[][..], &["--intermediate"]] {
        let desk = with_authority(options);
        let sign = ["ca", "sign", "store/server.contoso.local/request.csr", "--yes", "--password-file", "password"];
        desk.answer(0, &[&sign[..], &["-o", "answer.pem"]].concat());
        // The root did not come along; the store has it.
        let installed = desk.answer(0, &["install", "answer.pem"]);
        assert!(!installed.contains("neither here") && installed.contains("nothing wrong"), "{installed}");
        let check = ["check", "answer.pem", "--fqdn", "server.contoso.local"];
        assert_eq!(codes(&desk.json(0, &check)["sources"][0]), [""; 0]);
        let held = desk.json(1, &[&check[..], &["--ca", "public"]].concat());
        assert!(codes(&held["sources"][0]).contains(&"internal-name"), "{held}");
        // Another store knows nothing of it.
        fs::rename(desk.path("store/_ca"), desk.path("elsewhere")).unwrap();
        assert_eq!(codes(&desk.json(1, &check)["sources"][0]), ["internal-name"]);
    }
}

#[test]
fn what_a_root_signed_that_this_machine_does_not_know() {
    for (files, found) in
        [(&["leaf.pem", "between.pem", "root.pem"][..], None), (&["leaf.pem", "between.pem"], Some("internal-name"))]
    {
        let desk = Desk::new();
        desk.sign(&format!("store/{NAME}"), "leaf.pem", Some(INTERNAL));
        let status = i32::from(found.is_some());
        let answer = desk.json(status, &[&["install"], files].concat());
        assert_eq!(codes(&answer["judged"]).into_iter().find(|code| *code == "internal-name"), found, "{files:?}");
    }
}

#[test]
fn an_answer_tells_where_its_key_is_open_to_others() {
    let desk = Desk::new();
    desk.sign(&format!("store/{NAME}"), "leaf.pem", None);
    let key = desk.path(&format!("store/{NAME}/key.pem"));
    fs::set_permissions(&key, Permissions::from_mode(0o644)).unwrap();
    let answer = desk.json(1, &["install", "leaf.pem", "between.pem", "root.pem", "--dry-run"]);
    assert_eq!(codes(&answer["judged"]), ["key-readable-by-others"]);
    fs::set_permissions(&key, Permissions::from_mode(0o600)).unwrap();
    let answer = desk.json(0, &["install", "leaf.pem", "between.pem", "root.pem"]);
    assert_eq!(codes(&answer["judged"]), [""; 0]);
    let unchecked = answer["judged"]["not_checked"].as_array().unwrap();
    assert!(unchecked.iter().all(|one| one["code"] != "key-readable-by-others"), "{unchecked:?}");
}

#[test]
fn what_follows_a_signature_is_said_and_keys_are_listed_by_name_too() {
    let desk = with_authority(&[]);
    let sign = ["ca", "sign", "store/server.contoso.local/request.csr", "--yes", "--password-file", "password"];
    let signed = desk.answer(0, &[&sign[..], &["--install"]].concat());
    let last = signed.lines().last().unwrap();
    assert_eq!(last, "Next: certfix bind server.contoso.local --to SERVICE --store store");
    assert_eq!(desk.answer(0, &["keys", "list"]), desk.answer(0, &["keys"]));
    let root = private::certificates(&Store::open(desk.path("store")));
    assert_eq!(root.len(), 1);
}
