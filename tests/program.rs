//! The program on real files: what it writes, what other programs make of it, what it answers to bad input.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

use std::fs;
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const SBS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/sbs2008.cer");
const EXCHANGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/exchange55.cer");
const DAY: [&str; 2] = ["--at", "2026-09-01"];

/// A folder to work in.
struct Desk(tempfile::TempDir);

impl Desk {
    fn new() -> Self {
        let desk = Self(tempfile::tempdir().unwrap());
        desk.put("password", b"secret\n");
        desk.put("wrong", b"guess\n");
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn put(&self, name: &str, contents: &[u8]) {
        fs::write(self.path(name), contents).unwrap();
    }

    fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(self.0.path()).env_remove("CERTFIX_STORE").stdin(Stdio::null());
        command
    }

    fn certfix(&self, arguments: &[&str]) -> Output {
        self.command(env!("CARGO_BIN_EXE_certfix"), arguments).output().unwrap()
    }

    /// What it prints when it exits with `status`. Never a private key.
    fn answer(&self, status: i32, arguments: &[&str]) -> String {
        let output = self.certfix(arguments);
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(status), "{arguments:?}: {complaint}");
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(!text.contains("PRIVATE KEY-"), "{arguments:?} shows a key");
        text
    }

    /// The one error line, after which nothing has changed.
    fn refusal(&self, arguments: &[&str]) -> String {
        let before = self.contents();
        let output = self.certfix(arguments);
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {text}");
        assert!(output.stdout.is_empty(), "{arguments:?} prints {}", String::from_utf8_lossy(&output.stdout));
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines.len() <= 2 && lines[0].starts_with("certfix: error: "), "{arguments:?}: {text}");
        assert!(lines[1..].iter().all(|line| line.starts_with("certfix: hint: ")), "{arguments:?}: {text}");
        assert!(!text.contains('\u{1b}'), "{text}");
        assert_eq!(self.contents(), before, "{arguments:?} wrote something");
        lines[0]["certfix: error: ".len()..].to_owned()
    }

    fn openssl(&self, arguments: &str) -> String {
        let output = self.command("openssl", &arguments.split(' ').collect::<Vec<_>>()).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "openssl {arguments}: {text}");
        text.into_owned()
    }

    /// Every file and folder here with its contents.
    fn contents(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut found = Vec::new();
        let mut folders = vec![self.0.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                found.push((path.clone(), fs::read(&path).unwrap_or_default()));
                if path.is_dir() {
                    folders.push(path);
                }
            }
        }
        found.sort();
        found
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn writes_a_key_that_only_its_owner_reads_and_never_again() {
    let desk = Desk::new();
    desk.answer(0, &["csr", "--fqdn", "remote.contoso.com"]);
    assert_eq!(mode(&desk.path("remote.contoso.com")), 0o700);
    assert_eq!(mode(&desk.path("remote.contoso.com/key.pem")), 0o600);
    assert!(desk.openssl("req -verify -noout -in remote.contoso.com/request.csr").contains("verify OK"));
    let refusal = desk.refusal(&["csr", "--fqdn", "remote.contoso.com"]);
    assert!(refusal.ends_with("remote.contoso.com' already exists"), "{refusal}");
}

#[test]
fn mends_the_sbs_certificate_in_every_wrapping() {
    let desk = Desk::new();
    desk.put("old.cer", &fs::read(SBS).unwrap());
    desk.openssl("genrsa -out own.key 2048");
    desk.openssl("crl2pkcs7 -nocrl -certfile old.cer -out old.p7b");
    desk.openssl("pkcs12 -export -nokeys -in old.cer -out old.pfx -passout file:password");
    for source in ["old.cer", "old.p7b", "old.pfx"] {
        let store = format!("store-{source}");
        let text = desk.answer(1, &["check", source, "--password-file", "password", DAY[0], DAY[1]]);
        assert!(text.contains("warning[name-not-first]"), "{source}: {text}");
        let cure = format!("certfix fix {source} --password-file password --fqdn remote.contoso.com\n");
        assert!(text.contains(&cure), "{source}: {text}");
        let fix = ["fix", source, "--password-file", "password", "--store", &store, "--key", "p-256"];
        let text = desk.answer(0, &[&fix[..], &DAY].concat());
        assert!(text.contains("1 remote.contoso.com  moved first"), "{text}");
        let request = desk.openssl(&format!("req -verify -noout -text -in {store}/remote.contoso.com/request.csr"));
        assert!(request.contains("DNS:remote.contoso.com\n"), "{request}");
    }
}

