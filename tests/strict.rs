//! Clients that are strict about RFC 5280: the model held to Python with the flags that it sets by itself since 3.13.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/crossed.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod crossed;
#[path = "support/handshakes/mod.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod handshakes;
#[path = "support/made.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod made;
#[path = "support/modelled.rs"]
mod modelled;
#[path = "support/openssl.rs"]
mod openssl;
#[path = "support/server.rs"]
mod server;

use certfix::judge::Outcome;
use made::{AUTHORITY, Case, GOOD, Inner, Issuer, LEAF, OLD, SERVER, SIGNS, USAGE, authorities};
use modelled::ours;
use openssl::Workshop;
use server::Server;

/// What `openssl` puts in by itself otherwise.
const NO_ISSUER: &str = "authorityKeyIdentifier=none";
const NO_OWN_KEY: &str = "subjectKeyIdentifier=none";
/// Issuer and serial number, and no key.
const SERIAL: &str = "authorityKeyIdentifier=issuer:always";
const SIGNING: &str = "keyUsage=digitalSignature,keyCertSign";
const CLIENT: &str = "extendedKeyUsage=clientAuth";
const NO_USE: &str = "keyUsage=nonRepudiation";
const CRITICAL: &str = "1.2.3.4=critical,ASN1:NULL";
const UNMARKED: &str = "basicConstraints=CA:TRUE";
const LIFE: (i64, i64) = (-1, 9000);

const BARE: Case = Case { extensions: &[USAGE, SERVER, LEAF, NO_ISSUER], ..GOOD };

const CASES: &[Case] = &[
    GOOD,
    BARE,
    Case { extensions: &[USAGE, SERVER, LEAF, SERIAL], ..GOOD },
    Case { extensions: &[USAGE, SERVER, NO_ISSUER], ..GOOD },
    Case { extensions: &[USAGE, SERVER, LEAF, NO_OWN_KEY], ..GOOD },
    Case { extended: false, ..GOOD },
    // With other faults.
    Case { name: "other.example", ..BARE },
    Case { days: OLD, ..BARE },
    Case { key: "rsa:1024", ..BARE },
    Case { digest: "sha1", ..BARE },
    Case { extensions: &[USAGE, CLIENT, NO_ISSUER], ..GOOD },
    Case { extensions: &[NO_USE, SERVER, NO_ISSUER], ..GOOD },
    Case { extensions: &[USAGE, SERVER, CRITICAL, NO_ISSUER], ..GOOD },
    Case { extensions: &[USAGE, SERVER, "nsCertType=client", NO_ISSUER], ..GOOD },
    Case { inner: Inner::Other, ..BARE },
    Case { inner: Inner::OtherParameters, ..BARE },
    Case { issuer: Issuer::Stranger, ..BARE },
    // keyCertSign.
    Case { extensions: &[SIGNING, SERVER, LEAF], ..GOOD },
    Case { extensions: &[SIGNING, SERVER], ..GOOD },
    Case { extensions: &[SIGNING, SERVER, LEAF, NO_ISSUER], ..GOOD },
    Case { extensions: &[SIGNING, SERVER, NO_ISSUER], ..GOOD },
    Case { extensions: &["keyUsage=keyCertSign", SERVER, LEAF], ..GOOD },
    Case { extensions: &[SIGNING, CLIENT, LEAF], ..GOOD },
    Case { extensions: &[SIGNING, SERVER, CRITICAL], ..GOOD },
    Case { extensions: &[SIGNING, SERVER, LEAF], inner: Inner::Other, ..GOOD },
    Case { extensions: &[SIGNING, SERVER, LEAF], days: OLD, ..GOOD },
    Case { extensions: &[SIGNING, SERVER, LEAF], issuer: Issuer::Own, ..GOOD },
    Case { extensions: &["basicConstraints=CA:FALSE,pathlen:0", USAGE, SERVER], ..GOOD },
    // A CA's.
    Case { extensions: &[AUTHORITY, SIGNING, SERVER], ..GOOD },
    Case { extensions: &[UNMARKED, SIGNING, SERVER], ..GOOD },
    Case { extensions: &[AUTHORITY, SERVER], ..GOOD },
    Case { extensions: &[AUTHORITY, SIGNING, SERVER, NO_OWN_KEY], ..GOOD },
    Case { extensions: &[AUTHORITY, SIGNING, SERVER, NO_ISSUER], ..GOOD },
    Case { extensions: &[AUTHORITY, USAGE, SERVER], ..GOOD },
    Case { extensions: &[UNMARKED, SERVER], issuer: Issuer::Own, ..GOOD },
    Case { extensions: &[UNMARKED, SERVER], issuer: Issuer::OwnBelow, ..GOOD },
    // CAs between.
    Case { issuer: Issuer::Between, ..GOOD },
    Case { issuer: Issuer::Between, ..BARE },
    Case { issuer: Issuer::BetweenWith(&[AUTHORITY, SIGNS, NO_ISSUER]), ..GOOD },
    Case { issuer: Issuer::BetweenWith(&[AUTHORITY, SIGNS, SERIAL]), ..GOOD },
    Case { issuer: Issuer::BetweenWith(&[AUTHORITY, SIGNS, NO_OWN_KEY]), ..GOOD },
    Case { issuer: Issuer::BetweenWith(&[AUTHORITY]), ..GOOD },
    Case { issuer: Issuer::BetweenWith(&[UNMARKED, SIGNS]), ..GOOD },
    Case { issuer: Issuer::BetweenWith(&[SIGNS]), ..GOOD },
    // Roots.
    Case { issuer: Issuer::RootWith(LIFE, &[AUTHORITY, SIGNS, NO_OWN_KEY]), ..GOOD },
    Case { issuer: Issuer::RootWith(LIFE, &[AUTHORITY]), ..GOOD },
    Case { issuer: Issuer::RootWith(LIFE, &[UNMARKED, SIGNS]), ..GOOD },
    Case { issuer: Issuer::BelowRootWith(LIFE, &[UNMARKED, SIGNS]), ..GOOD },
    Case { issuer: Issuer::RootWith(LIFE, &[SIGNS]), ..GOOD },
    Case { issuer: Issuer::RootWith(LIFE, &[NO_OWN_KEY]), ..GOOD },
    // Trusted without being a root.
    Case { issuer: Issuer::Anchored, ..BARE },
    Case { issuer: Issuer::OwnBelow, ..BARE },
    Case { issuer: Issuer::OwnBelow, extensions: &[SIGNING, LEAF], ..GOOD },
    Case { issuer: Issuer::OwnBelow, extensions: &[SIGNING, LEAF, NO_ISSUER], days: OLD, ..GOOD },
    Case { issuer: Issuer::OwnBetween, ..GOOD },
];

