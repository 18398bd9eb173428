//! PKCS#7 and CMS as CAs send them: SignedData that signs nothing and carries certificates (RFC 2315 §9, RFC 5652 §5).

use super::asn1::{CONTEXT_0, CONTEXT_1, INTEGER, OBJECT_ID, SEQUENCE, SET, sequence};
use super::{Fault, Finds, Format, Layer};
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
