//! The subjectAltName extension, entry for entry.

use std::borrow::Borrow;
use std::collections::HashSet;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::net::IpAddr;

use super::zone::{is_at_home, is_in_reverse_zone, is_internal_top, top_label};
use super::{DistinguishedName, Name, ObjectId, Text, lower_hex};

/// One entry of a subjectAltName (RFC 5280 §4.2.1.6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GeneralName {
    /// dNSName, as it was written.
    Dns(Text),
    /// iPAddress of 4 or 16 octets.
    Address(IpAddr),
    /// iPAddress of any other length.
    BadAddress(Box<[u8]>),
    /// rfc822Name
    Email(Text),
    /// uniformResourceIdentifier
    Uri(Text),
    /// otherName id-on-dnsSRV (RFC 4985): `_imaps.contoso.com`.
    Srv(Text),
    /// otherName 1.3.6.1.4.1.311.20.2.3: a Windows user principal name.
    Upn(Text),
    /// Any other otherName: its type.
    Other(ObjectId),
    /// directoryName
    Directory(DistinguishedName),
    /// registeredID
    RegisteredId(ObjectId),
    /// An entry that cannot be read: its tag number and bytes.
    Unreadable(u32, Box<[u8]>),
}

impl GeneralName {
    /// The RFC 5280 name of the kind of entry.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Dns(_) => "dNSName",
            Self::Address(_) | Self::BadAddress(_) => "iPAddress",
            Self::Email(_) => "rfc822Name",
            Self::Uri(_) => "uniformResourceIdentifier",
            Self::Srv(_) => "SRVName",
            Self::Upn(_) | Self::Other(_) => "otherName",
            Self::Directory(_) => "directoryName",
            Self::RegisteredId(_) => "registeredID",
            Self::Unreadable(..) => "unreadable",
        }
    }

    /// The dNSName, when it is one.
    pub fn dns(&self) -> Option<&Text> {
        match self {
            Self::Dns(text) => Some(text),
            _ => None,
        }
    }

    /// The dNSName as a well-formed name, when it is one.
    pub fn name(&self) -> Option<Name> {
        self.dns().and_then(Text::as_str).and_then(|text| Name::parse(text).ok())
    }

    /// True for the same entry; in a dNSName letter case does not count.
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Dns(one), Self::Dns(other)) => one.as_bytes().eq_ignore_ascii_case(other.as_bytes()),
            _ => self == other,
        }
    }

    /// True for a dNSName as [`Name::is_in_reverse_zone`] means it.
    pub(crate) fn is_in_reverse_zone(&self) -> bool {
        self.dns().and_then(Text::plain).is_some_and(is_in_reverse_zone)
    }

    /// The iPAddress, when it is one.
    pub fn address(&self) -> Option<IpAddr> {
        match self {
            Self::Address(address) => Some(*address),
            _ => None,
        }
    }
}

/// An entry that equals all that are the same by [`GeneralName::is_same`].
#[derive(Debug)]
pub(crate) struct AnyCase<N>(pub(crate) N);

impl<N: Borrow<GeneralName>> PartialEq for AnyCase<N> {
    fn eq(&self, other: &Self) -> bool {
        self.0.borrow().is_same(other.0.borrow())
    }
}

impl<N: Borrow<GeneralName>> Eq for AnyCase<N> {}

impl<N: Borrow<GeneralName>> Hash for AnyCase<N> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self.0.borrow() {
            GeneralName::Dns(text) => hash_lower(text.as_bytes(), state),
            GeneralName::Address(address) => address.hash(state),
            GeneralName::Email(text) | GeneralName::Uri(text) | GeneralName::Srv(text) | GeneralName::Upn(text) => {
                text.hash(state);
            }
            GeneralName::Other(oid) | GeneralName::RegisteredId(oid) => oid.as_bytes().hash(state),
            GeneralName::Directory(name) => name.der.hash(state),
            GeneralName::BadAddress(octets) | GeneralName::Unreadable(_, octets) => octets.hash(state),
        }
    }
}

/// In small letters, without memory for them.
fn hash_lower(text: &[u8], state: &mut impl Hasher) {
    for block in text.chunks(16) {
        let mut lower = [0; 16];
        lower[..block.len()].copy_from_slice(block);
        lower.make_ascii_lowercase();
        state.write(&lower);
    }
}

/// Tells names that no public CA may sign because their end is not in the root zone (BR 1.6.1). Remembers the end that it
/// was asked of last: those of one certificate are mostly the same.
#[derive(Debug, Default)]
pub(crate) struct InternalNames<'a> {
    last: Option<(&'a str, bool)>,
}

