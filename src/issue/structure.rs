//! The DER that rcgen does not write: names of every kind, and a subject carried over octet for octet.

use rcgen::{PublicKeyData, SignatureAlgorithm, SigningKey as _};

use super::{SigningKey, failed};
use crate::Error;
use crate::facts::GeneralName;
use crate::facts::tlv::{self, BIT_STRING, SEQUENCE};

/// Stands in for a key while a draft is built, so that only the finished structure is ever signed.
pub(super) struct Unsigned<'a>(pub(super) &'a SigningKey);

impl PublicKeyData for Unsigned<'_> {
    fn der_bytes(&self) -> &[u8] {
        self.0.der_bytes()
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        self.0.algorithm()
    }
}

impl rcgen::SigningKey for Unsigned<'_> {
    fn sign(&self, _message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        Ok(Vec::new())
    }
}

/// The draft with these fields of its body in the places of those that stand there, signed.
pub(super) fn finish(draft: &[u8], fields: &[(usize, &[u8])], key: &SigningKey) -> Result<Vec<u8>, Error> {
    let parts = tlv::first(draft).and_then(|(outer, _)| tlv::children(outer.content));
    let [body, algorithm, _] = parts.as_deref().unwrap_or_default() else { return Err(failed("the draft is not DER")) };
    let drafted = tlv::children(body.content).ok_or_else(|| failed("the draft is not DER"))?;
    let field = |place: usize| fields.iter().find(|(at, _)| *at == place).map(|(_, field)| *field);
    let body: Vec<&[u8]> =
        drafted.iter().enumerate().map(|(place, drafted)| field(place).unwrap_or(drafted.whole)).collect();
    let body = tlv::element(SEQUENCE, &body.concat());
    let mut signature = vec![0];
    signature.extend(key.sign(&body).map_err(failed)?);
    let signature = tlv::element(BIT_STRING, &signature);
    Ok(tlv::element(SEQUENCE, &[&body, algorithm.whole, &signature].concat()))
}

/// GeneralNames (RFC 5280 §4.2.1.6) in the order given.
pub(crate) fn subject_alt_name<'a>(names: impl Iterator<Item = &'a GeneralName>) -> Result<Vec<u8>, Error> {
    let names: Vec<Vec<u8>> = names.map(general_name).collect::<Result<_, _>>()?;
    Ok(tlv::element(SEQUENCE, &names.concat()))
}

fn general_name(name: &GeneralName) -> Result<Vec<u8>, Error> {
    // [n] IMPLICIT; otherName and directoryName are constructed.
    Ok(match name {
        GeneralName::Email(text) => tlv::element(0x81, text.as_bytes()),
        GeneralName::Dns(text) => tlv::element(0x82, text.as_bytes()),
        GeneralName::Directory(name) => tlv::element(0xa4, &name.der),
        GeneralName::Uri(text) => tlv::element(0x86, text.as_bytes()),
        GeneralName::Address(std::net::IpAddr::V4(address)) => tlv::element(0x87, &address.octets()),
        GeneralName::Address(std::net::IpAddr::V6(address)) => tlv::element(0x87, &address.octets()),
        GeneralName::RegisteredId(oid) => {
            // IMPLICIT: another tag before the same content.
            let mut identifier = identifier(oid)?;
            identifier[0] = 0x88;
            identifier
        }
        // RFC 4985 §2: id-on-dnsSRV is an IA5String.
        GeneralName::Srv(text) => other_name("1.3.6.1.5.5.7.8.7", 22, text.as_bytes())?,
        GeneralName::Upn(text) => other_name("1.3.6.1.4.1.311.20.2.3", 12, text.as_bytes())?,
        GeneralName::BadAddress(_) | GeneralName::Other(_) | GeneralName::Unreadable(..) => {
            return Err(failed(format_args!("a {} cannot be written", name.kind())));
        }
    })
}

fn other_name(oid: &str, tag: u8, text: &[u8]) -> Result<Vec<u8>, Error> {
    let value = tlv::element(0xa0, &tlv::element(tag, text));
    Ok(tlv::element(0xa0, &[identifier(oid)?, value].concat()))
}

fn identifier(oid: &str) -> Result<Vec<u8>, Error> {
    tlv::object_identifier(oid).ok_or_else(|| failed(format_args!("'{oid}' is no object identifier")))
}
