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
use made::{
    AUTHORITY, CLIENT, CRITICAL, Case, GOOD, Inner, Issuer, LEAF, NO_ISSUER, NO_OWN_KEY, NO_USE, OLD, ROOT_DAYS,
    SERVER, SIGNS, USAGE, authorities,
};
use modelled::Tally;
use openssl::Workshop;

/// Issuer and serial number, and no key.
const SERIAL: &str = "authorityKeyIdentifier=issuer:always";
const SIGNING: &str = "keyUsage=digitalSignature,keyCertSign";
const UNMARKED: &str = "basicConstraints=CA:TRUE";

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
    Case { issuer: Issuer::RootWith(ROOT_DAYS, &[AUTHORITY, SIGNS, NO_OWN_KEY]), ..GOOD },
    Case { issuer: Issuer::RootWith(ROOT_DAYS, &[AUTHORITY]), ..GOOD },
    Case { issuer: Issuer::RootWith(ROOT_DAYS, &[UNMARKED, SIGNS]), ..GOOD },
    Case { issuer: Issuer::BelowRootWith(ROOT_DAYS, &[UNMARKED, SIGNS]), ..GOOD },
    Case { issuer: Issuer::RootWith(ROOT_DAYS, &[SIGNS]), ..GOOD },
    Case { issuer: Issuer::RootWith(ROOT_DAYS, &[NO_OWN_KEY]), ..GOOD },
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
    let mut tally = Tally::default();
    for case in CASES {
        modelled::answers(&workshop, &mut clients, case).iter().for_each(|answer| tally.hold(answer, case));
    }
    let excepted = modelled::answers(&workshop, &mut clients, &EXCEPTION);
    let strict = excepted.iter().find(|answer| answer.id == "python313").unwrap();
    assert!(!strict.theirs.accepts, "this exception is not needed");
    assert_eq!((strict.outcome, &strict.words), (Outcome::Accepts, &None));
    let Tally { accepted, refused, quoted, differences } = tally;
    assert!(differences.is_empty(), "{} differ:\n{}", differences.len(), differences.join("\n"));
    // What is compared must be worth comparing.
    assert!(accepted > 30 && refused > 50 && quoted > 40, "{accepted} {refused} {quoted}");
}