impl<'a> InternalNames<'a> {
    /// True for a dNSName that no public CA may sign.
    pub(crate) fn contains(&mut self, entry: &'a GeneralName) -> bool {
        // What is not plain is no well-formed name, which has a rule of its own.
        let Some(text) = entry.dns().and_then(Text::plain) else { return false };
        let Some(top) = top_label(text) else { return true };
        let (_, is_internal) = match self.last {
            Some(known) if known.0 == top => known,
            _ => *self.last.insert((top, is_internal_top(top))),
        };
        is_internal || is_at_home(text)
    }
}

/// The value alone, escaped.
impl fmt::Display for GeneralName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dns(text) | Self::Email(text) | Self::Uri(text) | Self::Srv(text) | Self::Upn(text) => text.fmt(out),
            Self::Address(address) => address.fmt(out),
            Self::BadAddress(bytes) => {
                write!(out, "{} octets: {}", bytes.len(), lower_hex(&bytes[..bytes.len().min(64)], ""))
            }
            Self::Other(oid) | Self::RegisteredId(oid) => out.write_str(oid),
            Self::Directory(name) => name.fmt(out),
            Self::Unreadable(tag, bytes) => write!(out, "tag {tag}, {} octets", bytes.len()),
        }
    }
}

/// Whether there is a subjectAltName extension, and its criticality.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum SanExtension {
    /// There is none.
    #[default]
    Absent,
    /// There is one, not marked critical.
    Present,
    /// There is one, marked critical.
    Critical,
    /// There is one that cannot be read.
    Unreadable,
}

/// The names of a certificate or request in wire order.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Names {
    /// The entries in wire order.
    pub entries: Vec<GeneralName>,
    /// Whether the extension is there.
    pub extension: SanExtension,
    /// Whether octets follow the list within its extension.
    pub is_followed: bool,
}

impl Names {
    /// All dNSNames in wire order.
    pub fn dns(&self) -> impl Iterator<Item = &Text> {
        self.entries.iter().filter_map(GeneralName::dns)
    }

    /// All iPAddresses of a valid length in wire order.
    pub fn addresses(&self) -> impl Iterator<Item = IpAddr> {
        self.entries.iter().filter_map(GeneralName::address)
    }

    /// The entry a first-name-only client reads, with its position from 0.
    pub fn first_dns(&self) -> Option<(usize, &Text)> {
        self.entries.iter().enumerate().find_map(|(position, entry)| entry.dns().map(|text| (position, text)))
    }

    /// Tells of `questions` texts whether they are listed.
    pub(crate) fn listing(&self, questions: usize) -> Listing<'_> {
        /// Up to this many, to go through the names again for each costs less.
        const FEW: usize = 8;
        let gather = || {
            let dns = self.dns().map(|text| text.as_bytes().to_ascii_lowercase()).collect();
            (dns, self.addresses().collect())
        };
        Listing { names: self, gathered: (questions > FEW).then(gather) }
    }

    /// True when there is at least one dNSName.
    pub fn has_dns(&self) -> bool {
        self.dns().next().is_some()
    }
}

/// Tells of texts whether they are among the names.
#[derive(Debug)]
pub(crate) struct Listing<'a> {
    names: &'a Names,
    /// The dNSNames in small letters and the iPAddresses.
    gathered: Option<(HashSet<Vec<u8>>, HashSet<IpAddr>)>,
}

impl Listing<'_> {
    /// True when this text is one of the dNSNames, in capitals or not, or one of the iPAddresses in any form.
    pub(crate) fn holds(&self, text: &Text) -> bool {
        let address = || text.as_str().and_then(|text| text.parse::<IpAddr>().ok());
        match &self.gathered {
            Some((dns, addresses)) => {
                dns.contains(&text.as_bytes().to_ascii_lowercase())
                    || address().is_some_and(|address| addresses.contains(&address))
            }
            None => {
                let same = |name: &Text| name.as_bytes().eq_ignore_ascii_case(text.as_bytes());
                self.names.dns().any(same)
                    || address().is_some_and(|address| self.names.addresses().any(|listed| listed == address))
            }
        }
    }
}

/// The entries, comma separated; `no names` when there are none.
impl fmt::Display for Names {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.entries.is_empty() {
            return out.write_str("no names");
        }
        for (index, entry) in self.entries.iter().enumerate() {
            if index > 0 {
                out.write_str(", ")?;
            }
            entry.fmt(out)?;
        }
        Ok(())
    }
}

impl From<&Name> for GeneralName {
    fn from(name: &Name) -> Self {
        Self::Dns(Text::from(name.as_str()))
    }
}
