//! `keys` on real files: states, backups, and keys that go away.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

#[path = "support/desk.rs"]
mod desk;

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::{Command, Stdio};

use desk::{Desk, NAME, mode};

#[test]
fn brings_a_key_back_from_its_backup() {
    let desk = Desk::new();
    let folder = format!("store/{NAME}");
    let new = ["--new-password-file", "password"];
    let old = ["--password-file", "password"];
    // While it waits for its certificate, and with it.
    for backup in ["pending.pem", "installed.pfx"] {
        if backup == "installed.pfx" {
            desk.sign(&folder, "leaf.pem", None);
            desk.answer(0, &["install", "leaf.pem", "between.pem", "root.pem"]);
        }
        let key = desk.text(&format!("{folder}/key.pem"));
        desk.answer(0, &[&["keys", "backup", NAME, "-o", backup][..], &new].concat());
        assert_eq!(mode(&desk.path(backup)), 0o600);
        desk.refusal(&[&["keys", "backup", NAME, "-o", backup][..], &new].concat());
        desk.refusal(&[&["keys", "restore", backup][..], &old].concat());
        desk.refusal(&["keys", "restore", backup]);
        desk.answer(0, &["keys", "remove", NAME, "--yes", "--no-backup"]);
        let restored = desk.json(0, &[&["keys", "restore", backup][..], &old].concat());
        assert_eq!(restored["key"], NAME);
        assert_eq!(desk.text(&format!("{folder}/key.pem")), key, "{backup}");
        assert_eq!(mode(&desk.path(&folder).join("key.pem")), 0o600);
    }
    desk.serves();
}

#[test]
fn restores_a_key_with_two_requests_and_one_of_a_wildcard() {
    let desk = Desk::new();
    let folder = format!("store/{NAME}");
    let [key, request] = ["key.pem", "request.csr"].map(|file| desk.text(&format!("{folder}/{file}")));
    desk.openssl(&format!("req -new -key {folder}/key.pem -subj /CN=other.contoso.com -out other.csr"));
    desk.put("two.pem", &format!("{key}{request}{}", desk.text("other.csr")));
    desk.answer(0, &["keys", "restore", "two.pem", "--name", "mail.contoso.com"]);
    assert_eq!(desk.text("store/mail.contoso.com/request.csr"), request);
    let restored = desk.json(0, &["keys", "restore", "two.pem", "--name", "*.example.org"]);
    assert_eq!(restored["key"], "*.example.org");
    assert_eq!(desk.text("store/_wildcard.example.org/key.pem"), key);
}

#[test]
fn restores_the_newest_of_several_certificates() {
    let desk = Desk::new();
    let folder = format!("store/{NAME}");
    desk.openssl(&format!(
        "x509 -req -in {folder}/request.csr -CA between.pem -CAkey between.key -set_serial 7 -days 5 -out old.pem"
    ));
    desk.sign(&folder, "leaf.pem", None);
    let key = desk.text(&format!("{folder}/key.pem"));
    let [old, leaf] = ["old.pem", "leaf.pem"].map(|file| desk.text(file));
    for (name, certificates) in [("a.contoso.com", format!("{old}{leaf}")), ("b.contoso.com", format!("{leaf}{old}"))] {
        desk.put("both.pem", &format!("{key}{certificates}"));
        desk.answer(0, &["keys", "restore", "both.pem", "--name", name]);
        assert_eq!(desk.text(&format!("store/{name}/cert.pem")), leaf);
    }
}

