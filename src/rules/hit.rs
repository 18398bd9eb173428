//! A rule's answer: how bad, what exactly, and what a plan can do about it.

use super::Rule;
use crate::error::listed;
use crate::facts::{Certificate, GeneralName, Identity, Limit, Met, Name, Names, Obstacle, Place, extension};

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Worth knowing.
    Note,
    /// A SHOULD, or it will break on a known date.
    Warning,
    /// A MUST, or clients were seen to refuse.
    Refused,
}

impl Level {
    /// `note`, `warning`, `refused`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Refused => "refused",
        }
    }
}

/// One rule's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// How bad it is.
    pub level: Level,
    /// What exactly was found, in one line.
    pub detail: String,
    /// What a new certificate has to do about it.
    pub remedy: Remedy,
}

/// A hit about live services, and which of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// What was found.
    pub hit: Hit,
    /// Positions in the survey's endpoints, ascending.
    pub endpoints: Vec<usize>,
}

/// What a plan can do about a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// List this name.
    AddName(Name),
    /// Put this name first.
    MoveFirst(Name),
    /// Leave out or rewrite these entries of the SAN: positions from 0, ascending.
    MendNames(Vec<(usize, Mend)>),
    /// Make the common name equal the first name.
    SetCommonName,
    /// Leave subject attributes out that a public CA will not sign.
    TrimSubject,
    /// Make a new key.
    NewKey,
    /// A new certificate cures it by itself: life, signature, usages, serial, version.
    Reissue,
    /// The rule's `fix` tells what to do; a new certificate cures it too.
    ManualOrReissue,
    /// Nothing certfix can do; the rule's `fix` tells how.
    Manual,
    /// Nothing certfix can do; in the place of the rule's `fix` this tells how.
    ByHand(String),
}

/// What becomes of one entry of the SAN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mend {
    /// It is left out.
    Drop,
    /// It is written as this name.
    Replace(Name),
}

impl Remedy {
    /// What to do about what stands in the way between a certificate and a trusted root; the rule's `fix` where that is about it.
    pub(super) fn of_way(met: &Met<'_>) -> Self {
        let is_limit = met.authority.critical.iter().any(|oid| **oid == *extension::NAME_CONSTRAINTS);
        let cure = match (met.obstacle, met.place) {
            (Obstacle::Unrooted | Obstacle::OwnUnrooted | Obstacle::OwnAlone, _) => {
                "Install the root of that CA on the clients, and name its file with --ca-file: only some programs trust a \
                 certificate whose issuer they do not trust."
            }
            (obstacle, _) if obstacle.is_rewritten() => {
                "Ask the CA for a certificate of its own in which its name is written as the server's certificate writes its \
                 issuer, or have the server's issued again: RFC 5280 7.1 takes both for the same name, and some programs \
                 compare the octets."
            }
            (obstacle, _) if obstacle.is_misnomer() => {
                "Have the certificate issued again by the CA as it is now, or send and install the CA's certificate that it was \
                 issued with: the CA's own was made anew since, or the certificate was made with the wrong one."
            }
            (Obstacle::KeyKind, _) => {
                "Have the certificate issued by a CA whose keys are RSA or on the curves P-256 and P-384: there is no program that \
                 does not know them."
            }
            (Obstacle::Backwards, _) => {
                "Send the server's certificate first, then its issuer, then that one's issuer: some small programs look no \
                 way back."
            }
            (obstacle, _) if obstacle.is_detour() => {
                "Leave the other certificate of that name out of what the server sends, or put it last: many programs go by \
                 the first and try no second."
            }
            (Obstacle::Critical, _) if is_limit => {
                "Do nothing where no program is in use that does not know name constraints: to the others they are a \
                 safeguard. Where one is, it takes a CA without them; certfix ca init makes it without --only."
            }
            (Obstacle::Limited(_, Limit::Permits | Limit::Excludes | Limit::Critical), Place::Between) => {
                "Do nothing where no program is in use that cannot read such limits: to the others they are a safeguard. \
                 Where one is, ask a CA that is limited to DNS names and addresses alone."
            }
            (Obstacle::Names | Obstacle::Limited(..), _) => {
                "Ask for names that the CA may sign, or ask another CA. If the CA is your own, make one that is limited to \
                 more names, or to none."
            }
            (Obstacle::Expired | Obstacle::NotYetValid, Place::Between) => {
                "Get the CA's intermediate certificate that is valid now, and put it in the place of the other; the server's \
                 own stays as it is. If the CA is your own, make its intermediate anew with the same name and key."
            }
            _ => return Self::Manual,
        };
        Self::ByHand(cure.to_owned())
    }

