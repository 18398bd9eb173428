//! Everything that one source held, and which of it belongs together.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::path::PathBuf;

use zeroize::Zeroizing;

use super::key_ring::KeyRing;
use super::{Answered, Audience, Certificate, Flawed, Identity, Keys, Moment, PublicKey, Request, Text};

/// The bits of a key file's mode that let everybody read or write it. A group is somebody's decision.
pub const OPEN_TO_OTHERS: u32 = 0o006;

/// Where evidence came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A file.
    File(PathBuf),
    /// Standard input.
    Stdin,
    /// A live service or host, as named.
    Live(String),
}

impl fmt::Display for Source {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => Text::of_path(path).fmt(out),
            Self::Stdin => out.write_str("standard input"),
            Self::Live(named) => Text::from(&**named).fmt(out),
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
    /// Whether that order means anything.
    pub order: Order,
    /// Requests in wire order.
    pub requests: Vec<Request>,
    /// Private keys, open or locked.
    pub keys: Vec<KeyEntry>,
    /// What had to be mended before it could be read.
    pub repairs: Vec<Repair>,
    /// Parts that were passed over, and why: a CRL, a block that cannot be read.
    pub ignored: Vec<String>,
    /// The first of them that claims to be a certificate or a request and cannot be read, and why.
    pub damaged: Option<String>,
    /// Permission bits of the file (Unix), when it came from one.
    pub mode: Option<u32>,
    /// What each live service answers that presents it; empty for a file.
    pub answered: Vec<Answered>,
    /// To which clients live services present it.
    pub audience: Audience,
}

/// What the order of certificates in a source means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// A server that is given the source presents them in this order.
    Presented,
    /// Nothing: in PKCS#7 they are a set, and in PKCS#12 the key says which is the leaf.
    None,
}

/// One mend made while reading, e.g. `line 19: END was pulled onto the last line (KB Q186796)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repair(pub String);

/// A private key as found.
#[derive(Debug)]
pub enum KeyEntry {
    /// It can be used, by everybody who can read it.
    Open(PrivateKey),
    /// It is encrypted, and was opened with the password that was given.
    Opened(PrivateKey),
    /// It is encrypted and no password was given.
    Locked,
    /// It is there and certfix does not read it, such as for its cipher: why.
    Unread(String),
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

    /// What is encoded otherwise than every program reads it.
    pub fn flaws(self) -> &'a [Flawed] {
        match self {
            Self::Certificate(certificate) => &certificate.flaws,
            Self::Request(request) => &request.flaws,
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
    /// The other certificates of the source in presented order, leaf excluded. Empty when it was alone. Beside other
    /// leaves: those that may stand in its chain.
    pub chain: Vec<&'a Certificate>,
    /// How many of `chain` stand before the leaf, where it is the only one and order means something.
    pub before: usize,
    /// The private keys in the clear that came with it.
    pub keys: Keys<'a>,
}

/// No leaf has more that could stand in its chain; bounds what files can ask for.
const MOST_ISSUERS: usize = 32;

impl Evidence {
    /// Nothing yet, from `source`.
    pub fn new(source: Source) -> Self {
        Self {
            source,
            certificates: Vec::new(),
            order: Order::Presented,
            requests: Vec::new(),
            keys: Vec::new(),
            repairs: Vec::new(),
            ignored: Vec::new(),
            damaged: None,
            mode: None,
            answered: Vec::new(),
            audience: Audience::All,
        }
    }

    /// True when neither certificate, request nor key was found.
    pub fn is_empty(&self) -> bool {
        self.certificates.is_empty() && self.requests.is_empty() && self.keys.is_empty()
    }

    /// The private keys that can be used.
    pub fn open_keys(&self) -> impl Iterator<Item = &PrivateKey> {
        self.keys.iter().filter_map(|entry| match entry {
            KeyEntry::Open(key) | KeyEntry::Opened(key) => Some(key),
            KeyEntry::Locked | KeyEntry::Unread(_) => None,
        })
    }

    /// True when a private key is in it that needs no password.
    pub fn has_key_in_the_clear(&self) -> bool {
        self.keys.iter().any(|entry| matches!(entry, KeyEntry::Open(_)))
    }

    /// What there is to judge: every certificate that did not sign another one here, each with its chain, then every
    /// request. When a private key is here, the certificate that it belongs to is the leaf.
    ///
    /// In what a live service presents, the first certificate is the leaf (RFC 5246 §7.4.2, RFC 8446 §4.4.2).
    pub fn subjects(&self) -> Vec<Subject<'_>> {
        let leaves = match &self.source {
            Source::Live(_) if !self.certificates.is_empty() => vec![0],
            _ => self.leaves(),
        };
        let ring = KeyRing::of(self);
        let mut subjects = match leaves.as_slice() {
            [only] => vec![self.alone(*only, &ring)],
            several => self.beside_each_other(several, &ring),
        };
        let requests = self.requests.iter().map(Item::Request);
        subjects.extend(requests.map(|request| self.subject(request, Vec::new(), 0, &ring)));
        subjects
    }

