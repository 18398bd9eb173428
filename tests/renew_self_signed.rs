//! Keys whose certificate signs itself: the next one, and who says when it is time for it.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

#[allow(dead_code, reason = "other tests need more of it")]
#[path = "support/desk.rs"]
mod desk;

use std::fs;
use std::process::Stdio;

use certfix::store::Store;
use desk::{Desk, NAME};
use serde_json::Value;

const OWN: &str = "mail.contoso.com";
const FOLDER: &str = "store/mail.contoso.com";
/// Three days before the certificate of [`own`] ends.
const LATE: &str = "2026-03-29";

/// A desk with a key whose certificate signs itself for ninety days.
fn own(more: &[&str]) -> Desk {
    let desk = Desk::new();
    let made =
        ["self-signed", "--fqdn", OWN, "--san", "pop.contoso.com", "--subject", "O=Contoso,C=US", "--days", "90"];
    desk.answer(0, &[&made[..], &["--key", "p-256", "--at", "2026-01-01"], more].concat());
    desk
}

/// The words of a command that was printed.
fn words(command: &str) -> Vec<&str> {
    let words: Vec<&str> = command.split(' ').collect();
    assert_eq!(words[0], "certfix", "{command}");
    words[1..].to_vec()
}

fn key(desk: &Desk) -> Value {
    desk.json(0, &["keys", "show", OWN, "--at", LATE])["keys"][0].clone()
}

#[test]
fn whoever_looks_is_told_the_command_that_makes_the_next_one() {
    let desk = own(&[]);
    let before = desk.contents();
    for more in [&[][..], &["--dry-run"], &["--no-commit"]] {
        let text = desk.answer(1, &[&["renew", "--at", LATE], more].concat());
        let ends = format!("{OWN}: ends 2026-03-31; it signs itself, and the next one is made by: ");
        let command = text.trim_end().strip_prefix(&ends).unwrap_or_else(|| panic!("{text}"));
        assert_eq!(command, format!("certfix self-signed --renew {OWN} --store store"));
    }
    let said = desk.json(1, &["renew", "--at", LATE]);
    assert_eq!(said["keys"][0]["outcome"], "self-signed");
    assert_eq!(desk.contents(), before, "something was made that nobody answers");
    let checked = desk.answer(1, &["check", FOLDER, "--fqdn", OWN, "--at", LATE]);
    assert!(checked.contains(&format!("  certfix self-signed --renew {OWN} --store store\n")), "{checked}");
    assert!(!checked.contains("csr --renew"), "{checked}");

    let shown = desk.answer(0, &["keys", "show", OWN, "--at", LATE]);
    let next = shown.lines().find_map(|line| line.strip_prefix("Next: ")).unwrap_or_else(|| panic!("{shown}"));
    let text = desk.answer(0, &[&words(next)[..], &["--at", LATE]].concat());
    assert!(text.contains("clients that trust the last certificate have to trust this one anew"), "{text}");
    assert!(text.contains(&format!("Next: certfix check {FOLDER}/cert.pem")), "{text}");
    assert_eq!(desk.answer(0, &["renew", "--at", LATE]), "");
}

#[test]
fn the_next_one_is_like_the_last_with_a_new_key() {
    let desk = own(&[]);
    let (before, file) = (key(&desk), desk.text(&format!("{FOLDER}/key.pem")));
    desk.answer(0, &["self-signed", "--renew", OWN, "--at", LATE, "--dry-run"]);
    assert_eq!(key(&desk), before);
    let made = desk.json(0, &["self-signed", "--renew", OWN, "--at", LATE]);
    assert_eq!(made["made"][0]["files"][0], format!("{FOLDER}/key.pem"));
    let after = key(&desk);
    assert_eq!((&after["state"], &after["generations"]), (&"self-signed".into(), &serde_json::json!([1, 2])));
    assert_eq!(after["faults"], serde_json::json!([]));
    for same in ["key", "names"] {
        assert_eq!(after[same], before[same], "{same}");
    }
    assert_eq!(after["certificate"]["subject"], before["certificate"]["subject"]);
    assert_ne!(desk.text(&format!("{FOLDER}/key.pem")), file);
    // Ninety days as before, and another life where one is named.
    let line = |days: &str| format!("until {days}");
    let shown = || desk.answer(0, &["keys", "show", OWN, "--at", LATE]);
    assert!(shown().contains(&line("2026-06-26")), "{}", shown());
    desk.answer(0, &["self-signed", "--renew", OWN, "--at", LATE, "--days", "30"]);
    assert!(shown().contains(&line("2026-04-27")), "{}", shown());
}

