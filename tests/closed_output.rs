//! Standard output that nobody reads any more, or that cannot be written: the work is done all the same, and failures are told.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

#[allow(dead_code, reason = "other tests need more of it")]
#[path = "support/desk.rs"]
mod desk;

use std::fs::{self, File};
use std::process::{Command, Stdio};

use desk::{Desk, NAME};

const REQUEST: &str = "store/remote.contoso.com/request.csr";

/// Standard output of a program whose reader has gone.
fn closed() -> Stdio {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    writer.into()
}

/// A disk without room.
fn full() -> Stdio {
    File::options().write(true).open("/dev/full").unwrap().into()
}

/// The exit status, and what is told on standard error.
fn told(desk: &Desk, output: Stdio, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_certfix"));
    command.args(arguments).current_dir(desk.path(".")).env("CERTFIX_STORE", "store").env("NO_COLOR", "1");
    let ended = command.stdin(Stdio::null()).stdout(output).output().unwrap();
    (ended.status.code(), String::from_utf8(ended.stderr).unwrap())
}

/// A desk with a private CA whose key is not encrypted.
fn with_private_ca() -> Desk {
    let desk = Desk::new();
    desk.answer(0, &["ca", "init", "Contoso CA", "--key", "p-256", "--plain-key"]);
    desk
}

#[test]
fn a_service_that_refuses_the_next_certificate_is_told_of_though_nobody_reads() {
    let desk = with_private_ca();
    desk.answer(0, &["ca", "sign", REQUEST, "--install", "--yes"]);
    let value = format!("combined_file={}", desk.path("combined.pem").display());
    let check = format!("test ! -e {}", desk.path("bad").display());
    let bind = ["bind", NAME, "--to", "files", "--set", &value, "--check", &check];
    desk.answer(0, &[&bind[..], &["--reload", "true"]].concat());
    desk.answer(0, &["commit"]);
    fs::write(desk.path("bad"), "").unwrap();
    for format in ["text", "json"] {
        for output in [closed(), full()] {
            let (status, complaint) = told(&desk, output, &["renew", "--now", NAME, "--format", format]);
            assert_eq!(status, Some(2), "{format}: {complaint}");
            assert!(
                complaint.contains("failed: ended with status 1; everything was put back"),
                "{format}: {complaint}"
            );
        }
    }
    fs::remove_file(desk.path("bad")).unwrap();
    let (status, complaint) = told(&desk, closed(), &["renew", "--now", NAME]);
    assert_eq!((status, &*complaint), (Some(0), ""));
}

#[test]
fn what_was_agreed_to_is_signed_though_nobody_reads() {
    for format in ["text", "json"] {
        let desk = with_private_ca();
        let sign = ["ca", "sign", REQUEST, "--yes", "--output", "out.pem", "--format", format];
        assert_eq!(told(&desk, closed(), &sign), (Some(0), String::new()), "{format}");
        assert!(desk.text("out.pem").starts_with("-----BEGIN CERTIFICATE-----"), "{format}");
        assert_eq!(desk.json(0, &["ca", "list"])["authorities"][0]["signed"].as_array().unwrap().len(), 1, "{format}");
    }
}

#[test]
fn what_nobody_could_read_is_not_asked_about() {
    let desk = with_private_ca();
    let (status, complaint) = told(&desk, closed(), &["ca", "sign", REQUEST, "--output", "out.pem"]);
    assert_eq!(status, Some(2), "{complaint}");
    assert!(complaint.starts_with("certfix: error: cannot write to standard output: broken pipe"), "{complaint}");
    assert!(!desk.path("out.pem").exists());
}

#[test]
fn what_shows_alone_ends_well_when_its_reader_goes() {
    let desk = Desk::new();
    for shown in [&["inspect", "root.pem"][..], &["keys"], &["man"], &["completions", "bash"], &["explain"]] {
        assert_eq!(told(&desk, closed(), shown), (Some(0), String::new()), "{shown:?}");
        let (status, complaint) = told(&desk, full(), shown);
        assert!(status == Some(2) && complaint.contains("no space left"), "{shown:?}: {complaint}");
    }
}
