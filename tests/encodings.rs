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
use std::process::{Command, Stdio};

use certfix::clients::Client;
use certfix::facts::{Certificate, Evidence, Moment, Source, Target, TrustStore};
use certfix::judge::{Outcome, Panel, judge};
use certfix::rules::{Authority, Context};
use openssl::Workshop;
use presenter::Presenter;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use spoilt::{Maker, Spoilt, WRONG_TAGS, cases, organization};

const CODE: &str = "malformed-encoding";

#[test]
fn clients_refuse_the_encodings_that_their_models_do() {
    let workshop = Workshop::new();
    let maker = Maker::new(&workshop);
    let key = fs::read(workshop.file("leaf.p8")).unwrap();
    let server = Presenter::start(PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key)));
    let mut clients = handshakes::all(workshop.folder());
    // It minds what all of these leave out.
    clients.retain(|client| client.id != "python313");
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

/// Programs that read what certfix calls no certificate: field, tag, client.
const READ_ALL_THE_SAME: &[(&[usize], u8, &str)] =
    &[(&[1], 0x82, "mbedtls"), (&[7], 0xa4, "jsse"), (&[7, 0, 0], 0x31, "jsse")];

#[test]
fn clients_read_no_certificate_that_certfix_does_not() {
    let workshop = Workshop::new();
    let maker = Maker::new(&workshop);
    let key = fs::read(workshop.file("leaf.p8")).unwrap();
    let server = Presenter::start(PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key)));
    let mut clients = handshakes::all(workshop.folder());
    for (path, tag) in WRONG_TAGS.iter().flat_map(|(path, tags)| tags.iter().map(move |tag| (*path, *tag))) {
        let [leaf, root] = maker.make(&Spoilt::Tag(path, tag));
        let said = Certificate::from_der(&leaf).unwrap_err();
        assert!(said.contains("the ") && !said.contains("nom"), "{path:?} {tag:#x}: {said}");
        server.present(&leaf);
        fs::write(workshop.file("root.pem"), pem::encode(&pem::Pem::new("CERTIFICATE", &*root))).unwrap();
        for client in &mut clients {
            let accepts = client.ask(server.port(), &workshop.file("root.pem")).accepts;
            assert_eq!(accepts, READ_ALL_THE_SAME.contains(&(path, tag, client.id)), "{path:?} {tag:#x} {}", client.id);
        }
    }
}

#[test]
fn finds_nothing_in_what_is_encoded_as_it_must_be() {
    let workshop = Workshop::new();
    let [leaf, root] = Maker::new(&workshop).make(&Spoilt::Nothing);
    assert_eq!(ours(&leaf, &root, "openssl"), (Outcome::Accepts, false));
}

#[test]
fn what_is_written_can_be_read() {
    let workshop = Workshop::new();
    let maker = Maker::new(&workshop);
    let mut readable = 0;
    for case in cases().into_iter().filter(|case| matches!(case, Spoilt::Subject(_))) {
        write(&workshop, "old.pem", "CERTIFICATE", maker.make(&case)[0].clone());
        for (command, file) in [
            ("fix old.pem", "request.csr"),
            ("csr --from old.pem", "request.csr"),
            ("self-signed --from old.pem", "cert.pem"),
        ] {
            let store = format!("store{readable}");
            match certfix(&workshop, &format!("{command} --fqdn mail.contoso.com --key p-256 --store {store}")) {
                Ok(_) => {
                    assert!(is_read(&workshop, &format!("{store}/mail.contoso.com/{file}")), "{command}: {case:x?}");
                    readable += 1;
                }
                Err(said) => assert!(said.contains("hint: ") && is_no_attribute(&case), "{command}: {case:x?} {said}"),
            }
        }
    }
    assert!(readable > 100, "{readable}");
}

#[test]
fn latin_1_in_a_utf8_string_is_written_as_what_it_means() {
    let workshop = Workshop::new();
    let case = Spoilt::Subject(organization(12, b"Contos\xf6"));
    write(&workshop, "old.pem", "CERTIFICATE", Maker::new(&workshop).make(&case)[0].clone());
    let said = certfix(&workshop, "fix old.pem --fqdn mail.contoso.com --key p-256 --store store").unwrap();
    assert!(said.contains("written anew") && said.contains("O=Contosö"), "{said}");
    let shown = workshop.run("req -in store/mail.contoso.com/request.csr -noout -subject -nameopt utf8,sep_comma_plus");
    assert_eq!(String::from_utf8(shown).unwrap().trim(), "subject=O=Contosö,CN=mail.contoso.com");
}

#[test]
fn the_private_ca_signs_what_can_be_read() {
    let workshop = Workshop::new();
    let maker = Maker::new(&workshop);
    certfix(&workshop, "ca init Contoso --key p-256 --plain-key --store store").unwrap();
    let (mut signed, mut refused) = (0, 0);
    for case in cases() {
        let Spoilt::Subject(rdn) = &case else { continue };
        write(&workshop, "new.csr", "CERTIFICATE REQUEST", maker.request(rdn));
        match certfix(&workshop, &format!("ca sign new.csr --yes --store store -o {signed}.pem")) {
            Ok(_) => {
                assert!(is_read(&workshop, &format!("{signed}.pem")), "{case:x?}");
                signed += 1;
            }
            Err(said) => {
                assert!(
                    said.contains("not encoded as programs read it") && said.contains("hint: "),
                    "{case:x?} {said}"
                );
                refused += 1;
            }
        }
    }
    assert!(signed > 10 && refused > 10, "{signed} {refused}");
}

/// Of which nobody can tell what it was meant to be.
fn is_no_attribute(case: &Spoilt) -> bool {
    matches!(case, Spoilt::Subject(rdn) if rdn.ends_with(b"\x06\x03\x55\x04\x0a"))
}

fn write(workshop: &Workshop, file: &str, label: &str, der: Vec<u8>) {
    fs::write(workshop.file(file), pem::encode(&pem::Pem::new(label, der))).unwrap();
}

/// What it says when all goes well, and what when not.
fn certfix(workshop: &Workshop, arguments: &str) -> Result<String, String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_certfix"));
    command.args(arguments.split(' ')).args(["--at", "2026-11-22"]).env_remove("CERTFIX_STORE");
    let output = command.current_dir(workshop.folder()).stdin(Stdio::null()).output().unwrap();
    let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    if output.status.success() { Ok(text) } else { Err(text) }
}

/// Whether OpenSSL and GnuTLS read it.
fn is_read(workshop: &Workshop, file: &str) -> bool {
    let (openssl, gnutls) = if file.ends_with("csr") { ("req", "--crq-info") } else { ("x509", "--certificate-info") };
    let reads = |program: &str, arguments: &[&str]| {
        let mut command = Command::new(program);
        command.args(arguments).arg(file).current_dir(workshop.folder()).stdin(Stdio::null());
        let output = command.output().unwrap();
        output.status.success() && !String::from_utf8_lossy(&output.stderr).contains("error")
    };
    reads("openssl", &[openssl, "-noout", "-subject", "-in"]) && reads("certtool", &[gnutls, "--infile"])
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
