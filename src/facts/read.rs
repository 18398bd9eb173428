//! DER → facts: the parts that certificates and requests share.

use std::net::IpAddr;

use x509_parser::asn1_rs::{Any, FromDer, Oid, Tag};
use x509_parser::extensions::{
    BasicConstraints as ParsedBasicConstraints, ExtendedKeyUsage, GeneralName as ParsedName,
    KeyUsage as ParsedKeyUsage, SubjectAlternativeName, X509Extension,
};
use x509_parser::public_key::PublicKey as ParsedKey;
use x509_parser::x509::SubjectPublicKeyInfo;

use super::tlv::{self, CONTEXT_0, Element, LONG_TAG, OBJECT_ID};
use super::{
    Attribute, AttributeKind, BasicConstraints, Curve, DistinguishedName, GeneralName, Identity, KeyKind, KeyUsage,
    Names, ObjectId, PublicKey, Purpose, SanExtension, StringKind, Text, encoding,
};

/// The fields of a certificate's body (RFC 5280 §4.1) as they were written.
#[derive(Clone, Copy, Default)]
pub(super) struct Body<'a> {
    /// All of it.
    pub(super) whole: &'a [u8],
    /// The octets of the serial number.
    pub(super) serial: &'a [u8],
    /// The Name of the issuer.
    pub(super) issuer: &'a [u8],
    /// Both times, one after the other.
    pub(super) life: &'a [u8],
    /// The Name of the subject.
    pub(super) subject: &'a [u8],
}

impl<'a> Body<'a> {
    /// Takes a TBSCertificate apart.
    pub(super) fn read(der: &'a [u8]) -> Option<Self> {
        let (outer, _) = tlv::first(der)?;
        let mut fields = tlv::elements(outer.content).skip_while(|field| field.tag == CONTEXT_0);
        let (serial, _algorithm, issuer) = (fields.next()?, fields.next()?, fields.next()?);
        let (life, subject) = (fields.next()?, fields.next()?);
        Some(Self {
            whole: outer.whole,
            serial: serial.content,
            issuer: issuer.whole,
            life: life.content,
            subject: subject.whole,
        })
    }
}

/// Reads subject, key and the extensions they share into an identity.
pub(super) fn identity<'a>(
    subject: &[u8],
    key: &SubjectPublicKeyInfo<'_>,
    extensions: impl Iterator<Item = &'a X509Extension<'a>>,
) -> Identity {
    let mut identity = Identity {
        subject: distinguished_name(subject),
        names: Names::default(),
        key: public_key(key),
        key_usage: None,
        purposes: None,
        basic_constraints: None,
    };
    for extension in extensions {
        match extension.oid.as_bytes() {
            SAN => identity.names = names(extension),
            KEY_USAGE => {
                identity.key_usage =
                    ParsedKeyUsage::from_der(extension.value).ok().map(|(_, usage)| KeyUsage(usage.flags));
            }
            EXTENDED_KEY_USAGE => {
                identity.purposes = ExtendedKeyUsage::from_der(extension.value).ok().map(|(_, usage)| purposes(&usage));
            }
            BASIC_CONSTRAINTS => {
                identity.basic_constraints = ParsedBasicConstraints::from_der(extension.value)
                    .ok()
                    .map(|(_, parsed)| BasicConstraints { ca: parsed.ca, path_length: parsed.path_len_constraint });
            }
            _ => {}
        }
    }
    identity
}

// Object identifiers as DER content octets.
const SAN: &[u8] = &[0x55, 0x1d, 17];
const KEY_USAGE: &[u8] = &[0x55, 0x1d, 15];
const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 19];
const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 37];

/// True for a subjectAltName.
pub(super) fn is_names(extension: &X509Extension<'_>) -> bool {
    extension.oid.as_bytes() == SAN
}

fn names(extension: &X509Extension<'_>) -> Names {
    match SubjectAlternativeName::from_der(extension.value) {
        Ok((rest, parsed)) => Names {
            is_followed: !rest.is_empty(),
            entries: entries(&parsed.general_names, extension.value),
            extension: if extension.critical { SanExtension::Critical } else { SanExtension::Present },
        },
        Err(_) => Names { extension: SanExtension::Unreadable, ..Names::default() },
    }
}

