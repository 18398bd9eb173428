//! Compares a target with a certificate's names, as one client does it.

use std::fmt;
use std::net::IpAddr;

use super::when::is_illegal_to_java;
use super::wildcard::{self, Asked};
use super::{AddressMatch, CommonName, CommonNamePick, DnsScan, NamePolicy, Reference, TrailingDot};
use crate::facts::{
    AttributeKind, GeneralName, Host, Identity, NameFault, Purpose, SanExtension, StringKind, Target, Text,
};

/// What a client compared, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison<'a> {
    /// The identity that was compared.
    pub compared: Compared<'a>,
    /// Whether it fits the target.
    pub matches: bool,
}

/// The identity that a client compared with the target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Compared<'a> {
    /// Every dNSName, in vain.
    AllDns(usize),
    /// Every dNSName, and this common name, in vain.
    AllDnsAndCommonName(usize, &'a Text),
    /// This dNSName, the first: nothing else was read.
    FirstDns(&'a Text),
    /// This dNSName, which fits.
    Dns(&'a Text),
    /// This common name.
    CommonName(&'a Text),
    /// The iPAddress entries, in vain: how many there are.
    Addresses(usize),
    /// This iPAddress, which fits.
    Address(IpAddr),
    /// There was nothing that it reads.
    Nothing,
    /// The target is no host name to it: nothing was compared.
    HostRefused,
    /// The server's IP address is compared, and is not known here: nothing was decided.
    PeerAddress,
    /// It compares no names at all.
    NotCompared,
}

impl fmt::Display for Compared<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AllDns(1) => out.write_str("the only dNSName"),
            Self::AllDns(count) => write!(out, "all {count} dNSNames"),
            Self::AllDnsAndCommonName(count, text) => {
                Self::AllDns(*count).fmt(out)?;
                out.write_str(" and ")?;
                Self::CommonName(text).fmt(out)
            }
            Self::FirstDns(text) => {
                out.write_str("first ")?;
                Self::Dns(text).fmt(out)
            }
            Self::Dns(text) => {
                out.write_str("dNSName ")?;
                Brief(text).fmt(out)
            }
            Self::CommonName(text) => {
                out.write_str("common name ")?;
                Brief(text).fmt(out)
            }
            Self::Addresses(0) => out.write_str("iPAddress entries: none"),
            Self::Addresses(1) => out.write_str("the only iPAddress"),
            Self::Addresses(count) => write!(out, "all {count} iPAddresses"),
            Self::Address(address) => write!(out, "iPAddress {address}"),
            Self::Nothing => out.write_str("nothing: no name it reads"),
            Self::HostRefused => out.write_str("nothing: no host name to it"),
            Self::PeerAddress => out.write_str("the server's address, not known here"),
            Self::NotCompared => out.write_str("nothing: it compares no names"),
        }
    }
}

/// A name that every client's verdict repeats: longer than any DNS name, it is cut.
struct Brief<'a>(&'a Text);

impl fmt::Display for Brief<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        const LONGEST: usize = 253;
        match self.0.as_bytes().get(..LONGEST) {
            Some(head) if head.len() < self.0.as_bytes().len() => write!(out, "{}...", Text::new(head)),
            _ => self.0.fmt(out),
        }
    }
}

/// What a client with this policy makes of `identity` when its user typed `target`. Allocates nothing.
pub fn compare<'a>(policy: &NamePolicy, identity: &'a Identity, target: &Target) -> Comparison<'a> {
    Presented::of(identity, target).compare(policy, target)
}

/// The names that clients compare with one target, looked at once for all clients.
#[derive(Clone, Copy, Debug)]
pub struct Presented<'a> {
    identity: &'a Identity,
    /// How many dNSNames there are.
    dns: usize,
    /// False when no client of any kind finds the target among them.
    may_fit: bool,
}

impl<'a> Presented<'a> {
    /// Looks at the names of `identity`.
    pub fn of(identity: &'a Identity, target: &Target) -> Self {
        let typed = target.text().as_bytes();
        let name = target.name().map_or(typed, |name| name.as_str().as_bytes());
        let may_cover = |text: &Text, asked| wildcard::may_cover(text.as_bytes(), asked);
        let fits = |text: &Text| may_cover(text, typed) || (name != typed && may_cover(text, name));
        let may_fit =
            wildcard::is_international(typed) || identity.names.dns().chain(identity.subject.common_names()).any(fits);
        Self { identity, dns: identity.names.dns().count(), may_fit }
    }

    /// What a client with this policy makes of them; `target` is the one that they were looked at for.
    pub fn compare(self, policy: &NamePolicy, target: &Target) -> Comparison<'a> {
        if policy.scan == DnsScan::Unchecked {
            return Comparison { compared: Compared::NotCompared, matches: true };
        }
        let without_names = NamePolicy {
            scan: DnsScan::Nothing,
            common_name: CommonName::Only,
            address: AddressMatch::Never,
            ..*policy
        };
        let policy = if policy.passes_over(&self.identity.names) { &without_names } else { policy };
        if let Some(address) = target.address() {
            return compare_address(policy, self, target, address);
        }
        if policy.reference == Reference::PeerAddress {
            return compare_peer(policy, self);
        }
        let Some(asked) = asked(policy, target) else {
            return Comparison { compared: Compared::HostRefused, matches: false };
        };
        let covers = |presented: &Text| wildcard::covers(policy, presented.as_bytes(), &asked);
        compare_text(policy, self, self.may_fit.then_some(&covers))
    }
}

