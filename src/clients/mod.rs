//! Models of mail clients and standards: what each compares, what it demands, what its user sees. Data only.
//!
//! Adding a client: a file here with a `pub(super) const CLIENT`, and its two lines below.

mod android;
mod android4;
mod angus_mail;
mod apple_mail;
mod boringssl;
mod certainty;
mod chrome;
mod cn_only;
mod curl;
mod demands;
mod dovecot;
mod exchange55_clients;
mod exchange55_ims;
mod exim_try;
mod gnutls;
mod go;
mod httpclient5;
mod issuers;
mod java_mail;
mod joined;
mod jsse;
mod libtls;
mod lists;
mod matching;
mod mbedtls;
mod mbedtls35;
mod openssl;
mod openssl41;
mod outlook2000;
mod outlook2007;
mod outlook2010;
mod outlook365;
mod outlook_anywhere;
mod outlook_exchange;
mod policy;
mod postfix_may;
mod postfix_verify;
mod python;
mod python313;
mod rfc2818;
mod rfc6125;
mod rfc9525;
mod rustls;
mod san;
mod schannel;
mod switches;
mod thunderbird;
mod versions;
mod when;
mod wildcard;
mod words;
mod xp_rpc_https;

pub use certainty::Aspect;
pub use demands::{Demands, Form, KeyFamily, LifeLimit, Roots, ServerAuth, Substitute};
pub use issuers::IssuerDemands;
pub use matching::{Compared, Comparison, Presented, compare};
pub use policy::{
    AddressMatch, CommonName, CommonNamePick, DnsScan, Idna, NamePolicy, PresentedDot, Reference, TrailingDot, Wildcard,
};
pub use san::SanForm;
pub use versions::{Meeting, Versions};
pub use when::When;
pub use words::{Message, Phrase, words};

use crate::error::{Error, nearest};
pub use crate::facts::{Mark, Statement};

/// The standard of today.
pub(crate) const STANDARD: &Client = &rfc9525::CLIENT;

/// Every model, in the order of the tables.
pub const ALL: &[&Client] = &[
    &outlook2007::CLIENT,
    &outlook2000::CLIENT,
    &outlook2010::CLIENT,
    &outlook365::CLIENT,
    &outlook_exchange::CLIENT,
    &outlook_anywhere::CLIENT,
    &xp_rpc_https::CLIENT,
    &exchange55_clients::CLIENT,
    &exchange55_ims::CLIENT,
    &schannel::CLIENT,
    &thunderbird::CLIENT,
    &apple_mail::CLIENT,
    &android::CLIENT,
    &android4::CLIENT,
    &java_mail::CLIENT,
    &angus_mail::CLIENT,
    &jsse::CLIENT,
    &httpclient5::CLIENT,
    &chrome::CLIENT,
    &openssl::CLIENT,
    &openssl41::CLIENT,
    &boringssl::CLIENT,
    &libtls::CLIENT,
    &gnutls::CLIENT,
    &mbedtls::CLIENT,
    &mbedtls35::CLIENT,
    &curl::CLIENT,
    &python::CLIENT,
    &python313::CLIENT,
    &go::CLIENT,
    &rustls::CLIENT,
    &postfix_may::CLIENT,
    &postfix_verify::CLIENT,
    &exim_try::CLIENT,
    &dovecot::CLIENT,
    &rfc9525::CLIENT,
    &rfc6125::CLIENT,
    &rfc2818::CLIENT,
    &cn_only::CLIENT,
];

/// One generation of one client, or one standard.
#[derive(Debug)]
pub struct Client {
    /// Short name for `--client` and JSON; never renamed.
    pub id: &'static str,
    /// Name for people, e.g. `Outlook 2007`.
    pub name: &'static str,
    /// Where the model applies, e.g. `POP3, IMAP4, SMTP`.
    pub service: &'static str,
    /// Which `--client` group it is in.
    pub group: Group,
    /// Which names it compares, and how.
    pub names: NamePolicy,
    /// What else it demands of a certificate.
    pub demands: Demands,
    /// The versions of TLS that it offers.
    pub versions: Versions,
    /// The kinds of fault that it looks at, in the order in which it speaks of them.
    pub heeds: &'static [Fault],
    /// What it does when it finds a fault.
    pub reaction: Reaction,
    /// What its user sees, by fault; the first that holds.
    pub words: &'static [(Fault, Phrase)],
    /// How sure we are of `names`.
    pub mark: Mark,
    /// The parts of `names` of which we are less sure: nobody documents them.
    pub surmised: &'static [Aspect],
    /// What is known, with sources.
    pub statements: &'static [Statement],
}

