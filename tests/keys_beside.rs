//! Private keys in files of their own beside certificates: which of them `check` compares.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

#[path = "support/desk.rs"]
#[expect(dead_code, reason = "nothing is installed here")]
mod desk;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use desk::{Desk, NAME};

/// The codes found, and those not checked, of the first source.
fn codes(desk: &Desk, status: i32, arguments: &[&str]) -> [String; 2] {
    let answer = desk.json(status, &[&["check", "--fqdn", NAME], arguments].concat());
    let codes = |list: &str| {
        answer["sources"][0][list]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["code"].to_string())
            .collect::<Vec<_>>()
            .join(" ")
    };
    ["findings", "not_checked"].map(codes)
}

#[test]
fn a_key_in_a_file_of_its_own_is_compared_with_what_is_named_beside_it() {
    const CODE: &str = "key-does-not-match";
    let desk = Desk::new();
    let folder = format!("store/{NAME}");
    desk.sign(&folder, "leaf.pem", None);
    let own = format!("{folder}/key.pem");
    let [found, not_checked] = codes(&desk, 0, &["leaf.pem"]);
    assert!(!found.contains(CODE) && not_checked.contains(CODE), "{found}; {not_checked}");
    for sources in [["leaf.pem", &*own], [&*own, "leaf.pem"]] {
        let [found, not_checked] = codes(&desk, 0, &sources);
        assert!(!found.contains(CODE) && !not_checked.contains(CODE), "{found}; {not_checked}");
        assert!(!(found + &not_checked).contains("key-readable-by-others"));
    }
    fs::set_permissions(desk.path(&own), fs::Permissions::from_mode(0o644)).unwrap();
    let text = desk.answer(1, &["check", "--fqdn", NAME, "leaf.pem", &own]);
    assert!(text.contains(&format!("permissions of {own} are 0644")), "{text}");
    assert!(text.contains(&format!("with `chmod o= {own}`.")), "{text}");
    fs::set_permissions(desk.path(&own), fs::Permissions::from_mode(0o600)).unwrap();
    let [found, _] = codes(&desk, 1, &["leaf.pem", "root.key"]);
    assert!(found.contains(CODE), "{found}");
    let text = desk.answer(1, &["check", "--fqdn", NAME, "leaf.pem", "root.key"]);
    assert!(text.contains("\nroot.key: private key, compared with what is named beside it\n"), "{text}");
    let both = "leaf and key.pem";
    desk.put(both, &(desk.text("leaf.pem") + &desk.text(&own)));
    fs::set_permissions(desk.path(both), fs::Permissions::from_mode(0o644)).unwrap();
    let text = desk.answer(1, &["check", "--fqdn", NAME, both]);
    assert!(text.contains("with `chmod o= 'leaf and key.pem'`."), "{text}");
    // A key of something else in the same folder says nothing of a certificate; its own does.
    fs::create_dir(desk.path("together")).unwrap();
    for (name, from) in [("a-leaf.pem", "leaf.pem"), ("other.key", "root.key")] {
        desk.put(&format!("together/{name}"), &desk.text(from));
    }
    let [found, not_checked] = codes(&desk, 0, &["together"]);
    assert!(!found.contains(CODE) && not_checked.contains(CODE), "{found}; {not_checked}");
    desk.put("together/privkey.pem", &desk.text(&own));
    fs::set_permissions(desk.path("together/privkey.pem"), fs::Permissions::from_mode(0o644)).unwrap();
    let [found, not_checked] = codes(&desk, 1, &["together"]);
    assert!(found.contains("key-readable-by-others") && !not_checked.contains(CODE), "{found}; {not_checked}");
    // What has its key with it is not compared with another one.
    desk.put("whole.pem", &(desk.text("leaf.pem") + &desk.text(&own)));
    let whole = desk.run(&["check", "whole.pem", "root.key"], Stdio::null());
    assert!(String::from_utf8(whole.stderr).unwrap().contains("'root.key' holds a private key but no certificate"));
    // One that belongs to nothing named is no answer.
    let beside = desk.run(&["check", "leaf.pem", "root.key", &own], Stdio::null());
    let said = String::from_utf8(beside.stderr).unwrap();
    assert!(said.contains("'root.key' holds a private key but no certificate") && !said.contains("key.pem"), "{said}");
}

