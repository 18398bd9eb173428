//! A key whose next generation waits for a commit.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::store::{KeyFolder, Lock};

/// A key whose services get its next generation with a commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    /// The key's folder, from the root on.
    pub(super) folder: PathBuf,
    /// The generation that services read before.
    pub before: u32,
    /// The one that waited for the commit.
    pub after: u32,
}

impl Turn {
    /// The turn that the key waits for.
    pub(super) fn of(key: &KeyFolder) -> Result<Option<Self>, Error> {
        let Some((before, after)) = key.generation().zip(key.waiting()) else { return Ok(None) };
        let failed = |cause| Error::File { action: "find", path: key.path.clone(), cause };
        Ok(Some(Self { folder: key.path.canonicalize().map_err(failed)?, before, after }))
    }

    /// The name of the key.
    pub fn key(&self) -> String {
        self.at().name()
    }

    /// The generation that waits for a commit when this one is taken back: a newer one, if it was installed since.
    pub fn waits(&self) -> u32 {
        self.at().waiting().map_or(self.after, |waiting| waiting.max(self.after))
    }

    /// See [`KeyFolder::ensure_own`].
    pub(super) fn ensure_own(&self) -> Result<(), Error> {
        self.at().ensure_own()
    }

    pub(super) fn take(&self, lock: &Lock) -> Result<(), Error> {
        self.at().turn(lock, self.after)
    }

    /// A key that is not there any more has nothing to go back to.
    pub(super) fn take_back(&self, lock: &Lock) -> Result<(), Error> {
        if self.is_there() { self.at().turn_back(lock, self.before) } else { Ok(()) }
    }

    /// False when the key is not there any more.
    pub(super) fn is_there(&self) -> bool {
        self.folder.is_dir()
    }

    /// True when services read the generation that waited.
    pub(super) fn is_taken(&self) -> bool {
        self.at().generation() == Some(self.after)
    }

    pub(super) fn at(&self) -> KeyFolder {
        KeyFolder { path: self.folder.clone() }
    }
}
