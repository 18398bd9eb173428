//! What clients demand of key, signature, usage, form and chain, and what they say: the models held to real programs.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/asked.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod asked;
#[path = "support/crossed.rs"]
mod crossed;
#[path = "support/handshakes/mod.rs"]
mod handshakes;
#[path = "support/hello.rs"]
mod hello;
#[path = "support/made.rs"]
mod made;
#[path = "support/modelled.rs"]
mod modelled;
#[path = "support/openssl.rs"]
mod openssl;
#[path = "support/sans.rs"]
mod sans;
#[path = "support/server.rs"]
mod server;

use std::path::Path;

use certfix::clients::{Client, KeyFamily};
use certfix::judge::Outcome;
use made::{
    AUTHORITY, CLIENT, CRITICAL, Case, GOOD, Inner, Issuer, LEAF, NO_USE, OLD, ROOT_DAYS, SERVER, SIGNS, USAGE,
    authorities,
};
use modelled::Tally;
use openssl::Workshop;
use server::Server;

const ANY: &str = "extendedKeyUsage=anyExtendedKeyUsage";
/// A second keyUsage.
const REPEATED: &str = "2.5.29.15=DER:03020780";
/// For TLS clients alone.
const FOR_CLIENTS: Issuer = Issuer::BetweenWith(&[AUTHORITY, SIGNS, CLIENT]);

/// In signatures of the CA.
const DIGESTS: [&str; 10] =
    ["md5", "sha1", "ripemd160", "sha224", "sha384", "sha512", "sha512-224", "sha512-256", "sha3-256", "sha3-512"];

