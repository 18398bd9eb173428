//! Private keys: made, checked, written.

use std::fmt;
use std::ops::Deref;
use std::str::FromStr;

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm,
    Ed25519KeyPair, KeyPair as _,
};
use pkcs8::PrivateKeyInfoRef;
use pkcs8::pkcs5::pbes2::Parameters;
use rcgen::{KeyPair, PublicKeyData, RsaKeySize, SignatureAlgorithm};
use zeroize::Zeroizing;

use super::{armour, failed};
use crate::Error;
use crate::facts::{Curve, KeyKind, PrivateKey, PublicKey};

/// The kinds of key that certfix makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum KeyChoice {
    /// RSA with 2048 bits: the oldest clients know nothing else.
    #[default]
    Rsa2048,
    /// RSA with 3072 bits.
    Rsa3072,
    /// RSA with 4096 bits; takes seconds to make.
    Rsa4096,
    /// ECDSA on P-256.
    P256,
    /// ECDSA on P-384.
    P384,
    /// Ed25519; no public CA signs it (BR 6.1.5).
    Ed25519,
}

impl KeyChoice {
    /// Every choice, in the order of lists.
    pub const ALL: [Self; 6] = [Self::Rsa2048, Self::Rsa3072, Self::Rsa4096, Self::P256, Self::P384, Self::Ed25519];

    /// `rsa-2048`, `p-256`, `ed25519`.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Rsa2048 => "rsa-2048",
            Self::Rsa3072 => "rsa-3072",
            Self::Rsa4096 => "rsa-4096",
            Self::P256 => "p-256",
            Self::P384 => "p-384",
            Self::Ed25519 => "ed25519",
        }
    }

    /// The choice that makes keys of this kind; for RSA the next longer one, or the longest.
    pub const fn like(kind: &KeyKind) -> Option<Self> {
        match kind {
            KeyKind::Rsa { bits: ..=2048, .. } | KeyKind::RsaPss { bits: ..=2048 } => Some(Self::Rsa2048),
            KeyKind::Rsa { bits: ..=3072, .. } | KeyKind::RsaPss { bits: ..=3072 } => Some(Self::Rsa3072),
            KeyKind::Rsa { .. } | KeyKind::RsaPss { .. } => Some(Self::Rsa4096),
            KeyKind::Ec(Curve::P256) => Some(Self::P256),
            KeyKind::Ec(Curve::P384) => Some(Self::P384),
            KeyKind::Ed25519 => Some(Self::Ed25519),
            _ => None,
        }
    }

    /// The kind that it makes.
    pub const fn kind(self) -> KeyKind {
        match self {
            Self::Rsa2048 => KeyKind::Rsa { bits: 2048, exponent: Some(65537) },
            Self::Rsa3072 => KeyKind::Rsa { bits: 3072, exponent: Some(65537) },
            Self::Rsa4096 => KeyKind::Rsa { bits: 4096, exponent: Some(65537) },
            Self::P256 => KeyKind::Ec(Curve::P256),
            Self::P384 => KeyKind::Ec(Curve::P384),
            Self::Ed25519 => KeyKind::Ed25519,
        }
    }

    /// Bits of the modulus, when it is RSA.
    pub const fn rsa_bits(self) -> Option<u32> {
        match self {
            Self::Rsa2048 => Some(2048),
            Self::Rsa3072 => Some(3072),
            Self::Rsa4096 => Some(4096),
            Self::P256 | Self::P384 | Self::Ed25519 => None,
        }
    }
}

impl FromStr for KeyChoice {
    type Err = Error;

    /// Hyphens and case do not matter.
    fn from_str(text: &str) -> Result<Self, Error> {
        let plain = |text: &str| text.to_ascii_lowercase().replace('-', "");
        let found = Self::ALL.into_iter().find(|choice| plain(choice.id()) == plain(text));
        let nearest = || match plain(text).get(..2) {
            Some("rs") => Some("rsa-2048"),
            Some("ec" | "pr" | "se") => Some("p-256"),
            Some("ed") => Some("ed25519"),
            _ => None,
        };
        found.ok_or_else(|| Error::Unknown { what: "kind of key", name: text.to_owned(), nearest: nearest() })
    }
}

