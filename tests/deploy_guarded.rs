//! What no bind and no commit does: show a key, write into the store, or put a file in the place of something else; and what
//! they say where they cannot go on.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

#[path = "support/authority.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod authority;
#[path = "support/key_store.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod key_store;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Stdio;

use authority::{Authority, Credentials, Leaf};
use key_store::{KeyStore, NAME, snapshot};

fn credentials() -> Credentials {
    Authority::new().issue(&Leaf::new(&[NAME]))
}

fn value(name: &str, path: &Path) -> String {
    format!("{name}={}", path.display())
}

/// What both commands say, in text and in JSON, before anything is written.
fn told_beforehand(store: &KeyStore, bind: &[&str]) -> [String; 4] {
    let json = ["--format", "json"];
    let (dry_bind, dry_commit) = ([bind, &["--dry-run"]].concat(), ["commit", "--dry-run"]);
    store.run(bind);
    [
        store.run(&dry_bind),
        store.run(&[&dry_bind[..], &json].concat()),
        store.run(&dry_commit),
        store.run(&[&dry_commit[..], &json].concat()),
    ]
}

#[test]
fn a_key_that_goes_is_not_shown_either() {
    let (old, new) = (credentials(), credentials());
    let rsa = old.key.replace(" PRIVATE KEY", " RSA PRIVATE KEY");
    let ending = old.key.lines().skip(1).collect::<Vec<_>>().join("\n");
    for key in [&old.key, &rsa, &format!("key = \"{}\"", old.key.replace('\n', "\\n")), &ending] {
        let store = KeyStore::with(&new);
        let combined = store.beside("combined.pem");
        fs::write(&combined, format!("{key}\n{}", old.certificate)).unwrap();
        fs::set_permissions(&combined, Permissions::from_mode(0o604)).unwrap();
        let bind = ["bind", NAME, "--to", "files", "--set", &value("fullchain_file", &combined), "--reload", "true"];
        let secret = old.key.lines().nth(1).unwrap();
        for said in told_beforehand(&store, &bind) {
            assert!(!said.contains("PRIVATE KEY") && !said.contains(secret), "{said}");
            let is_told = said.contains("combined.pem (changed, 0604 ")
                && said.contains("in the place of a private key)")
                || said.contains("\"private_key\": true");
            assert!(is_told, "{said}");
        }
        store.run(&["commit"]);
        assert_eq!(snapshot(&combined).unwrap().1, 0o604, "what the administrator set stays");
    }
}

#[test]
fn a_key_beside_a_line_that_changes_is_not_shown() {
    let (old, new) = (credentials(), credentials());
    let store = KeyStore::with(&new);
    let (own, settings) = (store.beside("templates"), store.beside("main.cf"));
    fs::create_dir(&own).unwrap();
    fs::write(&settings, format!("port = 25\n{}cert = old\n", old.key)).unwrap();
    let template = format!(
        "about = \"x\"\n[[setting]]\npath = \"{}\"\nname = \"port\"\nline = \"port = 26\"\n[[setting]]\npath = \"{}\"\nname = \"cert\"\nline = \"cert = {{{{ key }}}}\"\n",
        settings.display(),
        settings.display()
    );
    fs::write(own.join("line.toml"), template).unwrap();
    for said in told_beforehand(&store, &["bind", NAME, "--to", "line", "--templates", own.to_str().unwrap()]) {
        assert!(!said.contains("PRIVATE KEY") && !said.contains(old.key.lines().nth(1).unwrap()), "{said}");
    }
}

