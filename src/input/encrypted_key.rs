//! Encrypted PKCS#8: `ENCRYPTED PRIVATE KEY` (RFC 5958 §3).

use super::asn1::{OBJECT_ID, OCTET_STRING, SEQUENCE, sequence};
use super::decrypt::{decrypt, is_one_sequence};
use super::passphrase::Passphrase;
use super::{Fault, Finds, Format, Layer, private_key};
use crate::facts::{KeyEntry, PrivateKey};

/// AlgorithmIdentifier and ciphertext.
pub(super) const FORMAT: Format = Format { name: "encrypted private key", layer: Layer::Object, fits, read };

fn fits(der: &[u8]) -> bool {
    let Some(mut fields) = sequence(der) else { return false };
    let algorithm = fields.next_if(SEQUENCE);
    let data = fields.next_if(OCTET_STRING);
    algorithm.is_some_and(|algorithm| algorithm.fields().begin_with(&[OBJECT_ID])) && data.is_some()
}

fn read(der: &[u8], finds: &mut Finds<'_>) -> Result<(), Fault> {
    let entry = match finds.password {
        Some(password) => KeyEntry::Opened(open(der, &Passphrase::of(password), finds)?),
        None => KeyEntry::Locked,
    };
    finds.evidence.keys.push(entry);
    Ok(())
}

/// Decrypts an EncryptedPrivateKeyInfo.
pub(super) fn open(der: &[u8], phrase: &Passphrase, finds: &mut Finds<'_>) -> Result<PrivateKey, Fault> {
    let cut = || Fault::unreadable("it breaks off");
    let mut fields = sequence(der).ok_or_else(cut)?;
    let algorithm = fields.next_if(SEQUENCE).ok_or_else(cut)?;
    let data = fields.next_if(OCTET_STRING).ok_or_else(cut)?.content;
    let plain = decrypt(&algorithm, data, phrase, &mut finds.work)?;
    if !is_one_sequence(&plain) {
        return Err(Fault::WrongPassword);
    }
    private_key::key_from_pkcs8(&plain).map_err(Fault::Unreadable)
}
