//! Whether the signature over a handshake was made with the key of the certificate.

use aws_lc_rs::signature::{self as algorithms, ParsedPublicKey, VerificationAlgorithm};
use rustls::SignatureScheme;
use rustls::pki_types::CertificateDer;
use rustls::server::ParsedCertificate;

use crate::facts::{Certificate, Curve, KeyKind, Possession, PublicKey};

/// Whether `signature` over `message` was made with the key in the certificate `leaf`.
pub(super) fn check(scheme: SignatureScheme, leaf: &[u8], message: &[u8], signature: &[u8]) -> Possession {
    let Some(key) = public_key(leaf) else {
        return Possession::NotChecked("the certificate cannot be read");
    };
    let Some(algorithm) = verifier(scheme, &key.kind) else {
        return Possession::NotChecked("its key or way of signing is one that certfix cannot check");
    };
    // Read apart from the check, so that an odd key is not taken for a wrong signature.
    let Ok(key) = ParsedPublicKey::new(algorithm, &key.spki) else {
        return Possession::NotChecked("its key cannot be read");
    };
    match key.verify_sig(message, signature) {
        Ok(()) => Possession::Proved,
        Err(_) => Possession::Failed,
    }
}

/// The key of a certificate, by either of two parsers: each takes some that the other refuses.
fn public_key(leaf: &[u8]) -> Option<PublicKey> {
    if let Ok(certificate) = Certificate::from_der(leaf) {
        return Some(certificate.identity.key);
    }
    let der = CertificateDer::from(leaf);
    let parsed = ParsedCertificate::try_from(&der).ok()?;
    PublicKey::from_spki(&parsed.subject_public_key_info()).ok()
}

/// How to check a scheme of RFC 8446 §4.2.3 with such a key. The curve is the key's: TLS 1.2 leaves it open.
fn verifier(scheme: SignatureScheme, kind: &KeyKind) -> Option<&'static dyn VerificationAlgorithm> {
    match kind {
        KeyKind::Rsa { bits, .. } | KeyKind::RsaPss { bits } => rsa(scheme, *bits),
        KeyKind::Ec(curve) => elliptic(scheme, curve),
        KeyKind::Ed25519 if scheme == SignatureScheme::ED25519 => Some(&algorithms::ED25519),
        KeyKind::Ed25519
        | KeyKind::Ed448
        | KeyKind::Dsa { .. }
        | KeyKind::MlDsa(_)
        | KeyKind::Agreement(_)
        | KeyKind::Other(_) => None,
    }
}

fn rsa(scheme: SignatureScheme, bits: u32) -> Option<&'static dyn VerificationAlgorithm> {
    if !(1024..=8192).contains(&bits) {
        return None;
    }
    let short = bits < 2048;
    Some(match scheme {
        SignatureScheme::RSA_PKCS1_SHA1 => &algorithms::RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY,
        SignatureScheme::RSA_PKCS1_SHA256 => &algorithms::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
        SignatureScheme::RSA_PKCS1_SHA512 => &algorithms::RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY,
        _ if short => return None,
        SignatureScheme::RSA_PKCS1_SHA384 => &algorithms::RSA_PKCS1_2048_8192_SHA384,
        // rsa_pss_rsae_* and, by number, rsa_pss_pss_*
        SignatureScheme::RSA_PSS_SHA256 | SignatureScheme::Unknown(0x0809) => &algorithms::RSA_PSS_2048_8192_SHA256,
        SignatureScheme::RSA_PSS_SHA384 | SignatureScheme::Unknown(0x080a) => &algorithms::RSA_PSS_2048_8192_SHA384,
        SignatureScheme::RSA_PSS_SHA512 | SignatureScheme::Unknown(0x080b) => &algorithms::RSA_PSS_2048_8192_SHA512,
        _ => return None,
    })
}

fn elliptic(scheme: SignatureScheme, curve: &Curve) -> Option<&'static dyn VerificationAlgorithm> {
    use SignatureScheme as Scheme;
    Some(match (curve, scheme) {
        (Curve::P256, Scheme::ECDSA_SHA1_Legacy) => &algorithms::ECDSA_P256_SHA1_ASN1,
        (Curve::P256, Scheme::ECDSA_NISTP256_SHA256) => &algorithms::ECDSA_P256_SHA256_ASN1,
        (Curve::P256, Scheme::ECDSA_NISTP384_SHA384) => &algorithms::ECDSA_P256_SHA384_ASN1,
        (Curve::P256, Scheme::ECDSA_NISTP521_SHA512) => &algorithms::ECDSA_P256_SHA512_ASN1,
        (Curve::P384, Scheme::ECDSA_NISTP256_SHA256) => &algorithms::ECDSA_P384_SHA256_ASN1,
        (Curve::P384, Scheme::ECDSA_NISTP384_SHA384) => &algorithms::ECDSA_P384_SHA384_ASN1,
        (Curve::P384, Scheme::ECDSA_NISTP521_SHA512) => &algorithms::ECDSA_P384_SHA512_ASN1,
        (Curve::P521, Scheme::ECDSA_SHA1_Legacy) => &algorithms::ECDSA_P521_SHA1_ASN1,
        (Curve::P521, Scheme::ECDSA_NISTP256_SHA256) => &algorithms::ECDSA_P521_SHA256_ASN1,
        (Curve::P521, Scheme::ECDSA_NISTP384_SHA384) => &algorithms::ECDSA_P521_SHA384_ASN1,
        (Curve::P521, Scheme::ECDSA_NISTP521_SHA512) => &algorithms::ECDSA_P521_SHA512_ASN1,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_checked_is_not_called_wrong() {
        let scheme = SignatureScheme::RSA_PSS_SHA256;
        assert!(matches!(check(scheme, b"no certificate", b"", b""), Possession::NotChecked(_)));
        assert!(rsa(scheme, 1024).is_none());
        assert!(rsa(SignatureScheme::RSA_PKCS1_SHA1, 512).is_none());
        assert!(rsa(SignatureScheme::RSA_PKCS1_SHA1, 1024).is_some());
        assert!(verifier(scheme, &KeyKind::Ed448).is_none());
        assert!(
            verifier(SignatureScheme::ECDSA_NISTP256_SHA256, &KeyKind::Ec(Curve::Other("1.3.132.0.10".into())))
                .is_none()
        );
    }
}