#[test]
fn leaves_alone_what_is_right() {
    let desk = Desk::new();
    desk.answer(0, &["self-signed", "--fqdn", "mail.contoso.com", "--san", "server.contoso.local"]);
    let text = desk.answer(0, &["fix", "mail.contoso.com/cert.pem", "--store", "again"]);
    assert!(text.contains("nothing wrong for mail.contoso.com"), "{text}");
    assert!(!desk.path("again").exists());
}

#[test]
fn writes_pkcs12_for_today_and_for_old_windows() {
    let desk = Desk::new();
    for (reader, algorithm) in [("today", "AES-256-CBC"), ("old-windows", "pbeWithSHA1And3-KeyTripleDES-CBC")] {
        let fix = ["fix", SBS, "--self-signed", "--pfx", "--new-password-file", "password", "--store", reader];
        desk.answer(0, &[&fix[..], &["--pfx-for", reader], &DAY].concat());
        let file = format!("{reader}/remote.contoso.com/bundle.pfx");
        assert_eq!(mode(&desk.path(&file)), 0o600);
        let text = desk.openssl(&format!("pkcs12 -info -noout -in {file} -passin file:password"));
        assert!(text.contains(algorithm), "{text}");
        let text = desk.answer(0, &["inspect", &file, "--password-file", "password"]);
        assert!(text.contains("private key RSA 2048, matches"), "{text}");
        assert!(desk.refusal(&["inspect", &file]).ends_with("is protected by a password"));
        assert!(desk.refusal(&["check", &file, "--password-file", "wrong"]).starts_with("the password does not open"));
    }
}