const CASES: &[Case] = &[
    GOOD,
    // Keys.
    Case { key: "rsa:1016", ..GOOD },
    Case { key: "rsa:1024", ..GOOD },
    Case { key: "rsa:1536", ..GOOD },
    Case { key: "rsa:1962", ..GOOD },
    Case { key: "rsa:1963", ..GOOD },
    Case { key: "rsa:2040", ..GOOD },
    Case { key: "rsa:2041", ..GOOD },
    Case { key: "rsa:2047", ..GOOD },
    Case { key: "ec:P-256", ..GOOD },
    Case { key: "ec:P-384", ..GOOD },
    Case { key: "ec:P-521", ..GOOD },
    Case { key: "ec:P-224", extensions: &["keyUsage=digitalSignature", SERVER], ..GOOD },
    Case { key: "ec:secp256k1", extensions: &["keyUsage=digitalSignature", SERVER], ..GOOD },
    Case { key: "ec:brainpoolP256r1", extensions: &["keyUsage=digitalSignature", SERVER], ..GOOD },
    Case { key: "ed25519", extensions: &["keyUsage=digitalSignature", SERVER], ..GOOD },
    Case { key: "RSA-PSS", extensions: &["keyUsage=digitalSignature", SERVER], ..GOOD },
    Case { key: "ed448", extensions: &["keyUsage=digitalSignature", SERVER], ..GOOD },
    // Purposes.
    Case { extensions: &[USAGE, LEAF], ..GOOD },
    Case { extensions: &[USAGE, CLIENT], ..GOOD },
    Case { extensions: &[USAGE, ANY], ..GOOD },
    Case { extensions: &[USAGE, "extendedKeyUsage=emailProtection"], ..GOOD },
    Case { extensions: &[USAGE, "extendedKeyUsage=msSGC,nsSGC"], ..GOOD },
    Case { extensions: &[USAGE, "extendedKeyUsage=clientAuth,serverAuth"], ..GOOD },
    // Usages.
    Case { extensions: &[SERVER], ..GOOD },
    Case { extensions: &["keyUsage=digitalSignature", SERVER], ..GOOD },
    Case { extensions: &["keyUsage=keyEncipherment", SERVER], ..GOOD },
    Case { extensions: &["keyUsage=dataEncipherment", SERVER], ..GOOD },
    Case { extensions: &["keyUsage=keyCertSign,cRLSign", SERVER], ..GOOD },
    Case { extensions: &[NO_USE, SERVER], ..GOOD },
    Case { key: "ec:P-256", extensions: &["keyUsage=keyAgreement", SERVER], ..GOOD },
    Case { key: "ec:P-256", extensions: &["keyUsage=keyEncipherment", SERVER], ..GOOD },
    Case { key: "ec:P-256", extensions: &[NO_USE, SERVER], ..GOOD },
    Case { extensions: &[USAGE, SERVER, "nsCertType=client"], ..GOOD },
    Case { extensions: &[USAGE, SERVER, "nsCertType=server,email"], ..GOOD },
    Case { extensions: &[USAGE, CLIENT, "nsCertType=client"], ..GOOD },
    Case { extensions: &[USAGE, SERVER, "nsCertType=client"], name: "other.example", ..GOOD },
    Case { extensions: &[USAGE, SERVER, "nsCertType=client"], days: OLD, ..GOOD },
    Case { extensions: &["nsCertType=client"], issuer: Issuer::Own, ..GOOD },
    Case { issuer: Issuer::BetweenWith(&[AUTHORITY, SIGNS, "nsCertType=client"]), ..GOOD },
    // Forms.
    Case { extensions: &[USAGE, SERVER, AUTHORITY], ..GOOD },
    Case { extensions: &["keyUsage=digitalSignature,keyCertSign", SERVER, AUTHORITY], ..GOOD },
    Case { extensions: &[USAGE, SERVER, CRITICAL], ..GOOD },
    Case { extended: false, ..GOOD },
    Case { extensions: &[USAGE, SERVER, REPEATED], ..GOOD },
    Case { issuer: Issuer::Nameless, ..GOOD },
    // Life.
    Case { days: OLD, ..GOOD },
    Case { days: (100, 400), ..GOOD },
    // Algorithms that differ inside.
    Case { inner: Inner::Other, ..GOOD },
    Case { inner: Inner::OtherParameters, ..GOOD },
    Case { inner: Inner::Other, issuer: Issuer::Own, ..GOOD },
    Case { inner: Inner::OtherParameters, issuer: Issuer::Own, ..GOOD },
    Case { inner: Inner::Other, issuer: Issuer::Stranger, ..GOOD },
    Case { inner: Inner::Other, key: "rsa:1024", ..GOOD },
    Case { inner: Inner::Other, days: OLD, ..GOOD },
    Case { inner: Inner::Other, name: "other.example", ..GOOD },
    Case { inner: Inner::Other, extensions: &[USAGE, CLIENT], ..GOOD },
    Case { inner: Inner::Other, extensions: &[NO_USE, SERVER], ..GOOD },
    Case { inner: Inner::Other, extensions: &[USAGE, SERVER, CRITICAL], ..GOOD },
    Case { inner: Inner::Other, extensions: &[USAGE, SERVER, AUTHORITY], ..GOOD },
    Case { issuer: Issuer::MixedBetween, ..GOOD },
    // Chains.
    Case { issuer: Issuer::Stranger, ..GOOD },
    Case { issuer: Issuer::Between, ..GOOD },
    Case { issuer: Issuer::Missing, ..GOOD },
    Case { issuer: Issuer::MissingAbove, ..GOOD },
    Case { issuer: Issuer::WeakBetween, ..GOOD },
    Case { issuer: Issuer::OldBetween, ..GOOD },
    Case { issuer: Issuer::WeakRoot, ..GOOD },
    Case { issuer: FOR_CLIENTS, ..GOOD },
    Case { issuer: Issuer::BetweenWith(&[AUTHORITY, SIGNS, SERVER]), ..GOOD },
    Case { issuer: Issuer::BetweenWith(&[AUTHORITY, SIGNS, ANY]), ..GOOD },
    Case { issuer: Issuer::BetweenWith(&[AUTHORITY, SIGNS, "extendedKeyUsage=msSGC"]), ..GOOD },
    Case { issuer: Issuer::BetweenWith(&[AUTHORITY, SIGNS, "extendedKeyUsage=nsSGC,clientAuth"]), ..GOOD },
    Case { issuer: Issuer::BetweenWith(&[AUTHORITY, SIGNS, CRITICAL]), ..GOOD },
    Case { issuer: Issuer::BetweenWith(&[AUTHORITY]), ..GOOD },
    Case { issuer: Issuer::BetweenWith(&[AUTHORITY, "keyUsage=digitalSignature"]), ..GOOD },
    Case { issuer: Issuer::BetweenWith(&[SIGNS]), ..GOOD },
    Case { issuer: Issuer::BetweenWith(&[SIGNS, LEAF]), ..GOOD },
    Case { issuer: Issuer::BetweenWith(&["subjectKeyIdentifier=hash"]), ..GOOD },
    Case { issuer: Issuer::BetweenWith(&[AUTHORITY, "nameConstraints=excluded;DNS:localhost"]), ..GOOD },
    Case { issuer: Issuer::EndedBetween, ..GOOD },
    Case { issuer: Issuer::Sent, ..GOOD },
    // Trusted without being a root.
    Case { issuer: Issuer::Anchored, ..GOOD },
    Case { issuer: Issuer::AnchoredMissing, ..GOOD },
    Case { issuer: Issuer::BothTrusted, ..GOOD },
    Case { issuer: Issuer::OwnBelow, ..GOOD },
    Case { issuer: Issuer::OwnBetween, ..GOOD },
    Case { issuer: Issuer::OwnBelow, days: OLD, ..GOOD },
    Case { issuer: Issuer::OwnBelow, days: (100, 400), ..GOOD },
    Case { issuer: Issuer::OwnBetween, days: OLD, ..GOOD },
    Case { issuer: Issuer::OwnBelow, extensions: &[USAGE, CLIENT], ..GOOD },
    Case { issuer: Issuer::OwnBelow, name: "other.example", ..GOOD },
    Case { issuer: Issuer::OwnBelow, digest: "sha1", ..GOOD },
    Case { issuer: Issuer::OwnBelow, key: "rsa:1024", ..GOOD },
    Case { issuer: Issuer::OwnBelow, extensions: &[NO_USE], ..GOOD },
    Case { issuer: Issuer::OwnBelow, extensions: &[CRITICAL], ..GOOD },
    Case { issuer: Issuer::OwnBelow, inner: Inner::Other, ..GOOD },
    Case { issuer: Issuer::Anchored, days: OLD, ..GOOD },
    // Roots.
    Case { issuer: Issuer::RootWith(ROOT_DAYS, &[AUTHORITY, SIGNS]), ..GOOD },
    Case { issuer: Issuer::BelowRootWith(ROOT_DAYS, &[AUTHORITY, SIGNS]), ..GOOD },
    Case { issuer: Issuer::RootWith(OLD, &[AUTHORITY, SIGNS]), ..GOOD },
    Case { issuer: Issuer::BelowRootWith(OLD, &[AUTHORITY, SIGNS]), ..GOOD },
    Case { issuer: Issuer::RootWith((100, 400), &[AUTHORITY, SIGNS]), ..GOOD },
    Case { issuer: Issuer::BelowRootWith((100, 400), &[AUTHORITY, SIGNS]), ..GOOD },
    Case { issuer: Issuer::RootWith(ROOT_DAYS, &[LEAF, SIGNS]), ..GOOD },
    Case { issuer: Issuer::BelowRootWith(ROOT_DAYS, &[LEAF, SIGNS]), ..GOOD },
    Case { issuer: Issuer::RootWith(ROOT_DAYS, &[SIGNS]), ..GOOD },
    Case { issuer: Issuer::BelowRootWith(ROOT_DAYS, &[SIGNS]), ..GOOD },
    Case { issuer: Issuer::RootWith(ROOT_DAYS, &["subjectKeyIdentifier=hash"]), ..GOOD },
    Case { issuer: Issuer::BelowRootWith(ROOT_DAYS, &["subjectKeyIdentifier=hash"]), ..GOOD },
    Case { issuer: Issuer::RootWith(ROOT_DAYS, &[AUTHORITY, "keyUsage=digitalSignature"]), ..GOOD },
    Case { issuer: Issuer::BelowRootWith(ROOT_DAYS, &[AUTHORITY, "keyUsage=digitalSignature"]), ..GOOD },
    Case { issuer: Issuer::RootWith(ROOT_DAYS, &["basicConstraints=CA:TRUE,pathlen:0", SIGNS]), ..GOOD },
    Case { issuer: Issuer::BelowRootWith(ROOT_DAYS, &["basicConstraints=CA:TRUE,pathlen:0", SIGNS]), ..GOOD },
    Case { issuer: Issuer::RootWith(ROOT_DAYS, &[AUTHORITY, SIGNS, CLIENT]), ..GOOD },
    Case { issuer: Issuer::BelowRootWith(ROOT_DAYS, &[AUTHORITY, SIGNS, CLIENT]), ..GOOD },
    Case { issuer: Issuer::RootWith(ROOT_DAYS, &[AUTHORITY, SIGNS, ANY]), ..GOOD },
    Case { issuer: Issuer::BelowRootWith(ROOT_DAYS, &[AUTHORITY, SIGNS, ANY]), ..GOOD },
    Case { issuer: Issuer::RootWith(ROOT_DAYS, &[AUTHORITY, SIGNS, "extendedKeyUsage=msSGC"]), ..GOOD },
    Case { issuer: Issuer::BelowRootWith(ROOT_DAYS, &[AUTHORITY, SIGNS, "extendedKeyUsage=msSGC"]), ..GOOD },
    Case { issuer: Issuer::RootWith(ROOT_DAYS, &[AUTHORITY, SIGNS, CRITICAL]), ..GOOD },
    Case { issuer: Issuer::BelowRootWith(ROOT_DAYS, &[AUTHORITY, SIGNS, CRITICAL]), ..GOOD },
    Case {
        issuer: Issuer::RootWith(ROOT_DAYS, &[AUTHORITY, SIGNS, "nameConstraints=permitted;DNS:example.org"]),
        ..GOOD
    },
    Case {
        issuer: Issuer::BelowRootWith(ROOT_DAYS, &[AUTHORITY, SIGNS, "nameConstraints=permitted;DNS:example.org"]),
        ..GOOD
    },
    Case { issuer: Issuer::MixedRoot, ..GOOD },
    Case { issuer: Issuer::OldRoot, ..GOOD },
    Case { issuer: Issuer::BelowOldRoot, ..GOOD },
    Case { days: OLD, issuer: Issuer::RootWith(OLD, &[AUTHORITY, SIGNS]), ..GOOD },
    Case { name: "other.example", issuer: Issuer::RootWith(OLD, &[AUTHORITY, SIGNS]), ..GOOD },
    // Self-signed.
    Case { issuer: Issuer::OwnOlder, ..GOOD },
    Case { issuer: Issuer::Own, ..GOOD },
    Case { issuer: Issuer::OwnStranger, ..GOOD },
    Case { issuer: Issuer::Own, days: OLD, ..GOOD },
    Case { issuer: Issuer::Own, days: (100, 400), ..GOOD },
    Case { issuer: Issuer::Own, days: OLD, name: "other.example", ..GOOD },
    Case { issuer: Issuer::Own, days: OLD, extensions: &[CLIENT], ..GOOD },
    Case { issuer: Issuer::Own, name: "other.example", ..GOOD },
    Case { issuer: Issuer::OwnStranger, days: OLD, ..GOOD },
    Case { issuer: Issuer::Nameless, days: OLD, ..GOOD },
    Case { issuer: Issuer::Own, extensions: &[AUTHORITY], ..GOOD },
    Case { issuer: Issuer::Own, digest: "sha1", ..GOOD },
    Case { issuer: Issuer::Own, key: "rsa:1024", ..GOOD },
    Case { issuer: Issuer::Own, extensions: &[CLIENT], ..GOOD },
    Case { issuer: Issuer::Own, extensions: &[NO_USE], ..GOOD },
    Case { issuer: Issuer::Own, extensions: &[CRITICAL], ..GOOD },
    Case { issuer: Issuer::Own, extensions: &[USAGE, REPEATED], ..GOOD },
    // What comes first of two.
    Case { name: "other.example", ..GOOD },
    Case { name: "other.example", days: OLD, ..GOOD },
    Case { name: "other.example", issuer: Issuer::Stranger, ..GOOD },
    Case { name: "other.example", key: "rsa:1024", ..GOOD },
    Case { name: "other.example", digest: "sha1", ..GOOD },
    Case { name: "other.example", extensions: &[USAGE, CLIENT], ..GOOD },
    Case { name: "other.example", extensions: &[NO_USE, SERVER], ..GOOD },
    Case { name: "other.example", extensions: &[USAGE, SERVER, CRITICAL], ..GOOD },
    Case { name: "other.example", extensions: &[USAGE, SERVER, AUTHORITY], ..GOOD },
    Case { days: OLD, issuer: Issuer::Stranger, ..GOOD },
    Case { days: OLD, key: "rsa:1024", ..GOOD },
    Case { days: OLD, digest: "sha1", ..GOOD },
    Case { days: OLD, extensions: &[USAGE, CLIENT], ..GOOD },
    Case { days: OLD, extensions: &[NO_USE, SERVER], ..GOOD },
    Case { days: OLD, extensions: &[USAGE, SERVER, CRITICAL], ..GOOD },
    Case { days: OLD, extensions: &[USAGE, SERVER, AUTHORITY], ..GOOD },
    Case { issuer: Issuer::Stranger, key: "rsa:1024", ..GOOD },
    Case { issuer: Issuer::Stranger, digest: "sha1", ..GOOD },
    Case { issuer: Issuer::Stranger, extensions: &[USAGE, CLIENT], ..GOOD },
    Case { issuer: Issuer::Stranger, extensions: &[NO_USE, SERVER], ..GOOD },
    Case { issuer: Issuer::Stranger, extensions: &[USAGE, SERVER, CRITICAL], ..GOOD },
    Case { issuer: Issuer::Stranger, extensions: &[USAGE, SERVER, AUTHORITY], ..GOOD },
    Case { key: "rsa:1024", digest: "sha1", ..GOOD },
    Case { key: "rsa:1024", extensions: &[USAGE, CLIENT], ..GOOD },
    Case { key: "rsa:1024", extensions: &[NO_USE, SERVER], ..GOOD },
    Case { key: "rsa:1024", extensions: &[USAGE, SERVER, CRITICAL], ..GOOD },
    Case { digest: "sha1", extensions: &[USAGE, CLIENT], ..GOOD },
    Case { extensions: &[NO_USE, CLIENT], ..GOOD },
    Case { extensions: &[USAGE, CLIENT, CRITICAL], ..GOOD },
    Case { extensions: &[USAGE, CLIENT, AUTHORITY], ..GOOD },
];

