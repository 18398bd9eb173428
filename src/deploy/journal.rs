//! What a commit is about to change, and what was there: written before the first change, so that whoever comes next can
//! put everything back.
//!
//! Promises: the journal appears whole, by a rename, before anything else changes, and every backup in it is on disk by
//! then. `.certfix-commit` is a commit or an undo at work, or one that was interrupted; `.certfix-undo-N` is a commit that
//! succeeded; `.certfix-lost-N` one of which not every file has a folder any more. Nothing else records how far it got:
//! putting back works from any point, and twice.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::commit::Force;
use super::disk::{self, Present, Rights};
use super::edited::{self, EDITED};
use super::prove::Watch;
use super::stage::Change;
use super::template::Command;
use super::turn::Turn;
use crate::Error;
use crate::error::Deploying;
use crate::facts::sha256_hex;
use crate::input::read_text;
use crate::store::{AT_WORK, Lock, is_there, make_private, sync_folder};
use crate::told::{Tell, Told};

const DONE: &str = ".certfix-undo-";
/// A commit that was put back but for files whose folder is gone.
const LOST: &str = ".certfix-lost-";
/// A journal that is not whole yet.
const GROWING: &str = ".certfix-new";
/// A journal that is not needed any more.
const GONE: &str = ".certfix-gone";
const PAGE: &str = "journal.json";
const VERSION: u32 = 1;

/// A journal on disk.
#[derive(Debug)]
pub(super) struct Journal {
    pub(super) store: PathBuf,
    folder: PathBuf,
    pub(super) page: Page,
}

/// What is in it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Page {
    version: u32,
    pub(super) services: Vec<Service>,
    #[serde(default)]
    pub(super) turns: Vec<Turn>,
    pub(super) files: Vec<Entry>,
}

/// A service that has to read its files again when they are put back.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Service {
    pub(super) key: String,
    pub(super) service: String,
    pub(super) reload: Option<Command>,
    pub(super) watches: Vec<Watch>,
}

/// One file.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) path: PathBuf,
    before: Option<Backup>,
    after: Print,
    /// The bindings of a key: what was staged since stays.
    is_record: bool,
}

impl Entry {
    /// True when there was no such file before.
    pub(super) fn is_new(&self) -> bool {
        self.before.is_none()
    }

    /// True when putting back leaves it aside: what was new is gone with its folder, and so is a key with its bindings; those that
    /// somebody changed since stay.
    pub(super) fn is_left_aside(&self) -> Result<bool, Error> {
        if disk::is_astray(&self.path) {
            return Ok(self.is_new() || self.is_record);
        }
        Ok(self.is_record && disk::look(&self.path)?.as_ref().map(Print::of).as_ref() != Some(&self.after))
    }
}

/// Where its contents are kept, and its rights.
#[derive(Debug, Serialize, Deserialize)]
struct Backup {
    file: String,
    rights: Rights,
}

/// What a file is known by without its contents.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Print {
    sha256: String,
    rights: Rights,
}

/// True for the name of a folder of the store with files of services: a journal, also one at work and one that is not whole, and
/// what somebody changed.
pub(super) fn keeps_backups(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    [DONE, LOST, GROWING, GONE, AT_WORK, EDITED].iter().any(|known| name.starts_with(known))
}

impl Journal {
    /// Writes it. `records` are the files that say what is bound.
    pub(super) fn write(
        store: &Path,
        services: Vec<Service>,
        turns: &[Turn],
        files: &[&Change],
        records: &[Change],
    ) -> Result<Self, Error> {
        sweep(store)?;
        let mut journal = Self::grow(store, services, turns, files, records).inspect_err(|_| drop(sweep(store)))?;
        match journal.rename(AT_WORK) {
            Ok(()) => Ok(journal),
            Err(error) => {
                // Nothing has changed yet; what cannot be removed is put back in vain by whoever comes next.
                let _ = journal.discard();
                Err(error)
            }
        }
    }

