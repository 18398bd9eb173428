//! The tags of a certificate's fields. The parser looks at their numbers alone, and takes `[2]` for an INTEGER.

use x509_parser::error::X509Error;
use x509_parser::nom;

use super::tlv::{
    self, BIT_STRING, BOOLEAN, CONTEXT_0, EXTENSIONS, Element, INTEGER, NULL, OBJECT_ID, OCTET_STRING, SEQUENCE,
};

/// Says of the first field that is missing or is not what it must be (RFC 5280 §4.1) what it is. Names and values of
/// extensions are not looked into.
///
/// # Errors
/// `the serial number has the tag 0x82`
pub(super) fn ensure_fields(der: &[u8]) -> Result<(), String> {
    let whole = field(&mut tlv::elements(der), "certificate", SEQUENCE)?;
    let mut parts = tlv::elements(whole);
    let body = field(&mut parts, "signed part", SEQUENCE)?;
    let mut fields = tlv::elements(body).peekable();
    if let Some(version) = fields.next_if(|first| first.tag == CONTEXT_0) {
        field(&mut tlv::elements(version.content), "version", INTEGER)?;
    }
    field(&mut fields, "serial number", INTEGER)?;
    algorithm(&mut fields, "signature algorithm")?;
    field(&mut fields, "issuer", SEQUENCE)?;
    let mut life = tlv::elements(field(&mut fields, "validity", SEQUENCE)?);
    ["notBefore", "notAfter"].into_iter().try_for_each(|time| one_of(&mut life, time, &TIMES).map(drop))?;
    field(&mut fields, "subject", SEQUENCE)?;
    let mut key = tlv::elements(field(&mut fields, "public key", SEQUENCE)?);
    algorithm(&mut key, "algorithm of the public key")?;
    field(&mut key, "public key", BIT_STRING)?;
    fields.try_for_each(|last| match last.tag {
        EXTENSIONS => extensions(last.content),
        tag if UNIQUE_IDS.contains(&tag) => Ok(()),
        tag => Err(wrong("list of extensions", tag)),
    })?;
    algorithm(&mut parts, "signature algorithm")?;
    field(&mut parts, "signature", BIT_STRING).map(drop)
}

/// A parser's error in one line.
pub(super) fn read_fault(error: &nom::Err<X509Error>) -> String {
    match error {
        nom::Err::Incomplete(_) => "it ends too early".to_owned(),
        nom::Err::Error(X509Error::NomError(_)) | nom::Err::Failure(X509Error::NomError(_)) => {
            "a field is longer than what holds it".to_owned()
        }
        nom::Err::Error(error) | nom::Err::Failure(error) => error.to_string(),
    }
}

/// UTCTime, GeneralizedTime.
const TIMES: [u8; 2] = [23, 24];
/// issuerUniqueID, subjectUniqueID
const UNIQUE_IDS: [u8; 2] = [0x81, 0x82];
/// id-ecPublicKey (RFC 5480 §2.1.1)
const ELLIPTIC_CURVE: &[u8] = b"\x2a\x86\x48\xce\x3d\x02\x01";

/// AlgorithmIdentifier
fn algorithm<'a>(from: &mut impl Iterator<Item = Element<'a>>, name: &str) -> Result<(), String> {
    let mut parts = tlv::elements(field(from, name, SEQUENCE)?);
    // What else there may be depends on the algorithm, and of most it is anything.
    let is_curve = field(&mut parts, name, OBJECT_ID)? == ELLIPTIC_CURVE;
    match parts.next().filter(|curve| is_curve && ![OBJECT_ID, NULL, SEQUENCE].contains(&curve.tag)) {
        Some(curve) => Err(wrong("elliptic curve", curve.tag)),
        None => Ok(()),
    }
}

fn extensions(content: &[u8]) -> Result<(), String> {
    let list = field(&mut tlv::elements(content), "list of extensions", SEQUENCE)?;
    tlv::elements(list).try_for_each(|extension| {
        let mut parts = tlv::elements(field(&mut [extension].into_iter(), "extension", SEQUENCE)?).peekable();
        field(&mut parts, "identifier of an extension", OBJECT_ID)?;
        parts.next_if(|critical| critical.tag == BOOLEAN);
        field(&mut parts, "value of an extension", OCTET_STRING).map(drop)
    })
}

/// The content of the next field, which has this tag.
fn field<'a>(from: &mut impl Iterator<Item = Element<'a>>, name: &str, tag: u8) -> Result<&'a [u8], String> {
    one_of(from, name, &[tag])
}

fn one_of<'a>(from: &mut impl Iterator<Item = Element<'a>>, name: &str, tags: &[u8]) -> Result<&'a [u8], String> {
    match from.next() {
        Some(element) if tags.contains(&element.tag) => Ok(element.content),
        Some(element) => Err(wrong(name, element.tag)),
        None => Err(format!("the {name} is missing or cut short")),
    }
}

fn wrong(name: &str, tag: u8) -> String {
    format!("the {name} has the tag {tag:#04x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_field_that_is_wrong() {
        let field = |tag: u8, parts: &[Vec<u8>]| tlv::element(tag, &parts.concat());
        let (number, list) = (field(INTEGER, &[vec![5]]), |parts: &[Vec<u8>]| field(SEQUENCE, parts));
        let algorithm = list(&[vec![6, 1, 0x2a], vec![5, 0]]);
        let certificate = |serial: &[u8], extension: &[u8], parameters: &[u8]| {
            let curve = [tlv::element(OBJECT_ID, ELLIPTIC_CURVE), parameters.to_vec()];
            let key = list(&[list(&curve), vec![3, 1, 0]]);
            let life = list(&[vec![23, 0], vec![24, 0]]);
            let extensions = field(EXTENSIONS, &[list(&[list(&[vec![6, 1, 0x2a], extension.to_vec()])])]);
            let version = tlv::element(CONTEXT_0, &number);
            let body = [version, serial.to_vec(), algorithm.clone(), list(&[]), life, list(&[]), key, extensions];
            list(&[list(&body), algorithm.clone(), vec![3, 1, 0]])
        };
        let critical = [1, 1, 0xff, 4, 0];
        for (der, said) in [
            (certificate(&number, &[4, 0], &[6, 0]), Ok(())),
            (certificate(&number, &critical, &[0x30, 0]), Ok(())),
            (certificate(&[0x82, 1, 5], &[4, 0], &[]), Err("the serial number has the tag 0x82")),
            (certificate(&number, &[12, 0], &[]), Err("the value of an extension has the tag 0x0c")),
            (certificate(&number, &[1, 1, 0], &[]), Err("the value of an extension is missing or cut short")),
            (certificate(&number, &[4, 0], &[0x86, 0]), Err("the elliptic curve has the tag 0x86")),
            (list(&[tlv::element(SEQUENCE, &number)]), Err("the signature algorithm is missing or cut short")),
            (vec![0x30, 0x82, 1], Err("the certificate is missing or cut short")),
        ] {
            assert_eq!(ensure_fields(&der), said.map_err(str::to_owned));
        }
    }
}
