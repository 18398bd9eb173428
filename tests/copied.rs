//! Stores that were copied or put back by hand: what became of the links is mended, or said, and no key is lost.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

#[expect(dead_code, reason = "other tests need more of it")]
#[path = "support/desk.rs"]
mod desk;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use desk::{Desk, NAME};

/// The day of the renewals.
const LATER: &str = "2029-06-01";

/// A desk with a private CA that signed for the key, twice: `keys` says "generation 3 of 3".
fn signed() -> Desk {
    let desk = Desk::new();
    desk.answer(0, &["ca", "init", "Contoso CA", "--key", "p-256", "--plain-key"]);
    desk.answer(0, &["ca", "sign", &format!("store/{NAME}/request.csr"), "--days", "800", "--install", "--yes"]);
    desk.answer(0, &["renew", NAME, "--now"]);
    assert_eq!(desk.json(0, &["keys"])["keys"][0]["generation"], 3);
    desk
}

/// The store again, as a copy by `cp` with this flag has it.
fn copied(desk: &Desk, flag: &str) {
    fs::rename(desk.path("store"), desk.path("original")).unwrap();
    let arguments = [flag, "original", "store"];
    assert!(Command::new("cp").args(arguments).current_dir(desk.path("")).status().unwrap().success());
}

fn said(desk: &Desk, status: i32, arguments: &[&str]) -> String {
    let output = desk.run(arguments, Stdio::null());
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    assert_eq!(output.status.code(), Some(status), "{arguments:?}: {text}");
    text
}

/// Every private key in the folder and below it.
fn keys(folder: &Path) -> BTreeSet<Vec<u8>> {
    let entries = || fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let below = entries().filter(|path| path.is_dir() && !path.is_symlink()).flat_map(|path| keys(&path));
    let own = entries().filter(|path| path.ends_with("key.pem")).filter_map(|path| fs::read(path).ok());
    own.chain(below).collect()
}

fn key(desk: &Desk) -> PathBuf {
    desk.path("store").join(NAME)
}

#[test]
fn a_copy_whose_links_were_followed_is_renewed_as_the_store_was() {
    for flag in ["-rL", "-aL"] {
        let desk = signed();
        copied(&desk, flag);
        let before = (keys(&key(&desk)), desk.text(&format!("store/{NAME}/cert.pem")));
        assert!(key(&desk).join("current").is_dir() && !key(&desk).join("current").is_symlink());
        assert_eq!(desk.state(), "installed");
        let text = said(&desk, 0, &["renew", NAME, "--now"]);
        assert!(text.starts_with(&format!("{NAME}: renewed until ")) && text.lines().count() == 1, "{text}");
        assert!(keys(&key(&desk)).is_superset(&before.0), "{flag}: a key is gone");
        assert_ne!(desk.text(&format!("store/{NAME}/cert.pem")), before.1);
        assert!(key(&desk).join("current").is_symlink() && key(&desk).join("key.pem").is_symlink());
        assert_eq!((said(&desk, 0, &["renew"]), desk.state()), (String::new(), "installed".to_owned()));
    }
}

#[test]
fn a_copy_that_followed_links_to_folders_alone_is_renewed_too() {
    let desk = signed();
    let current = key(&desk).join("current");
    let number = fs::read_link(&current).unwrap();
    fs::remove_file(&current).unwrap();
    let arguments = ["-r".as_ref(), number.as_os_str(), "current".as_ref()];
    assert!(Command::new("cp").args(arguments).current_dir(key(&desk)).status().unwrap().success());
    let before = keys(&key(&desk));
    assert_eq!(desk.state(), "installed");
    said(&desk, 0, &["renew", NAME, "--now"]);
    assert!(keys(&key(&desk)).is_superset(&before) && current.is_symlink());
    assert_eq!((said(&desk, 0, &["renew"]), desk.state()), (String::new(), "installed".to_owned()));
}

#[test]
fn what_waits_in_a_copy_is_in_nobody_s_way() {
    let desk = signed();
    let value = format!("combined_file={}", desk.path("mail.pem").display());
    desk.answer(0, &["bind", NAME, "--to", "files:mail", "--set", &value, "--reload", "true"]);
    desk.answer(0, &["commit"]);
    said(&desk, 0, &["renew", NAME, "--now", "--no-commit"]);
    copied(&desk, "-rL");
    assert!(key(&desk).join("next").is_dir());
    let before = keys(&key(&desk));
    let text = said(&desk, 0, &["renew", NAME, "--now"]);
    assert!(text.contains("; files:mail has it"), "{text}");
    assert!(keys(&key(&desk)).is_superset(&before));
    assert!(desk.text("mail.pem").contains(&desk.text(&format!("store/{NAME}/cert.pem"))));
}

