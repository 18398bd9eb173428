//! One program at a time changes a store, or what its services have. The system gives the lock back when the program that
//! holds it ends, however it ends.
//!
//! The lock is a file, because not every file system locks folders. Its holder removes it while the lock is still held, so
//! whoever has locked one looks whether it is still the file of that name.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::Store;
use crate::Error;
use crate::error::Deploying;

pub(super) const NAME: &str = ".certfix-lock";
/// The lock of a round of renewals. It is another one, because each step of a round takes the store's.
const ROUND: &str = ".certfix-renew";
/// The journal of a commit or an undo, which `deploy` writes. While nobody is at work, of one that was interrupted.
pub(crate) const AT_WORK: &str = ".certfix-commit";
/// How often somebody who waits looks.
const STEP: Duration = Duration::from_millis(50);
/// What is read of the holder's words.
const SHOWN: u64 = 200;

/// The lock of a store, held as long as this lives.
#[derive(Debug)]
pub struct Lock {
    path: PathBuf,
    file: File,
    /// False where files cannot be locked: then programs are not kept apart, and only what each step promises holds.
    is_held: bool,
}

impl Store {
    /// How long a command waits that nobody told.
    pub const WAIT: Duration = Duration::from_secs(10);

    /// Takes the lock, and waits this long where another program holds it. Others are told of `action`.
    ///
    /// # Errors
    /// [`Deploying::Locked`] with the holder's name when the time is up; [`Error::File`].
    pub fn lock(&self, action: &str, wait: Duration) -> Result<Lock, Error> {
        Lock::take(self.root(), action, wait)
    }

    /// Keeps other rounds of renewals away, from before the keys are read until their services have what was renewed: a second
    /// round then finds nothing due. Waits as [`Store::lock`] does, and keeps away nobody else.
    ///
    /// # Errors
    /// Those of [`Store::lock`].
    pub fn lock_renewals(&self, wait: Duration) -> Result<Lock, Error> {
        Lock::take_as(self.root(), ROUND, "renew", wait)
    }

    /// That of [`Store::lock`] for what changes a key: it must not build on half a commit.
    ///
    /// # Errors
    /// [`Deploying::Interrupted`]; those of [`Store::lock`].
    pub fn lock_whole(&self, action: &str, wait: Duration) -> Result<Lock, Error> {
        let lock = self.lock(action, wait)?;
        if self.has_journal() {
            return Err(Error::from(Deploying::Interrupted { path: self.root().to_owned() }));
        }
        Ok(lock)
    }

    /// True when a commit or an undo was interrupted and has not been put back.
    pub fn is_interrupted(&self) -> bool {
        if !self.has_journal() {
            return false;
        }
        match attempt(&self.root().join(NAME), "keys") {
            // Looked at again under the lock: a commit may just have ended.
            Ok(Attempt::Ours(_lock)) => self.has_journal(),
            Ok(Attempt::Theirs(_) | Attempt::Gone) => false,
            Err(_) => true,
        }
    }

    /// The lock, if it is to be had at once and keeps others away.
    pub(super) fn try_lock(&self) -> Option<Lock> {
        Lock::take_at_once(self.root())
    }

    fn has_journal(&self) -> bool {
        self.root().join(AT_WORK).symlink_metadata().is_ok()
    }
}

impl Lock {
    /// The lock of this folder: a store's, or that of a CA in it. Waits and fails as [`Store::lock`] does.
    pub(crate) fn take(folder: &Path, action: &str, wait: Duration) -> Result<Self, Error> {
        Self::take_as(folder, NAME, action, wait)
    }

    /// Waits until nobody is at work in this folder, as [`Lock::take`] does. Where nobody is, nothing is written.
    pub(super) fn wait_for(folder: &Path, action: &str, wait: Duration) -> Result<(), Error> {
        match folder.join(NAME).symlink_metadata() {
            Ok(_) => Self::take(folder, action, wait).map(drop),
            Err(_) => Ok(()),
        }
    }

    fn take_as(folder: &Path, name: &str, action: &str, wait: Duration) -> Result<Self, Error> {
        let path = folder.join(name);
        let deadline = Instant::now() + wait;
        loop {
            match attempt(&path, action).map_err(|cause| no_store(folder, cause, "lock", &path))? {
                Attempt::Ours(lock) => return Ok(lock),
                Attempt::Gone => {}
                Attempt::Theirs(_) if Instant::now() < deadline => sleep(STEP),
                Attempt::Theirs(holder) => {
                    return Err(Error::from(Deploying::Locked { path: folder.to_owned(), holder }));
                }
            }
        }
    }

    /// The same, if it is to be had at once and keeps others away.
    pub(crate) fn take_at_once(folder: &Path) -> Option<Self> {
        match attempt(&folder.join(NAME), "keys") {
            Ok(Attempt::Ours(lock)) if lock.is_held => Some(lock),
            _ => None,
        }
    }
}

