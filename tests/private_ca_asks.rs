//! `certfix ca` on a terminal, and several of it at once.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

#[expect(dead_code, reason = "other tests use more of it")]
#[path = "support/desk.rs"]
mod desk;
#[allow(dead_code, reason = "other tests use more of it")]
#[path = "support/terminal.rs"]
mod terminal;

use std::collections::BTreeSet;
use std::process::{Command, Stdio};

use desk::{Desk, NAME};
use terminal::Session;

const STORE: [&str; 2] = ["--store", "store"];

fn session(desk: &Desk, arguments: &[&str]) -> Session {
    Session::start(&desk.path("."), 100, &[arguments, &STORE].concat())
}

#[test]
fn asks_for_the_password_twice_and_before_it_signs() {
    let desk = Desk::new();
    let mut init = session(&desk, &["ca", "init", "Contoso Internal CA", "--key", "p-256"]);
    init.answers("Password for the CA's key", "hush");
    init.answers("Once more", "hash");
    init.answers("the two differ", "hush");
    init.answers("Once more", "hush");
    let (status, text) = init.ends();
    assert_eq!((status, text.contains("hush")), (0, false), "{text}");
    let request = format!("store/{NAME}/request.csr");
    for (answer, signed) in [("n", 0), ("y", 1)] {
        let mut sign = session(&desk, &["ca", "sign", &request]);
        sign.answers("Password of ", "hush");
        let shown = sign.sees("sign this request with contoso-internal-ca?");
        assert!(shown.contains("What clients do when asked for"), "{shown}");
        sign.types(answer);
        let (status, text) = sign.ends();
        assert_eq!((status, text.contains("hush")), (0, false), "{text}");
        let listed = desk.json(0, &["ca", "list"]);
        assert_eq!(listed["authorities"][0]["signed"].as_array().unwrap().len(), signed, "{answer}");
    }
    let mut wrong = session(&desk, &["ca", "revoke", NAME]);
    wrong.sees("revoke the certificate");
    wrong.types("y");
    wrong.answers("Password of ", "hash");
    let (status, text) = wrong.ends();
    assert!(status == 2 && text.contains("does not open") && text.contains("layout of the keyboard"), "{text}");
    let mut revoke = session(&desk, &["ca", "revoke", NAME]);
    revoke.sees("revoke the certificate");
    revoke.types("y");
    revoke.answers("Password of ", "hush");
    let (status, text) = revoke.ends();
    assert!(status == 0 && text.contains("CRL number 2"), "{text}");
}

#[test]
fn many_at_once_do_not_lose_each_others_certificates() {
    const MANY: usize = 12;
    let desk = Desk::new();
    desk.answer(0, &["ca", "init", "Contoso Internal CA", "--key", "p-256", "--plain-key"]);
    let start = |index: usize| {
        let (request, out) = (format!("store/{NAME}/request.csr"), format!("{index}.pem"));
        let mut command = Command::new(env!("CARGO_BIN_EXE_certfix"));
        command.args(["ca", "sign", &request, "--yes", "-o", &out]).args(STORE).current_dir(desk.path("."));
        command.stdout(Stdio::null()).spawn().unwrap()
    };
    let running: Vec<_> = (0..MANY).map(start).collect();
    for mut one in running {
        assert!(one.wait().unwrap().success());
    }
    let serials = || {
        let listed = desk.json(0, &["ca", "list"]);
        let signed = listed["authorities"][0]["signed"].as_array().unwrap().clone();
        let entry = |one: &serde_json::Value| (one["serial"].to_string(), one["state"].to_string());
        signed.iter().map(entry).collect::<BTreeSet<_>>()
    };
    assert_eq!(serials().len(), MANY);
    let revoke = |index: usize| {
        let file = format!("{index}.pem");
        let mut command = Command::new(env!("CARGO_BIN_EXE_certfix"));
        command.args(["ca", "revoke", &file, "--yes"]).args(STORE).current_dir(desk.path("."));
        command.stdout(Stdio::null()).spawn().unwrap()
    };
    let running: Vec<_> = (0..MANY).map(revoke).collect();
    for mut one in running {
        assert!(one.wait().unwrap().success());
    }
    assert!(serials().iter().all(|(_, state)| state == "\"revoked\""), "{:?}", serials());
}

#[test]
fn ctrl_c_at_a_password_ends_a_round_of_renewals() {
    let desk = Desk::new();
    let own = ["--ca", "contoso-internal-ca"];
    let new = ["--new-password-file", "password"];
    desk.answer(0, &[&["ca", "init", "Contoso Internal CA", "--key", "p-256"][..], &new].concat());
    desk.answer(0, &["csr", "--fqdn", "mail.contoso.com", "--key", "p-256"]);
    for name in [NAME, "mail.contoso.com"] {
        let request = format!("store/{name}/request.csr");
        let sign = ["ca", "sign", &request, "--yes", "--install", "--password-file", "password"];
        desk.answer(0, &[&sign[..], &own].concat());
    }
    let mut renew = session(&desk, &["renew", "--now", NAME, "mail.contoso.com"]);
    renew.sees("Password of ");
    renew.types("\u{3}");
    let (status, text) = renew.ends();
    assert_eq!((status, text.contains("Password of ")), (130, false), "{text}");
    assert!(text.contains("stopped by Ctrl-C") && !text.contains("failed"), "{text}");
}
