//! What may keep a CA from signing a certificate.

use std::fmt;

use super::extension::extension_name;
use super::limits::{Limit, Limited, forbids, limits};
use super::{Certificate, KeyUsage, Moment, Omission, Purpose, Rewriting};

/// What may keep a CA from signing a certificate, for some clients or for all (RFC 5280 §6.1.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// basicConstraints says that it is no CA.
    NotAuthority,
    /// There are no basicConstraints; keyUsage says that it signs certificates.
    Unstated,
    /// There are neither basicConstraints nor keyUsage.
    Bare,
    /// It is of version 1 or 2, which have no extensions.
    OldVersion,
    /// keyUsage does not let it sign certificates.
    NoCertSign,
    /// It may not have that many CAs below it.
    TooDeep,
    /// Purposes are listed, and serverAuth is not among them.
    Purpose,
    /// It has a critical extension that not all programs know.
    Critical,
    /// Its life has not begun.
    NotYetValid,
    /// Its life is over.
    Expired,
    /// Its name constraints leave a name of the certificate out.
    Names,
    /// The algorithm named inside is not that of the signature.
    InnerAlgorithm,
    /// Its key is neither RSA nor on one of the curves that every program knows.
    KeyKind,
    /// Its key identifier is not the one that the certificate below gives for the key of its issuer.
    KeyIdentifier,
    /// Its issuer and serial number are not those that the certificate below gives for the certificate of its issuer.
    IssuerAndSerial,
    /// It is limited to names of a kind that not all programs look at.
    Limited(Limited, Limit),
    /// It lacks what few programs miss.
    Lacks(Omission),
    /// Its name is written otherwise than in the certificate below.
    Rewritten(Rewriting),
    /// It is trusted, and another CA signed it that is not.
    Unrooted,
    /// The same of the server's own certificate, and the one of that CA came along.
    OwnUnrooted,
    /// The same, and it came alone.
    OwnAlone,
    /// Another certificate of the CA, valid, comes before it and leads elsewhere.
    AfterOther,
    /// The same, and that one may not sign.
    AfterUnfit,
    /// The same, and that one's life is over or has not begun.
    AfterLapsed,
    /// A CA of the same name and with another key comes before it.
    AfterNamesake,
    /// It comes before the certificate that it signed.
    Backwards,
}

/// Where the certificate of a CA stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Between a certificate and its root.
    Between,
    /// A trusted root.
    Root,
}

/// An obstacle on the way to a trusted root.
#[derive(Clone, Copy, Debug)]
pub struct Met<'a> {
    /// The CA.
    pub authority: &'a Certificate,
    /// Where its certificate stands.
    pub place: Place,
    /// What is with it.
    pub obstacle: Obstacle,
}

/// `CN=Root has expired: it ended 2026-08-01`.
impl fmt::Display for Met<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let authority = self.authority;
        write!(out, "{} {}", authority.identity.subject, self.obstacle.words())?;
        match self.obstacle {
            Obstacle::Expired => write!(out, ": it ended {}", authority.not_after.date()),
            Obstacle::NotYetValid => write!(out, ": it begins {}", authority.not_before.date()),
            Obstacle::Critical => {
                let names: Vec<&str> = authority.critical.iter().map(|oid| extension_name(oid)).collect();
                write!(out, ": {}", names.join(", "))
            }
            Obstacle::Unrooted | Obstacle::OwnUnrooted | Obstacle::OwnAlone => {
                write!(out, ": {}, which signed it, is not trusted", authority.issuer)
            }
            Obstacle::AfterOther => write!(out, "; the one that {} signed does", authority.issuer),
            _ => Ok(()),
        }
    }
}

/// All that may keep `authority` from signing `leaf` at `now`, with `below` others between.
pub(crate) fn obstacles<'a>(
    authority: &'a Certificate,
    leaf: &'a Certificate,
    below: usize,
    now: Moment,
) -> impl Iterator<Item = Obstacle> + 'a {
    let stands = move |obstacle: &Obstacle| obstacle.stands(authority, leaf, below, now);
    let limits = limits(authority, leaf).into_iter().map(|(limited, limit)| Obstacle::Limited(limited, limit));
    let lacks = Omission::ALL.into_iter().filter(|omission| omission.is_of(authority)).map(Obstacle::Lacks);
    Obstacle::ALL.into_iter().filter(stands).chain(limits).chain(lacks)
}

