//! Commits after which somebody changes a file of the service, takes a binding away or removes the key.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

#[path = "support/authority.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod authority;
#[path = "support/key_store.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod key_store;

use std::fs::{self, OpenOptions, Permissions};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use authority::{Authority, Leaf};
use key_store::{KeyStore, NAME, said, snapshot};

/// A key, and a service that names it in one line of `main.cf`.
struct Scene {
    store: KeyStore,
}

impl Scene {
    fn new() -> Self {
        let scene = Self { store: KeyStore::with(&Authority::new().issue(&Leaf::new(&[NAME]))) };
        fs::write(scene.file(), "cert = old\nport = 25\n").unwrap();
        fs::set_permissions(scene.file(), Permissions::from_mode(0o640)).unwrap();
        let template = "about = \"x\"\n[[setting]]\npath = \"FILE\"\nname = \"cert\"\nline = \"cert = {{ key }}\"\n";
        fs::create_dir(scene.store.beside("templates")).unwrap();
        let template = template.replace("FILE", scene.file().to_str().unwrap());
        fs::write(scene.store.beside("templates/line.toml"), template).unwrap();
        scene
    }

    /// One whose commit was killed at its reload.
    fn interrupted() -> Self {
        let scene = Self::new();
        scene.bind(&["--reload", &scene.once("kill -9 $PPID")]);
        assert_eq!(scene.store.command(&["commit"]).output().unwrap().status.code(), None);
        assert!(scene.text().starts_with("cert = /"), "killed in the middle");
        scene
    }

    fn file(&self) -> PathBuf {
        self.store.beside("main.cf")
    }

    fn text(&self) -> String {
        fs::read_to_string(self.file()).unwrap()
    }

    fn bind(&self, more: &[&str]) -> String {
        let bound = self.command(&[&["bind", NAME, "--to", "line"], more].concat()).output().unwrap();
        assert!(bound.status.success(), "{}", said(&bound));
        said(&bound)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.store.command(arguments);
        command.env("CERTFIX_TEMPLATES", self.store.beside("templates"));
        command
    }

    /// A command that does this the first time that it runs.
    fn once(&self, what: &str) -> String {
        format!("if mkdir {}; then {what}; fi", self.store.beside("once").display())
    }

    /// Somebody adds a line.
    fn edit(&self) {
        let mut file = OpenOptions::new().append(true).open(self.file()).unwrap();
        file.write_all(b"relay = no\n").unwrap();
    }

    /// The file as somebody changed it is in the store, once, and whoever ran certfix was told.
    fn is_kept(&self, said: &str) {
        let folder = self.store.root().join(".certfix-edited");
        let copy = folder.join("main.cf");
        let (text, mode, ..) = snapshot(&copy).unwrap_or_else(|| panic!("it is lost: {said}"));
        let text = String::from_utf8(text).unwrap();
        assert!(text.starts_with("cert = /") && text.ends_with("port = 25\nrelay = no\n"), "{text}");
        assert_eq!((mode, fs::read_dir(folder).unwrap().count()), (0o640, 1));
        assert!(said.contains(&format!("what it held is kept in '{}'", copy.display())), "{said}");
    }
}

#[test]
fn what_was_changed_after_an_interrupted_commit_is_kept() {
    for action in ["commit", "undo", "bind"] {
        let scene = Scene::interrupted();
        scene.edit();
        let told = match action {
            "bind" => scene.bind(&["--remove"]),
            action => said(&scene.command(&[action]).output().unwrap()),
        };
        scene.is_kept(&told);
        let back = scene.text();
        assert_eq!(
            (back.starts_with("cert = /"), back.ends_with("\nport = 25\n")),
            (action == "commit", true),
            "{told}"
        );
    }
}

