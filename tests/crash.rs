//! Faults put into every call that changes the disk: killed there, or told that the disk is full or broken.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use certfix::input::read_file;

/// The calls that make, fill, sync and rename, and those that clean up.
const CALLS: &[&str] =
    &["mkdir", "openat", "write", "fsync", "rename", "renameat2", "link", "unlink", "rmdir", "fchmod", "chmod"];
const NAME: &str = "mail.contoso.com";
/// Whatever it is, keys are private.
const UMASKS: [&str; 2] = ["000", "022"];

/// One store that does not exist yet, in a folder of its own.
struct Scene {
    folder: tempfile::TempDir,
}

impl Scene {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn store(&self) -> PathBuf {
        self.folder.path().join("keys")
    }

    /// Makes a key and a request under strace, which writes its log beside the store.
    fn run(&self, strace: &[&str], umask: &str) -> Output {
        let script = "umask $1; shift; exec strace -f -qq -o \"$0\" \"$@\"";
        let mut command = Command::new("sh");
        command.args(["-c", script]).arg(self.folder.path().join("log")).arg(umask).args(strace);
        command.arg(env!("CARGO_BIN_EXE_certfix")).args(["csr", "--fqdn", NAME, "--key", "p-256", "--store"]);
        command.arg(self.store()).output().unwrap()
    }

    fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(self.folder.path().join("log")).unwrap()).into_owned()
    }

    /// Every file and folder below the store, and the store.
    fn entries(&self) -> Vec<PathBuf> {
        let mut all = Vec::new();
        let mut folders: Vec<PathBuf> = self.store().exists().then(|| self.store()).into_iter().collect();
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
                if entry.is_dir() { folders.push(entry) } else { all.push(entry) }
            }
            all.push(folder);
        }
        all
    }

    /// What must hold whatever happened. True when the key folder is there.
    fn holds(&self, place: &str) -> bool {
        for entry in self.entries() {
            let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
            let is_key = entry.file_name().is_some_and(|name| name == "key.pem");
            assert!(!is_key || mode == 0o600, "{place}: {} is {mode:o}", entry.display());
            let private = entry.is_file() || entry == self.store() || mode == 0o700;
            assert!(private && (entry.is_file() || mode & 0o022 == 0), "{place}: {} is {mode:o}", entry.display());
        }
        let visible = self.store().join(NAME);
        visible.exists().then(|| is_whole(&visible, place)).is_some()
    }
}

fn is_whole(folder: &Path, place: &str) {
    let key = read_file(&folder.join("key.pem"), None).unwrap_or_else(|error| panic!("{place}: {error}"));
    let request = read_file(&folder.join("request.csr"), None).unwrap_or_else(|error| panic!("{place}: {error}"));
    let key = key.open_keys().next().unwrap();
    assert_eq!(key.public, request.requests[0].identity.key, "{place}");
}

/// How often each call is made when nothing goes wrong.
fn counts() -> Vec<(&'static str, usize)> {
    let scene = Scene::new();
    let traced = format!("trace={}", CALLS.join(","));
    let run = scene.run(&["-e", &traced], "022");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    assert!(scene.holds("without a fault"));
    let log = scene.log();
    let made = |call: &str| log.lines().filter(|line| line.contains(&format!(" {call}("))).count();
    CALLS.iter().map(|call| (*call, made(call))).filter(|(_, count)| *count > 0).collect()
}

#[test]
fn a_kill_at_any_moment_leaves_a_whole_key_or_none() {
    let mut points = 0;
    let mut there = 0;
    for (call, count) in counts() {
        for at in 1..=count {
            for umask in UMASKS {
                let scene = Scene::new();
                let place = format!("killed at {call} {at}, umask {umask}");
                let inject = format!("inject={call}:signal=KILL:when={at}");
                assert!(
                    !scene.run(&["-e", &format!("trace={call}"), "-e", &inject], umask).status.success(),
                    "{place}"
                );
                there += usize::from(scene.holds(&place));
                points += 1;
            }
        }
    }
    println!("killed at {points} points; the key was there after {there} of them, whole each time");
    assert!(points > 20 && there > 0, "{points} points, {there} with a key");
}

#[test]
fn an_error_at_any_call_is_said_in_one_line_and_leaves_nothing() {
    let (mut points, mut failed) = (0, 0);
    for (call, count) in counts() {
        for at in 1..=count {
            for error in ["ENOSPC", "EIO"] {
                let scene = Scene::new();
                let place = format!("{error} from {call} {at}");
                let inject = format!("inject={call}:error={error}:when={at}");
                let run = scene.run(&["-e", &format!("trace={call}"), "-e", &inject], "000");
                points += 1;
                let there = scene.holds(&place);
                let text = String::from_utf8_lossy(&run.stderr);
                match run.status.code() {
                    // The loader looks for libraries, and answers go to the terminal: not everything is the store's.
                    Some(0) => assert!(there, "{place}: success without a key"),
                    // What could not be written may be the answer; the key is safe.
                    Some(2) if there => assert!(scene.is_about_output(call), "{place}: {text}"),
                    Some(2) => {
                        failed += 1;
                        assert_eq!(scene.entries(), [""; 0].map(PathBuf::from), "{place} left something behind");
                        let lines = text.lines().filter(|line| !line.contains("hint: ")).count();
                        assert!(
                            lines <= 2 && text.starts_with("certfix: error: ") && !text.contains("panicked"),
                            "{place}: {text}"
                        );
                    }
                    // A library that cannot be loaded is not ours to report.
                    Some(127) if call == "openat" => {}
                    other => panic!("{place}: {other:?} {text}"),
                }
            }
        }
    }
    println!("{points} errors, {failed} of them ended the work; nothing was left behind");
    assert!(failed > 10, "{failed}");
}

impl Scene {
    /// True when the fault was in writing to standard output or error.
    fn is_about_output(&self, call: &str) -> bool {
        call == "write" && self.log().lines().any(|line| line.contains("INJECTED") && line.contains("write(1,"))
    }
}
