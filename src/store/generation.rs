//! Generations: what a key was before stays there for undo, and key and certificate change together.
//!
//! A service that reads `key.pem` and `fullchain.pem` must never find two that do not match, and two files cannot be
//! replaced by one rename. So both are links through `current`, a link to `generations/0002`: renaming a new `current`
//! over the old one changes all at once. A folder with plain files is turned into this, each file for a link to the
//! same file, before the first change.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::turn::{NEXT, target};
use super::write::{failed, hidden_beside, make_private, rename_new, sync_folder};
use super::{CERTIFICATE, FILES, Folder, KEY, KeyFolder, Lock, NewFile, RENEWAL, REQUEST, Secrecy, Store, acl, write};
use crate::Error;

pub(super) const CURRENT: &str = "current";
pub(super) const GENERATIONS: &str = "generations";

/// Which of a folder's keys is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// The one that services read.
    Current,
    /// The one that has its answer and waits for a commit.
    Next,
    /// The one that waits for the CA's answer beside it.
    Renewal,
}

impl KeyFolder {
    /// Makes a generation of the key in `slot`, its request, and `files`, and puts it in the place of the current one; with a
    /// key among `files`, of these alone. Where services are bound to the key it waits for their commit instead: see
    /// [`KeyFolder::waiting`]. Mode, owner and group of files that are there already are kept. Whole or not at all. The lock is
    /// held since `slot` was looked at.
    ///
    /// # Errors
    /// What [`KeyFolder::ensure_own`] says; [`Error::File`]. The current generation is then the old one.
    pub fn install(&self, _: &Lock, slot: Slot, files: &[NewFile<'_>]) -> Result<(), Error> {
        self.ensure_own()?;
        let done = self.upgrade().and_then(|()| {
            let has_key = files.iter().any(|file| file.name == KEY);
            let kept: &[&str] = if has_key { &[] } else { &[KEY, REQUEST] };
            let number = self.make_generation(slot, kept, files)?;
            if self.is_bound() { self.wait(number) } else { self.switch(number) }
        });
        done.map_err(|cause| failed(&self.path, cause))?;
        if slot == Slot::Renewal {
            // The generation has its files. Should this fail, the next run sees that they are the same, and does it.
            let _ = self.discard_renewal();
        }
        Ok(())
    }

    /// Puts key and request of a renewal beside the current ones. The installation gives them the mode, owner and group of those.
    ///
    /// # Errors
    /// [`Error::Conflict`] when one is waiting already; what [`KeyFolder::ensure_own`] and
    /// [`Store::lock_whole`](super::Store::lock_whole) say; [`Error::File`], and then nothing is left behind.
    pub fn renew(&self, files: &[NewFile<'_>]) -> Result<PathBuf, Error> {
        let _lock = self.store().lock_whole("csr --renew", Store::WAIT)?;
        self.ensure_own()?;
        self.ensure_unasked()?;
        let path = self.path.join(RENEWAL);
        write::folder(&path, files, &[])?;
        Ok(path)
    }

    /// Fails when a name that services read leads past the current generation: it would not change with the others; and as
    /// [`KeyFolder::ensure_led`] does. To be asked before anybody signs for the next one.
    ///
    /// # Errors
    /// [`Error::Conflict`]
    pub fn ensure_own(&self) -> Result<(), Error> {
        self.ensure_led()?;
        let Some(name) = self.strays().next() else { return Ok(()) };
        let path = self.path.join(name);
        let (what, hint) = match self.generation() {
            Some(_) => {
                ("the store's link to its current generation", "move it away; certfix keys then makes the link anew")
            }
            None => ("a file of the store, but a link", "put the file that it leads to in its place"),
        };
        Err(Error::Conflict { cause: format!("'{}' is not {what}", path.display()), hint })
    }

    /// Fails when the link to the current generation leads nowhere, so that nothing of the key can be read.
    ///
    /// # Errors
    /// [`Error::Conflict`]
    pub fn ensure_led(&self) -> Result<(), Error> {
        if self.lost().is_none() {
            return Ok(());
        }
        let path = self.path.join(CURRENT);
        let cause = format!("'{}' leads nowhere: it is the link to the generation in use", path.display());
        Err(Error::Conflict { cause, hint: "certfix keys show NAME names the command that makes it anew" })
    }

    /// Where the link to the current generation leads nowhere: the newest one that it can have led to, with a certificate if any has
    /// one. Which one it was, nobody can tell for sure.
    pub(super) fn lost(&self) -> Option<u32> {
        if self.path.join(CURRENT).is_dir() || is_plain(&self.path.join(KEY)) {
            return None;
        }
        let waiting = self.waiting();
        let has = |number: u32, name: &str| self.numbered(number).join(name).is_file();
        let numbers = self.generations().into_iter().filter(|number| Some(*number) != waiting && has(*number, KEY));
        numbers.max_by_key(|number| (has(*number, CERTIFICATE), *number))
    }

    /// The names that services read which are neither links through `current` nor plain files that can become such.
    pub(super) fn strays(&self) -> impl Iterator<Item = &'static str> {
        let has_generation = self.generation().is_some();
        FILES.into_iter().filter(move |name| {
            let (path, own) = (self.path.join(name), Path::new(CURRENT).join(name));
            match fs::read_link(&path) {
                Ok(target) => target != own,
                Err(_) => has_generation && path.symlink_metadata().is_ok() && !is_same(&path, &self.path.join(own)),
            }
        })
    }

    /// Fails while a renewal waits for its certificate, before a slow key is made for another.
    ///
    /// # Errors
    /// [`Error::Conflict`]
    pub fn ensure_unasked(&self) -> Result<(), Error> {
        let path = self.path.join(RENEWAL);
        if path.symlink_metadata().is_err() {
            return Ok(());
        }
        let cause = format!("a renewal of '{}' waits for its certificate in '{}'", self.name(), path.display());
        let hint = "put the answer in with certfix install FILE, or delete that folder to ask anew";
        Err(Error::Conflict { cause, hint })
    }

    /// Deletes the renewal that waits; one with the key in use, which stays where it is.
    ///
    /// # Errors
    /// [`Error::File`]
    pub fn drop_renewal(&self) -> Result<(), Error> {
        self.discard_renewal().map_err(|cause| failed(&self.path.join(RENEWAL), cause))
    }

    /// Lets the renewal disappear in one step, and then deletes it.
    pub(super) fn discard_renewal(&self) -> io::Result<()> {
        let path = self.path.join(RENEWAL);
        let hidden = hidden_beside(&path, path.file_name().unwrap_or_default());
        rename_new(&path, &hidden)?;
        fs::remove_dir_all(&hidden)
    }

    /// The number of the generation that services read; none while its files are plain ones.
    pub fn generation(&self) -> Option<u32> {
        self.linked(CURRENT)
    }

    /// The numbers of all generations, oldest first.
    pub fn generations(&self) -> Vec<u32> {
        let folder = self.path.join(GENERATIONS);
        let is_own = !folder.is_symlink();
        let entries = fs::read_dir(folder).into_iter().filter(|_| is_own).flatten().flatten();
        let number = |name: std::ffi::OsString| name.to_str().filter(|name| !name.starts_with('.'))?.parse().ok();
        let mut numbers: Vec<u32> = entries.filter_map(|entry| number(entry.file_name())).collect();
        numbers.sort_unstable();
        numbers
    }

    /// Where key and request of `slot` are.
    pub fn slot(&self, slot: Slot) -> PathBuf {
        match slot {
            Slot::Renewal => self.path.join(RENEWAL),
            Slot::Next => self.path.join(NEXT),
            Slot::Current if self.generation().is_some() => self.path.join(CURRENT),
            Slot::Current => self.path.clone(),
        }
    }

    fn free_number(&self) -> u32 {
        self.generations().last().map_or(1, |last| last + 1)
    }

    pub(super) fn numbered(&self, number: u32) -> PathBuf {
        self.path.join(GENERATIONS).join(number_name(number))
    }

    /// Turns plain files into links to the same files in a generation. At every moment each name leads to the same file; what
    /// was begun is gone on with. The folders that a copy has in the place of links become generations, which nobody reads.
    fn upgrade(&self) -> io::Result<()> {
        let plain: Vec<&str> = FILES.into_iter().filter(|name| is_plain(&self.path.join(name))).collect();
        if self.generation().is_none() {
            let generations = self.path.join(GENERATIONS);
            match make_private(&generations) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
                _ => imitate(&self.held()?.below(GENERATIONS)?.itself()?, &self.path, Secrecy::Public)?,
            }
            for name in [NEXT, CURRENT] {
                let path = self.path.join(name);
                if path.is_dir() && !path.is_symlink() {
                    rename_new(&path, &self.numbered(self.free_number()))?;
                }
            }
            // A copy that has links for files still: what `current` was is read through it, and a moment later again.
            let is_led = FILES.iter().any(|name| self.path.join(name).is_symlink());
            let number = match is_led {
                true => self.generations().pop().ok_or(io::ErrorKind::NotFound)?,
                false => self.make_generation(Slot::Current, &plain, &[])?,
            };
            link(&target(number), &self.path.join(CURRENT))?;
        }
        for name in plain {
            let path = self.path.join(name);
            if !is_same(&path, &self.path.join(CURRENT).join(name)) {
                return Err(io::Error::other(format!("{name} is not the file of the current generation")));
            }
            replace_link(&Path::new(CURRENT).join(name), &path)?;
        }
        sync_folder(&self.path)
    }

