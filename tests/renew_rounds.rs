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

/// A day before a private CA with an intermediate ends, and one after, where it was made on the first of 2026.
const ENDING: [&str; 2] = ["2030-07-01", "2031-01-01"];

/// A desk with such a CA, which signed for its key.
fn with_short_ca() -> Desk {
    let desk = Desk::new();
    let at = ["--at", "2026-01-01"];
    desk.answer(0, &[&["ca", "init", "Int CA", "--intermediate", "--key", "p-256", "--plain-key"][..], &at].concat());
    let request = format!("store/{NAME}/request.csr");
    desk.answer(0, &[&["ca", "sign", &request, "--install", "--yes"][..], &at].concat());
    desk
}

/// The words of the command that stands in this text after `certfix`.
fn command<'a>(text: &'a str, beginning: &str) -> Vec<&'a str> {
    let at = text.find(&format!("certfix {beginning}")).unwrap_or_else(|| panic!("{text}"));
    text[at..].lines().next().unwrap().split([' ', ',', ';']).skip(1).collect()
}

#[test]
fn a_ca_that_comes_to_its_end_is_told_of_in_time() {
    let desk = with_short_ca();
    let [before, _] = ENDING;
    let shown = |day: &str| desk.answer(0, &["keys", "--at", day]) + &desk.answer(0, &["ca", "list", "--at", day]);
    assert_eq!(desk.answer(0, &["renew", "--at", "2026-11-01"]), format!("{NAME}: renewed until 2027-12-02\n"));
    assert!(!shown("2026-11-01").contains(" with it"), "nothing ends yet");
    let said = desk.json(1, &["renew", "--at", before]);
    let remark = said["keys"][0]["remarks"][0].as_str().unwrap().to_owned();
    assert!(remark.starts_with("the CA int-ca itself ends on 2030-12-31: make another with certfix ca init NAME "));
    let tree = desk.answer(0, &["keys", "--at", before]);
    assert!(tree.contains("   its CA int-ca ends with it: certfix ca list int-ca --store store\n"), "{tree}");
    assert_eq!(desk.json(0, &["keys", "--at", before])["keys"][0]["ends_with_ca"], "int-ca");
    let listed = desk.answer(0, &["ca", "list", "int-ca", "--at", before]);
    assert!(listed.contains("certificates and their renewals end with it\n"), "{listed}");
    assert_eq!(desk.json(0, &["ca", "list", "--at", before])["authorities"][0]["cuts_short"], 1);
    // Each time, not only the first; and what it says works.
    let said = desk.answer(1, &["renew", "--at", "2030-11-15"]);
    assert_eq!(said.lines().count(), 2, "{said}");
    goes_to_another(&desk, &said, "2030-11-15", &format!("store/{NAME}/request.csr"));
}

#[test]
fn a_ca_that_has_ended_is_replaced_as_the_hint_says() {
    let desk = with_short_ca();
    let [_, after] = ENDING;
    let output = desk.run(&["renew", "--at", after], Stdio::null());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(2) && said.contains("the CA 'Int CA' ended on 2030-12-31"), "{said}");
    goes_to_another(&desk, &said, after, &format!("store/{NAME}/renewal/request.csr"));
}

/// Does what was said, and sees that renewals go to the new CA.
fn goes_to_another(desk: &Desk, said: &str, day: &str, request: &str) {
    let of_day = |words: Vec<&str>, more: &[&str]| {
        let words: Vec<&str> = words.into_iter().map(|word| if word == "NAME" { "Next" } else { word }).collect();
        desk.answer(0, &[&words[..], more, &["--at", day]].concat());
    };
    let mut init = command(said, "ca init ");
    init.truncate(5);
    assert_eq!(init, ["ca", "init", "NAME", "--store", "store"]);
    of_day(init, &["--key", "p-256", "--plain-key"]);
    let sign = command(said, "ca sign ");
    assert_eq!(sign, ["ca", "sign", request, "--ca", "NAME", "--install", "--store", "store"]);
    of_day(sign, &["--yes"]);
    let later = Moment::parse(day).unwrap().plus_days(300).date();
    assert!(desk.answer(0, &["renew", "--at", &later]).contains(": renewed until "));
    let shown = desk.json(0, &["keys", "--at", &later]);
    assert_eq!(shown["keys"][0]["ends_with_ca"], serde_json::Value::Null);
    let signed = &desk.json(0, &["ca", "list", "next"])["authorities"][0]["signed"];
    assert_eq!(signed.as_array().unwrap().len(), 2);
}