impl fmt::Display for KeyChoice {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.id())
    }
}

/// A private key that was read whole and can sign. Where a private key is enough, it is one.
pub struct SigningKey {
    private: PrivateKey,
    pair: Pair,
}

/// The same as its library has it.
enum Pair {
    /// Just made: rcgen would read what was written a moment ago, which takes longer than making it.
    New(EcdsaKeyPair, &'static SignatureAlgorithm),
    Read(KeyPair),
}

impl SigningKey {
    /// Takes a key from `source` that is to be used for requests and certificates.
    ///
    /// # Errors
    /// [`Error::UnusableKey`] for RSA keys of fewer than 2048 bits and kinds that no client takes.
    pub fn new(private: PrivateKey, source: &str) -> Result<Self, Error> {
        Ok(Self { pair: Pair::Read(load(&private, source)?), private })
    }
}

impl From<SigningKey> for PrivateKey {
    fn from(key: SigningKey) -> Self {
        key.private
    }
}

impl Deref for SigningKey {
    type Target = PrivateKey;

    fn deref(&self) -> &PrivateKey {
        &self.private
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.private.fmt(out)
    }
}

impl PublicKeyData for SigningKey {
    fn der_bytes(&self) -> &[u8] {
        match &self.pair {
            Pair::New(pair, _) => pair.public_key().as_ref(),
            Pair::Read(pair) => pair.der_bytes(),
        }
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        match &self.pair {
            Pair::New(_, algorithm) => algorithm,
            Pair::Read(pair) => PublicKeyData::algorithm(pair),
        }
    }
}

impl rcgen::SigningKey for SigningKey {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        match &self.pair {
            Pair::New(pair, _) => {
                let signature = pair.sign(&SystemRandom::new(), message);
                signature.map(|signature| signature.as_ref().to_vec()).map_err(|_| rcgen::Error::RingUnspecified)
            }
            Pair::Read(pair) => pair.sign(message),
        }
    }
}

/// Makes a new key.
///
/// # Errors
/// [`Error::Issue`] when the system has no randomness.
pub fn generate(choice: KeyChoice) -> Result<SigningKey, Error> {
    let rsa = |size| KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, size).map_err(failed);
    let pair = match choice {
        KeyChoice::Rsa2048 => rsa(RsaKeySize::_2048)?,
        KeyChoice::Rsa3072 => rsa(RsaKeySize::_3072)?,
        KeyChoice::Rsa4096 => rsa(RsaKeySize::_4096)?,
        KeyChoice::P256 => return ecdsa(choice, &rcgen::PKCS_ECDSA_P256_SHA256, &ECDSA_P256_SHA256_ASN1_SIGNING),
        KeyChoice::P384 => return ecdsa(choice, &rcgen::PKCS_ECDSA_P384_SHA384, &ECDSA_P384_SHA384_ASN1_SIGNING),
        KeyChoice::Ed25519 => ed25519()?,
    };
    let public = PublicKey { spki: pair.subject_public_key_info().into(), kind: choice.kind() };
    let private = PrivateKey { pkcs8: Zeroizing::new(pair.serialize_der()), public };
    Ok(SigningKey { private, pair: Pair::Read(pair) })
}

fn ecdsa(
    choice: KeyChoice,
    algorithm: &'static SignatureAlgorithm,
    of_library: &'static EcdsaSigningAlgorithm,
) -> Result<SigningKey, Error> {
    let pair = EcdsaKeyPair::generate(of_library).map_err(failed)?;
    let spki: PublicKeyX509Der<'_> = pair.public_key().as_der().map_err(failed)?;
    let document = pair.to_pkcs8v1().map_err(failed)?;
    let public = PublicKey { spki: spki.as_ref().into(), kind: choice.kind() };
    let private = PrivateKey { pkcs8: Zeroizing::new(document.as_ref().to_vec()), public };
    Ok(SigningKey { private, pair: Pair::New(pair, algorithm) })
}

