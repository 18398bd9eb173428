//! Public keys.

use std::fmt;
use std::hash::{Hash, Hasher};

use x509_parser::asn1_rs::FromDer;
use x509_parser::x509::SubjectPublicKeyInfo;

use super::{ObjectId, read, tlv};

/// A SubjectPublicKeyInfo (RFC 5280 §4.1.2.7). Two are equal when they are the same key, in whichever form its point is
/// written.
#[derive(Clone, Debug)]
pub struct PublicKey {
    /// The DER of the whole SubjectPublicKeyInfo.
    pub spki: Box<[u8]>,
    /// What kind of key it is.
    pub kind: KeyKind,
}

/// Algorithm and size of a public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// RSA.
    Rsa {
        /// Bits of the modulus.
        bits: u32,
        /// The public exponent, when it is positive and fits in 64 bits.
        exponent: Option<u64>,
    },
    /// RSA for RSASSA-PSS alone: its object identifier is id-RSASSA-PSS (RFC 4055 §1.2).
    RsaPss {
        /// Bits of the modulus.
        bits: u32,
    },
    /// An elliptic curve.
    Ec(Curve),
    /// Ed25519 (RFC 8410)
    Ed25519,
    /// Ed448 (RFC 8410)
    Ed448,
    /// DSA.
    Dsa {
        /// Bits of the prime p; 0 when unknown.
        bits: u32,
    },
    /// ML-DSA (FIPS 204), with its parameter set.
    MlDsa(&'static str),
    /// One that agrees on secrets and signs nothing, by its name: X25519, X448 (RFC 8410) and ML-KEM (FIPS 203).
    Agreement(&'static str),
    /// Any other algorithm.
    Other(ObjectId),
}

impl KeyKind {
    /// True for RSA and the curves P-256, P-384 and P-521, which every program of today can check signatures with.
    pub const fn is_common(&self) -> bool {
        matches!(self, Self::Rsa { .. } | Self::Ec(Curve::P256 | Curve::P384 | Curve::P521))
    }
}

/// An elliptic curve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Curve {
    /// P-256 (prime256v1, secp256r1)
    P256,
    /// P-384
    P384,
    /// P-521
    P521,
    /// Any other curve, dotted.
    Other(Box<str>),
    /// One without a name, whose parameters are spelled out.
    Explicit,
}

impl PublicKey {
    /// Reads a SubjectPublicKeyInfo.
    ///
    /// # Errors
    /// That it is none.
    pub fn from_spki(der: &[u8]) -> Result<Self, String> {
        let parsed = SubjectPublicKeyInfo::from_der(der);
        parsed.map(|(_, parsed)| read::public_key(&parsed)).map_err(|_| "its public half cannot be read".to_owned())
    }

    /// What tells it from every other key.
    fn essence(&self) -> (&[u8], &[u8], bool) {
        self.point().unwrap_or((&self.spki, &[], false))
    }

    /// Algorithm, x, and whether y is odd: what every form of a point holds (SEC 1 §2.3.3).
    fn point(&self) -> Option<(&[u8], &[u8], bool)> {
        let length = match self.kind {
            KeyKind::Ec(Curve::P256) => 32,
            KeyKind::Ec(Curve::P384) => 48,
            KeyKind::Ec(Curve::P521) => 66,
            _ => return None,
        };
        let (algorithm, rest) = tlv::first(tlv::first(&self.spki)?.0.content)?;
        let [0, form, coordinates @ ..] = tlv::first(rest)?.0.content else { return None };
        let (x, y) = coordinates.split_at_checked(length)?;
        let is_odd = match (form, y) {
            (2 | 3, []) => *form == 3,
            (4 | 6 | 7, [.., last]) if y.len() == length => last % 2 == 1,
            _ => return None,
        };
        Some((algorithm.whole, x, is_odd))
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.spki == other.spki || self.essence() == other.essence()
    }
}

impl Eq for PublicKey {}

impl Hash for PublicKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.essence().hash(state);
    }
}

impl fmt::Display for KeyKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rsa { bits, .. } => write!(out, "RSA {bits}"),
            Self::RsaPss { bits } => write!(out, "RSA-PSS {bits}"),
            Self::Ec(Curve::P256) => out.write_str("ECDSA P-256"),
            Self::Ec(Curve::P384) => out.write_str("ECDSA P-384"),
            Self::Ec(Curve::P521) => out.write_str("ECDSA P-521"),
            Self::Ec(Curve::Other(oid)) => write!(out, "EC {oid}"),
            Self::Ec(Curve::Explicit) => out.write_str("EC with explicit parameters"),
            Self::Ed25519 => out.write_str("Ed25519"),
            Self::Ed448 => out.write_str("Ed448"),
            Self::Dsa { bits } => write!(out, "DSA {bits}"),
            Self::MlDsa(name) | Self::Agreement(name) => out.write_str(name),
            Self::Other(oid) => write!(out, "algorithm {oid}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// A key on P-256, its point written in this form.
    fn key(form: u8, coordinates: &[&[u8]]) -> PublicKey {
        let head = [0x30, 0x13, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
        let bits = tlv::element(tlv::BIT_STRING, &[&[0, form], coordinates.concat().as_slice()].concat());
        let key = PublicKey::from_spki(&tlv::element(tlv::SEQUENCE, &[&head[..], &bits].concat())).unwrap();
        assert_eq!(key.kind, KeyKind::Ec(Curve::P256));
        key
    }

    #[test]
    fn a_point_is_the_same_in_every_form() {
        let (x, y) = ([0x11; 32], [0x33; 32]);
        let keys = [key(3, &[&x]), key(4, &[&x, &y]), key(7, &[&x, &y])];
        assert!(keys.iter().all(|one| keys.iter().all(|other| one == other)));
        assert_eq!(keys.into_iter().collect::<HashSet<_>>().len(), 1);
        // Another y, another x, and points that break off.
        let others = [key(2, &[&x]), key(3, &[&y]), key(4, &[&x, &y[..31]]), key(3, &[&x[..31]]), key(3, &[])];
        assert!(others.iter().all(|other| *other != key(3, &[&x])));
        assert_eq!(others.into_iter().collect::<HashSet<_>>().len(), 5);
    }

    #[test]
    fn names_kinds_that_an_identifier_tells_alone() {
        let named = |oid: &[u8]| {
            let algorithm = tlv::element(tlv::SEQUENCE, &tlv::element(tlv::OBJECT_ID, oid));
            let bits = tlv::element(tlv::BIT_STRING, &[0; 33]);
            let key = PublicKey::from_spki(&tlv::element(tlv::SEQUENCE, &[algorithm, bits].concat())).unwrap();
            key.kind.to_string()
        };
        assert_eq!(named(&[0x2b, 0x65, 110]), "X25519");
        assert_eq!(named(&[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 3, 18]), "ML-DSA-65");
        assert_eq!(named(&[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 4, 3]), "ML-KEM-1024");
        assert_eq!(named(&[0x2a, 3, 4]), "algorithm 1.2.3.4");
    }

    #[test]
    fn parameters_that_are_spelled_out_are_no_identifier() {
        let head = [0x30, 0x0e, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 0x30, 3, 2, 1, 1];
        let bits = tlv::element(tlv::BIT_STRING, &[0, 4]);
        let key = PublicKey::from_spki(&tlv::element(tlv::SEQUENCE, &[&head[..], &bits].concat())).unwrap();
        assert_eq!(key.kind.to_string(), "EC with explicit parameters");
    }
}