#[test]
fn what_was_changed_during_a_commit_that_fails_is_kept() {
    let scene = Scene::new();
    let before = snapshot(&scene.file());
    scene.bind(&["--reload", &scene.once(&format!("echo 'relay = no' >> {}; exit 1", scene.file().display()))]);
    let said = scene.store.refuse(&["commit"]);
    assert!(said.contains("every file was put back, but '"), "{said}");
    scene.is_kept(&said);
    assert_eq!(snapshot(&scene.file()), before);
}

#[test]
fn what_is_changed_while_a_commit_looks_at_the_service_stays() {
    let scene = Scene::new();
    let service = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    scene.bind(&["--endpoint", &format!("imaps://{}", service.local_addr().unwrap())]);
    let mut commit = scene.command(&["commit"]).stderr(Stdio::piped()).spawn().unwrap();
    // Until this is closed, the program looks.
    let first = service.accept().unwrap();
    scene.edit();
    drop((first, service));
    let mut said = String::new();
    commit.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!(commit.wait().unwrap().code(), Some(2), "{said}");
    let told =
        format!("error: '{}' was changed while certfix was looking: nothing was written", scene.file().display());
    assert!(said.contains(&told), "{said}");
    assert_eq!(scene.text(), "cert = old\nport = 25\nrelay = no\n", "{said}");
    assert!(!scene.store.root().join(".certfix-commit").exists());
}

#[test]
fn what_was_changed_before_a_forced_undo_is_kept() {
    let scene = Scene::new();
    let before = snapshot(&scene.file());
    scene.bind(&[]);
    scene.store.run(&["commit"]);
    scene.edit();
    let refusal = scene.store.refuse(&["undo"]);
    assert!(refusal.contains("hint: pass --force") && refusal.contains(".certfix-edited"), "{refusal}");
    let undone = scene.store.command(&["undo", "--force"]).output().unwrap();
    assert!(undone.status.success(), "{}", said(&undone));
    scene.is_kept(&said(&undone));
    assert_eq!(snapshot(&scene.file()), before);
}

#[test]
fn what_was_changed_is_kept_also_when_putting_back_is_killed() {
    for call in ["write", "fsync", "rename", "unlink"] {
        for at in 1.. {
            let scene = Scene::interrupted();
            scene.edit();
            let certfix = scene.store.command(&["undo"]);
            let mut command = Command::new("strace");
            command.args(["-qq", "-o", "/dev/null", "-e", &format!("trace={call}")]);
            command.args(["-e", &format!("inject={call}:signal=KILL:when={at}")]);
            command.arg(certfix.get_program()).args(certfix.get_args()).env("CERTFIX_STORE", scene.store.root());
            let killed = command.output().unwrap();
            let left = fs::read_to_string(scene.store.root().join(".certfix-edited/main.cf")).unwrap_or_default();
            assert!(
                scene.text().ends_with("relay = no\n") || left.ends_with("relay = no\n"),
                "{call} {at}: it is lost"
            );
            scene.store.command(&["undo"]).output().unwrap();
            assert_eq!(scene.text(), "cert = old\nport = 25\n", "{call} {at}");
            let copy = snapshot(&scene.store.root().join(".certfix-edited/main.cf")).unwrap();
            assert!(copy.0.ends_with(b"relay = no\n"), "{call} {at}");
            if killed.status.success() {
                break;
            }
        }
    }
}

#[test]
fn a_key_that_a_service_reads_without_a_binding_stays() {
    let scene = Scene::new();
    let removes = [&["keys", "remove", NAME, "--yes"][..], &["keys", "remove", NAME, "--yes", "--no-backup"]];
    let all = [&removes[..], &[&["keys", "rename", NAME, "new.contoso.test"]]].concat();
    scene.bind(&[]);
    scene.store.run(&["commit"]);
    // The same again, and with another reload: nothing has taken the files from it.
    scene.bind(&[]);
    scene.bind(&["--reload", "true"]);
    let reads = format!("reads the files of {NAME}, which '{}' names, until that is ", scene.file().display());
    for more in [&["--remove", "--dry-run"][..], &["--remove"]] {
        let said = scene.bind(more);
        assert!(said.contains(&format!("{reads}put back with certfix undo, or changed by hand")), "{said}");
    }
    for arguments in &all {
        let said = scene.store.refuse(arguments);
        assert!(said.contains(&format!("while '{}' names its files\n", scene.file().display())), "{said}");
        assert!(said.contains("hint: put that file back with certfix undo"), "{said}");
    }
    scene.store.run(&["undo"]);
    scene.store.run(removes[0]);
}

