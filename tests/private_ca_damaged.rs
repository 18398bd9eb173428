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
        assert!(complaint.contains("store/_ca/two/") && complaint.contains("certfix: hint: "), "{complaint}");
        assert!(!complaint.contains("nom error"), "{complaint}");
        let listed = desk.json(2, &["ca", "list"]);
        assert_eq!(listed["authorities"].as_array().unwrap().len(), 1);
        assert_eq!(listed["errors"].as_array().unwrap().len(), 1);
        for own in [&["ca", "sign", REQUEST, "--ca", "Two", "--yes"][..], &["ca", "crl", "--ca", "two"]] {
            let (_, complaint) = said(&desk, 2, own);
            let hint = complaint.lines().last().unwrap();
            assert!(
                hint.contains("certfix ca crl --ca NAME --from FILE") || hint.contains(": put that file back "),
                "{complaint}"
            );
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

/// The numbers of the certificates that the first CA's CRL lists, and its own, as `openssl` reads them.
fn listed(desk: &Desk) -> (Vec<String>, u64) {
    desk.openssl("crl -in store/_ca/one/ca.crl -inform DER -text -noout -CAfile store/_ca/one/root.pem -out listed");
    let text = desk.text("listed");
    let after = |line: &str, words: &str| Some(line.trim().strip_prefix(words)?.trim().to_owned());
    let number = text.lines().skip_while(|line| !line.contains("X509v3 CRL Number")).nth(1).unwrap();
    (text.lines().filter_map(|line| after(line, "Serial Number:")).collect(), number.trim().parse().unwrap())
}

#[test]
fn a_lost_list_is_made_again_from_a_copy() {
    let desk = desk();
    let list = desk.path("store/_ca/one/ca.crl");
    desk.answer(0, &["ca", "revoke", NAME, "--ca", "one", "--yes", "--reason", "key-compromise"]);
    let (revoked, number) = listed(&desk);
    assert_eq!((revoked.len(), number), (1, 2));
    desk.openssl("crl -in store/_ca/one/ca.crl -inform DER -out copy.pem");
    fs::copy(&list, desk.path("copy.crl")).unwrap();
    for copy in ["copy.pem", "copy.crl"] {
        for damage in [None, Some("half a list")] {
            match damage {
                None => fs::remove_file(&list).unwrap(),
                Some(text) => fs::write(&list, text).unwrap(),
            }
            desk.answer(0, &["ca", "crl", "--ca", "one", "--from", copy]);
            assert_eq!(listed(&desk), (revoked.clone(), 3), "{copy} {damage:?}");
        }
    }
    // What was revoked after the copy was made stays so.
    desk.answer(0, &["csr", "--fqdn", "mail.contoso.com", "--key", "p-256"]);
    desk.answer(0, &["ca", "sign", "store/mail.contoso.com/request.csr", "--ca", "one", "--install", "--yes"]);
    desk.answer(0, &["ca", "revoke", "mail.contoso.com", "--ca", "one", "--yes"]);
    desk.answer(0, &["ca", "crl", "--ca", "one", "--from", "copy.crl"]);
    let (both, number) = listed(&desk);
    assert_eq!((both.len(), number), (2, 5));
    for (copy, cause) in [
        ("root.pem", "it is no CRL, or not the whole of one"),
        ("none.crl", "it is not there"),
        ("store/_ca/two/ca.crl", "it is not signed by this CA"),
    ] {
        let refusal = desk.refusal(&["ca", "crl", "--ca", "one", "--from", copy]);
        assert_eq!(refusal, format!("the CRL '{copy}' cannot be used: {cause}"));
    }
}

#[test]
fn a_lost_list_begins_anew_where_that_is_said() {
    let desk = desk();
    let anew = ["ca", "crl", "--ca", "one", "--begin-anew"];
    desk.answer(0, &["ca", "revoke", NAME, "--ca", "one", "--yes"]);
    for more in [&["--yes"][..], &[]] {
        let refusal = desk.refusal(&[&anew[..], more].concat());
        assert!(refusal.ends_with("is whole, and is not begun anew"), "{refusal}");
    }
    fs::remove_file(desk.path("store/_ca/one/ca.crl")).unwrap();
    let refusal = desk.refusal(&anew);
    assert!(refusal.contains("all that it revoked is in force again"), "{refusal}");
    desk.answer(0, &[&anew[..], &["--yes"]].concat());
    let (revoked, number) = listed(&desk);
    assert!(revoked.is_empty() && number > 1_700_000_000, "a client takes no lower number than it has seen: {number}");
    desk.answer(0, &["ca", "revoke", NAME, "--ca", "one", "--yes"]);
    assert_eq!(listed(&desk).0.len(), 1);
}
