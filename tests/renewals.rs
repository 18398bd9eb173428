//! Renewals of keys that services are bound to: they wait for the commit, come with it and go back with it; and commits that
//! were interrupted or are at work concern every command.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

#[expect(dead_code, reason = "other tests use more of it")]
#[path = "support/desk.rs"]
mod desk;

use std::fs;
use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;

use certfix::store::Store;
use desk::{Desk, NAME};

const FOLDER: &str = "store/remote.contoso.com";

/// A desk whose key is installed.
fn installed() -> Desk {
    let desk = Desk::new();
    answer(&desk, FOLDER);
    desk
}

/// Signs the request in a folder and installs the answer; says what certfix says.
fn answer(desk: &Desk, folder: &str) -> String {
    desk.sign(folder, "leaf.pem", None);
    desk.answer(0, &["install", "leaf.pem", "between.pem", "root.pem"])
}

fn renew(desk: &Desk) -> String {
    desk.answer(0, &["csr", "--renew", NAME]);
    answer(desk, &format!("{FOLDER}/renewal"))
}

/// Binds the key to a service that has a copy of key and certificate, and one that reads those of the store; what both run
/// with after the reload is in `copied` and `read`. The reload ends with `end`.
fn bind(desk: &Desk, end: &str) {
    let at = |name: &str| desk.path(name).display().to_string();
    let own = format!("combined_file={}", at("own.pem"));
    let copies = format!("cp {} {}", at("own.pem"), at("copied"));
    let reads = format!("cat {0}/key.pem {0}/fullchain.pem > {1}; {end}", at(FOLDER), at("read"));
    desk.answer(0, &["bind", NAME, "--to", "files:copies", "--set", &own, "--reload", &copies]);
    desk.answer(0, &["bind", NAME, "--to", "files:reads", "--reload", &reads]);
}

/// What both services run with, if it is the same, and the store's own.
fn running(desk: &Desk) -> String {
    let pair = desk.text(&format!("{FOLDER}/key.pem")) + &desk.text(&format!("{FOLDER}/fullchain.pem"));
    assert_eq!(desk.text("copied"), pair, "the service with a copy");
    assert_eq!(desk.text("read"), pair, "the service that reads the store");
    desk.serves();
    pair
}

#[test]
fn a_renewal_waits_for_the_commit_and_goes_back_with_an_undo() {
    let desk = Desk::new();
    assert!(answer(&desk, FOLDER).ends_with(&format!("\nNext: certfix bind {NAME} --to SERVICE --store store\n")));
    bind(&desk, "true");
    desk.answer(0, &["commit"]);
    let first = running(&desk);
    assert!(!desk.answer(0, &["install", "leaf.pem", "between.pem", "root.pem"]).contains("Next: "), "all is done");

    let said = renew(&desk);
    assert!(said.contains("generation 3; services go on with the one before"), "{said}");
    assert!(said.ends_with("\nNext: certfix commit --store store\n"), "{said}");
    assert_eq!(running(&desk), first, "the installation changes nothing");
    let again = desk.json(0, &["install", NAME, "leaf.pem", "between.pem", "root.pem"]);
    assert_eq!(
        (&again["files"], &again["waiting"], &again["next"]),
        (&serde_json::json!([]), &3.into(), &"commit".into())
    );
    assert!(desk.answer(0, &["keys"]).contains("   generation 3, until "));
    assert!(desk.answer(0, &["keys", "show", NAME]).ends_with("\nNext: certfix commit --store store\n"));
    assert_eq!(desk.json(0, &["keys"])["keys"][0]["waiting"]["generation"], 3);

    let planned = desk.json(0, &["commit", "--dry-run"]);
    assert_eq!(planned["generations"], serde_json::json!([{"key": NAME, "before": 2, "after": 3}]));
    assert_eq!(running(&desk), first);
    assert!(desk.answer(0, &["commit"]).starts_with(&format!("{NAME}: generation 3 in the place of 2\n")));
    let second = running(&desk);
    assert_ne!(second, first);
    assert_eq!(desk.json(0, &["keys"])["keys"][0]["waiting"], serde_json::Value::Null);

    assert!(desk.answer(0, &["undo", "--dry-run"]).contains("generation 2; generation 3 waits for certfix commit"));
    let undone = desk.json(0, &["undo"]);
    assert_eq!(undone["generations"], serde_json::json!([{"key": NAME, "before": 2, "after": 3}]));
    assert_eq!(running(&desk), first);
    assert_eq!(desk.json(0, &["keys"])["keys"][0]["waiting"]["generation"], 3);
    desk.answer(0, &["commit"]);
    assert_eq!(running(&desk), second, "an undo is undone by a commit");
}

