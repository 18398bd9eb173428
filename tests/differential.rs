//! Holds models to what these libraries really answer.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/peers/pairs.rs"]
mod pairs;
#[path = "support/peers/mod.rs"]
mod peers;

use certfix::clients::{Client, compare};
use certfix::facts::{Certificate, Identity, Name, SanExtension, StringKind, Target};
use rustls::client::verify_server_name;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::server::ParsedCertificate;

use peers::{GNUTLS, GO, JAVA, MBEDTLS, OPENSSL, Peer};

/// Pairs of a certificate and a host.
const PAIRS: usize = 12_000;

#[test]
fn openssl_answers_as_its_model() {
    // X509_check_host passes over a SAN that it cannot read, but X509_verify_cert does not take such a certificate.
    let with_chain = |answer, identity: &Identity| answer && identity.names.extension != SanExtension::Unreadable;
    no_difference("openssl", &OPENSSL, 10, |_, _| true, with_chain);
}

#[test]
fn gnutls_answers_as_its_model() {
    // GnuTLS leaves U-labels to libidn2, which has an opinion of its own on hosts that are no names.
    let fair = |target: &Target, _: &Identity| {
        let plain = |name: &Name| !name.as_str().contains('_');
        target.text().as_bytes().is_ascii() || target.name().is_some_and(plain)
    };
    no_difference("gnutls", &GNUTLS, 10, fair, |answer, _| answer);
}

#[test]
fn mbedtls_answers_as_its_model() {
    // Brackets are the caller's business, and nobody connects to nothing or to a star. It compares the octets of a common name, which
    // are not its letters in a BMPString, and takes a star for the first number of an address.
    let fair = |target: &Target, identity: &Identity| {
        let text = target.text().as_str().unwrap_or_default();
        let attributes = || identity.subject.rdns.iter().flatten();
        let starred =
            identity.names.dns().chain(identity.subject.common_names()).any(|name| name.as_bytes().starts_with(b"*"));
        !text.is_empty()
            && !text.starts_with('[')
            && !text.contains('*')
            && !attributes().any(|attribute| attribute.string == StringKind::Bmp)
            && (target.address().is_none() || !starred)
    };
    no_difference("mbedtls", &MBEDTLS, 5, fair, |answer, _| answer);
}

#[test]
fn go_answers_as_its_model() {
    // Before 1.20 a star alone was taken for a name, which none is.
    let fair = |_: &Target, identity: &Identity| identity.names.dns().all(|name| name.as_bytes() != b"*");
    no_difference("go", &GO, 10, fair, |answer, _| answer);
}

#[test]
fn java_answers_as_its_model() {
    // Nobody connects to a name in brackets, which Java takes off, and few write an address as one number or two.
    let fair = |target: &Target, _: &Identity| {
        let text = target.text().as_str().unwrap_or_default();
        let is_short_address = text.chars().all(|character| character.is_ascii_digit() || character == '.');
        target.address().is_some() || !(text.starts_with('[') || is_short_address)
    };
    // It reads no certificate with neither subject nor critical SAN.
    no_difference("jsse", &JAVA, 3, fair, |answer, _| answer);
}

#[test]
fn rustls_answers_as_its_model() {
    let answer = |(target, der): &(Target, Vec<u8>)| {
        let end_entity = CertificateDer::from(der.as_slice());
        let parsed = ParsedCertificate::try_from(&end_entity).ok()?;
        // A zone or brackets are the caller's business.
        let typed = match target.address() {
            Some(address) => address.to_string(),
            None => target.text().as_str().unwrap_or_default().to_owned(),
        };
        // What it takes for no name is not looked for.
        Some(ServerName::try_from(typed).is_ok_and(|name| verify_server_name(&parsed, &name).is_ok()))
    };
    let pairs = pairs::pairs(PAIRS, unsigned);
    let answers = pairs.iter().map(answer).collect();
    // Whoever types U-labels has a program that maps them.
    let fair = |target: &Target, _: &Identity| target.text().as_bytes().is_ascii();
    compare_answers("rustls", &pairs, answers, 1, fair, |answer, _| answer);
}

/// Comparing names does not look at the signature.
fn unsigned(_: &[u8]) -> Vec<u8> {
    vec![0x30, 6, 2, 1, 1, 2, 1, 1]
}

/// `readable`: of how many twelfths of the certificates both have an opinion at least.
fn no_difference(
    model: &str,
    peer: &Peer,
    readable: usize,
    fair: fn(&Target, &Identity) -> bool,
    whole: fn(bool, &Identity) -> bool,
) {
    let pairs = pairs::pairs(PAIRS, unsigned);
    let answers = peer.answers(&pairs);
    compare_answers(model, &pairs, answers, readable, fair, whole);
}

fn compare_answers(
    model: &str,
    pairs: &[(Target, Vec<u8>)],
    answers: Vec<Option<bool>>,
    readable: usize,
    fair: fn(&Target, &Identity) -> bool,
    whole: fn(bool, &Identity) -> bool,
) {
    let model = Client::find(model).unwrap();
    let (mut compared, mut matched) = (0, 0);
    let mut differences = Vec::new();
    for ((target, der), theirs) in pairs.iter().zip(answers) {
        let (Some(theirs), Ok(cert)) = (theirs, Certificate::from_der(der)) else { continue };
        if !fair(target, &cert.identity) {
            continue;
        }
        let theirs = whole(theirs, &cert.identity);
        compared += 1;
        matched += usize::from(theirs);
        let ours = compare(&model.names, &cert.identity, target).matches;
        if ours != theirs {
            let identity = &cert.identity;
            differences.push(format!(
                "{target:?}: the library says {theirs}; {:?} {}; purposes {:?}; {:?}",
                identity.names.extension, identity.names, identity.purposes, identity.subject.rdns
            ));
        }
    }
    let shown = differences.iter().take(40).cloned().collect::<Vec<_>>().join("\n");
    assert!(differences.is_empty(), "{} of {compared} differ:\n{shown}", differences.len());
    // What is compared must be worth comparing.
    assert!(compared > PAIRS * readable / 12, "only {compared} certificates could be read by both");
    assert!(matched > compared / 10, "only {matched} of {compared} match");
}
