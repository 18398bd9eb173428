//! Bindings, commits and undoes, with files in folders that go away and a server that never reloads.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

#[path = "support/authority.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod authority;
#[path = "support/key_store.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod key_store;
#[path = "support/one_file_server.rs"]
mod one_file_server;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use authority::{Authority, Credentials, Key, Leaf};
use key_store::{KeyStore, NAME, said, snapshot};
use one_file_server::{Server, closed_port};

fn credentials() -> Credentials {
    Authority::new().issue(&Leaf::new(&[NAME]))
}

/// `certfix bind` to one combined file and one certificate file, and what to do at the reload.
fn bind(store: &KeyStore, reload: &str) {
    let combined = format!("combined_file={}", store.beside("combined.pem").display());
    let certificate = format!("certificate_file={}", store.beside("cert.pem").display());
    store.run(&["bind", NAME, "--to", "files", "--set", &combined, "--set", &certificate, "--reload", reload]);
}

#[test]
fn files_are_written_and_put_back_byte_for_byte() {
    let new = credentials();
    let store = KeyStore::with(&new);
    let (combined, certificate) = (store.beside("combined.pem"), store.beside("cert.pem"));
    fs::write(&certificate, b"old\0\xff\r\n").unwrap();
    fs::set_permissions(&certificate, Permissions::from_mode(0o604)).unwrap();
    if rustix::process::geteuid().is_root() {
        std::os::unix::fs::chown(&certificate, Some(12), Some(34)).unwrap();
    }
    let old = snapshot(&certificate);
    bind(&store, "true");
    assert_eq!((snapshot(&certificate), combined.exists()), (old.clone(), false), "bind changes nothing");
    let said = store.run(&["commit"]);
    assert!(said.contains("files has mail.contoso.test\n"), "{said}");
    let (text, mode, ..) = snapshot(&combined).unwrap();
    assert_eq!(String::from_utf8(text).unwrap(), format!("{}{}{}", new.key, new.certificate, new.issuers));
    assert_eq!(mode, 0o600);
    let (text, mode, owner, group) = snapshot(&certificate).unwrap();
    let (_, old_mode, old_owner, old_group) = old.clone().unwrap();
    assert_eq!(text, new.certificate.as_bytes());
    assert_eq!((mode, owner, group), (old_mode, old_owner, old_group), "what the administrator set stays");
    assert!(store.run(&["commit"]).starts_with("Nothing to commit: every file is in its place"));
    store.run(&["undo"]);
    assert_eq!((snapshot(&certificate), combined.exists()), (old, false));
    assert_eq!(store.journals(), [""; 0]);
    assert!(store.refuse(&["undo"]).contains("there is no commit to undo"));
    store.run(&["commit"]);
    assert!(combined.exists(), "what was undone is still bound");
}

#[test]
fn a_step_that_fails_puts_everything_back() {
    for (check, reload, part) in [
        ("echo 'bad key' >&2; exit 1", "true", "failed: ended with status 1: bad key; everything was put back"),
        ("true", "exit 7", "'exit 7' failed: ended with status 7"),
    ] {
        let store = KeyStore::with(&credentials());
        let (combined, log) = (store.beside("combined.pem"), store.beside("log"));
        fs::write(&combined, "old").unwrap();
        let old = snapshot(&combined);
        let value = format!("combined_file={}", combined.display());
        let logged = format!("cat {} >> {}; {reload}", combined.display(), log.display());
        let reload = if reload == "true" { &logged } else { reload };
        store.run(&["bind", NAME, "--to", "files", "--set", &value, "--check", check, "--reload", reload]);
        let said = store.refuse(&["commit"]);
        assert!(said.contains(part), "{said}");
        assert_eq!(snapshot(&combined), old);
        assert_eq!(store.journals(), [""; 0]);
        if reload == logged {
            assert_eq!(fs::read_to_string(&log).unwrap(), "old", "the service was reloaded with the old file");
        }
    }
}

