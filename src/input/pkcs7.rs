//! PKCS#7 and CMS as CAs send them: SignedData that signs nothing and carries certificates (RFC 2315 §9, RFC 5652 §5).

use zeroize::Zeroizing;

use super::asn1::{CONTEXT_0, CONTEXT_1, INTEGER, OBJECT_ID, OCTET_STRING, SEQUENCE, SET, sequence};
use super::{Fault, Finds, Format, Layer, ber};
use crate::facts::{Certificate, Order};

/// ContentInfo of any of the PKCS#7 types.
pub(super) const FORMAT: Format = Format { name: "PKCS#7", layer: Layer::Object, fits, read };

/// 1.2.840.113549.1.7
const PKCS7: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7];

fn fits(der: &[u8]) -> bool {
    let oid = sequence(der).and_then(|mut fields| fields.next_if(OBJECT_ID));
    oid.is_some_and(|oid| oid.content.starts_with(PKCS7))
}

fn read(der: &[u8], finds: &mut Finds<'_>) -> Result<(), Fault> {
    if let Some(fault) =
        sequence(der).and_then(|mut fields| fields.next_if(OBJECT_ID)).and_then(|oid| other_kind(oid.content))
    {
        return Err(Fault::unreadable(fault));
    }
    let cut = || Fault::unreadable("its PKCS#7 breaks off");
    let mut fields = sequence(der).ok_or_else(cut)?;
    fields.next_if(OBJECT_ID);
    let content = fields.next_if(CONTEXT_0).ok_or_else(cut)?;
    let mut fields = content.fields().next_if(SEQUENCE).ok_or_else(cut)?.fields();
    fields.next_if(INTEGER).ok_or_else(cut)?;
    fields.next_if(SET).ok_or_else(cut)?;
    fields.next_if(SEQUENCE).ok_or_else(cut)?;
    // A SET has no order (RFC 5652 §5.1).
    finds.evidence.order = Order::None;
    let before = finds.evidence.certificates.len();
    for certificate in fields.next_if(CONTEXT_0).into_iter().flat_map(|set| set.fields()) {
        match Certificate::from_der(certificate.whole) {
            Ok(certificate) => finds.evidence.certificates.push(certificate),
            Err(cause) => finds.ignore(format!("a certificate in the PKCS#7: {cause}")),
        }
    }
    if fields.next_if(CONTEXT_1).is_some() {
        finds.ignore("a revocation list in the PKCS#7".to_owned());
    }
    if finds.evidence.certificates.len() == before {
        return Err(Fault::unreadable("its PKCS#7 carries no certificate that can be read"));
    }
    Ok(())
}

fn other_kind(oid: &[u8]) -> Option<&'static str> {
    match oid.last() {
        Some(2) => None,
        Some(3 | 6) => Some("its PKCS#7 is an encrypted message"),
        _ => Some("its PKCS#7 carries no certificates"),
    }
}

/// What SignedData in DER or BER has signed, or why that cannot be had. The signature is not checked.
pub(crate) fn signed_content(bytes: &[u8]) -> Result<Zeroizing<Vec<u8>>, &'static str> {
    let (der, _) = ber::to_der(bytes).ok_or("its BER breaks off")?;
    if !fits(&der) {
        return Err("its DER is not a signed message");
    }
    let mut fields = sequence(&der).ok_or("its PKCS#7 breaks off")?;
    match fields.next_if(OBJECT_ID).and_then(|oid| other_kind(oid.content)) {
        Some("its PKCS#7 carries no certificates") => return Err("its PKCS#7 is not signed"),
        Some(other) => return Err(other),
        None => {}
    }
    let signed = fields.next_if(CONTEXT_0).and_then(|content| content.fields().next_if(SEQUENCE));
    let mut fields = signed.ok_or("its PKCS#7 breaks off")?.fields();
    fields.next_if(INTEGER);
    fields.next_if(SET);
    let mut encapsulated = fields.next_if(SEQUENCE).ok_or("its PKCS#7 breaks off")?.fields();
    encapsulated.next_if(OBJECT_ID);
    let content = encapsulated.next_if(CONTEXT_0).ok_or("its PKCS#7 is a signature without what it signs")?;
    let content = content.fields().next_if(OCTET_STRING).ok_or("its PKCS#7 breaks off")?;
    Ok(Zeroizing::new(content.content.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SignedData (RFC 5652 §5.1) around `content`, which begins with its tag.
    fn signed(content: &[u8]) -> Vec<u8> {
        let der = |tag: u8, parts: &[&[u8]]| super::super::asn1::encode(tag, parts).to_vec();
        let oid = |last: u8| der(OBJECT_ID, &[PKCS7, &[last]]);
        let encapsulated = der(SEQUENCE, &[&oid(1), &der(CONTEXT_0, &[content])]);
        let body = der(SEQUENCE, &[&der(INTEGER, &[&[1]]), &der(SET, &[]), &encapsulated, &der(SET, &[])]);
        der(SEQUENCE, &[&oid(2), &der(CONTEXT_0, &[&body])])
    }

    #[test]
    fn hands_out_what_is_signed_in_one_piece_and_in_several() {
        assert_eq!(**signed_content(&signed(b"\x04\x05hello")).unwrap(), *b"hello");
        assert_eq!(**signed_content(&signed(b"\x24\x80\x04\x02he\x04\x03llo\0\0")).unwrap(), *b"hello");
    }

    #[test]
    fn says_why_there_is_nothing_signed() {
        assert_eq!(signed_content(&[0x30, 0x80, 0]).unwrap_err(), "its BER breaks off");
        assert_eq!(signed_content(&[0x30, 0]).unwrap_err(), "its DER is not a signed message");
        assert_eq!(signed_content(&signed(b"")).unwrap_err(), "its PKCS#7 breaks off");
    }
}
