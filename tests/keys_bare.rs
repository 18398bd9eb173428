//! A key alone, such as one that another program made: from its file to a certificate, by what certfix says.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

#[allow(dead_code, reason = "other tests need more of it")]
#[path = "support/desk.rs"]
mod desk;

use std::process::Stdio;

use desk::Desk;

const BARE: &str = "bare.contoso.com";
const FOLDER: &str = "store/bare.contoso.com";

/// A desk with a key in a file of its own.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.openssl("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out only.key");
    desk
}

fn restored() -> Desk {
    let desk = desk();
    desk.answer(0, &["keys", "restore", "only.key", "--name", BARE]);
    desk
}

fn hint(desk: &Desk, arguments: &[&str]) -> String {
    let output = desk.run(arguments, Stdio::null());
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {text}");
    text.lines().find_map(|line| line.strip_prefix("certfix: hint: ")).unwrap_or_else(|| panic!("{text}")).to_owned()
}

/// What `keys show` says is to be done, as arguments.
fn next(desk: &Desk) -> Vec<String> {
    let shown = desk.answer(0, &["keys", "show", BARE]);
    let next = shown.lines().find_map(|line| line.strip_prefix("Next: certfix "));
    next.unwrap_or_else(|| panic!("{shown}")).split(' ').map(str::to_owned).collect()
}

#[test]
fn the_way_from_a_key_alone_to_its_certificate_is_told_at_each_step() {
    let desk = desk();
    assert_eq!(hint(&desk, &["keys", "restore", "only.key"]), "say what to call the key: --name NAME");
    desk.answer(0, &["keys", "restore", "only.key", "--name", BARE]);
    let kept = |name: &str| desk.text(&format!("{FOLDER}/{name}"));
    let key = kept("key.pem");

    let command = next(&desk);
    assert_eq!(command, ["csr", "--renew", BARE, "--same-key", "--store", "store"]);
    let text = desk.answer(0, &command.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(text.starts_with(&format!("{BARE}\n")) && !text.contains("the request of before"), "{text}");
    assert_eq!(kept("renewal/key.pem"), key);
    assert_eq!(next(&desk), ["install", BARE, "FILE", "--store", "store"]);

    desk.sign(&format!("{FOLDER}/renewal"), "leaf.pem", None);
    desk.answer(0, &["install", "leaf.pem", "between.pem", "root.pem"]);
    let shown = desk.json(0, &["keys", "show", BARE]);
    let shown = &shown["keys"][0];
    assert_eq!((&shown["state"], &shown["first_dns_name"]), (&"installed".into(), &BARE.into()));
    assert_eq!(shown["faults"], serde_json::json!([]));
    assert_eq!(kept("key.pem"), key);
}

#[test]
fn every_hint_on_the_way_leads_on() {
    let desk = restored();
    let way = format!("certfix csr --renew {BARE} --same-key");
    let named = format!("{way} --store store");
    let order = hint(&desk, &["order", BARE, "--acme", "https://127.0.0.1:9/", "--listen", "127.0.0.1:9"]);
    assert!(order.contains(&named), "{order}");
    let again = hint(&desk, &["csr", "--fqdn", BARE, "--key-file", &format!("{FOLDER}/key.pem")]);
    assert!(again.contains(&format!("certfix csr --renew {BARE} --store store")), "{again}");
    let another = hint(&desk, &["keys", "restore", "only.key", "--name", BARE]);
    assert!(another.contains("--name NAME"), "{another}");
    // Each of these is a way too.
    desk.answer(0, &["csr", "--renew", BARE, "--san", "b.contoso.com", "--dry-run"]);
    desk.answer(0, &["self-signed", "--renew", BARE, "--same-key"]);
    assert_eq!(desk.json(0, &["keys", "show", BARE])["keys"][0]["state"], "self-signed");
}
