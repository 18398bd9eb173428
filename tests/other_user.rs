//! Whoever may not look into a store is told so; nothing there is taken for absent.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

#[expect(dead_code, reason = "other tests need more of it")]
#[path = "support/desk.rs"]
mod desk;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use desk::{Desk, NAME};

/// What certfix says to a user who owns nothing here. Root may read everything, and where certfix was built others may not go.
fn said_to_another(desk: &Desk, arguments: &[&str]) -> (Option<i32>, String, String) {
    let certfix = desk.path("certfix");
    if !certfix.exists() {
        // By another process: what this one writes, its children hold open, and Linux runs no file that is written (ETXTBSY).
        let copy = Command::new("cp").arg(env!("CARGO_BIN_EXE_certfix")).arg(&certfix).status().unwrap();
        assert!(copy.success());
    }
    let mut somebody = Command::new("setpriv");
    somebody.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(certfix).args(arguments);
    somebody.current_dir(desk.path("")).env("CERTFIX_STORE", "store").env("NO_COLOR", "1");
    let output = somebody.output().unwrap();
    let [text, error] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    (output.status.code(), text, error)
}

fn opened(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

fn desk() -> Desk {
    let desk = Desk::new();
    for folder in ["", "store"] {
        opened(&desk.path(folder), 0o755);
    }
    desk
}

#[test]
fn keys_that_may_not_be_looked_at_are_not_taken_for_absent() {
    let desk = desk();
    desk.sign(&format!("store/{NAME}"), "leaf.pem", None);
    desk.answer(0, &["install", "leaf.pem", "between.pem"]);
    for arguments in [
        &["renew"][..],
        &["renew", "--dry-run"],
        &["renew", NAME],
        &["keys", "show", NAME],
        &["bind", NAME, "--to", "postfix"],
        &["bind", NAME, "--to", "postfix", "--dry-run"],
        &["commit"],
        &["commit", "--dry-run"],
        &["order", NAME, "--acme", "letsencrypt", "--webroot", "/var/www", "--dry-run"],
    ] {
        let (status, text, error) = said_to_another(&desk, arguments);
        assert_eq!((status, &*text), (Some(2), ""), "{arguments:?}: {error}");
        let is_told = error.starts_with("certfix: error: cannot ") && error.contains(": permission denied\n");
        assert!(
            is_told && error.ends_with("certfix: hint: run it as root, or as the owner\n"),
            "{arguments:?}: {error}"
        );
    }
    let (status, tree, error) = said_to_another(&desk, &["keys"]);
    assert!(status == Some(0) && tree.contains(&format!("{NAME}  broken")), "{tree}{error}");
    assert!(tree.contains(&format!("   cannot read 'store/{NAME}': permission denied\n")), "{tree}");
    opened(&desk.path("store"), 0o700);
    assert_eq!(said_to_another(&desk, &["keys"]).0, Some(2));
    assert_eq!(said_to_another(&desk, &["renew"]).0, Some(2));
}

#[test]
fn authorities_that_may_not_be_looked_at_are_not_taken_for_absent() {
    let desk = desk();
    desk.answer(0, &["ca", "init", "Contoso", "--plain-key"]);
    for mode in [0o700, 0o755] {
        opened(&desk.path("store/_ca"), mode);
        let (status, text, error) = said_to_another(&desk, &["ca", "list"]);
        assert_eq!((status, &*text), (Some(2), ""), "{error}");
        assert!(error.contains("cannot read 'store/_ca") && error.contains(": permission denied\n"), "{error}");
    }
}

#[test]
fn a_certificate_that_cannot_be_read_fails_its_renewal() {
    let desk = desk();
    let folder = format!("store/{NAME}");
    desk.sign(&folder, "leaf.pem", None);
    desk.answer(0, &["install", "leaf.pem", "between.pem"]);
    desk.put(&format!("{folder}/cert.pem"), "-----BEGIN CERTIFICATE-----\nMIIB");
    let document = desk.json(2, &["renew"]);
    let error = document["errors"][0]["error"].as_str().or(document["errors"][0].as_str()).unwrap().to_owned();
    assert!(error.contains("cert.pem' is not a certificate"), "{document}");
}

/// A desk whose whole store is another's, with a private CA and a key that it signed; `folders` in it belong to root alone.
fn anothers(folders: &[&str]) -> Desk {
    let desk = desk();
    desk.answer(0, &["ca", "init", "Contoso CA", "--key", "p-256", "--plain-key"]);
    desk.answer(0, &["ca", "sign", &format!("store/{NAME}/request.csr"), "--install", "--yes"]);
    fs::create_dir(desk.path("served")).unwrap();
    let value = format!("combined_file={}", desk.path("served/service.pem").display());
    desk.answer(0, &["bind", NAME, "--to", "files", "--set", &value, "--reload", "true"]);
    let given = Command::new("chown")
        .args(["-Rh", "65534:65534"])
        .args(["store", "served"].map(|folder| desk.path(folder)))
        .status()
        .unwrap();
    assert!(given.success());
    for folder in folders {
        fs::create_dir(desk.path("store").join(folder)).unwrap();
        opened(&desk.path("store").join(folder), 0o700);
    }
    desk
}

#[test]
fn a_folder_that_may_not_be_looked_at_does_not_keep_others_from_anything() {
    let desk = anothers(&["lost+found", "zroot.contoso.com"]);
    let (status, tree, _) = said_to_another(&desk, &["keys"]);
    assert_eq!(status, Some(0), "{tree}");
    assert!(tree.contains(&format!("{NAME} ")) && tree.contains("zroot.contoso.com   broken"), "{tree}");
    assert!(tree.contains("   cannot read 'store/lost+found': permission denied\n"), "{tree}");
    assert!(said_to_another(&desk, &["keys", "show", NAME]).1.contains("bound"));
    assert_eq!(said_to_another(&desk, &["keys", "show", "zroot.contoso.com"]).0, Some(2));

    let (status, said, error) = said_to_another(&desk, &["renew", "--now", NAME]);
    assert!(status == Some(1) && said.contains("renewed until "), "{said}{error}");
    let (status, said, error) = said_to_another(&desk, &["renew", "--at", "2099-01-01", "--dry-run"]);
    assert!(status == Some(2) && said.starts_with(&format!("{NAME}: ended ")), "{said}{error}");
    assert!(error.contains("certfix: error: cannot read 'store/zroot.contoso.com': permission denied\n"), "{error}");
    assert!(error.contains("certfix: cannot read 'store/lost+found': permission denied\n"), "{error}");

    let csr = ["csr", "--fqdn", "mail.contoso.com", "--ca", "private", "--key", "p-256"];
    assert_eq!(said_to_another(&desk, &csr).0, Some(0));
    let request = "store/mail.contoso.com/request.csr";
    for arguments in [
        &["ca", "sign", request, "--yes", "-o", "store/mail.pem"][..],
        &["install", "store/mail.pem"],
        &["ca", "sign", request, "--install", "--yes"],
    ] {
        let (status, said, error) = said_to_another(&desk, arguments);
        assert_eq!(status, Some(0), "{arguments:?}: {said}{error}");
    }
    let (status, _, error) = said_to_another(&desk, &["install", "between.pem"]);
    assert!(status == Some(2) && error.contains(" is for none of the keys here\n"), "{error}");
    assert!(error.contains("certfix: cannot read 'store/zroot.contoso.com': permission denied\n"), "{error}");
}

#[test]
fn a_folder_that_is_not_called_as_a_key_is_named_and_fails_no_round() {
    let desk = anothers(&["lost+found"]);
    let (status, said, error) = said_to_another(&desk, &["renew"]);
    assert_eq!((status, &*said), (Some(0), ""), "{error}");
    assert_eq!(error, "certfix: cannot read 'store/lost+found': permission denied\n");
    let (status, said, error) = said_to_another(&desk, &["commit"]);
    assert!(status == Some(0) && said.starts_with("files has "), "{said}{error}");
    let (status, said, error) = said_to_another(&desk, &["renew", "--now", NAME]);
    assert!(status == Some(0) && said.contains("; files has it"), "{said}{error}");
}

#[test]
fn a_renewal_reaches_its_services_beside_a_folder_that_may_not_be_looked_at() {
    let desk = anothers(&[]);
    assert_eq!(said_to_another(&desk, &["commit"]).0, Some(0));
    fs::create_dir(desk.path("store/zroot.contoso.com")).unwrap();
    opened(&desk.path("store/zroot.contoso.com"), 0o700);
    let (status, said, error) = said_to_another(&desk, &["renew", "--now", NAME]);
    assert!(status == Some(0) && said.contains("; files has it"), "{said}{error}");
}