/// A name never equals the server's address, which is not known here; one that is an address itself may (Q273948).
fn compare_peer<'a>(policy: &NamePolicy, names: Presented<'a>) -> Comparison<'a> {
    let is_address = |text: &Text| text.as_str().is_some_and(|text| text.parse::<IpAddr>().is_ok());
    let compared = compare_text(policy, names, Some(&is_address));
    if compared.matches { Comparison { compared: Compared::PeerAddress, ..compared } } else { compared }
}

/// What the names are compared with; none when this client compares nothing with such a target.
fn asked<'t>(policy: &NamePolicy, target: &'t Target) -> Option<Asked<'t>> {
    let typed = target.text().as_bytes();
    // C strings end at NUL, and no standard knows a name with one.
    if typed.is_empty() || memchr::memchr(0, typed).is_some() {
        return None;
    }
    let dotted = target.has_trailing_dot();
    if dotted && policy.trailing_dot == TrailingDot::Refused {
        return None;
    }
    let kept = dotted && policy.trailing_dot == TrailingDot::Kept;
    let either = dotted && policy.trailing_dot == TrailingDot::Either;
    match (policy.reference, target.host()) {
        (Reference::PeerAddress, _) | (_, Host::Address(_)) => None,
        // Nobody looks whether an A-label that was typed stands for anything.
        (Reference::WellFormed, Host::Malformed(NameFault::Idna)) if typed.is_ascii() => {
            let bare = typed.strip_suffix(b".").unwrap_or(typed);
            let last = bare.rsplit(|byte| *byte == b'.').next().unwrap_or_default();
            let is_name = !last.iter().all(u8::is_ascii_digit);
            is_name.then_some(Asked { name: bare, dotted: kept, also: either.then_some(typed) })
        }
        (Reference::WellFormed, Host::Malformed(_)) => None,
        (Reference::SniHostName, _) if is_illegal_to_java(target) => None,
        (Reference::SniHostName, Host::Malformed(_)) => {
            Some(Asked { name: typed.strip_suffix(b".").unwrap_or(typed), dotted: false, also: None })
        }
        (Reference::WellFormed | Reference::SniHostName, Host::Name(name)) => {
            let name = policy.idna.name(target).unwrap_or(name);
            Some(Asked { name: name.as_str().as_bytes(), dotted: kept, also: either.then_some(typed) })
        }
        (Reference::Mapped | Reference::MappedLoosely, host) if !typed.is_ascii() => {
            // Mapping starts from UTF-8.
            let (Host::Name(name), Some(_)) = (host, target.text().as_str()) else { return None };
            let name = policy.idna.name(target).unwrap_or(name);
            // STD3 rules know no underscore (RFC 5895, UTS 46 UseSTD3ASCIIRules).
            let obeys_std3 = !name.as_str().contains('_');
            let is_mapped = obeys_std3 || policy.reference == Reference::MappedLoosely;
            is_mapped.then_some(Asked { name: name.as_str().as_bytes(), dotted: kept, also: None })
        }
        (Reference::Mapped | Reference::MappedLoosely | Reference::Typed, _) => {
            let bare = if kept { typed } else { typed.strip_suffix(b".").unwrap_or(typed) };
            (!bare.is_empty()).then_some(Asked { name: bare, dotted: false, also: either.then_some(typed) })
        }
    }
}

/// Whether a name fits; none when no name does.
type Fits<'f> = Option<&'f dyn Fn(&Text) -> bool>;

/// Goes through the names that are read, until one fits.
fn compare_text<'a>(policy: &NamePolicy, names: Presented<'a>, any: Fits<'_>) -> Comparison<'a> {
    let identity = names.identity;
    let fits = |text: &Text| any.is_some_and(|fits| fits(text));
    // An IA5String is ASCII, and Java reads anything else in it as question marks.
    let is_read = |text: &Text| policy.reference != Reference::SniHostName || text.as_bytes().is_ascii();
    let mut count = 0;
    match policy.scan {
        DnsScan::First => {
            if let Some((_, first)) = identity.names.first_dns() {
                return Comparison { compared: Compared::FirstDns(first), matches: fits(first) };
            }
        }
        DnsScan::All if any.is_none() => count = names.dns,
        DnsScan::All => {
            for text in identity.names.dns() {
                if is_read(text) && fits(text) {
                    return Comparison { compared: Compared::Dns(text), matches: true };
                }
                count += 1;
            }
        }
        DnsScan::Nothing | DnsScan::Unchecked => {}
    }
    let common_name = common_name(policy, identity, &fits);
    let compared = match common_name {
        Some((text, true)) => return Comparison { compared: Compared::CommonName(text), matches: true },
        Some((text, false)) if count == 0 => Compared::CommonName(text),
        Some((text, false)) => Compared::AllDnsAndCommonName(count, text),
        None if count == 0 => Compared::Nothing,
        None => Compared::AllDns(count),
    };
    Comparison { compared, matches: false }
}