#[test]
fn a_renamed_key_is_for_the_names_of_its_certificate() {
    let scene = Scene::new();
    let template = fs::read_to_string(scene.store.beside("templates/line.toml")).unwrap();
    fs::write(scene.store.beside("templates/line.toml"), template.replace("{{ key }}", "{{ name }}")).unwrap();
    scene.store.run(&["keys", "rename", NAME, "last-year"]);
    let bound = scene.command(&["bind", "last-year", "--to", "line"]).output().unwrap();
    assert!(said(&bound).contains(&format!("+ cert = {NAME}\n")), "{}", said(&bound));
    let committed = scene.command(&["commit"]).output().unwrap();
    assert!(committed.status.success(), "{}", said(&committed));
    assert_eq!(scene.text(), format!("cert = {NAME}\nport = 25\n"));
    let unbound = scene.command(&["bind", "last-year", "--to", "line", "--remove"]).output().unwrap();
    assert!(unbound.status.success(), "{}", said(&unbound));
}

#[test]
fn a_key_that_no_service_reads_any_more_can_go() {
    let scene = Scene::new();
    scene.bind(&[]);
    let said = scene.bind(&["--remove"]);
    assert!(!said.contains("reads the files"), "it was never committed: {said}");
    scene.bind(&[]);
    scene.store.run(&["commit"]);
    scene.bind(&["--remove"]);
    // The name of this key begins like that of the other.
    let other = scene.store.root().join(format!("{NAME}.other/key.pem"));
    fs::write(scene.file(), format!("cert = {}\n", other.display())).unwrap();
    scene.store.run(&["keys", "remove", NAME, "--yes"]);
}

#[test]
fn an_undo_says_which_bindings_are_there() {
    for is_key_gone in [false, true] {
        let scene = Scene::new();
        scene.bind(&["--address", "127.0.0.1"]);
        scene.bind(&[]);
        scene.store.run(&["commit"]);
        scene.bind(&["--remove"]);
        if is_key_gone {
            fs::remove_dir_all(scene.store.root().join(NAME)).unwrap();
        }
        let file = scene.file();
        let again = format!("certfix commit --store {}", scene.store.root().display());
        let gone = format!("line is not bound to {NAME} any more: no certfix commit does it again\n");
        let on_address = gone.replace("line is", "line on 127.0.0.1 is");
        for (arguments, back, stay) in [
            (&["undo", "--dry-run"][..], "would be put back  ", format!("would stay: {again} would do it again")),
            (&["undo"], "back    ", format!("stay: {again} does it again")),
        ] {
            let rest =
                if is_key_gone { on_address.clone() + &gone } else { format!("{gone}The other bindings {stay}\n") };
            let said = scene.store.run(arguments);
            assert!(said.starts_with(&format!("{back}{}\n{rest}", file.display())), "{said}");
        }
        assert_eq!(scene.text(), "cert = old\nport = 25\n");
    }
}

#[test]
fn the_difference_after_an_interrupted_commit_is_to_what_is_put_back() {
    let scene = Scene::interrupted();
    let interrupted = scene.text();
    let dry = [said(&scene.command(&["commit", "--dry-run"]).output().unwrap()), scene.bind(&["--dry-run"])];
    assert_eq!(scene.text(), interrupted, "a dry run puts nothing back");
    for said in dry.iter().chain([&scene.bind(&[])]) {
        assert!(said.contains("main.cf (changed, ") && said.contains("    - cert = old\n    + cert = /"), "{said}");
    }
    assert_eq!(scene.text(), "cert = old\nport = 25\n");
}