    /// What the private keys in the clear are to `item`.
    pub fn keys_of(&self, item: Item<'_>) -> Keys<'_> {
        KeyRing::of(self).keys_of(item)
    }

    fn subject<'a>(
        &'a self,
        item: Item<'a>,
        chain: Vec<&'a Certificate>,
        before: usize,
        ring: &KeyRing<'a>,
    ) -> Subject<'a> {
        Subject { evidence: self, item, chain, before, keys: ring.keys_of(item) }
    }

    /// The only leaf: all the others belong to it.
    fn alone<'a>(&'a self, leaf: usize, ring: &KeyRing<'a>) -> Subject<'a> {
        let (front, back) = (&self.certificates[..leaf], &self.certificates[leaf + 1..]);
        let before = if self.order == Order::Presented { leaf } else { 0 };
        self.subject(Item::Certificate(&self.certificates[leaf]), front.iter().chain(back).collect(), before, ring)
    }

    /// Several leaves: to each belongs what its own chain could use, found by name.
    fn beside_each_other<'a>(&'a self, leaves: &[usize], ring: &KeyRing<'a>) -> Vec<Subject<'a>> {
        let mut is_leaf = vec![false; self.certificates.len()];
        leaves.iter().for_each(|&leaf| is_leaf[leaf] = true);
        let mut by_subject: HashMap<Box<[u8]>, Vec<usize>> = HashMap::new();
        for (index, cert) in self.certificates.iter().enumerate().filter(|(index, _)| !is_leaf[*index]) {
            by_subject.entry(cert.identity.subject.folded()).or_default().push(index);
        }
        let chain = |leaf: usize| {
            let mut found: Vec<usize> = Vec::new();
            let mut next = Some(leaf);
            let mut at = 0;
            while let Some(issued) = next {
                let issuers = by_subject.get(&self.certificates[issued].issuer.folded()).into_iter().flatten();
                let new = issuers.copied().filter(|index| !found.contains(index)).take(MOST_ISSUERS - found.len());
                let new: Vec<usize> = new.collect();
                found.extend(new);
                next = found.get(at).copied();
                at += 1;
            }
            found.sort_unstable();
            found.into_iter().map(|index| &self.certificates[index]).collect()
        };
        let subject = |&leaf| self.subject(Item::Certificate(&self.certificates[leaf]), chain(leaf), 0, ring);
        leaves.iter().map(subject).collect()
    }

    /// Positions of the certificates that did not sign another one.
    fn leaves(&self) -> Vec<usize> {
        if self.certificates.len() == 1 {
            return vec![0];
        }
        let keys: HashSet<&PublicKey> = self.open_keys().map(|key| &key.public).collect();
        let keyed = |cert: &Certificate| keys.contains(&cert.identity.key);
        let mut seen = HashSet::new();
        let mut with_key: Vec<usize> =
            (0..self.certificates.len()).filter(|&index| keyed(&self.certificates[index])).collect();
        with_key.retain(|&index| seen.insert(&self.certificates[index].der));
        if !with_key.is_empty() {
            return with_key;
        }
        let mut issuers: HashSet<Box<[u8]>> = HashSet::new();
        for cert in self.certificates.iter().filter(|cert| !cert.is_self_signed()) {
            issuers.insert(cert.issuer.folded());
        }
        let is_leaf = |cert: &Certificate| !issuers.contains(&cert.identity.subject.folded());
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::{evidence, issued as cert};

    fn chains(evidence: &Evidence) -> Vec<(String, Vec<String>, usize)> {
        let name = |cert: &Certificate| cert.identity.subject.to_string();
        let row = |subject: Subject<'_>| {
            let leaf = name(subject.item.certificate().unwrap());
            (leaf, subject.chain.iter().map(|cert| name(cert)).collect(), subject.before)
        };
        evidence.subjects().into_iter().map(row).collect()
    }

    fn row(leaf: &str, chain: &[&str], before: usize) -> (String, Vec<String>, usize) {
        (format!("CN={leaf}"), chain.iter().map(|name| format!("CN={name}")).collect(), before)
    }

    #[test]
    fn counts_what_stands_before_the_only_leaf_where_order_means_something() {
        let mut mixed = evidence(vec![cert("CA", "Root"), cert("mail", "CA"), cert("Root", "Root")]);
        assert_eq!(chains(&mixed), [row("mail", &["CA", "Root"], 1)]);
        mixed.order = Order::None;
        assert_eq!(chains(&mixed), [row("mail", &["CA", "Root"], 0)]);
    }

    #[test]
    fn takes_the_first_certificate_of_a_live_service_for_its_leaf() {
        let mut mixed = evidence(vec![cert("CA", "Root"), cert("mail", "CA")]);
        mixed.source = Source::Live("mail.contoso.com".into());
        assert_eq!(chains(&mixed), [row("CA", &["mail"], 0)]);
    }

    #[test]
    fn gives_each_of_several_leaves_its_own_issuers() {
        let many = evidence(vec![
            cert("a", "CA"),
            cert("CA", "Root"),
            cert("b", "Other"),
            cert("Other", "Other"),
            cert("Root", "Root"),
        ]);
        assert_eq!(chains(&many), [row("a", &["CA", "Root"], 0), row("b", &["Other"], 0)]);
    }

    #[test]
    fn ends_where_issuers_go_in_circles() {
        let circle = evidence(vec![cert("a", "CA"), cert("b", "CA"), cert("CA", "Root"), cert("Root", "CA")]);
        assert_eq!(chains(&circle), [row("a", &["CA", "Root"], 0), row("b", &["CA", "Root"], 0)]);
    }

    #[test]
    fn counts_a_leaf_that_is_there_twice_once_beside_its_key_too() {
        let mut twice = evidence(vec![cert("mail", "CA"), cert("mail", "CA")]);
        assert_eq!(chains(&twice).len(), 1);
        let public = twice.certificates[0].identity.key.clone();
        twice.keys.push(KeyEntry::Open(PrivateKey { pkcs8: Vec::new().into(), public }));
        assert_eq!(chains(&twice).len(), 1);
    }
}
