//! What becomes of the files of a folder: certificates are looked at, other things passed over, damaged ones named.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

use std::fs;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

const SBS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/sbs2008.cer");

/// A folder with a good certificate and what stands beside certificates in folders of mail servers.
fn folder(damaged: &[(&str, &[u8])]) -> tempfile::TempDir {
    let desk = tempfile::tempdir().unwrap();
    let put = |name: &str, bytes: &[u8]| fs::write(desk.path().join(name), bytes).unwrap();
    put("good.cer", &fs::read(SBS).unwrap());
    put("README", b"This directory contains your keys and certificates.\n");
    put("renewal.conf", b"cert = /etc/letsencrypt/live/mail/cert.pem\n");
    put("picture.png", b"\x89PNG\r\n\x1a\n\0\0");
    put("empty.txt", b"");
    put("serial", b"01\n");
    for (name, bytes) in damaged {
        put(name, bytes);
    }
    desk
}

fn certfix(desk: &tempfile::TempDir, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_certfix"));
    command.args(arguments).args(["--at", "2026-09-01"]).current_dir(desk).stdin(Stdio::null()).output().unwrap()
}

#[test]
fn names_the_damaged_certificates_of_a_folder_and_goes_on() {
    let text = fs::read_to_string(SBS).unwrap();
    let der = pem::parse(&text).unwrap().into_contents();
    let desk = folder(&[("a-half.pem", &text.as_bytes()[..text.len() - 200]), ("z-half.crt", &der[..der.len() / 2])]);
    for command in [&["check", "--fail-on", "never", "."][..], &["inspect", "."]] {
        let output = certfix(&desk, command);
        let (text, complaint) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
        assert_eq!(output.status.code(), Some(2), "{command:?}: {text}{complaint}");
        let errors: Vec<&str> = complaint.lines().filter(|line| line.starts_with("certfix: error: ")).collect();
        assert_eq!(
            errors,
            [
                "certfix: error: './a-half.pem' is not a certificate: block 1 (CERTIFICATE, line 65): it breaks off: \
                 END is missing",
                "certfix: error: './z-half.crt' is not a certificate: its DER breaks off",
            ]
        );
        assert!(text.contains("./good.cer"), "{text}");
        assert!(text.contains("2 could not be read") && text.contains("5 files passed over"), "{text}");
    }
    let output = certfix(&desk, &["check", ".", "--format", "json"]);
    assert_eq!(output.status.code(), Some(2));
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["sources"].as_array().unwrap().len(), 1);
    let errors: Vec<&str> =
        answer["errors"].as_array().unwrap().iter().map(|error| error["error"].as_str().unwrap()).collect();
    assert!(errors.len() == 2 && errors[0].contains("a-half.pem") && errors[1].contains("z-half.crt"), "{errors:?}");
}

#[test]
fn passes_over_what_is_something_else() {
    let desk = folder(&[]);
    let output = certfix(&desk, &["inspect", "."]);
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8(output.stdout).unwrap().ends_with("5 files passed over that hold no certificate.\n"));
}

/// A file for HAProxy with a key that is whole.
#[test]
fn a_key_does_not_hide_the_damaged_certificate_beside_it() {
    let key = rcgen::KeyPair::generate().unwrap().serialize_pem();
    let text = fs::read_to_string(SBS).unwrap();
    let both = format!("{key}{}", &text[..text.len() - 200]);
    let desk = folder(&[("both.pem", both.as_bytes()), ("other.key", key.as_bytes())]);
    let output = certfix(&desk, &["check", "--fail-on", "never", "."]);
    let complaint = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{complaint}");
    assert!(complaint.contains("'./both.pem' is not a certificate: block 2 (CERTIFICATE"), "{complaint}");
    assert!(!complaint.contains("other.key") && !complaint.contains("PRIVATE KEY-"), "{complaint}");
}