/// Where the model is known to be less exact than Python: it is trusted itself, and the CA that signed it came along. OpenSSL then
/// looks at it as at any other that a CA signed.
const EXCEPTION: Case = Case { issuer: Issuer::OwnBetween, ..BARE };

#[test]
fn python_answers_as_its_models() {
    let workshop = Workshop::new();
    authorities(&workshop);
    let is_python = |client: &handshakes::Client| client.id.starts_with("python");
    let mut clients: Vec<_> = handshakes::all(workshop.folder()).into_iter().filter(is_python).collect();
    let (mut accepted, mut refused, mut quoted) = (0, 0, 0);
    let mut differences = Vec::new();
    for case in CASES {
        let root = case.make(&workshop);
        let server = Server::start(&workshop, &format!("{} -key leaf.key -www -cipher ALL:@SECLEVEL=0", case.sent()));
        for client in &mut clients {
            let theirs = client.ask(server.port(), &workshop.file(root));
            let (outcome, words) = ours(&workshop, root, client.id);
            accepted += usize::from(theirs.accepts);
            refused += usize::from(!theirs.accepts);
            quoted += usize::from(words.is_some());
            if theirs.accepts != (outcome == Outcome::Accepts)
                || words.as_ref().is_some_and(|words| !theirs.said.contains(words))
            {
                let said = theirs.said;
                differences.push(format!("{} {}: {outcome:?}, {words:?}; really {said}", client.id, case.describe()));
            }
        }
    }
    let root = EXCEPTION.make(&workshop);
    let server = Server::start(&workshop, &format!("{} -key leaf.key -www", EXCEPTION.sent()));
    let strict = clients.iter_mut().find(|client| client.id == "python313").unwrap();
    assert!(!strict.ask(server.port(), &workshop.file(root)).accepts, "this exception is not needed");
    assert_eq!(ours(&workshop, root, strict.id), (Outcome::Accepts, None));
    assert!(differences.is_empty(), "{} differ:\n{}", differences.len(), differences.join("\n"));
    // What is compared must be worth comparing.
    assert!(accepted > 30 && refused > 50 && quoted > 40, "{accepted} {refused} {quoted}");
}
