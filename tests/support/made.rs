//! Certificates and their issuers, as `openssl` makes them.

use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

use certfix::facts::Moment;

use super::crossed;
use super::openssl::Workshop;

/// Who signs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Issuer {
    /// A good root, which is trusted.
    Root,
    /// The same, and another is trusted.
    Stranger,
    /// A good CA below the good root.
    Between,
    /// The same, which the server does not send.
    Missing,
    /// A CA below a good one below the good root; the server does not send the good one.
    MissingAbove,
    /// A CA with a key of RSA 1024 below the good root.
    WeakBetween,
    /// A CA below the good root whose own certificate is signed over SHA-1.
    OldBetween,
    /// A CA below the good root whose own certificate names another algorithm inside.
    MixedBetween,
    /// A CA below the good root whose life is over.
    EndedBetween,
    /// A CA below the good root, with these extensions.
    BetweenWith(&'static [&'static str]),
    /// A trusted root with these first and last days and extensions.
    RootWith((i64, i64), &'static [&'static str]),
    /// A good CA below such a root.
    BelowRootWith((i64, i64), &'static [&'static str]),
    /// A trusted root whose certificate names another algorithm inside.
    MixedRoot,
    /// A trusted root of version 1.
    OldRoot,
    /// A good CA below such a root.
    BelowOldRoot,
    /// A good root that is not trusted and that the server sends.
    Sent,
    /// A good CA below a good root; the CA is trusted, the root is not.
    Anchored,
    /// The same, and the server does not send the CA.
    AnchoredMissing,
    /// A good CA below a good root; both are trusted, and the server sends neither.
    BothTrusted,
    /// A good root, which is not trusted; the certificate itself is.
    OwnBelow,
    /// A good CA below a good root, which the server sends; the certificate itself is trusted and nothing else.
    OwnBetween,
    /// Certificates of good and other CAs: those that the server sends besides its own, which "between" signed, and those that are
    /// trusted.
    Crossed(&'static [&'static str], &'static [&'static str]),
    /// A trusted root with a key of RSA 1024, itself signed over SHA-1.
    WeakRoot,
    /// Nobody else, and it is trusted.
    Own,
    /// Nobody else, and another is trusted.
    OwnStranger,
    /// Nobody else, without a name, and it is trusted.
    Nameless,
    /// Nobody else, and an older one with the same name and key is trusted.
    OwnOlder,
}

/// The algorithm that a certificate names inside, beside the one of its signature.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Inner {
    Same,
    /// Another digest.
    Other,
    /// The same, and the parameters are NULL inside and absent outside.
    OtherParameters,
}

/// A certificate for `localhost` unless said otherwise, of today unless said otherwise.
pub(crate) struct Case {
    pub(crate) key: &'static str,
    pub(crate) digest: &'static str,
    pub(crate) name: &'static str,
    /// First and last day, from today.
    pub(crate) days: (i64, i64),
    pub(crate) extensions: &'static [&'static str],
    pub(crate) issuer: Issuer,
    /// False for version 1.
    pub(crate) extended: bool,
    pub(crate) inner: Inner,
    /// The DER of the SAN in hexadecimal, where it holds more than the name.
    pub(crate) names: &'static str,
}

pub(crate) const USAGE: &str = "keyUsage=digitalSignature,keyEncipherment";
pub(crate) const SERVER: &str = "extendedKeyUsage=serverAuth";
pub(crate) const LEAF: &str = "basicConstraints=CA:FALSE";
pub(crate) const AUTHORITY: &str = "basicConstraints=critical,CA:TRUE";
pub(crate) const SIGNS: &str = "keyUsage=critical,keyCertSign,cRLSign";
pub(crate) const OWN_KEY: &str = "subjectKeyIdentifier=hash";
/// What `openssl` puts in by itself otherwise.
pub(crate) const NO_OWN_KEY: &str = "subjectKeyIdentifier=none";
pub(crate) const NO_ISSUER: &str = "authorityKeyIdentifier=none";
pub(crate) const CLIENT: &str = "extendedKeyUsage=clientAuth";
pub(crate) const NO_USE: &str = "keyUsage=nonRepudiation";
pub(crate) const CRITICAL: &str = "1.2.3.4=critical,ASN1:NULL";
pub(crate) const ROOT_DAYS: (i64, i64) = (-1, 9000);
pub(crate) const OLD: (i64, i64) = (-400, -100);