impl Obstacle {
    /// All ways to write a name otherwise.
    pub const REWRITTEN: [Self; 5] = [
        Self::Rewritten(Rewriting::Type),
        Self::Rewritten(Rewriting::Ia5),
        Self::Rewritten(Rewriting::RareType),
        Self::Rewritten(Rewriting::Case),
        Self::Rewritten(Rewriting::Spaces),
    ];

    /// Limits of each kind, where they do not allow what was signed.
    pub const BROKEN_LIMITS: [Self; 3] = [
        Self::Limited(Limited::Directory, Limit::Broken),
        Self::Limited(Limited::Email, Limit::Broken),
        Self::Limited(Limited::Uri, Limit::Broken),
    ];

    /// All limits that some program minds.
    pub const LIMITS: [Self; 11] = [
        Self::Limited(Limited::Directory, Limit::Broken),
        Self::Limited(Limited::Email, Limit::Broken),
        Self::Limited(Limited::SubjectEmail, Limit::Broken),
        Self::Limited(Limited::Uri, Limit::Broken),
        Self::Limited(Limited::Directory, Limit::Permits),
        Self::Limited(Limited::Email, Limit::Permits),
        Self::Limited(Limited::Uri, Limit::Permits),
        Self::Limited(Limited::Directory, Limit::Excludes),
        Self::Limited(Limited::Email, Limit::Excludes),
        Self::Limited(Limited::Uri, Limit::Excludes),
        Self::Limited(Limited::Directory, Limit::Critical),
    ];

    /// In the order in which they are told.
    const ALL: [Self; 13] = [
        Self::NotAuthority,
        Self::Unstated,
        Self::Bare,
        Self::OldVersion,
        Self::NoCertSign,
        Self::TooDeep,
        Self::Purpose,
        Self::Critical,
        Self::NotYetValid,
        Self::Expired,
        Self::InnerAlgorithm,
        Self::KeyKind,
        Self::Names,
    ];

    fn stands(self, authority: &Certificate, leaf: &Certificate, below: usize, now: Moment) -> bool {
        let identity = &authority.identity;
        let (usage, constraints) = (identity.key_usage, identity.basic_constraints);
        let says_nothing = constraints.is_none() && authority.version == 3;
        let signs = usage.is_some_and(|usage| usage.contains(KeyUsage::KEY_CERT_SIGN));
        match self {
            Self::NotAuthority => constraints.is_some_and(|constraints| !constraints.ca),
            Self::Unstated => says_nothing && signs,
            Self::Bare => says_nothing && usage.is_none(),
            Self::OldVersion => constraints.is_none() && authority.version != 3,
            Self::NoCertSign => usage.is_some() && !signs,
            Self::TooDeep => {
                let longest = constraints.and_then(|constraints| constraints.path_length);
                longest.is_some_and(|longest| below > longest as usize)
            }
            Self::Purpose => identity.purposes.as_ref().is_some_and(|list| !list.contains(&Purpose::ServerAuth)),
            Self::Critical => !authority.critical.is_empty(),
            Self::NotYetValid => authority.not_before > now,
            Self::Expired => authority.not_after < now,
            Self::InnerAlgorithm => {
                authority.inner_signature.as_ref().is_some_and(|inner| inner.oid != authority.signature.oid)
            }
            Self::KeyKind => !identity.key.kind.is_common(),
            Self::Names => forbids(authority, &leaf.identity.names.entries),
            // They are found together.
            Self::Limited(..) | Self::Lacks(_) => false,
            // The certificate below decides.
            Self::KeyIdentifier | Self::IssuerAndSerial | Self::Rewritten(_) => false,
            // Whether it is trusted decides, not what it is.
            Self::Unrooted | Self::OwnUnrooted | Self::OwnAlone => false,
            // So do those that come before it.
            Self::AfterOther | Self::AfterUnfit | Self::AfterLapsed | Self::AfterNamesake | Self::Backwards => false,
        }
    }

