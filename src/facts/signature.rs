//! Signature algorithms, and whether a signature holds.

use std::fmt;

use aws_lc_rs::signature::{self, ParsedPublicKey, VerificationAlgorithm};
use x509_parser::x509::AlgorithmIdentifier;

use super::{Curve, KeyKind, ObjectId, PublicKey};

/// The hash that a signature is made over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Digest {
    /// MD2, MD4 or MD5
    Md5,
    /// SHA-1
    Sha1,
    /// SHA-224
    Sha224,
    /// SHA-256
    Sha256,
    /// SHA-384
    Sha384,
    /// SHA-512
    Sha512,
    /// SHA-512/224 or SHA-512/256
    ShortSha512,
    /// SHA-3 of any length
    Sha3,
    /// RIPEMD-160
    Ripemd160,
    /// Part of the scheme, as in Ed25519.
    Builtin,
    /// Not known.
    Unknown,
}

impl Digest {
    /// `SHA-256`; for [`Self::Md5`] and [`Self::ShortSha512`] the best known of those that they stand for.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Sha1 => "SHA-1",
            Self::Sha224 => "SHA-224",
            Self::Sha256 => "SHA-256",
            Self::Sha384 => "SHA-384",
            Self::Sha512 => "SHA-512",
            Self::ShortSha512 => "SHA-512/256",
            Self::Sha3 => "SHA-3",
            Self::Ripemd160 => "RIPEMD-160",
            Self::Builtin => "a digest of its own",
            Self::Unknown => "an unknown digest",
        }
    }
}

/// A signatureAlgorithm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureAlgorithm {
    /// Its object identifier.
    pub oid: ObjectId,
    /// Name as RFC 5280 and its companions write it, e.g. `sha256WithRSAEncryption`.
    pub name: &'static str,
    /// The hash.
    pub digest: Digest,
    /// Whether its parameters are those that everybody uses. RSASSA-PSS with another salt or mask is not checked here.
    pub is_usual: bool,
}

/// What came of checking a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verification {
    /// It was made with this key.
    Holds,
    /// It was not made with this key, or the data was changed.
    Fails,
    /// The algorithm or key is one that cannot be checked here.
    Unsupported,
}

const PSS: &str = "RSASSA-PSS";