#[test]
fn removes_only_what_somebody_meant_to_remove() {
    let desk = Desk::new();
    let key = desk.text(&format!("store/{NAME}/key.pem"));
    assert_eq!(
        desk.refusal(&["keys", "remove", NAME]),
        format!("nobody is there to confirm: remove the key of {NAME}")
    );
    desk.put(&format!("store/{NAME}/bindings.json"), "{}");
    desk.refusal(&["keys", "remove", NAME, "--yes"]);
    desk.refusal(&["keys", "rename", NAME, "mail.contoso.com"]);
    fs::remove_file(desk.path(&format!("store/{NAME}/bindings.json"))).unwrap();
    desk.put(&format!("store/{NAME}/notes.txt"), "mine");
    desk.refusal(&["keys", "remove", NAME, "--yes", "--no-backup"]);
    desk.answer(0, &["keys", "remove", NAME, "--yes"]);
    assert_eq!(desk.text(&format!("store/.removed/{NAME}/key.pem")), key);
    assert_eq!(desk.json(0, &["keys"])["keys"].as_array().unwrap().len(), 0);
    desk.answer(0, &["csr", "--fqdn", NAME, "--key", "p-256"]);
    desk.answer(0, &["keys", "remove", NAME, "--yes"]);
    assert!(desk.path(&format!("store/.removed/{NAME}.2/key.pem")).exists());
}

