//! Private keys in files of their own: they are compared with the certificates and requests that the same call looks at.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use certfix::facts::{Evidence, KeyFile, PrivateKey, PublicKey, Source, Subject};
use certfix::input::Password;

use super::{Named, Sources, read_quietly};

/// The keys of all files that hold nothing else.
#[derive(Default)]
pub(crate) struct Ring {
    keys: Vec<Lent>,
    /// Their places by their public halves.
    places: HashMap<PublicKey, usize>,
    /// The key that was named beside one certificate or request and does not belong to it.
    stray: Option<usize>,
}

struct Lent {
    path: PathBuf,
    /// The permissions of the file.
    mode: Option<u32>,
    key: PrivateKey,
    /// True when the file was named itself, and not found in a folder.
    is_named: bool,
    /// True when it belongs to something else that was named itself.
    is_owned: bool,
}

/// Of more files than this only those are looked at beforehand whose names say that they hold a key.
const FEW: usize = 16;

impl Ring {
    /// The keys that stand among the sources.
    pub(crate) fn of(sources: &Sources, known: Option<&Password>) -> Self {
        let mut ring = Self::default();
        if sources.list.len() < 2 {
            return ring;
        }
        let is_few = sources.list.len() <= FEW;
        for (path, is_named) in files(sources).filter(|(path, is_named)| is_few && *is_named || says_key(path)) {
            if let Some(evidence) = read_quietly(path, known).ok().filter(is_keys_alone) {
                let (path, mode) = (path.to_owned(), evidence.mode.filter(|_| evidence.has_key_in_the_clear()));
                let lent =
                    |key: &PrivateKey| Lent { path: path.clone(), mode, key: key.clone(), is_named, is_owned: false };
                ring.keys.extend(evidence.open_keys().map(lent));
            }
        }
        let places = ring.keys.iter().enumerate().map(|(place, lent)| (lent.key.public.clone(), place));
        ring.places = places.collect();
        if ring.keys.iter().any(|lent| lent.is_named) {
            ring.compare(sources, known);
        }
        ring
    }

    /// Finds out what the keys that were named belong to.
    fn compare(&mut self, sources: &Sources, known: Option<&Password>) {
        let held: HashSet<PathBuf> = self.keys.iter().map(|lent| lent.path.clone()).collect();
        let others = files(sources).filter(|(path, is_named)| *is_named && !held.contains(*path));
        let others: Vec<Evidence> = others.filter_map(|(path, _)| read_quietly(path, known).ok()).collect();
        let subjects: Vec<Subject<'_>> = others.iter().flat_map(Evidence::subjects).collect();
        let owned: HashSet<&PublicKey> = subjects.iter().map(|subject| &subject.item.identity().key).collect();
        for lent in &mut self.keys {
            lent.is_owned = owned.contains(&lent.key.public);
        }
        let is_all = sources.list.iter().all(|named| matches!(named, Named::File { folder: None, .. }));
        let is_bare = matches!(&*subjects, [alone] if alone.evidence.keys.is_empty());
        if is_all && is_bare && !self.keys.iter().any(|lent| lent.is_owned) {
            self.stray = Some(0);
        }
    }

    /// Gives each of them its key, where no key came with it.
    pub(crate) fn lend<'a>(&'a self, subjects: &mut [Subject<'a>]) {
        for subject in subjects.iter_mut().filter(|subject| subject.evidence.keys.is_empty()) {
            let own = self.find(&subject.item.identity().key);
            subject.keys.own = own.map(|lent| &lent.key);
            subject.keys.beside = own.map(|lent| KeyFile { path: &lent.path, mode: lent.mode });
            subject.keys.stray = self.stray.and_then(|place| self.keys.get(place)).map(|lent| &lent.key);
        }
    }

    /// True for a file whose key was compared with what was named beside it.
    pub(crate) fn is_compared(&self, source: &Source) -> bool {
        let Source::File(path) = source else { return false };
        let compared = |place: usize, lent: &Lent| lent.is_named && (lent.is_owned || self.stray == Some(place));
        self.keys.iter().enumerate().any(|(place, lent)| lent.path == *path && compared(place, lent))
    }

    fn find(&self, public: &PublicKey) -> Option<&Lent> {
        self.places.get(public).and_then(|place| self.keys.get(*place))
    }
}

/// Every file, and whether it was named itself. Standard input can be read once only.
fn files(sources: &Sources) -> impl Iterator<Item = (&Path, bool)> {
    sources.list.iter().filter_map(|named| match named {
        Named::File { path, folder } if path.as_os_str() != "-" => Some((&**path, folder.is_none())),
        _ => None,
    })
}

/// `mail.key`, `privkey.pem`, `server.p8`
fn says_key(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    name.contains("key") || name.ends_with(".p8") || name.ends_with(".pk8")
}

fn is_keys_alone(evidence: &Evidence) -> bool {
    evidence.certificates.is_empty() && evidence.requests.is_empty() && evidence.damaged.is_none()
}
