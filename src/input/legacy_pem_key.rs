//! Keys that OpenSSL encrypted inside PEM: `Proc-Type: 4,ENCRYPTED` and `DEK-Info: DES-EDE3-CBC,<IV>` (RFC 1421 §4.6).

use super::decrypt::{Cipher, cbc, is_one_sequence};
use super::passphrase::Passphrase;
use super::{Fault, Finds, private_key};
use crate::facts::{KeyEntry, from_hex};

/// Reads the key in `data`; `dek_info` is the value of that header.
pub(super) fn read(dek_info: &str, data: &[u8], finds: &mut Finds<'_>) -> Result<(), Fault> {
    let Some(password) = finds.password else {
        finds.evidence.keys.push(KeyEntry::Locked);
        return Ok(());
    };
    let (name, iv) = dek_info.split_once(',').ok_or_else(|| Fault::unreadable("its DEK-Info cannot be read"))?;
    let cipher = match name.trim().to_ascii_uppercase().as_str() {
        "DES-EDE3-CBC" => Cipher::TripleDes,
        "DES-CBC" => Cipher::Des,
        "AES-128-CBC" => Cipher::Aes128,
        "AES-192-CBC" => Cipher::Aes192,
        "AES-256-CBC" => Cipher::Aes256,
        _ => return Err(Fault::unreadable("it is encrypted with a cipher that certfix does not know")),
    };
    let iv = from_hex(iv.trim()).filter(|iv| iv.len() >= 8);
    let iv = iv.ok_or_else(|| Fault::unreadable("the IV in its DEK-Info cannot be read"))?;
    let key = Passphrase::of(password).pem_key(&iv[..8], cipher.key_length());
    let plain = cbc(cipher, &key, &iv, data)?;
    if !is_one_sequence(&plain) {
        return Err(Fault::WrongPassword);
    }
    finds.evidence.keys.push(KeyEntry::Opened(private_key::key_from_any(&plain).map_err(Fault::Unreadable)?));
    Ok(())
}
