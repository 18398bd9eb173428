//! The switches by which clients differ when they compare names.

use super::SanForm;
use crate::facts::{Name, Names, Target};

/// How a client compares a target with the names of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NamePolicy {
    /// Which dNSNames are read.
    pub scan: DnsScan,
    /// When the common name is read.
    pub common_name: CommonName,
    /// Which common name, when there are several.
    pub pick: CommonNamePick,
    /// Which wildcards are honoured.
    pub wildcard: Wildcard,
    /// Labels that must follow the wildcard's label (1: `*.com` is fine; 2: `*.contoso.com` at least).
    pub labels_after_star: u8,
    /// What an IP address as target is compared with.
    pub address: AddressMatch,
    /// Forms of the SAN that it passes over, as if there were none.
    pub unread: &'static [SanForm],
    /// What is made of the target before it is compared.
    pub reference: Reference,
    /// By which IDNA U-labels become A-labels.
    pub idna: Idna,
    /// What a trailing dot of the target does.
    pub trailing_dot: TrailingDot,
    /// What a trailing dot of a name in the certificate does.
    pub presented_dot: PresentedDot,
}

impl NamePolicy {
    /// True when it reads none of these names because of the form of the list.
    pub fn passes_over(&self, names: &Names) -> bool {
        self.unread.iter().any(|form| form.is_of(names))
    }

    /// RFC 9525 §6.3 and §6.4 to the letter; models name what they do otherwise.
    pub const RFC9525: Self = Self {
        scan: DnsScan::All,
        common_name: CommonName::Never,
        pick: CommonNamePick::Last,
        wildcard: Wildcard::WholeLabel,
        labels_after_star: 1,
        address: AddressMatch::Octets,
        unread: &[],
        reference: Reference::WellFormed,
        idna: Idna::Of2008,
        trailing_dot: TrailingDot::Dropped,
        presented_dot: PresentedDot::Kept,
    };
}

/// Which dNSNames of the SAN a client reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DnsScan {
    /// Any of them may match.
    All,
    /// Only the first; entries of other kinds are skipped (KB958977).
    First,
    /// None: it knows no SAN.
    Nothing,
    /// It compares no names at all: every certificate fits.
    Unchecked,
}

/// When a client reads the common name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommonName {
    /// Never.
    Never,
    /// It is all that is read.
    Only,
    /// Beside the SAN: either may match.
    Also,
    /// When the SAN has no dNSName; one that cannot be read may have some.
    IfNoDns,
    /// When the SAN has no dNSName, or cannot be read.
    IfNoReadableDns,
    /// When the SAN can be read and has neither dNSName nor iPAddress.
    IfNoDnsOrAddress,
    /// When the SAN can be read and has no dNSName, SRVName or URI (RFC 6125 §6.4.4).
    IfNoDnsSrvUri,
    /// When the SAN can be read and has no dNSName, iPAddress, URI or SRVName, and the purposes allow a TLS server.
    IfNoDnsAddressUriSrv,
    /// When there is no SAN extension.
    IfNoSan,
    /// When there is no SAN extension, or one that cannot be read.
    IfNoReadableSan,
}

/// Which common name counts when there are several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommonNamePick {
    /// The last in wire order: the most specific.
    Last,
    /// There must be exactly one, and not an IA5String: GnuTLS.
    OnlyOne,
    /// Any of them.
    Any,
    /// The first in wire order.
    First,
}

/// Where a star may stand, and what it may stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wildcard {
    /// Nowhere.
    Never,
    /// The whole first label; stands for one label of host characters (RFC 9525 §6.3).
    WholeLabel,
    /// The whole first label; stands for whatever comes before the first dot.
    WholeLabelUnchecked,
    /// The whole first label; the rest as in `InFirstLabel`.
    WholeLabelOpenSsl,
    /// The whole first label, where host and name are of letters, digits, underscores and hyphens that do not begin a
    /// label; anything else fits only what is the same, a dot at the end included: Go.
    WholeLabelIfValid,
    /// First or last in the first label (`w*.contoso.com`), once, two dots after it, not in A-labels: OpenSSL.
    InFirstLabel,
    /// Anywhere in the first label, once (RFC 2818 §3.1).
    AnywhereInFirstLabel,
    /// As `AnywhereInFirstLabel`; `*.contoso.com` stands for `contoso.com` too: Android 4.
    FirstLabelOrNone,
    /// First character of a name with two dots or more; more may follow it (`*w.contoso.com`): GnuTLS.
    LeadingStar,
    /// Anywhere in any label, any number of times: JSSE's HTTPS mode.
    InAnyLabel,
}

/// What an IP address as target is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressMatch {
    /// iPAddress entries, by octets.
    Octets,
    /// iPAddress entries; an IPv4 address and the same in IPv6 (RFC 4291 §2.5.5.2) are one.
    OctetsMapped,
    /// iPAddress entries, and the common name as text where it is read: curl.
    OctetsOrCommonName,
    /// iPAddress entries, and the text of the names that are read.
    OctetsOrText,
    /// The text of the names that are read.
    Text,
    /// Nothing: it never matches.
    Never,
}

/// What is made of the target before it is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reference {
    /// A well-formed name in A-labels; a malformed one matches nothing.
    WellFormed,
    /// In A-labels where it has any; what STD3 and Java's SNIHostName forbid, such as an underscore, matches nothing,
    /// a number at the end does no harm.
    SniHostName,
    /// U-labels become A-labels, or match nothing where that fails; ASCII stays as typed.
    Mapped,
    /// As `Mapped`, by UTS 46 without UseSTD3ASCIIRules: an underscore does no harm beside U-labels.
    MappedLoosely,
    /// The bytes as typed: no IDNA.
    Typed,
    /// The server's IP address, whatever was typed (Q273948).
    PeerAddress,
}

/// Which version of IDNA: they differ in four characters, of which the sharp s is the one that is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Idna {
    /// IDNA 2003 (RFC 3490): `faß.example` is `fass.example`.
    Of2003,
    /// IDNA 2008 (RFC 5891, UTS 46): `faß.example` is `xn--fa-hia.example`.
    Of2008,
}

impl Idna {
    /// The target as a name.
    pub(super) fn name(self, target: &Target) -> Option<&Name> {
        match self {
            Self::Of2003 => target.name_of_2003(),
            Self::Of2008 => target.name(),
        }
    }
}

/// What happens when the target was typed with a dot at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrailingDot {
    /// It is taken away before comparing.
    Dropped,
    /// It stays: only a name with the same dot matches.
    Kept,
    /// It is taken away; a name with the same dot matches too.
    Either,
    /// Nothing matches.
    Refused,
}

/// What happens when a name in the certificate has a dot at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PresentedDot {
    /// It is taken away before comparing.
    Dropped,
    /// It stays part of the name.
    Kept,
}
