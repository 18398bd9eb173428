//! Faults put into every call with which a commit or an undo changes the disk: killed there, or told that the disk is full or
//! broken, or that it may not. The next certfix command puts everything in order.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

#[path = "support/authority.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod authority;
#[path = "support/key_store.rs"]
mod key_store;

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use authority::{Authority, Credentials, Leaf};
use certfix::deploy::{self, Binding, Force, Manners, Writing};
use certfix::facts::{Name, Revoked};
use certfix::store::Store;
use key_store::{KeyStore, NAME, said, snapshot};

/// The calls that change the disk.
const CALLS: &[&str] = &[
    "mkdir",
    "mkdirat",
    "write",
    "fsync",
    "rename",
    "renameat",
    "renameat2",
    "link",
    "linkat",
    "symlink",
    "symlinkat",
    "unlink",
    "unlinkat",
    "rmdir",
    "fchmod",
    "chmod",
    "fchown",
    "fsetxattr",
    "fremovexattr",
    "ftruncate",
];
/// Between its fork and its exec, a program that another test starts holds the lock too.
const WAIT: Duration = Duration::from_secs(10);
const MANNERS: Manners = Manners { wait: WAIT, patience: Duration::from_secs(1) };

/// A key that is bound to a service with two files of its own: one with key and certificate, one with the certificate.
struct Scene {
    store: KeyStore,
    before: Vec<File>,
    old_key: String,
}

type File = Option<(Vec<u8>, u32, u32, u32)>;

impl Scene {
    fn new(old: &Credentials, new: &Credentials) -> Self {
        let store = KeyStore::with(new);
        let scene = Self { store, before: Vec::new(), old_key: old.key.clone() };
        let [combined, certificate, _] = scene.files();
        fs::write(&combined, format!("{}{}{}", old.key, old.certificate, old.issuers)).unwrap();
        fs::set_permissions(&combined, Permissions::from_mode(0o640)).unwrap();
        fs::write(&certificate, &old.certificate).unwrap();
        if rustix::process::geteuid().is_root() {
            std::os::unix::fs::chown(&combined, Some(12), Some(34)).unwrap();
        }
        let value = |path: &Path| path.to_str().unwrap().to_owned();
        let values = [("combined_file", &combined), ("certificate_file", &certificate)];
        let binding = Binding {
            service: "files".to_owned(),
            template: None,
            address: None,
            values: values.into_iter().map(|(name, path)| (name.to_owned(), value(path))).collect::<BTreeMap<_, _>>(),
            check: None,
            // What runs has read both files.
            reload: Some(format!("cp -p {} {}", combined.display(), scene.files()[2].display())),
            endpoints: Vec::new(),
            committed: None,
        };
        let writing = Writing::Yes(WAIT);
        deploy::bind(&scene.open(), &Name::parse(NAME).unwrap(), &[binding], writing, &mut |_| {}).unwrap();
        Self { before: scene.disk(), ..scene }
    }

    /// One on which the commit was done.
    fn committed(old: &Credentials, new: &Credentials) -> Self {
        let scene = Self::new(old, new);
        deploy::commit(&scene.open(), deploy::Scope::All, &Revoked::default(), MANNERS, &mut |_| {}).unwrap();
        scene
    }

    /// One whose service reads a third file in the store and has the old certificate; its renewal waits for a commit.
    fn renewed(old: &Credentials, new: &Credentials) -> Self {
        let scene = Self::new(old, old);
        deploy::commit(&scene.open(), deploy::Scope::All, &Revoked::default(), MANNERS, &mut |_| {}).unwrap();
        // The only commit is the one under test.
        fs::remove_dir_all(scene.store.root().join(".certfix-undo-0001")).unwrap();
        fs::remove_file(&scene.files()[2]).unwrap();
        scene.store.renew(new);
        Self { before: scene.disk(), ..scene }
    }

