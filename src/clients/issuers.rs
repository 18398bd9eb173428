//! What clients mind in the certificates of CAs.

use super::{Demands, KeyFamily, Substitute};
use crate::facts::{CertificationPath, Met, Obstacle, Omission, Place, Purpose};

/// What a client minds in the certificates of CAs. Most programs look at less in a root, which is trusted for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IssuerDemands {
    /// What it overlooks in a CA between a certificate and its root; it minds all else.
    pub overlooked: &'static [Obstacle],
    /// What it minds in a trusted root.
    pub roots: &'static [Obstacle],
    /// What it minds where what is trusted is no root, of those that [`Obstacle::is_unrooted`].
    pub unrooted: &'static [Obstacle],
    /// Which identifiers have to be those that the certificate below gives, of those that [`Obstacle::is_misnomer`]; those of
    /// roots alone stand in `roots`.
    pub identifiers: &'static [Obstacle],
    /// What it minds in limits to names beside DNS names and addresses, [`Obstacle::Limited`]; in roots where it minds
    /// [`Obstacle::Names`] there.
    pub limits: &'static [Obstacle],
    /// Kinds of key that it cannot use in CAs, roots too.
    pub refused_keys: &'static [KeyFamily],
    /// Past what it tries no further certificate of a CA, of those that [`Obstacle::is_detour`].
    pub detours: &'static [Obstacle],
    /// What it takes in a CA where purposes are listed, beside serverAuth.
    pub purposes: &'static [Substitute],
}

impl IssuerDemands {
    /// As RFC 5280 §6.1 has it, and purposes as most clients look at them.
    pub const USUAL: Self = Self {
        overlooked: &[],
        roots: &[Obstacle::Names],
        unrooted: &[],
        identifiers: &[],
        limits: &Obstacle::BROKEN_LIMITS,
        refused_keys: &[],
        detours: &[],
        purposes: &[Substitute::Any, Substitute::GatedCryptography],
    };
}

impl Demands {
    /// What the client minds on every one of the ways; where nothing but the trusted root keeps it from one, that.
    pub fn hindrance_on_all<'a, 'b>(&self, ways: &'b [CertificationPath<'a>]) -> Option<&'b Met<'a>> {
        let mut met = ways.iter().map(|way| self.hindrance(way)).collect::<Option<Vec<_>>>()?;
        // Roots last.
        met.sort_by_key(|met| met.place != Place::Between);
        met.pop()
    }

    /// The first obstacle on the way that the client minds, from the certificate up; what CAs lack, once the way is found.
    pub fn hindrance<'a, 'b>(&self, way: &'b CertificationPath<'a>) -> Option<&'b Met<'a>> {
        let mut minded = way.obstacles.iter().filter(|met| self.minds(met));
        let first = minded.clone().find(|met| !matches!(met.obstacle, Obstacle::Lacks(_)));
        first.or_else(|| minded.next())
    }

    /// True when it wants what this CA lacks. Whoever signed the last of a path is of no matter.
    fn misses(&self, met: &Met<'_>) -> bool {
        let is_wanted = |omission: &Omission| met.obstacle == Obstacle::Lacks(*omission);
        let is_needless = met.place == Place::Root && is_wanted(&Omission::AuthorityKey);
        !is_needless && self.wanted.iter().any(is_wanted)
    }

    /// True when the client refuses what this CA signed.
    pub fn minds(&self, met: &Met<'_>) -> bool {
        let minds = match met.place {
            _ if met.obstacle.is_unrooted() => self.issuers.unrooted.contains(&met.obstacle),
            Place::Between if met.obstacle.is_misnomer() => self.issuers.identifiers.contains(&met.obstacle),
            _ if met.obstacle == Obstacle::KeyKind => {
                let family = KeyFamily::of(&met.authority.identity.key.kind);
                family.is_some_and(|family| self.issuers.refused_keys.contains(&family))
            }
            place if matches!(met.obstacle, Obstacle::Limited(..)) => {
                let is_asked = place == Place::Between || self.issuers.roots.contains(&Obstacle::Names);
                is_asked && self.issuers.limits.contains(&met.obstacle)
            }
            _ if matches!(met.obstacle, Obstacle::Lacks(_)) => self.misses(met),
            _ if self.issuers.identifiers.contains(&met.obstacle) => true,
            _ if met.obstacle.is_detour() => self.issuers.detours.contains(&met.obstacle),
            // There it is a fault of its own.
            Place::Between if met.obstacle == Obstacle::InnerAlgorithm => false,
            Place::Between => !self.issuers.overlooked.contains(&met.obstacle),
            Place::Root => self.issuers.roots.contains(&met.obstacle),
        };
        let serves = |purpose: &Purpose| self.issuers.purposes.iter().any(|other| other.is(purpose));
        minds
            && match met.obstacle {
                Obstacle::Purpose => !met.authority.identity.purposes.iter().flatten().any(serves),
                Obstacle::Critical => self.not_understood(met.authority).next().is_some(),
                _ => true,
            }
    }
}
