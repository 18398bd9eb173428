//! Private keys of the store that journals keep a copy of, among what services had before a commit.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::journal;
use crate::facts::PublicKey;
use crate::input::{files_in, read_file};
use crate::store::{KeyFolder, Store};

/// The backups that hold a private key that is in the folder of `key`, in this generation or another; sorted. What cannot be
/// read is left out, and so is a key that a password protects.
pub fn copies(store: &Store, key: &KeyFolder) -> Vec<PathBuf> {
    let own: HashSet<PublicKey> = files(&key.path).iter().flat_map(|path| public_halves(path)).collect();
    let entries = fs::read_dir(store.root()).into_iter().flatten().flatten();
    let journals = entries.filter(|entry| journal::keeps_backups(&entry.file_name())).map(|entry| entry.path());
    let mut copies: Vec<PathBuf> = journals.flat_map(|journal| files(&journal)).collect();
    copies.retain(|path| public_halves(path).iter().any(|public| own.contains(public)));
    copies.sort();
    copies
}

fn files(folder: &Path) -> Vec<PathBuf> {
    files_in(folder).unwrap_or_default()
}

/// The public halves of the private keys that a file holds in the clear.
fn public_halves(path: &Path) -> Vec<PublicKey> {
    let Ok(evidence) = read_file(path, None) else { return Vec::new() };
    evidence.open_keys().map(|key| key.public.clone()).collect()
}