#[test]
fn tells_every_state_from_the_files_and_the_day() {
    let desk = Desk::new();
    let folder = desk.path(&format!("store/{NAME}"));
    assert_eq!(desk.state(), "pending");
    desk.sign(&format!("store/{NAME}"), "leaf.pem", None);
    desk.answer(0, &["install", "leaf.pem", "between.pem"]);
    let on = |days: i64| {
        let text = desk.answer(0, &["keys", "show", NAME]);
        let end = text.split(" until ").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
        let day = certfix::facts::Moment::parse(&end).unwrap().plus_days(days).date();
        desk.json(0, &["keys", "--at", &day])["keys"][0]["state"].as_str().unwrap().to_owned()
    };
    assert_eq!((on(-60), on(-5), on(5)), ("installed".to_owned(), "expiring".to_owned(), "expired".to_owned()));
    fs::write(folder.join("bindings.json"), "{}").unwrap();
    assert_eq!(desk.state(), "bound");
    fs::write(folder.join("bindings.json"), r#"{"version": 1, "bindings": []}"#).unwrap();
    assert_eq!(desk.state(), "installed");
    fs::set_permissions(folder.join("key.pem"), fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(desk.state(), "broken");
    assert!(desk.answer(0, &["keys"]).contains("key.pem is open to everybody on this machine: mode 0644"));
    fs::set_permissions(folder.join("key.pem"), fs::Permissions::from_mode(0o600)).unwrap();
    desk.openssl("ecparam -name prime256v1 -genkey -noout -out other.pem");
    fs::remove_file(folder.join("key.pem")).unwrap();
    symlink("../../other.pem", folder.join("key.pem")).unwrap();
    fs::set_permissions(desk.path("other.pem"), fs::Permissions::from_mode(0o600)).unwrap();
    assert!(desk.answer(0, &["keys"]).contains("cert.pem is for another key"));
    fs::remove_file(desk.path("other.pem")).unwrap();
    assert!(desk.answer(0, &["keys"]).contains("key.pem is missing"));
}

#[test]
fn no_key_takes_the_place_of_the_accounts() {
    let desk = Desk::new();
    assert_eq!(desk.refusal(&["keys", "rename", NAME, "_acme"]), "'_acme' is the name of a folder of certfix's own");
    assert!(!desk.path("store/_acme").exists());
    fs::create_dir(desk.path("store/_acme")).unwrap();
    desk.put("store/_acme/key.pem", "an account's");
    let keys = desk.json(0, &["keys"]);
    assert_eq!(keys["keys"].as_array().unwrap().len(), 1, "{keys}");
}

#[test]
fn says_that_a_ca_of_the_store_has_revoked_a_certificate() {
    let desk = Desk::new();
    let password = ["--password-file", "password"];
    let new = ["--new-password-file", "password"];
    desk.answer(0, &[&["ca", "init", "Contoso Internal CA", "--key", "p-256"][..], &new].concat());
    let request = format!("store/{NAME}/request.csr");
    desk.answer(0, &[&["ca", "sign", &request, "--install", "--yes"][..], &password].concat());
    assert_eq!(desk.json(0, &["keys"])["keys"][0]["revoked_since"], serde_json::Value::Null);
    let revoke = ["ca", "revoke", NAME, "--reason", "superseded", "--yes"];
    desk.answer(0, &[&revoke[..], &password].concat());
    assert_eq!(desk.state(), "revoked");
    let listed = desk.json(0, &["keys"]);
    let day = &listed["keys"][0]["revoked_since"].as_str().unwrap()[..10];
    let tree = desk.answer(0, &["keys"]);
    assert!(
        tree.contains(" revoked ") && tree.contains(&format!("\n     revoked since {day}, superseded\n")),
        "{tree}"
    );
    let shown = desk.answer(0, &["keys", "show", NAME]);
    assert!(shown.contains(&format!("  revoked     since {day}, superseded\n")), "{shown}");
    assert!(shown.ends_with(&format!("Next: certfix csr --renew {NAME} --store store\n")), "{shown}");
    fs::write(desk.path("store/_ca/contoso-internal-ca/ca.crl"), "damaged").unwrap();
    let untold = desk.run(&["keys"], std::process::Stdio::null());
    let remark = String::from_utf8(untold.stderr).unwrap();
    assert!(untold.status.success() && remark.starts_with("certfix: what is revoked is not known: "), "{remark}");
}

#[test]
fn a_name_that_leads_past_the_store_is_refused_before_anything_is_made() {
    let desk = Desk::new();
    let folder = format!("store/{NAME}");
    let own = desk.path(&folder).join("key.pem");
    desk.answer(0, &["ca", "init", "Contoso CA", "--key", "p-256", "--plain-key"]);
    let sign = ["ca", "sign", &format!("{folder}/request.csr"), "--install", "--yes"];
    // Before the first certificate the key may lie elsewhere only by a link that could not be turned.
    fs::rename(&own, desk.path("safe.key")).unwrap();
    symlink("../../safe.key", &own).unwrap();
    assert_eq!(desk.refusal(&sign), format!("'{folder}/key.pem' is not a file of the store, but a link"));
    assert_eq!(desk.state(), "broken");
    fs::rename(desk.path("safe.key"), &own).unwrap();
    desk.answer(0, &sign);
    let pair = |desk: &Desk| desk.text(&format!("{folder}/key.pem")) + &desk.text(&format!("{folder}/fullchain.pem"));
    let before = pair(&desk);
    desk.put("safe.key", &desk.text(&format!("{folder}/key.pem")));
    fs::set_permissions(desk.path("safe.key"), fs::Permissions::from_mode(0o600)).unwrap();
    let refusal = format!("'{folder}/key.pem' is not the store's link to its current generation");
    let way = |desk: &Desk| {
        assert!(desk.answer(0, &["keys", "show", NAME]).contains("key.pem leads past the store's own file"));
        assert_eq!(desk.refusal(&["csr", "--renew", NAME]), refusal);
        assert_eq!(desk.refusal(&sign), refusal);
        assert_eq!(
            desk.refusal(&["install", NAME, &format!("{folder}/cert.pem"), "--pfx", "--new-password-file", "password"]),
            refusal
        );
        assert_eq!(desk.refusal(&["order", NAME, "--acme", "https://127.0.0.1:9/dir", "--listen", "1"]), refusal);
        let output = desk.run(&["renew", NAME, "--now"], std::process::Stdio::null());
        let complaint = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(2) && complaint.contains(&refusal), "{complaint}");
        assert!(
            complaint.contains("hint: move it away; certfix keys --store store then makes the link anew"),
            "{complaint}"
        );
        assert!(!desk.path(&folder).join("renewal").exists());
        assert_eq!(desk.json(0, &["ca", "list"])["authorities"][0]["signed"].as_array().unwrap().len(), 1);
        assert_eq!(pair(desk), before);
    };
    for strange in ["link", "file"] {
        fs::remove_file(&own).unwrap();
        match strange {
            "link" => symlink("../../safe.key", &own).unwrap(),
            _ => fs::rename(desk.path("safe.key"), &own).unwrap(),
        }
        way(&desk);
    }
    // As the hint says.
    fs::rename(&own, desk.path("moved.key")).unwrap();
    desk.answer(0, &["keys"]);
    assert_eq!((desk.state(), pair(&desk)), ("installed".to_owned(), before));
    desk.answer(0, &["renew", NAME, "--now"]);
    desk.openssl(&format!("pkey -in {folder}/key.pem -pubout -out key.pub"));
    desk.openssl(&format!("x509 -noout -pubkey -in {folder}/fullchain.pem -out certificate.pub"));
    assert_eq!(desk.text("certificate.pub"), desk.text("key.pub"));
}

#[test]
fn says_which_services_a_key_is_bound_to_and_how_they_are_taken_away() {
    let desk = Desk::new();
    desk.sign(&format!("store/{NAME}"), "leaf.pem", None);
    desk.answer(0, &["install", "leaf.pem", "between.pem", "root.pem"]);
    assert_eq!(desk.json(0, &["keys"])["keys"][0]["services"], serde_json::json!([]));
    fs::create_dir(desk.path("own templates")).unwrap();
    desk.put("own templates/own.toml", "about = \"x\"\nreload = [\"true\"]\n");
    desk.answer(0, &["bind", NAME, "--to", "files:web", "--address", "127.0.0.1", "--reload", "true"]);
    desk.answer(0, &["commit"]);
    desk.answer(0, &["bind", NAME, "--to", "own", "--templates", "own templates"]);
    assert_eq!(desk.json(0, &["keys"])["keys"][0]["services"], serde_json::json!(["files:web on 127.0.0.1", "own"]));
    assert!(desk.answer(0, &["keys"]).contains("\n     bound to files:web on 127.0.0.1, own\n"));
    let shown = desk.answer(0, &["keys", "show", NAME]);
    assert!(shown.contains("  bound to    files:web on 127.0.0.1\n  take away   certfix bind "), "{shown}");
    assert!(shown.contains("  bound to    own, after the next commit\n  take away   certfix bind "), "{shown}");
    for line in shown.lines().filter_map(|line| line.strip_prefix("  take away   certfix ")) {
        let line = format!("{} {line}", env!("CARGO_BIN_EXE_certfix"));
        let status = Command::new("sh").args(["-c", &line]).current_dir(desk.path("")).status().unwrap();
        assert!(status.success(), "{line}");
    }
    assert_eq!(desk.json(0, &["keys"])["keys"][0]["services"], serde_json::json!([]));
    desk.put(&format!("store/{NAME}/bindings.json"), "{\"version\": 1, \"bindings\": [");
    let fault = format!("'store/{NAME}/bindings.json' cannot be understood");
    assert!(desk.json(0, &["keys"])["keys"][0]["faults"][0].as_str().unwrap().starts_with(&fault));
    assert!(desk.answer(0, &["keys"]).contains(&fault));
    assert!(desk.answer(0, &["keys", "show", NAME]).contains(&format!("  faults      {fault}")));
}

#[test]
fn a_key_comes_back_encrypted_or_not_without_a_word() {
    let desk = Desk::new();
    let (old, new) = (["--password-file", "password"], ["--new-password-file", "password"]);
    desk.answer(0, &[&["keys", "backup", NAME, "-o", "backup.pem"][..], &new].concat());
    let locked = ["keys", "restore", "backup.pem", "--name", "locked.contoso.com", "--encrypt-key"];
    let output = desk.run(&[&locked[..], &old, &new].concat(), Stdio::null());
    assert!(output.status.success() && output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(desk.text("store/locked.contoso.com/key.pem").starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----"));
    let open = ["keys", "restore", "backup.pem", "--name", "open.contoso.com"];
    let refusal = desk.refusal(&[&open[..], &old, &new].concat());
    assert!(refusal.starts_with("--new-password-file needs --encrypt-key"), "{refusal}");
    let output = desk.run(&[&open[..], &old].concat(), Stdio::null());
    let note = "certfix: the copy of the key in the store is not encrypted; --encrypt-key encrypts it\n";
    assert_eq!(String::from_utf8(output.stderr).unwrap(), note);
    assert_eq!(desk.text("store/open.contoso.com/key.pem"), desk.text(&format!("store/{NAME}/key.pem")));
}

#[test]
fn what_is_in_the_way_has_a_hint_that_works() {
    let desk = Desk::new();
    desk.put("there.pem", "something else");
    let new = ["--new-password-file", "password"];
    desk.answer(0, &[&["keys", "backup", NAME, "-o", "backup.pem"][..], &new].concat());
    desk.answer(0, &["csr", "--fqdn", "b.contoso.com", "--key", "p-256"]);
    desk.answer(0, &["ca", "init", "Contoso", "--key", "p-256", "--plain-key"]);
    let request = format!("store/{NAME}/request.csr");
    for (arguments, hint) in [
        (&["keys", "backup", NAME, "-o", "there.pem", "--new-password-file", "password"][..], "--output FILE"),
        (&["ca", "sign", &request, "--yes", "-o", "there.pem"], "--output FILE"),
        (&["ca", "export", "-o", "there.pem"], "--output FILE"),
        (&["keys", "rename", NAME, "b.contoso.com"], "choose another name"),
        (&["keys", "rename", NAME, "_acme"], "choose another name"),
        (&["keys", "restore", "backup.pem", "--password-file", "password"], "--name NAME"),
        (&["keys", "restore", "root.pem"], "a certificate without one goes to its key with certfix install"),
    ] {
        desk.refusal(arguments);
        let said = String::from_utf8(desk.run(arguments, Stdio::null()).stderr).unwrap();
        let shown = said.split("hint: ").nth(1).unwrap();
        assert!(shown.contains(hint) && !shown.contains("--store DIR"), "{arguments:?}: {said}");
    }
}

#[test]
fn a_key_in_a_cipher_that_is_not_read_is_not_said_to_be_missing() {
    let desk = Desk::new();
    desk.sign(&format!("store/{NAME}"), "leaf.pem", None);
    let ciphers = "-legacy -certpbe PBE-SHA1-RC2-40 -keypbe PBE-SHA1-RC4-128 -passout file:password";
    desk.openssl(&format!("pkcs12 -export -inkey store/{NAME}/key.pem -in leaf.pem {ciphers} -out old.pfx"));
    let restore = |file| ["keys", "restore", file, "--name", "old.contoso.com", "--password-file", "password"];
    let refusal = desk.refusal(&restore("old.pfx"));
    let why = "it is encrypted with RC4, which certfix does not read";
    assert_eq!(refusal, format!("the private key in 'old.pfx' cannot be read: {why}"));
    let said = String::from_utf8(desk.run(&restore("old.pfx"), Stdio::null()).stderr).unwrap();
    let hint = said.split_once("with openssl ").and_then(|(_, hint)| hint.split_once(", and name that")).unwrap().0;
    desk.put("password2", "another\n");
    let hint = hint.replace("FILE", "old.pfx").replace("NEW.pem", "new.pem");
    desk.openssl(&format!("{hint} -passin file:password -passout file:password2"));
    desk.answer(0, &["keys", "restore", "new.pem", "--name", "old.contoso.com", "--password-file", "password2"]);
    assert_eq!(desk.text("store/old.contoso.com/key.pem"), desk.text(&format!("store/{NAME}/key.pem")));
    let inspected = desk.answer(0, &["inspect", "old.pfx", "--password-file", "password"]);
    assert!(inspected.contains(&format!("not read: {why}")), "{inspected}");
}

#[test]
fn a_key_beside_the_certificate_of_another_can_be_backed_up() {
    let desk = Desk::new();
    desk.sign(&format!("store/{NAME}"), "leaf.pem", None);
    desk.answer(0, &["install", "leaf.pem", "between.pem", "root.pem"]);
    desk.openssl(
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout o.key -out other.pem -subj /CN=o",
    );
    fs::copy(desk.path("other.pem"), desk.path(&format!("store/{NAME}/cert.pem"))).unwrap();
    assert_eq!(desk.state(), "broken");
    let backup = ["keys", "backup", NAME, "-o", "backup.pem", "--new-password-file", "password"];
    let output = desk.run(&backup, Stdio::null());
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{told}");
    let note = format!("certfix: the certificate of {NAME} is for another key: the backup is without it\n");
    assert_eq!(told, note);
    desk.answer(0, &["keys", "restore", "backup.pem", "--name", "again.contoso.com", "--password-file", "password"]);
    for file in ["key.pem", "request.csr"] {
        assert_eq!(desk.text(&format!("store/again.contoso.com/{file}")), desk.text(&format!("store/{NAME}/{file}")));
    }
}
