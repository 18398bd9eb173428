//! `certfix renew`: what is due, by which way, and what it says.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

#[expect(dead_code, reason = "other tests need more of it")]
#[path = "support/desk.rs"]
mod desk;

use std::fs;
use std::process::Stdio;

use desk::{Desk, NAME};

/// A desk whose key has a certificate of ninety days, and its days: the first, one before it is due, one after.
fn installed() -> (Desk, [String; 3]) {
    let desk = Desk::new();
    desk.sign(&format!("store/{NAME}"), "leaf.pem", None);
    desk.answer(0, &["install", "leaf.pem", "between.pem"]);
    let shown = desk.json(0, &["keys"]);
    let text = |field: &str| shown["keys"][0]["certificate"][field].as_str().unwrap().to_owned();
    let first = certfix::facts::Moment::parse(&text("not_before")).unwrap();
    (desk, [first, first.plus_days(59), first.plus_days(61)].map(certfix::facts::Moment::date))
}

fn said(desk: &Desk, status: i32, arguments: &[&str]) -> (String, String) {
    let output = desk.run(arguments, Stdio::null());
    let [text, complaint] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    assert_eq!(output.status.code(), Some(status), "{arguments:?}: {text}{complaint}");
    (text, complaint)
}

#[test]
fn says_nothing_when_nothing_is_due() {
    let (desk, [first, before, _]) = installed();
    for day in [&first, &before] {
        assert_eq!(said(&desk, 0, &["renew", "--at", day]), (String::new(), String::new()));
    }
    let pending = Desk::new();
    assert_eq!(said(&pending, 0, &["renew"]), (String::new(), String::new()));
    assert_eq!(desk.json(0, &["renew", "--at", &first])["keys"].as_array().unwrap().len(), 0);
}

#[test]
fn a_key_that_was_installed_by_hand_gets_one_request_and_says_so_until_it_is_answered() {
    let (desk, [_, _, after]) = installed();
    let key = fs::read(desk.path("store").join(NAME).join("key.pem")).unwrap();
    let (text, complaint) = said(&desk, 1, &["renew", "--at", &after]);
    let request = format!("store/{NAME}/renewal/request.csr");
    assert!(text.starts_with(&format!("{NAME}: ends ")) && text.lines().count() == 1, "{text}");
    assert!(text.contains(&request) && text.contains(&format!("certfix install {NAME} FILE")), "{text}");
    assert_eq!(complaint, "");
    let made = fs::read(desk.path(&request)).unwrap();
    // Names and subject are those of the last request.
    let names = |path: &str| desk.json(0, &["inspect", path])["sources"][0]["requests"][0]["names"].clone();
    assert_eq!(names(&request), names(&format!("store/{NAME}/request.csr")));
    assert_eq!(said(&desk, 1, &["renew", "--at", &after]).0, text);
    assert_eq!(fs::read(desk.path(&request)).unwrap(), made, "a second request was made");
    assert_eq!(fs::read(desk.path("store").join(NAME).join("key.pem")).unwrap(), key, "services lost their key");
    desk.sign(&format!("store/{NAME}/renewal"), "next.pem", None);
    desk.answer(0, &["install", "next.pem", "between.pem"]);
    assert_eq!(said(&desk, 0, &["renew", "--at", &certfix_now(&desk)]), (String::new(), String::new()));
}

/// The first moment of the certificate that is installed.
fn certfix_now(desk: &Desk) -> String {
    desk.json(0, &["keys"])["keys"][0]["certificate"]["not_before"].as_str().unwrap().to_owned()
}

#[test]
fn only_shows_what_is_due_on_a_dry_run() {
    let (desk, [first, _, after]) = installed();
    let (text, _) = said(&desk, 1, &["renew", "--dry-run", "--at", &after]);
    assert!(text.contains("due since") && text.contains("makes a request"), "{text}");
    assert!(!desk.path(&format!("store/{NAME}/renewal")).exists());
    let now = desk.json(1, &["renew", NAME, "--now", "--dry-run", "--at", &first]);
    assert_eq!(now["keys"][0]["outcome"], "due");
    assert_eq!(now["keys"][0]["key"], NAME);
}

#[test]
fn one_key_that_fails_does_not_keep_the_others_from_being_renewed() {
    let (desk, [_, _, after]) = installed();
    fs::write(desk.path("store").join(NAME).join("authority.json"), "{").unwrap();
    desk.answer(0, &["csr", "--fqdn", "mail.contoso.com", "--key", "p-256"]);
    desk.sign("store/mail.contoso.com", "mail.pem", None);
    desk.answer(0, &["install", "mail.contoso.com", "mail.pem", "between.pem"]);
    let (text, complaint) = said(&desk, 2, &["renew", "--at", &after]);
    assert!(text.starts_with("mail.contoso.com: ends ") && text.lines().count() == 1, "{text}");
    assert!(complaint.starts_with(&format!("certfix: error: {NAME}: '")), "{complaint}");
    assert!(complaint.contains("authority.json"), "{complaint}");
    let both = desk.json(2, &["renew", "--at", &after]);
    let outcome = |index: usize| both["keys"][index]["outcome"].as_str().unwrap().to_owned();
    assert_eq!([outcome(0), outcome(1)], ["asked", "failed"]);
    let (_, unknown) = said(&desk, 2, &["renew", "nobody.contoso.com"]);
    assert!(unknown.contains("no key is called 'nobody.contoso.com'"), "{unknown}");
}
