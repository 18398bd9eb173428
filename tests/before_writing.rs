//! What can be told before anything is written is told then.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

#[expect(dead_code, reason = "other tests need more of it")]
#[path = "support/desk.rs"]
mod desk;

use std::fs;
use std::process::{Command, Output};

use desk::{Desk, NAME};

/// A desk whose key has its certificate.
fn installed() -> Desk {
    let desk = Desk::new();
    desk.sign(&format!("store/{NAME}"), "leaf.pem", None);
    desk.answer(0, &["install", "leaf.pem", "between.pem"]);
    desk
}

/// The same program with another store in the environment.
fn with_store(desk: &Desk, store: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_certfix"));
    command.args(arguments).env("CERTFIX_STORE", store).env("CERTFIX_TEMPLATES", "").env("NO_COLOR", "1");
    command.current_dir(desk.path("")).output().unwrap()
}

#[test]
fn an_undo_on_a_dry_run_says_what_it_would_do() {
    let desk = installed();
    desk.put("there.pem", "old\n");
    let (there, new) = (desk.path("there.pem"), desk.path("new.pem"));
    let (there, new) = (there.display(), new.display());
    let sets = [format!("certificate_file={there}"), format!("key_file={new}")];
    desk.answer(0, &["bind", NAME, "--to", "files", "--set", &sets[0], "--set", &sets[1]]);
    desk.answer(0, &["commit"]);
    let dry = desk.answer(0, &["undo", "--dry-run"]);
    assert!(dry.contains(&format!("would be put back  {there}\n")), "{dry}");
    assert!(dry.contains(&format!("would be removed   {new}\n")), "{dry}");
    let end = "The bindings would stay: certfix commit --store store would do it again\nNothing was written.\n";
    assert!(dry.ends_with(end) && desk.path("new.pem").exists(), "{dry}");
    let done = desk.answer(0, &["undo"]);
    assert!(done.contains(&format!("back    {there}\n")) && done.contains(&format!("removed {new}\n")), "{done}");
    assert!(done.ends_with("The bindings stay: certfix commit --store store does it again\n"), "{done}");
    assert!(!done.contains("would") && !desk.path("new.pem").exists(), "{done}");
}

#[test]
fn a_binding_by_which_nothing_would_be_written_is_refused() {
    let desk = installed();
    for more in [&[][..], &["--dry-run"]] {
        let bare = desk.refusal(&[&["bind", NAME, "--to", "files"], more].concat());
        assert!(bare.starts_with("files has nothing to write, for none of these is set: certificate_file, "), "{bare}");
    }
    let refusal = desk.refusal(&["bind", NAME, "--to", "files", "--set", "key_file=/nonexistent/folder/key.pem"]);
    assert_eq!(refusal, "cannot find '/nonexistent/folder': no such file or directory");
    // A service that reads the files of the store wants a reload and nothing else.
    desk.answer(0, &["bind", NAME, "--to", "files", "--reload", "true"]);
}

#[test]
fn a_store_that_is_not_there_is_called_so_and_an_empty_variable_names_none() {
    let desk = installed();
    for arguments in [
        &["install", "leaf.pem"][..],
        &["keys"],
        &["renew"],
        &["commit"],
        &["commit", "--dry-run"],
        &["order", NAME, "--acme", "letsencrypt", "--listen"],
        &["order", NAME, "--acme", "letsencrypt", "--listen", "--dry-run"],
        &["keys", "show", NAME],
        &["csr", "--renew", NAME],
        &["bind", NAME, "--to", "files"],
        &["install", NAME, "leaf.pem"],
    ] {
        let output = with_store(&desk, "absent", arguments);
        let complaint = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {complaint}");
        assert!(complaint.starts_with("certfix: error: there is no store in 'absent'\n"), "{arguments:?}: {complaint}");
        assert!(
            complaint.contains("certfix csr --store absent makes it") && complaint.contains("--store DIR"),
            "{complaint}"
        );
    }
    fs::create_dir(desk.path("empty")).unwrap();
    let orders = with_store(&desk, "empty", &["order", NAME, "--acme", "letsencrypt", "--listen"]);
    let complaint = String::from_utf8(orders.stderr).unwrap();
    assert!(complaint.contains(&format!("no key is called '{NAME}' in the store 'empty'\n")), "{complaint}");
    assert!(complaint.contains("hint: make it first: certfix csr --fqdn NAME --store empty"), "{complaint}");
    for arguments in [&["keys", "--format", "json"][..], &["keys", "show", "a.b"], &["bind", "a.b", "--to", "files"]] {
        let [unset, empty] = [".", ""].map(|store| with_store(&desk, store, arguments));
        assert_eq!(unset, empty, "{arguments:?}");
    }
    let typed = with_store(&desk, "store", &["keys", "--store", ""]);
    assert_eq!(typed.status.code(), Some(2));
}