/// The groups that `--client` takes beside `all`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// No longer made, still met.
    Legacy,
    /// In use and maintained.
    Modern,
    /// A document, not a program.
    Standard,
}

/// What a client does when it finds a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reaction {
    /// The user may go on: the verdict is "warns".
    Asks,
    /// The connection ends: the verdict is "refuses".
    Stops,
    /// It goes on by itself: the verdict is "accepts".
    GoesOn,
}

/// What a client may complain of. Decides which words its user sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// No name fits.
    Name,
    /// The life is over.
    Expired,
    /// The life has not begun.
    NotYetValid,
    /// The chain does not lead to a root it trusts.
    Untrusted,
    /// The same of a certificate that is its own issuer.
    SelfSigned,
    /// The same, and the root that is not trusted came along.
    UnknownRoot,
    /// The same, for a CA of the chain did not or may not sign the certificate, or has expired, or the root is another of its name.
    SpoiltChain,
    /// The same, for what is trusted is no root.
    Unrooted,
    /// The same, for the way that it tries leads to no trusted root, and another would.
    Detour,
    /// The same, for the certificate says that another key or certificate of its CA signed it.
    Misnomer,
    /// The same, for basicConstraints of a CA are not critical.
    UnmarkedAuthority,
    /// The same, for a CA has no keyUsage.
    UnlimitedAuthority,
    /// The same, for a CA does not name the key of its issuer.
    UnlinkedAuthority,
    /// The same, for a CA does not name its own key.
    UnnamedAuthority,
    /// Key, signature, usage or life break a rule of its own.
    Unfit,
    /// The key is too short.
    WeakKey,
    /// The key is of a kind that it cannot use.
    UnusableKey,
    /// It is signed over a digest that it does not take.
    WeakSignature,
    /// It is signed over a digest that it does not know.
    UnknownSignature,
    /// The algorithm named inside is not that of the signature.
    InnerAlgorithm,
    /// It is not meant for servers.
    Purpose,
    /// The key usage does not allow what the handshake needs.
    KeyUsage,
    /// Netscape's certificate type is not that of a server.
    NetscapeType,
    /// It is the certificate of a CA.
    Authority,
    /// A critical extension is not known.
    Critical,
    /// The key of its issuer is not named.
    NoAuthorityKey,
    /// Its key may sign certificates, though it is no CA's.
    SigningKey,
    /// It, or an extension that is read, cannot be read for sure.
    Malformed,
    /// No version of TLS is shared with the service: no certificate is seen.
    Version,
}

impl Fault {
    /// What clients tell apart that do not look closer.
    pub const ALL: &[Self] = &[Self::Name, Self::Expired, Self::NotYetValid, Self::Untrusted, Self::Unfit];

    /// How many kinds there are.
    pub(crate) const COUNT: usize = Self::Version as usize + 1;

    /// Every kind, in the order in which they are declared.
    pub(crate) const EVERY: [Self; Self::COUNT] = [
        Self::Name,
        Self::Expired,
        Self::NotYetValid,
        Self::Untrusted,
        Self::SelfSigned,
        Self::UnknownRoot,
        Self::SpoiltChain,
        Self::Unrooted,
        Self::Detour,
        Self::Misnomer,
        Self::UnmarkedAuthority,
        Self::UnlimitedAuthority,
        Self::UnlinkedAuthority,
        Self::UnnamedAuthority,
        Self::Unfit,
        Self::WeakKey,
        Self::UnusableKey,
        Self::WeakSignature,
        Self::UnknownSignature,
        Self::InnerAlgorithm,
        Self::Purpose,
        Self::KeyUsage,
        Self::NetscapeType,
        Self::Authority,
        Self::Critical,
        Self::NoAuthorityKey,
        Self::SigningKey,
        Self::Malformed,
        Self::Version,
    ];