    fn grow(
        store: &Path,
        services: Vec<Service>,
        turns: &[Turn],
        files: &[&Change],
        records: &[Change],
    ) -> Result<Self, Error> {
        let growing = store.join(GROWING);
        let failed = |cause| Error::File { action: "write", path: growing.clone(), cause };
        make_private(&growing).map_err(failed)?;
        let mut entries = Vec::new();
        let all = files.iter().map(|change| (*change, false)).chain(records.iter().map(|change| (change, true)));
        for (change, is_record) in all {
            let before = match &change.before {
                Some(there) => {
                    let file = entries.len().to_string();
                    disk::write_file(&growing.join(&file), &there.contents, &disk::private()).map_err(failed)?;
                    Some(Backup { file, rights: there.rights.clone() })
                }
                None => None,
            };
            entries.push(Entry { path: change.path.clone(), before, after: Print::of(&change.after), is_record });
        }
        let page = Page { version: VERSION, services, turns: turns.to_vec(), files: entries };
        let text = serde_json::to_vec_pretty(&page).map_err(|error| failed(error.into()))?;
        disk::write_file(&growing.join(PAGE), &text, &disk::private()).map_err(failed)?;
        sync_folder(&growing).map_err(failed)?;
        Ok(Self { store: store.to_owned(), folder: growing.clone(), page })
    }

    /// The one at work; when nobody is, it was interrupted.
    pub(super) fn at_work(store: &Path) -> Result<Option<Self>, Error> {
        let folder = store.join(AT_WORK);
        match is_there(&folder) {
            Ok(true) => Self::read(store, folder).map(Some),
            Ok(false) => Ok(None),
            Err(cause) => Err(Error::File { action: "read", path: folder, cause }),
        }
    }

    /// The last commit that succeeded and was not undone.
    pub(super) fn last(store: &Path) -> Result<Option<Self>, Error> {
        match done(store)?.pop() {
            Some(number) => Self::read(store, store.join(done_name(number))).map(Some),
            None => Ok(None),
        }
    }

    fn read(store: &Path, folder: PathBuf) -> Result<Self, Error> {
        let path = folder.join(PAGE);
        let text = read_text(&path)?;
        let damaged = |cause| Error::Damaged { path: path.clone(), cause };
        let page: Page = serde_json::from_str(&text).map_err(|cause| damaged(cause.to_string()))?;
        if page.version != VERSION {
            return Err(damaged(format!("version {}, and this certfix knows version {VERSION}", page.version)));
        }
        Ok(Self { store: store.to_owned(), folder, page })
    }

    /// Files that somebody changed since the commit, and keys that have had another turn.
    pub(super) fn changed(&self) -> Result<Vec<PathBuf>, Error> {
        let mut changed = Vec::new();
        for entry in self.page.files.iter().filter(|entry| !entry.is_record) {
            if disk::look(&entry.path)?.as_ref().map(Print::of).as_ref() != Some(&entry.after) {
                changed.push(entry.path.clone());
            }
        }
        let turned = self.page.turns.iter().filter(|turn| !turn.is_taken());
        changed.extend(turned.map(|turn| turn.folder.clone()));
        Ok(changed)
    }

    /// Says that it is being undone.
    pub(super) fn begin_undo(&mut self) -> Result<(), Error> {
        self.rename(AT_WORK)
    }

    /// Puts every key and file back, the last first. What cannot be put back does not keep the others from it. With `force`
    /// files whose folder is gone are no error, but named. `tell` hears where a file is kept that somebody changed.
    pub(super) fn put_back(&self, lock: &Lock, force: Force, tell: Tell<'_>) -> Result<Vec<PathBuf>, Error> {
        let mut result = Ok(());
        let mut lost = Vec::new();
        for turn in self.page.turns.iter().rev() {
            let back = turn.take_back(lock);
            result = result.and(back);
        }
        for entry in self.page.files.iter().rev() {
            match self.put_back_one(entry, tell) {
                Err(Error::Deploying(Deploying::FolderGone { path })) if force == Force::Yes => lost.push(path),
                put => result = result.and(put),
            }
        }
        result.map(|()| lost)
    }

