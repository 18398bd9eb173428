//! What is said before anything is made: which key, and what a CA will make of it.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

#[path = "support/desk.rs"]
#[expect(dead_code, reason = "nothing is signed here")]
mod desk;

use std::fs;
use std::path::PathBuf;
use std::process::Stdio;

use certfix::Error;
use certfix::error::{Deploying, Ordering, Signing, Stream};
use desk::{Desk, NAME};
use serde_json::Value;

const NEW: &str = "mail.contoso.com";

/// What a command prints as JSON, held to the schema.
fn held(desk: &Desk, status: i32, arguments: &[&str]) -> Value {
    let schema = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/certfix.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    let document = desk.json(status, arguments);
    let faults: Vec<String> = validator.iter_errors(&document).map(|fault| fault.to_string()).collect();
    assert!(faults.is_empty(), "{arguments:?}: {faults:#?}");
    document
}

#[test]
fn a_dry_run_shows_the_key_and_where_it_comes_from() {
    let desk = Desk::new();
    desk.openssl("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out own.key");
    let made = |arguments: &[&str]| desk.answer(0, &[arguments, &["--dry-run"]].concat());
    for command in ["csr", "self-signed"] {
        assert!(made(&[command, "--fqdn", NEW]).contains("\n  key         RSA 2048, new\n"), "{command}");
        let own = made(&[command, "--fqdn", NEW, "--key-file", "own.key"]);
        assert!(own.contains("\n  key         ECDSA P-384, from own.key\n"), "{own}");
    }
    let folder = format!("store/{NAME}");
    assert!(made(&["csr", "--fqdn", NEW, "--key", "rsa-3072"]).contains("  key         RSA 3072, new\n"));
    desk.sign(&folder, "leaf.pem", None);
    desk.answer(0, &["install", "leaf.pem", "between.pem", "root.pem"]);
    let same = made(&["csr", "--renew", NAME, "--same-key"]);
    assert!(same.contains(&format!("  key         ECDSA P-256, from {folder}/key.pem\n")), "{same}");
    assert!(made(&["csr", "--renew", NAME, "--new-key"]).contains("  key         ECDSA P-256, new\n"));
    let json = held(&desk, 0, &["csr", "--fqdn", NEW, "--key-file", "own.key", "--dry-run"]);
    assert_eq!((&json["made"][0]["key"], &json["made"][0]["key_from"]), (&"ECDSA P-384".into(), &"own.key".into()));
}

#[test]
fn an_order_is_judged_by_the_profile_that_is_asked_for() {
    let desk = Desk::new();
    desk.answer(0, &["csr", "--fqdn", NEW, "--san", "192.88.98.5", "--subject", "O=Contoso", "--ca", "private"]);
    let order = ["order", NEW, "--acme", "letsencrypt", "--listen", "8080", "--dry-run"];
    let asked = |status: i32, profile: &str| {
        let arguments = [&order[..], &["--acme-profile", profile]].concat();
        let output = desk.run(&arguments, Stdio::null());
        assert_eq!(output.status.code(), Some(status), "{output:?}");
        String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
    };
    let shortlived = asked(0, "shortlived");
    assert!(shortlived.contains("2 192.88.98.5       kept") && !shortlived.contains("dropped"), "{shortlived}");
    let flat = shortlived.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains("leaves the whole subject out, the common name too, and signs for 160 hours."), "{flat}");
    for profile in ["classic", "tlsserver"] {
        assert!(asked(2, profile).contains("signs addresses under its profile shortlived alone"), "{profile}");
    }
    let unknown = asked(0, "longlived");
    assert!(unknown.contains("2 192.88.98.5       kept"), "{unknown}");
    assert!(unknown.contains("nothing is known of the profile longlived"), "{unknown}");
    let many: Vec<String> = (0..26).map(|number| format!("h{number}.contoso.com")).collect();
    desk.answer(0, &["csr", "--fqdn", "many.contoso.com", "--san", &many[1..].join(","), "--ca", "private"]);
    let limit = |profile: &str| {
        let order = ["order", "many.contoso.com", "--acme", "letsencrypt", "--listen", "8080", "--dry-run"];
        desk.answer(0, &[&order[..], &["--acme-profile", profile]].concat()).contains("names at most, here are 26")
    };
    assert_eq!(["classic", "tlsserver", "shortlived"].map(limit), [false, true, true]);
}

