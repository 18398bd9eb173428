//! A folder that is held while a file in it is looked at and replaced, so that nobody leads certfix elsewhere meanwhile.
//!
//! Promises: no link is followed on the way to the folder, nor behind it. Paths were resolved when they were chosen
//! ([`resolve`](super::disk::resolve)); where a link stands in the way today, somebody put it there since.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::path::Path;

/// A folder, held open, and the name of a file in it.
#[derive(Debug)]
pub(super) struct Anchor<'a> {
    folder: held::Folder,
    /// The name of the file.
    name: &'a OsStr,
}

impl<'a> Anchor<'a> {
    /// Holds the folder of a file. The path is absolute and has no `..`.
    ///
    /// # Errors
    /// The folder is not there, or there is a link or a file in its place or on the way.
    pub(super) fn of(path: &'a Path) -> io::Result<Self> {
        let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
        let folder = held::Folder::of(path.parent().ok_or(io::ErrorKind::InvalidInput)?)?;
        Ok(Self { folder, name })
    }

    /// Opens it to be read; None where there is no such file, or a link in its place.
    ///
    /// # Errors
    /// Of the kind `Unsupported` where it is a device, a pipe or a socket.
    pub(super) fn open(&self) -> io::Result<Option<File>> {
        match self.folder.open(self.name) {
            Ok(file) => Ok(Some(file)),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound || held::is_link(&cause) => Ok(None),
            Err(cause) => Err(cause),
        }
    }

    /// Makes a new file beside it that only its owner can open.
    pub(super) fn create_beside(&self, name: &OsStr) -> io::Result<File> {
        self.folder.create(name)
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

#[cfg(unix)]
mod held {
    use std::ffi::OsStr;
    use std::fs::File;
    use std::io;
    use std::os::fd::OwnedFd;
    use std::path::{Component, Path};

    use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, openat, renameat, statat, unlinkat};

    /// Held, not read: who may pass through a folder may not have to list it.
    #[cfg(target_os = "linux")]
    const HELD: OFlags = OFlags::PATH;
    #[cfg(not(target_os = "linux"))]
    const HELD: OFlags = OFlags::RDONLY;

    #[derive(Debug)]
    pub(super) struct Folder(OwnedFd);

    impl Folder {
        pub(super) fn of(path: &Path) -> io::Result<Self> {
            const WAY: OFlags = HELD.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);
            let mut folder = openat(CWD, "/", WAY, Mode::empty())?;
            for part in path.components().skip_while(|part| *part == Component::RootDir) {
                let Component::Normal(name) = part else { return Err(io::ErrorKind::InvalidInput.into()) };
                folder = openat(&folder, name, WAY, Mode::empty())?;
            }
            Ok(Self(folder))
        }

        pub(super) fn open(&self, name: &OsStr) -> io::Result<File> {
            let there = statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW)?;
            if !matches!(
                FileType::from_raw_mode(there.st_mode),
                FileType::RegularFile | FileType::Directory | FileType::Symlink
            ) {
                return Err(io::ErrorKind::Unsupported.into());
            }
            // What takes its place meanwhile is not waited for.
            let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
            Ok(openat(&self.0, name, flags, Mode::empty())?.into())
        }

        pub(super) fn create(&self, name: &OsStr) -> io::Result<File> {
            let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            Ok(openat(&self.0, name, flags, Mode::RUSR | Mode::WUSR)?.into())
        }

        pub(super) fn rename(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
            Ok(renameat(&self.0, from, &self.0, to)?)
        }

        pub(super) fn remove(&self, name: &OsStr) -> io::Result<()> {
            Ok(unlinkat(&self.0, name, AtFlags::empty())?)
        }

        pub(super) fn sync(&self) -> io::Result<()> {
            let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
            File::from(openat(&self.0, ".", flags, Mode::empty())?).sync_all()
        }
    }

    pub(super) fn is_link(cause: &io::Error) -> bool {
        cause.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error())
    }
}

#[cfg(not(unix))]
mod held {
    use std::ffi::OsStr;
    use std::fs::{self, File};
    use std::io;
    use std::path::{Path, PathBuf};

    #[derive(Debug)]
    pub(super) struct Folder(PathBuf);

    impl Folder {
        pub(super) fn of(path: &Path) -> io::Result<Self> {
            if path.metadata()?.is_dir() { Ok(Self(path.to_owned())) } else { Err(io::ErrorKind::NotADirectory.into()) }
        }

        pub(super) fn open(&self, name: &OsStr) -> io::Result<File> {
            File::open(self.0.join(name))
        }

        pub(super) fn create(&self, name: &OsStr) -> io::Result<File> {
            File::create_new(self.0.join(name))
        }

        pub(super) fn rename(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
            fs::rename(self.0.join(from), self.0.join(to))
        }

        pub(super) fn remove(&self, name: &OsStr) -> io::Result<()> {
            fs::remove_file(self.0.join(name))
        }

        pub(super) fn sync(&self) -> io::Result<()> {
            Ok(())
        }
    }

    pub(super) fn is_link(_: &io::Error) -> bool {
        false
    }
}
