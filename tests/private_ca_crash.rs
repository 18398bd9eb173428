//! Faults put into every call of `ca` that changes the disk: killed there, or told that the disk is full, broken or closed.
//! Whatever happens, there is no half of a CA, no key is open to others, and no certificate leaves that is not registered.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

#[path = "support/strace.rs"]
mod strace;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Mutex;

use certfix::input::read_file;
use rayon::prelude::*;
use serde_json::Value;
use strace::Point;

/// One command on a store.
struct Operation {
    what: &'static str,
    /// Commands of certfix that come before.
    before: &'static [&'static str],
    command: &'static str,
}

const INIT: &str = "ca init CA --key p-256 --only contoso.com --plain-key";
const SIGN: &str = "ca sign one.csr --yes -o first.pem";

const OPERATIONS: &[Operation] = &[
    Operation { what: "init", before: &[], command: "ca init CA --key p-256 --new-password-file password" },
    Operation {
        what: "init with an intermediate beside another CA",
        before: &[INIT, SIGN],
        command: "ca init Other --intermediate --key p-256 --plain-key",
    },
    Operation { what: "sign", before: &[INIT], command: "ca sign one.csr --yes" },
    Operation {
        what: "sign several into files",
        before: &[INIT, SIGN],
        command: "ca sign one.csr two.csr --yes -o answers --format json",
    },
    Operation {
        what: "sign and install",
        before: &[INIT],
        command: "ca sign keys/mail.contoso.com/request.csr --yes --install",
    },
    Operation { what: "revoke", before: &[INIT, SIGN], command: "ca revoke first.pem --yes --reason superseded" },
    Operation { what: "crl", before: &[INIT, SIGN], command: "ca crl" },
];

/// A folder in which a command runs; `keys` is the store.
struct Scene(tempfile::TempDir);

impl Scene {
    fn prepared(operation: &Operation) -> Self {
        let scene = Self(tempfile::tempdir().unwrap());
        fs::write(scene.path().join("password"), "secret\n").unwrap();
        for name in ["one", "two"] {
            let mut openssl = Command::new("openssl");
            let key = "req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout";
            openssl.args(key.split(' ')).args([&format!("{name}.key"), "-out", &format!("{name}.csr")]);
            openssl.args(["-subj", &format!("/CN={name}.contoso.com")]).current_dir(scene.path());
            assert!(openssl.output().unwrap().status.success());
        }
        for command in [&["csr --fqdn mail.contoso.com --key p-256"][..], operation.before].concat() {
            let run = scene.certfix(command);
            assert!(run.status.success(), "{command}: {}", String::from_utf8_lossy(&run.stderr));
        }
        scene
    }

    fn copy(&self) -> Self {
        let copy = Self(tempfile::tempdir().unwrap());
        let from = self.path().join(".");
        assert!(Command::new("cp").arg("-a").arg(from).arg(copy.path()).status().unwrap().success());
        copy
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn run(&self, program: &mut Command, command: &str) -> Output {
        let store = self.path().join("keys");
        program.args(command.split(' ')).current_dir(self.path()).env("CERTFIX_STORE", store);
        program.stdin(std::process::Stdio::null()).output().unwrap()
    }

    fn certfix(&self, command: &str) -> Output {
        self.run(&mut Command::new(env!("CARGO_BIN_EXE_certfix")), command)
    }

    /// Runs a command under strace, whatever the umask is.
    fn strace(&self, options: &[String], command: &str) -> Output {
        let mut strace = Command::new("sh");
        strace
            .args(["-c", "umask 000; exec strace \"$@\"", "sh", "-f", "-qq", "-o"])
            .arg(self.path().join("strace.log"));
        strace.args(options).arg(env!("CARGO_BIN_EXE_certfix"));
        self.run(&mut strace, command)
    }

    fn entries(&self) -> Vec<PathBuf> {
        let mut all = Vec::new();
        let mut folders = vec![self.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
                if entry.is_dir() && !entry.is_symlink() {
                    folders.push(entry.clone());
                }
                all.push(entry);
            }
        }
        all
    }

    /// What an interrupted run left in the store.
    fn hidden(&self) -> Vec<PathBuf> {
        let mut entries = self.entries();
        let store = self.path().join("keys");
        entries.retain(|path| path.starts_with(&store) && path.file_name().unwrap().to_string_lossy().starts_with('.'));
        entries
    }

    /// The register as `ca list` tells it: serial numbers and states, of all CAs.
    fn register(&self, place: &str) -> (BTreeMap<String, String>, usize) {
        let run = self.certfix("ca list --format json");
        assert!(run.status.success(), "{place}: {}", String::from_utf8_lossy(&run.stderr));
        let listed: Value = serde_json::from_slice(&run.stdout).unwrap();
        let all = listed["authorities"].as_array().unwrap();
        let signed = all.iter().flat_map(|one| one["signed"].as_array().unwrap());
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        (signed.map(|one| (text(&one["serial"]), text(&one["state"]))).collect(), all.len())
    }

