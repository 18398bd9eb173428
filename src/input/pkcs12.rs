//! PKCS#12, also called PFX (RFC 7292).

use aws_lc_rs::{digest, hmac};
use zeroize::Zeroizing;

use super::asn1::{CONTEXT_0, Element, Fields, INTEGER, OBJECT_ID, OCTET_STRING, SEQUENCE, sequence};
use super::decrypt::decrypt;
use super::passphrase::Passphrase;
use super::{Fault, Finds, Format, Layer, ber, encrypted_key, private_key};
use crate::facts::{Certificate, KeyEntry, Order};

/// Version 3, a safe, usually a MAC.
pub(super) const FORMAT: Format = Format { name: "PKCS#12", layer: Layer::Object, fits, read };

const DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1];
const ENCRYPTED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 6];
/// 1.2.840.113549.1.12.10.1, the kinds of bag.
const BAG: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 12, 10, 1];
/// Safes inside safes.
const DEEPEST: usize = 8;

fn fits(der: &[u8]) -> bool {
    let Some(mut fields) = sequence(der) else { return false };
    let version = fields.next_if(INTEGER).and_then(|version| version.unsigned());
    let content = fields.next_if(SEQUENCE);
    version == Some(3) && content.is_some_and(|content| content.fields().begin_with(&[OBJECT_ID]))
}

fn cut() -> Fault {
    Fault::unreadable("its PKCS#12 cannot be read")
}

fn read(bytes: &[u8], finds: &mut Finds<'_>) -> Result<(), Fault> {
    let (der, _) = ber::to_der(bytes).ok_or_else(cut)?;
    let mut fields = sequence(&der).ok_or_else(cut)?;
    fields.next_if(INTEGER);
    let safe = octets(&fields.next_if(SEQUENCE).ok_or_else(cut)?).ok_or_else(cut)?;
    let phrase = passphrase(fields.next_if(SEQUENCE), safe, finds)?;
    let (safe, _) = ber::to_der(safe).ok_or_else(cut)?;
    let mut locked = false;
    for content in sequence(&safe).ok_or_else(cut)? {
        match open(&content, &phrase, finds)? {
            Some(bags) => read_bags(&bags, &phrase, finds, DEEPEST)?,
            None => locked = true,
        }
    }
    if locked && finds.evidence.certificates.is_empty() { Err(Fault::NeedsPassword) } else { Ok(()) }
}

/// The OCTET STRING of a ContentInfo of type data.
fn octets<'a>(content: &Element<'a>) -> Option<&'a [u8]> {
    let mut fields = content.fields();
    let oid = fields.next_if(OBJECT_ID)?;
    let value = fields.next_if(CONTEXT_0)?.fields().next_if(OCTET_STRING)?;
    (oid.content == DATA).then_some(value.content)
}

/// What to decrypt with: the passphrases that the MAC confirms, or all when there is none to ask. Empty when no password
/// was given and the empty one does not fit.
fn passphrase(mac: Option<Element<'_>>, safe: &[u8], finds: &mut Finds<'_>) -> Result<Vec<Passphrase>, Fault> {
    let mut candidates = Passphrase::candidates(finds.password);
    let Some(mac) = mac.as_ref().and_then(Mac::read) else { return Ok(candidates) };
    let mut fault = None;
    candidates.retain(|phrase| match finds.work.spend(mac.iterations, 1) {
        Ok(()) => mac.holds(phrase, safe),
        Err(refused) => {
            fault = Some(refused);
            false
        }
    });
    match (candidates.is_empty(), fault) {
        (true, Some(fault)) => Err(fault),
        (true, None) if finds.password.is_some() => Err(Fault::WrongPassword),
        _ => Ok(candidates),
    }
}

/// MacData (RFC 7292 §4) with a hash that is known; others, such as PBMAC1, are not checked: then it is decryption that
/// shows whether the password fits.
struct Mac<'a> {
    hash: (&'static digest::Algorithm, hmac::Algorithm),
    tag: &'a [u8],
    salt: &'a [u8],
    iterations: u64,
}

impl<'a> Mac<'a> {
    fn read(data: &Element<'a>) -> Option<Self> {
        let mut fields = data.fields();
        let mut info = fields.next_if(SEQUENCE)?.fields();
        let hash = match info.next_if(SEQUENCE)?.fields().next_if(OBJECT_ID)?.content {
            [0x2b, 14, 3, 2, 26] => (&digest::SHA1_FOR_LEGACY_USE_ONLY, hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY),
            [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1] => (&digest::SHA256, hmac::HMAC_SHA256),
            [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 2] => (&digest::SHA384, hmac::HMAC_SHA384),
            [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 3] => (&digest::SHA512, hmac::HMAC_SHA512),
            [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 4] => (&digest::SHA224, hmac::HMAC_SHA224),
            _ => return None,
        };
        let tag = info.next_if(OCTET_STRING)?.content;
        let salt = fields.next_if(OCTET_STRING)?.content;
        let iterations = fields.next_if(INTEGER).map_or(Some(1), |count| count.unsigned())?;
        Some(Self { hash, tag, salt, iterations })
    }

