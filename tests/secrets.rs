//! Passwords and private keys are where they belong and nowhere else: a trace of every program that is started and of every
//! byte that is written is searched for them.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

#[expect(dead_code, reason = "other tests use more of it")]
#[path = "support/desk.rs"]
mod desk;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use desk::{Desk, NAME};

/// Nothing else looks like it.
const PASSWORD: &str = "Zw7-unmistakable-Qx3";
const WRONG: &str = "Yv6-unmistakable-too";

/// Where private keys go: the store, its CAs, a service's own file, and the journal with what that held before.
const FILES: &[&str] =
    &["/key.pem", "/root-key.pem", "/intermediate-key.pem", "/.own.pem.certfix-new", "/store/.certfix-new/"];

/// Runs certfix under strace, and says what it printed and what it did.
fn traced(desk: &Desk, arguments: &[&str]) -> (Output, String) {
    let trace = desk.path("trace");
    let mut command = Command::new("strace");
    command.args(["-f", "-y", "-v", "-s", "1000000", "-e", "trace=execve,write,pwrite64,writev,sendto,sendmsg,rename"]);
    command.arg("-o").arg(&trace).arg(env!("CARGO_BIN_EXE_certfix")).args(arguments);
    command.current_dir(desk.path(".")).env("CERTFIX_STORE", "store").stdin(Stdio::null());
    let output = command.output().unwrap();
    let trace = fs::read_to_string(trace).unwrap();
    assert!(trace.contains("execve("), "nothing was traced: {}", String::from_utf8_lossy(&output.stderr));
    (output, trace)
}

/// One line out of the middle of each PEM private key of the store: what nobody else may see.
fn key_lines(folder: &Path) -> Vec<String> {
    files(folder)
        .into_iter()
        .filter_map(|path| fs::read_to_string(path).ok())
        .filter(|text| text.contains("PRIVATE KEY"))
        .map(|text| text.lines().nth(1).unwrap().to_owned())
        .collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().map(Result::unwrap) {
        match entry.file_type().unwrap().is_dir() {
            true => found.extend(files(&entry.path())),
            false => found.push(entry.path()),
        }
    }
    found
}

/// That a run kept the secrets. The trace has to show how each new private key came into the store.
fn keeps_secrets(desk: &Desk, status: i32, arguments: &[&str]) {
    let before = key_lines(&desk.path("store"));
    let (output, trace) = traced(desk, arguments);
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(status), "{arguments:?}: {said}");
    let keys = key_lines(&desk.path("store"));
    for password in [PASSWORD, WRONG] {
        assert!(!said.contains(password), "{arguments:?} prints the password");
        assert!(!trace.contains(password), "{arguments:?} hands the password on, or writes it");
    }
    for key in &keys {
        let is_written = trace.lines().any(|line| line.contains(key));
        assert!(before.contains(key) || is_written, "{arguments:?}: the trace does not show where the key is written");
        assert!(!said.contains(key), "{arguments:?} prints the private key");
        for line in trace.lines().filter(|line| line.contains(key)) {
            let (call, _) = line.split_once('"').unwrap();
            let is_file = FILES.iter().any(|file| call.contains(file));
            assert!(call.contains("write(") && is_file, "{arguments:?} writes the private key: {call}");
        }
    }
}

#[test]
fn no_command_hands_a_secret_on() {
    let desk = Desk::new();
    desk.put("password", &format!("{PASSWORD}\n"));
    desk.put("wrong", &format!("{WRONG}\n"));
    let new = ["--new-password-file", "password"];
    let old = ["--password-file", "password"];
    let folder = format!("store/{NAME}");
    let key = format!("{folder}/key.pem");
    assert_eq!(key_lines(&desk.path("store")).len(), 1, "the search finds keys");
    keeps_secrets(&desk, 0, &["csr", "--fqdn", "imap.contoso.com", "--key", "p-256"]);
    keeps_secrets(&desk, 0, &["csr", "--fqdn", "pop.contoso.com", "--key", "p-256", "--format", "json"]);
    let encrypted = ["csr", "--fqdn", "smtp.contoso.com", "--key", "p-256", "--encrypt-key"];
    keeps_secrets(&desk, 0, &[&encrypted[..], &new].concat());
    desk.sign(&folder, "leaf.pem", None);
    let answer = ["install", "leaf.pem", "between.pem", "root.pem", "--pfx"];
    keeps_secrets(&desk, 0, &[&answer[..], &new].concat());
    keeps_secrets(&desk, 0, &["keys"]);
    keeps_secrets(&desk, 0, &["keys", "show", NAME, "--format", "json"]);
    keeps_secrets(&desk, 0, &[&["keys", "backup", NAME, "-o", "backup.pfx"][..], &new].concat());
    keeps_secrets(&desk, 2, &["keys", "restore", "backup.pfx", "--password-file", "wrong"]);
    keeps_secrets(&desk, 0, &["keys", "remove", NAME, "--yes"]);
    keeps_secrets(&desk, 0, &[&["keys", "restore", "backup.pfx"][..], &old].concat());
    keeps_secrets(&desk, 0, &["inspect", &key, "--format", "json"]);
    keeps_secrets(&desk, 0, &[&["inspect", "backup.pfx"][..], &old].concat());
    keeps_secrets(&desk, 2, &["inspect", "backup.pfx", "--password-file", "wrong"]);
    keeps_secrets(&desk, 0, &["csr", "--renew", NAME]);
    let init = ["ca", "init", "Contoso CA", "--intermediate", "--key", "p-256"];
    keeps_secrets(&desk, 0, &[&init[..], &new].concat());
    keeps_secrets(&desk, 0, &["ca", "init", "Plain CA", "--plain-key", "--key", "p-256"]);
    let request = format!("{folder}/renewal/request.csr");
    for ca in ["contoso-ca", "plain-ca"] {
        let sign = ["ca", "sign", &request, "--yes", "--ca", ca, "-o", ca];
        keeps_secrets(&desk, 0, &[&sign[..], &old].concat());
        keeps_secrets(&desk, 0, &[&["ca", "revoke", ca, "--ca", ca, "--yes"][..], &old].concat());
    }
    keeps_secrets(&desk, 0, &["ca", "sign", &request, "--dry-run", "--ca", "contoso-ca", "--format", "json"]);
    keeps_secrets(&desk, 2, &["ca", "crl", "--ca", "contoso-ca", "--password-file", "wrong"]);
    keeps_secrets(&desk, 0, &["ca", "list", "--format", "json"]);
}

