//! What clients mind in the certificates of CAs.

use super::{Demands, Substitute};
use crate::facts::{CertificationPath, Met, Obstacle, Place, Purpose};

/// What a client minds in the certificates of CAs. Most programs look at less in a root, which is trusted for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IssuerDemands {
    /// What it overlooks in a CA between a certificate and its root; it minds all else.
    pub overlooked: &'static [Obstacle],
    /// What it minds in a root that signed the certificate itself.
    pub near_root: &'static [Obstacle],
    /// What it minds in a root with other CAs below it.
    pub far_root: &'static [Obstacle],
    /// What it takes in a CA where purposes are listed, beside serverAuth.
    pub purposes: &'static [Substitute],
}

impl IssuerDemands {
    /// As RFC 5280 §6.1 has it, and purposes as most clients look at them.
    pub const USUAL: Self = Self {
        overlooked: &[],
        near_root: &[Obstacle::Names],
        far_root: &[Obstacle::Names],
        purposes: &[Substitute::Any, Substitute::GatedCryptography],
    };
}

impl Demands {
    /// The first obstacle on the way that the client minds, from the certificate up.
    pub fn hindrance<'a, 'b>(&self, way: &'b CertificationPath<'a>) -> Option<&'b Met<'a>> {
        way.obstacles.iter().find(|met| self.minds(met))
    }

    /// True when the client refuses what this CA signed.
    pub fn minds(&self, met: &Met<'_>) -> bool {
        let minds = match met.place {
            // There it is a fault of its own.
            Place::Between if met.obstacle == Obstacle::InnerAlgorithm => false,
            Place::Between => !self.issuers.overlooked.contains(&met.obstacle),
            Place::NearRoot => self.issuers.near_root.contains(&met.obstacle),
            Place::FarRoot => self.issuers.far_root.contains(&met.obstacle),
        };
        let serves = |purpose: &Purpose| self.issuers.purposes.iter().any(|other| other.is(purpose));
        minds && (met.obstacle != Obstacle::Purpose || !met.authority.identity.purposes.iter().flatten().any(serves))
    }
}