    /// The same, and the commit was done.
    fn renewed_and_committed(old: &Credentials, new: &Credentials) -> Self {
        let scene = Self::renewed(old, new);
        deploy::commit(&scene.open(), deploy::Scope::All, &Revoked::default(), MANNERS, &mut |_| {}).unwrap();
        assert_ne!(scene.disk(), scene.before);
        scene
    }

    fn open(&self) -> Store {
        Store::open(self.store.root())
    }

    /// The two files of the service, and what runs.
    fn files(&self) -> [PathBuf; 3] {
        ["combined.pem", "cert.pem", "running.pem"].map(|name| self.store.beside(name))
    }

    /// What the service reads: its own files, and those of the store.
    fn disk(&self) -> Vec<File> {
        let key = self.store.root().join(NAME);
        let store = ["key.pem", "fullchain.pem"].map(|name| key.join(name));
        self.files()[..2].iter().chain(&store).map(|file| snapshot(file)).collect()
    }

    /// Runs certfix under strace, which writes its log beside the store. Programs of services are not traced.
    fn run(&self, action: &str, strace: &[&str]) -> Output {
        let certfix = self.store.command(&[action]);
        let mut command = Command::new("sh");
        command.args(["-c", "umask 000; exec strace -qq -o \"$0\" \"$@\""]).arg(self.store.beside("log")).args(strace);
        command.arg(certfix.get_program()).args(certfix.get_args()).env("CERTFIX_STORE", self.store.root());
        command.output().unwrap()
    }

    /// What must hold at every moment.
    fn holds(&self, place: &str) {
        let mut keys = 0;
        let mut folders = vec![self.store.beside("")];
        while let Some(folder) = folders.pop() {
            for path in fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
                if path.is_dir() && !path.is_symlink() {
                    folders.push(path);
                    continue;
                }
                // strace's, which shows what is written.
                if path == self.store.beside("log") {
                    continue;
                }
                if path.is_symlink() {
                    continue;
                }
                let text = fs::read(&path).unwrap();
                let mode = path.metadata().unwrap().permissions().mode() & 0o777;
                if text.windows(11).any(|part| part == b"PRIVATE KEY") {
                    assert_eq!(mode & 0o007, 0, "{place}: {} is {mode:o}", path.display());
                }
                keys += usize::from(text.starts_with(self.old_key.as_bytes()));
            }
        }
        assert!(keys > 0, "{place}: the old key is lost");
        let [combined, ..] = self.files();
        belongs_together(&fs::read(&combined).unwrap(), place);
        let [key, certificate] = ["key.pem", "fullchain.pem"].map(|name| self.store.root().join(NAME).join(name));
        belongs_together(&[fs::read(&key).unwrap(), fs::read(certificate).unwrap()].concat(), place);
        assert_eq!(key.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{place}");
    }

    /// The next command leaves everything as it was before the commit, and what runs too.
    fn is_put_in_order(&self, place: &str) {
        let mut told = Vec::new();
        let was_interrupted = self.store.journals().iter().any(|name| name == ".certfix-commit");
        let undone = deploy::undo(&self.open(), MANNERS, Force::No, &mut |words| told.push(format!("{words:?}")));
        match undone {
            Ok(back) => assert_eq!(back.troubles, [""; 0], "{place}"),
            Err(error) => assert_eq!(error.to_string(), "there is no commit to undo", "{place}"),
        }
        assert_eq!(was_interrupted, told.iter().any(|words| words.contains("was interrupted")), "{place}: {told:?}");
        assert_eq!(self.disk(), self.before, "{place}");
        assert_eq!(self.store.journals(), [""; 0], "{place}");
        let [combined, _, running] = self.files();
        assert!(!running.exists() || fs::read(&running).unwrap() == fs::read(combined).unwrap(), "{place}");
        let beside = fs::read_dir(self.store.beside("")).unwrap().map(|entry| entry.unwrap().file_name());
        let left: Vec<_> = beside.filter(|name| name.to_string_lossy().starts_with('.')).collect();
        assert!(left.is_empty(), "{place} left {left:?}");
        deploy::commit(&self.open(), deploy::Scope::All, &Revoked::default(), MANNERS, &mut |_| {})
            .unwrap_or_else(|error| panic!("{place}: {error}"));
        assert_ne!(self.disk(), self.before, "{place}");
        self.holds(place);
    }
}

