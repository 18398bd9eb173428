//! PKCS#12 files, as Windows imports them.

use p12_keystore::{
    Certificate as Stored, EncryptionAlgorithm, KeyStore, KeyStoreEntry, MacAlgorithm, PrivateKey as StoredKey,
    PrivateKeyChain,
};

use super::failed;
use crate::Error;
use crate::facts::{Certificate, PrivateKey};

/// Who is to read a PKCS#12 file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum For {
    /// Windows 10 1709, Server 2019 and later, and everybody else: AES-256, SHA-256.
    #[default]
    Today,
    /// Server 2016 and older: 3DES for key and certificates, SHA-1. They answer AES with "the specified network
    /// password is not correct".
    OldWindows,
}

/// A PKCS#12 file with the key, its certificate, and the chain above it in order.
///
/// # Errors
/// [`Error::ForeignKey`] when key and certificate do not belong together, [`Error::Conflict`] for a password with characters beyond
/// Unicode's first plane, [`Error::Issue`] when it cannot be encoded.
pub fn pfx(
    key: &PrivateKey,
    leaf: &Certificate,
    chain: &[&Certificate],
    password: &str,
    friendly_name: &str,
    reader: For,
) -> Result<Vec<u8>, Error> {
    if key.public != leaf.identity.key {
        let certificate = leaf.identity.subject.to_string();
        return Err(Error::ForeignKey { key: friendly_name.to_owned(), certificate });
    }
    // It is hashed as a BMPString, and programs differ in what they make of characters beyond it.
    if let Some(character) = password.chars().find(|character| u32::from(*character) > 0xffff) {
        return Err(Error::Conflict {
            cause: format!("the password holds '{character}', which no password of a PKCS#12 file can (RFC 7292 B.1)"),
            hint: "take a password of letters, digits and signs; emoji are among what cannot be in it",
        });
    }
    let certificates = std::iter::once(leaf).chain(chain.iter().copied());
    let certificates = certificates.map(|cert| Stored::from_der(&cert.der)).collect::<Result<Vec<_>, _>>();
    let stored_key = StoredKey::from_der(&key.pkcs8).map_err(failed)?;
    let entry = PrivateKeyChain::new(leaf.sha1().to_vec(), stored_key, certificates.map_err(failed)?);
    // A friendly name is a BMPString: no characters beyond the first plane.
    let friendly_name: String = friendly_name.chars().filter(|character| u32::from(*character) <= 0xffff).collect();
    let mut store = KeyStore::new();
    store.add_entry(&friendly_name, KeyStoreEntry::PrivateKeyChain(entry));
    let (encryption, digest, rounds) = match reader {
        For::Today => (EncryptionAlgorithm::PbeWithHmacSha256AndAes256, MacAlgorithm::HmacSha256, 100_000),
        For::OldWindows => (EncryptionAlgorithm::PbeWithShaAnd3KeyTripleDesCbc, MacAlgorithm::HmacSha1, 10_000),
    };
    let writer = store.writer(password).encryption_algorithm(encryption).encryption_iterations(rounds);
    writer.mac_algorithm(digest).mac_iterations(rounds).write().map_err(failed)
}
