//! What clients demand of key, signature, usage, form and chain, and what they say: the models held to real programs.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/handshakes/mod.rs"]
mod handshakes;
#[path = "support/openssl.rs"]
mod openssl;
#[path = "support/server.rs"]
mod server;

use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

use certfix::clients::{Client, Mark};
use certfix::facts::{Item, Moment, Source, Target, TrustStore};
use certfix::input::read_file;
use certfix::judge::{Outcome, Panel, judge};
use certfix::rules::{Authority, Context};
use openssl::Workshop;
use server::Server;

/// Who signs.
#[derive(Clone, Copy, PartialEq)]
enum Issuer {
    /// A good root, which is trusted.
    Root,
    /// The same, and another is trusted.
    Stranger,
    /// A good CA below the good root.
    Between,
    /// The same, which the server does not send.
    Missing,
    /// A CA with a key of RSA 1024 below the good root.
    WeakBetween,
    /// A CA below the good root whose own certificate is signed over SHA-1.
    OldBetween,
    /// A CA below the good root that is for TLS clients alone.
    ClientBetween,
    /// A CA below the good root whose life is over.
    EndedBetween,
    /// A good root that is not trusted and that the server sends.
    Sent,
    /// A trusted root with a key of RSA 1024, itself signed over SHA-1.
    WeakRoot,
    /// Nobody else, and it is trusted.
    Own,
    /// Nobody else, and another is trusted.
    OwnStranger,
    /// Nobody else, and an older one with the same name and key is trusted.
    OwnOlder,
}

/// A certificate for `localhost` unless said otherwise, of today unless said otherwise.
struct Case {
    key: &'static str,
    digest: &'static str,
    name: &'static str,
    /// First and last day, from today.
    days: (i64, i64),
    extensions: &'static [&'static str],
    issuer: Issuer,
    /// False for version 1.
    extended: bool,
}

const USAGE: &str = "keyUsage=digitalSignature,keyEncipherment";
const SERVER: &str = "extendedKeyUsage=serverAuth";
const CLIENT: &str = "extendedKeyUsage=clientAuth";
const LEAF: &str = "basicConstraints=CA:FALSE";
const NO_USE: &str = "keyUsage=nonRepudiation";
const CRITICAL: &str = "1.2.3.4=critical,ASN1:NULL";
const AUTHORITY: &str = "basicConstraints=critical,CA:TRUE";
/// A second keyUsage.
const REPEATED: &str = "2.5.29.15=DER:03020780";
const OLD: (i64, i64) = (-400, -100);

const GOOD: Case = Case {
    key: "rsa:2048",
    digest: "sha256",
    name: "localhost",
    days: (-1, 90),
    extensions: &[USAGE, SERVER, LEAF],
    issuer: Issuer::Root,
    extended: true,
};

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
    // Signatures.
    Case { digest: "sha1", ..GOOD },
    Case { digest: "sha224", ..GOOD },
    Case { digest: "sha512", ..GOOD },
    // Purposes.
    Case { extensions: &[USAGE, LEAF], ..GOOD },
    Case { extensions: &[USAGE, CLIENT], ..GOOD },
    Case { extensions: &[USAGE, "extendedKeyUsage=anyExtendedKeyUsage"], ..GOOD },
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
    // Forms.
    Case { extensions: &[USAGE, SERVER, AUTHORITY], ..GOOD },
    Case { extensions: &["keyUsage=digitalSignature,keyCertSign", SERVER, AUTHORITY], ..GOOD },
    Case { extensions: &[USAGE, SERVER, CRITICAL], ..GOOD },
    Case { extended: false, ..GOOD },
    Case { extensions: &[USAGE, SERVER, REPEATED], ..GOOD },
    // Life.
    Case { days: OLD, ..GOOD },
    Case { days: (100, 400), ..GOOD },
    // Chains.
    Case { issuer: Issuer::Stranger, ..GOOD },
    Case { issuer: Issuer::Between, ..GOOD },
    Case { issuer: Issuer::Missing, ..GOOD },
    Case { issuer: Issuer::WeakBetween, ..GOOD },
    Case { issuer: Issuer::OldBetween, ..GOOD },
    Case { issuer: Issuer::WeakRoot, ..GOOD },
    Case { issuer: Issuer::ClientBetween, ..GOOD },
    Case { issuer: Issuer::EndedBetween, ..GOOD },
    Case { issuer: Issuer::Sent, ..GOOD },
    // Self-signed.
    Case { issuer: Issuer::OwnOlder, ..GOOD },
    Case { issuer: Issuer::Own, ..GOOD },
    Case { issuer: Issuer::OwnStranger, ..GOOD },
    Case { issuer: Issuer::Own, extensions: &[AUTHORITY], ..GOOD },
    Case { issuer: Issuer::Own, digest: "sha1", ..GOOD },
    Case { issuer: Issuer::Own, key: "rsa:1024", ..GOOD },
    Case { issuer: Issuer::Own, extensions: &[CLIENT], ..GOOD },
    Case { issuer: Issuer::Own, extensions: &[NO_USE], ..GOOD },
    Case { issuer: Issuer::Own, extensions: &[CRITICAL], ..GOOD },
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

