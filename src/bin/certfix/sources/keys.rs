//! The private key in a file.

use std::collections::HashSet;
use std::path::Path;

use certfix::Error;
use certfix::facts::{Evidence, KeyEntry, PrivateKey, PublicKey};
use certfix::input::{self, Password};
use certfix::issue::SigningKey;

use super::read_file;
use crate::{password, terminal};

/// The private key in a file, opened.
///
/// # Errors
/// That the file holds none, different ones, or none that can be used.
pub(crate) fn key(path: &Path, known: Option<&Password>) -> Result<SigningKey, Error> {
    let evidence = match read_file(path, known) {
        Err(Error::NotACertificate { source, cause, .. }) => return Err(Error::NoKey { source, cause }),
        answer => answer?,
    };
    let source = evidence.source.to_string();
    if let Some(key) = open_key(&evidence)? {
        return SigningKey::new(key.clone(), &source);
    }
    let unread = evidence.keys.iter().find_map(|entry| match entry {
        KeyEntry::Unread(why) => Some(why),
        _ => None,
    });
    if let Some(why) = unread {
        return Err(Error::Conflict {
            cause: format!("the private key in '{source}' cannot be read: {why}"),
            hint: "write the file anew with openssl pkcs12 -legacy -in FILE -out NEW.pem, and name that",
        });
    }
    if evidence.keys.is_empty() {
        return Err(Error::NoKey { source, cause: None });
    }
    // A key that is locked is no error where only certificates are looked for, so nobody was asked yet.
    match known.is_none() && terminal::can_ask() && path.as_os_str() != "-" {
        true => match password::ask(&source)? {
            Some(typed) => key(path, Some(&typed)),
            None => Err(Error::NeedsPassword { source }),
        },
        false => Err(Error::NeedsPassword { source }),
    }
}

/// The private key in the clear, where one is meant; it may stand there several times.
pub(crate) fn open_key(evidence: &Evidence) -> Result<Option<&PrivateKey>, Error> {
    let different: HashSet<&PublicKey> = evidence.open_keys().map(|key| &key.public).collect();
    match different.len() {
        0 | 1 => Ok(evidence.open_keys().next()),
        count => Err(Error::ManyKeys { source: evidence.source.to_string(), count }),
    }
}

/// True when this file gives no key without a password. Of one that holds none at all, or cannot be read, it tells nothing.
pub(crate) fn is_locked(path: &Path) -> bool {
    match input::read_file(path, None) {
        Ok(evidence) => evidence.open_keys().next().is_none(),
        Err(error) => matches!(error, Error::NeedsPassword { .. }),
    }
}
