//! One program at a time changes services. The system gives the lock back when the program that holds it ends, however it
//! ends.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::Error;
use crate::error::Deploying;

/// The lock of a store, held as long as this lives.
#[derive(Debug)]
pub(super) struct Lock(#[expect(dead_code, reason = "the lock lasts as long as the file is open")] File);

/// How often somebody who waits looks.
const STEP: Duration = Duration::from_millis(50);
/// What is read of the holder's words.
const SHOWN: u64 = 200;

impl Lock {
    /// Takes the lock, and waits this long where another program holds it.
    pub(super) fn take(store: &Path, action: &str, wait: Duration) -> Result<Self, Error> {
        let path = store.join(".certfix-lock");
        let failed = |cause| Error::File { action: "lock", path: path.clone(), cause };
        let deadline = Instant::now() + wait;
        loop {
            let mut file = open(&path).map_err(failed)?;
            if try_lock(&file).map_err(failed)? {
                let holder = format!("certfix {action}, process {}\n", std::process::id());
                // Only who waits reads it; a full disk does not keep the lock from being one.
                let _ = file.set_len(0).and_then(|()| file.write_all(holder.as_bytes()));
                return Ok(Self(file));
            }
            if Instant::now() >= deadline {
                return Err(Error::from(Deploying::Locked { path: store.to_owned(), holder: holder(&mut file) }));
            }
            sleep(STEP);
        }
    }
}

fn holder(file: &mut File) -> String {
    let mut text = Vec::new();
    let read = file.seek(SeekFrom::Start(0)).and_then(|_| file.take(SHOWN).read_to_end(&mut text));
    let text = String::from_utf8_lossy(&text).trim().to_owned();
    if read.is_ok() && !text.is_empty() { text } else { "another program".to_owned() }
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(unix)]
fn try_lock(file: &File) -> io::Result<bool> {
    use rustix::fs::{FlockOperation, flock};
    use rustix::io::Errno;
    match flock(file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(true),
        Err(Errno::WOULDBLOCK) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Services are set up by scripts there, and nothing is written that two programs could write at once.
#[cfg(not(unix))]
fn try_lock(_: &File) -> io::Result<bool> {
    Ok(true)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn the_second_is_told_who_is_first() {
        let folder = tempfile::tempdir().unwrap();
        let first = Lock::take(folder.path(), "commit", Duration::ZERO).unwrap();
        let second = Lock::take(folder.path(), "undo", Duration::from_millis(120)).unwrap_err().to_string();
        let expected = format!("is being worked on by certfix commit, process {}", std::process::id());
        assert!(second.ends_with(&expected), "{second}");
        drop(first);
        Lock::take(folder.path(), "undo", Duration::ZERO).unwrap();
    }
}
