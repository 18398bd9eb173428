//! `inspect` as JSON, and the parts that `check` shares with it.

use serde::{Serialize, Serializer};

use super::{Shown, Word};
use crate::facts::{
    Certificate, DistinguishedName, Evidence, GeneralName, Identity, Item, KeyEntry, KeyKind, Link, Moment,
    SanExtension, Subject, Text, Verification, lower_hex, upper_hex,
};
use crate::issue::armour;

/// One certificate or request as `inspect` shows it.
#[derive(Debug, Serialize)]
pub struct InspectEntry<'a> {
    source: Shown<&'a crate::facts::Source>,
    kind: &'static str,
    names: NameList<'a>,
    first_dns_name: Option<Shown<&'a crate::facts::Text>>,
    san: &'static str,
    common_name: Option<Shown<&'a crate::facts::Text>>,
    subject: Shown<&'a DistinguishedName>,
    key: Key,
    signature: Shown<&'a crate::facts::SignatureAlgorithm>,
    signature_holds: Option<bool>,
    key_usage: Option<Vec<&'static str>>,
    purposes: Option<Vec<String>>,
    ca: Option<bool>,
    certificate: Option<CertificateEntry<'a>>,
    request: Option<RequestEntry>,
    place: usize,
    chain: Vec<CertificateEntry<'a>>,
    links: Vec<LinkEntry>,
    private_key: &'static str,
    repairs: Vec<&'a str>,
    ignored: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    chain_number: Option<usize>,
}

impl InspectEntry<'_> {
    /// Says which chain of a live source this is, from 0.
    #[must_use]
    pub fn of_chain(self, position: usize) -> Self {
        Self { chain_number: Some(position + 1), ..self }
    }
}

/// What one of `chain` is to the others.
#[derive(Debug, Serialize)]
struct LinkEntry {
    place: usize,
    issued: Vec<usize>,
    same_as: Option<usize>,
    stranger: bool,
}

impl From<Link<'_>> for LinkEntry {
    fn from(link: Link<'_>) -> Self {
        Self { place: link.place, issued: link.issued, same_as: link.same_as, stranger: link.is_stranger }
    }
}

/// A source that holds nothing but keys.
#[derive(Debug, Serialize)]
pub struct KeysEntry<'a> {
    source: Shown<&'a crate::facts::Source>,
    kind: &'static str,
    key: Option<Key>,
    private_key: &'static str,
    repairs: Vec<&'a str>,
    ignored: &'a [String],
}

/// The entries of a SAN; positions count from 1.
#[derive(Debug, Default)]
pub(super) struct NameList<'a>(&'a [GeneralName]);

impl Serialize for NameList<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().enumerate().map(|(index, value)| NameEntry {
            kind: Word(value.kind()),
            value: NameValue(value),
            position: index + 1,
        }))
    }
}

#[derive(Debug, Serialize)]
struct NameEntry<'a> {
    kind: Word,
    value: NameValue<'a>,
    position: usize,
}

/// What an entry of the SAN says. Of some certificates it is most of what there is to write, and nearly always plain.
#[derive(Debug)]
struct NameValue<'a>(&'a GeneralName);

impl Serialize for NameValue<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.dns().and_then(Text::plain) {
            Some(plain) => serializer.serialize_str(plain),
            None => serializer.collect_str(self.0),
        }
    }
}

/// A public key.
#[derive(Debug, Serialize)]
struct Key {
    kind: String,
    bits: Option<u32>,
}

/// A certificate's own fields. `check` gives them too.
#[derive(Debug, Serialize)]
pub(super) struct CertificateEntry<'a> {
    subject: Shown<&'a DistinguishedName>,
    issuer: Shown<&'a DistinguishedName>,
    serial: Shown<&'a crate::facts::Serial>,
    not_before: Moments,
    not_after: Moments,
    days_left: i64,
    sha256: String,
    sha1: String,
    pem: String,
}

/// A request's own fields.
#[derive(Debug, Serialize)]
struct RequestEntry {
    pem: String,
}

/// RFC 3339, or seconds since 1970 where no calendar date exists.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(super) struct Moments(String);

impl From<Moment> for Moments {
    fn from(moment: Moment) -> Self {
        Self(moment.rfc3339())
    }
}