#[test]
fn takes_over_a_key_also_an_encrypted_one() {
    let desk = Desk::new();
    let first = ["csr", "--fqdn", "mail.contoso.com", "--store", "a", "--key", "p-256", "--encrypt-key"];
    desk.answer(0, &[&first[..], &["--new-password-file", "password"]].concat());
    let key = "a/mail.contoso.com/key.pem";
    assert!(fs::read_to_string(desk.path(key)).unwrap().starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----"));
    let second = ["csr", "--fqdn", "mail.contoso.com", "--store", "b", "--key-file", key];
    assert!(desk.refusal(&second).ends_with("is protected by a password"));
    let text = desk.answer(0, &[&second[..], &["--password-file", "password"]].concat());
    assert!(text.contains("a copy of a/mail.contoso.com/key.pem"), "{text}");
    let public = |file: &str| desk.openssl(&format!("req -noout -pubkey -in {file}/mail.contoso.com/request.csr"));
    assert_eq!(public("a"), public("b"));
}

#[test]
fn makes_a_folder_for_each_name_or_none() {
    let desk = Desk::new();
    let names = ["csr", "--fqdn", "b.contoso.com", "--san", "a.contoso.com,c.contoso.com", "--one-per-name"];
    let arguments = [&names[..], &["--key", "p-256", "--store", "s"]].concat();
    fs::create_dir_all(desk.path("s/c.contoso.com")).unwrap();
    assert!(desk.refusal(&arguments).ends_with("'s/c.contoso.com' already exists"));
    fs::remove_dir(desk.path("s/c.contoso.com")).unwrap();
    desk.answer(0, &arguments);
    for name in ["a", "b", "c"] {
        desk.openssl(&format!("req -verify -noout -in s/{name}.contoso.com/request.csr"));
    }
}

#[test]
fn prints_what_makes_the_request_elsewhere() {
    let desk = Desk::new();
    let csr = ["csr", "--fqdn", "mail.contoso.com", "--san", "a.contoso.com", "--subject", "O=Contoso,C=US", "--emit"];
    let before = desk.contents();
    for format in ["openssl-cnf", "certreq-inf", "exchange-ps1"] {
        let text = desk.answer(0, &[&csr[..], &[format]].concat());

        assert_eq!(desk.contents(), before, "{format} wrote something");
        desk.put("request.cnf", text.as_bytes());
        if format == "openssl-cnf" {
            desk.openssl("req -new -config request.cnf -newkey rsa:2048 -nodes -keyout k.pem -out r.csr");
            let request = desk.openssl("req -verify -noout -text -in r.csr");
            assert!(request.contains("DNS:mail.contoso.com, DNS:a.contoso.com"), "{request}");
            fs::remove_file(desk.path("k.pem")).unwrap();
            fs::remove_file(desk.path("r.csr")).unwrap();
        }
        fs::remove_file(desk.path("request.cnf")).unwrap();
    }
    // The request of a key that nobody has is worth nothing.
    desk.refusal(&[&csr[..], &["newkeyrq", "--dry-run"]].concat());
    let text = desk.answer(0, &[&csr[..], &["newkeyrq", "--store", "s"]].concat());
    desk.put("NewKeyRq.txt", text.as_bytes());
    let public = desk.openssl("req -noout -pubkey -in NewKeyRq.txt");
    assert_eq!(public, desk.openssl("pkey -pubout -in s/mail.contoso.com/key.pem"));
}

#[test]
fn writes_nothing_on_a_dry_run() {
    let desk = Desk::new();
    let before = desk.contents();
    for arguments in
        [&["csr", "--fqdn", "a.contoso.com"][..], &["self-signed", "--fqdn", "a.contoso.com"], &["fix", SBS]]
    {
        let text = desk.answer(0, &[arguments, &["--dry-run", "--key", "p-256"], &DAY].concat());
        assert!(text.contains("nothing (--dry-run)"), "{text}");
        let text = desk.answer(0, &[arguments, &["--dry-run", "--key", "p-256", "--format", "json"], &DAY].concat());
        assert!(!text.contains("-----BEGIN"), "{text}");
        assert_eq!(desk.contents(), before);
    }
}

#[test]
fn answers_programs_by_the_schema() {
    let desk = Desk::new();
    desk.put("old.cer", &fs::read(SBS).unwrap());
    desk.put("notes.txt", b"hello");
    let schema = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/certfix.schema.json")).unwrap();
    let schema = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    let made = ["--key", "p-256", "--store", "s", "--new-password-file", "password"];
    let commands: &[(i32, &[&str])] = &[
        (0, &["csr", "--fqdn", "mail.contoso.com", made[0], made[1], made[2], made[3]]),
        (0, &["self-signed", "--fqdn", "a.contoso.com", "--pfx", made[0], made[1], made[2], made[3], made[4], made[5]]),
        (0, &["fix", "old.cer", made[0], made[1], made[2], made[3]]),
        (0, &["fix", "s/mail.contoso.com/request.csr"]),
        (0, &["inspect", "old.cer", "s/mail.contoso.com/request.csr", "s/mail.contoso.com/key.pem"]),
        (0, &["inspect", "s/a.contoso.com/bundle.pfx", "--password-file", "password"]),
        (2, &["inspect", ".", "missing"]),
        (1, &["check", "old.cer", "s/mail.contoso.com/request.csr", "--fqdn", "remote.contoso.com"]),
        (0, &["check", "old.cer", "--fail-on", "never"]),
        (2, &["check", "old.cer", "notes.txt"]),
        (0, &["explain"]),
        (0, &["explain", "name-not-first"]),
        (0, &["clients"]),
        (0, &["clients", "outlook2007"]),
        (0, &["profiles"]),
        (0, &["profiles", "letsencrypt"]),
    ];
    for (status, arguments) in commands {
        let text = desk.answer(*status, &[arguments, &["--format", "json"][..]].concat());
        let document = serde_json::from_str(&text).unwrap();
        let errors: Vec<String> = schema.iter_errors(&document).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{arguments:?}: {errors:?}\n{text}");
    }
}

#[test]
fn reads_files_folders_and_standard_input_together() {
    let desk = Desk::new();
    fs::create_dir(desk.path("certs")).unwrap();
    desk.put("certs/old.cer", &fs::read(SBS).unwrap());
    desk.put("certs/notes.txt", b"hello");
    let mut command = desk.command(env!("CARGO_BIN_EXE_certfix"), &["inspect", EXCHANGE, "certs", "-"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(&fs::read(SBS).unwrap()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(text.contains("certs/old.cer: certificate") && text.contains("standard input: certificate"), "{text}");
    assert!(text.ends_with("3 sources: 1 file passed over that holds no certificate.\n"), "{text}");
}

#[test]
fn takes_a_closed_pipe_for_no_error() {
    let desk = Desk::new();
    let mut command = desk.command(env!("CARGO_BIN_EXE_certfix"), &["clients", "--format", "json"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    // But a check that was cut off has not passed.
    let mut command = desk.command(env!("CARGO_BIN_EXE_certfix"), &["check", SBS, "--fqdn", "remote.contoso.com"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.code() == Some(141) && output.stderr.is_empty(), "{output:?}");
}

#[test]
fn answers_bad_input_with_one_line_and_changes_nothing() {
    let desk = Desk::new();
    let cert = fs::read_to_string(SBS).unwrap_or_default();
    let exchange = desk.openssl(&format!("x509 -in {EXCHANGE}"));
    let both =
        if cert.starts_with("-----") { cert } else { desk.openssl(&format!("x509 -in {SBS}")) } + "\n" + &exchange;
    desk.put("many.pem", both.as_bytes());
    desk.put("notes.txt", b"hello");
    desk.put("empty", b"");
    fs::create_dir(desk.path("folder")).unwrap();
    symlink("nowhere", desk.path("dangling")).unwrap();
    desk.openssl("genrsa -out other.key 2048");
    let csr = ["csr", "--fqdn", "mail.contoso.com"];
    let with = |more: &[&'static str]| [&csr[..], more].concat();
    let table: &[(Vec<&str>, &str)] = &[
        (vec!["inspect", "notes.txt"], "'notes.txt' is not a certificate"),
        (vec!["check", "empty"], "'empty' is empty"),
        (vec!["inspect", "dangling"], "cannot read 'dangling': no such file or directory"),
        (vec!["fix", "notes.txt/x"], "cannot read 'notes.txt/x': not a directory"),
        (vec!["fix", "folder"], "'folder' is a directory"),
        (vec!["check", "folder"], "'folder' holds no certificate or request"),
        (vec!["check", "other.key"], "'other.key' holds a private key but no certificate or request"),
        (vec!["fix", "many.pem", "--fqdn", "a.contoso.com"], "'many.pem' holds 2 certificates where one is meant"),
        (vec!["fix", EXCHANGE], "does not say which name people connect to"),
        (
            vec!["fix", SBS, "--key-file", "other.key"],
            "the key in 'other.key' is not the key of 'CN=remote.contoso.com'",
        ),
        (with(&["--key-file", "folder"]), "'folder' is a directory"),
        (with(&["--key-file", "notes.txt"]), "'notes.txt' holds no private key"),
        (with(&["--key-file", SBS]), "holds no private key"),
        (with(&["--store", "notes.txt"]), "cannot make 'notes.txt'"),
        (with(&["--store", "dangling"]), "cannot make 'dangling'"),
        (with(&["--store", "notes.txt/s"]), "cannot make 'notes.txt/s'"),
        (with(&["--password-file", "missing"]), "cannot read 'missing'"),
        (with(&["--ca", "letsencript"]), "no profile is called 'letsencript'"),
        (with(&["--subject", "nonsense"]), "'nonsense' cannot be in a subject: it is not KEY=value"),
        (with(&["--san", "a b.contoso.com"]), "'a b.contoso.com' is not a DNS name: character 2 is a space"),
        (with(&["--encrypt-key"]), "the key file needs a password"),
        (vec!["csr", "--fqdn", "a..contoso.com"], "character 3 is a dot"),
        (
            vec!["csr", "--fqdn", "re\u{1b}[31m.contoso.com"],
            "'re\\u{1b}[31m.contoso.com' is not a DNS name: character 3",
        ),
        (vec!["csr", "--domain", "con\u{1b}toso.com"], "'con\\u{1b}toso.com' is not a DNS name: character 4"),
        (vec!["csr", "--fqdn", "*.contoso.com"], "'*.contoso.com' is a wildcard"),
        (vec!["csr", "--fqdn", "10.1.2.3"], "'10.1.2.3' is an IP address"),
        (vec!["csr", "--fqdn", "server.contoso.local"], "'server.contoso.local' will not be signed by a public CA"),
        (vec!["csr", "--domain", "co.uk"], "'co.uk' is a public suffix"),
        (vec!["csr"], "no name was given"),
        (vec!["fix", SBS, "--pfx"], "--pfx needs --self-signed"),
        (vec!["explain", "name-not-frist"], "did you mean 'name-not-first'"),
    ];
    for (arguments, expected) in table {
        let refusal = desk.refusal(arguments);
        assert!(refusal.contains(expected), "{arguments:?}: {refusal}");
    }
}

#[test]
fn lists_the_candidates_when_nobody_can_be_asked() {
    let desk = Desk::new();
    let names = "subjectAltName=DNS:autodiscover.contoso.com,DNS:mail.contoso.com,DNS:server.contoso.local";
    desk.openssl(&format!(
        "req -x509 -newkey rsa:2048 -nodes -keyout k.pem -subj /CN=server -addext {names} -out c.pem"
    ));
    let refusal = desk.refusal(&["fix", "c.pem"]);
    assert!(refusal.ends_with("people connect to: mail.contoso.com, autodiscover.contoso.com"), "{refusal}");
}

/// What a command shows on a terminal, with variables set `before` it, where `typed` has been typed.
#[cfg(target_os = "linux")]
fn on_a_terminal(desk: &Desk, before: &str, line: &str, typed: &str) -> String {
    let line = format!("{before} {} {line}", env!("CARGO_BIN_EXE_certfix"));
    let mut command = desk.command("script", &["-qec", &line, "/dev/null"]);
    command.env("TERM", "xterm").env_remove("NO_COLOR").env_remove("CI");
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.as_ref().unwrap().write_all(typed.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
#[cfg(target_os = "linux")]
fn colours_only_a_terminal_that_wants_it() {
    let desk = Desk::new();
    desk.put("old.cer", &fs::read(SBS).unwrap());
    assert!(on_a_terminal(&desk, "", "inspect old.cer", "").contains("\u{1b}["));
    assert!(!on_a_terminal(&desk, "NO_COLOR=1", "inspect old.cer", "").contains('\u{1b}'));
    assert!(!desk.answer(0, &["inspect", "old.cer"]).contains('\u{1b}'));
}

#[test]
#[cfg(target_os = "linux")]
fn asks_on_a_terminal_which_name_people_type() {
    let desk = Desk::new();
    let names = "subjectAltName=DNS:autodiscover.contoso.com,DNS:mail.contoso.com";
    desk.openssl(&format!(
        "req -x509 -newkey rsa:2048 -nodes -keyout k.pem -subj /CN=server -addext {names} -out c.pem"
    ));
    let shown = on_a_terminal(&desk, "", "fix c.pem --key p-256", "\r");
    assert!(shown.contains("Which name do people type"), "{shown}");
    assert!(desk.path("mail.contoso.com/key.pem").is_file(), "{shown}");
}