    /// The key's folder, held open. What its owner puts into it may be links, and none is followed from here.
    fn held(&self) -> io::Result<Folder> {
        Folder::of(&self.path.canonicalize()?)
    }

    /// Makes the next generation: `kept` are those files of `slot`, the very same ones; the others are new.
    fn make_generation(&self, slot: Slot, kept: &[&str], files: &[NewFile<'_>]) -> io::Result<u32> {
        let key = self.held()?;
        let generations = key.below(GENERATIONS)?;
        let of_link = |number: Option<u32>| number.map(|number| generations.below(number_name(number))).transpose();
        let from = match slot {
            Slot::Renewal => key.below(RENEWAL)?,
            Slot::Next => of_link(self.waiting())?.ok_or(io::ErrorKind::NotFound)?,
            Slot::Current => of_link(self.generation())?.unwrap_or(key),
        };
        let number = self.free_number();
        let name = number_name(number);
        let path = hidden_beside(&self.numbered(number), OsStr::new(&name));
        let hidden = path.file_name().unwrap_or_default();
        let made = generations.make(hidden).and_then(|folder| {
            self.fill(&folder, &from, kept, files)?;
            generations.rename_new(hidden, OsStr::new(&name))?;
            generations.sync().inspect_err(|_| drop(fs::remove_dir_all(self.numbered(number))))
        });
        made.inspect_err(|_| drop(fs::remove_dir_all(&path)))?;
        Ok(number)
    }

    fn fill(&self, folder: &Folder, from: &Folder, kept: &[&str], files: &[NewFile<'_>]) -> io::Result<()> {
        let replaced = |name: &str| files.iter().any(|file| file.name == name);
        for name in kept.iter().filter(|name| !replaced(name)).map(OsStr::new) {
            match from.open(name)? {
                // No second copy of a key, and no moment in which half of it is there.
                Some(_) => folder.link(name, from)?,
                None if from.has(name)? => {
                    return Err(io::Error::other(format!("{} is a link to a file elsewhere", name.display())));
                }
                None => {}
            }
        }
        for file in files {
            let mut new = folder.create(OsStr::new(file.name), file.secrecy)?;
            new.write_all(file.contents)?;
            new.sync_all()?;
        }
        for name in FILES {
            let (Some(file), before) = (folder.open(OsStr::new(name))?, self.path.join(name)) else { continue };
            let secrecy = if is_secret(name) { Secrecy::Secret } else { Secrecy::Public };
            if before.exists() {
                imitate(&file, &before, secrecy)?;
            }
        }
        imitate(&folder.itself()?, &self.path, Secrecy::Public)?;
        folder.sync()
    }

    /// Points `current` to a generation that was just made; takes that one back when it cannot.
    fn switch(&self, number: u32) -> io::Result<()> {
        let before = fs::read_link(self.path.join(CURRENT))?;
        let current = self.path.join(CURRENT);
        let switched = self
            .add_links(&self.numbered(number))
            .and_then(|()| replace_link(&target(number), &current))
            .and_then(|()| sync_folder(&self.path).inspect_err(|_| drop(replace_link(&before, &current))));
        match switched {
            Ok(()) => self.drop_dead_links(),
            Err(_) if fs::read_link(&current).is_ok_and(|now| now == before) => {
                let _ = fs::remove_dir_all(self.numbered(number));
                self.drop_dead_links();
            }
            // It did change, and cannot be changed back: nothing may be taken away.
            Err(_) => {}
        }
        switched
    }

    /// Makes the names that services read, where they are missing.
    pub(super) fn add_links(&self, generation: &Path) -> io::Result<()> {
        for name in FILES.into_iter().filter(|name| generation.join(name).is_file()) {
            let path = self.path.join(name);
            if path.symlink_metadata().is_err() {
                link(&Path::new(CURRENT).join(name), &path)?;
            }
        }
        Ok(())
    }

    /// Takes away names that lead nowhere: the current generation has no such file.
    pub(super) fn drop_dead_links(&self) {
        for path in FILES.iter().map(|name| self.path.join(name)) {
            if fs::read_link(&path).is_ok_and(|target| target.starts_with(CURRENT)) && !path.exists() {
                let _ = fs::remove_file(path);
            }
        }
    }
}

fn is_secret(name: &str) -> bool {
    name == KEY || name == super::BUNDLE
}

fn is_plain(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|metadata| metadata.is_file())
}

fn number_name(number: u32) -> String {
    format!("{number:04}")
}

/// Gives `file` the owner, group, mode and access control list of `model`; a secret is open to nobody but these.
fn imitate(file: &File, model: &Path, secrecy: Secrecy) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, PermissionsExt};
        let (own, list) = (file.metadata()?, acl::at(model)?);
        let model = model.metadata()?;
        let is_same_file = (own.dev(), own.ino()) == (model.dev(), model.ino());
        let mode = model.mode() & if secrecy == Secrecy::Secret { 0o770 } else { 0o777 };
        let list = list.map(|list| acl::with_mode(&list, mode));
        let owned = (own.uid(), own.gid()) == (model.uid(), model.gid());
        if is_same_file || owned && own.mode() & 0o7777 == mode && acl::of(file)? == list {
            return Ok(());
        }
        if !owned {
            std::os::unix::fs::fchown(file, Some(model.uid()), Some(model.gid()))?;
        }
        acl::give(file, list.as_deref(), mode)?;
        file.set_permissions(fs::Permissions::from_mode(mode))?;
        file.sync_all()?;
    }
    #[cfg(not(unix))]
    let _ = (file, model, secrecy);
    Ok(())
}

/// True when both names lead to one file.
#[cfg(unix)]
pub(super) fn is_same(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let place = |path: &Path| path.metadata().map(|metadata| (metadata.dev(), metadata.ino())).ok();
    place(one).is_some() && place(one) == place(other)
}

#[cfg(not(unix))]
pub(super) fn is_same(one: &Path, other: &Path) -> bool {
    fs::read(one).ok().is_some_and(|bytes| fs::read(other).is_ok_and(|others| others == bytes))
}

/// Makes the link `path`, or lets it take the place of what is there, in one step.
pub(super) fn replace_link(target: &Path, path: &Path) -> io::Result<()> {
    let hidden = hidden_beside(path, path.file_name().unwrap_or_default());
    link(target, &hidden)?;
    fs::rename(&hidden, path).inspect_err(|_| drop(fs::remove_file(&hidden)))
}

#[cfg(unix)]
fn link(target: &Path, path: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, path)
}

/// Windows tells links to folders from links to files.
#[cfg(windows)]
fn link(target: &Path, path: &Path) -> io::Result<()> {
    if target.starts_with(GENERATIONS) {
        std::os::windows::fs::symlink_dir(target, path)
    } else {
        std::os::windows::fs::symlink_file(target, path)
    }
}
