//! Every file of `tests/corpora`: whole, cut and with bits flipped.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "support/processor.rs"]
mod processor;
#[path = "support/whole_way.rs"]
mod whole_way;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use certfix::facts::Evidence;
use certfix::input::{Password, read_file};
use rayon::prelude::*;
use serde_json::Value;

/// Valid to other programs and not read here, each with the reason.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("p7b/boringssl__crypto_pkcs7_test_openssl_crl.p7c", "holds revocation lists only"),
    ("p7b/cfssl__helpers_testdata_empty_pkcs7.der", "holds nothing"),
    ("p7b/cfssl__helpers_testdata_empty_pkcs7.pem", "holds a revocation list only"),
    ("pfx/pyca__x509_PKITS_data_pkcs12_ValidDSASignaturesTest4EE.p12", "the key is DSA; its certificate is read"),
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpora")
}

fn manifest() -> Vec<Value> {
    let text = std::fs::read_to_string(folder().join("files/manifest.jsonl")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn field<'a>(row: &'a Value, key: &str) -> &'a str {
    row[key].as_str().unwrap_or_default()
}

/// What of its kind the file should hold and does not.
fn shortfall(row: &Value, evidence: &Evidence) -> Option<&'static str> {
    let flag = |key: &str| row[key].as_bool().unwrap_or_default();
    match field(row, "cls") {
        "cert" | "p7b" if evidence.certificates.is_empty() => Some("no certificate"),
        "csr" if evidence.requests.is_empty() => Some("no request"),
        "pfx" if flag("has_cert") && evidence.certificates.is_empty() => Some("no certificate"),
        "pfx" if flag("has_key") && evidence.open_keys().next().is_none() => Some("no key"),
        _ => None,
    }
}

#[test]
fn reads_every_valid_file() {
    let mut faults = Vec::new();
    for row in manifest().iter().filter(|row| field(row, "verdict") == "valid") {
        let file = field(row, "file");
        let password = row["password"].as_str().map(|password| Password::new(password.to_owned()));
        let fault = match read_file(&folder().join("files").join(file), password.as_ref()) {
            Ok(evidence) => shortfall(row, &evidence).map(str::to_owned),
            Err(error) => Some(error.to_string()),
        };
        let excepted = EXCEPTIONS.iter().any(|(name, _)| *name == file);
        match fault {
            Some(fault) if !excepted => faults.push(format!("{file}: {fault}")),
            None if excepted => faults.push(format!("{file} is read and need not be excepted")),
            _ => {}
        }
    }
    assert!(faults.is_empty(), "{}:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn keys_of_pfx_files_belong_to_their_certificates() {
    for row in manifest().iter().filter(|row| field(row, "cls") == "pfx" && field(row, "verdict") == "valid") {
        let password = row["password"].as_str().map(|password| Password::new(password.to_owned()));
        let Ok(evidence) = read_file(&folder().join("files").join(field(row, "file")), password.as_ref()) else {
            continue;
        };
        if evidence.certificates.is_empty() {
            continue;
        }
        for key in evidence.open_keys() {
            let belongs = evidence.certificates.iter().any(|cert| cert.identity.key == key.public);
            assert!(belongs, "{}", field(row, "file"));
        }
    }
}

#[test]
fn takes_few_broken_files_for_certificates() {
    let manifest = manifest();
    let broken: Vec<_> = manifest.iter().filter(|row| field(row, "verdict") == "broken").collect();
    let accepted: Vec<&str> = broken
        .iter()
        .filter(|row| read_file(&folder().join("files").join(field(row, "file")), None).is_ok())
        .map(|row| field(row, "file"))
        .collect();
    // Broken to other programs for what is mended here: good blocks in string literals of C and Go (3) or behind the
    // marks of a shell session (12), and one whose END is missing (1).
    println!("{} of {} broken files accepted", accepted.len(), broken.len());
    assert!(accepted.len() <= MOST_BROKEN_ACCEPTED, "{accepted:#?}");
}

const MOST_BROKEN_ACCEPTED: usize = 16;

#[test]
fn passes_over_revocation_lists() {
    for row in manifest().iter().filter(|row| field(row, "cls") == "crl") {
        let error = read_file(&folder().join("files").join(field(row, "file")), None).unwrap_err().to_string();
        assert!(error.contains("is not a certificate"), "{error}");
    }
}

/// Numbers that are the same on every run (xorshift64).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }
}

/// Every place of the smallest files; of the others as many as this, spread out.
const CUTS: usize = 24;
const SMALLEST: usize = 30;
const FLIPS: usize = 6;
/// The longest that one damaged file may take, in a debug build on a machine that others use too.
const LONGEST: Duration = Duration::from_secs(1);

#[test]
fn survives_cuts_and_flipped_bits() {
    let manifest = manifest();
    let mut files: Vec<(Vec<u8>, &Value)> = manifest
        .iter()
        .map(|row| (std::fs::read(folder().join("files").join(field(row, "file"))).unwrap(), row))
        .collect();
    files.sort_by_key(|(bytes, _)| bytes.len());
    let runs = AtomicUsize::new(0);
    files.par_iter().enumerate().for_each(|(index, (bytes, row))| {
        let mut numbers = Numbers(0x5eed + index as u64);
        let password = row["password"].as_str().map(|password| Password::new(password.to_owned()));
        let run = |damaged: &[u8]| {
            let taken = processor::time(|| whole_way::go(damaged, password.as_ref()));
            assert!(taken < LONGEST, "{} took {taken:?}", field(row, "file"));
            runs.fetch_add(1, Ordering::Relaxed);
        };
        run(bytes);
        let step = if index < SMALLEST { 1 } else { bytes.len() / CUTS + 1 };
        (0..bytes.len()).step_by(step).for_each(|end| run(&bytes[..end]));
        for round in 0..FLIPS {
            let mut damaged = bytes.clone();
            for _ in 0..=round {
                let at = numbers.below(damaged.len());
                damaged[at] ^= 1 << numbers.below(8);
            }
            run(&damaged);
        }
    });
    println!("{} files in {} states", files.len(), runs.into_inner());
}

#[test]
fn reads_the_requests_of_old_articles_with_their_damage() {
    let read = |name: &str| read_file(&folder().join("kb").join(name), None);
    let repairs = |evidence: &Evidence| evidence.repairs.iter().map(|repair| repair.0.clone()).collect::<Vec<_>>();
    assert_eq!(repairs(&read("Q172421.txt").unwrap()), [""; 0]);
    assert_eq!(repairs(&read("Q298805.txt").unwrap()), [""; 0]);
    let seven = repairs(&read("Q299875.txt").unwrap());
    assert_eq!(seven, ["line 16: END with 5 and 7 dashes in place of 5 and 5"]);
    // The article garbled the base64 on purpose: there is no certificate behind the damage.
    assert!(
        read("Q186796.txt").unwrap_err().to_string().contains("is not a certificate: block 1 (CERTIFICATE, line 1)")
    );
}
