//! Private keys in the clear: PKCS#8, PKCS#1, SEC 1 and OpenSSL's form of DSA, each turned into PKCS#8 with its public
//! half beside it.

use aws_lc_rs::agreement;
use aws_lc_rs::encoding::{AsBigEndian, EcPublicKeyUncompressedBin};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use zeroize::Zeroizing;

use super::asn1::{
    BIT_STRING, CONTEXT_0, CONTEXT_1, Element, Fields, INTEGER, NULL, OBJECT_ID, OCTET_STRING, SEQUENCE, encode,
    sequence, split,
};
use super::{Fault, Finds, Format, Layer, unicode};
use crate::Error;
use crate::facts::{KeyEntry, PrivateKey, PublicKey, Source};

/// Any of the four forms.
pub(super) const FORMAT: Format = Format { name: "private key", layer: Layer::Object, fits, read };

fn fits(der: &[u8]) -> bool {
    form(der).is_some()
}

fn read(der: &[u8], finds: &mut Finds<'_>) -> Result<(), Fault> {
    let key = key_from_any(der).map_err(Fault::Unreadable)?;
    finds.evidence.keys.push(KeyEntry::Open(key));
    Ok(())
}

/// True when a private key is in it, encrypted, damaged or cut off too: its text is not for showing.
pub(crate) fn is_in(bytes: &[u8]) -> bool {
    let has = |line: &[u8], word: &[u8]| memchr::memmem::find(line, word).is_some();
    let is_frame = |line: &[u8]| has(line, b"PRIVATE KEY") && (has(line, b"BEGIN") || has(line, b"END"));
    if unicode::text(bytes).split(|byte| matches!(byte, b'\r' | b'\n')).any(is_frame) {
        return true;
    }
    match super::read(bytes, Source::Stdin, None) {
        Ok(evidence) => !evidence.keys.is_empty(),
        Err(error) => matches!(error, Error::NeedsPassword { .. }),
    }
}

/// Reads a PKCS#8 PrivateKeyInfo (RFC 5958) and works out its public half.
///
/// # Errors
/// What is wrong with the key, or that its kind is not known.
pub fn key_from_pkcs8(der: &[u8]) -> Result<PrivateKey, String> {
    let spki = public_half(der)?;
    let (whole, _) = split(der).ok_or("it breaks off")?;
    Ok(PrivateKey { pkcs8: Zeroizing::new(whole.whole.to_vec()), public: PublicKey::from_spki(&spki)? })
}

/// Reads a key in any of the forms.
pub(super) fn key_from_any(der: &[u8]) -> Result<PrivateKey, String> {
    match form(der) {
        Some(Form::Pkcs8) => key_from_pkcs8(der),
        Some(Form::Pkcs1) => key_from_pkcs8(&wrap(&[&oid(RSA), &encode(NULL, &[])], whole(der))),
        Some(Form::Sec1) => {
            let curve = sec1_curve(der).ok_or("its curve is not named")?;
            key_from_pkcs8(&wrap(&[&oid(EC), &curve], whole(der)))
        }
        Some(Form::Dsa) => dsa(der).ok_or_else(|| "it breaks off".to_owned())?,
        None => Err("it is not a private key".to_owned()),
    }
}

enum Form {
    Pkcs8,
    Pkcs1,
    Sec1,
    Dsa,
}

fn form(der: &[u8]) -> Option<Form> {
    let fields = sequence(der)?;
    if fields.begin_with(&[INTEGER, SEQUENCE, OCTET_STRING]) {
        return Some(Form::Pkcs8);
    }
    if fields.begin_with(&[INTEGER, OCTET_STRING]) {
        return (!fields.begin_with(&[INTEGER, OCTET_STRING, OCTET_STRING])).then_some(Form::Sec1);
    }
    // Version and eight numbers, or version and five.
    if fields.begin_with(&[INTEGER; 9]) {
        return Some(Form::Pkcs1);
    }
    (fields.begin_with(&[INTEGER; 6]) && fields.count() == 6).then_some(Form::Dsa)
}

const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];
const RSA_PSS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 10];
const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
const DSA: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x38, 4, 1];
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];
const ED448: &[u8] = &[0x2b, 0x65, 0x71];
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
const P384: &[u8] = &[0x2b, 0x81, 4, 0, 34];
const P521: &[u8] = &[0x2b, 0x81, 4, 0, 35];