#[test]
fn a_commit_that_fails_leaves_the_key_where_it_was() {
    let desk = installed();
    bind(&desk, &format!("test ! -e {}", desk.path("broken").display()));
    desk.answer(0, &["commit"]);
    let first = running(&desk);
    renew(&desk);
    desk.put("broken", "");
    let refused = desk.run(&["commit"], Stdio::null());
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(refused.status.code() == Some(2) && said.contains("every file was put back"), "{said}");
    assert_eq!(running(&desk), first, "both services were reloaded with what they had");
    assert_eq!(desk.json(0, &["keys"])["keys"][0]["waiting"]["generation"], 3);
    // A second renewal on top of the first, which no service ever had.
    renew(&desk);
    assert_eq!(running(&desk), first);
    fs::remove_file(desk.path("broken")).unwrap();
    assert!(desk.answer(0, &["commit"]).starts_with(&format!("{NAME}: generation 4 in the place of 2\n")));
    assert_ne!(running(&desk), first);
    // A third is there when the second is undone.
    renew(&desk);
    assert!(desk.answer(0, &["undo"]).contains("generation 2; generation 5 waits for certfix commit"));
    assert_eq!(running(&desk), first);
}

#[test]
fn commits_are_undone_down_to_the_first_and_done_again_at_once() {
    let desk = installed();
    bind(&desk, "true");
    desk.answer(0, &["commit"]);
    let mut past = vec![running(&desk)];
    for _ in 0..2 {
        renew(&desk);
        desk.answer(0, &["commit"]);
        past.push(running(&desk));
    }
    for pair in past[..2].iter().rev() {
        desk.answer(0, &["undo"]);
        assert_eq!(running(&desk), *pair);
    }
    assert!(desk.answer(0, &["keys"]).contains("   generation 4, until "), "the newest waits");
    desk.answer(0, &["commit"]);
    assert_eq!(running(&desk), past[2]);
    desk.answer(0, &["undo"]);
    assert_eq!(running(&desk), past[0], "what the commit found");
}

#[test]
fn a_key_without_services_changes_at_once() {
    let desk = installed();
    let key = desk.text(&format!("{FOLDER}/key.pem"));
    assert!(renew(&desk).ends_with(&format!("\nNext: certfix bind {NAME} --to SERVICE --store store\n")));
    assert_ne!(desk.text(&format!("{FOLDER}/key.pem")), key);
    desk.put("own.pem", "something older");
    bind(&desk, "true");
    desk.answer(0, &["commit"]);
    let bound = running(&desk);
    // What was there when it was bound stays with an undo: no service had another.
    desk.answer(0, &["undo"]);
    assert_eq!(desk.text(&format!("{FOLDER}/key.pem")) + &desk.text(&format!("{FOLDER}/fullchain.pem")), bound);
    // The last binding goes while a generation waits.
    renew(&desk);
    for service in ["files:copies", "files:reads"] {
        desk.answer(0, &["bind", NAME, "--to", service, "--remove"]);
    }
    let committed = desk.json(0, &["commit"]);
    assert_eq!(
        (committed["committed"].as_array().unwrap().len(), &committed["generations"][0]["after"]),
        (0, &4.into())
    );
    desk.serves();
    assert_ne!(desk.text(&format!("{FOLDER}/key.pem")) + &desk.text(&format!("{FOLDER}/fullchain.pem")), bound);
}

