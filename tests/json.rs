//! What every command prints with `--format json` is what `docs/certfix.schema.json` says.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;
use std::process::Command;

use serde_json::Value;

const SBS: &str = "tests/fixtures/sbs2008.cer";
const AT: [&str; 2] = ["--at", "2026-09-01"];
const TARGET: [&str; 2] = ["--fqdn", "remote.contoso.com"];

#[test]
fn prints_what_the_schema_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let schema = std::fs::read_to_string(root.join("docs/certfix.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    let dry = [&TARGET[..], &["--key", "p-256", "--dry-run"]].concat();
    for arguments in [
        [&["inspect", SBS][..], &AT].concat(),
        [&["inspect", "tests/fixtures"][..], &AT].concat(),
        [&["check", SBS][..], &TARGET, &AT].concat(),
        [&["check", SBS, "tests/fixtures/absent.cer"][..], &AT].concat(),
        [&["fix", SBS][..], &dry, &AT].concat(),
        [&["csr"][..], &dry, &AT].concat(),
        [&["self-signed"][..], &dry, &AT].concat(),
        vec!["explain"],
        vec!["explain", "expired"],
        vec!["clients"],
        vec!["clients", "outlook2007"],
        vec!["profiles"],
        vec!["profiles", "letsencrypt"],
        vec!["csr"],
        vec!["ca", "sign", "tests/fixtures/absent.csr"],
    ] {
        let mut certfix = Command::new(env!("CARGO_BIN_EXE_certfix"));
        let said = certfix.current_dir(root).args(&arguments).args(["--format", "json"]).output().unwrap();
        let document: Value = serde_json::from_slice(&said.stdout)
            .unwrap_or_else(|error| panic!("{arguments:?}: {error}: {}", String::from_utf8_lossy(&said.stderr)));
        let faults: Vec<String> =
            validator.iter_errors(&document).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
        assert!(faults.is_empty(), "{arguments:?}: {faults:#?}");
    }
}

#[test]
fn says_why_a_client_that_is_odd_complains() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut certfix = Command::new(env!("CARGO_BIN_EXE_certfix"));
    let arguments = [&["check", SBS, "--format", "json", "--client", "exchange55-ims"][..], &TARGET, &AT].concat();
    let said = certfix.current_dir(root).args(arguments).output().unwrap();
    let document: Value = serde_json::from_slice(&said.stdout).unwrap();
    let verdict = &document["sources"][0]["verdicts"][0];
    assert_eq!(verdict["outcome"], "refuses");
    assert!(verdict["reason"].as_str().unwrap().contains("the server's IP address"), "{verdict}");
}

#[test]
fn a_command_that_fails_says_so_in_json_too() {
    let root = tempfile::tempdir().unwrap();
    let schema =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/certfix.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    for (arguments, says) in [
        (&["csr"][..], "no name was given"),
        (&["self-signed", "--fqdn", "co.uk"], "'co.uk' is a public suffix, nobody's own domain"),
        (&["fix", "absent.cer"], "cannot read 'absent.cer': no such file or directory"),
        (&["explain", "bananas"], "no rule is called 'bananas'"),
        (&["clients", "bananas"], "no client is called 'bananas'"),
        (&["profiles", "bananas"], "no profile is called 'bananas'"),
        (&["keys", "show", "mail.contoso.com"], "no key is called 'mail.contoso.com' in the store '.'"),
        (&["install", "absent.cer"], "cannot read 'absent.cer': no such file or directory"),
        (&["ca", "sign", "absent.csr"], "the store '.' has no CA"),
        (&["check", "absent.cer", "--client", "bananas"], "no client is called 'bananas'"),
    ] {
        let mut certfix = Command::new(env!("CARGO_BIN_EXE_certfix"));
        let certfix = certfix.current_dir(&root).env_remove("CERTFIX_STORE").args(arguments);
        let said = certfix.args(["--format", "json"]).output().unwrap();
        assert_eq!(said.status.code(), Some(2), "{arguments:?}");
        let document: Value = serde_json::from_slice(&said.stdout).unwrap();
        assert!(validator.is_valid(&document), "{document}");
        assert_eq!(document["command"], arguments[0]);
        assert_eq!(document["errors"][0]["error"], says);
        // For the person who looks why the program failed.
        let complaint = String::from_utf8(said.stderr).unwrap();
        assert!(complaint.starts_with(&format!("certfix: error: {says}\n")), "{complaint}");
    }
}