fn entries(parsed: &[ParsedName<'_>], der: &[u8]) -> Vec<GeneralName> {
    let mut written = tlv::first(der).into_iter().flat_map(|(outer, _)| tlv::elements(outer.content));
    parsed.iter().map(|entry| general_name(entry, written.next().map_or(&[], |entry| entry.content))).collect()
}

/// What the parser made of an entry, and its content.
fn general_name(parsed: &ParsedName<'_>, content: &[u8]) -> GeneralName {
    match parsed {
        ParsedName::DNSName(text) => GeneralName::Dns(Text::from(*text)),
        ParsedName::RFC822Name(text) => GeneralName::Email(Text::from(*text)),
        ParsedName::URI(text) => GeneralName::Uri(Text::from(*text)),
        ParsedName::IPAddress(bytes) => address(bytes),
        ParsedName::DirectoryName(_) => GeneralName::Directory(distinguished_name(content)),
        ParsedName::RegisteredID(oid) => GeneralName::RegisteredId(ObjectId::from(oid)),
        ParsedName::OtherName(oid, value) => other_name(oid, value),
        ParsedName::X400Address(any) | ParsedName::EDIPartyName(any) => {
            GeneralName::Unreadable(any.tag().0, any.data.into())
        }
        // Text that is not UTF-8 is still the text of its kind.
        ParsedName::Invalid(tag, bytes) => match tag.0 {
            1 => GeneralName::Email(Text::new(*bytes)),
            2 => GeneralName::Dns(Text::new(*bytes)),
            6 => GeneralName::Uri(Text::new(*bytes)),
            other => GeneralName::Unreadable(other, (*bytes).into()),
        },
    }
}

fn address(bytes: &[u8]) -> GeneralName {
    if let Ok(octets) = <[u8; 4]>::try_from(bytes) {
        return GeneralName::Address(IpAddr::from(octets));
    }
    match <[u8; 16]>::try_from(bytes) {
        Ok(octets) => GeneralName::Address(IpAddr::from(octets)),
        Err(_) => GeneralName::BadAddress(bytes.into()),
    }
}

fn other_name(oid: &Oid<'_>, value: &[u8]) -> GeneralName {
    // The value is [0] EXPLICIT around a string.
    let text = || {
        let (_, explicit) = Any::from_der(value).ok()?;
        let (_, string) = Any::from_der(explicit.data).ok()?;
        Some(Text::new(string.data))
    };
    let oid = ObjectId::from(oid);
    match &*oid {
        "1.3.6.1.5.5.7.8.7" => text().map(GeneralName::Srv),
        "1.3.6.1.4.1.311.20.2.3" => text().map(GeneralName::Upn),
        _ => None,
    }
    .unwrap_or_else(|| GeneralName::Other(oid))
}

fn purposes(usage: &ExtendedKeyUsage<'_>) -> Vec<Purpose> {
    let known = [
        (usage.server_auth, Purpose::ServerAuth),
        (usage.client_auth, Purpose::ClientAuth),
        (usage.code_signing, Purpose::CodeSigning),
        (usage.email_protection, Purpose::EmailProtection),
        (usage.time_stamping, Purpose::TimeStamping),
        (usage.ocsp_signing, Purpose::OcspSigning),
        (usage.any, Purpose::Any),
    ];
    let known = known.into_iter().filter_map(|(set, purpose)| set.then_some(purpose));
    known.chain(usage.other.iter().map(|oid| Purpose::Other(oid.into()))).collect()
}

/// Reads a Name, keeping its DER. The parser would stop at a relative name without attributes.
pub(super) fn distinguished_name(der: &[u8]) -> DistinguishedName {
    let content = tlv::first(der).map_or(&[][..], |(outer, _)| outer.content);
    let attributes = |rdn: Element<'_>| -> Vec<Attribute> {
        tlv::elements(rdn.content).filter_map(|element| attribute(element.content)).collect()
    };
    let rdns = tlv::elements(content).map(attributes).filter(|rdn| !rdn.is_empty()).collect();
    DistinguishedName { rdns, der: der.into() }
}