/// One that every client takes.
pub(crate) const GOOD: Case = Case {
    key: "rsa:2048",
    digest: "sha256",
    name: "localhost",
    days: (-1, 90),
    extensions: &[USAGE, SERVER, LEAF],
    issuer: Issuer::Root,
    extended: true,
    inner: Inner::Same,
    names: "",
};

/// Seconds since 1970.
pub(crate) fn now() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap()
}

/// The roots and the CAs between, each with its key.
pub(crate) fn authorities(workshop: &Workshop) {
    let root = "-days 9000 -addext keyUsage=critical,keyCertSign,cRLSign";
    workshop.run(&format!("req -x509 -newkey rsa:2048 -nodes -keyout root.key -subj /CN=Root {root} -out root.pem"));
    workshop.run(&format!(
        "req -x509 -newkey rsa:2048 -nodes -keyout stranger.key -subj /CN=Stranger {root} -out stranger.pem"
    ));
    workshop.run(&format!(
        "req -x509 -newkey rsa:1024 -sha1 -nodes -keyout weak-root.key -subj /CN=Weak {root} -out weak-root.pem"
    ));
    for (name, bits, digest, days) in [
        ("between", 2048, "sha256", (-1, 800)),
        ("weak-between", 1024, "sha256", (-1, 800)),
        ("old-between", 2048, "sha1", (-1, 800)),
        ("mixed-between", 2048, "sha256", (-1, 800)),
        ("ended-between", 2048, "sha256", OLD),
    ] {
        let request = format!("-newkey rsa:{bits} -nodes -keyout {name}.key -subj /CN={name}");
        let signer = "-cert root.pem -keyfile root.key";
        certify(workshop, &request, digest, signer, days, &[AUTHORITY, SIGNS], &format!("{name}.pem"));
    }
    let (request, signer) =
        ("-newkey rsa:2048 -nodes -keyout low.key -subj /CN=low", "-cert between.pem -keyfile between.key");
    certify(workshop, request, "sha256", signer, (-1, 800), &[AUTHORITY, SIGNS], "low.pem");
    let both = ["between.pem", "root.pem"].map(|name| fs::read(workshop.file(name)).unwrap());
    fs::write(workshop.file("both.pem"), both.concat()).unwrap();
    crossed::authorities(workshop);
    mix(workshop, "mixed-between.pem", "root.key", Inner::Other);
    fs::copy(workshop.file("root.pem"), workshop.file("mixed-root.pem")).unwrap();
    mix(workshop, "mixed-root.pem", "root.key", Inner::Other);
    workshop.run("req -new -key root.key -subj /CN=Root -out leaf.csr");
    workshop.run("x509 -req -in leaf.csr -signkey root.key -days 9000 -out old-root.pem");
}

/// Makes `leaf.pem` of `leaf.csr`.
fn sign(workshop: &Workshop, digest: &str, signer: &str, days: (i64, i64), extensions: &str) {
    fs::write(workshop.file("index"), "").unwrap();
    let text = format!(
        "[ca]\ndefault_ca = d\n[d]\ndatabase = index\nnew_certs_dir = .\nrand_serial = yes\npolicy = p\n\
         unique_subject = no\nx509_extensions = x\n[p]\ncommonName = supplied\nemailAddress = optional\n[x]\n{extensions}\n"
    );
    fs::write(workshop.file("ca.cnf"), text).unwrap();
    let (first, last) = (stamp(days.0), stamp(days.1));
    workshop.run(&format!(
        "ca -batch -notext -config ca.cnf -md {digest} {signer} -in leaf.csr -startdate {first} -enddate {last} -out leaf.pem"
    ));
}

/// Makes `file` of a request that `openssl` makes as told.
pub(crate) fn certify(
    workshop: &Workshop,
    request: &str,
    digest: &str,
    signer: &str,
    days: (i64, i64),
    extensions: &[&str],
    file: &str,
) {
    workshop.run(&format!("req -new {request} -out leaf.csr"));
    sign(workshop, digest, signer, days, &extensions.join("\n"));
    fs::rename(workshop.file("leaf.pem"), workshop.file(file)).unwrap();
}