    /// What is said of the CA: `is not a CA`.
    pub const fn words(self) -> &'static str {
        match self {
            Self::NotAuthority => "is not a CA",
            Self::Unstated | Self::Bare => "does not say that it is a CA",
            Self::OldVersion => "is of version 1, which cannot say that it is a CA",
            Self::NoCertSign => "may not sign certificates",
            Self::TooDeep => "may not have that many CAs below it",
            Self::Purpose => "may not sign for servers",
            Self::Critical => "has a critical extension that not all programs know",
            Self::NotYetValid => "is not valid yet",
            Self::Expired => "has expired",
            Self::Names => "may not sign these names",
            Self::Limited(Limited::Directory, Limit::Broken) => "may not sign for this subject",
            Self::Limited(Limited::Email | Limited::SubjectEmail, Limit::Broken) => "may not sign this e-mail address",
            Self::Limited(Limited::Uri, Limit::Broken) => "may not sign this URI",
            Self::Limited(Limited::Directory, _) => {
                "may sign for some subjects alone, and not all programs can tell which"
            }
            Self::Limited(Limited::Email | Limited::SubjectEmail, _) => {
                "may sign some e-mail addresses alone, and not all programs can tell which"
            }
            Self::Limited(Limited::Uri, _) => "may sign some URIs alone, and not all programs can tell which",
            Self::Lacks(omission) => omission.words(),
            Self::InnerAlgorithm => "names two algorithms for one signature",
            Self::KeyKind => "has a key of a kind that not all programs know",
            Self::KeyIdentifier => "has another key identifier than the certificate that it signed says",
            Self::IssuerAndSerial => "has another issuer or serial number than the certificate that it signed says",
            Self::Rewritten(Rewriting::Type | Rewriting::Ia5 | Rewriting::RareType) => {
                "writes its name in another string type than the certificate that it signed"
            }
            Self::Rewritten(Rewriting::Case) => "writes its name in other case than the certificate that it signed",
            Self::Rewritten(Rewriting::Spaces) => {
                "writes its name with other spaces than the certificate that it signed"
            }
            Self::Unrooted | Self::OwnUnrooted | Self::OwnAlone => "is trusted, but it is no root",
            Self::AfterOther => "has several certificates here, and the first does not lead to a root that will do",
            Self::AfterUnfit => "has several certificates here, and the first may not sign",
            Self::AfterLapsed => "has several certificates here, and the first has expired or begins later",
            Self::AfterNamesake => "has a namesake with another key here, which comes first",
            Self::Backwards => "comes before the certificate that it signed",
        }
    }

    /// True when it stands in no way but that of programs that know less, or do not look everywhere.
    pub const fn is_passable(self) -> bool {
        let is_kept = matches!(self, Self::Limited(_, limit) if !matches!(limit, Limit::Broken));
        self.is_detour() || is_kept || matches!(self, Self::KeyKind | Self::Lacks(_))
    }

    /// True when identifiers do not fit, or a name is written otherwise, though the signature does.
    pub const fn is_misnomer(self) -> bool {
        matches!(self, Self::KeyIdentifier | Self::IssuerAndSerial) || self.is_rewritten()
    }

    /// True when the same name is written in two ways.
    pub const fn is_rewritten(self) -> bool {
        matches!(self, Self::Rewritten(_))
    }

    /// True when it stands in no way but that of programs that do not look everywhere.
    pub const fn is_detour(self) -> bool {
        matches!(self, Self::AfterOther | Self::AfterUnfit | Self::AfterLapsed | Self::AfterNamesake | Self::Backwards)
    }

    /// True when what is trusted is no root.
    pub const fn is_unrooted(self) -> bool {
        matches!(self, Self::Unrooted | Self::OwnUnrooted | Self::OwnAlone)
    }
}