#[test]
fn somebody_who_changed_the_key_since_is_not_undone() {
    let desk = installed();
    bind(&desk, "true");
    desk.answer(0, &["commit"]);
    renew(&desk);
    desk.answer(0, &["commit"]);
    for service in ["files:copies", "files:reads"] {
        desk.answer(0, &["bind", NAME, "--to", service, "--remove"]);
    }
    renew(&desk);
    let third = desk.text(&format!("{FOLDER}/key.pem"));
    assert!(desk.refusal(&["undo"]).ends_with("remote.contoso.com' was changed after the commit"));
    desk.answer(0, &["undo", "--force"]);
    assert_ne!(desk.text(&format!("{FOLDER}/key.pem")), third);
    assert_eq!(desk.json(0, &["keys"])["keys"][0]["waiting"]["generation"], 4, "it is not lost");
}

#[test]
fn every_command_tells_of_an_interrupted_commit_and_none_builds_on_it() {
    let desk = installed();
    desk.answer(0, &["csr", "--fqdn", "other.contoso.com", "--key", "p-256"]);
    bind(&desk, "true");
    desk.answer(0, &["commit"]);
    let first = running(&desk);
    renew(&desk);
    // The reload kills the commit, once.
    let once = format!("if mkdir {}; then kill -9 $PPID; fi", desk.path("once").display());
    bind(&desk, &once);
    assert_eq!(desk.run(&["commit"], Stdio::null()).status.code(), None);
    assert_ne!(desk.text("read"), first, "killed in the middle");
    for (arguments, status) in [
        (&["keys"][..], Some(0)),
        (&["keys", "show", NAME], Some(0)),
        (&["commit", "--dry-run"], Some(0)),
        (&["csr", "--fqdn", "new.contoso.com", "--key", "p-256"], Some(0)),
        (&["install", "leaf.pem", "between.pem", "root.pem"], Some(2)),
        (&["csr", "--renew", NAME], Some(2)),
        (&["keys", "rename", "other.contoso.com", "third.contoso.com"], Some(2)),
        (&["keys", "remove", "other.contoso.com", "--yes"], Some(2)),
        (&["keys", "remove", "other.contoso.com", "--yes", "--no-backup"], Some(2)),
    ] {
        let output = desk.run(arguments, Stdio::null());
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), status, "{arguments:?}: {said}");
        assert!(
            said.contains("was interrupted") && said.contains("certfix undo --store store puts everything back"),
            "{said}"
        );
        assert_ne!(desk.text("read"), first, "{arguments:?} reloads no service");
    }
    desk.answer(0, &["undo"]);
    assert_eq!(running(&desk), first);
    let quiet = desk.run(&["keys"], Stdio::null());
    assert_eq!(String::from_utf8(quiet.stderr).unwrap(), "");
    desk.answer(0, &["install", "leaf.pem", "between.pem", "root.pem"]);
    desk.answer(0, &["commit"]);
    assert_ne!(running(&desk), first);
}