const ALGORITHMS: &[(&str, &str, Digest)] = &[
    ("1.2.840.113549.1.1.11", "sha256WithRSAEncryption", Digest::Sha256),
    ("1.2.840.10045.4.3.2", "ecdsa-with-SHA256", Digest::Sha256),
    ("1.2.840.113549.1.1.12", "sha384WithRSAEncryption", Digest::Sha384),
    ("1.2.840.113549.1.1.13", "sha512WithRSAEncryption", Digest::Sha512),
    ("1.2.840.113549.1.1.5", "sha1WithRSAEncryption", Digest::Sha1),
    ("1.3.14.3.2.29", "sha1WithRSA", Digest::Sha1),
    ("1.2.840.113549.1.1.14", "sha224WithRSAEncryption", Digest::Sha224),
    ("1.2.840.113549.1.1.2", "md2WithRSAEncryption", Digest::Md5),
    ("1.2.840.113549.1.1.3", "md4WithRSAEncryption", Digest::Md5),
    ("1.2.840.113549.1.1.4", "md5WithRSAEncryption", Digest::Md5),
    ("1.2.840.10045.4.1", "ecdsa-with-SHA1", Digest::Sha1),
    ("1.2.840.10045.4.3.1", "ecdsa-with-SHA224", Digest::Sha224),
    ("1.2.840.10045.4.3.3", "ecdsa-with-SHA384", Digest::Sha384),
    ("1.2.840.10045.4.3.4", "ecdsa-with-SHA512", Digest::Sha512),
    ("1.2.840.10040.4.3", "dsa-with-SHA1", Digest::Sha1),
    ("2.16.840.1.101.3.4.3.1", "dsa-with-SHA224", Digest::Sha224),
    ("2.16.840.1.101.3.4.3.2", "dsa-with-SHA256", Digest::Sha256),
    ("2.16.840.1.101.3.4.3.3", "dsa-with-SHA384", Digest::Sha384),
    ("2.16.840.1.101.3.4.3.4", "dsa-with-SHA512", Digest::Sha512),
    ("1.2.840.113549.1.1.15", "sha512-224WithRSAEncryption", Digest::ShortSha512),
    ("1.2.840.113549.1.1.16", "sha512-256WithRSAEncryption", Digest::ShortSha512),
    ("2.16.840.1.101.3.4.3.5", "dsa-with-SHA3-224", Digest::Sha3),
    ("2.16.840.1.101.3.4.3.6", "dsa-with-SHA3-256", Digest::Sha3),
    ("2.16.840.1.101.3.4.3.7", "dsa-with-SHA3-384", Digest::Sha3),
    ("2.16.840.1.101.3.4.3.8", "dsa-with-SHA3-512", Digest::Sha3),
    ("2.16.840.1.101.3.4.3.9", "ecdsa-with-SHA3-224", Digest::Sha3),
    ("2.16.840.1.101.3.4.3.10", "ecdsa-with-SHA3-256", Digest::Sha3),
    ("2.16.840.1.101.3.4.3.11", "ecdsa-with-SHA3-384", Digest::Sha3),
    ("2.16.840.1.101.3.4.3.12", "ecdsa-with-SHA3-512", Digest::Sha3),
    ("2.16.840.1.101.3.4.3.13", "sha3-224WithRSAEncryption", Digest::Sha3),
    ("2.16.840.1.101.3.4.3.14", "sha3-256WithRSAEncryption", Digest::Sha3),
    ("2.16.840.1.101.3.4.3.15", "sha3-384WithRSAEncryption", Digest::Sha3),
    ("2.16.840.1.101.3.4.3.16", "sha3-512WithRSAEncryption", Digest::Sha3),
    ("1.3.36.3.3.1.2", "ripemd160WithRSAEncryption", Digest::Ripemd160),
    ("1.3.101.112", "Ed25519", Digest::Builtin),
    ("1.3.101.113", "Ed448", Digest::Builtin),
    ("2.16.840.1.101.3.4.3.17", "ML-DSA-44", Digest::Builtin),
    ("2.16.840.1.101.3.4.3.18", "ML-DSA-65", Digest::Builtin),
    ("2.16.840.1.101.3.4.3.19", "ML-DSA-87", Digest::Builtin),
];

impl SignatureAlgorithm {
    pub(super) fn read(parsed: &AlgorithmIdentifier<'_>) -> Self {
        let oid = ObjectId::from(&parsed.algorithm);
        if &*oid == "1.2.840.113549.1.1.10" {
            let (digest, is_usual) = pss_parameters(parsed);
            return Self { oid, name: PSS, digest, is_usual };
        }
        let known = ALGORITHMS.iter().find(|entry| entry.0 == &*oid);
        let (name, digest) = known.map_or(("unknown algorithm", Digest::Unknown), |entry| (entry.1, entry.2));
        Self { oid, name, digest, is_usual: true }
    }

    /// Checks `signature` over `data` with `key`.
    pub(super) fn verify(&self, key: &PublicKey, data: &[u8], signature: &[u8]) -> Verification {
        let Some(algorithm) = self.verifier(&key.kind) else { return Verification::Unsupported };
        // A key that the library does not take says nothing of the signature.
        let Ok(key) = ParsedPublicKey::new(algorithm, &key.spki) else { return Verification::Unsupported };
        match key.verify_sig(data, signature) {
            Ok(()) => Verification::Holds,
            Err(_) => Verification::Fails,
        }
    }

