//! Holds the models of OpenSSL and GnuTLS to what these libraries really answer.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/peers/pairs.rs"]
mod pairs;
#[path = "support/peers/mod.rs"]
mod peers;

use certfix::clients::{Client, compare};
use certfix::facts::{Certificate, Identity, Name, SanExtension, Target};
use peers::{GNUTLS, OPENSSL, Peer};

/// Pairs of a certificate and a host.
const PAIRS: usize = 12_000;

#[test]
fn openssl_answers_as_its_model() {
    // X509_check_host passes over a SAN that it cannot read, but X509_verify_cert does not take such a certificate.
    let with_chain = |answer, identity: &Identity| answer && identity.names.extension != SanExtension::Unreadable;
    no_difference("openssl", &OPENSSL, |_| true, with_chain);
}

#[test]
fn gnutls_answers_as_its_model() {
    // GnuTLS leaves U-labels to libidn2, which has an opinion of its own on hosts that are no names.
    let fair = |target: &Target| {
        let plain = |name: &Name| !name.as_str().contains('_');
        target.text().as_bytes().is_ascii() || target.name().is_some_and(plain)
    };
    no_difference("gnutls", &GNUTLS, fair, |answer, _| answer);
}

fn no_difference(model: &str, peer: &Peer, fair: fn(&Target) -> bool, whole: fn(bool, &Identity) -> bool) {
    let model = Client::find(model).unwrap();
    let mut pairs = pairs::pairs(PAIRS);
    pairs.retain(|(target, _)| fair(target));
    let (mut compared, mut matched) = (0, 0);
    let mut differences = Vec::new();
    for ((target, der), theirs) in pairs.iter().zip(peer.answers(&pairs)) {
        let (Some(theirs), Ok(cert)) = (theirs, Certificate::from_der(der)) else { continue };
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
    assert!(compared > PAIRS * 4 / 5, "only {compared} certificates could be read by both");
    assert!(matched > compared / 10, "only {matched} of {compared} match");
}