/// What some programs understand, marked critical.
const CRITICALS: &[&str] = &[
    "nameConstraints=critical,permitted;DNS:localhost",
    "crlDistributionPoints=critical,URI:http://example.com/a.crl",
    "certificatePolicies=critical,1.2.3.4",
    "certificatePolicies=critical,2.5.29.32.0",
    "policyMappings=critical,1.2.3.4:1.2.3.5",
    "policyConstraints=critical,inhibitPolicyMapping:0",
    "inhibitAnyPolicy=critical,0",
    "nsCertType=critical,server,sslCA",
    "authorityInfoAccess=critical,OCSP;URI:http://example.com/",
    "subjectKeyIdentifier=critical,hash",
    "authorityKeyIdentifier=critical,issuer:always",
    "issuerAltName=critical,DNS:example.com",
    "noCheck=critical,ignored",
];

/// Each of them in a server's certificate, in a CA's and in a root's.
fn critical_cases() -> Vec<Case> {
    let three = |critical: &'static str| {
        let authority: &[_] = vec![AUTHORITY, SIGNS, critical].leak();
        [
            Case { extensions: vec![USAGE, SERVER, critical].leak(), ..GOOD },
            Case { issuer: Issuer::BetweenWith(authority), ..GOOD },
            Case { issuer: Issuer::RootWith(ROOT_DAYS, authority), ..GOOD },
        ]
    };
    CRITICALS.iter().copied().flat_map(three).collect()
}

