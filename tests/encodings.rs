//! Strings, numbers and times that are encoded in odd ways: the models held to what real programs make of them.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/handshakes/mod.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod handshakes;
#[path = "support/openssl.rs"]
mod openssl;
#[path = "support/handshakes/presenter.rs"]
mod presenter;
#[path = "support/spoilt.rs"]
mod spoilt;

use std::fs;

use certfix::clients::Client;
use certfix::facts::{Certificate, Evidence, Moment, Source, Target, TrustStore};
use certfix::judge::{Outcome, Panel, judge};
use certfix::rules::{Authority, Context};
use openssl::Workshop;
use presenter::Presenter;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use spoilt::{Maker, Spoilt, cases};

const CODE: &str = "malformed-encoding";

#[test]
fn clients_refuse_the_encodings_that_their_models_do() {
    let workshop = Workshop::new();
    let maker = Maker::new(&workshop);
    let key = fs::read(workshop.file("leaf.p8")).unwrap();
    let server = Presenter::start(PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key)));
    let mut clients = handshakes::all(workshop.folder());
    let (mut accepted, mut refused) = (0, 0);
    let mut differences = Vec::new();
    for case in cases() {
        let [leaf, root] = maker.make(&case);
        server.present(&leaf);
        fs::write(workshop.file("root.pem"), pem::encode(&pem::Pem::new("CERTIFICATE", &*root))).unwrap();
        for client in &mut clients {
            let theirs = client.ask(server.port(), &workshop.file("root.pem"));
            let (ours, found) = ours(&leaf, &root, client.id);
            accepted += usize::from(theirs.accepts);
            refused += usize::from(!theirs.accepts);
            if theirs.accepts != (ours == Outcome::Accepts) || found != (ours != Outcome::Accepts) {
                differences.push(format!("{} {case:x?}: {ours:?}, found {found}; really {}", client.id, theirs.said));
            }
        }
    }
    assert!(differences.is_empty(), "{} differ:\n{}", differences.len(), differences.join("\n"));
    // What is compared must be worth comparing.
    assert!(accepted > 300 && refused > 300, "{accepted} {refused}");
}

#[test]
fn finds_nothing_in_what_is_encoded_as_it_must_be() {
    let workshop = Workshop::new();
    let [leaf, root] = Maker::new(&workshop).make(&Spoilt::Nothing);
    assert_eq!(ours(&leaf, &root, "openssl"), (Outcome::Accepts, false));
}

/// What the model does, and whether the rule says why.
fn ours(leaf: &[u8], root: &[u8], id: &str) -> (Outcome, bool) {
    let mut evidence = Evidence::new(Source::Live("localhost".to_owned()));
    evidence.certificates.push(Certificate::from_der(leaf).unwrap());
    let trust = TrustStore::new(vec![Certificate::from_der(root).unwrap()]);
    let (now, target) = (Moment::parse("2026-11-22").unwrap(), Target::typed(b"localhost"));
    let ctx = Context { now, authority: Authority::Private, target: Some(&target), trust: Some(&trust) };
    let (panel, subjects) = (Panel::new(&[Client::find(id).unwrap()], None), evidence.subjects());
    let report = judge(&subjects[0], &panel, &ctx);
    let found = report.findings.iter().any(|finding| finding.rule.code == CODE && !finding.clients.is_empty());
    (report.verdicts[0].outcome, found)
}