/// A file of a store could not be opened: because there is no store, or for another reason.
pub(super) fn no_store(store: &Path, cause: io::Error, action: &'static str, path: &Path) -> Error {
    match cause.kind() {
        io::ErrorKind::NotFound if !store.exists() => Deploying::NoStore { path: store.to_owned() }.into(),
        _ => Error::File { action, path: path.to_owned(), cause },
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // What stays is taken over by the next.
        if !self.is_held || is_same_file(&self.file, &self.path) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

enum Attempt {
    Ours(Lock),
    /// Another program's, and what it says of itself.
    Theirs(String),
    /// The one who held it has removed the file.
    Gone,
}

fn attempt(path: &Path, action: &str) -> io::Result<Attempt> {
    let mut file = open(path)?;
    let is_held = match try_lock(&file) {
        Locked::Ours => true,
        Locked::Theirs => return Ok(Attempt::Theirs(holder(&mut file))),
        Locked::Unknown => false,
    };
    if is_held && !is_same_file(&file, path) {
        return Ok(Attempt::Gone);
    }
    let holder = format!("certfix {action}, process {}\n", std::process::id());
    // Only who waits reads it; a full disk does not keep the lock from being one. What an earlier one left is cut off last:
    // a file that is emptied first is taken by ext4 for one that is replaced, and is written to the disk when it is closed.
    let told = file.write(holder.as_bytes()).unwrap_or_default() as u64;
    if file.metadata().is_ok_and(|metadata| metadata.len() > told) {
        let _ = file.set_len(told);
    }
    Ok(Attempt::Ours(Lock { path: path.to_owned(), file, is_held }))
}

fn holder(file: &mut File) -> String {
    let mut text = Vec::new();
    let read = file.take(SHOWN).read_to_end(&mut text);
    let text = String::from_utf8_lossy(&text).trim().to_owned();
    if read.is_ok() && !text.is_empty() { text } else { "another program".to_owned() }
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        // A link could lead to a file that must not be written.
        options.mode(0o600).custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed());
    }
    let file = options.open(path)?;
    // To read a pipe may never end.
    if file.metadata()?.is_file() { Ok(file) } else { Err(io::Error::other("it is no file")) }
}

pub(super) enum Locked {
    Ours,
    Theirs,
    /// The file system cannot tell.
    Unknown,
}

#[cfg(unix)]
pub(super) fn try_lock(file: &File) -> Locked {
    use rustix::fs::{FlockOperation, flock};
    use rustix::io::Errno;
    match flock(file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Locked::Ours,
        Err(Errno::WOULDBLOCK) => Locked::Theirs,
        Err(_) => Locked::Unknown,
    }
}

#[cfg(not(unix))]
pub(super) fn try_lock(_: &File) -> Locked {
    Locked::Unknown
}

#[cfg(unix)]
pub(super) fn is_same_file(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let place = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
    let there = path.symlink_metadata().map(place).ok();
    there.is_some() && file.metadata().map(place).ok() == there
}

#[cfg(not(unix))]
pub(super) fn is_same_file(_: &File, _: &Path) -> bool {
    true
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn the_second_is_told_who_is_first() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path());
        let first = store.lock("commit", Duration::ZERO).unwrap();
        let second = store.lock("undo", Duration::from_millis(120)).unwrap_err().to_string();
        let expected = format!("is being worked on by certfix commit, process {}", std::process::id());
        assert!(second.ends_with(&expected), "{second}");
        drop(first);
        drop(store.lock("undo", Duration::ZERO).unwrap());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "the lock goes with its holder");
    }

    #[test]
    fn many_hold_it_one_after_the_other() {
        let folder = tempfile::tempdir().unwrap();
        let (store, inside) = (Store::open(folder.path()), folder.path().join("inside"));
        let work = || {
            for _ in 0..20 {
                let _lock = store.lock("commit", Duration::from_secs(60)).unwrap();
                File::options().write(true).create_new(true).open(&inside).unwrap();
                fs::remove_file(&inside).unwrap();
            }
        };
        std::thread::scope(|scope| (0..4).for_each(|_| drop(scope.spawn(work))));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn half_a_commit_is_not_built_upon() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path());
        drop(store.lock_whole("install", Store::WAIT).unwrap());
        assert!(!store.is_interrupted());
        fs::create_dir(folder.path().join(AT_WORK)).unwrap();
        assert!(store.is_interrupted());
        let refused = store.lock_whole("install", Store::WAIT).unwrap_err();
        assert!(refused.to_string().ends_with("was interrupted and has to be put back first"), "{refused}");
        let _commit = store.lock("commit", Duration::ZERO).unwrap();
        assert!(!store.is_interrupted(), "somebody is at work on it");
    }
}
