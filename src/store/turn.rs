//! The generation that waits for a commit, and the turn to it and back.
//!
//! A key that services are bound to changes with them or not at all. So its new generation waits under the link `next`, and
//! a commit renames that link over `current`. Going back makes it wait again, and then renames a link to the old one over
//! `current`. Each is one rename; killed anywhere, it can be done again.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::generation::{CURRENT, GENERATIONS, replace_link};
use super::write::{failed, sync_folder};
use super::{KeyFolder, Lock};
use crate::Error;

/// The link to the generation that waits.
pub(super) const NEXT: &str = "next";

impl KeyFolder {
    /// The number of the generation that waits for a commit.
    pub fn waiting(&self) -> Option<u32> {
        self.linked(NEXT).filter(|next| self.generation().is_none_or(|current| *next > current))
    }

    /// Lets a generation that was just made wait; takes it back when it cannot.
    pub(super) fn wait(&self, number: u32) -> io::Result<()> {
        let next = self.path.join(NEXT);
        let before = fs::read_link(&next).ok();
        let done = replace_link(&target(number), &next).and_then(|()| {
            sync_folder(&self.path).inspect_err(|_| match &before {
                Some(before) => drop(replace_link(before, &next)),
                None => drop(fs::remove_file(&next)),
            })
        });
        if done.is_err() && fs::read_link(&next).ok() == before {
            let _ = fs::remove_dir_all(self.numbered(number));
        }
        done
    }

    /// From now on services read the generation that waits. The lock is held.
    ///
    /// # Errors
    /// [`Error::File`]; then [`KeyFolder::turn_back`] is to be called.
    pub(crate) fn turn(&self, _: &Lock, number: u32) -> Result<(), Error> {
        let turned = self
            .add_links(&self.numbered(number))
            .and_then(|()| fs::rename(self.path.join(NEXT), self.path.join(CURRENT)))
            .and_then(|()| sync_folder(&self.path));
        turned.map_err(|cause| failed(&self.path, cause))?;
        self.drop_dead_links();
        Ok(())
    }

    /// From now on services read this generation again, and the one that they read waits. The lock is held.
    ///
    /// # Errors
    /// [`Error::File`]; it can be called again.
    pub(crate) fn turn_back(&self, _: &Lock, number: u32) -> Result<(), Error> {
        self.point_back(number).map_err(|cause| failed(&self.path, cause))?;
        self.drop_dead_links();
        Ok(())
    }

    fn point_back(&self, number: u32) -> io::Result<()> {
        if let Some(current) = self.generation().filter(|current| *current != number) {
            if !self.numbered(number).is_dir() {
                return Err(io::ErrorKind::NotFound.into());
            }
            if self.linked(NEXT).is_none_or(|next| next < current) {
                replace_link(&target(current), &self.path.join(NEXT))?;
            }
            self.add_links(&self.numbered(number))?;
            replace_link(&target(number), &self.path.join(CURRENT))?;
        }
        sync_folder(&self.path)
    }

    /// The number of the generation that this link leads to.
    pub(super) fn linked(&self, name: &str) -> Option<u32> {
        let target = fs::read_link(self.path.join(name)).ok()?;
        target.file_name()?.to_str()?.parse().ok()
    }
}

/// What a link to this generation holds.
pub(super) fn target(number: u32) -> PathBuf {
    Path::new(GENERATIONS).join(format!("{number:04}"))
}
