//! Rounds of `certfix renew` on one store: one at a time, each from its first look at the keys to its commit; and what becomes
//! of it when the clock goes back, or the CA to its end.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

#[expect(dead_code, reason = "other tests need more of it")]
#[path = "support/desk.rs"]
mod desk;

use std::fs;
use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;

use certfix::facts::Moment;
use certfix::store::Store;
use desk::{Desk, NAME};

/// A desk whose key has a certificate of its own CA, and a day on which that is due.
fn signed() -> (Desk, String) {
    let desk = Desk::new();
    desk.answer(0, &["ca", "init", "Contoso CA", "--key", "p-256", "--plain-key"]);
    desk.answer(0, &["ca", "sign", &format!("store/{NAME}/request.csr"), "--install", "--yes"]);
    let shown = desk.json(0, &["keys"]);
    let end = Moment::parse(shown["keys"][0]["certificate"]["not_after"].as_str().unwrap()).unwrap();
    (desk, end.plus_days(-40).date())
}

#[test]
fn of_several_at_once_one_renews_and_the_others_find_nothing_due() {
    let (desk, day) = signed();
    let renew = || desk.run(&["renew", "--at", &day, "--wait", "60"], Stdio::null());
    let outputs: Vec<_> = std::thread::scope(|scope| {
        let running: Vec<_> = (0..5).map(|_| scope.spawn(renew)).collect();
        running.into_iter().map(|one| one.join().unwrap()).collect()
    });
    for output in &outputs {
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
        assert_eq!(output.status.code(), Some(0));
    }
    assert_eq!(outputs.iter().filter(|output| !output.stdout.is_empty()).count(), 1);
    let signed = &desk.json(0, &["ca", "list"])["authorities"][0]["signed"];
    assert_eq!(signed.as_array().unwrap().len(), 2, "the key was renewed more than once");
}

#[test]
fn a_round_names_the_one_that_is_at_work_and_a_dry_run_asks_nobody() {
    let (desk, day) = signed();
    let store = Store::open(desk.path("store"));
    let lock = store.lock_renewals(Duration::ZERO).unwrap();
    let said = desk.refusal(&["renew", "--at", &day, "--wait", "0"]);
    assert_eq!(said, format!("'store' is being worked on by certfix renew, process {}", std::process::id()));
    desk.answer(1, &["renew", "--at", &day, "--dry-run"]);
    assert_eq!(desk.state(), "installed", "others are not kept waiting");
    drop(lock);
    desk.answer(0, &["renew", "--at", &day]);
    let left: Vec<_> = fs::read_dir(desk.path("store")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

#[test]
fn a_key_that_is_being_ordered_is_waited_for() {
    let (desk, day) = signed();
    let key = desk.path(&format!("store/{NAME}"));
    let lock = Store::open(&key).lock("order", Duration::ZERO).unwrap();
    let output = desk.run(&["renew", "--at", &day, "--wait", "0"], Stdio::null());
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("is being worked on by certfix order, process "), "{said}");
    assert!(!key.join("renewal").exists(), "the order was not waited for");
    std::thread::scope(|scope| {
        let renew = scope.spawn(|| desk.answer(0, &["renew", "--at", &day, "--wait", "60"]));
        sleep(Duration::from_millis(300));
        assert!(!renew.is_finished());
        drop(lock);
        assert!(renew.join().unwrap().contains(": renewed until "));
    });
}

#[test]
fn where_the_clock_went_back_nothing_is_called_valid_and_nobody_is_sent_for_a_new_ca() {
    let (desk, _) = signed();
    let output = desk.run(&["renew", "--now", NAME, "--at", "2020-01-01"], Stdio::null());
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(said.contains("the CA 'Contoso CA' begins on ") && said.contains("hint: see that the clock "), "{said}");
    let key = || desk.json(0, &["keys", "--at", "2020-01-01"])["keys"][0]["state"].clone();
    assert_eq!(key(), "not-yet-valid");
    let value = format!("combined_file={}", desk.path("a.pem").display());
    desk.answer(0, &["bind", NAME, "--to", "files:a", "--set", &value, "--reload", "true"]);
    assert_eq!(key(), "not-yet-valid");
    let first = desk.json(0, &["keys"])["keys"][0]["certificate"]["not_before"].as_str().unwrap()[..10].to_owned();
    let tree = desk.answer(0, &["keys", "--at", "2020-01-01"]);
    assert!(tree.contains(&format!("  from {first}\n")), "{tree}");
    let listed = desk.json(0, &["ca", "list", "--at", "2020-01-01"]);
    assert_eq!(listed["authorities"][0]["signed"][0]["state"], "not-yet-valid");
    let listed = desk.answer(0, &["ca", "list", "--at", "2020-01-01"]);
    assert!(
        listed.contains(", begins on ") && listed.contains(&format!("  not-yet-valid  from {first}\n")),
        "{listed}"
    );
}
