//! Key folders that get another name or go away.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::recover::is_ours;
use super::write::{failed, hidden_beside, make_private, parent, rename_new, sync_folder};
use super::{KeyFolder, Store};
use crate::Error;
use crate::facts::Name;

/// Where removed keys are kept.
const REMOVED: &str = ".removed";

impl Store {
    /// Gives a key folder another name.
    ///
    /// # Errors
    /// [`Error::Exists`] when the new name is taken, [`Error::Bound`] when services read it under the old one,
    /// what [`Store::lock_whole`] says, [`Error::File`]; the name is then the old one.
    pub fn rename(&self, key: &KeyFolder, new: &Name) -> Result<PathBuf, Error> {
        let path = self.path(new);
        let _lock = self.lock_whole("keys rename", Self::WAIT)?;
        free_to_move(key, "renamed")?;
        self.ensure_free(new)?;
        moved(&key.path, &path).map_err(|cause| failed(&path, cause))?;
        Ok(path)
    }

    /// Puts a key folder away, into `.removed`; says where it is now.
    ///
    /// # Errors
    /// [`Error::Bound`] when services read it, what [`Store::lock_whole`] says, [`Error::File`]; nothing has then changed.
    pub fn remove(&self, key: &KeyFolder) -> Result<PathBuf, Error> {
        let _lock = self.lock_whole("keys remove", Self::WAIT)?;
        free_to_move(key, "removed")?;
        let folder = self.root().join(REMOVED);
        let fresh = match make_private(&folder) {
            Ok(()) => true,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => false,
            Err(cause) => return Err(failed(&folder, cause)),
        };
        let name = key.folder_name();
        let names = (1u32..).map(|count| if count == 1 { name.to_string() } else { format!("{name}.{count}") });
        let mut free = names.map(|name| folder.join(name)).filter(|path| path.symlink_metadata().is_err());
        let path = free.next().unwrap_or_else(|| folder.join(&*name));
        moved(&key.path, &path).map_err(|cause| {
            if fresh {
                let _ = fs::remove_dir(&folder);
            }
            failed(&path, cause)
        })?;
        Ok(path)
    }

    /// Deletes a key folder for good. It disappears in one step; what a crash leaves is hidden, and deleted by the next
    /// command.
    ///
    /// # Errors
    /// [`Error::Bound`] when services read it, [`Error::ForeignFiles`] when there is something in it that certfix did not make;
    /// what [`Store::lock_whole`] says; [`Error::File`].
    pub fn destroy(&self, key: &KeyFolder) -> Result<(), Error> {
        let _lock = self.lock_whole("keys remove", Self::WAIT)?;
        free_to_move(key, "removed")?;
        if !is_ours(&key.path) {
            return Err(Error::ForeignFiles { path: key.path.clone() });
        }
        let hidden = hidden_beside(&key.path, key.path.file_name().unwrap_or_default());
        moved(&key.path, &hidden).map_err(|cause| failed(&key.path, cause))?;
        let deleted = fs::remove_dir_all(&hidden);
        deleted.map_err(|cause| Error::File { action: "delete", path: hidden, cause })
    }
}

/// Renames, and makes it last; takes it back when that fails.
fn moved(from: &Path, to: &Path) -> io::Result<()> {
    rename_new(from, to)?;
    let synced = sync_folder(parent(to)).and_then(|()| sync_folder(parent(from)));
    synced.inspect_err(|_| drop(rename_new(to, from)))
}

fn free_to_move(key: &KeyFolder, verb: &'static str) -> Result<(), Error> {
    if !key.is_bound() {
        return Ok(());
    }
    Err(Error::Bound { key: key.name(), verb })
}