#[test]
fn says_that_public_cas_sign_no_ed25519() {
    const NOTE: &str = "public CAs sign no Ed25519 key (BR 6.1.5)";
    let desk = Desk::new();
    desk.openssl("genpkey -algorithm ED25519 -out own.key");
    let said = |arguments: &[&str]| {
        let output = desk.run(arguments, Stdio::null());
        let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(output.status.success(), "{arguments:?}: {text}");
        text.contains(NOTE)
    };
    let csr = |arguments: &[&str]| said(&[&["csr", "--fqdn", NEW], arguments].concat());
    for ca in ["public", "letsencrypt", "digicert"] {
        assert!(csr(&["--key", "ed25519", "--ca", ca, "--dry-run"]), "{ca}");
    }
    assert!(csr(&["--key-file", "own.key", "--dry-run"]));
    assert!(csr(&["--key", "ed25519", "--san", "a.contoso.com", "--one-per-name", "--dry-run"]));
    assert!(csr(&["--key", "ed25519", "--emit", "openssl-cnf"]));
    assert!(csr(&["--key-file", "own.key", "--emit", "newkeyrq"]));
    assert!(!csr(&["--key", "ed25519", "--ca", "private", "--dry-run"]));
    assert!(!csr(&["--dry-run"]));
    assert!(!said(&["self-signed", "--fqdn", NEW, "--key", "ed25519", "--dry-run"]));
    assert!(csr(&["--key", "ed25519"]));
    assert!(said(&["order", NEW, "--acme", "letsencrypt", "--listen", "8080", "--dry-run"]));
}

#[test]
fn check_lists_the_names_to_choose_from_as_fix_does() {
    let desk = Desk::new();
    desk.openssl("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout a.key -out open.pem -subj /CN=server -addext subjectAltName=DNS:server.contoso.local,DNS:www.contoso.com,DNS:mail.contoso.com");
    let text = desk.answer(1, &["check", "open.pem"]);
    let words: Vec<&str> = text.split_whitespace().collect();
    let told = "(no --fqdn was given: pass --fqdn with one of mail.contoso.com, www.contoso.com)";
    assert!(words.join(" ").contains(told), "{text}");
    let refusal = desk.refusal(&["fix", "open.pem"]);
    assert!(refusal.ends_with(": mail.contoso.com, www.contoso.com"), "{refusal}");
    let json = held(&desk, 1, &["check", "open.pem"]);
    assert_eq!(json["sources"][0]["candidates"], serde_json::json!(["mail.contoso.com", "www.contoso.com"]));
    let known = held(&desk, 1, &["check", "open.pem", "--fqdn", "www.contoso.com"]);
    assert!(known["sources"][0].get("candidates").is_none(), "{known}");
    assert!(!desk.answer(1, &["check", "open.pem", "--fqdn", "www.contoso.com"]).contains("--fqdn with one of"));
}

