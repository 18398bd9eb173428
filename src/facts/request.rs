//! A certificate request as it was read.

use std::collections::HashSet;

use x509_parser::asn1_rs::{Any, BitString, FromDer, Oid};
use x509_parser::extensions::{X509Extension, X509ExtensionParser};
use x509_parser::nom::Parser;
use x509_parser::x509::{AlgorithmIdentifier, SubjectPublicKeyInfo, X509Name};

use super::structure::read_fault;
use super::{Flawed, Identity, ObjectId, SignatureAlgorithm, Verification, encoding, read};

/// A PKCS#10 request (RFC 2986).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The DER as it was read.
    pub der: Box<[u8]>,
    /// Subject, requested names, key and requested usages.
    pub identity: Identity,
    /// How it was signed.
    pub signature: SignatureAlgorithm,
    /// Its attributes in wire order.
    pub attributes: Vec<ObjectId>,
    /// The extensions that it asks for, in wire order.
    pub extensions: Vec<ObjectId>,
    /// What of the subject is encoded otherwise than every program reads it.
    pub flaws: Vec<Flawed>,
}

/// PKCS#9 extensionRequest (RFC 2985 §5.4.2).
const EXTENSION_REQUEST: &str = "1.2.840.113549.1.9.14";
/// Microsoft's own, older attribute with the same content (KB Q298805 sample).
const MICROSOFT_EXTENSIONS: &str = "1.3.6.1.4.1.311.2.1.14";

impl Request {
    /// Reads one request.
    ///
    /// # Errors
    /// What the parser stumbled over, in its words.
    pub fn from_der(der: &[u8]) -> Result<Self, String> {
        let parts = Parts::read(der)?;
        let mut attributes = Vec::new();
        let mut values = Vec::new();
        for (oid, value) in parts.attributes {
            let oid = ObjectId::from(&oid);
            if is_extension_request(&oid) {
                values.push((*oid == *MICROSOFT_EXTENSIONS, value));
            }
            attributes.push(oid);
        }
        values.sort_by_key(|(is_microsofts, _)| *is_microsofts);
        let extensions: Vec<X509Extension<'_>> = values.into_iter().flat_map(|(_, value)| extensions(value)).collect();
        // Where one is asked for twice, the first counts, and that of PKCS#9 before Microsoft's: as OpenSSL reads them.
        let mut seen = HashSet::new();
        let firsts = extensions.iter().filter(|extension| seen.insert(extension.oid.as_bytes()));
        Ok(Self {
            der: parts.whole.into(),
            identity: read::identity(parts.subject, &parts.key, firsts),
            signature: SignatureAlgorithm::read(&parts.algorithm),
            attributes,
            extensions: extensions.iter().map(|extension| ObjectId::from(&extension.oid)).collect(),
            flaws: encoding::of_subject(parts.subject),
        })
    }

    /// The content of each subjectAltName extension that it asks for, as it was read (DER).
    pub fn subject_alt_names(&self) -> Vec<Box<[u8]>> {
        let Ok(parts) = Parts::read(&self.der) else { return Vec::new() };
        let asked = parts.attributes.into_iter().filter(|(oid, _)| is_extension_request(&ObjectId::from(oid)));
        let names = asked.flat_map(|(_, value)| extensions(value)).filter(|extension| read::is_names(extension));
        names.map(|extension| extension.value.into()).collect()
    }

    /// Whether the request was signed with the key it asks for (proof of possession).
    pub fn verify(&self) -> Verification {
        let Ok(parts) = Parts::read(&self.der) else { return Verification::Unsupported };
        self.signature.verify(&self.identity.key, parts.info, &parts.signature.data)
    }
}

fn is_extension_request(attribute: &str) -> bool {
    attribute == EXTENSION_REQUEST || attribute == MICROSOFT_EXTENSIONS
}

/// CertificationRequest (RFC 2986 §4), taken apart here: x509-parser refuses attributes without values, which exist.
struct Parts<'a> {
    whole: &'a [u8],
    info: &'a [u8],
    subject: &'a [u8],
    key: SubjectPublicKeyInfo<'a>,
    attributes: Vec<(Oid<'a>, &'a [u8])>,
    algorithm: AlgorithmIdentifier<'a>,
    signature: BitString<'a>,
}