/// As `openssl ca` wants it: `20261122000000Z`.
fn stamp(days: i64) -> String {
    let date = Moment::from_unix(now()).plus_days(days).date();
    format!("{}000000Z", date.replace('-', ""))
}

/// Has a certificate that was signed over SHA-256 by this key, of RSA 2048, name another algorithm inside.
fn mix(workshop: &Workshop, file: &str, key: &str, inner: Inner) {
    /// sha256WithRSAEncryption and NULL.
    const ALGORITHM: [u8; 15] = [0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 11, 5, 0];
    /// Octets of the signature, with what is before them.
    const SIGNATURE: usize = 256 + 5;
    let der = pem::parse(fs::read(workshop.file(file)).unwrap()).unwrap().into_contents();
    // What is signed stands between the header of the whole and the algorithm of the signature.
    let mut signed = der[4..der.len() - SIGNATURE - ALGORITHM.len()].to_vec();
    let mut outer = ALGORITHM.to_vec();
    match inner {
        Inner::Same => return,
        Inner::Other => {
            let at = signed.windows(ALGORITHM.len()).position(|window| window == ALGORITHM).unwrap();
            // sha384WithRSAEncryption
            signed[at + 12] = 12;
        }
        Inner::OtherParameters => {
            outer.truncate(13);
            outer[1] = 11;
        }
    }
    fs::write(workshop.file("signed"), &signed).unwrap();
    let signature = workshop.run(&format!("dgst -sha256 -sign {key} signed"));
    let content = [signed, outer, vec![3, 0x82, 1, 1, 0], signature].concat();
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    let der = [vec![0x30, 0x82, length[0], length[1]], content].concat();
    fs::write(workshop.file(file), pem::encode(&pem::Pem::new("CERTIFICATE", der))).unwrap();
}

/// Makes a certificate for the key of a good CA: `with.pem` and `with.key`.
fn remade(workshop: &Workshop, name: &str, signer: &str, days: (i64, i64), extensions: &[&str]) {
    let key = format!("{}.key", name.to_lowercase());
    certify(workshop, &format!("-key {key} -subj /CN={name}"), "sha256", signer, days, extensions, "with.pem");
    fs::copy(workshop.file(&key), workshop.file("with.key")).unwrap();
}

