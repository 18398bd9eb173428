//! Several CAs in a store, one of which is damaged: the others go on, and it is named.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

#[expect(dead_code, reason = "other tests need more of it")]
#[path = "support/desk.rs"]
mod desk;

use std::fs;
use std::process::Stdio;

use desk::{Desk, NAME};

const REQUEST: &str = "store/remote.contoso.com/request.csr";

/// A desk with two CAs, of which the first signed for its key.
fn desk() -> Desk {
    let desk = Desk::new();
    for name in ["One", "Two"] {
        desk.answer(0, &["ca", "init", name, "--key", "p-256", "--plain-key"]);
    }
    desk.answer(0, &["ca", "sign", REQUEST, "--ca", "one", "--install", "--yes"]);
    desk
}

/// Standard output and standard error.
fn said(desk: &Desk, status: i32, arguments: &[&str]) -> (String, String) {
    let output = desk.run(arguments, Stdio::null());
    let [text, complaint] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    assert_eq!(output.status.code(), Some(status), "{arguments:?}: {text}{complaint}");
    (text, complaint)
}

/// What damages the second CA: its name, and whether its certificates are still read.
fn damages(desk: &Desk) -> [(&'static str, Option<&'static str>); 4] {
    let list = desk.path("store/_ca/two/ca.crl");
    let whole = fs::read(&list).unwrap();
    fs::write(desk.path("half"), &whole[..whole.len() / 2]).unwrap();
    [("ca.crl", None), ("ca.crl", Some("")), ("ca.crl", Some("half")), ("ca.json", Some(""))]
}

#[test]
fn the_others_sign_and_renew_and_are_listed() {
    let desk = desk();
    for (file, damage) in damages(&desk) {
        let path = desk.path("store/_ca/two").join(file);
        let before = fs::read(&path).unwrap();
        match damage {
            None => fs::remove_file(&path).unwrap(),
            Some("half") => drop(fs::copy(desk.path("half"), &path).unwrap()),
            Some(text) => fs::write(&path, text).unwrap(),
        }
        let (text, complaint) = said(&desk, 0, &["renew", "--now", NAME]);
        assert!(text.starts_with(&format!("{NAME}: renewed until ")), "{text}");
        assert!(complaint.starts_with("certfix: what is revoked is not known: "), "{complaint}");
        assert_eq!(complaint.lines().count(), 1, "it is said once: {complaint}");
        assert!(complaint.contains("store/_ca/two/"), "{complaint}");
        desk.answer(0, &["ca", "sign", REQUEST, "--ca", "One", "--install", "--yes"]);
        let (text, complaint) = said(&desk, 2, &["ca", "list"]);
        assert!(text.starts_with("One\n") && !text.contains("Two"), "{text}");
        assert!(complaint.contains("store/_ca/two/") && complaint.contains("certfix: hint: put "), "{complaint}");
        assert!(!complaint.contains("nom error"), "{complaint}");
        let listed = desk.json(2, &["ca", "list"]);
        assert_eq!(listed["authorities"].as_array().unwrap().len(), 1);
        assert_eq!(listed["errors"].as_array().unwrap().len(), 1);
        for own in [&["ca", "sign", REQUEST, "--ca", "Two", "--yes"][..], &["ca", "crl", "--ca", "two"]] {
            let (_, complaint) = said(&desk, 2, own);
            let hint = complaint.lines().last().unwrap();
            assert!(hint.contains(": put it back ") || hint.contains(": put that file back "), "{complaint}");
        }
        fs::write(&path, before).unwrap();
    }
    assert_eq!(desk.json(0, &["ca", "list"])["authorities"].as_array().unwrap().len(), 2);
}

#[test]
fn one_that_was_set_aside_is_none() {
    let desk = desk();
    fs::rename(desk.path("store/_ca/two"), desk.path("store/_ca/two.old")).unwrap();
    fs::remove_file(desk.path("store/_ca/two.old/ca.crl")).unwrap();
    assert_eq!(said(&desk, 0, &["renew"]), (String::new(), String::new()));
    // There is one, so that none has to be named.
    desk.answer(0, &["ca", "sign", REQUEST, "--install", "--yes"]);
    assert_eq!(desk.json(0, &["ca", "list"])["authorities"].as_array().unwrap().len(), 1);
}

#[test]
fn what_the_others_have_revoked_still_counts() {
    let desk = desk();
    fs::write(desk.path("store/_ca/two/ca.crl"), "").unwrap();
    desk.answer(0, &["ca", "revoke", NAME, "--ca", "one", "--reason", "key-compromise", "--yes"]);
    assert_eq!(desk.state(), "revoked");
    let (_, complaint) = said(&desk, 2, &["ca", "sign", REQUEST, "--ca", "one", "--yes"]);
    assert!(complaint.contains("somebody else may have its key"), "{complaint}");
}
