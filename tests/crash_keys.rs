//! Faults put into every call of `install`, `csr --renew` and `keys` that changes the disk: killed there, or told that the
//! disk is full, broken or closed. Whatever happens, no key is lost or open to others, what services read matches, and the
//! next command puts things right.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

#[path = "support/strace.rs"]
mod strace;

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Mutex;

use certfix::input::read_file;
use rayon::prelude::*;
use strace::Point;

const NAME: &str = "mail.contoso.com";

/// One command, on a store that others made.
struct Operation {
    what: &'static str,
    /// Shell, run once: `$C` is certfix, `$S` a script that signs the request `$1` as `$2`.
    prepare: &'static str,
    arguments: &'static [&'static str],
    /// Whether the keys that are there must be there afterwards.
    keeps: bool,
}

const OPERATIONS: &[Operation] = &[
    Operation {
        what: "install",
        prepare: "$S keys/mail.contoso.com answer.pem",
        arguments: &["install", NAME, "answer.pem", "--format", "json"],
        keeps: true,
    },
    Operation {
        what: "install with a PKCS#12 file, for a group",
        prepare: "$S keys/mail.contoso.com answer.pem; chmod 750 keys/mail.contoso.com; \
                  chmod 640 keys/mail.contoso.com/key.pem",
        arguments: &["install", "answer.pem", "--pfx", "--new-password-file", "password", "--format", "json"],
        keeps: true,
    },
    Operation {
        what: "install of a renewal",
        prepare: "$S keys/mail.contoso.com answer.pem; $C install answer.pem; \
                  $C csr --renew mail.contoso.com; $S keys/mail.contoso.com/renewal answer.pem",
        arguments: &["install", NAME, "answer.pem", "--format", "json"],
        keeps: true,
    },
    Operation {
        what: "install of a renewal for services",
        prepare: "$S keys/mail.contoso.com answer.pem; $C install answer.pem; \
                  $C bind mail.contoso.com --to files --set fullchain_file=/nonexistent --reload true; \
                  $C csr --renew mail.contoso.com; $S keys/mail.contoso.com/renewal answer.pem",
        arguments: &["install", NAME, "answer.pem", "--format", "json"],
        keeps: true,
    },
    Operation {
        what: "install of a renewal over one that waits",
        prepare: "$S keys/mail.contoso.com answer.pem; $C install answer.pem; \
                  $C bind mail.contoso.com --to files --set fullchain_file=/nonexistent --reload true; \
                  $C csr --renew mail.contoso.com; $S keys/mail.contoso.com/renewal answer.pem; $C install answer.pem; \
                  $C csr --renew mail.contoso.com; $S keys/mail.contoso.com/renewal answer.pem",
        arguments: &["install", NAME, "answer.pem", "--format", "json"],
        keeps: true,
    },
    Operation {
        what: "renew",
        prepare: "$S keys/mail.contoso.com answer.pem; $C install answer.pem",
        arguments: &["csr", "--renew", NAME, "--same-key", "--format", "json"],
        keeps: true,
    },
    Operation {
        what: "backup",
        prepare: "$S keys/mail.contoso.com answer.pem; $C install answer.pem",
        arguments: &["keys", "backup", NAME, "-o", "backup.pfx", "--new-password-file", "password"],
        keeps: true,
    },
    Operation {
        what: "restore",
        prepare: "$S keys/mail.contoso.com answer.pem; $C install answer.pem; $C keys backup mail.contoso.com -o \
                  backup.pfx --new-password-file password; $C keys rename mail.contoso.com old.contoso.com",
        arguments: &["keys", "restore", "backup.pfx", "--password-file", "password", "--name", NAME],
        keeps: true,
    },
    Operation {
        what: "rename",
        prepare: "true",
        arguments: &["keys", "rename", NAME, "other.contoso.com"],
        keeps: true,
    },
    Operation { what: "remove", prepare: "true", arguments: &["keys", "remove", NAME, "--yes"], keeps: true },
    Operation {
        what: "remove for good",
        prepare: "$S keys/mail.contoso.com answer.pem; $C install answer.pem",
        arguments: &["keys", "remove", NAME, "--yes", "--no-backup"],
        keeps: false,
    },
];

/// Makes a CA and a key, and then what the operation needs.
const BEFORE: &str = r#"set -e; exec >/dev/null 2>&1; echo secret > password
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -subj /CN=Root -days 99
cat > sign <<'END'
set -e
openssl x509 -req -in $1/request.csr -CA ca.pem -CAkey ca.key -CAcreateserial -copy_extensions copy -days 90 -out $2
cat ca.pem >> $2
END
C=$0; S='sh sign'; $C csr --fqdn mail.contoso.com --key p-256
"#;