impl Case {
    /// Writes `leaf.pem`, with what the server sends besides, and `leaf.key`; the file of the root that is trusted.
    pub(crate) fn make(&self, workshop: &Workshop) -> &'static str {
        match self.issuer {
            Issuer::BetweenWith(extensions) => {
                remade(workshop, "between", "-cert root.pem -keyfile root.key", (-1, 800), extensions);
            }
            Issuer::RootWith(days, extensions) | Issuer::BelowRootWith(days, extensions) => {
                remade(workshop, "Root", "-selfsign -keyfile root.key", days, extensions);
            }
            _ => {}
        }
        self.request(workshop);
        let (ca, trusted) = self.authorities();
        let (signer, key) = match ca {
            "" => ("-selfsign -keyfile leaf.key".to_owned(), "leaf.key".to_owned()),
            ca => (format!("-cert {ca}.pem -keyfile {ca}.key"), format!("{ca}.key")),
        };
        let names = if self.names.is_empty() { format!("DNS:{}", self.name) } else { format!("DER:{}", self.names) };
        let extensions = format!("subjectAltName={names}\n{}", self.extensions.join("\n"));
        sign(workshop, self.digest, &signer, self.days, &extensions);
        if !self.extended {
            workshop.run("x509 -req -in leaf.csr -CA root.pem -CAkey root.key -set_serial 99 -days 90 -out leaf.pem");
        }
        if self.issuer == Issuer::Nameless {
            let extensions: String = self.extensions.iter().map(|extension| format!(" -addext {extension}")).collect();
            let names = format!("-addext subjectAltName=critical,DNS:{}", self.name);
            workshop.run(&format!("req -x509 -key leaf.key -subj / -days 90 {names}{extensions} -out leaf.pem"));
        }
        mix(workshop, "leaf.pem", &key, self.inner);
        fs::copy(workshop.file("leaf.pem"), workshop.file("trusted.pem")).unwrap();
        if self.issuer == Issuer::OwnOlder {
            sign(workshop, self.digest, &signer, (self.days.0, self.days.1 + 1), &extensions);
        }
        if self.sends_more() {
            let above = fs::read(workshop.file(&format!("{ca}.pem"))).unwrap();
            let chain = [fs::read(workshop.file("leaf.pem")).unwrap(), above.clone()].concat();
            fs::write(workshop.file("leaf.pem"), chain).unwrap();
            fs::write(workshop.file("above.pem"), above).unwrap();
        }
        if let Issuer::Crossed(sent, held) = self.issuer {
            let join = |names: &[&str]| -> Vec<u8> {
                names.iter().flat_map(|name| fs::read(workshop.file(&format!("{name}.pem"))).unwrap()).collect()
            };
            fs::write(workshop.file("above.pem"), join(sent)).unwrap();
            fs::write(workshop.file("trusted.pem"), join(held)).unwrap();
            let own = fs::read(workshop.file("leaf.pem")).unwrap();
            fs::write(workshop.file("leaf.pem"), [own, join(sent)].concat()).unwrap();
        }
        trusted
    }

    /// What `openssl s_server` is told to send: what stands in `leaf.pem`, each certificate once.
    pub(crate) fn sent(&self) -> &'static str {
        let is_crossed = matches!(self.issuer, Issuer::Crossed(..));
        if is_crossed || self.sends_more() { "-cert leaf.pem -cert_chain above.pem" } else { "-cert leaf.pem" }
    }

    /// Whether the server sends the certificate of the CA that signs.
    fn sends_more(&self) -> bool {
        matches!(
            self.issuer,
            Issuer::Between
                | Issuer::Anchored
                | Issuer::OwnBetween
                | Issuer::MissingAbove
                | Issuer::WeakBetween
                | Issuer::OldBetween
                | Issuer::MixedBetween
                | Issuer::EndedBetween
                | Issuer::BetweenWith(_)
                | Issuer::BelowRootWith(..)
                | Issuer::BelowOldRoot
                | Issuer::Sent
        )
    }

    /// Writes `leaf.key` and `leaf.csr`.
    fn request(&self, workshop: &Workshop) {
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
    }

    /// The CA that signs, none for the certificate itself; the root that is trusted.
    fn authorities(&self) -> (&'static str, &'static str) {
        match self.issuer {
            Issuer::Root => ("root", "root.pem"),
            Issuer::Stranger | Issuer::Sent => ("root", "stranger.pem"),
            Issuer::Between | Issuer::Missing => ("between", "root.pem"),
            Issuer::MissingAbove => ("low", "root.pem"),
            Issuer::WeakBetween => ("weak-between", "root.pem"),
            Issuer::OldBetween => ("old-between", "root.pem"),
            Issuer::MixedBetween => ("mixed-between", "root.pem"),
            Issuer::EndedBetween => ("ended-between", "root.pem"),
            Issuer::BetweenWith(_) => ("with", "root.pem"),
            Issuer::RootWith(..) => ("with", "with.pem"),
            Issuer::BelowRootWith(..) => ("between", "with.pem"),
            Issuer::MixedRoot => ("root", "mixed-root.pem"),
            Issuer::OldRoot => ("root", "old-root.pem"),
            Issuer::BelowOldRoot => ("between", "old-root.pem"),
            Issuer::Anchored | Issuer::AnchoredMissing => ("between", "between.pem"),
            Issuer::BothTrusted => ("between", "both.pem"),
            Issuer::OwnBelow => ("root", "trusted.pem"),
            Issuer::OwnBetween | Issuer::Crossed(..) => ("between", "trusted.pem"),
            Issuer::WeakRoot => ("weak-root", "weak-root.pem"),
            Issuer::Own | Issuer::Nameless | Issuer::OwnOlder => ("", "trusted.pem"),
            Issuer::OwnStranger => ("", "stranger.pem"),
        }
    }

    pub(crate) fn describe(&self) -> String {
        let Self { key, digest, name, days, extensions, issuer, extended, inner, names } = self;
        format!("{key} {digest} {name} {days:?} {extensions:?} {issuer:?} {extended} {inner:?} {names}")
    }
}