/// A file with a key and its certificate, whole.
fn belongs_together(pem: &[u8], place: &str) {
    let source = certfix::facts::Source::Stdin;
    let evidence = certfix::input::read(pem, source, None).unwrap_or_else(|error| panic!("{place}: {error}"));
    let key = evidence.open_keys().next().unwrap();
    assert_eq!(key.public, evidence.certificates[0].identity.key, "{place}");
}

fn pair() -> (Credentials, Credentials) {
    let authority = Authority::new();
    (authority.issue(&Leaf::new(&["sbs.contoso.local"])), authority.issue(&Leaf::new(&[NAME])))
}

/// How often each call is made when nothing goes wrong.
fn counts(scene: &Scene, action: &str) -> Vec<(&'static str, usize)> {
    let traced = format!("trace={}", CALLS.join(","));
    let run = scene.run(action, &["-e", &traced]);
    assert!(run.status.success(), "{}", said(&run));
    let log = fs::read_to_string(scene.store.beside("log")).unwrap();
    let made = |call: &str| log.lines().filter(|line| line.starts_with(&format!("{call}("))).count();
    CALLS.iter().map(|call| (*call, made(call))).filter(|(_, count)| *count > 0).collect()
}

/// Says how many points there were.
fn killed_everywhere(action: &str, scene: impl Fn() -> Scene) -> String {
    let (mut points, mut interrupted) = (0, 0);
    let counted = counts(&scene(), action);
    for &(call, count) in &counted {
        for at in 1..=count {
            let scene = scene();
            let place = format!("{action} killed at {call} {at}");
            let inject = format!("inject={call}:signal=KILL:when={at}");
            let run = scene.run(action, &["-e", &format!("trace={call}"), "-e", &inject]);
            assert!(!run.status.success(), "{place}: {}", said(&run));
            scene.holds(&place);
            interrupted += usize::from(scene.store.journals().iter().any(|name| name == ".certfix-commit"));
            scene.is_put_in_order(&place);
            points += 1;
        }
    }
    assert!(points > 20 && interrupted > 5, "{points} points, {interrupted} interrupted");
    format!("{action}: killed at {points} points ({counted:?}), {interrupted} of them with work to put back")
}

/// Says how many errors there were.
fn failed_everywhere(action: &str, scene: impl Fn() -> Scene) -> String {
    let (mut points, mut failed) = (0, 0);
    for (call, count) in counts(&scene(), action) {
        for at in 1..=count {
            for error in ["ENOSPC", "EIO", "EACCES"] {
                let scene = scene();
                let place = format!("{action}: {error} from {call} {at}");
                let inject = format!("inject={call}:error={error}:when={at}");
                let run = scene.run(action, &["-e", &format!("trace={call}"), "-e", &inject]);
                let text = said(&run);
                assert!(matches!(run.status.code(), Some(0 | 2)), "{place}: {text}");
                assert!(!text.contains("panicked"), "{place}: {text}");
                scene.holds(&place);
                if text.contains("everything was put back") {
                    assert_eq!(scene.disk(), scene.before, "{place}");
                }
                failed += usize::from(run.status.code() == Some(2));
                scene.is_put_in_order(&place);
                points += 1;
            }
        }
    }
    assert!(points > 60 && failed > 20, "{points} points, {failed} failed");
    format!("{action}: {points} errors, {failed} of them ended the work")
}