/// OpenSSL takes such a pair, and makes requests with such a key.
#[test]
fn inspect_compares_a_key_in_a_file_of_its_own_too() {
    let desk = Desk::new();
    let folder = format!("store/{NAME}");
    desk.sign(&folder, "leaf.pem", None);
    let own = format!("{folder}/key.pem");
    let line = format!("ECDSA P-256, matches, in {own}");
    for (sources, text, json) in [
        (&["leaf.pem"][..], None, "absent"),
        (&["leaf.pem", &own], Some(&*line), "matches"),
        (&[&own, "leaf.pem"], Some(&line), "matches"),
        (&["leaf.pem", "root.key"], Some("ECDSA P-256, named beside it, belongs to something else"), "differs"),
    ] {
        let arguments = [&["inspect"], sources].concat();
        let said = desk.answer(0, &arguments);
        let shown = said.lines().find_map(|line| line.trim().strip_prefix("private key ")).map(str::trim);
        assert_eq!(shown.filter(|shown| shown.contains(',')), text, "{said}");
        let answer = desk.json(0, &arguments);
        let entries = answer["sources"].as_array().unwrap();
        let leaf = entries.iter().find(|entry| entry["source"] == "leaf.pem").unwrap();
        assert_eq!(leaf["private_key"], json, "{sources:?}");
    }
}

#[test]
fn a_public_point_is_the_same_in_both_of_its_forms() {
    let desk = Desk::new();
    desk.openssl("ecparam -name prime256v1 -genkey -noout -out long.pem");
    desk.openssl("ec -in long.pem -conv_form compressed -out short.pem");
    for (own, other) in [("long", "short"), ("short", "long")] {
        let host = format!("{own}.contoso.com");
        desk.openssl(&format!(
            "req -x509 -key {other}.pem -out {other}.crt -days 30 -subj /CN={host} -addext subjectAltName=DNS:{host}"
        ));
        let key = format!("{own}.pem");
        let [found, not_checked] = codes(&desk, 1, &[&format!("{other}.crt"), &key]);
        assert!(!(found + &not_checked).contains("key-does-not-match"), "{own}");
        desk.put("both.pem", &(desk.text(&format!("{other}.crt")) + &desk.text(&key)));
        assert!(desk.answer(0, &["inspect", "both.pem"]).contains("private key ECDSA P-256, matches"), "{own}");
        // The answer is found by its key.
        let store = ["--store", own];
        desk.answer(0, &[&["csr", "--fqdn", &host, "--key-file", &key], &store[..]].concat());
        let installed = desk.answer(1, &[&["install", &format!("{other}.crt")], &store[..]].concat());
        assert!(installed.contains(&format!("{own}/{host}/cert.pem")), "{installed}");
        desk.answer(0, &[&["keys", "show", &host], &store[..]].concat());
        desk.answer(0, &["self-signed", "--fqdn", &host, "--key-file", &key, "--store", "own"]);
    }
}

#[test]
fn what_only_a_password_opens_is_not_open_to_everybody() {
    const OPEN: &str = "key-readable-by-others";
    let desk = Desk::new();
    let folder = format!("store/{NAME}");
    desk.sign(&folder, "leaf.pem", None);
    let pair = format!("pkcs12 -export -inkey {folder}/key.pem -in leaf.pem");
    desk.openssl(&format!("{pair} -out locked.pfx -passout file:password"));
    desk.openssl(&format!("{pair} -out empty.pfx -passout pass:"));
    desk.openssl(&format!("pkcs8 -topk8 -in {folder}/key.pem -passout file:password -out locked.key"));
    let key = desk.text(&format!("{folder}/key.pem"));
    desk.put("open.pem", &(desk.text("leaf.pem") + &key));
    desk.put("locked.pem", &(desk.text("leaf.pem") + &desk.text("locked.key")));
    let password = ["--password-file", "password"];
    for (status, sources, is_open) in [
        (1, &["open.pem"][..], true),
        (1, &["empty.pfx"], true),
        (0, &["locked.pfx"], false),
        (0, &["locked.pem"], false),
        (0, &["leaf.pem", "locked.key"], false),
    ] {
        for file in sources {
            fs::set_permissions(desk.path(file), fs::Permissions::from_mode(0o644)).unwrap();
        }
        let given = if is_open { &[][..] } else { &password };
        let [found, not_checked] = codes(&desk, status, &[sources, given].concat());
        assert_eq!((found.contains(OPEN), not_checked.contains(OPEN)), (is_open, !is_open), "{sources:?}");
        assert!(!not_checked.contains("key-does-not-match"), "{sources:?}: {not_checked}");
    }
    let text = desk.answer(0, &["check", "locked.pem", "--fqdn", NAME]);
    assert!(text.contains("(the private key is encrypted)"), "{text}");
}
