//! Compares the rules with what zlint's own tests expect of its lints, where both look for the same fault.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::Path;

use certfix::facts::{Certificate, Evidence, Moment, Source};
use certfix::judge::{Panel, judge};
use certfix::rules::{Authority, Context};
use serde_json::Value;

/// The code that stands for a lint.
const CODES: &[(&str, &str)] = &[
    ("e_tls_server_cert_valid_time_longer_than_398_days", "life-too-long"),
    ("e_sub_cert_valid_time_longer_than_39_months", "life-too-long"),
    ("e_dnsname_bad_character_in_label", "malformed-name"),
    ("e_dnsname_left_label_wildcard_correct", "wildcard-partial"),
    ("e_dnsname_empty_label", "malformed-name"),
    ("e_dnsname_hyphen_in_sld", "malformed-name"),
    ("e_dnsname_label_too_long", "malformed-name"),
    ("e_dnsname_not_valid_tld", "internal-name"),
    ("w_dnsname_underscore_in_trd", "underscore-in-name"),
    ("e_ec_improper_curves", "weak-key"),
    ("e_ext_san_contains_reserved_ip", "reserved-address"),
    ("e_ext_san_dns_name_too_long", "malformed-name"),
    ("e_ext_san_missing", "common-name-only"),
    ("e_ext_san_space_dns_name", "malformed-name"),
    ("e_old_root_ca_rsa_mod_less_than_2048_bits", "weak-key"),
    ("e_old_sub_ca_rsa_mod_less_than_1024_bits", "weak-key"),
    ("w_rsa_public_exponent_not_in_range", "weak-key"),
    ("e_rsa_public_exponent_not_odd", "weak-key"),
    ("e_rsa_exp_negative", "weak-key"),
    ("e_sub_cert_eku_missing", "no-server-auth"),
    ("e_sub_cert_eku_server_auth_client_auth_missing", "no-server-auth"),
    ("e_sub_cert_not_is_ca", "is-a-ca"),
    ("e_subject_common_name_not_exactly_from_san", "common-name-not-in-san"),
];

/// File, lint, and why certfix rightly says something else.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    (
        "zlint__v3_testdata_oldSubModSmall.pem",
        "e_old_sub_ca_rsa_mod_less_than_1024_bits",
        "RSA 1024 was allowed when it was made; it is weak today (BR 6.1.5)",
    ),
    (
        "zlint__v3_testdata_dnsNameUnderscoreInTRD.pem",
        "w_dnsname_underscore_in_trd",
        "it was made in 2017, when underscores were not yet forbidden (ballot SC-12)",
    ),
    (
        "zlint__v3_testdata_SANCaseNotMatchingCNSeptember2021.pem",
        "e_subject_common_name_not_exactly_from_san",
        "only upper and lower case differ, which no client minds (RFC 9525 §6.3)",
    ),
    (
        "zlint__v3_testdata_dnsNameOnionTLD.pem",
        "e_dnsname_not_valid_tld",
        "its name of Tor's has no address of version 3, which another lint looks at (BR Appendix B)",
    ),
];

#[test]
fn agrees_with_another_linter() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpora/lint");
    let rows = fs::read_to_string(folder.join("zlint.jsonl")).unwrap();
    let mut differences = Vec::new();
    for row in rows.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()) {
        let (file, lint) = (row["file"].as_str().unwrap(), row["lint"].as_str().unwrap());
        let (_, code) = CODES.iter().find(|(of, _)| *of == lint).unwrap_or_else(|| panic!("{lint} has no code"));
        let der = pem::parse(fs::read(folder.join("certs").join(file)).unwrap()).unwrap().into_contents();
        let mut evidence = Evidence::new(Source::Stdin);
        evidence.certificates.push(Certificate::from_der(&der).unwrap());
        let subjects = evidence.subjects();
        let now = Moment::parse("2026-11-21").unwrap();
        let ctx = Context { now, authority: Authority::Public, target: None, trust: None };
        let nobody = Panel::new(&[], None);
        let report = judge(&subjects[0], &nobody, &ctx);
        let found = report.findings.iter().any(|finding| finding.rule.code == *code);
        let wanted = matches!(row["status"].as_str(), Some("Error" | "Warn"));
        let expected = wanted != EXCEPTIONS.iter().any(|(of, about, _)| *of == file && *about == lint);
        if found != expected {
            differences.push(format!("{file} {lint}: {} {code}", if found { "false" } else { "missed" }));
        }
    }
    assert!(differences.is_empty(), "{differences:#?}");
}
