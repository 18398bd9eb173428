//! The private keys in the clear that a source held, and what they belong to. Looked at once for all items of the source.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use super::{Evidence, Item, PrivateKey, PublicKey};

/// What the keys in the clear of a source are to one item of it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Keys<'a> {
    /// The item's own.
    pub own: Option<&'a PrivateKey>,
    /// The first that belongs to no item of the source.
    pub stray: Option<&'a PrivateKey>,
    /// Where its own stands, when that is not the item's file.
    pub beside: Option<KeyFile<'a>>,
}

/// A file with a private key and nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyFile<'a> {
    /// Its path.
    pub path: &'a Path,
    /// Its permissions, as [`Evidence::mode`] has them.
    pub mode: Option<u32>,
}

/// The keys by their public halves.
#[derive(Debug)]
pub(super) struct KeyRing<'a> {
    keys: HashMap<&'a PublicKey, &'a PrivateKey>,
    stray: Option<&'a PrivateKey>,
}

impl<'a> KeyRing<'a> {
    pub(super) fn of(evidence: &'a Evidence) -> Self {
        let keys: HashMap<_, _> = evidence.open_keys().map(|key| (&key.public, key)).collect();
        // Most sources hold no key: then nothing has to be compared.
        if keys.is_empty() {
            return Self { keys, stray: None };
        }
        let of_certificates = evidence.certificates.iter().map(|cert| &cert.identity.key);
        let of_requests = evidence.requests.iter().map(|request| &request.identity.key);
        let owned: HashSet<&PublicKey> = of_certificates.chain(of_requests).collect();
        let stray = evidence.open_keys().find(|key| !owned.contains(&key.public));
        Self { keys, stray }
    }

    pub(super) fn keys_of(&self, item: Item<'_>) -> Keys<'a> {
        Keys { own: self.keys.get(&item.identity().key).copied(), stray: self.stray, beside: None }
    }
}