#[test]
fn a_command_waits_for_a_commit_at_work_and_a_commit_for_it() {
    let desk = installed();
    let (begun, go) = (desk.path("begun"), desk.path("go"));
    bind(&desk, &format!("touch {}; while [ ! -e {} ]; do sleep 0.02; done", begun.display(), go.display()));
    desk.answer(0, &["csr", "--renew", NAME]);
    desk.sign(&format!("{FOLDER}/renewal"), "new.pem", None);
    std::thread::scope(|scope| {
        let commit = scope.spawn(|| desk.run(&["commit"], Stdio::null()));
        while !begun.exists() {
            sleep(Duration::from_millis(10));
        }
        let install = scope.spawn(|| desk.run(&["install", "new.pem", "between.pem", "root.pem"], Stdio::null()));
        let listed = desk.run(&["keys"], Stdio::null());
        assert_eq!(String::from_utf8(listed.stderr).unwrap(), "", "a commit at work is not an interrupted one");
        sleep(Duration::from_millis(300));
        assert!(!install.is_finished() && desk.path(&format!("{FOLDER}/renewal")).exists(), "it waits");
        fs::write(&go, "").unwrap();
        assert_eq!(commit.join().unwrap().status.code(), Some(0));
        let install = install.join().unwrap();
        assert_eq!(install.status.code(), Some(0), "{}", String::from_utf8_lossy(&install.stderr));
    });
    let store = Store::open(desk.path("store"));
    let lock = store.lock("install", Duration::ZERO).unwrap();
    let told = desk.run(&["commit"], Stdio::null());
    let told = String::from_utf8(told.stderr).unwrap();
    assert!(told.contains(&format!("by certfix install, process {}\n", std::process::id())), "{told}");
    drop(lock);
    desk.answer(0, &["commit"]);
    running(&desk);
}

#[test]
fn an_answer_that_is_installed_twice_at_once_makes_one_generation() {
    let desk = installed();
    desk.answer(0, &["csr", "--renew", NAME]);
    desk.sign(&format!("{FOLDER}/renewal"), "new.pem", None);
    std::thread::scope(|scope| {
        let install = || desk.run(&["install", "new.pem", "between.pem", "root.pem"], Stdio::null());
        let runs: Vec<_> = (0..4).map(|_| scope.spawn(install)).collect();
        let statuses: Vec<_> = runs.into_iter().map(|run| run.join().unwrap().status.code()).collect();
        assert_eq!(statuses, [Some(0); 4]);
    });
    assert_eq!(desk.json(0, &["keys"])["keys"][0]["generation"], 3);
    desk.serves();
}

#[test]
fn names_that_only_one_generation_has_come_and_go_with_it() {
    let desk = Desk::new();
    desk.sign(FOLDER, "leaf.pem", None);
    let answer = ["install", "leaf.pem", "between.pem", "root.pem", "--pfx", "--new-password-file", "password"];
    desk.answer(0, &answer);
    bind(&desk, "true");
    desk.answer(0, &["commit"]);
    let bundle = desk.path(&format!("{FOLDER}/bundle.pfx"));
    let first = fs::read(&bundle).unwrap();
    renew(&desk);
    assert_eq!(fs::read(&bundle).unwrap(), first);
    desk.answer(0, &["commit"]);
    assert!(bundle.symlink_metadata().is_err(), "a bundle of the old certificate would be worse than none");
    desk.answer(0, &["undo"]);
    assert_eq!(fs::read(&bundle).unwrap(), first);
}

#[test]
fn a_name_that_leads_past_the_store_keeps_its_key_from_turning() {
    let desk = installed();
    desk.answer(0, &["bind", NAME, "--to", "files", "--reload", "true"]);
    desk.answer(0, &["commit"]);
    renew(&desk);
    let (own, safe) = (desk.path(&format!("{FOLDER}/key.pem")), desk.path("safe.key"));
    fs::copy(&own, &safe).unwrap();
    fs::remove_file(&own).unwrap();
    std::os::unix::fs::symlink(fs::canonicalize(&safe).unwrap(), &own).unwrap();
    let path = fs::canonicalize(desk.path(FOLDER)).unwrap().join("key.pem");
    let refusal = format!("'{}' is not the store's link to its current generation", path.display());
    for commit in [&["commit"][..], &["commit", "--dry-run"]] {
        assert_eq!(desk.refusal(commit), refusal);
    }
    desk.serves();
    fs::remove_file(&own).unwrap();
    assert!(desk.answer(0, &["commit"]).starts_with(&format!("{NAME}: generation 3 in the place of 2\n")));
    desk.serves();
}