impl<'a> Parts<'a> {
    fn read(der: &'a [u8]) -> Result<Self, String> {
        let short = |_| "it ends too early".to_owned();
        let (after, outer) = Any::from_der(der).map_err(short)?;
        let (rest, info) = Any::from_der(outer.data).map_err(short)?;
        let signed = &outer.data[..outer.data.len() - rest.len()];
        let (rest, algorithm) = AlgorithmIdentifier::from_der(rest).map_err(|error| read_fault(&error))?;
        let (_, signature) = BitString::from_der(rest).map_err(short)?;
        let (rest, _version) = Any::from_der(info.data).map_err(short)?;
        let (after_subject, _) = X509Name::from_der(rest).map_err(|error| read_fault(&error))?;
        let subject = &rest[..rest.len() - after_subject.len()];
        let (mut rest, key) = SubjectPublicKeyInfo::from_der(after_subject).map_err(|error| read_fault(&error))?;
        // RFC 2986 demands the attributes; some programs leave them out when there are none.
        if !rest.is_empty() {
            rest = Any::from_der(rest).map_err(short)?.1.data;
        }
        let mut attributes = Vec::new();
        while !rest.is_empty() {
            let (next, attribute) = Any::from_der(rest).map_err(short)?;
            attributes.push(Oid::from_der(attribute.data).map(|(value, oid)| (oid, value)).map_err(short)?);
            rest = next;
        }
        let whole = &der[..der.len() - after.len()];
        Ok(Self { whole, info: signed, subject, key, attributes, algorithm, signature })
    }
}

/// The extensions inside an attribute value: a SET around a SEQUENCE, or the SEQUENCE alone.
fn extensions(value: &[u8]) -> Vec<X509Extension<'_>> {
    let Ok((_, outer)) = Any::from_der(value) else { return Vec::new() };
    let content = match outer.tag().0 {
        17 => match Any::from_der(outer.data) {
            Ok((_, sequence)) => sequence.data,
            Err(_) => return Vec::new(),
        },
        _ => outer.data,
    };
    let mut rest = content;
    let mut found = Vec::new();
    while let Ok((after, extension)) = X509ExtensionParser::new().with_deep_parse_extensions(false).parse(rest) {
        found.push(extension);
        rest = after;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tlv::{CONTEXT_0, INTEGER, OCTET_STRING, SEQUENCE, SET, element, object_identifier};

    fn list(parts: &[Vec<u8>]) -> Vec<u8> {
        element(SEQUENCE, &parts.concat())
    }

    /// An attribute that asks for this name.
    fn asking(attribute: &str, name: &str) -> Vec<u8> {
        let names = list(&[element(0x82, name.as_bytes())]);
        let extension = list(&[object_identifier("2.5.29.17").unwrap(), element(OCTET_STRING, &names)]);
        list(&[object_identifier(attribute).unwrap(), element(SET, &list(&[extension]))])
    }

    #[test]
    fn of_names_that_are_asked_for_twice_those_count_that_openssl_reads() {
        let key = [&b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00"[..], &[7; 32]].concat();
        let algorithm = list(&[object_identifier("1.3.101.112").unwrap()]);
        let read = |attributes: &[Vec<u8>]| {
            let attributes = element(CONTEXT_0, &attributes.concat());
            let info = list(&[element(INTEGER, &[0]), list(&[]), key.clone(), attributes]);
            let request = Request::from_der(&list(&[info, algorithm.clone(), element(3, &[0; 65])])).unwrap();
            request.identity.names.entries.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        let [one, other] = ["one.contoso.com", "other.contoso.com"];
        assert_eq!(read(&[asking(EXTENSION_REQUEST, one), asking(EXTENSION_REQUEST, other)]), [one]);
        assert_eq!(read(&[asking(MICROSOFT_EXTENSIONS, other), asking(EXTENSION_REQUEST, one)]), [one]);
        assert_eq!(read(&[asking(MICROSOFT_EXTENSIONS, other)]), [other]);
    }
}