#[test]
fn a_service_that_keeps_the_old_certificate_gets_its_files_back() {
    let authority = Authority::new();
    let (old, new) =
        (authority.issue(&Leaf::new(&[NAME])), authority.issue(&Leaf { key: Key::Rsa2048, ..Leaf::new(&[NAME]) }));
    let store = KeyStore::with(&new);
    let combined = store.beside("combined.pem");
    fs::write(&combined, format!("{}{}", old.key, old.certificate)).unwrap();
    let before = snapshot(&combined);
    let server = Server::start(&combined);
    let value = format!("combined_file={}", combined.display());
    let endpoint = format!("tls://127.0.0.1:{}", server.port);
    store.run(&["bind", NAME, "--to", "files", "--set", &value, "--endpoint", &endpoint]);
    let said = store.refuse(&["commit", "--patience", "0.3"]);
    assert!(said.contains("it still presents the one from before; everything was put back"), "{said}");
    assert_eq!(snapshot(&combined), before);
    let gone = format!("tls://127.0.0.1:{}", closed_port());
    store.run(&["bind", NAME, "--to", "files", "--set", &value, "--endpoint", &gone]);
    let said = store.refuse(&["commit", "--patience", "0.1"]);
    assert!(said.contains("connection refused; everything was put back"), "{said}");
    assert_eq!(snapshot(&combined), before);
}