#[test]
fn a_service_is_not_given_files_of_the_store() {
    let store = KeyStore::with(&credentials());
    let other = "other.contoso.test";
    store.put(other, &credentials());
    let (link, beside) = (store.beside("link.pem"), store.beside("beside.pem"));
    let [own, theirs] = [NAME, other].map(|name| store.root().join(name));
    let files = || [&own, &theirs].map(|folder| ["key.pem", "fullchain.pem"].map(|name| snapshot(&folder.join(name))));
    let before = files();
    std::os::unix::fs::symlink(own.join("key.pem"), &link).unwrap();
    for (name, path) in [
        ("key_file", &theirs.join("key.pem")),
        ("fullchain_file", &own.join("fullchain.pem")),
        ("certificate_file", &store.root().join("new.pem")),
        ("combined_file", &link),
    ] {
        let said = store.refuse(&["bind", NAME, "--to", "files", "--set", &value(name, path), "--reload", "true"]);
        let path = if path == &link { own.join("key.pem") } else { path.clone() };
        let root = store.root();
        let told = format!("files is to be given '{}', which is in the store '{}'", path.display(), root.display());
        assert!(said.contains(&told) && said.contains(" --to files --reload COMMAND"), "{said}");
        assert!(!own.join("bindings.json").exists());
    }
    // What leads there only since it was bound is refused by the commit.
    store.run(&["bind", NAME, "--to", "files", "--set", &value("key_file", &beside), "--reload", "true"]);
    std::os::unix::fs::symlink(theirs.join("key.pem"), &beside).unwrap();
    assert!(store.refuse(&["commit"]).contains("files is to be given '"));
    assert_eq!(files(), before);
    store.run(&["bind", NAME, "--to", "files", "--reload", "true"]);
    store.run(&["commit"]);
}

#[test]
fn a_line_in_a_file_of_the_store_is_not_set_either() {
    let store = KeyStore::with(&credentials());
    let (own, path) = (store.beside("templates"), store.root().join(NAME).join("chain.pem"));
    fs::create_dir(&own).unwrap();
    let template =
        format!("about = \"x\"\n[[setting]]\npath = \"{}\"\nname = \"port\"\nline = \"port = 26\"\n", path.display());
    fs::write(own.join("line.toml"), template).unwrap();
    let said = store.refuse(&["bind", NAME, "--to", "line", "--templates", own.to_str().unwrap()]);
    assert!(said.contains("line is to be given '"), "{said}");
}

/// Makes something that is no file.
fn make(program: &str, path: &Path, rest: &[&str]) -> bool {
    std::process::Command::new(program).arg(path).args(rest).stderr(Stdio::null()).status().unwrap().success()
}

#[test]
fn what_is_no_file_stays_and_is_not_opened() {
    let store = KeyStore::with(&credentials());
    let [pipe, socket, device, link] = ["pipe", "socket", "null", "link"].map(|name| store.beside(name));
    assert!(make("mkfifo", &pipe, &[]));
    let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    std::os::unix::fs::symlink(&pipe, &link).unwrap();
    // Only root makes devices, and not everywhere.
    let is_device = make("mknod", &device, &["c", "1", "3"]);
    for path in [&pipe, &socket, &link, &device].into_iter().filter(|path| is_device || **path != device) {
        let kind = path.metadata().unwrap().file_type();
        let value = value("fullchain_file", path);
        let said = store.refuse(&["bind", NAME, "--to", "files", "--set", &value, "--reload", "true"]);
        let path = path.canonicalize().unwrap();
        assert!(said.contains(&format!("'{}' is a device, a pipe or a socket, not a file", path.display())), "{said}");
        assert_eq!(path.metadata().unwrap().file_type(), kind);
    }
}

#[test]
fn what_takes_the_place_of_a_file_is_not_opened() {
    let store = KeyStore::with(&credentials());
    let path = store.beside("cert.pem");
    let bind = ["bind", NAME, "--to", "files", "--set", &value("certificate_file", &path), "--reload", "true"];
    store.run(&bind);
    store.run(&["commit"]);
    fs::remove_file(&path).unwrap();
    assert!(make("mkfifo", &path, &[]));
    for arguments in [&["commit"][..], &["undo"], &["undo", "--force"]] {
        assert!(store.refuse(arguments).contains("cert.pem' is a device, a pipe or a socket"), "{arguments:?}");
    }
    fs::remove_file(&path).unwrap();
    store.run(&["undo", "--force"]);
    assert!(!path.exists());
}

