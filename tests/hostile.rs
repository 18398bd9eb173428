//! Files made to be too much: they are answered, within a bound on memory.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use rcgen::{CertificateParams, KeyPair};

/// Address space that certfix may have, in KiB.
const MEMORY: u32 = 1 << 20;

/// Runs certfix with that bound.
fn certfix(folder: &Path, arguments: &str) -> Output {
    let line = format!("ulimit -v {MEMORY}; exec {} {arguments} > answer", env!("CARGO_BIN_EXE_certfix"));
    Command::new("sh").args(["-c", &line]).current_dir(folder).output().unwrap()
}

/// Every way of looking at `file` ends with an answer: findings or none, but no error and no crash.
fn is_answered(folder: &Path, file: &str) {
    for (arguments, statuses) in [
        ("inspect", &[0][..]),
        ("inspect --format json", &[0]),
        ("check --fqdn remote.contoso.com --at 2026-09-01", &[0, 1]),
        ("check --fqdn remote.contoso.com --at 2026-09-01 --format json", &[0, 1]),
    ] {
        let output = certfix(folder, &format!("{arguments} {file}"));
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code().is_some_and(|status| statuses.contains(&status)), "{arguments}: {error}");
        assert!(fs::metadata(folder.join("answer")).unwrap().len() > 1000, "{arguments} says nothing");
    }
}

#[test]
fn a_bundle_of_10_000_certificates_is_answered() {
    let folder = tempfile::tempdir().unwrap();
    // Distinct ones: equal certificates are answered once.
    let key = KeyPair::generate().unwrap();
    let certificate = |number: u32| {
        let name = format!("host{number}.contoso.com");
        CertificateParams::new([name]).unwrap().self_signed(&key).unwrap().pem()
    };
    fs::write(folder.path().join("bundle.pem"), (0..10_000).map(certificate).collect::<String>()).unwrap();
    is_answered(folder.path(), "bundle.pem");
}

#[test]
fn a_certificate_with_100_000_names_is_answered() {
    let folder = tempfile::tempdir().unwrap();
    let names: Vec<String> = (0..100_000).map(|number| format!("host{number}.contoso.com")).collect();
    let certificate = CertificateParams::new(names).unwrap().self_signed(&KeyPair::generate().unwrap()).unwrap();
    fs::write(folder.path().join("names.cer"), certificate.der()).unwrap();
    is_answered(folder.path(), "names.cer");
}

#[test]
fn a_folder_that_may_not_be_read_does_not_hide_the_others() {
    let folder = tempfile::Builder::new().permissions(Permissions::from_mode(0o755)).tempdir().unwrap();
    let locked = folder.path().join("b/locked");
    fs::create_dir_all(&locked).unwrap();
    for name in ["a.cer", "b/b.cer", "b/locked/c.cer", "d.cer"] {
        let fixture = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/sbs2008.cer");
        fs::copy(fixture, folder.path().join(name)).unwrap();
    }
    fs::set_permissions(&locked, Permissions::from_mode(0o000)).unwrap();
    // Root may read everything, and where certfix was built others may not go.
    let certfix = folder.path().join("certfix");
    // By another process: what this one writes, its children hold open, and Linux runs no file that is written (ETXTBSY).
    assert!(Command::new("cp").arg(env!("CARGO_BIN_EXE_certfix")).arg(&certfix).status().unwrap().success());
    let mut somebody = Command::new("setpriv");
    somebody.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(&certfix).arg("inspect");
    let output = somebody.args(["a.cer", "b", "d.cer"]).current_dir(folder.path()).output().unwrap();
    let [text, error] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    assert_eq!(output.status.code(), Some(2), "{text}{error}");
    assert_eq!(text.matches(": certificate\n").count(), 3, "{text}");
    let hint = "certfix: hint: run it as root, or as the owner\n";
    assert_eq!(error, format!("certfix: error: cannot read 'b/locked': permission denied\n{hint}"));
}