#[test]
fn inspect_says_in_json_which_certificate_issued_which() {
    let desk = Desk::new();
    desk.sign(&format!("store/{NAME}"), "leaf.pem", None);
    desk.put("mixed.pem", &["root.pem", "leaf.pem", "between.pem", "root.pem"].map(|file| desk.text(file)).concat());
    let mixed = &held(&desk, 0, &["inspect", "mixed.pem"])["sources"][0];
    assert_eq!(mixed["place"], 2);
    let rows: Vec<String> = mixed["links"].as_array().unwrap().iter().map(Value::to_string).collect();
    assert_eq!(rows[0], r#"{"issued":[3],"place":1,"same_as":null,"stranger":false}"#);
    assert_eq!(rows[1], r#"{"issued":[2],"place":3,"same_as":null,"stranger":false}"#);
    assert_eq!(rows[2], r#"{"issued":[3],"place":4,"same_as":1,"stranger":false}"#);
}

#[test]
fn refusals_say_what_to_do_next() {
    let desk = Desk::new();
    let folder = format!("store/{NAME}");
    desk.put(&format!("{folder}/notes.txt"), "mine");
    desk.openssl("genpkey -algorithm ED25519 -aes256 -pass pass:hush -out locked.key");
    desk.put("wrong", "hash\n");
    desk.openssl("genpkey -algorithm ED25519 -out a.key");
    desk.openssl("genpkey -algorithm ED25519 -out b.key");
    desk.put("two.key", &(desk.text("a.key") + &desk.text("b.key")));
    desk.put("twice.key", &(desk.text("a.key") + &desk.text("a.key")));
    desk.answer(0, &["csr", "--fqdn", NEW, "--key-file", "twice.key", "--dry-run"]);
    for (arguments, error, hint) in [
        (&["keys", "remove", NAME, "--yes", "--no-backup"][..], "not certfix's own", "move them to another folder"),
        (&["check", "leaf.p12", "--password-env", "CERTFIX_ABSENT"], "is not set", "export it to certfix"),
        (&["csr", "--fqdn", NEW, "--key-file", "two.key"], "'two.key' holds 2 private keys", "into a file of its own"),
        (&["keys", "restore", "two.key", "--name", NEW], "'two.key' holds 2 private keys", "into a file of its own"),
        // The hint goes by the way in which the password came; the variable is any that is set.
        (&["inspect", "locked.key", "--password-file", "wrong"], "does not open", "first line of the file"),
        (&["inspect", "locked.key", "--password-env", "PATH"], "does not open", "all that the variable"),
        (&["csr", "--fqdn", NEW, "--emit", "newkeyrq", "--dry-run"], "would lose the key", "or pass --key-file FILE"),
        (&["csr", "--fqdn", ""], "--fqdn is empty", "write the name that people type"),
        (&["csr", "--fqdn", NEW, "--subject", "CN=other.contoso.com"], "not other.contoso.com", "leave CN out"),
        (
            &["csr", "--fqdn", NEW, "--emit", "certreq-inf", "--key", "ed25519"],
            "an Ed25519 key",
            "make the request here",
        ),
        (&["fix", "leaf.pem", "--fqdn", NEW, "--pfx"], "--pfx needs --self-signed", "add --self-signed, or"),
        (&["renew", "--now"], "wants their names", "name them: certfix renew --now NAME"),
        (&["bind", NAME, "--to", "a", "--to", "b", "--check", "true"], "--to names several", "each service by itself"),
        (&["bind", NAME, "--to", "dovekot"], "did you mean 'dovecot'", "certfix knows dovecot, postfix, "),
    ] {
        let output = desk.run(arguments, Stdio::null());
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains(error) && said.contains(hint), "{arguments:?}: {said}");
        assert!(said.contains("certfix: hint: "), "{said}");
    }
}

#[test]
fn says_what_to_do_next_where_something_can_be_done() {
    let (path, text) = (PathBuf::from("x"), String::new);
    let stream = |stream| Error::Stream { stream, cause: std::io::Error::other("broken") };
    for error in [
        stream(Stream::Input),
        stream(Stream::Terminal),
        stream(Stream::Output),
        stream(Stream::Aside),
        stream(Stream::Runtime),
        Error::Issue { cause: text() },
        Error::Interrupted,
        Error::from(Signing::Refused { source: text(), reasons: Vec::new() }),
        Error::from(Signing::CompromisedKey { source: text() }),
        Error::from(Signing::AlreadyRevoked { serial: text(), since: text() }),
        Error::from(Signing::Revoked { certificate: text(), since: text() }),
        Error::from(Ordering::Declined { key: text() }),
        Error::Bound { key: text(), verb: "removed" },
        Error::ForeignFiles { path: path.clone() },
        Error::WrittenTwice { path: path.clone() },
        Error::NamesNoServer { source: text() },
        Error::Lost { service: text(), step: text(), cause: text() },
        Error::Damaged { path: path.clone(), cause: text() },
        Error::from(Deploying::CannotEdit { path, cause: text() }),
        Error::from(Deploying::Revoked { key: text(), since: text() }),
    ] {
        let hint = error.hint();
        assert!(!hint.is_empty() && !hint.ends_with('.') && !hint.contains('\n'), "{error:?}");
    }
}