/// rcgen would write version 2 of PKCS#8, which OpenSSL 3.0 does not read.
fn ed25519() -> Result<KeyPair, Error> {
    let document = Ed25519KeyPair::generate().and_then(|pair| pair.to_pkcs8v1()).map_err(failed)?;
    KeyPair::from_pkcs8_der_and_sign_algo(&document.as_ref().into(), &rcgen::PKCS_ED25519).map_err(failed)
}

fn load(key: &PrivateKey, source: &str) -> Result<KeyPair, Error> {
    let unusable = |cause: String| Error::UnusableKey { source: source.to_owned(), cause };
    let algorithm = match &key.public.kind {
        KeyKind::Rsa { bits, .. } if *bits < 2048 => {
            return Err(unusable(format!("it is RSA with {bits} bits, and 2048 are the least that is signed")));
        }
        KeyKind::Rsa { .. } => &rcgen::PKCS_RSA_SHA256,
        KeyKind::Ec(Curve::P256) => &rcgen::PKCS_ECDSA_P256_SHA256,
        KeyKind::Ec(Curve::P384) => &rcgen::PKCS_ECDSA_P384_SHA384,
        KeyKind::Ec(Curve::P521) => &rcgen::PKCS_ECDSA_P521_SHA512,
        KeyKind::Ed25519 => &rcgen::PKCS_ED25519,
        other => return Err(unusable(format!("{other} is not a kind of key that certfix signs with"))),
    };
    KeyPair::from_pkcs8_der_and_sign_algo(&key.pkcs8.as_slice().into(), algorithm)
        .map_err(|error| unusable(error.to_string()))
}

/// The key in PEM (PKCS#8), in the clear.
pub fn pkcs8_pem(key: &PrivateKey) -> Zeroizing<String> {
    Zeroizing::new(armour("PRIVATE KEY", &key.pkcs8))
}

/// Rounds of PBKDF2-HMAC-SHA256, as OWASP advises.
const ROUNDS: u32 = 600_000;

/// The key in PEM, encrypted (PBES2: PBKDF2-HMAC-SHA256, AES-256-CBC), as OpenSSL 1.1 and later read it.
///
/// # Errors
/// [`Error::Issue`] when the system has no randomness.
pub fn encrypted_pkcs8_pem(key: &PrivateKey, password: &str) -> Result<Zeroizing<String>, Error> {
    let mut salt = [0; 16];
    let mut vector = [0; 16];
    aws_lc_rs::rand::fill(&mut salt).map_err(failed)?;
    aws_lc_rs::rand::fill(&mut vector).map_err(failed)?;
    let parameters = Parameters::generate_pbkdf2_sha256_aes256cbc(ROUNDS, &salt, vector).map_err(failed)?;
    let info = PrivateKeyInfoRef::try_from(key.pkcs8.as_slice()).map_err(failed)?;
    let encrypted = info.encrypt_with_params(parameters, password);
    Ok(Zeroizing::new(armour("ENCRYPTED PRIVATE KEY", encrypted.map_err(failed)?.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_its_own_names() {
        for choice in KeyChoice::ALL {
            assert_eq!(choice.to_string().parse::<KeyChoice>().unwrap(), choice);
        }
        assert_eq!("P256".parse::<KeyChoice>().unwrap(), KeyChoice::P256);
        assert!("rsa-1024".parse::<KeyChoice>().is_err());
    }

    #[test]
    fn refuses_a_short_rsa_key() {
        let public = PublicKey { spki: Box::default(), kind: KeyKind::Rsa { bits: 1024, exponent: Some(3) } };
        let key = PrivateKey { pkcs8: Zeroizing::new(Vec::new()), public };
        let error = SigningKey::new(key, "old.key").unwrap_err();
        assert!(error.to_string().contains("1024 bits"), "{error}");
    }
}