#[test]
fn no_service_is_told_a_secret_but_in_its_file() {
    let desk = Desk::new();
    let folder = format!("store/{NAME}");
    let answer = |folder: &str| desk.sign(folder, "leaf.pem", None);
    answer(&folder);
    keeps_secrets(&desk, 0, &["install", "leaf.pem", "between.pem", "root.pem"]);
    let own = format!("combined_file={}", desk.path("own.pem").display());
    // Programs of services are traced too: what they are started with, and in which environment.
    let bind =
        ["bind", NAME, "--to", "files", "--set", &own, "--reload", "env; cat /proc/self/environ", "--check", "env"];
    keeps_secrets(&desk, 0, &[&bind[..], &["--dry-run"]].concat());
    keeps_secrets(&desk, 0, &bind);
    keeps_secrets(&desk, 0, &["commit", "--dry-run", "--format", "json"]);
    keeps_secrets(&desk, 0, &["commit", "--format", "json"]);
    let first = key_lines(&desk.path("store"));
    assert!(desk.text("own.pem").contains(&first[0]), "the service has the key");
    keeps_secrets(&desk, 0, &["csr", "--renew", NAME]);
    answer(&format!("{folder}/renewal"));
    keeps_secrets(&desk, 0, &["install", "leaf.pem", "between.pem", "root.pem"]);
    // The journal holds the old key now, and the error tells what the service says of its files.
    let broken = [&bind[..9], &["env >&2; exit 1"]].concat();
    keeps_secrets(&desk, 0, &broken);
    keeps_secrets(&desk, 2, &["commit"]);
    assert!(desk.text("own.pem").contains(&first[0]), "it was put back");
    keeps_secrets(&desk, 0, &bind);
    keeps_secrets(&desk, 0, &["commit"]);
    assert!(!desk.text("own.pem").contains(&first[0]));
    keeps_secrets(&desk, 0, &["keys"]);
    keeps_secrets(&desk, 0, &["undo", "--dry-run"]);
    keeps_secrets(&desk, 0, &["undo", "--format", "json"]);
}

#[test]
fn no_service_command_gets_a_password_from_the_environment() {
    let desk = Desk::new();
    desk.put("password", &format!("{PASSWORD}\n"));
    let certfix = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_certfix"));
        command.args(arguments).current_dir(desk.path(".")).env("CERTFIX_STORE", "store").stdin(Stdio::null());
        command.env("CA_PASSWORD", PASSWORD).env("ANOTHER", "is there");
        let output = command.output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    };
    let variable = ["--password-env", "CA_PASSWORD"];
    certfix(&["ca", "init", "Contoso CA", "--key", "p-256", "--new-password-env", "CA_PASSWORD"]);
    let request = format!("store/{NAME}/request.csr");
    certfix(&[&["ca", "sign", &request, "--install", "--yes"][..], &variable].concat());
    let reload = format!("env > {}", desk.path("seen").display());
    certfix(&["bind", NAME, "--to", "files", "--reload", &reload]);
    certfix(&["commit"]);
    fs::remove_file(desk.path("seen")).unwrap();
    certfix(&[&["renew", NAME, "--now"][..], &variable].concat());
    let seen = desk.text("seen");
    assert!(seen.contains("ANOTHER=is there"), "{seen}");
    assert!(!seen.contains("CA_PASSWORD") && !seen.contains(PASSWORD), "{seen}");
}