/// Where a model is known to be less exact than its program, and why.
const EXCEPTIONS: &[(&str, Issuer, &str)] = &[
    ("jsse", Issuer::ClientBetween, "it does not hold CAs to their purposes, most do"),
    ("mbedtls", Issuer::ClientBetween, "it does not hold CAs to their purposes, most do"),
    ("rustls", Issuer::OwnOlder, "a root is a name and a key to it, to the others a certificate"),
];

#[test]
fn clients_answer_as_their_models() {
    let workshop = Workshop::new();
    authorities(&workshop);
    let mut clients = handshakes::all(workshop.folder());
    let (mut accepted, mut refused, mut quoted) = (0, 0, 0);
    let mut differences = Vec::new();
    for case in CASES {
        let root = case.make(&workshop);
        let server =
            Server::start(&workshop, "-cert leaf.pem -cert_chain leaf.pem -key leaf.key -www -cipher ALL:@SECLEVEL=0");
        for client in &mut clients {
            let theirs = client.ask(server.port(), &workshop.file(root));
            let (outcome, words) = ours(&workshop, root, client.id);
            accepted += usize::from(theirs.accepts);
            refused += usize::from(!theirs.accepts);
            let said = words.as_ref().is_none_or(|words| theirs.said.contains(words));
            quoted += usize::from(words.is_some());
            if EXCEPTIONS.iter().any(|(id, issuer, _)| *id == client.id && *issuer == case.issuer) {
                assert!(theirs.accepts && outcome == Outcome::Refuses, "this exception is not needed: {}", client.id);
                continue;
            }
            if theirs.accepts != (outcome == Outcome::Accepts) || !said {
                let said = theirs.said;
                differences.push(format!("{} {}: {outcome:?}, {words:?}; really {said}", client.id, case.describe()));
            }
        }
    }
    assert!(differences.is_empty(), "{} differ:\n{}", differences.len(), differences.join("\n"));
    // What is compared must be worth comparing.
    assert!(accepted > 150 && refused > 300 && quoted > 200, "{accepted} {refused} {quoted}");
}

/// What the model does, and the words it is sure of, up to where a program goes on with places and times.
fn ours(workshop: &Workshop, root: &str, id: &str) -> (Outcome, Option<String>) {
    let mut evidence = read_file(&workshop.file("leaf.pem"), None).unwrap();
    // All that the server sends.
    evidence.source = Source::Live("localhost".to_owned());
    let trust = TrustStore::new(read_file(&workshop.file(root), None).unwrap().certificates);
    let target = Target::typed(b"localhost");
    let subjects = evidence.subjects();
    let authority = Authority::of(Item::Certificate(&evidence.certificates[0]));
    let ctx = Context { now: Moment::from_unix(now()), authority, target: Some(&target), trust: Some(&trust) };
    let panel = Panel::new(&[Client::find(id).unwrap()], None);
    let report = judge(&subjects[0], &panel, &ctx);
    let verdict = &report.verdicts[0];
    let sure = verdict.message.as_ref().filter(|message| message.mark() == Mark::Measured);
    (verdict.outcome, sure.map(|message| message.text().trim_end_matches(" (_ssl.c)").to_owned()))
}

fn now() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap()
}

/// The roots and the CAs between, each with its key.
fn authorities(workshop: &Workshop) {
    let root = "-days 9000 -addext keyUsage=critical,keyCertSign,cRLSign";
    workshop.run(&format!("req -x509 -newkey rsa:2048 -nodes -keyout root.key -subj /CN=Root {root} -out root.pem"));
    workshop.run(&format!(
        "req -x509 -newkey rsa:2048 -nodes -keyout stranger.key -subj /CN=Stranger {root} -out stranger.pem"
    ));
    workshop.run(&format!(
        "req -x509 -newkey rsa:1024 -sha1 -nodes -keyout weak-root.key -subj /CN=Weak {root} -out weak-root.pem"
    ));
    for (name, bits, digest, purpose, days) in [
        ("between", 2048, "sha256", "", (-1, 800)),
        ("weak-between", 1024, "sha256", "", (-1, 800)),
        ("old-between", 2048, "sha1", "", (-1, 800)),
        ("client-between", 2048, "sha256", CLIENT, (-1, 800)),
        ("ended-between", 2048, "sha256", "", OLD),
    ] {
        workshop.run(&format!("req -new -newkey rsa:{bits} -nodes -keyout {name}.key -subj /CN={name} -out leaf.csr"));
        let extensions = [AUTHORITY, "keyUsage=critical,keyCertSign,cRLSign", purpose].join("\n");
        sign(workshop, digest, "-cert root.pem -keyfile root.key", days, &extensions);
        fs::rename(workshop.file("leaf.pem"), workshop.file(&format!("{name}.pem"))).unwrap();
    }
}