/// Reads type and value.
fn attribute(content: &[u8]) -> Option<Attribute> {
    let (oid, rest) = tlv::first(content).filter(|(oid, _)| oid.tag == OBJECT_ID)?;
    let (tag, octets) = match rest.first()? {
        tag if tag & LONG_TAG == LONG_TAG => (*tag, rest),
        _ => tlv::first(rest).map(|(value, _)| (value.tag, value.content))?,
    };
    let (string, text) = match tag {
        12 => (StringKind::Utf8, Text::new(octets)),
        19 => (StringKind::Printable, Text::new(octets)),
        22 => (StringKind::Ia5, Text::new(octets)),
        // T.61 in theory, Latin-1 in every certificate seen.
        20 => (StringKind::Teletex, Text::from(&*encoding::latin1(octets))),
        28 => (StringKind::Universal, text(encoding::utf32(octets), octets)),
        30 => (StringKind::Bmp, text(encoding::utf16(octets), octets)),
        other => (StringKind::Other(u32::from(other)), Text::new(octets)),
    };
    Some(Attribute { kind: kind(&oid)?, value: text, string })
}

/// Which attribute an identifier stands for.
pub(super) fn kind(oid: &Element<'_>) -> Option<AttributeKind> {
    Some(match oid.content {
        // The commonest one without a detour through its dotted text.
        [0x55, 4, 3] => AttributeKind::CommonName,
        _ => AttributeKind::from_oid(&ObjectId::from(&Oid::from_der(oid.whole).ok()?.1)),
    })
}

/// What is no character stays as it is.
fn text(read: Option<String>, octets: &[u8]) -> Text {
    read.map_or_else(|| Text::new(octets), |text| Text::from(&*text))
}

/// Reads a SubjectPublicKeyInfo.
pub(super) fn public_key(parsed: &SubjectPublicKeyInfo<'_>) -> PublicKey {
    let oid = ObjectId::from(&parsed.algorithm.algorithm);
    let kind = match (&*oid, parsed.parsed()) {
        ("1.2.840.113549.1.1.1", Ok(ParsedKey::RSA(key))) => {
            KeyKind::Rsa { bits: bit_length(key.modulus), exponent: key.try_exponent().ok() }
        }
        ("1.2.840.113549.1.1.10", Ok(ParsedKey::RSA(key))) => KeyKind::RsaPss { bits: bit_length(key.modulus) },
        ("1.2.840.113549.1.1.10", _) => rsa_pss(&parsed.subject_public_key.data),
        ("1.2.840.10045.2.1", _) => KeyKind::Ec(curve(parsed)),
        ("1.3.101.112", _) => KeyKind::Ed25519,
        ("1.3.101.113", _) => KeyKind::Ed448,
        ("1.2.840.10040.4.1", _) => KeyKind::Dsa { bits: dsa_bits(parsed) },
        _ => without_parameters(&oid).unwrap_or(KeyKind::Other(oid)),
    };
    PublicKey { spki: parsed.raw.into(), kind }
}

/// Kinds whose identifier says all.
fn without_parameters(oid: &str) -> Option<KeyKind> {
    Some(match oid {
        "1.3.101.110" => KeyKind::Agreement("X25519"),
        "1.3.101.111" => KeyKind::Agreement("X448"),
        "2.16.840.1.101.3.4.4.1" => KeyKind::Agreement("ML-KEM-512"),
        "2.16.840.1.101.3.4.4.2" => KeyKind::Agreement("ML-KEM-768"),
        "2.16.840.1.101.3.4.4.3" => KeyKind::Agreement("ML-KEM-1024"),
        "2.16.840.1.101.3.4.3.17" => KeyKind::MlDsa("ML-DSA-44"),
        "2.16.840.1.101.3.4.3.18" => KeyKind::MlDsa("ML-DSA-65"),
        "2.16.840.1.101.3.4.3.19" => KeyKind::MlDsa("ML-DSA-87"),
        _ => return None,
    })
}

fn rsa_pss(bits: &[u8]) -> KeyKind {
    let read = || {
        let (_, sequence) = Any::from_der(bits).ok()?;
        let (_, modulus) = Any::from_der(sequence.data).ok()?;
        Some(KeyKind::RsaPss { bits: bit_length(modulus.data) })
    };
    read().unwrap_or_else(|| KeyKind::Other("1.2.840.113549.1.1.10".into()))
}