/// What `subject` is, as of `now`.
pub fn inspect<'a>(subject: &Subject<'a>, now: Moment) -> InspectEntry<'a> {
    let identity = subject.item.identity();
    let (kind, signature, request) = match subject.item {
        Item::Certificate(cert) => ("certificate", &cert.signature, None),
        Item::Request(request) => {
            ("request", &request.signature, Some(RequestEntry { pem: armour("CERTIFICATE REQUEST", &request.der) }))
        }
    };
    let holds = match subject.item {
        Item::Request(request) => match request.verify() {
            Verification::Holds => Some(true),
            Verification::Fails => Some(false),
            Verification::Unsupported => None,
        },
        Item::Certificate(_) => None,
    };
    let purposes = identity.purposes.as_ref();
    InspectEntry {
        source: Shown(&subject.evidence.source),
        kind,
        names: names(identity),
        first_dns_name: identity.names.first_dns().map(|(_, text)| Shown(text)),
        san: match identity.names.extension {
            SanExtension::Absent => "absent",
            SanExtension::Present => "present",
            SanExtension::Critical => "critical",
            SanExtension::Unreadable => "unreadable",
        },
        common_name: common_name(identity),
        subject: Shown(&identity.subject),
        key: key(&identity.key.kind),
        signature: Shown(signature),
        signature_holds: holds,
        key_usage: identity.key_usage.map(|usage| usage.names().collect()),
        purposes: purposes.map(|list| list.iter().map(ToString::to_string).collect()),
        ca: identity.basic_constraints.map(|constraints| constraints.ca),
        certificate: subject.item.certificate().map(|cert| certificate(cert, now)),
        request,
        place: subject.place(),
        chain: subject.chain.iter().map(|cert| certificate(cert, now)).collect(),
        links: subject.links().into_iter().map(LinkEntry::from).collect(),
        private_key: private_key(subject),
        repairs: subject.evidence.repairs.iter().map(|repair| repair.0.as_str()).collect(),
        ignored: &subject.evidence.ignored,
        chain_number: None,
    }
}

/// What a source holds that has nothing but keys: the first of them.
pub fn keys(evidence: &Evidence) -> KeysEntry<'_> {
    let open = evidence.open_keys().next();
    KeysEntry {
        source: Shown(&evidence.source),
        kind: "key",
        key: open.map(|open| key(&open.public.kind)),
        private_key: if open.is_some() { "open" } else { "encrypted" },
        repairs: evidence.repairs.iter().map(|repair| repair.0.as_str()).collect(),
        ignored: &evidence.ignored,
    }
}

/// The SAN's entries.
pub(super) fn names(identity: &Identity) -> NameList<'_> {
    NameList(&identity.names.entries)
}

/// The most specific common name: the last one.
pub(super) fn common_name(identity: &Identity) -> Option<Shown<&crate::facts::Text>> {
    identity.subject.common_names().next_back().map(Shown)
}

/// A certificate's own fields.
pub(super) fn certificate(cert: &Certificate, now: Moment) -> CertificateEntry<'_> {
    CertificateEntry {
        subject: Shown(&cert.identity.subject),
        issuer: Shown(&cert.issuer),
        serial: Shown(&cert.serial),
        not_before: cert.not_before.into(),
        not_after: cert.not_after.into(),
        days_left: now.days_until(cert.not_after),
        sha256: upper_hex(&cert.sha256(), ":"),
        sha1: lower_hex(&cert.sha1(), ""),
        pem: armour("CERTIFICATE", &cert.der),
    }
}

fn key(kind: &KeyKind) -> Key {
    let bits = match kind {
        KeyKind::Rsa { bits, .. } | KeyKind::RsaPss { bits } | KeyKind::Dsa { bits } => Some(*bits),
        _ => None,
    };
    Key { kind: kind.to_string(), bits }
}

fn private_key(subject: &Subject<'_>) -> &'static str {
    if subject.keys.own.is_some() {
        return "matches";
    }
    match subject.evidence.keys.last() {
        None if subject.keys.stray.is_some() => "differs",
        None => "absent",
        Some(KeyEntry::Locked | KeyEntry::Unread(_)) => "encrypted",
        Some(KeyEntry::Open(_) | KeyEntry::Opened(_)) => "differs",
    }
}
