//! DER objects that `facts` reads, and those that are passed over.

use super::asn1::{
    BIT_STRING, CONTEXT_0, CONTEXT_1, Fields, INTEGER, OBJECT_ID, OCTET_STRING, SEQUENCE, sequence, split,
};
use super::{Fault, Finds, Format, Layer};
use crate::facts::{Certificate, Request};

/// An X.509 certificate, also with OpenSSL's trust data behind it.
pub(super) const CERTIFICATE: Format =
    Format { name: "certificate", layer: Layer::Object, fits: fits_certificate, read: read_certificate };

/// A PKCS#10 request.
pub(super) const REQUEST: Format =
    Format { name: "request", layer: Layer::Object, fits: fits_request, read: read_request };

/// A certificate revocation list: passed over.
pub(super) const REVOCATION_LIST: Format =
    Format { name: "revocation list", layer: Layer::Object, fits: fits_revocation_list, read: skip_revocation_list };

/// A SubjectPublicKeyInfo or an RSA public key: passed over.
pub(super) const PUBLIC_KEY: Format =
    Format { name: "public key", layer: Layer::Object, fits: fits_public_key, read: skip_public_key };

fn read_certificate(der: &[u8], finds: &mut Finds<'_>) -> Result<(), Fault> {
    finds.evidence.certificates.push(Certificate::from_der(der).map_err(Fault::Unreadable)?);
    Ok(())
}

fn read_request(der: &[u8], finds: &mut Finds<'_>) -> Result<(), Fault> {
    finds.evidence.requests.push(Request::from_der(der).map_err(Fault::Unreadable)?);
    Ok(())
}

fn skip_revocation_list(_: &[u8], _: &mut Finds<'_>) -> Result<(), Fault> {
    Err(Fault::unreadable("it is a revocation list"))
}

fn skip_public_key(_: &[u8], _: &mut Finds<'_>) -> Result<(), Fault> {
    Err(Fault::unreadable("it is a public key"))
}

/// OpenSSL's CertAux after a certificate: trusted and rejected uses, an alias, a key identifier, further algorithms.
pub(super) fn is_trust_data(der: &[u8]) -> bool {
    const UTF8_STRING: u8 = 0x0c;
    const PARTS: [u8; 5] = [SEQUENCE, CONTEXT_0, UTF8_STRING, OCTET_STRING, CONTEXT_1];
    split(der).is_some_and(|(outer, rest)| {
        rest.is_empty() && outer.tag == SEQUENCE && outer.fields().all(|field| PARTS.contains(&field.tag))
    })
}

/// Whatever is signed and neither of the others: a damaged certificate gets the parser's words.
fn fits_certificate(der: &[u8]) -> bool {
    signed(der).is_some_and(|body| !is_request(body) && !is_revocation_list(body))
}

fn fits_request(der: &[u8]) -> bool {
    signed(der).is_some_and(is_request)
}

fn fits_revocation_list(der: &[u8]) -> bool {
    signed(der).is_some_and(is_revocation_list)
}

fn fits_public_key(der: &[u8]) -> bool {
    let Some(mut fields) = sequence(der) else { return false };
    if fields.begin_with(&[INTEGER, INTEGER]) {
        return fields.count() == 2;
    }
    let algorithm = fields.next_if(SEQUENCE);
    let key = fields.next_if(BIT_STRING);
    algorithm.is_some_and(|algorithm| algorithm.fields().begin_with(&[OBJECT_ID])) && key.is_some()
}

/// The content of the part that is signed, in SEQUENCE { part, algorithm, BIT STRING }.
fn signed(der: &[u8]) -> Option<Fields<'_>> {
    let mut fields = sequence(der)?;
    let body = fields.next_if(SEQUENCE)?;
    fields.begin_with(&[SEQUENCE, BIT_STRING]).then(|| body.fields())
}

/// RFC 2986 §4.1: version, subject, key, attributes; a certificate has five SEQUENCEs in a row.
fn is_request(mut body: Fields<'_>) -> bool {
    body.next_if(INTEGER).is_some() && body.begin_with(&[SEQUENCE, SEQUENCE]) && {
        body.next();
        body.next();
        body.rest().is_empty() || body.begin_with(&[CONTEXT_0])
    }
}

/// RFC 5280 §5.1: version, algorithm, issuer, then a time.
fn is_revocation_list(mut body: Fields<'_>) -> bool {
    const UTC_TIME: u8 = 0x17;
    const GENERALIZED_TIME: u8 = 0x18;
    body.next_if(INTEGER);
    body.begin_with(&[SEQUENCE, SEQUENCE, UTC_TIME]) || body.begin_with(&[SEQUENCE, SEQUENCE, GENERALIZED_TIME])
}