/// Where a model is known to be less exact than its program, and why.
const EXCEPTIONS: &[(&str, Issuer, &str)] =
    &[("rustls", Issuer::OwnOlder, "a root is a name and a key to it, to the others a certificate")];

#[test]
fn clients_answer_as_their_models() {
    let workshop = Workshop::new();
    authorities(&workshop);
    let mut clients = handshakes::all(workshop.folder());
    let mut tally = Tally::default();
    let digests = DIGESTS.map(|digest| Case { digest, ..GOOD });
    for case in CASES.iter().chain(&digests).chain(&critical_cases()).chain(&sans::cases()).chain(&crossed::cases()) {
        for answer in modelled::answers(&workshop, &mut clients, case) {
            if EXCEPTIONS.iter().any(|(id, issuer, _)| *id == answer.id && *issuer == case.issuer) {
                let is_needed = answer.theirs.accepts && answer.outcome == Outcome::Refuses;
                assert!(is_needed, "this exception is not needed: {}", answer.id);
                tally.count(&answer);
            } else {
                tally.hold(&answer, case);
            }
        }
    }
    let Tally { accepted, refused, quoted, differences } = tally;
    assert!(differences.is_empty(), "{} differ:\n{}", differences.len(), differences.join("\n"));
    // What is compared must be worth comparing.
    assert!(accepted > 150 && refused > 300 && quoted > 200, "{accepted} {refused} {quoted}");
}