    fn holds(&self, phrase: &Passphrase, safe: &[u8]) -> bool {
        let (digest, algorithm) = self.hash;
        let key = phrase.pkcs12_key(digest, self.salt, 3, self.iterations, digest.output_len());
        hmac::verify(&hmac::Key::new(algorithm, &key), safe, self.tag).is_ok()
    }
}

/// The bags of one safe as DER; `None` when it is encrypted and no password was given.
fn open(
    content: &Element<'_>,
    phrases: &[Passphrase],
    finds: &mut Finds<'_>,
) -> Result<Option<Zeroizing<Vec<u8>>>, Fault> {
    let mut fields = content.fields();
    match fields.next_if(OBJECT_ID).ok_or_else(cut)?.content {
        DATA => ber::to_der(octets(content).ok_or_else(cut)?).map(|(bags, _)| Some(bags)).ok_or_else(cut),
        ENCRYPTED_DATA => {
            let data = fields.next_if(CONTEXT_0).and_then(|value| value.fields().next_if(SEQUENCE)).ok_or_else(cut)?;
            let mut fields = data.fields();
            fields.next_if(INTEGER);
            let mut info = fields.next_if(SEQUENCE).ok_or_else(cut)?.fields();
            info.next_if(OBJECT_ID);
            let algorithm = info.next_if(SEQUENCE).ok_or_else(cut)?;
            let ciphertext = ciphertext(info.next().ok_or_else(cut)?);
            for phrase in phrases {
                match decrypt(&algorithm, &ciphertext, phrase, &mut finds.work) {
                    Ok(plain) => match ber::to_der(&plain) {
                        Some((bags, _)) => return Ok(Some(bags)),
                        None => continue,
                    },
                    Err(Fault::WrongPassword) => {}
                    Err(fault) => return Err(fault),
                }
            }
            if finds.password.is_some() { Err(Fault::WrongPassword) } else { Ok(None) }
        }
        _ => {
            finds.ignore("a safe encrypted to a public key in the PKCS#12".to_owned());
            Ok(Some(Zeroizing::new(vec![SEQUENCE, 0])))
        }
    }
}

/// `[0] IMPLICIT OCTET STRING`, in one piece or in several.
fn ciphertext(element: Element<'_>) -> Vec<u8> {
    match element.tag {
        CONTEXT_0 => element.fields().flat_map(|piece| piece.content.iter().copied()).collect(),
        _ => element.content.to_vec(),
    }
}

fn read_bags(bags: &[u8], phrases: &[Passphrase], finds: &mut Finds<'_>, depth: usize) -> Result<(), Fault> {
    for bag in sequence(bags).ok_or_else(cut)? {
        let mut fields = bag.fields();
        let kind = fields.next_if(OBJECT_ID).and_then(|oid| oid.content.strip_prefix(BAG));
        let Some(value) = fields.next_if(CONTEXT_0) else { return Err(cut()) };
        let outcome = match kind {
            Some([1]) => {
                private_key::key_from_pkcs8(value.content).map(|key| finds.found_key(key)).map_err(Fault::Unreadable)
            }
            Some([2]) => read_locked_key(value.content, phrases, finds),
            Some([3]) => read_certificate(value.fields(), finds),
            Some([4]) => Err(Fault::unreadable("it is a revocation list")),
            Some([6]) if depth > 0 => read_bags(value.content, phrases, finds, depth - 1),
            _ => Err(Fault::unreadable("it is neither certificate nor key")),
        };
        match outcome {
            Err(Fault::Unreadable(cause)) => finds.ignore(format!("a bag in the PKCS#12: {cause}")),
            other => other?,
        }
    }
    Ok(())
}

fn read_locked_key(der: &[u8], phrases: &[Passphrase], finds: &mut Finds<'_>) -> Result<(), Fault> {
    for phrase in phrases {
        match encrypted_key::open(der, phrase, finds) {
            Ok(key) => {
                finds.found_key(key);
                return Ok(());
            }
            Err(Fault::WrongPassword) => {}
            Err(Fault::Unreadable(why)) => {
                finds.evidence.keys.push(KeyEntry::Unread(why));
                return Ok(());
            }
            Err(fault) => return Err(fault),
        }
    }
    if finds.password.is_some() {
        return Err(Fault::WrongPassword);
    }
    finds.evidence.keys.push(KeyEntry::Locked);
    Ok(())
}

fn read_certificate(mut bag: Fields<'_>, finds: &mut Finds<'_>) -> Result<(), Fault> {
    let mut fields = bag.next_if(SEQUENCE).ok_or_else(cut)?.fields();
    fields.next_if(OBJECT_ID);
    let der = fields.next_if(CONTEXT_0).and_then(|value| value.fields().next_if(OCTET_STRING)).ok_or_else(cut)?;
    finds.evidence.order = Order::None;
    finds.evidence.certificates.push(Certificate::from_der(der.content).map_err(Fault::Unreadable)?);
    Ok(())
}
