//! What a private CA signs and revokes, in the eyes of OpenSSL, GnuTLS and NSS, and of a linter.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

#[expect(dead_code, reason = "other tests use more of it")]
#[path = "support/desk.rs"]
mod desk;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use desk::{Desk, NAME};

const CA: &str = "store/_ca/contoso-internal-ca";
const ONLY: [&str; 2] = ["--only", "contoso.com,contoso.local,192.0.2.0/24"];
const LIMITED: [&str; 2] = ["--only", "contoso.com,contoso.local"];
const INTERMEDIATE: &[&str] = &["--intermediate"];

/// A store with a CA.
fn made(key: &str, options: &[&str]) -> Desk {
    let desk = Desk::new();
    let init = ["ca", "init", "Contoso Internal CA", "--key", key, "--new-password-file", "password"];
    desk.answer(0, &[&init[..], options].concat());
    desk
}

/// Signs a request, as `leaf.pem` with its chain.
fn sign(desk: &Desk, request: &str, out: &str) {
    desk.answer(0, &["ca", "sign", request, "--yes", "--password-file", "password", "-o", out]);
}

/// What the CA's key signs when certfix is not asked: the names of a request, whatever they are.
fn sign_without_asking(desk: &Desk, request: &str, out: &str) {
    let issuer = issuer(desk);
    desk.openssl(&format!(
        "x509 -req -in {request} -CA {CA}/{issuer}.pem -CAkey {CA}/{issuer}-key.pem -passin file:password -days 30 \
         -copy_extensions copy -out {out}"
    ));
    if issuer == "intermediate" {
        desk.put(out, &(desk.text(out) + &desk.text(&format!("{CA}/intermediate.pem"))));
    }
}

fn issuer(desk: &Desk) -> &'static str {
    if desk.path(&format!("{CA}/intermediate.pem")).exists() { "intermediate" } else { "root" }
}

fn request(desk: &Desk, file: &str, subject: &str, names: &str) {
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
    desk.openssl(&format!(
        "req -new {key} -keyout {file}.key -out {file} -subj {subject} -addext subjectAltName={names}"
    ));
}

/// Runs a program in the desk's folder: whether it succeeds, and all that it says.
fn says(desk: &Desk, program: &str, arguments: &str) -> (bool, String) {
    let mut command = Command::new(program);
    command.args(arguments.split(' ')).current_dir(desk.path(".")).stdin(Stdio::null());
    let output = command.output().unwrap_or_else(|error| panic!("{program}: {error}"));
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&text).into_owned())
}

