//! `install`, `csr --renew` and `keys` on real files, with `openssl` as the CA.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

const NAME: &str = "remote.contoso.com";

/// A folder with a CA of two levels in it, and a store.
struct Desk(tempfile::TempDir);

impl Desk {
    /// A CA, and a pending key for two names.
    fn new() -> Self {
        let desk = Self(tempfile::tempdir().unwrap());
        desk.put("password", "secret\n");
        desk.put("ca.ext", "basicConstraints=critical,CA:TRUE\n");
        let key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
        desk.openssl(&format!("req -x509 {key} -keyout root.key -out root.pem -subj /CN=Root -days 3000"));
        desk.openssl(&format!("req -new {key} -keyout between.key -out between.csr -subj /CN=Between"));
        desk.openssl("x509 -req -in between.csr -CA root.pem -CAkey root.key -set_serial 2 -days 3000 -extfile ca.ext -out between.pem");
        desk.answer(0, &["csr", "--fqdn", NAME, "--san", "autodiscover.contoso.com", "--key", "p-256"]);
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn put(&self, name: &str, contents: &str) {
        fs::write(self.path(name), contents).unwrap();
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn openssl(&self, arguments: &str) {
        let mut command = Command::new("openssl");
        let output = command.args(arguments.split(' ')).current_dir(self.0.path()).output().unwrap();
        assert!(output.status.success(), "openssl {arguments}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// Signs the request in `folder` as it asks, or with other extensions.
    fn sign(&self, folder: &str, out: &str, extensions: Option<&str>) {
        let how = match extensions {
            Some(text) => {
                self.put("leaf.ext", text);
                "-extfile leaf.ext"
            }
            None => "-copy_extensions copy",
        };
        self.openssl(&format!(
            "x509 -req -in {folder}/request.csr -CA between.pem -CAkey between.key -set_serial 77 -days 90 {how} -out {out}"
        ));
    }

    fn run(&self, arguments: &[&str], input: Stdio) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_certfix"));
        command.args(arguments).current_dir(self.0.path()).env("CERTFIX_STORE", "store").env("NO_COLOR", "1");
        command.stdin(input).output().unwrap()
    }

    /// What it prints when it exits with `status`; never a key or a password.
    fn answer(&self, status: i32, arguments: &[&str]) -> String {
        let output = self.run(arguments, Stdio::null());
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(status), "{arguments:?}: {complaint}");
        let text = String::from_utf8(output.stdout).unwrap();
        for secret in ["PRIVATE KEY-", "secret"] {
            assert!(!text.contains(secret) && !complaint.contains(secret), "{arguments:?} shows {secret}");
        }
        text
    }

    /// The error, after which nothing has changed.
    fn refusal(&self, arguments: &[&str]) -> String {
        let before = self.contents();
        let output = self.run(arguments, Stdio::null());
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {text}");
        assert!(output.stdout.is_empty() && text.lines().count() <= 2 && !text.contains("secret\n"), "{text}");
        assert_eq!(self.contents(), before, "{arguments:?} wrote something");
        let first = text.lines().next().unwrap();
        first.strip_prefix("certfix: error: ").unwrap_or_else(|| panic!("{text}")).to_owned()
    }

    fn json(&self, status: i32, arguments: &[&str]) -> Value {
        let text = self.answer(status, &[arguments, &["--format", "json"]].concat());
        let document: Value = serde_json::from_str(&text).unwrap();
        let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/certfix.schema.json");
        let schema = serde_json::from_str(&fs::read_to_string(schema).unwrap()).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let faults: Vec<String> = validator.iter_errors(&document).map(|fault| fault.to_string()).collect();
        assert!(faults.is_empty(), "{arguments:?}: {faults:#?}");
        document
    }

    fn contents(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut found = Vec::new();
        let mut folders = vec![self.0.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
                found.push((path.clone(), fs::read(&path).unwrap_or_default()));
                if path.is_dir() && !path.is_symlink() {
                    folders.push(path);
                }
            }
        }
        found.sort();
        found
    }

    /// `state` of the only key.
    fn state(&self) -> String {
        self.json(0, &["keys"])["keys"][0]["state"].as_str().unwrap().to_owned()
    }

    /// What services read: key and certificate belong together, the chain leads to the root.
    fn serves(&self) {
        let folder = format!("store/{NAME}");
        self.openssl(&format!("verify -CAfile root.pem -untrusted {folder}/chain.pem {folder}/cert.pem"));
        assert_eq!(
            self.text(&format!("{folder}/fullchain.pem")),
            self.text(&format!("{folder}/cert.pem")) + &self.text(&format!("{folder}/chain.pem"))
        );
        self.openssl(&format!("pkey -in {folder}/key.pem -pubout -out key.pub"));
        self.openssl(&format!("x509 -noout -pubkey -in {folder}/fullchain.pem -out certificate.pub"));
        assert_eq!(self.text("certificate.pub"), self.text("key.pub"));
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn installs_an_answer_in_every_wrapping() {
    let key = format!("store/{NAME}");
    for wrapping in ["pem", "der", "p7b", "pfx", "shuffled", "two files", "stdin"] {
        let desk = Desk::new();
        desk.sign(&key, "leaf.pem", None);
        let mut arguments = vec!["install"];
        match wrapping {
            "pem" => {
                desk.put("answer", &(desk.text("leaf.pem") + &desk.text("between.pem") + &desk.text("root.pem")));
                arguments.push("answer");
            }
            "der" => {
                desk.openssl("x509 -in leaf.pem -outform der -out answer");
                arguments.extend([NAME, "answer", "between.pem", "root.pem"]);
            }
            "p7b" => {
                desk.openssl("crl2pkcs7 -nocrl -certfile root.pem -certfile between.pem -certfile leaf.pem -outform der -out answer");
                arguments.extend([NAME, "answer"]);
            }
            "pfx" => {
                let others = desk.text("between.pem") + &desk.text("root.pem");
                desk.put("others.pem", &others);
                desk.openssl(&format!(
                    "pkcs12 -export -inkey {key}/key.pem -in leaf.pem -certfile others.pem -passout file:password -out answer"
                ));
                arguments.extend(["answer", "--password-file", "password"]);
            }
            "shuffled" => {
                desk.put("answer", &(desk.text("root.pem") + &desk.text("leaf.pem") + &desk.text("between.pem")));
                arguments.push("answer");
            }
            "two files" => arguments.extend(["between.pem", "leaf.pem", "root.pem"]),
            _ => {
                desk.put("answer", &(desk.text("between.pem") + &desk.text("leaf.pem") + &desk.text("root.pem")));
                let output = desk.run(&["install", NAME, "-"], fs::File::open(desk.path("answer")).unwrap().into());
                assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
                desk.serves();
                continue;
            }
        }
        assert_eq!(desk.state(), "pending");
        let text = desk.answer(0, &arguments);
        assert!(text.contains("nothing: it is as the request asked"), "{wrapping}: {text}");
        assert!(!text.contains("neither here"), "{wrapping}: {text}");
        desk.serves();
        assert_eq!(desk.state(), "installed");
        let again = desk.answer(0, &arguments);
        assert!(again.contains("installed already"), "{wrapping}: {again}");
        assert_eq!(mode(&desk.path(&key).join("key.pem")), 0o600);
    }
}

#[test]
fn says_that_the_ca_undid_the_cure_and_what_works() {
    let desk = Desk::new();
    let sorted = "subjectAltName=DNS:autodiscover.contoso.com,DNS:remote.contoso.com\nextendedKeyUsage=serverAuth\n";
    desk.sign(&format!("store/{NAME}"), "leaf.pem", Some(sorted));
    let answer = desk.json(1, &["install", "leaf.pem", "between.pem", "root.pem"]);
    assert_eq!(answer["order_undone"], true);
    let kinds: Vec<&str> =
        answer["changes"].as_array().unwrap().iter().map(|change| change["kind"].as_str().unwrap()).collect();
    assert!(kinds.contains(&"reordered") && !kinds.contains(&"name-dropped"), "{kinds:?}");
    let outlook = answer["judged"]["verdicts"].as_array().unwrap();
    let outlook = outlook.iter().find(|verdict| verdict["client"] == "outlook2007").unwrap();
    assert_ne!(outlook["outcome"], "accepts");
    let text = desk.answer(1, &["install", "leaf.pem"]);
    for way in ["--one-per-name", "a CA that keeps the order", "certfix self-signed"] {
        assert!(text.contains(way), "{text}");
    }
}

#[test]
fn names_what_the_ca_added_dropped_and_rewrote() {
    let desk = Desk::new();
    desk.put(
        "leaf.ext",
        "subjectAltName=DNS:remote.contoso.com,DNS:www.contoso.com\nextendedKeyUsage=serverAuth,clientAuth\n",
    );
    let sign =
        "-CA between.pem -CAkey between.key -set_serial 9 -days 90 -extfile leaf.ext -subj /O=Other -out leaf.pem";
    desk.openssl(&format!("x509 -req -in store/{NAME}/request.csr {sign}"));
    let text = desk.answer(0, &["install", "--dry-run", "leaf.pem"]);
    for change in [
        "the name autodiscover.contoso.com was dropped",
        "the name www.contoso.com was added",
        "the subject is O=Other, asked for was CN=remote.contoso.com",
        "may be used for clientAuth, which was not asked for",
        "CN=Between is neither here nor among",
        "nothing (--dry-run)",
    ] {
        let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(change), "{change}: {text}");
    }
    assert_eq!(desk.state(), "pending");
}

#[test]
fn refuses_answers_that_are_not_for_the_key() {
    let desk = Desk::new();
    desk.answer(0, &["csr", "--fqdn", "mail.contoso.com", "--key", "p-256"]);
    desk.sign(&format!("store/{NAME}"), "leaf.pem", None);
    let refusal = desk.refusal(&["install", "mail.contoso.com", "leaf.pem"]);
    assert!(
        refusal.ends_with("is not for the key of 'mail.contoso.com' but for that of 'remote.contoso.com'"),
        "{refusal}"
    );
    let refusal = desk.refusal(&["install", "between.pem"]);
    assert_eq!(refusal, "the certificate CN=Between is for none of the keys here");
    let refusal = desk.refusal(&["install", "absent.contoso.com", "leaf.pem"]);
    assert_eq!(refusal, "no key is called 'absent.contoso.com'");
    let refusal = desk.refusal(&["install", &format!("store/{NAME}/request.csr")]);
    assert!(refusal.ends_with("request.csr' holds no certificate"), "{refusal}");
    let refusal = desk.refusal(&["install", "leaf.pem", "--at", "2090-01-01"]);
    assert!(refusal.starts_with("the certificate CN=remote.contoso.com ended on "), "{refusal}");
    assert!(desk.refusal(&["install", "absent.pem"]).starts_with("cannot read 'absent.pem'"));
    let refusal = desk.refusal(&["install", NAME]);
    assert_eq!(refusal, "'remote.contoso.com' holds no certificate");
    let refusal = desk.refusal(&["install", "leaf.pem", "--pfx"]);
    assert_eq!(refusal, "the PKCS#12 file needs a password");
    fs::write(desk.path("garbage"), "garbage").unwrap();
    desk.refusal(&["install", "leaf.pem", "garbage"]);
}

#[test]
fn keeps_names_modes_and_the_old_pair_when_renewing() {
    let desk = Desk::new();
    let folder = format!("store/{NAME}");
    desk.sign(&folder, "leaf.pem", None);
    desk.answer(0, &["install", "leaf.pem", "between.pem", "root.pem"]);
    fs::set_permissions(desk.path(&folder), fs::Permissions::from_mode(0o750)).unwrap();
    fs::set_permissions(desk.path(&folder).join("key.pem"), fs::Permissions::from_mode(0o640)).unwrap();
    let old = desk.text(&format!("{folder}/key.pem"));
    for (flag, same) in [("--new-key", false), ("--same-key", true)] {
        let before = desk.text(&format!("{folder}/key.pem"));
        let made = desk.json(0, &["csr", "--renew", NAME, flag]);
        assert_eq!(made["made"][0]["names"][0]["value"], NAME);
        desk.refusal(&["csr", "--renew", NAME]);
        assert_eq!(desk.text(&format!("{folder}/key.pem")), before, "services go on with the old key");
        assert_eq!(mode(&desk.path(&folder).join("renewal/key.pem")), 0o600);
        desk.sign(&format!("{folder}/renewal"), "new.pem", None);
        desk.answer(0, &["install", NAME, "new.pem", "root.pem"]);
        desk.serves();
        assert_eq!(desk.text(&format!("{folder}/key.pem")) == before, same, "{flag}");
        assert_eq!(mode(&desk.path(&folder).join("key.pem")), 0o640, "{flag}");
        assert!(!desk.path(&folder).join("renewal").exists());
    }
    assert_eq!(desk.json(0, &["keys", "show", NAME])["keys"][0]["generation"], 4);
    let generations = fs::read_dir(desk.path(&folder).join("generations")).unwrap();
    let modes: Vec<u32> = generations.map(|entry| mode(&entry.unwrap().path())).collect();
    assert!(modes.contains(&0o750), "{modes:?}");
    assert!(desk.contents().iter().any(|(_, contents)| *contents == old.as_bytes()), "the old key is there for undo");
    let key = certfix::store::Store::open(desk.path("store")).keys().unwrap().remove(0);
    key.undo().unwrap();
    desk.serves();
}

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