#[test]
fn an_empty_file_with_the_name_of_a_certificate_is_an_error() {
    // A key of certfix's store whose certificate a root signed has an empty chain.
    let desk = folder(&[("full.disk.PEM", b""), ("left.pfx", b""), ("plain", b""), ("chain.pem", b"")]);
    fs::copy(SBS, desk.path().join("fullchain.pem")).unwrap();
    for command in [&["check", "--fail-on", "never", "."][..], &["inspect", "."]] {
        let output = certfix(&desk, command);
        let complaint = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{complaint}");
        let errors: Vec<&str> = complaint.lines().filter(|line| line.starts_with("certfix: error: ")).collect();
        assert_eq!(
            errors,
            ["certfix: error: './full.disk.PEM' is empty", "certfix: error: './left.pfx' is empty"],
            "{complaint}"
        );
    }
}

#[test]
fn names_what_is_passed_over_though_it_is_named_like_a_certificate() {
    let key = rcgen::KeyPair::generate().unwrap().serialize_pem();
    let words = b"This directory contains your keys and certificates.";
    let desk = folder(&[("notes.pem", words), ("picture.cer", b"\x89PNG\r\n\x1a\n"), ("key.pem", key.as_bytes())]);
    let text = String::from_utf8(certfix(&desk, &["inspect", "."]).stdout).unwrap();
    let end = "7 files passed over that hold no certificate, though ./notes.pem, ./picture.cer are named like one.\n";
    assert!(text.ends_with(end), "{text}");
}

/// A certificate that says cA TRUE, as `openssl req -x509` makes them.
fn authority(common_name: &str, names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut parameters = rcgen::CertificateParams::new(names).unwrap();
    parameters.distinguished_name.push(rcgen::DnType::CommonName, common_name);
    parameters.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    parameters.self_signed(&rcgen::KeyPair::generate().unwrap()).unwrap().pem()
}

#[test]
fn the_certificates_of_cas_in_a_folder_are_not_judged_as_servers() {
    let root = authority("Contoso Root", &[]);
    let chain = format!("{}{root}", authority("Contoso Issuing CA", &[]));
    let server = authority("Mail", &["mail.contoso.com"]);
    let named = authority("mail.contoso.com", &[]);
    let both = format!("{server}{root}");
    let desk = folder(&[
        ("root.pem", root.as_bytes()),
        ("chain.pem", chain.as_bytes()),
        ("server.pem", server.as_bytes()),
        ("named.pem", named.as_bytes()),
        ("both.pem", both.as_bytes()),
    ]);
    let output = certfix(&desk, &["check", "--fail-on", "never", "."]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.ends_with(", 2 files passed over that hold certificates of CAs alone.\n"), "{text}");
    for (file, is_judged) in
        [("root", false), ("chain", false), ("server", true), ("named", true), ("both", true), ("good", true)]
    {
        assert_eq!(text.contains(&format!("./{file}.")), is_judged, "{file}: {text}");
    }
    let document: Value = serde_json::from_slice(&certfix(&desk, &["check", ".", "--format", "json"]).stdout).unwrap();
    let sources = document["sources"].to_string();
    assert!(!sources.contains("./root.pem") && !sources.contains("./chain.pem"), "{sources}");
    assert!(sources.contains("./both.pem") && document["errors"].as_array().unwrap().is_empty(), "{document}");
    // Who names it means it, and who looks at what is there sees it.
    let output = certfix(&desk, &["check", "root.pem"]);
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stdout));
    let text = String::from_utf8(certfix(&desk, &["inspect", "."]).stdout).unwrap();
    assert!(text.contains("./root.pem: certificate"), "{text}");
    // A folder in which there is nothing else was not checked.
    fs::create_dir(desk.path().join("roots")).unwrap();
    fs::copy(desk.path().join("root.pem"), desk.path().join("roots/root.pem")).unwrap();
    let output = certfix(&desk, &["check", "roots"]);
    let complaint = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{complaint}");
    assert!(complaint.starts_with("certfix: error: 'roots' holds no certificate of a server, only those of CAs\n"));
}