    /// True for what breaks a rule of the client's own.
    pub fn is_unfit(self) -> bool {
        self.is_a(Self::Unfit)
    }

    /// True when it is of this kind, or a part of it.
    pub fn is_a(self, kind: Self) -> bool {
        self == kind || self.broader() == Some(kind)
    }

    /// The kind that this one is a part of.
    pub const fn broader(self) -> Option<Self> {
        match self {
            Self::Name | Self::Expired | Self::NotYetValid | Self::Untrusted | Self::Unfit | Self::Version => None,
            Self::SelfSigned
            | Self::UnknownRoot
            | Self::SpoiltChain
            | Self::Unrooted
            | Self::Detour
            | Self::Misnomer
            | Self::UnmarkedAuthority
            | Self::UnlimitedAuthority
            | Self::UnlinkedAuthority
            | Self::UnnamedAuthority => Some(Self::Untrusted),
            Self::WeakKey
            | Self::UnusableKey
            | Self::WeakSignature
            | Self::UnknownSignature
            | Self::InnerAlgorithm
            | Self::Purpose
            | Self::KeyUsage
            | Self::NetscapeType
            | Self::Authority
            | Self::Critical
            | Self::NoAuthorityKey
            | Self::SigningKey
            | Self::Malformed => Some(Self::Unfit),
        }
    }
}

impl Client {
    /// The model with this id.
    pub fn find(id: &str) -> Option<&'static Self> {
        ALL.iter().copied().find(|client| client.id == id)
    }

    /// The model with this id.
    ///
    /// # Errors
    /// [`Error::Unknown`] with the id that was probably meant.
    pub fn find_or_suggest(id: &str) -> Result<&'static Self, Error> {
        let ids = ALL.iter().map(|client| client.id);
        let unknown = || Error::Unknown { what: "client", name: id.to_owned(), nearest: nearest(id, ids) };
        Self::find(&id.to_ascii_lowercase()).ok_or_else(unknown)
    }

    /// True when it looks at this kind of fault at all.
    pub fn heeds(&self, fault: Fault) -> bool {
        self.urgency(fault).is_some()
    }

    /// How early it speaks of this kind of fault, from 0; none when it does not look at it.
    pub fn urgency(&self, fault: Fault) -> Option<usize> {
        if fault == Fault::Version {
            return Some(0);
        }
        let place = |fault: Fault| self.heeds.iter().position(|heeded| *heeded == fault);
        let heeded = place(fault).or_else(|| place(fault.broader()?));
        // Without a key that it can use there is no connection in which it could overlook anything.
        heeded.map(|place| 1 + place).or((fault == Fault::UnusableKey).then_some(0))
    }
}

/// The models that `spec` names: ids and the groups `all`, `modern`, `legacy` and `standard`, separated by commas; each
/// model once, in the order of [`ALL`].
///
/// # Errors
/// [`Error::Unknown`] for a word that is neither.
pub fn select(spec: &str) -> Result<Vec<&'static Client>, Error> {
    let words: Vec<String> = spec.split(',').map(|word| word.trim().to_ascii_lowercase()).collect();
    for word in &words {
        if !GROUPS.contains(&word.as_str()) && Client::find(word).is_none() {
            let known = GROUPS.iter().copied().chain(ALL.iter().map(|client| client.id));
            return Err(Error::Unknown { what: "client", name: word.clone(), nearest: nearest(word, known) });
        }
    }
    let wanted = |client: &&Client| {
        words.iter().any(|word| match word.as_str() {
            "all" => true,
            "modern" => client.group == Group::Modern,
            "legacy" => client.group == Group::Legacy,
            "standard" => client.group == Group::Standard,
            id => client.id == id,
        })
    };
    Ok(ALL.iter().copied().filter(wanted).collect())
}

const GROUPS: &[&str] = &["all", "modern", "legacy", "standard"];

#[cfg(test)]
mod matching_tests;
#[cfg(test)]
mod tests;
