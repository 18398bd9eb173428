//! What was found, written for people or for programs: one output format per folder.

pub mod json;
pub mod reference;
pub mod text;

use std::borrow::Cow;

use crate::clients::{CommonName, DnsScan, Fault, Reference};
use crate::facts::Identity;
use crate::judge::{Outcome, Verdict};

/// `remote.contoso.com`, with the U-labels behind an internationalised name that has A-labels: `xn--bcher-kva.de (bücher.de)`.
pub(crate) fn with_unicode(entry: &crate::facts::GeneralName) -> String {
    let shown = entry.to_string();
    match entry.name().and_then(|name| name.unicode()).filter(|unicode| *unicode != shown) {
        Some(unicode) => format!("{shown} ({unicode})"),
        None => shown,
    }
}

/// The system that words are shown on, where others show something else.
pub(crate) fn on(system: Option<&str>) -> String {
    system.map(|system| format!(" on {system}")).unwrap_or_default()
}

/// Why a client complains, where what it compared does not say it. Plain ASCII without quotes.
pub(crate) fn reason(verdict: &Verdict<'_>, identity: &Identity) -> Option<Cow<'static, str>> {
    oddity(verdict, identity).or_else(|| blame(verdict.fault?).map(Cow::Borrowed))
}

/// What is wrong beside the name, in the words of a sentence.
pub(crate) fn blame(fault: Fault) -> Option<&'static str> {
    Some(match fault {
        // The row itself says what was compared, and which versions are offered.
        Fault::Name | Fault::Version => return None,
        Fault::Expired => "the certificate has expired",
        Fault::NotYetValid => "the certificate is not valid yet",
        Fault::Untrusted => "no chain leads to a trusted root",
        Fault::SelfSigned => "the certificate is its own issuer and not trusted",
        Fault::UnknownRoot => "the root that came along is not trusted",
        Fault::SpoiltChain => {
            "a CA of its chain did not or may not sign it, has expired, is another of that name or has a key it cannot use"
        }
        Fault::Unrooted => "what is trusted is no root",
        Fault::Detour => "the way that it tries leads to no trusted root",
        Fault::Misnomer => "the certificate names another key or certificate of its CA",
        Fault::UnmarkedAuthority => "a CA of its chain has basicConstraints that are not critical",
        Fault::UnlimitedAuthority => "a CA of its chain has no keyUsage",
        Fault::UnlinkedAuthority => "a CA of its chain does not name the key of its issuer",
        Fault::UnnamedAuthority => "a CA of its chain has no subjectKeyIdentifier",
        Fault::Unfit => "the certificate breaks one of its rules",
        Fault::WeakKey => "the key is too weak",
        Fault::UnusableKey => "it cannot use a key of this kind",
        Fault::WeakSignature => "the signature can be forged",
        Fault::UnknownSignature => "it knows no signature of this kind",
        Fault::InnerAlgorithm => "the certificate names two algorithms for one signature",
        Fault::Purpose => "the certificate is not meant for servers",
        Fault::Malformed => "the certificate cannot be read for sure",
        Fault::NetscapeType => "Netscape's certificate type is not that of a server",
        Fault::KeyUsage => "the key usage does not allow the handshake",
        Fault::Authority => "the certificate is one for a CA",
        Fault::Critical => "it does not know a critical extension",
        Fault::SigningKey => "the key may sign certificates, and it is no CA's",
        Fault::NoAuthorityKey => "the certificate does not name the key of its issuer",
    })
}

/// Why a client complains where no finding says it: the certificate may be as it should be, and the client is odd. Plain
/// ASCII without quotes.
pub(crate) fn oddity(verdict: &Verdict<'_>, identity: &Identity) -> Option<Cow<'static, str>> {
    let policy = &verdict.client.names;
    if verdict.outcome == Outcome::Accepts {
        return None;
    }
    if verdict.fault == Some(Fault::Version) {
        return Some(Cow::Owned(format!("it offers {}, which is not answered", verdict.client.versions)));
    }
    if policy.reference == Reference::PeerAddress {
        return Some(Cow::Borrowed("it compares the server's IP address with the common name, not the server's name"));
    }
    let reads_nothing_else = policy.scan == DnsScan::Nothing && policy.common_name == CommonName::Only;
    // Public CAs are advised to leave it out (BR 7.1.2.7.2).
    let has_none = || identity.subject.common_names().next().is_none();
    (reads_nothing_else && has_none()).then_some(Cow::Borrowed("it reads the common name alone, and there is none"))
}

/// `imaps://mail.contoso.com:993, smtp://mail.contoso.com:25`; with the address where a service was seen on several.
pub(crate) fn places(survey: &crate::facts::Survey, endpoints: impl Iterator<Item = usize>) -> String {
    let names = endpoints.filter_map(|index| survey.endpoints.get(index)).map(|endpoint| {
        let twin = |other: &&crate::facts::Endpoint| other.service == endpoint.service;
        match survey.endpoints.iter().filter(twin).count() {
            0 | 1 => endpoint.service.to_string(),
            _ => format!("{} at {}", endpoint.service, endpoint.address.ip()),
        }
    });
    names.collect::<Vec<String>>().join(", ")
}