/// What each verifier says of `leaf`, a certificate with its chain, for `host` where it is told one.
fn verdicts(desk: &Desk, leaf: &str, host: &str) -> [(&'static str, bool, String); 3] {
    let chain = format!("-x509_strict -purpose sslserver -CAfile {CA}/root.pem -untrusted {leaf}");
    let openssl = says(desk, "openssl", &format!("verify {chain} -verify_hostname {host} {leaf}"));
    let gnutls =
        format!("--verify --verify-profile medium --load-ca-certificate {CA}/root.pem --verify-hostname {host}");
    let gnutls = says(desk, "certtool", &format!("{gnutls} --infile {leaf}"));
    let nss = nss(desk, leaf);
    [("OpenSSL", openssl.0, openssl.1), ("GnuTLS", gnutls.0, gnutls.1), ("NSS", nss.0, nss.1)]
}

/// NSS with a profile of its own that trusts the root. Its tool compares no host name.
fn nss(desk: &Desk, leaf: &str) -> (bool, String) {
    let profile = desk.path("profile");
    if !profile.exists() {
        fs::create_dir(&profile).unwrap();
        expect(says(desk, "certutil", "-N -d sql:profile --empty-password"));
        desk.answer(0, &["ca", "export", "--nss", "-o", "trust.sh"]);
        expect(says(desk, "sh", "trust.sh profile"));
        if issuer(desk) == "intermediate" {
            expect(says(desk, "certutil", &format!("-A -d sql:profile -t ,, -n between -i {CA}/intermediate.pem")));
        }
    }
    expect(says(desk, "certutil", &format!("-A -d sql:profile -t ,, -n {leaf} -i {leaf}")));
    says(desk, "certutil", &format!("-V -u V -e -d sql:profile -n {leaf}"))
}

fn expect((worked, text): (bool, String)) {
    assert!(worked, "{text}");
}

fn all_accept(desk: &Desk, leaf: &str, host: &str) {
    for (who, accepts, text) in verdicts(desk, leaf, host) {
        assert!(accepts, "{who} refuses {leaf}: {text}");
    }
}

fn all_refuse(desk: &Desk, leaf: &str, host: &str, because: &str) {
    for (who, accepts, text) in verdicts(desk, leaf, host) {
        assert!(!accepts, "{who} accepts {leaf}");
        let reasons =
            ["subtree violation", "signer's constraints", "not permitted to issue", "revoked", "unknown", "not match"];
        assert!(reasons.iter().any(|reason| text.contains(reason)), "{who} refuses {leaf}, not for {because}: {text}");
    }
}

#[test]
fn three_verifiers_accept_what_it_signs() {
    for (key, options) in [("rsa-2048", &[][..]), ("p-256", &[]), ("rsa-2048", INTERMEDIATE), ("p-384", INTERMEDIATE)] {
        let desk = made(key, options);
        sign(&desk, &format!("store/{NAME}/request.csr"), "leaf.pem");
        all_accept(&desk, "leaf.pem", NAME);
        all_accept(&desk, "leaf.pem", "autodiscover.contoso.com");
        for (who, accepts, text) in &verdicts(&desk, "leaf.pem", "other.contoso.com")[..2] {
            assert!(!accepts, "{who} accepts another name: {text}");
        }
    }
}

#[test]
fn who_does_not_know_its_name_constraints_is_told_with_the_cure() {
    for (options, code) in [(&[][..], "unfit-root"), (INTERMEDIATE, "unfit-issuer")] {
        let desk = made("p-256", &[&LIMITED[..], options].concat());
        sign(&desk, &format!("store/{NAME}/request.csr"), "leaf.pem");
        let root = format!("{CA}/root.pem");
        let found = |options: &[&str]| {
            let answer = desk.json(1, &[&["check", "leaf.pem", "--ca-file", &root], options].concat());
            answer["sources"][0]["findings"].as_array().unwrap().iter().find(|one| one["code"] == code).cloned()
        };
        let limited = found(&[]).unwrap();
        assert_eq!(limited["clients"], serde_json::json!(["mbedtls", "mbedtls35"]));
        let fix = limited["fix"].as_str().unwrap();
        assert!(fix.starts_with("Do nothing where no program") && fix.contains("without --only"), "{fix}");
        if code == "unfit-issuer" {
            let ended = found(&["--at", "2040-01-01", "--client", "openssl"]).unwrap();
            let fix = ended["fix"].as_str().unwrap();
            assert!(fix.contains("intermediate certificate that is valid now"), "{fix}");
        }
    }
}

#[test]
fn an_intermediate_is_root_enough_for_some_programs_only() {
    let desk = made("p-256", INTERMEDIATE);
    sign(&desk, &format!("store/{NAME}/request.csr"), "leaf.pem");
    let intermediate = format!("{CA}/intermediate.pem");
    let answer = desk.json(1, &["check", "leaf.pem", "--ca-file", &intermediate]);
    let findings = answer["sources"][0]["findings"].as_array().unwrap();
    let finding = findings.iter().find(|one| one["code"] == "untrusted-issuer").unwrap();
    assert!(finding["fix"].as_str().unwrap().starts_with("Install the root of that CA"), "{finding}");
    let verdicts = answer["sources"][0]["verdicts"].as_array().unwrap();
    for (client, outcome, certainty) in [
        ("openssl", "refuses", "measured"),
        ("postfix-verify", "refuses", "measured"),
        ("python", "refuses", "inferred"),
        ("dovecot", "refuses", "inferred"),
        ("go", "accepts", "measured"),
        ("curl", "accepts", "measured"),
        ("gnutls", "accepts", "measured"),
        ("thunderbird", "accepts", "inferred"),
        ("schannel", "accepts", "inferred"),
    ] {
        let verdict = verdicts.iter().find(|one| one["client"] == client).unwrap();
        assert_eq!((&verdict["outcome"], &verdict["certainty"]), (&outcome.into(), &certainty.into()), "{client}");
    }
    // Where the root is in the file too, nothing is wrong.
    desk.put("both.pem", &(desk.text(&intermediate) + &desk.text(&format!("{CA}/root.pem"))));
    let answer = desk.json(0, &["check", "leaf.pem", "--ca-file", "both.pem"]);
    let verdicts = answer["sources"][0]["verdicts"].as_array().unwrap();
    for client in ["openssl", "python", "curl"] {
        let verdict = verdicts.iter().find(|one| one["client"] == client).unwrap();
        assert_eq!((&verdict["outcome"], &verdict["certainty"]), (&"accepts".into(), &"measured".into()), "{client}");
    }
}

#[test]
fn name_constraints_hold_in_three_verifiers() {
    for options in [&[][..], INTERMEDIATE] {
        let desk = made("p-256", &[&LIMITED[..], options].concat());
        let names = "DNS:mail.contoso.com,DNS:contoso.local,DNS:*.contoso.com";
        request(&desk, "in.csr", "/CN=mail.contoso.com", names);
        sign(&desk, "in.csr", "in.pem");
        sign_without_asking(&desk, "in.csr", "in-openssl.pem");
        for file in ["in.pem", "in-openssl.pem"] {
            all_accept(&desk, file, "mail.contoso.com");
            all_accept(&desk, file, "contoso.local");
        }
        let outside = [
            ("domain", "DNS:mail.example.org", "mail.example.org"),
            ("second", "DNS:mail.contoso.com,DNS:mail.example.org", "mail.contoso.com"),
            ("alike", "DNS:mail.notcontoso.com", "mail.notcontoso.com"),
            ("address", "DNS:mail.contoso.com,IP:192.0.2.1", "mail.contoso.com"),
            ("address6", "DNS:mail.contoso.com,IP:2001:db8::1", "mail.contoso.com"),
        ];
        for (file, names, host) in outside {
            let csr = format!("{file}.csr");
            request(&desk, &csr, "/CN=mail.contoso.com", names);
            let refusal = desk.refusal(&["ca", "sign", &csr, "--yes", "--password-file", "password"]);
            assert!(refusal.contains("is not in contoso.com, contoso.local"), "{refusal}");
            sign_without_asking(&desk, &csr, &format!("{file}.pem"));
            all_refuse(&desk, &format!("{file}.pem"), host, "its constraints");
        }
    }
}

#[test]
fn a_network_is_a_constraint_too() {
    let desk = made("p-256", &ONLY);
    for (file, address, is_inside) in
        [("in", "192.0.2.77", true), ("out", "192.0.3.1", false), ("six", "2001:db8::1", false)]
    {
        let csr = format!("{file}.csr");
        request(&desk, &csr, "/CN=mail.contoso.com", &format!("DNS:mail.contoso.com,IP:{address}"));
        sign_without_asking(&desk, &csr, &format!("{file}.pem"));
        match is_inside {
            true => all_accept(&desk, &format!("{file}.pem"), "mail.contoso.com"),
            false => all_refuse(&desk, &format!("{file}.pem"), "mail.contoso.com", "its constraints"),
        }
    }
    sign(&desk, "in.csr", "signed.pem");
    all_accept(&desk, "signed.pem", "mail.contoso.com");
}

#[test]
fn three_verifiers_heed_the_crl() {
    for options in [&[][..], INTERMEDIATE] {
        let desk = made("p-256", options);
        request(&desk, "other.csr", "/CN=other.contoso.com", "DNS:other.contoso.com");
        sign(&desk, &format!("store/{NAME}/request.csr"), "bad.pem");
        sign(&desk, "other.csr", "good.pem");
        let revoke = ["ca", "revoke", "bad.pem", "--yes", "--password-file", "password", "--reason", "key-compromise"];
        assert!(desk.answer(0, &revoke).contains("CRL number 2"));
        desk.openssl(&format!("crl -inform der -in {CA}/ca.crl -out crl.pem"));
        for (file, accepted) in [("good.pem", true), ("bad.pem", false)] {
            let chain = format!("-CAfile {CA}/root.pem -untrusted {file} -crl_check -CRLfile crl.pem");
            let openssl = says(&desk, "openssl", &format!("verify {chain} {file}"));
            let options = format!("--verify --load-ca-certificate {CA}/root.pem --load-crl crl.pem");
            let gnutls = says(&desk, "certtool", &format!("{options} --infile {file}"));
            nss(&desk, file);
            expect(says(&desk, "crlutil", &format!("-I -B -i {CA}/ca.crl -d sql:profile")));
            for (who, (accepts, text)) in [("OpenSSL", openssl), ("GnuTLS", gnutls), ("NSS", nss(&desk, file))] {
                assert_eq!(accepts, accepted, "{who}, {file}: {text}");
                assert!(accepted || text.to_lowercase().contains("revoked"), "{who}: {text}");
            }
        }
        let (_, shown) = says(&desk, "openssl", "crl -in crl.pem -noout -text");
        assert!(shown.contains("Key Compromise"), "{shown}");
        // Made again it has the next number and the same entries.
        desk.answer(0, &["ca", "crl", "--password-file", "password", "--days", "7"]);
        let (_, shown) = says(&desk, "certtool", &format!("--crl-info --inder --infile {CA}/ca.crl"));
        assert!(
            shown.contains("CRL Number (not critical): 03") && shown.contains("Revoked certificates (1)"),
            "{shown}"
        );
    }
}

/// pkilint in its virtual environment.
fn lint(desk: &Desk, arguments: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/pkilint/bin");
    let (program, rest) = arguments.split_once(' ').unwrap();
    let program = folder.join(program);
    assert!(program.exists(), "{} is missing: tests/install", program.display());
    says(desk, program.to_str().unwrap(), rest).1
}

#[test]
fn a_linter_finds_no_error() {
    let url = ["--crl-url", "http://pki.contoso.com/ca.crl"];
    let all = [INTERMEDIATE, &ONLY, &url].concat();
    let kinds =
        [("p-256", vec![]), ("rsa-2048", INTERMEDIATE.to_vec()), ("p-384", all), ("rsa-3072", LIMITED.to_vec())];
    for (key, options) in kinds {
        let desk = made(key, &options);
        sign(&desk, &format!("store/{NAME}/request.csr"), "leaf.pem");
        request(&desk, "bare.csr", "/", "DNS:bare.contoso.com");
        sign(&desk, "bare.csr", "bare.pem");
        desk.answer(0, &["ca", "revoke", "leaf.pem", "--yes", "--password-file", "password", "--reason", "superseded"]);
        let mut linted = vec![format!("{CA}/root.pem"), "leaf.pem".to_owned(), "bare.pem".to_owned()];
        if options.contains(&"--intermediate") {
            linted.push(format!("{CA}/intermediate.pem"));
        }
        let mut findings: Vec<(String, String)> = Vec::new();
        for file in linted {
            desk.openssl(&format!("x509 -in {file} -out linted.pem"));
            findings.push((lint(&desk, "lint_pkix_cert lint -s INFO linted.pem"), file));
        }
        findings.push((lint(&desk, &format!("lint_crl lint -s INFO -t CRL -p PKIX {CA}/ca.crl")), "ca.crl".to_owned()));
        for (found, file) in findings {
            let found = found.split_whitespace().collect::<Vec<_>>().join(" ");
            println!("{key} {options:?} {file}: {}", if found.is_empty() { "nothing" } else { &found });
            assert!(
                !found.contains("(ERROR)") && !found.contains("(FATAL)") && !found.contains("Traceback"),
                "{file}: {found}"
            );
        }
    }
    // It would have said so.
    let desk = Desk::new();
    desk.put("bad.ext", "basicConstraints=CA:TRUE\nkeyUsage=digitalSignature\nextendedKeyUsage=serverAuth\n");
    desk.openssl("x509 -req -in between.csr -CA root.pem -CAkey root.key -set_serial 0 -extfile bad.ext -out bad.pem");
    let found = lint(&desk, "lint_pkix_cert lint -s INFO bad.pem");
    assert!(found.contains("(ERROR)"), "{found}");
}