/// What `check` of a folder judged, and its last line.
fn judged(desk: &tempfile::TempDir, folder: &str) -> (Vec<String>, String) {
    let folder = [folder, "--fail-on", "never"];
    let text = certfix(desk, &[&["check"], &folder[..]].concat()).stdout;
    let last = String::from_utf8(text).unwrap().lines().last().unwrap_or_default().to_owned();
    let output = certfix(desk, &[&["check", "--format", "json"], &folder[..]].concat());
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    let sources = answer["sources"].as_array().unwrap().iter();
    (sources.map(|one| one["source"].as_str().unwrap().to_owned()).collect(), last)
}

#[test]
fn judges_each_key_of_a_store_once() {
    let desk = tempfile::tempdir().unwrap();
    let runs = |arguments: &[&str]| {
        let output = certfix(&desk, arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    };
    fs::write(desk.path().join("password"), "secret\n").unwrap();
    runs(&["csr", "--fqdn", "remote.contoso.com", "--key", "p-256"]);
    assert_eq!(judged(&desk, ".").0, ["./remote.contoso.com/request.csr"]);
    runs(&["ca", "init", "Contoso", "--key", "p-256", "--new-password-file", "password"]);
    let sign = ["--yes", "--install", "--password-file", "password"];
    runs(&[&["ca", "sign", "remote.contoso.com/request.csr"], &sign[..]].concat());
    let full = "./remote.contoso.com/fullchain.pem";
    let (sources, last) = judged(&desk, ".");
    assert_eq!(sources, [full], "{last}");
    assert!(last.contains("2 files passed over that hold nothing new, "), "{last}");
    runs(&["csr", "--renew", "remote.contoso.com"]);
    let renewal = "./remote.contoso.com/renewal/request.csr";
    assert_eq!(judged(&desk, ".").0, [full, renewal]);
    runs(&[&["ca", "sign", &renewal[2..]], &sign[..]].concat());
    assert_eq!(judged(&desk, ".").0, [full]);
    // Who names them means them.
    let of_one = |folder: &str| judged(&desk, folder).0.len();
    assert_eq!(of_one("remote.contoso.com/generations"), 3);
    assert_eq!(of_one("remote.contoso.com/generations/0002"), 1);
    assert_eq!(of_one("_ca/contoso/issued"), 2);
}

#[test]
fn judges_a_certificate_and_a_request_that_differ_from_what_stands_beside_them() {
    let desk = tempfile::tempdir().unwrap();
    let sbs = fs::read_to_string(SBS).unwrap();
    let put = |name: &str, text: &str| fs::write(desk.path().join(name), text).unwrap();
    let made = |options: &[&str]| {
        assert!(certfix(&desk, &[&["self-signed", "--key", "p-256"], options].concat()).status.success());
    };
    made(&["--fqdn", "mail.contoso.com"]);
    put("cert.pem", &sbs);
    put("fullchain.pem", &sbs);
    assert_eq!(judged(&desk, ".").0, ["./fullchain.pem", "./mail.contoso.com/fullchain.pem"]);
    fs::copy(desk.path().join("mail.contoso.com/cert.pem"), desk.path().join("fullchain.pem")).unwrap();
    assert_eq!(judged(&desk, ".").0, ["./cert.pem", "./fullchain.pem", "./mail.contoso.com/fullchain.pem"]);
    // A request with the key of the certificate, and one name more.
    let more = ["csr", "--from", "mail.contoso.com/cert.pem", "--key-file", "mail.contoso.com/key.pem"];
    let with = ["--fqdn", "mail.contoso.com", "--san", "more.contoso.com", "--store", "asked"];
    assert!(certfix(&desk, &[&more[..], &with].concat()).status.success());
    fs::rename(
        desk.path().join("asked/mail.contoso.com/request.csr"),
        desk.path().join("mail.contoso.com/request.csr"),
    )
    .unwrap();
    let (sources, last) = judged(&desk, "mail.contoso.com");
    assert_eq!(sources, ["mail.contoso.com/fullchain.pem", "mail.contoso.com/request.csr"], "{last}");
}