#[test]
fn a_ca_is_not_limited_to_what_nobody_owns() {
    let desk = Desk::new();
    for domain in ["co.uk", "com"] {
        let refusal = desk.refusal(&["ca", "init", "Contoso", "--plain-key", "--only", domain]);
        assert_eq!(
            refusal,
            format!("a CA cannot be limited to '{domain}': it is a public suffix, nobody's own domain")
        );
    }
    desk.answer(
        0,
        &["ca", "init", "Contoso", "--plain-key", "--key", "p-256", "--only", "contoso.co.uk,contoso.local"],
    );
}

#[test]
fn what_proves_a_name_has_to_be_there_on_a_dry_run_too() {
    let desk = Desk::new();
    desk.put("hook", "#!/bin/sh\n");
    fs::create_dir(desk.path("html")).unwrap();
    let order = ["order", NAME, "--acme", "letsencrypt", "--dry-run"];
    for (more, expected) in [
        (["--webroot", "absent"], "absent': no such file or directory"),
        (["--webroot", "hook"], "hook': not a directory"),
        (["--dns-hook", "absent"], "absent': no such file or directory"),
        (["--dns-hook", "html"], "html' is a directory"),
    ] {
        let refusal = desk.refusal(&[&order[..], &more].concat());
        assert!(refusal.ends_with(expected), "{refusal}");
    }
    for (more, expected) in [
        (&["--webroot", "html"][..], format!("http-01, by files in {}", desk.path("html").display())),
        (&["--dns-hook", "hook"], format!("dns-01, by records that {} makes", desk.path("hook").display())),
        (&["--listen"], "http-01, answered by certfix on port 80".to_owned()),
        (&["--tls-alpn", "127.0.0.1:8443"], "tls-alpn-01, answered by certfix on 127.0.0.1:8443".to_owned()),
    ] {
        let text = desk.answer(0, &[&order[..], more].concat());
        assert!(text.contains(&format!("proof       {expected}\n")), "{text}");
    }
}

#[test]
fn a_renewal_before_its_time_wants_names() {
    let refusal = installed().refusal(&["renew", "--now"]);
    assert_eq!(refusal, "--now renews keys that are not due yet, and wants their names");
}

#[test]
fn a_certificate_in_what_changes_is_one_line() {
    let desk = installed();
    desk.put("there.pem", "# by hand\n");
    let places = ["there.pem", "new.pem"].map(|name| desk.path(name).display().to_string());
    let sets = [format!("certificate_file={}", places[0]), format!("key_file={}", places[1])];
    let bind = ["bind", NAME, "--to", "files", "--set", &sets[0], "--set", &sets[1]];
    let shown = desk.answer(0, &bind);
    assert!(!shown.contains("-----"), "{shown}");
    let new = format!("    - # by hand\n    + certificate CN={NAME}, until ");
    assert!(shown.contains(&new), "{shown}");
    // A program gets all of it.
    let json = desk.json(0, &bind);
    assert!(json["staged"][0]["files"].to_string().contains("-----BEGIN CERTIFICATE-----"), "{json}");
    assert_eq!(desk.answer(0, &["commit", "--dry-run"]).matches("    + certificate CN=").count(), 1);
}