#[test]
fn a_second_commit_is_told_who_is_at_work_or_waits() {
    let store = KeyStore::with(&credentials());
    let (begun, go) = (store.beside("begun"), store.beside("go"));
    let reload = format!("touch {}; while [ ! -e {} ]; do sleep 0.02; done", begun.display(), go.display());
    bind(&store, &reload);
    let first = store.command(&["commit"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while !begun.exists() {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let said = store.refuse(&["commit"]);
    assert!(said.contains(&format!("is being worked on by certfix commit, process {}", first.id())), "{said}");
    let waits =
        store.command(&["commit", "--wait", "60"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    fs::write(&go, "").unwrap();
    assert!(first.wait_with_output().unwrap().status.success());
    let second = waits.wait_with_output().unwrap();
    assert!(said_of(&second).starts_with("Nothing to commit"), "{}", said_of(&second));
}

fn said_of(output: &std::process::Output) -> String {
    assert!(output.status.success(), "{}", said(output));
    said(output)
}

#[test]
fn an_undo_does_not_take_what_somebody_else_changed() {
    let store = KeyStore::with(&credentials());
    let certificate = store.beside("cert.pem");
    bind(&store, "true");
    store.run(&["commit"]);
    fs::write(&certificate, "mine").unwrap();
    let said = store.refuse(&["undo"]);
    assert!(said.contains("was changed after the commit") && said.contains("hint: pass --force"), "{said}");
    assert_eq!(fs::read(&certificate).unwrap(), b"mine");
    assert!(store.beside("combined.pem").exists());
    store.run(&["undo", "--force"]);
    assert!(!certificate.exists() && !store.beside("combined.pem").exists());
}

#[test]
fn commits_are_undone_one_after_the_other_and_no_key_is_lost() {
    let (first, second) = (credentials(), credentials());
    let store = KeyStore::with(&first);
    let combined = store.beside("combined.pem");
    fs::write(&combined, "the only copy of an old key").unwrap();
    bind(&store, "true");
    store.run(&["commit"]);
    let of_first = snapshot(&combined);
    store.put(NAME, &second);
    store.run(&["commit"]);
    assert!(fs::read_to_string(&combined).unwrap().starts_with(&second.key));
    store.run(&["undo"]);
    assert_eq!(snapshot(&combined), of_first);
    store.run(&["undo"]);
    assert_eq!(fs::read_to_string(&combined).unwrap(), "the only copy of an old key");
}

#[test]
fn a_key_never_goes_where_everybody_reads() {
    let store = KeyStore::with(&credentials());
    let combined = store.beside("combined.pem");
    fs::write(&combined, "old").unwrap();
    fs::set_permissions(&combined, Permissions::from_mode(0o644)).unwrap();
    bind(&store, "true");
    store.run(&["commit"]);
    assert_eq!(snapshot(&combined).unwrap().1, 0o640);
    store.run(&["undo"]);
    assert_eq!(snapshot(&combined).unwrap().1, 0o644);
}

#[test]
fn a_planted_link_leads_to_no_file_of_somebody_else() {
    // Others can be given files by root alone.
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let nobody = Some(65534);
    let store = KeyStore::with(&credentials());
    let (folder, victim) = (store.beside("svc"), store.beside("victim"));
    fs::create_dir(&folder).unwrap();
    fs::write(&victim, "root's own").unwrap();
    let link = folder.join("certfix.pem");
    let value = format!("combined_file={}", link.display());
    store.run(&["bind", NAME, "--to", "files", "--set", &value, "--reload", "true"]);
    std::os::unix::fs::symlink(&victim, &link).unwrap();
    for path in [&folder, &link] {
        std::os::unix::fs::lchown(path, nobody, nobody).unwrap();
    }
    let before = snapshot(&victim);
    let said = store.refuse(&["commit"]);
    assert!(said.contains("certfix.pem' cannot be changed: the link '"), "{said}");
    assert_eq!((snapshot(&victim), store.journals()), (before, Vec::new()));
    fs::remove_file(&link).unwrap();
    std::os::unix::fs::symlink(&victim, &link).unwrap();
    store.run(&["commit"]);
    assert!(fs::read_to_string(&victim).unwrap().contains("PRIVATE KEY"), "root's own links are followed");
}

#[test]
fn no_two_bindings_change_the_same_line() {
    let store = KeyStore::with(&credentials());
    store.put("ftp.contoso.test", &credentials());
    let (own, settings) = (store.beside("templates"), store.beside("main.cf"));
    fs::create_dir(&own).unwrap();
    fs::write(&settings, "cert = old\nport = 25\n").unwrap();
    let template = format!(
        "about = \"x\"\nreload = [\"true\", \"\\u001b[2J\"]\n[[setting]]\npath = \"{}\"\nname = \"cert\"\nline = \"cert = {{{{ key }}}}\"\n",
        settings.display()
    );
    fs::write(own.join("line.toml"), template).unwrap();
    let bind = |name, service| ["bind", name, "--to", service, "--templates", own.to_str().unwrap()];
    store.run(&bind(NAME, "line:a"));
    store.run(&bind(NAME, "line:b"));
    let said = store.run(&["commit"]);
    assert!(said.contains("running true \\u{1b}[2J") && !said.contains('\u{1b}'), "{said}");
    assert!(store.run(&["commit"]).starts_with("Nothing to commit"), "both want the same");
    let before = snapshot(&settings);
    store.run(&bind("ftp.contoso.test", "line:c"));
    for _ in 0..2 {
        let said = store.refuse(&["commit"]);
        assert!(said.contains("main.cf' would be written twice"), "{said}");
        assert_eq!(snapshot(&settings), before);
    }
}

#[test]
fn what_cannot_work_is_said_when_binding() {
    let store = KeyStore::with(&credentials());
    let own = store.beside("templates");
    fs::create_dir(&own).unwrap();
    fs::write(own.join("broken.toml"), "about = \"x\"\n[[file]]\npath = \"{{ nothing }}\"\ntext = \"\"\n").unwrap();
    fs::write(own.join("garbage.toml"), "about =").unwrap();
    let folder = own.to_str().unwrap();
    for (arguments, part) in [
        (&["bind", "other.contoso.test", "--to", "files"][..], "no key is called"),
        (&["bind", NAME, "--to", "dovecott"], "did you mean 'dovecot'"),
        (
            &["bind", NAME, "--to", "files", "--set", "colour=red"],
            "files takes no value 'colour', but these: certificate_file",
        ),
        (&["bind", NAME, "--to", "files", "--set", "key_file=relative"], "does not begin at the root"),
        (&["bind", NAME, "--to", "files", "--set", "key_file=/a\u{7}"], "holds a control character"),
        (&["bind", NAME, "--to", "files", "--set", "key_file=/a", "--set", "key_mode=888"], "'888' is not a mode"),
        (&["bind", NAME, "--to", "files", "--set", "key_file=/a", "--set", "owner=nobody-there"], "no user is called"),
        (&["bind", NAME, "--to", "files", "--set", "key_file=/a", "--set", "chain_file=/a"], "would be written twice"),
        (&["bind", NAME, "--to", "files", "--to", "exim", "--reload", "x"], "belong to one service"),
        (&["bind", NAME, "--to", "postfix", "--set", "folder=/nonexistent"], "cannot read '/nonexistent/main.cf'"),
        (
            &["bind", NAME, "--to", "broken", "--templates", folder],
            "the template 'broken' cannot be used: undefined value",
        ),
        (&["bind", NAME, "--to", "garbage", "--templates", folder], "garbage.toml' cannot be used: line 1"),
        (&["bind", NAME, "--to", "files", "--remove"], "is not bound to files"),
    ] {
        let said = store.refuse(arguments);
        assert!(said.contains(part), "{arguments:?}: {said}");
        assert!(!store.root().join(NAME).join("bindings.json").exists());
    }
}

#[test]
fn a_key_that_no_service_can_use_is_not_bound() {
    let (one, other) = (credentials(), credentials());
    let store = KeyStore::with(&one);
    let files = ["bind", NAME, "--to", "files"];
    fs::write(store.root().join(NAME).join("key.pem"), &other.key).unwrap();
    assert!(store.refuse(&files).contains("is not the key of"));
    fs::remove_file(store.root().join(NAME).join("cert.pem")).unwrap();
    assert!(store.refuse(&files).contains("has no certificate yet"));
    let password = store.beside("password");
    fs::write(&password, "secret").unwrap();
    let name = "locked.contoso.test";
    let password = password.to_str().unwrap();
    store.run(&["self-signed", "--fqdn", name, "--key", "p-256", "--encrypt-key", "--new-password-file", password]);
    assert!(store.refuse(&["bind", name, "--to", "files"]).contains("a service cannot ask for its password"));
}

#[test]
fn a_service_has_one_key_and_several_of_a_kind_have_names() {
    let store = KeyStore::with(&credentials());
    store.put("ftp.contoso.test", &credentials());
    bind(&store, "true");
    let value = format!("combined_file={}", store.beside("ftp.pem").display());
    let said = store.refuse(&["bind", "ftp.contoso.test", "--to", "files", "--set", &value]);
    assert!(said.contains("files is bound to 'mail.contoso.test' already"), "{said}");
    store.run(&["bind", "ftp.contoso.test", "--to", "files:ftp", "--set", &value]);
    store.run(&["commit"]);
    assert!(store.beside("ftp.pem").exists() && store.beside("combined.pem").exists());
    store.run(&["bind", NAME, "--to", "files", "--remove"]);
    assert!(!store.root().join(NAME).join("bindings.json").exists(), "a key without bindings is unbound");
    assert!(store.beside("combined.pem").exists(), "the service keeps what it has");
    store.run(&["bind", "ftp.contoso.test", "--to", "files", "--set", &value, "--dry-run"]);
}

#[test]
fn a_dry_run_shows_everything_but_the_key_and_writes_nothing() {
    let store = KeyStore::with(&credentials());
    let before = fs::read_dir(store.root()).unwrap().count();
    let value = format!("combined_file={}", store.beside("combined.pem").display());
    let arguments = ["bind", NAME, "--to", "files", "--set", &value, "--reload", "echo again", "--dry-run"];
    let said = store.run(&arguments);
    assert!(said.contains("combined.pem (new, 0600") && said.contains("reload  echo again"), "{said}");
    assert!(!said.contains("PRIVATE KEY"), "{said}");
    assert_eq!(fs::read_dir(store.root()).unwrap().count(), before);
    bind(&store, "true");
    let said = store.run(&["commit", "--dry-run", "--format", "json"]);
    let page: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!(page["staged"][0]["files"][1]["private_key"], true);
    assert_eq!(page["staged"][0]["files"][0]["state"], "new");
    assert!(!said.contains("PRIVATE KEY") && !store.beside("combined.pem").exists());
    fits_the_schema(&said);
    fits_the_schema(&store.run(&["bind", NAME, "--to", "certreq", "--format", "json"]));
    store.run(&["commit"]);
    let said = store.run(&["undo", "--dry-run"]);
    assert!(said.contains("combined.pem") && store.beside("combined.pem").exists());
}

#[test]
fn a_dry_run_takes_no_binding_away_and_programs_are_told_what_was() {
    let store = KeyStore::with(&credentials());
    bind(&store, "true");
    let bindings = store.root().join(NAME).join("bindings.json");
    let remove = ["bind", NAME, "--to", "files", "--remove"];
    let said = store.run(&[&remove[..], &["--dry-run"]].concat());
    assert_eq!(said, format!("files no longer for {NAME}\nNothing was written.\n"));
    let dry = store.run(&[&remove[..], &["--dry-run", "--format", "json"]].concat());
    assert!(bindings.exists(), "a dry run took the binding away");
    let said = store.run(&[&remove[..], &["--format", "json"]].concat());
    assert!(!bindings.exists());
    fits_the_schema(&said);
    assert_eq!(said, dry);
    let page: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!(page["removed"][0], "files");
    assert!(store.refuse(&[&remove[..], &["--dry-run"]].concat()).contains("is not bound to files"));
}

#[test]
fn a_service_that_another_program_binds_meanwhile_is_not_free() {
    let store = KeyStore::with(&credentials());
    store.put("ftp.contoso.test", &credentials());
    let (own, begun, go) = (store.beside("templates"), store.beside("begun"), store.beside("go"));
    fs::create_dir(&own).unwrap();
    let ask = format!("touch {}; while [ ! -e {} ]; do sleep 0.02; done", begun.display(), go.display());
    let path = store.beside("slow.conf");
    let template = format!(
        "about = \"Slow\"\n[ask]\nversion = \"{ask}\"\n[[file]]\npath = \"{}\"\ntext = \"x\"\n",
        path.display()
    );
    fs::write(own.join("slow.toml"), template).unwrap();
    let bind = |name| ["bind", name, "--to", "slow", "--templates", own.to_str().unwrap()];
    let first = store.command(&bind(NAME)).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    while !begun.exists() {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    store.run(&[&bind("ftp.contoso.test")[..], &["--set", "version=1"]].concat());
    fs::write(&go, "").unwrap();
    let first = first.wait_with_output().unwrap();
    assert_eq!(first.status.code(), Some(2));
    assert!(said(&first).contains("slow is bound to 'ftp.contoso.test' already"), "{}", said(&first));
    store.run(&["commit"]);
}

#[test]
fn what_was_committed_and_put_back_is_told_to_programs() {
    let store = KeyStore::with(&credentials());
    bind(&store, "true");
    let committed = store.command(&["commit", "--format", "json"]).output().unwrap().stdout;
    fits_the_schema(std::str::from_utf8(&committed).unwrap());
    let page: serde_json::Value = serde_json::from_slice(&committed).unwrap();
    assert_eq!(page["committed"][0]["files"].as_array().unwrap().len(), 2);
    let undone = store.run(&["undo", "--format", "json"]);
    fits_the_schema(&undone);
    assert!(undone.contains("combined.pem"), "{undone}");
}

fn fits_the_schema(text: &str) {
    let schema = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/certfix.schema.json");
    let schema = serde_json::from_str(&fs::read_to_string(schema).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let faults: Vec<String> =
        validator.iter_errors(&serde_json::from_str(text).unwrap()).map(|fault| fault.to_string()).collect();
    assert_eq!(faults, [""; 0], "{text}");
}