#[test]
fn a_key_without_its_current_link_loses_nothing_and_says_how_to_get_it_back() {
    let links = ["current", "key.pem", "request.csr", "cert.pem", "chain.pem", "fullchain.pem"];
    // The link alone; all of them, as a backup without links has it; a generation that somebody deleted.
    for case in ["current", "links", "generation"] {
        let desk = signed();
        match case {
            "current" => fs::remove_file(key(&desk).join("current")).unwrap(),
            "links" => links.iter().for_each(|link| fs::remove_file(key(&desk).join(link)).unwrap()),
            _ => fs::remove_dir_all(key(&desk).join("generations/0003")).unwrap(),
        }
        let before = desk.contents();
        let number = if case == "generation" { "0002" } else { "0003" };
        let shown = desk.json(0, &["keys"]);
        assert_eq!(
            (shown["keys"][0]["name"].as_str(), shown["keys"][0]["state"].as_str()),
            (Some(NAME), Some("broken"))
        );
        let fault = "current, the link to the generation in use, leads nowhere";
        assert_eq!(shown["keys"][0]["faults"], serde_json::json!([fault]), "{case}");
        let next = format!("ln -sfn generations/{number} store/{NAME}/current");
        let page = said(&desk, 0, &["keys", "show", NAME]);
        assert!(page.ends_with(&format!("Next: {next}\n")), "{case}: {page}");
        let cause =
            format!("error: {NAME}: 'store/{NAME}/current' leads nowhere: it is the link to the generation in use");
        let hint = format!("hint: certfix keys show {NAME} --store store names the command that makes it anew");
        for arguments in [&["renew", "--at", LATER][..], &["renew", NAME, "--now"]] {
            let text = said(&desk, 2, arguments);
            assert!(text.contains(&cause) && text.contains(&hint), "{case} {arguments:?}: {text}");
        }
        let text = said(&desk, 2, &["csr", "--renew", NAME]);
        assert!(text.contains("leads nowhere"), "{case}: {text}");
        desk.put("leaf.pem", &desk.text(&format!("store/{NAME}/generations/{number}/cert.pem")));
        let text = said(&desk, 2, &["install", "leaf.pem"]);
        assert!(text.contains(&format!("'store/{NAME}/current' leads nowhere")), "{case}: {text}");
        let text = said(&desk, 2, &["keys", "backup", NAME, "-o", "b.pfx", "--new-password-file", "password"]);
        assert!(text.contains("leads nowhere"), "{case}: {text}");
        fs::remove_file(desk.path("leaf.pem")).unwrap();
        assert_eq!(desk.contents(), before, "{case}: something was changed");
        let words = ["-c", &next];
        assert!(Command::new("sh").args(words).current_dir(desk.path("")).status().unwrap().success());
        assert_eq!((desk.state(), said(&desk, 0, &["renew"])), ("installed".to_owned(), String::new()), "{case}");
        assert!(desk.path(&format!("store/{NAME}/fullchain.pem")).is_file());
    }
}

#[test]
fn a_key_from_its_backup_is_renewed_by_the_ca_that_signed_it() {
    let desk = signed();
    let password = ["--password-file", "password"];
    said(&desk, 0, &["keys", "backup", NAME, "-o", "b.pfx", "--new-password-file", "password"]);
    let restore = |name: &str, more: &[&str]| {
        said(&desk, 0, &[&["keys", "restore", "b.pfx", "--name", name][..], &password, more].concat())
    };
    let text = restore("mail.contoso.com", &[]);
    assert!(text.contains("the private CA contoso-ca of this store signed it, and signs the next one"), "{text}");
    let text = said(&desk, 0, &["renew", "mail.contoso.com", "--now"]);
    assert!(text.starts_with("mail.contoso.com: renewed until "), "{text}");
    // Another store has no such CA.
    let text = restore(NAME, &["--store", "elsewhere"]);
    assert!(text.contains("the next request goes to the CA by hand, unless authority.json of before is put"), "{text}");
    let record = "elsewhere/remote.contoso.com/authority.json";
    let online = r#"{"authority": "acme", "directory": "https://ca.example/dir", "challenge": {"listen": "80"}}"#;
    desk.put(record, online);
    let backup = ["keys", "backup", NAME, "-o", "c.pfx", "--new-password-file", "password", "--store", "elsewhere"];
    assert!(said(&desk, 0, &backup).contains(&format!("keep '{record}' too")));
}