#[test]
fn a_folder_that_is_gone_does_not_keep_the_rest_from_being_put_back() {
    for was_interrupted in [false, true] {
        let store = KeyStore::with(&Authority::new().issue(&Leaf::new(&[NAME])));
        let (folder, certificate) = (store.beside("service"), store.beside("cert.pem"));
        let combined = folder.join("combined.pem");
        fs::create_dir(&folder).unwrap();
        fs::write(&combined, "the only copy of an old key").unwrap();
        fs::write(&certificate, "old").unwrap();
        let values = [("combined", &combined), ("certificate", &certificate)];
        let [one, other] = values.map(|(kind, path)| format!("{kind}_file={}", path.display()));
        store.run(&["bind", NAME, "--to", "files", "--set", &one, "--set", &other, "--reload", "true"]);
        store.run(&["commit"]);
        if was_interrupted {
            fs::rename(store.root().join(".certfix-undo-0001"), store.root().join(".certfix-commit")).unwrap();
        }
        // The service is uninstalled.
        fs::remove_dir_all(&folder).unwrap();
        let remove = ["bind", NAME, "--to", "files", "--remove"];
        if was_interrupted {
            for arguments in [&["commit"][..], &["undo"], &remove] {
                let said = store.refuse(arguments);
                assert!(said.contains("combined.pem' cannot be put back: its folder is gone\n"), "{said}");
                assert!(said.contains("certfix undo --force"), "{said}");
            }
        } else {
            assert!(store.refuse(&["undo"]).contains("hint: pass --force"));
        }
        let said = store.refuse(&["undo", "--force"]);
        let copy = store.root().join(".certfix-lost-0001");
        let trouble = format!("its folder is gone; its copy is in '{}'\n", copy.display());
        assert!(said.contains(&trouble) && !said.contains(&format!("back    {}", folder.display())), "{said}");
        assert_eq!(fs::read(&certificate).unwrap(), b"old");
        let kept = |name: &str| fs::read(copy.join(name)).unwrap() == b"the only copy of an old key";
        assert!(["0", "1"].iter().any(|name| kept(name)), "the key is lost");
        assert_eq!(store.journals(), [".certfix-lost-0001"]);
        store.run(&remove);
        assert!(store.run(&["commit"]).starts_with("Nothing to commit"));
    }
}

#[test]
fn a_commit_killed_at_any_moment_is_put_in_order() {
    let (old, new) = pair();
    println!("{}", killed_everywhere("commit", || Scene::new(&old, &new)));
}

#[test]
fn an_undo_killed_at_any_moment_is_put_in_order() {
    let (old, new) = pair();
    println!("{}", killed_everywhere("undo", || Scene::committed(&old, &new)));
}

#[test]
fn a_commit_with_an_error_anywhere_is_put_in_order() {
    let (old, new) = pair();
    println!("{}", failed_everywhere("commit", || Scene::new(&old, &new)));
}

#[test]
fn an_undo_with_an_error_anywhere_is_put_in_order() {
    let (old, new) = pair();
    println!("{}", failed_everywhere("undo", || Scene::committed(&old, &new)));
}

#[test]
fn a_commit_of_a_renewal_killed_at_any_moment_is_put_in_order() {
    let (old, new) = pair();
    println!("{}", killed_everywhere("commit", || Scene::renewed(&old, &new)));
}

#[test]
fn an_undo_of_a_renewal_killed_at_any_moment_is_put_in_order() {
    let (old, new) = pair();
    println!("{}", killed_everywhere("undo", || Scene::renewed_and_committed(&old, &new)));
}

#[test]
fn a_commit_of_a_renewal_with_an_error_anywhere_is_put_in_order() {
    let (old, new) = pair();
    println!("{}", failed_everywhere("commit", || Scene::renewed(&old, &new)));
}

#[test]
fn an_undo_of_a_renewal_with_an_error_anywhere_is_put_in_order() {
    let (old, new) = pair();
    println!("{}", failed_everywhere("undo", || Scene::renewed_and_committed(&old, &new)));
}
