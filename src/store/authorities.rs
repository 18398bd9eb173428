//! The folder of the store's own CAs. What is in each is `authority`'s business.

use std::io;
use std::path::{Path, PathBuf};

use super::{NewFile, Store, make_private, write};
use crate::Error;

/// Beside the keys, under a name that no certificate can have.
pub(super) const FOLDER: &str = "_ca";

impl Store {
    /// The folder that holds one folder for each CA.
    pub fn authorities(&self) -> PathBuf {
        self.root().join(FOLDER)
    }

    /// Makes a CA's folder with all its files, or nothing.
    ///
    /// # Errors
    /// As [`Store::create`].
    pub fn create_authority(&self, name: &str, files: &[NewFile<'_>]) -> Result<PathBuf, Error> {
        let folder = self.authorities();
        let path = folder.join(name);
        if path.symlink_metadata().is_ok() {
            return Err(Error::Exists { path, hint: None });
        }
        Self::make(&folder, path, files)
    }
}

/// Makes a folder inside one of certfix's own, where it is not there yet, so that the name lasts.
///
/// # Errors
/// [`Error::File`]
pub(crate) fn ensure_private(folder: &Path) -> Result<(), Error> {
    let made = match make_private(folder) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(()),
        made => made.and_then(|()| write::sync_folder(write::parent(folder))),
    };
    made.map_err(|cause| write::failed(folder, cause))
}
