//! Requests whose signature holds, does not hold, and cannot be checked; `openssl` made them and says which is which.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

use std::fs;
use std::process::{Command, Stdio};

use serde_json::Value;

/// How a request is signed with the RSA key of so many bits, and whether certfix can check that.
const SIGNED: &[(u32, &str, bool)] = &[
    (2048, "-sha256", true),
    (2048, "-sha1", true),
    (2048, "-md5", false),
    (1024, "-sha384", false),
    (2048, "-sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:-1", true),
    (2048, "-sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:20", false),
    (2048, "-sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:-1 -sigopt rsa_mgf1_md:sha1", false),
    (1024, "-sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:-1", false),
];

fn run(desk: &tempfile::TempDir, program: &str, arguments: &str) -> (bool, Vec<u8>) {
    let mut command = Command::new(program);
    let command = command.args(arguments.split(' ')).current_dir(desk).stdin(Stdio::null());
    let output = command.output().unwrap();
    (output.status.success(), output.stdout)
}

/// What `openssl` says of the signature; its exit status does not tell.
fn holds(desk: &tempfile::TempDir, arguments: &str) -> bool {
    let arguments = format!("req -verify -noout {arguments}");
    let mut command = Command::new("openssl");
    let output = command.args(arguments.split(' ')).current_dir(desk).stdin(Stdio::null()).output().unwrap();
    String::from_utf8_lossy(&output.stderr).contains("verify OK")
}

/// The codes of what was found, and of what was not checked.
fn codes(desk: &tempfile::TempDir, file: &str) -> (Vec<String>, Vec<String>) {
    let arguments = format!("check {file} --format json --at 2026-09-01");
    let (_, answer) = run(desk, env!("CARGO_BIN_EXE_certfix"), &arguments);
    let answer: Value = serde_json::from_slice(&answer).unwrap();
    let codes = |list: &Value| {
        list.as_array().unwrap().iter().map(|entry| entry["code"].as_str().unwrap().to_owned()).collect()
    };
    (codes(&answer["sources"][0]["findings"]), codes(&answer["sources"][0]["not_checked"]))
}

#[test]
fn says_of_the_signature_of_a_request_what_openssl_says_or_that_it_was_not_checked() {
    const CODE: &str = "request-not-proved";
    let desk = tempfile::tempdir().unwrap();
    for bits in [1024, 2048] {
        assert!(run(&desk, "openssl", &format!("genrsa -out {bits}.key {bits}")).0);
    }
    for (bits, how, can_be_checked) in SIGNED {
        let make = format!("req -new -key {bits}.key -subj /CN=mail.contoso.com {how} -outform DER -out good.csr");
        assert!(run(&desk, "openssl", &make).0, "{how}");
        let mut der = fs::read(desk.path().join("good.csr")).unwrap();
        let name = der.windows(4).position(|octets| octets == b"mail").unwrap();
        der[name] = b'n';
        fs::write(desk.path().join("changed.csr"), der).unwrap();
        assert!(holds(&desk, "-inform DER -in good.csr") && !holds(&desk, "-inform DER -in changed.csr"), "{how}");
        let has = |file: &str| {
            let (found, not_checked) = codes(&desk, file);
            (found.iter().any(|code| code == CODE), not_checked.iter().any(|code| code == CODE))
        };
        assert_eq!(has("good.csr"), (false, !can_be_checked), "{bits} {how}");
        assert_eq!(has("changed.csr"), (*can_be_checked, !can_be_checked), "{bits} {how}");
    }
}

/// Of those that the articles of the time show, and of those that other programs keep for their tests.
#[test]
fn finds_no_fault_in_the_signature_of_old_requests_that_openssl_accepts() {
    let desk = tempfile::tempdir().unwrap();
    let corpora = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpora");
    let (_, answer) = run(&desk, env!("CARGO_BIN_EXE_certfix"), &format!("inspect {corpora} --format json"));
    let answer: Value = serde_json::from_slice(&answer).unwrap();
    let (mut seen, mut refused) = (0, 0);
    for source in answer["sources"].as_array().unwrap().iter().filter(|source| source["kind"] == "request") {
        fs::write(desk.path().join("old.csr"), source["request"]["pem"].as_str().unwrap()).unwrap();
        let found = codes(&desk, "old.csr").0.iter().any(|code| code == "request-not-proved");
        assert!(!found || !holds(&desk, "-in old.csr"), "{}", source["source"]);
        seen += 1;
        refused += u32::from(found);
    }
    assert!(seen > 100 && refused > 3, "{seen} requests, {refused} refused");
}

#[test]
fn a_request_that_names_no_server_is_refused_as_its_certificate_is() {
    let desk = tempfile::tempdir().unwrap();
    for (subject, named) in
        [("/O=Contoso/C=US", false), ("/", false), ("/CN=Contoso_Mail", false), ("/CN=mail.contoso.com", true)]
    {
        let make = format!("-newkey rsa:2048 -nodes -keyout n.key -subj {subject} -out n.pem");
        for how in ["req -new", "req -x509 -addext basicConstraints=CA:FALSE"] {
            assert!(run(&desk, "openssl", &format!("{how} {make}")).0, "{subject}");
            let found = codes(&desk, "n.pem").0.iter().any(|code| code == "no-server-name");
            assert_eq!(found, !named, "{how} {subject}");
        }
    }
}