fn curve(parsed: &SubjectPublicKeyInfo<'_>) -> Curve {
    // Of another tag, too, the parser makes an identifier.
    let named = parsed.algorithm.parameters.as_ref().filter(|any| any.tag() == Tag::Oid);
    let oid = named.and_then(|any| any.as_oid().ok());
    match oid.map(|oid| ObjectId::from(&oid)).as_deref() {
        Some("1.2.840.10045.3.1.7") => Curve::P256,
        Some("1.3.132.0.34") => Curve::P384,
        Some("1.3.132.0.35") => Curve::P521,
        Some(other) => Curve::Other(other.into()),
        None => Curve::Explicit,
    }
}

/// Bits of the prime p, the first INTEGER of the parameters (RFC 3279 §2.3.2).
fn dsa_bits(parsed: &SubjectPublicKeyInfo<'_>) -> u32 {
    let parameters = parsed.algorithm.parameters.as_ref();
    let prime = parameters.and_then(|any| Any::from_der(any.data).ok());
    prime.map_or(0, |(_, prime)| bit_length(prime.data))
}

/// Bits of an unsigned big-endian integer without its leading zeros.
pub(super) fn bit_length(bytes: &[u8]) -> u32 {
    let Some(first) = bytes.iter().position(|byte| *byte != 0) else { return 0 };
    let whole = u32::try_from(bytes.len() - first - 1).unwrap_or(u32::MAX / 16) * 8;
    whole + (8 - bytes[first].leading_zeros())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tlv::{SEQUENCE, SET};

    #[test]
    fn reads_names_in_every_directory_string() {
        let wide = |text: &str| text.chars().flat_map(|character| u32::from(character).to_be_bytes()).collect();
        let bmp = |text: &str| text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let surrogate = [0, 0, 0xd8, 0];
        for (tag, value, read) in [
            (12, "Bücher".as_bytes().to_vec(), "Bücher".as_bytes()),
            (20, b"B\xfccher".to_vec(), "Bücher".as_bytes()),
            (28, wide("Bücher 🔑"), "Bücher 🔑".as_bytes()),
            (28, wide(""), b""),
            (30, bmp("Bücher"), "Bücher".as_bytes()),
            // What is no character stays as it is.
            (28, surrogate.to_vec(), &surrogate),
            (28, vec![0, 0x11, 0, 0], &[0, 0x11, 0, 0]),
            (28, b"\0\0\0a\0".to_vec(), b"\0\0\0a\0"),
            (30, b"\0a\0".to_vec(), b"\0a\0"),
        ] {
            let oid = tlv::object_identifier("2.5.4.3").unwrap();
            let attribute = tlv::element(SEQUENCE, &[oid, tlv::element(tag, &value)].concat());
            let der = tlv::element(SEQUENCE, &tlv::element(SET, &attribute));
            assert_eq!(distinguished_name(&der).common_names().next().unwrap().as_bytes(), read, "{tag} {value:x?}");
        }
    }

    #[test]
    fn reads_the_attributes_beside_an_empty_relative_name() {
        let attribute = |oid: &str, value: &[u8]| {
            let oid = tlv::object_identifier(oid).unwrap();
            tlv::element(SET, &tlv::element(SEQUENCE, &[oid, tlv::element(12, value)].concat()))
        };
        let empty = tlv::element(SET, &[]);
        let (unit, common_name) = (attribute("2.5.4.10", b"Contoso"), attribute("2.5.4.3", b"mail"));
        for rdns in [[&empty, &unit, &common_name], [&unit, &empty, &common_name], [&unit, &common_name, &empty]] {
            let der = tlv::element(SEQUENCE, &rdns.map(|rdn| &**rdn).concat());
            let name = distinguished_name(&der);
            assert_eq!((name.to_string().as_str(), &*name.der), ("O=Contoso, CN=mail", &*der));
        }
        assert!(distinguished_name(&tlv::element(SEQUENCE, &empty)).is_empty());
    }
}
