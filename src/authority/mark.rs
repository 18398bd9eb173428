//! A mark on keys that are renewed without anybody: services are given what was marked, and nothing else.
//!
//! It holds a digest of the public key, and so belongs to one renewal. It is made before the authority is asked and goes when
//! services have the certificate; then an administrator who takes it back with `undo` is not overruled by the next run.

use crate::Error;
use crate::facts::{PublicKey, sha256_hex};
use crate::input::read_text;
use crate::store::{KeyFolder, RENEWING, Secrecy, discard, replace};

/// Marks the renewal whose request has this public key.
///
/// # Errors
/// [`Error::File`]
pub fn mark(key: &KeyFolder, public: &PublicKey) -> Result<(), Error> {
    replace(&key.path.join(RENEWING), text(public).as_bytes(), Secrecy::Public)
}

/// True when the newest certificate of the key is of the renewal that is marked.
pub fn is_marked(key: &KeyFolder) -> bool {
    // Hardly any key has one, and only then is more than this file read.
    let Ok(mark) = read_text(&key.path.join(RENEWING)) else { return false };
    key.contents().newest().is_some_and(|cert| *mark == text(&cert.identity.key))
}

/// Takes the mark away.
///
/// # Errors
/// [`Error::File`]
pub fn unmark(key: &KeyFolder) -> Result<(), Error> {
    let path = key.path.join(RENEWING);
    if path.exists() { discard(&path) } else { Ok(()) }
}

fn text(public: &PublicKey) -> String {
    sha256_hex(&public.spki) + "\n"
}