fn oid(content: &[u8]) -> Zeroizing<Vec<u8>> {
    encode(OBJECT_ID, &[content])
}

fn whole(der: &[u8]) -> &[u8] {
    split(der).map_or(der, |(element, _)| element.whole)
}

/// A PrivateKeyInfo of version 0.
fn wrap(algorithm: &[&[u8]], key: &[u8]) -> Zeroizing<Vec<u8>> {
    let algorithm = encode(SEQUENCE, algorithm);
    encode(SEQUENCE, &[&[INTEGER, 1, 0], &algorithm, &encode(OCTET_STRING, &[key])])
}

/// A SubjectPublicKeyInfo.
fn spki(algorithm: &[u8], key: &[u8]) -> Zeroizing<Vec<u8>> {
    encode(SEQUENCE, &[algorithm, &encode(BIT_STRING, &[&[0], key])])
}

fn public_half(pkcs8: &[u8]) -> Result<Zeroizing<Vec<u8>>, String> {
    let short = || "it breaks off".to_owned();
    let mut fields = sequence(pkcs8).ok_or_else(short)?;
    fields.next_if(INTEGER).ok_or_else(short)?;
    let algorithm = fields.next_if(SEQUENCE).ok_or_else(short)?;
    let inner = fields.next_if(OCTET_STRING).ok_or_else(short)?.content;
    let mut parameters = algorithm.fields();
    let kind = parameters.next_if(OBJECT_ID).ok_or_else(short)?.content;
    match kind {
        RSA | RSA_PSS => {
            let mut numbers = sequence(inner).ok_or_else(short)?;
            numbers.next_if(INTEGER).ok_or_else(short)?;
            let modulus = numbers.next_if(INTEGER).ok_or_else(short)?;
            let exponent = numbers.next_if(INTEGER).ok_or_else(short)?;
            let public = encode(SEQUENCE, &[modulus.whole, exponent.whole]);
            Ok(spki(algorithm.whole, &public))
        }
        EC => ec_point(inner, parameters).map(|point| spki(algorithm.whole, &point)),
        ED25519 => {
            let seed = split(inner).filter(|(seed, _)| seed.tag == OCTET_STRING).ok_or_else(short)?.0;
            let pair = Ed25519KeyPair::from_seed_unchecked(seed.content);
            let pair = pair.map_err(|_| "an Ed25519 key of the wrong length".to_owned())?;
            Ok(spki(algorithm.whole, pair.public_key().as_ref()))
        }
        ED448 => Err("Ed448 keys cannot be used here".to_owned()),
        DSA => Err("DSA keys cannot be used here".to_owned()),
        _ => Err("a key of a kind that is not known".to_owned()),
    }
}

/// The public point: written beside the private number (RFC 5915 §3), or computed from it.
fn ec_point(sec1: &[u8], mut parameters: Fields<'_>) -> Result<Vec<u8>, String> {
    let short = || "it breaks off".to_owned();
    let mut fields = sequence(sec1).ok_or_else(short)?;
    fields.next_if(INTEGER).ok_or_else(short)?;
    let number = fields.next_if(OCTET_STRING).ok_or_else(short)?.content;
    fields.next_if(CONTEXT_0);
    let written = fields.next_if(CONTEXT_1).and_then(|public| public.fields().next_if(BIT_STRING));
    if let Some([0, point @ ..]) = written.map(|bits| bits.content) {
        return Ok(point.to_vec());
    }
    let unknown = || "an EC key on a curve that is not known, without its public half".to_owned();
    let (curve, length) = match parameters.next_if(OBJECT_ID).ok_or_else(unknown)?.content {
        P256 => (&agreement::ECDH_P256, 32),
        P384 => (&agreement::ECDH_P384, 48),
        P521 => (&agreement::ECDH_P521, 66),
        _ => return Err(unknown()),
    };
    // Some programs drop leading zeros.
    let padding = vec![0; usize::saturating_sub(length, number.len())];
    let number = Zeroizing::new([&padding, number].concat());
    let refused = || "an EC key whose private number is out of range".to_owned();
    let key = agreement::PrivateKey::from_private_key(curve, &number).map_err(|_| refused())?;
    let public = key.compute_public_key().map_err(|_| refused())?;
    let point: EcPublicKeyUncompressedBin<'_> = public.as_be_bytes().map_err(|_| refused())?;
    Ok(point.as_ref().to_vec())
}

