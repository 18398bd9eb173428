//! Public keys.

use std::fmt;

use x509_parser::asn1_rs::FromDer;
use x509_parser::x509::SubjectPublicKeyInfo;

use super::{ObjectId, read};

/// A SubjectPublicKeyInfo (RFC 5280 §4.1.2.7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    /// The DER of the whole SubjectPublicKeyInfo; two keys are the same when this is.
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
    /// Any other algorithm.
    Other(ObjectId),
}

/// A named elliptic curve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Curve {
    /// P-256 (prime256v1, secp256r1)
    P256,
    /// P-384
    P384,
    /// P-521
    P521,
    /// Any other curve, dotted; `explicit` for spelled-out parameters.
    Other(Box<str>),
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
            Self::Ed25519 => out.write_str("Ed25519"),
            Self::Ed448 => out.write_str("Ed448"),
            Self::Dsa { bits } => write!(out, "DSA {bits}"),
            Self::Other(oid) => write!(out, "algorithm {oid}"),
        }
    }
}