    fn verifier(&self, kind: &KeyKind) -> Option<&'static dyn VerificationAlgorithm> {
        // Outside of its bounds an algorithm calls every signature wrong.
        let rsa = matches!(kind, KeyKind::Rsa { bits: 1024..=8192, .. });
        let long = matches!(kind, KeyKind::Rsa { bits: 2048..=8192, .. });
        Some(match (kind, self.digest) {
            (KeyKind::Rsa { .. }, digest) if self.name == PSS => match digest {
                _ if !long || !self.is_usual => return None,
                Digest::Sha256 => &signature::RSA_PSS_2048_8192_SHA256,
                Digest::Sha384 => &signature::RSA_PSS_2048_8192_SHA384,
                Digest::Sha512 => &signature::RSA_PSS_2048_8192_SHA512,
                _ => return None,
            },
            (KeyKind::Rsa { .. }, Digest::Sha1) if rsa => &signature::RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY,
            (KeyKind::Rsa { .. }, Digest::Sha256) if rsa => &signature::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
            (KeyKind::Rsa { .. }, Digest::Sha384) if long => &signature::RSA_PKCS1_2048_8192_SHA384,
            (KeyKind::Rsa { .. }, Digest::Sha512) if rsa => &signature::RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY,
            (KeyKind::Ec(Curve::P256), Digest::Sha256) => &signature::ECDSA_P256_SHA256_ASN1,
            (KeyKind::Ec(Curve::P256), Digest::Sha384) => &signature::ECDSA_P256_SHA384_ASN1,
            (KeyKind::Ec(Curve::P256), Digest::Sha512) => &signature::ECDSA_P256_SHA512_ASN1,
            (KeyKind::Ec(Curve::P384), Digest::Sha256) => &signature::ECDSA_P384_SHA256_ASN1,
            (KeyKind::Ec(Curve::P384), Digest::Sha384) => &signature::ECDSA_P384_SHA384_ASN1,
            (KeyKind::Ec(Curve::P384), Digest::Sha512) => &signature::ECDSA_P384_SHA512_ASN1,
            (KeyKind::Ec(Curve::P521), Digest::Sha256) => &signature::ECDSA_P521_SHA256_ASN1,
            (KeyKind::Ec(Curve::P521), Digest::Sha384) => &signature::ECDSA_P521_SHA384_ASN1,
            (KeyKind::Ec(Curve::P521), Digest::Sha512) => &signature::ECDSA_P521_SHA512_ASN1,
            (KeyKind::Ed25519, Digest::Builtin) => &signature::ED25519,
            _ => return None,
        })
    }
}

impl fmt::Display for SignatureAlgorithm {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name)?;
        if self.digest == Digest::Unknown { write!(out, " {}", self.oid) } else { Ok(()) }
    }
}

/// The hash inside RSASSA-PSS-params (RFC 4055 §3.1), and whether mask and salt are the usual ones. `[0]` holds the
/// algorithm of the hash, SHA-1 when absent; `[1]` the mask, which names the hash again; `[2]` the length of the salt.
fn pss_parameters(parsed: &AlgorithmIdentifier<'_>) -> (Digest, bool) {
    let der = parsed.parameters.as_ref().map(|any| any.data).unwrap_or_default();
    const HASHES: &[(&[u8], Digest, u8)] = &[
        (&[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1], Digest::Sha256, 32),
        (&[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 2], Digest::Sha384, 48),
        (&[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 3], Digest::Sha512, 64),
    ];
    // [0] { SEQUENCE { OID ... } }: tag, length, tag, length, tag, length, octets.
    let (Some(0xa0), Some(oid)) = (der.first(), der.get(6..)) else { return (Digest::Sha1, false) };
    let Some((octets, digest, length)) = HASHES.iter().find(|(octets, ..)| oid.starts_with(octets)) else {
        return (Digest::Unknown, false);
    };
    let mask = oid[octets.len()..].windows(octets.len()).any(|window| window == *octets);
    (*digest, mask && der.ends_with(&[0xa2, 3, 2, 1, *length]))
}