    /// What must hold at every moment.
    fn holds(&self, before: &BTreeMap<String, String>, place: &str) {
        for entry in self.entries().into_iter().filter(|entry| !entry.is_symlink()) {
            let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
            let name = entry.file_name().unwrap().to_string_lossy().into_owned();
            let secret = name.ends_with("key.pem") || entry.is_dir() && entry.parent().unwrap().ends_with("_ca");
            assert!(!secret || mode & 0o077 == 0, "{place}: {} is {mode:o}", entry.display());
        }
        let (register, _) = self.register(place);
        for (serial, state) in before {
            let now = register.get(serial).unwrap_or_else(|| panic!("{place}: {serial} is lost"));
            assert!(now == state || state == "valid", "{place}: {serial} was {state} and is {now}");
        }
        // Also what somebody finds who looks into hidden files.
        for file in
            self.entries().into_iter().filter(|path| path.is_file() && !path.to_string_lossy().contains("/_ca/"))
        {
            for cert in read_file(&file, None).into_iter().flat_map(|file| file.certificates) {
                let serial = cert.serial.to_string();
                let left = cert.identity.is_ca() || register.contains_key(&serial);
                assert!(left, "{place}: {} left and is not in the register", file.display());
            }
        }
    }

    /// The next command tells and repairs; then the command works.
    fn is_put_right(&self, operation: &Operation, place: &str) {
        let left = self.hidden();
        for command in ["ca list", "keys"] {
            let repaired = self.certfix(command);
            assert!(repaired.status.success(), "{place}: {}", String::from_utf8_lossy(&repaired.stderr));
        }
        assert!(self.hidden().is_empty(), "{place}: {left:?} stays");
        let again = self.certfix(operation.command);
        let text = String::from_utf8_lossy(&again.stderr);
        let was_done = text.contains("already exists") || text.contains("is revoked since");
        assert!(again.status.success() || was_done, "{place}, once more: {text}");
        let hidden: Vec<PathBuf> = self
            .entries()
            .into_iter()
            .filter(|path| path.file_name().unwrap().to_string_lossy().starts_with('.'))
            .collect();
        assert!(was_done || hidden.is_empty(), "{place}: {hidden:?}");
    }
}

/// Every call of the main thread that changes something here.
fn points(operation: &Operation, template: &Scene) -> Vec<Point> {
    let scene = template.copy();
    let run = scene.strace(&strace::traced(), operation.command);
    assert!(run.status.success(), "{}: {}", operation.what, String::from_utf8_lossy(&run.stderr));
    let log = fs::read_to_string(scene.path().join("strace.log")).unwrap();
    let main = log.split(' ').next().unwrap().to_owned();
    let says = |line: &str| line.contains(" write(1,") || line.contains(" write(2,");
    strace::points(log.lines().filter(|line| line.starts_with(&main)), says)
}

#[test]
fn a_kill_at_any_moment_loses_nothing() {
    let told = Mutex::new(Vec::new());
    OPERATIONS.par_iter().for_each(|operation| {
        let template = Scene::prepared(operation);
        let (before, authorities) = template.register(operation.what);
        let points = points(operation, &template);
        for (call, at) in &points {
            let place = format!("{} killed at {call} {at}", operation.what);
            let scene = template.copy();
            let run = scene.strace(&strace::faulty((call, *at), "signal=KILL"), operation.command);
            assert!(!run.status.success(), "{place}");
            let left = scene.hidden();
            let told = scene.certfix("ca list");
            // A lock that nobody holds goes without a word.
            let spoken_of =
                |path: &&PathBuf| path.to_string_lossy().contains("/_ca/.") && !path.ends_with(".certfix-lock");
            let own = left.iter().any(|path| spoken_of(&path));
            assert!(!own || told.stderr.starts_with(b"certfix: deleted "), "{place}: {left:?} went without a word");
            scene.holds(&before, &place);
            let (_, now) = scene.register(&place);
            assert!(now == authorities || operation.what.starts_with("init"), "{place}");
            scene.is_put_right(operation, &place);
            scene.holds(&before, &place);
        }
        assert!(points.len() >= 5, "{}: {points:?}", operation.what);
        told.lock().unwrap().push(format!("{}: killed at {} points", operation.what, points.len()));
    });
    told.into_inner().unwrap().iter().for_each(|line| println!("{line}"));
}

#[test]
fn an_error_at_any_call_is_said_and_leaves_nothing_behind() {
    let told = Mutex::new(Vec::new());
    OPERATIONS.par_iter().for_each(|operation| {
        let template = Scene::prepared(operation);
        let (before, _) = template.register(operation.what);
        let points = points(operation, &template);
        let mut ended = 0;
        for ((call, at), error) in
            points.iter().flat_map(|point| ["ENOSPC", "EIO", "EACCES"].map(|error| (point, error)))
        {
            let place = format!("{}: {error} from {call} {at}", operation.what);
            let scene = template.copy();
            let run = scene.strace(&strace::faulty((call, *at), &format!("error={error}")), operation.command);
            let text = String::from_utf8_lossy(&run.stderr);
            match run.status.code() {
                // Some of it is not waited for: hints, and cleaning up.
                Some(0) => {}
                Some(2) => {
                    ended += 1;
                    assert!(text.starts_with("certfix: error: ") && text.lines().count() <= 2, "{place}: {text}");
                }
                other => panic!("{place}: {other:?} {text}"),
            }
            assert!(*call == "unlink" || scene.hidden().is_empty(), "{place}: {:?}", scene.hidden());
            scene.holds(&before, &place);
            scene.is_put_right(operation, &place);
        }
        assert!(ended > 5, "{}: {ended}", operation.what);
        told.lock().unwrap().push(format!("{}: {} errors, {ended} ended it", operation.what, 3 * points.len()));
    });
    told.into_inner().unwrap().iter().for_each(|line| println!("{line}"));
}