/// A folder in which a command runs; `keys` is the store.
struct Scene(tempfile::TempDir);

impl Scene {
    fn prepared(operation: &Operation) -> Self {
        let scene = Self(tempfile::tempdir().unwrap());
        let script = format!("{BEFORE}\n{}", operation.prepare);
        let run = scene.command("bash").args(["-c", &script, env!("CARGO_BIN_EXE_certfix")]).status().unwrap();
        assert!(run.success(), "{}", operation.what);
        scene
    }

    /// The same once more: links, modes and all.
    fn copy(&self) -> Self {
        let copy = Self(tempfile::tempdir().unwrap());
        let from = self.path().join(".");
        assert!(Command::new("cp").arg("-a").arg(from).arg(copy.path()).status().unwrap().success());
        copy
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(self.path())
            .env("CERTFIX_STORE", self.path().join("keys"))
            .stdin(std::process::Stdio::null());
        command
    }

    fn certfix(&self, arguments: &[&str]) -> Output {
        self.command(env!("CARGO_BIN_EXE_certfix")).args(arguments).output().unwrap()
    }

    fn strace(&self, options: &[String], arguments: &[&str]) -> Output {
        // Whatever the umask is, keys are private.
        let mut command = self.command("sh");
        command.args(["-c", "umask 000; exec strace \"$@\"", "sh"]);
        let log = self.path().join("strace.log");
        command
            .args(["-f", "-qq", "-o"])
            .arg(log)
            .args(options)
            .arg(env!("CARGO_BIN_EXE_certfix"))
            .args(arguments)
            .output()
            .unwrap()
    }

    fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(self.path().join("strace.log")).unwrap()).into_owned()
    }

    /// Everything in the store, links as links.
    fn entries(&self) -> Vec<PathBuf> {
        let mut all = Vec::new();
        let mut folders = vec![self.path().join("keys")];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).into_iter().flatten().map(|entry| entry.unwrap().path()) {
                if entry.is_dir() && !entry.is_symlink() {
                    folders.push(entry.clone());
                }
                all.push(entry);
            }
        }
        all
    }

    /// What an interrupted run left.
    fn hidden(&self) -> Vec<PathBuf> {
        let is_left = |path: &PathBuf| {
            path.file_name().unwrap().to_string_lossy().starts_with('.') && !path.ends_with(".removed")
        };
        self.entries().into_iter().filter(is_left).collect()
    }

    /// The public halves of all private keys, wherever they are.
    fn keys(&self) -> BTreeSet<Vec<u8>> {
        let files = self.entries().into_iter().filter(|path| path.ends_with("key.pem") && path.is_file());
        let evidence = files.filter_map(|path| read_file(&path, None).ok());
        evidence.flat_map(|file| file.open_keys().map(|key| key.public.spki.to_vec()).collect::<Vec<_>>()).collect()
    }

    /// What must hold at every moment.
    fn holds(&self, operation: &Operation, before: &BTreeSet<Vec<u8>>, place: &str) {
        if operation.keeps {
            assert!(self.keys().is_superset(before), "{place}: a key is lost");
        }
        for entry in self.entries().into_iter().filter(|entry| !entry.is_symlink()) {
            let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
            let name = entry.file_name().unwrap().to_string_lossy().into_owned();
            let secret = entry.is_dir() || name.contains("key") || name.contains(".pfx");
            assert!(!secret || mode & 0o027 == 0, "{place}: {} is {mode:o}", entry.display());
        }
        for entry in fs::read_dir(self.path()).unwrap().map(|entry| entry.unwrap().path()) {
            let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
            assert!(!entry.to_string_lossy().contains(".pfx") || mode == 0o600, "{place}: {}", entry.display());
        }
        for folder in fs::read_dir(self.path().join("keys")).unwrap().map(|entry| entry.unwrap().path()) {
            if folder.file_name().unwrap().to_string_lossy().starts_with('.') {
                continue;
            }
            let key = read_file(&folder.join("key.pem"), None).unwrap_or_else(|error| panic!("{place}: {error}"));
            let key = key.open_keys().next().unwrap().public.clone();
            for name in ["fullchain.pem", "cert.pem"] {
                if let Ok(file) = read_file(&folder.join(name), None) {
                    assert_eq!(file.certificates[0].identity.key, key, "{place}: {name} does not match");
                }
            }
        }
    }

    /// Runs the command again, and then all is as if nothing had happened.
    fn is_put_right(&self, operation: &Operation, wanted: &str, place: &str) {
        let mut left = self.hidden();
        // Nothing was at work under it.
        left.retain(|path| !path.ends_with(".certfix-lock"));
        let repaired = self.certfix(&["keys"]);
        assert!(left.is_empty() || repaired.stderr.starts_with(b"certfix: "), "{place}: {left:?} went without a word");
        assert!(repaired.status.success(), "{place}: {}", String::from_utf8_lossy(&repaired.stderr));
        let text = String::from_utf8_lossy(&repaired.stdout).into_owned();
        assert!(!text.contains("broken"), "{place}: {text}");
        let hidden = self.hidden();
        assert!(hidden.is_empty(), "{place}: {hidden:?} stays");
        if self.state(&repaired) == wanted {
            return;
        }
        let again = self.certfix(operation.arguments);
        let text = String::from_utf8_lossy(&again.stderr);
        assert!(again.status.success(), "{place}, once more: {text}");
        assert_eq!(self.state(&self.certfix(&["keys"])), wanted, "{place}, once more");
    }

    /// What a user sees of the store, and which files there are beside it.
    fn state(&self, keys: &Output) -> String {
        let mut files: Vec<String> = self
            .entries()
            .iter()
            .filter(|path| path.exists())
            .map(|path| path.strip_prefix(self.path()).unwrap().display().to_string())
            .filter(|path| !path.contains("/generations/"))
            .collect();
        files.push(format!("backup: {}", self.path().join("backup.pfx").is_file()));
        files.sort();
        // Each scene has a folder of its own.
        let keys = String::from_utf8_lossy(&keys.stdout).replace(&*self.path().to_string_lossy(), "SCENE");
        let keys: Vec<&str> = keys.lines().skip(1).collect();
        format!("{}\n{}", keys.join("\n"), files.join("\n"))
    }
}

