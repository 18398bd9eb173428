//! The folder of a file that is looked at and replaced, held while that goes on.
//!
//! Promises: paths were resolved when they were chosen ([`resolve`](super::disk::resolve)); where a link stands in the way
//! today, somebody put it there since, and nobody goes there.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::path::Path;

use crate::store::{Folder, Secrecy};

/// A folder, held open, and the name of a file in it.
#[derive(Debug)]
pub(super) struct Anchor<'a> {
    folder: Folder,
    /// The name of the file.
    name: &'a OsStr,
}

impl<'a> Anchor<'a> {
    /// Holds the folder of a file; fails as [`Folder::of`] does.
    pub(super) fn of(path: &'a Path) -> io::Result<Self> {
        let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
        Ok(Self { folder: Folder::of(path.parent().ok_or(io::ErrorKind::InvalidInput)?)?, name })
    }

    /// Opens it to be read, as [`Folder::open`] does.
    pub(super) fn open(&self) -> io::Result<Option<File>> {
        self.folder.open(self.name)
    }

    /// Makes a new file beside it that only its owner can open.
    pub(super) fn create_beside(&self, name: &OsStr) -> io::Result<File> {
        self.folder.create(name, Secrecy::Secret)
    }

    /// Lets the file beside it take its place.
    pub(super) fn take_from(&self, name: &OsStr) -> io::Result<()> {
        self.folder.rename(name, self.name)
    }

    /// Removes it, if it is there.
    pub(super) fn clear(&self) -> io::Result<()> {
        self.clear_beside(self.name)
    }

    /// Removes the file beside it, if that is there.
    pub(super) fn clear_beside(&self, name: &OsStr) -> io::Result<()> {
        match self.folder.remove(name) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => Err(cause),
            _ => Ok(()),
        }
    }

    /// Brings the folder to disk.
    pub(super) fn sync(&self) -> io::Result<()> {
        self.folder.sync()
    }
}
