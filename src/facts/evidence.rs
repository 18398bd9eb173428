//! Everything that one source held, and which of it belongs together.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::path::PathBuf;

use zeroize::Zeroizing;

use super::{Certificate, Identity, Moment, PublicKey, Request, Text};

/// Where evidence came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A file.
    File(PathBuf),
    /// Standard input.
    Stdin,
}

impl fmt::Display for Source {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => Text::new(path.as_os_str().as_encoded_bytes()).fmt(out),
            Self::Stdin => out.write_str("standard input"),
        }
    }
}

/// What one source held, in the order it stood there.
#[derive(Debug)]
pub struct Evidence {
    /// Where it came from.
    pub source: Source,
    /// Certificates in wire order.
    pub certificates: Vec<Certificate>,
    /// Requests in wire order.
    pub requests: Vec<Request>,
    /// Private keys, open or locked.
    pub keys: Vec<KeyEntry>,
    /// What had to be mended before it could be read.
    pub repairs: Vec<Repair>,
    /// Parts that were passed over, and why: a CRL, a block that cannot be read.
    pub ignored: Vec<String>,
    /// Permission bits of the file (Unix), when it came from one.
    pub mode: Option<u32>,
}

/// One mend made while reading, e.g. `line 19: END was pulled onto the last line (KB Q186796)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repair(pub String);

/// A private key as found.
#[derive(Debug)]
pub enum KeyEntry {
    /// It can be used.
    Open(PrivateKey),
    /// It is encrypted and no password was given.
    Locked,
}

/// A private key in the clear. Wiped from memory when dropped; `Debug` shows the public part only.
#[derive(Clone)]
pub struct PrivateKey {
    /// PKCS#8 PrivateKeyInfo (RFC 5958), DER.
    pub pkcs8: Zeroizing<Vec<u8>>,
    /// The public half.
    pub public: PublicKey,
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "PrivateKey({})", self.public.kind)
    }
}

/// One thing to judge: a leaf certificate with its chain, or a request.
#[derive(Clone, Copy, Debug)]
pub enum Item<'a> {
    /// A certificate.
    Certificate(&'a Certificate),
    /// A request.
    Request(&'a Request),
}

impl<'a> Item<'a> {
    /// Subject, names and key.
    pub fn identity(self) -> &'a Identity {
        match self {
            Self::Certificate(certificate) => &certificate.identity,
            Self::Request(request) => &request.identity,
        }
    }

    /// The certificate, when it is one.
    pub fn certificate(self) -> Option<&'a Certificate> {
        match self {
            Self::Certificate(certificate) => Some(certificate),
            Self::Request(_) => None,
        }
    }

    /// First second of validity, when it has one.
    pub fn not_before(self) -> Option<Moment> {
        self.certificate().map(|certificate| certificate.not_before)
    }
}

/// One item of an [`Evidence`] with what belongs to it.
#[derive(Clone, Debug)]
pub struct Subject<'a> {
    /// All that the source held.
    pub evidence: &'a Evidence,
    /// What is judged.
    pub item: Item<'a>,
    /// The other certificates of the source in presented order, leaf excluded. Empty when it was alone.
    pub chain: Vec<&'a Certificate>,
}

impl Evidence {
    /// Nothing yet, from `source`.
    pub fn new(source: Source) -> Self {
        Self {
            source,
            certificates: Vec::new(),
            requests: Vec::new(),
            keys: Vec::new(),
            repairs: Vec::new(),
            ignored: Vec::new(),
            mode: None,
        }
    }

    /// True when neither certificate, request nor key was found.
    pub fn is_empty(&self) -> bool {
        self.certificates.is_empty() && self.requests.is_empty() && self.keys.is_empty()
    }

    /// The private keys that can be used.
    pub fn open_keys(&self) -> impl Iterator<Item = &PrivateKey> {
        self.keys.iter().filter_map(|entry| match entry {
            KeyEntry::Open(key) => Some(key),
            KeyEntry::Locked => None,
        })
    }

    /// What there is to judge: every certificate that did not sign another one here, each with its chain, then every
    /// request. When a private key is here, the certificate that it belongs to is the leaf.
    pub fn subjects(&self) -> Vec<Subject<'_>> {
        let leaves = self.leaves();
        let alone = leaves.len() == 1;
        let mut subjects = Vec::with_capacity(leaves.len() + self.requests.len());
        for &leaf in &leaves {
            let others = self.certificates.iter().enumerate().filter(|(index, _)| *index != leaf);
            // Beside other leaves only what a leaf's own chain could use belongs to it.
            let chain = others.filter(|(index, _)| alone || !leaves.contains(index)).map(|(_, other)| other).collect();
            subjects.push(Subject { evidence: self, item: Item::Certificate(&self.certificates[leaf]), chain });
        }
        let requests = self.requests.iter();
        subjects.extend(requests.map(|request| Subject {
            evidence: self,
            item: Item::Request(request),
            chain: Vec::new(),
        }));
        subjects
    }

    /// Positions of the certificates that did not sign another one.
    fn leaves(&self) -> Vec<usize> {
        if self.certificates.len() == 1 {
            return vec![0];
        }
        let keyed = |cert: &Certificate| self.open_keys().any(|key| key.public == cert.identity.key);
        let with_key: Vec<usize> =
            (0..self.certificates.len()).filter(|&index| keyed(&self.certificates[index])).collect();
        if !with_key.is_empty() {
            return with_key;
        }
        let mut issuers: HashMap<&[u8], usize> = HashMap::new();
        for cert in self.certificates.iter().filter(|cert| !cert.is_self_issued()) {
            *issuers.entry(&cert.issuer.der).or_default() += 1;
        }
        let mut seen = HashSet::new();
        let is_leaf = |cert: &Certificate| !issuers.contains_key(&*cert.identity.subject.der);
        let mut leaves: Vec<usize> =
            (0..self.certificates.len()).filter(|&index| is_leaf(&self.certificates[index])).collect();
        leaves.retain(|&index| seen.insert(&self.certificates[index].der));
        // Beside a real leaf, a CA that signed nothing here is an unused part of the chain, not something to judge.
        if leaves.iter().any(|&index| !self.certificates[index].identity.is_ca()) {
            leaves.retain(|&index| !self.certificates[index].identity.is_ca());
        }
        if leaves.is_empty() && !self.certificates.is_empty() { vec![0] } else { leaves }
    }
}