/// What `openssl s_server` is told, and of how many clients it is certain that they do and do not reach it.
const SERVERS: &[(&str, (usize, usize))] = &[
    ("-serverpref", (10, 0)),
    ("-tls1_3", (9, 1)),
    ("-tls1_2", (10, 0)),
    ("-tls1_1", (1, 3)),
    ("-tls1", (1, 3)),
    ("-no_tls1_2 -no_tls1_3", (1, 3)),
    ("-cipher AES128-SHA:@SECLEVEL=0 -tls1", (1, 3)),
];

#[test]
fn clients_reach_the_servers_that_share_a_version_with_them() {
    let workshop = Workshop::new();
    authorities(&workshop);
    let root = workshop.file(GOOD.make(&workshop));
    let mut clients = handshakes::all(workshop.folder());
    for (told, expected) in SERVERS {
        let server =
            Server::start(&workshop, &format!("-cert leaf.pem -key leaf.key -www -cipher ALL:@SECLEVEL=0 {told}"));
        // With which words depends on the alert.
        assert_eq!(certain(&mut clients, server.port(), &root, |_, _| true), *expected, "{told}");
    }
    let server = handshakes::OldServer::start(workshop.folder());
    let is_said = |words: Option<&str>, said: &str| words.is_some_and(|words| said.contains(words));
    assert_eq!(certain(&mut clients, server.port(), &root, is_said), (1, 3), "the old server");
}