    fn put_back_one(&self, entry: &Entry, tell: Tell<'_>) -> Result<(), Error> {
        let is_gone = disk::is_astray(&entry.path);
        if !is_gone {
            disk::tidy(&entry.path)?;
        }
        if entry.is_left_aside()? {
            return Ok(());
        }
        if is_gone {
            return Err(Deploying::FolderGone { path: entry.path.clone() }.into());
        }
        let there = disk::look(&entry.path)?;
        let before = self.before(entry)?;
        if there == before {
            return Ok(());
        }
        if let Some(edited) = there.filter(|there| Print::of(there) != entry.after) {
            let (path, copy) = (entry.path.display(), edited::keep(&self.store, &entry.path, &edited)?);
            let copy = copy.display();
            let remark = format!("'{path}' was changed after it was written; what it held is kept in '{copy}'");
            tell(Told::Remark(&remark));
        }
        match before {
            Some(before) => disk::replace(&entry.path, &before.contents, &before.rights),
            None => disk::remove(&entry.path),
        }
    }

    /// What was there before; None when nothing was.
    pub(super) fn before(&self, entry: &Entry) -> Result<Option<Present>, Error> {
        let Some(backup) = &entry.before else { return Ok(None) };
        let (contents, _) = crate::input::file_bytes(&self.folder.join(&backup.file))?;
        Ok(Some(Present { contents, rights: backup.rights.clone() }))
    }

    /// The commit succeeded: keeps the journal for an undo.
    pub(super) fn keep(&mut self) -> Result<(), Error> {
        let number = done(&self.store)?.last().map_or(1, |last| last + 1);
        self.rename(&done_name(number))
    }

    /// Something could not be put back, and somebody said to go on: the journal is not at work any more, but a copy in it may
    /// be the only one of a key.
    pub(super) fn set_aside(&mut self) -> Result<(), Error> {
        let mut names = (1u32..).map(|number| format!("{LOST}{number:04}"));
        let free = names.find(|name| self.store.join(name).symlink_metadata().is_err());
        self.rename(&free.unwrap_or_else(|| LOST.to_owned()))
    }

    /// Where it is.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Everything is as it was before: the journal goes.
    pub(super) fn discard(&mut self) -> Result<(), Error> {
        sweep(&self.store)?;
        self.rename(GONE)?;
        sweep(&self.store)
    }

    /// It has the new name also where the name might not outlast a crash.
    fn rename(&mut self, name: &str) -> Result<(), Error> {
        let folder = self.store.join(name);
        let failed = |cause| Error::File { action: "write", path: folder.clone(), cause };
        fs::rename(&self.folder, &folder).map_err(failed)?;
        let synced = sync_folder(&self.store).map_err(failed);
        self.folder = folder;
        synced
    }
}

impl Print {
    fn of(there: &Present) -> Self {
        Self { sha256: sha256_hex(&there.contents), rights: there.rights.clone() }
    }
}

/// The files of services that commits have written and no undo has put back. What cannot be read is left out.
pub(super) fn written(store: &Path) -> Vec<PathBuf> {
    let done = done(store).unwrap_or_default().into_iter();
    let journals = done.filter_map(|number| Journal::read(store, store.join(done_name(number))).ok());
    let files = journals.flat_map(|journal| journal.page.files).filter(|entry| !entry.is_record);
    files.map(|entry| entry.path).collect()
}

/// Removes what an interrupted program left of journals that nothing depends on.
pub(super) fn sweep(store: &Path) -> Result<(), Error> {
    for path in [GROWING, GONE].map(|name| store.join(name)) {
        match fs::remove_dir_all(&path) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => {
                return Err(Error::File { action: "remove", path, cause });
            }
            _ => {}
        }
    }
    Ok(())
}

/// The numbers of the commits that can be undone, ascending.
fn done(store: &Path) -> Result<Vec<u32>, Error> {
    let failed = |cause| Error::File { action: "read", path: store.to_owned(), cause };
    let mut numbers = Vec::new();
    for entry in fs::read_dir(store).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name();
        let number = name.to_str().and_then(|name| name.strip_prefix(DONE));
        numbers.extend(number.and_then(|number| number.parse::<u32>().ok()));
    }
    numbers.sort_unstable();
    Ok(numbers)
}

fn done_name(number: u32) -> String {
    format!("{DONE}{number:04}")
}