#[test]
fn a_binding_goes_without_its_template() {
    for wrong in ["gone", "garbage", "another value", "no folder"] {
        let store = KeyStore::with(&credentials());
        let (own, path) = (store.beside("templates"), store.beside("text"));
        let template = own.join("cyrus.toml");
        fs::create_dir(&own).unwrap();
        let text = format!(
            "about = \"x\"\n[values]\nword = \"a\"\n[[file]]\npath = \"{}\"\ntext = \"{{{{ word }}}}\"\n",
            path.display()
        );
        fs::write(&template, &text).unwrap();
        let folder = own.to_str().unwrap();
        store.run(&["bind", NAME, "--to", "cyrus", "--templates", folder, "--set", "word=b"]);
        match wrong {
            "gone" => fs::remove_file(&template).unwrap(),
            "garbage" => fs::write(&template, "about =").unwrap(),
            "another value" => fs::write(&template, text.replace("word", "other")).unwrap(),
            _ => fs::remove_dir_all(&own).unwrap(),
        }
        for commit in [&["commit"][..], &["commit", "--dry-run"]] {
            let said = store.refuse(commit);
            assert!(said.contains(&format!("error: cyrus, bound to '{NAME}', cannot be used: ")), "{said}");
            let remove = format!("certfix bind {NAME} --remove --to SERVICE --store {}, ", store.root().display());
            assert!(said.contains(&remove), "{said}");
        }
        let shown = store.run(&["keys", "show", NAME]);
        let way = shown.lines().find_map(|line| line.strip_prefix("  take away   certfix ")).unwrap();
        store.run(&way.split(' ').collect::<Vec<_>>());
        assert!(store.run(&["commit"]).starts_with("Nothing to commit"), "{wrong}");
    }
}

#[test]
fn a_refusal_says_what_to_do_instead() {
    let store = KeyStore::with(&credentials());
    let site = store.beside("site.conf");
    fs::write(&site, "server {\n    listen 443 ssl;\n    server_name a.test;\n}\n").unwrap();
    let (file, site) = (value("key_file", &store.beside("key.pem")), value("site", &site));
    for (arguments, hint) in [
        (&["--to", "files", "--set", &file, "--set", "owner=nosuch"][..], "hint: name one of this machine's own, or "),
        (&["--to", "files", "--set", &file, "--set", "group=nosuch"], "hint: name one of this machine's own, or "),
        (
            &["--to", "nginx", "--set", &site, "--set", "server_name=b.test"],
            "hint: name another file with --set site=FILE",
        ),
        (&["--to", "nginx", "--set", &site, "--address", "192.0.2.5"], "with --set server_name=NAME or --address, or "),
    ] {
        let said = store.refuse(&[&["bind", NAME][..], arguments].concat());
        assert!(said.contains(hint), "{said}");
    }
    store.run(&["bind", NAME, "--to", "files", "--set", &file, "--reload", "true"]);
    fs::write(store.root().join(NAME).join("key.pem"), credentials().key).unwrap();
    for arguments in [&["bind", NAME, "--to", "files", "--set", &file][..], &["commit"]] {
        let said = store.refuse(arguments);
        assert!(said.contains("is not the key of") && said.contains(&format!("certfix renew --now {NAME}")), "{said}");
    }
}

#[test]
fn an_address_that_narrows_nothing_is_told() {
    const TOLD: &str = "--address narrows nothing of what is written here: ";
    let store = KeyStore::with(&credentials());
    let [site, main] = ["site.conf", "main.cf"].map(|name| store.beside(name));
    fs::write(&site, "server {\n    listen 192.0.2.5:443 ssl;\n}\n").unwrap();
    fs::write(&main, "").unwrap();
    let (drop_in, file) = (value("drop_in", &store.beside("drop-in.conf")), value("file", &store.beside("file.pem")));
    let (site, folder) = (value("site", &site), value("folder", main.parent().unwrap()));
    for (arguments, narrows) in [
        (&["--to", "postfix", "--set", &folder][..], false),
        (&["--to", "haproxy", "--set", &file], false),
        (&["--to", "nginx", "--set", &site], true),
        (&["--to", "dovecot", "--set", &drop_in, "--set", "version=2.4"], true),
    ] {
        let bind = [&["bind", NAME, "--dry-run"][..], arguments].concat();
        assert!(!store.run(&bind).contains(TOLD), "{arguments:?}");
        let bind = [&bind[..], &["--address", "192.0.2.5"]].concat();
        assert_eq!(store.run(&bind).contains(&format!("\n  but     {TOLD}")), !narrows, "{arguments:?}");
        let page: serde_json::Value =
            serde_json::from_str(&store.run(&[&bind[..], &["--format", "json"]].concat())).unwrap();
        let remarks = page["staged"][0]["remarks"].as_array().unwrap();
        assert_eq!(remarks.iter().any(|remark| remark.as_str().unwrap().starts_with(TOLD)), !narrows, "{arguments:?}");
    }
}