/// Of how many clients it is certain that they do and do not reach the server. Wherever it is certain it has to be right.
fn certain(
    clients: &mut [handshakes::Client],
    port: u16,
    root: &Path,
    is_said: impl Fn(Option<&str>, &str) -> bool,
) -> (usize, usize) {
    let ids: Vec<&str> = clients.iter().map(|client| client.id).collect();
    let mut check = asked::certfix(&["check", &format!("tls://localhost:{port}"), "--connect", "127.0.0.1"]);
    check.args(["--format", "json", "--client", &ids.join(","), "--ca-file"]).arg(root);
    let answer = asked::answer(check.output().unwrap());
    let seen = answer.only();
    let verdicts = seen.certificates[0]["verdicts"].as_array().unwrap();
    let (mut reaching, mut turned_away) = (0, 0);
    for client in clients {
        let verdict = verdicts.iter().find(|verdict| verdict["client"] == client.id).unwrap();
        let theirs = client.ask(port, root);
        if verdict["certainty"] == "inferred" {
            continue;
        }
        assert_eq!(verdict["outcome"] == "accepts", theirs.accepts, "{verdict:#}: {}", theirs.said);
        if theirs.accepts {
            reaching += 1;
        } else {
            assert!(is_said(verdict["message"].as_str(), &theirs.said), "{verdict:#}: {}", theirs.said);
            turned_away += 1;
        }
    }
    (reaching, turned_away)
}

#[test]
fn clients_offer_to_check_no_signature_of_a_kind_that_has_no_name() {
    let workshop = Workshop::new();
    authorities(&workshop);
    let root = workshop.file(GOOD.make(&workshop));
    for client in &mut handshakes::all(workshop.folder()) {
        let offers = hello::offers(|port| drop(client.ask(port, &root)));
        let (new, others): (Vec<u16>, Vec<u16>) = offers.iter().partition(|scheme| (0x0904..=0x0906).contains(*scheme));
        // RSA, DSA and ECDSA as TLS 1.2 pairs them with digests; RSASSA-PSS, Ed25519, Ed448 and Brainpool's curves.
        let is_named = |scheme: &u16| matches!(scheme, 0x0201..=0x0603 | 0x0804..=0x080b | 0x081a..=0x081c);
        assert!(!others.is_empty() && others.iter().all(is_named), "{}: {offers:04x?}", client.id);
        let refused = Client::find(client.id).unwrap().demands.refused_keys;
        assert_eq!(new.is_empty(), refused.contains(&KeyFamily::MlDsa), "{}: {offers:04x?}", client.id);
    }
}