/// The common name that is read, where one is, and whether it fits.
fn common_name<'a>(
    policy: &NamePolicy,
    identity: &'a Identity,
    fits: &dyn Fn(&Text) -> bool,
) -> Option<(&'a Text, bool)> {
    if !reads_common_name(policy.common_name, identity) {
        return None;
    }
    let mut all = identity.subject.common_names();
    let read = match policy.pick {
        CommonNamePick::Last => all.next_back()?,
        CommonNamePick::First => all.next()?,
        CommonNamePick::OnlyOne => only_common_name(identity)?,
        CommonNamePick::Any => {
            let last = identity.subject.common_names().next_back()?;
            all.find(|text| fits(text)).unwrap_or(last)
        }
    };
    Some((read, fits(read)))
}

/// The common name where there is one, not more, and as GnuTLS reads it: X.520 allows no IA5String, and what RFC 4514
/// escapes is not the name any more.
fn only_common_name(identity: &Identity) -> Option<&Text> {
    let mut all = identity.subject.attributes().filter(|attribute| attribute.kind == AttributeKind::CommonName);
    let only = all.next()?;
    let escaped = |bytes: &[u8]| {
        bytes.starts_with(b" ") || bytes.starts_with(b"#") || bytes.ends_with(b" ") || bytes.contains(&b'\\')
    };
    let readable = only.string != StringKind::Ia5 && !escaped(only.value.as_bytes());
    (readable && all.next().is_none()).then_some(&only.value)
}

pub(super) fn reads_common_name(when: CommonName, identity: &Identity) -> bool {
    let readable = identity.names.extension != SanExtension::Unreadable;
    // Nobody can say of a SAN that cannot be read that it holds no such entry.
    let none = |unwanted: fn(&GeneralName) -> bool| readable && !identity.names.entries.iter().any(unwanted);
    match when {
        CommonName::Never => false,
        CommonName::Only | CommonName::Also => true,
        CommonName::IfNoDns => none(|entry| matches!(entry, GeneralName::Dns(_))),
        CommonName::IfNoReadableDns => !identity.names.has_dns(),
        CommonName::IfNoDnsOrAddress => {
            none(|entry| matches!(entry, GeneralName::Dns(_) | GeneralName::Address(_) | GeneralName::BadAddress(_)))
        }
        CommonName::IfNoDnsSrvUri => {
            none(|entry| matches!(entry, GeneralName::Dns(_) | GeneralName::Srv(_) | GeneralName::Uri(_)))
        }
        CommonName::IfNoDnsAddressUriSrv => {
            let other = |entry: &GeneralName| {
                matches!(
                    entry,
                    GeneralName::Dns(_)
                        | GeneralName::Address(_)
                        | GeneralName::BadAddress(_)
                        | GeneralName::Uri(_)
                        | GeneralName::Srv(_)
                )
            };
            none(other) && may_serve(identity)
        }
        CommonName::IfNoSan => identity.names.extension == SanExtension::Absent,
        CommonName::IfNoReadableSan => !readable || identity.names.extension == SanExtension::Absent,
    }
}

/// True when the extended key usages, where given, allow a TLS server.
fn may_serve(identity: &Identity) -> bool {
    let serves = |purpose: &Purpose| matches!(purpose, Purpose::ServerAuth | Purpose::Any);
    identity.purposes.as_ref().is_none_or(|purposes| purposes.iter().any(serves))
}

fn compare_address<'a>(policy: &NamePolicy, names: Presented<'a>, target: &Target, address: IpAddr) -> Comparison<'a> {
    let identity = names.identity;
    let same = |text: &Text| text.as_bytes().eq_ignore_ascii_case(target.text().as_bytes());
    let is_one = |entry: IpAddr| match policy.address {
        AddressMatch::OctetsMapped => entry.to_canonical() == address.to_canonical(),
        _ => entry == address,
    };
    let octets = || {
        if identity.names.addresses().any(is_one) {
            return Comparison { compared: Compared::Address(address), matches: true };
        }
        let count = identity.names.entries.iter().filter(|entry| entry.kind() == "iPAddress").count();
        Comparison { compared: Compared::Addresses(count), matches: false }
    };
    let text = match policy.address {
        AddressMatch::Octets | AddressMatch::OctetsMapped => return octets(),
        AddressMatch::Never => return Comparison { compared: Compared::Nothing, matches: false },
        AddressMatch::Text => return compare_text(policy, names, Some(&same)),
        AddressMatch::OctetsOrText => compare_text(policy, names, Some(&same)),
        AddressMatch::OctetsOrCommonName => {
            compare_text(&NamePolicy { scan: DnsScan::Nothing, ..*policy }, names, Some(&same))
        }
    };
    let octets = octets();
    let only_text = octets.compared == Compared::Addresses(0) && text.compared != Compared::Nothing;
    if text.matches || (!octets.matches && only_text) { text } else { octets }
}