/// Whoever owns the folder of a file puts a link in its place while a commit waits for his service, or before an undo.
#[test]
fn a_folder_that_is_swapped_for_a_link_leads_nowhere() {
    // Others can be given files by root alone.
    if !rustix::process::geteuid().is_root() {
        return;
    }
    for (is_new, undo) in [(false, false), (true, false), (false, true), (true, true)] {
        let store = KeyStore::with(&credentials());
        let [user, victim] = ["user", "victim"].map(|name| store.beside(name));
        let tls = user.join("tls");
        fs::create_dir_all(&tls).unwrap();
        fs::create_dir(&victim).unwrap();
        let (file, theirs) = (tls.join("site.pem"), victim.join("site.pem"));
        fs::write(&theirs, "root's own").unwrap();
        if !is_new {
            fs::write(&file, "what the user had").unwrap();
        }
        for path in [&user, &tls] {
            std::os::unix::fs::chown(path, Some(65534), None).unwrap();
        }
        let (swap, before) = (store.beside("swap"), snapshot(&theirs));
        let [from, to] = [&tls, &victim].map(|path| path.display().to_string());
        let script =
            format!("#!/bin/sh\nmv {from} {from}.away && ln -s {to} {from} && chown -h 65534 {from}\nexit 1\n");
        fs::write(&swap, script).unwrap();
        fs::set_permissions(&swap, Permissions::from_mode(0o755)).unwrap();
        let reload = if undo { "true".to_owned() } else { swap.display().to_string() };
        store.run(&["bind", NAME, "--to", "files", "--set", &value("fullchain_file", &file), "--reload", &reload]);
        let mut last = "commit";
        if undo {
            store.run(&["commit"]);
            std::process::Command::new(&swap).status().unwrap();
            last = "undo";
        }
        let output = store.command(&[last]).output().unwrap();
        let said = key_store::said(&output);
        assert_eq!(snapshot(&theirs), before, "new {is_new}, undo {undo}: {said}");
        assert_eq!(output.status.code(), Some(2), "{said}");
        let told = match (undo, is_new) {
            (true, _) => "site.pem' was changed after the commit",
            (false, true) => "every file was put back",
            (false, false) => "site.pem' cannot be put back: its folder is gone",
        };
        assert!(said.contains(told), "{said}");
        // What was there is kept for whoever makes the folder again.
        fs::remove_file(&tls).unwrap();
        fs::rename(tls.with_extension("away"), &tls).unwrap();
        fs::write(&swap, "#!/bin/sh\n").unwrap();
        if undo || !is_new {
            store.run(&["undo"]);
            assert_eq!(fs::read_to_string(&file).ok().as_deref(), (!is_new).then_some("what the user had"));
        }
    }
}

#[test]
fn services_whose_files_are_back_are_reloaded_where_others_cannot_be() {
    let store = KeyStore::with(&credentials());
    let [first, log, away] = ["first.pem", "log", "away"].map(|name| store.beside(name));
    let folder = store.beside("folder");
    fs::create_dir(&folder).unwrap();
    let second = folder.join("second.pem");
    for file in [&first, &second] {
        fs::write(file, "what was there").unwrap();
    }
    let script = |name: &str, text: String| {
        let path = store.beside(name);
        fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
        path.display().to_string()
    };
    let reload = script("reload", format!("head -n1 {} >> {}", first.display(), log.display()));
    let fail = script("fail", format!("mv {} {}; exit 1", folder.display(), away.display()));
    for (service, file, command) in [("files:a", &first, &reload), ("files:b", &second, &fail)] {
        store.run(&["bind", NAME, "--to", service, "--set", &value("fullchain_file", file), "--reload", command]);
    }
    let said = store.refuse(&["commit"]);
    assert!(said.contains("second.pem' cannot be put back: its folder is gone"), "{said}");
    assert_eq!(fs::read_to_string(&log).unwrap(), "-----BEGIN CERTIFICATE-----\nwhat was there", "{said}");
}