/// The curve of an ECPrivateKey: its own parameters, else the one whose numbers are this long.
fn sec1_curve(der: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let mut fields = sequence(der)?;
    fields.next_if(INTEGER)?;
    let number = fields.next_if(OCTET_STRING)?;
    if let Some(parameters) = fields.next_if(CONTEXT_0) {
        return Some(Zeroizing::new(parameters.content.to_vec()));
    }
    match number.content.len() {
        32 => Some(oid(P256)),
        48 => Some(oid(P384)),
        66 => Some(oid(P521)),
        _ => None,
    }
}

/// OpenSSL's DSAPrivateKey: version, p, q, g, y, x.
fn dsa(der: &[u8]) -> Option<Result<PrivateKey, String>> {
    let numbers: Vec<Element<'_>> = sequence(der)?.collect();
    let [_, p, q, g, y, x] = numbers.as_slice() else { return None };
    let parameters = encode(SEQUENCE, &[p.whole, q.whole, g.whole]);
    let algorithm = encode(SEQUENCE, &[&oid(DSA), &parameters]);
    let public = PublicKey::from_spki(&spki(&algorithm, y.whole));
    Some(public.map(|public| PrivateKey { pkcs8: wrap(&[&oid(DSA), &parameters], x.whole), public }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::KeyKind;

    #[test]
    fn finds_the_public_half_of_keys_that_rcgen_makes() {
        for algorithm in [
            &rcgen::PKCS_ECDSA_P256_SHA256,
            &rcgen::PKCS_ECDSA_P384_SHA384,
            &rcgen::PKCS_ECDSA_P521_SHA512,
            &rcgen::PKCS_ED25519,
        ] {
            let pair = rcgen::KeyPair::generate_for(algorithm).unwrap();
            let key = key_from_pkcs8(pair.serialized_der()).unwrap();
            assert_eq!(*key.public.spki, *rcgen::PublicKeyData::subject_public_key_info(&pair));
        }
    }

    #[test]
    fn computes_the_public_point_when_it_is_not_written() {
        let pair = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
        let mut fields = sequence(pair.serialized_der()).unwrap();
        let inner = fields.find(|field| field.tag == OCTET_STRING).unwrap();
        let mut inner = sequence(inner.content).unwrap();
        let (version, number) = (inner.next().unwrap(), inner.next().unwrap());
        let bare = encode(SEQUENCE, &[version.whole, number.whole]);
        let key = key_from_any(&bare).unwrap();
        assert_eq!(*key.public.spki, *rcgen::PublicKeyData::subject_public_key_info(&pair));
    }

    #[test]
    fn names_what_it_cannot_use() {
        let ed448 = wrap(&[&oid(ED448)], &encode(OCTET_STRING, &[&[1; 57]]));
        assert_eq!(key_from_pkcs8(&ed448).unwrap_err(), "Ed448 keys cannot be used here");
        assert!(key_from_pkcs8(&[0x30, 0]).is_err());
    }

    #[test]
    fn reads_a_dsa_key_with_its_public_half() {
        let number = |value: u8| encode(INTEGER, &[&[value]]);
        let der = encode(SEQUENCE, &[&number(0), &number(23), &number(11), &number(4), &number(8), &number(7)]);
        assert_eq!(key_from_any(&der).unwrap().public.kind, KeyKind::Dsa { bits: 5 });
    }

    #[test]
    fn sees_a_key_in_whatever_form_it_stands_there() {
        let pair = rcgen::KeyPair::generate().unwrap();
        let (pem, der) = (pair.serialize_pem(), pair.serialize_der());
        let (begin, end) = (pem.len() / 3, pem.len() / 2);
        let locked = pem.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
        let wide: Vec<u8> = pem.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for text in [pem.as_bytes(), &der, &wide, &pem.as_bytes()[begin..], &pem.as_bytes()[..end], locked.as_bytes()] {
            assert!(is_in(text), "{}", String::from_utf8_lossy(text));
        }
        for text in
            ["", "key = /etc/ssl/key.pem\n", "# The PRIVATE KEY\n", "-----BEGIN PUBLIC KEY-----\n", "\u{1}\u{2}"]
        {
            assert!(!is_in(text.as_bytes()), "{text}");
        }
    }
}
