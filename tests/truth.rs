//! Holds the rules to 1,000 certificates and requests whose faults are known: all are found, and nothing else is.
#![expect(clippy::unwrap_used, reason = "a test")]

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use certfix::facts::{Certificate, Evidence, Item, Moment, Request, Source, Target, Verification};
use certfix::judge::{Panel, judge};
use certfix::rules::{Authority, Context};
use serde_json::Value;

/// The faults put in, and the code that must report each. `no_san` shows as soon as people connect by the common name.
const CODES: &[(&str, &str)] = &[
    ("internal_name", "internal-name"),
    ("name_order", "name-not-first"),
    ("expired", "expired"),
    // It ends before it begins: never valid.
    ("validity_negative", "expired"),
    ("not_yet_valid", "not-yet-valid"),
    ("cn_not_in_san", "common-name-not-in-san"),
    ("duplicate_name", "duplicate-name"),
    ("eku_no_serverauth", "no-server-auth"),
    ("reserved_ip", "reserved-address"),
    ("weak_key", "weak-key"),
    ("weak_signature", "weak-signature"),
    ("no_san", "common-name-only"),
    ("bad_wildcard", "wildcard-partial"),
    ("self_signed", "self-signed"),
    ("u_label_in_san", "unconverted-idn"),
    ("ca_as_leaf", "is-a-ca"),
    ("malformed_name", "malformed-name"),
];

/// A code, when it rightly differs from what was put in, and why.
type Exception = (&'static str, fn(&Value) -> bool, &'static str);

/// Where the rules rightly say something else.
const EXCEPTIONS: &[Exception] = &[
    ("internal-name", |row| row["self_signed"] == true, "no public CA is asked"),
    ("name-not-first", |row| common_name(row).starts_with('*'), "nobody types a wildcard"),
    (
        "name-not-first",
        |row| lists(row, &wildcard(row)),
        "a later wildcard fits, which Outlook 2007 does not read either",
    ),
    ("common-name-not-in-san", has_two_common_names, "a second common name is not listed"),
    ("weak-key", |row| row["key"]["curve"] == "secp256k1", "few clients know this curve (BR 6.1.5)"),
    ("weak-key", |row| row["key"]["curve"] == "P-224", "few clients know this curve (BR 6.1.5)"),
    ("weak-key", |row| row["key"]["alg"] == "ed25519", "public CAs do not sign it (BR 6.1.5)"),
    ("no-server-auth", |row| row["eku"] == serde_json::json!([]), "Apple wants the extension, public CAs must have it"),
    (
        "no-server-auth",
        |row| row["eku"] == serde_json::json!(["any"]),
        "Apple wants serverAuth itself, so do public CAs",
    ),
    ("is-a-ca", |row| row["kind"] == "csr", "the request asks for CA:TRUE"),
    ("self-signed", is_signed_by_another_key, "its issuer has its name and another key (RFC 5280 3.2)"),
];

fn common_name(row: &Value) -> &str {
    row["cn"].as_str().unwrap_or_default()
}

/// The wildcard that covers the common name.
fn wildcard(row: &Value) -> String {
    common_name(row).split_once('.').map(|(_, rest)| format!("*.{rest}")).unwrap_or_default()
}

fn lists(row: &Value, name: &str) -> bool {
    row["san"].as_array().unwrap().iter().any(|entry| entry[1] == name)
}

fn has_two_common_names(row: &Value) -> bool {
    let evidence = evidence(row["file"].as_str().unwrap());
    evidence.subjects()[0].item.identity().subject.common_names().count() > 1
}

fn is_signed_by_another_key(row: &Value) -> bool {
    let evidence = evidence(row["file"].as_str().unwrap());
    let cert = evidence.certificates.first();
    cert.is_some_and(|cert| cert.verify_with(&cert.identity.key) == Verification::Fails)
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpora/gen")
}

fn evidence(file: &str) -> Evidence {
    let bytes = fs::read(folder().join(file)).unwrap();
    let der = if bytes.starts_with(b"-----BEGIN") { pem::parse(&bytes).unwrap().into_contents() } else { bytes };
    let mut evidence = Evidence::new(Source::File(file.into()));
    match Certificate::from_der(&der) {
        Ok(certificate) => evidence.certificates.push(certificate),
        Err(_) => evidence.requests.push(Request::from_der(&der).unwrap()),
    }
    evidence
}

/// The codes that fire for a target equal to the common name, of those that `CODES` maps to.
fn found(row: &Value) -> HashSet<&'static str> {
    let evidence = evidence(row["file"].as_str().unwrap());
    let subjects = evidence.subjects();
    let target = row["cn"].as_str().map(|name| Target::typed(name.as_bytes())).filter(|typed| typed.name().is_some());
    let ctx = Context {
        now: Moment::parse("2026-11-21").unwrap(),
        authority: Authority::of(subjects[0].item),
        target: target.as_ref(),
        trust: None,
    };
    assert!(matches!(subjects[0].item, Item::Certificate(_)) == (row["kind"] == "cert"));
    let report = judge(&subjects[0], Panel::all(), &ctx);
    let mapped: HashSet<&str> = CODES.iter().map(|(_, code)| *code).collect();
    report.findings.iter().map(|finding| finding.rule.code).filter(|code| mapped.contains(code)).collect()
}

fn wanted(row: &Value) -> HashSet<&'static str> {
    let problems = row["problems"].as_array().unwrap();
    CODES.iter().filter(|(problem, _)| problems.iter().any(|put| put == problem)).map(|(_, code)| *code).collect()
}

#[test]
fn finds_every_fault_put_in_and_no_other() {
    let truth = fs::read_to_string(folder().join("truth.jsonl")).unwrap();
    let rows: Vec<Value> = truth.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), 1000);
    let mut differences: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut used = HashSet::new();
    for row in &rows {
        let (found, wanted) = (found(row), wanted(row));
        for code in found.symmetric_difference(&wanted) {
            let exception = EXCEPTIONS.iter().position(|(of, holds, _)| of == code && holds(row));
            if let Some(exception) = exception {
                used.insert(exception);
                continue;
            }
            let what = if found.contains(code) { "false" } else { "missed" };
            differences.entry(format!("{what} {code}")).or_default().push(row["file"].to_string());
        }
    }
    assert!(differences.is_empty(), "{differences:#?}");
    assert_eq!(used.len(), EXCEPTIONS.len(), "an exception is not needed");
}