    /// True when a new certificate cures it.
    pub const fn is_reissue(&self) -> bool {
        !matches!(self, Self::Manual | Self::ByHand(_))
    }

    /// True when people cure it, better than a new certificate does or alone.
    pub const fn is_by_hand(&self) -> bool {
        matches!(self, Self::Manual | Self::ByHand(_) | Self::ManualOrReissue)
    }

    /// What to do about a finding of `rule`.
    pub fn words<'a>(&'a self, rule: &Rule) -> &'a str {
        match self {
            Self::ByHand(cure) => cure,
            _ => rule.fix,
        }
    }
}

impl Hit {
    /// A hit of this level without a remedy.
    pub fn new(level: Level, detail: impl Into<String>) -> Self {
        Self { level, detail: detail.into(), remedy: Remedy::Manual }
    }

    /// A standard says MUST, or clients were seen to refuse.
    pub fn refuse(detail: impl Into<String>) -> Self {
        Self::new(Level::Refused, detail)
    }

    /// A SHOULD, or it will break on a known date.
    pub fn warn(detail: impl Into<String>) -> Self {
        Self::new(Level::Warning, detail)
    }

    /// Worth knowing.
    pub fn note(detail: impl Into<String>) -> Self {
        Self::new(Level::Note, detail)
    }

    /// The same, found in the certificate of an issuing CA: a new one for the server cures nothing.
    pub(super) fn of_issuer(self, issuer: &Certificate) -> Self {
        Self::new(self.level, format!("the issuing CA {}: {}", issuer.identity.subject, self.detail))
    }

    /// True when it is reason enough for a new certificate.
    pub fn calls_for_reissue(&self) -> bool {
        self.level > Level::Note && self.remedy.is_reissue()
    }

    /// With this remedy.
    #[must_use]
    pub fn remedy(self, remedy: Remedy) -> Self {
        Self { remedy, ..self }
    }

    /// One hit for all entries of the SAN that `look` finds fault with: what it says of each, and the mend of each.
    pub(super) fn in_names<'a>(
        names: &'a Names,
        level: Level,
        mut look: impl FnMut(&'a GeneralName) -> Option<(String, Mend)>,
    ) -> Option<Self> {
        let mut details = Vec::new();
        let mut mends = Vec::new();
        for (position, entry) in names.entries.iter().enumerate() {
            if let Some((detail, mend)) = look(entry) {
                details.push(detail);
                mends.push((position, mend));
            }
        }
        (!mends.is_empty()).then(|| Self::new(level, listed(details)).remedy(Remedy::MendNames(mends)))
    }

    /// A hit where no SAN names anything and the last common name is one that `is_meant`.
    pub(super) fn in_sole_common_name(
        identity: &Identity,
        level: Level,
        is_meant: impl FnOnce(&Name) -> bool,
    ) -> Option<Self> {
        if !identity.names.entries.is_empty() {
            return None;
        }
        let last = identity.subject.common_names().next_back()?;
        let name = Name::parse(last.as_str()?).ok().filter(is_meant)?;
        Some(Self::new(level, format!("common name {name}")).remedy(Remedy::SetCommonName))
    }
}