/// Every call that concerns this folder, and the state in the end.
fn points(operation: &Operation, template: &Scene) -> (Vec<Point>, String) {
    let scene = template.copy();
    let run = scene.strace(&strace::traced(), operation.arguments);
    assert!(run.status.success(), "{}: {}", operation.what, String::from_utf8_lossy(&run.stderr));
    let points = strace::points(scene.log().lines(), |_| false);
    fs::remove_file(scene.path().join("strace.log")).unwrap();
    let state = scene.state(&scene.certfix(&["keys"]));
    (points, state)
}

#[test]
fn a_kill_at_any_moment_loses_no_key_and_is_put_right() {
    let report = Mutex::new(Vec::new());
    OPERATIONS.par_iter().for_each(|operation| {
        let template = Scene::prepared(operation);
        let before = template.keys();
        let (points, wanted) = points(operation, &template);
        for (call, at) in &points {
            let place = format!("{} killed at {call} {at}", operation.what);
            let scene = template.copy();
            let run = scene.strace(&strace::faulty((call, *at), "signal=KILL"), operation.arguments);
            assert!(!run.status.success(), "{place}");
            scene.holds(operation, &before, &place);
            scene.is_put_right(operation, &wanted, &place);
            scene.holds(operation, &before, &place);
        }
        assert!(points.len() > 3, "{}: {points:?}", operation.what);
        report.lock().unwrap().push(format!("{}: killed at {} points", operation.what, points.len()));
    });
    report.into_inner().unwrap().iter().for_each(|line| println!("{line}"));
}

#[test]
fn an_error_at_any_call_is_said_in_one_line_and_is_put_right() {
    let report = Mutex::new(Vec::new());
    OPERATIONS.par_iter().for_each(|operation| {
        let template = Scene::prepared(operation);
        let before = template.keys();
        let (points, wanted) = points(operation, &template);
        let mut failed = 0;
        for (call, at) in &points {
            for error in ["ENOSPC", "EIO", "EACCES"] {
                let place = format!("{}: {error} from {call} {at}", operation.what);
                let scene = template.copy();
                let run = scene.strace(&strace::faulty((call, *at), &format!("error={error}")), operation.arguments);
                let text = String::from_utf8_lossy(&run.stderr);
                scene.holds(operation, &before, &place);
                match run.status.code() {
                    Some(0) => {}
                    Some(2) => {
                        failed += 1;
                        let errors = text.lines().filter(|line| line.starts_with("certfix: error: ")).count();
                        let about_errors = *call == "write" && errors == 0;
                        assert!(errors == 1 || about_errors, "{place}: {text}");
                        assert!(!text.contains("panicked"), "{place}: {text}");
                    }
                    other => panic!("{place}: {other:?} {text}"),
                }
                scene.is_put_right(operation, &wanted, &place);
                scene.holds(operation, &before, &place);
            }
        }
        assert!(failed > 2, "{}: {failed}", operation.what);
        report.lock().unwrap().push(format!(
            "{}: {} errors, {failed} ended the work",
            operation.what,
            points.len() * 3
        ));
    });
    report.into_inner().unwrap().iter().for_each(|line| println!("{line}"));
}