#[test]
fn the_key_and_its_password_can_stay() {
    let desk = own(&["--encrypt-key", "--new-password-file", "password"]);
    let file = format!("{FOLDER}/key.pem");
    let before = desk.text(&file);
    desk.refusal(&["self-signed", "--renew", OWN, "--at", LATE]);
    let open = ["--password-file", "password"];
    desk.answer(0, &[&["self-signed", "--renew", OWN, "--at", LATE, "--same-key"], &open[..]].concat());
    assert_eq!(desk.text(&file), before);
    desk.answer(0, &["self-signed", "--renew", OWN, "--at", LATE, "--new-password-file", "password"]);
    assert_ne!(desk.text(&file), before);
    assert!(desk.text(&file).contains("BEGIN ENCRYPTED PRIVATE KEY"));
    assert_eq!(key(&desk)["faults"], serde_json::json!([]));
}

#[test]
fn services_get_it_with_the_commit_and_lose_it_with_the_undo() {
    let desk = own(&[]);
    let at = |name: &str| desk.path(name).display().to_string();
    let reload = format!("cat {0}/key.pem {0}/fullchain.pem > {1}", at(FOLDER), at("read"));
    desk.answer(0, &["bind", OWN, "--to", "files:reads", "--reload", &reload]);
    desk.answer(0, &["commit"]);
    let pair = || desk.text(&format!("{FOLDER}/key.pem")) + &desk.text(&format!("{FOLDER}/fullchain.pem"));
    let before = pair();
    let text = desk.answer(0, &["self-signed", "--renew", OWN, "--at", LATE]);
    assert!(text.contains(&format!("{FOLDER}/next/key.pem")), "{text}");
    assert!(text.ends_with("Next: certfix commit --store store\n"), "{text}");
    assert_eq!(pair(), before, "services have it before the commit");
    desk.answer(0, &["commit"]);
    assert_ne!(pair(), before);
    assert_eq!(desk.text("read"), pair());
    desk.answer(0, &["undo"]);
    assert_eq!(desk.text("read"), before);
    assert_eq!(pair(), before);
}

/// A server that cannot wait for the CA.
#[test]
fn a_request_that_waits_stays_where_its_key_does() {
    let desk = Desk::new();
    let request = format!("store/{NAME}/request.csr");
    let asked = desk.text(&request);
    desk.answer(0, &["self-signed", "--renew", NAME, "--same-key"]);
    assert_eq!(desk.text(&request), asked);
    desk.sign(&format!("store/{NAME}"), "leaf.pem", None);
    desk.answer(0, &["install", "leaf.pem", "between.pem", "root.pem"]);
    let store = Store::open(desk.path("store"));
    let folder = store.named(&certfix::facts::Name::parse(NAME).unwrap()).unwrap();
    assert!(folder.contents().faults.is_empty());
    // With another key it is a request for none that is here.
    desk.answer(0, &["self-signed", "--renew", NAME]);
    assert!(!fs::exists(desk.path(&request)).unwrap());
    assert!(folder.contents().faults.is_empty());
}

#[test]
fn who_makes_it_once_more_is_told_how() {
    let desk = own(&[]);
    for command in ["self-signed", "csr"] {
        let output = desk.run(&[command, "--fqdn", OWN], Stdio::null());
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(text.contains("already exists\n"), "{text}");
        assert!(text.contains(&format!("certfix {command} --renew {OWN} --store store makes the next")), "{text}");
    }
}