/// Makes `leaf.pem` of `leaf.csr`.
fn sign(workshop: &Workshop, digest: &str, signer: &str, days: (i64, i64), extensions: &str) {
    fs::write(workshop.file("index"), "").unwrap();
    let text = format!(
        "[ca]\ndefault_ca = d\n[d]\ndatabase = index\nnew_certs_dir = .\nrand_serial = yes\npolicy = p\n\
         unique_subject = no\nx509_extensions = x\n[p]\ncommonName = supplied\n[x]\n{extensions}\n"
    );
    fs::write(workshop.file("ca.cnf"), text).unwrap();
    let (first, last) = (stamp(days.0), stamp(days.1));
    workshop.run(&format!(
        "ca -batch -notext -config ca.cnf -md {digest} {signer} -in leaf.csr -startdate {first} -enddate {last} -out leaf.pem"
    ));
}

impl Case {
    /// Writes `leaf.pem`, with what the server sends besides, and `leaf.key`; the file of the root that is trusted.
    fn make(&self, workshop: &Workshop) -> &'static str {
        let key = format!("{}.kept", self.key.replace(':', "-"));
        if !workshop.file(&key).exists() {
            workshop.run(&match self.key.split_once(':') {
                Some(("rsa", bits)) => format!("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:{bits} -out {key}"),
                Some((_, curve)) => format!("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:{curve} -out {key}"),
                None => format!("genpkey -algorithm {} -out {key}", self.key),
            });
        }
        fs::copy(workshop.file(&key), workshop.file("leaf.key")).unwrap();
        workshop.run(&format!("req -new -key leaf.key -subj /CN={} -out leaf.csr", self.name));
        let (ca, trusted) = match self.issuer {
            Issuer::Root => ("root", "root.pem"),
            Issuer::Stranger | Issuer::Sent => ("root", "stranger.pem"),
            Issuer::Between | Issuer::Missing => ("between", "root.pem"),
            Issuer::WeakBetween => ("weak-between", "root.pem"),
            Issuer::OldBetween => ("old-between", "root.pem"),
            Issuer::ClientBetween => ("client-between", "root.pem"),
            Issuer::EndedBetween => ("ended-between", "root.pem"),
            Issuer::WeakRoot => ("weak-root", "weak-root.pem"),
            Issuer::Own | Issuer::OwnOlder => ("", "trusted.pem"),
            Issuer::OwnStranger => ("", "stranger.pem"),
        };
        let signer = match ca {
            "" => "-selfsign -keyfile leaf.key".to_owned(),
            ca => format!("-cert {ca}.pem -keyfile {ca}.key"),
        };
        let extensions = format!("subjectAltName=DNS:{}\n{}", self.name, self.extensions.join("\n"));
        sign(workshop, self.digest, &signer, self.days, &extensions);
        if !self.extended {
            workshop.run("x509 -req -in leaf.csr -CA root.pem -CAkey root.key -set_serial 99 -days 90 -out leaf.pem");
        }
        fs::copy(workshop.file("leaf.pem"), workshop.file("trusted.pem")).unwrap();
        if self.issuer == Issuer::OwnOlder {
            sign(workshop, self.digest, &signer, (self.days.0, self.days.1 + 1), &extensions);
        }
        if !matches!(self.issuer, Issuer::Root | Issuer::Stranger | Issuer::Missing | Issuer::WeakRoot)
            && !ca.is_empty()
        {
            let above = fs::read(workshop.file(&format!("{ca}.pem"))).unwrap();
            let chain = [fs::read(workshop.file("leaf.pem")).unwrap(), above].concat();
            fs::write(workshop.file("leaf.pem"), chain).unwrap();
        }
        trusted
    }

    fn describe(&self) -> String {
        let chain = match self.issuer {
            Issuer::Root => "root",
            Issuer::Stranger => "stranger",
            Issuer::Between => "between",
            Issuer::Missing => "missing",
            Issuer::WeakBetween => "weak between",
            Issuer::OldBetween => "old between",
            Issuer::ClientBetween => "client between",
            Issuer::EndedBetween => "ended between",
            Issuer::Sent => "sent",
            Issuer::OwnOlder => "own, older",
            Issuer::WeakRoot => "weak root",
            Issuer::Own => "own",
            Issuer::OwnStranger => "own, not trusted",
        };
        format!(
            "{} {} {} {:?} {:?} {chain} {}",
            self.key, self.digest, self.name, self.days, self.extensions, self.extended
        )
    }
}

/// As `openssl ca` wants it: `20261122000000Z`.
fn stamp(days: i64) -> String {
    let date = Moment::from_unix(now()).plus_days(days).date();
    format!("{}000000Z", date.replace('-', ""))
}
