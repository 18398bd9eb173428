//! A certificate request as it was read.

use x509_parser::asn1_rs::{Any, FromDer};
use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::extensions::{X509Extension, X509ExtensionParser};
use x509_parser::nom::Parser;

use super::certificate::read_fault;
use super::{Identity, SignatureAlgorithm, Verification, read};

/// A PKCS#10 request (RFC 2986).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The DER as it was read.
    pub der: Box<[u8]>,
    /// Subject, requested names, key and requested usages.
    pub identity: Identity,
    /// How it was signed.
    pub signature: SignatureAlgorithm,
    /// Object identifiers of its attributes in wire order, dotted.
    pub attributes: Vec<Box<str>>,
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
        let (rest, parsed) = X509CertificationRequest::from_der(der).map_err(|error| read_fault(&error))?;
        let info = &parsed.certification_request_info;
        let mut attributes = Vec::new();
        let mut values = Vec::new();
        for attribute in info.iter_attributes() {
            let oid = attribute.oid.to_id_string();
            if oid == EXTENSION_REQUEST || oid == MICROSOFT_EXTENSIONS {
                values.push(attribute.value);
            }
            attributes.push(oid.into());
        }
        let extensions: Vec<X509Extension<'_>> = values.into_iter().flat_map(extensions).collect();
        Ok(Self {
            der: der[..der.len() - rest.len()].into(),
            identity: read::identity(&info.subject, &info.subject_pki, extensions.iter()),
            signature: SignatureAlgorithm::read(&parsed.signature_algorithm),
            attributes,
        })
    }

    /// Whether the request was signed with the key it asks for (proof of possession).
    pub fn verify(&self) -> Verification {
        let Ok((_, parsed)) = X509CertificationRequest::from_der(&self.der) else { return Verification::Unsupported };
        let info = parsed.certification_request_info.raw;
        self.signature.verify(&self.identity.key, info, &parsed.signature_value.data)
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
