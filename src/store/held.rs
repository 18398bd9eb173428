//! A folder that is held open, and the files in it by their names: no link is followed on the way to it, nor in the place of a
//! file, so that whoever may write in it leads nobody elsewhere, also not meanwhile.

pub(crate) use system::Folder;

#[cfg(unix)]
mod system {
    use std::ffi::OsStr;
    use std::fs::File;
    use std::io;
    use std::os::fd::OwnedFd;
    use std::path::{Component, Path};

    use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, linkat, mkdirat, openat, renameat, statat, unlinkat};
    use rustix::io::Errno;

    use crate::store::Secrecy;

    /// Held, not read: who may pass through a folder may not have to list it.
    #[cfg(target_os = "linux")]
    const HELD: OFlags = OFlags::PATH;
    #[cfg(not(target_os = "linux"))]
    const HELD: OFlags = OFlags::RDONLY;
    const WAY: OFlags = HELD.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

    /// A folder, held open.
    #[derive(Debug)]
    pub(crate) struct Folder(OwnedFd);

    impl Folder {
        /// Holds the folder of this absolute path, which has no `..`.
        ///
        /// # Errors
        /// It is not there; of the kind `NotADirectory` where there is a link or a file in its place or on the way.
        pub(crate) fn of(path: &Path) -> io::Result<Self> {
            let mut folder = Self(openat(CWD, "/", WAY, Mode::empty())?);
            for part in path.components().skip_while(|part| *part == Component::RootDir) {
                let Component::Normal(name) = part else { return Err(io::ErrorKind::InvalidInput.into()) };
                folder = folder.below(name)?;
            }
            Ok(folder)
        }

        /// A folder in it; fails as [`Folder::of`] does.
        pub(crate) fn below(&self, name: impl AsRef<OsStr>) -> io::Result<Self> {
            Ok(Self(openat(&self.0, name.as_ref(), WAY, Mode::empty())?))
        }

        /// Makes a folder in it that only its owner may enter.
        pub(crate) fn make(&self, name: &OsStr) -> io::Result<Self> {
            mkdirat(&self.0, name, Mode::RWXU)?;
            self.below(name)
        }

        /// Opens a file to be read; None where there is none, or a link in its place.
        ///
        /// # Errors
        /// Of the kind `Unsupported` where it is a device, a pipe or a socket, which is not opened.
        pub(crate) fn open(&self, name: &OsStr) -> io::Result<Option<File>> {
            let kind = match statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW) {
                Err(Errno::NOENT) => return Ok(None),
                there => FileType::from_raw_mode(there?.st_mode),
            };
            match kind {
                FileType::Symlink => return Ok(None),
                FileType::RegularFile | FileType::Directory => {}
                _ => return Err(io::ErrorKind::Unsupported.into()),
            }
            // What takes its place meanwhile is not waited for.
            let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
            match openat(&self.0, name, flags, Mode::empty()) {
                Err(Errno::NOENT | Errno::LOOP) => Ok(None),
                opened => Ok(Some(opened?.into())),
            }
        }

        /// The folder itself, opened as a file.
        pub(crate) fn itself(&self) -> io::Result<File> {
            let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
            Ok(openat(&self.0, ".", flags, Mode::empty())?.into())
        }

        /// True when something has this name, a link that leads nowhere too.
        pub(crate) fn has(&self, name: &OsStr) -> io::Result<bool> {
            match statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW) {
                Err(Errno::NOENT) => Ok(false),
                there => Ok(there.map(|_| true)?),
            }
        }

        /// Makes a new file to write into.
        pub(crate) fn create(&self, name: &OsStr, secrecy: Secrecy) -> io::Result<File> {
            let mode = match secrecy {
                Secrecy::Secret => Mode::RUSR | Mode::WUSR,
                Secrecy::Public => Mode::RUSR | Mode::WUSR | Mode::RGRP | Mode::ROTH,
            };
            let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            Ok(openat(&self.0, name, flags, mode)?.into())
        }

        /// Gives a file of another folder this name here, too.
        pub(crate) fn link(&self, name: &OsStr, from: &Self) -> io::Result<()> {
            Ok(linkat(&from.0, name, &self.0, name, AtFlags::empty())?)
        }

        /// Renames a file; what has the name `to` goes.
        pub(crate) fn rename(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
            Ok(renameat(&self.0, from, &self.0, to)?)
        }

        /// Renames a folder, and fails when `to` is there.
        pub(crate) fn rename_new(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
            #[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
            match rustix::fs::renameat_with(&self.0, from, &self.0, to, rustix::fs::RenameFlags::NOREPLACE) {
                // The file system does not know the flag (NFS, some FUSE).
                Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {}
                renamed => return Ok(renamed?),
            }
            // A folder takes the place of an empty one alone.
            if self.has(to)? { Err(io::ErrorKind::AlreadyExists.into()) } else { self.rename(from, to) }
        }

        /// Removes a file.
        pub(crate) fn remove(&self, name: &OsStr) -> io::Result<()> {
            Ok(unlinkat(&self.0, name, AtFlags::empty())?)
        }

        /// Makes the names in it outlast a crash.
        pub(crate) fn sync(&self) -> io::Result<()> {
            self.itself()?.sync_all()
        }
    }
}

#[cfg(not(unix))]
mod system {
    use std::ffi::OsStr;
    use std::fs::{self, File};
    use std::io;
    use std::path::{Path, PathBuf};

    use crate::store::Secrecy;

    /// A folder.
    #[derive(Debug)]
    pub(crate) struct Folder(PathBuf);

    impl Folder {
        pub(crate) fn of(path: &Path) -> io::Result<Self> {
            if path.metadata()?.is_dir() { Ok(Self(path.to_owned())) } else { Err(io::ErrorKind::NotADirectory.into()) }
        }

        pub(crate) fn below(&self, name: impl AsRef<OsStr>) -> io::Result<Self> {
            Self::of(&self.0.join(name.as_ref()))
        }

        pub(crate) fn make(&self, name: &OsStr) -> io::Result<Self> {
            fs::create_dir(self.0.join(name))?;
            self.below(name)
        }

        pub(crate) fn open(&self, name: &OsStr) -> io::Result<Option<File>> {
            match File::open(self.0.join(name)) {
                Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
                opened => opened.map(Some),
            }
        }

        pub(crate) fn itself(&self) -> io::Result<File> {
            File::open(&self.0)
        }

        pub(crate) fn has(&self, name: &OsStr) -> io::Result<bool> {
            Ok(self.0.join(name).symlink_metadata().is_ok())
        }

        pub(crate) fn create(&self, name: &OsStr, _: Secrecy) -> io::Result<File> {
            File::create_new(self.0.join(name))
        }

        pub(crate) fn link(&self, name: &OsStr, from: &Self) -> io::Result<()> {
            fs::hard_link(from.0.join(name), self.0.join(name))
        }

        pub(crate) fn rename(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
            fs::rename(self.0.join(from), self.0.join(to))
        }

        pub(crate) fn rename_new(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
            if self.has(to)? { Err(io::ErrorKind::AlreadyExists.into()) } else { self.rename(from, to) }
        }

        pub(crate) fn remove(&self, name: &OsStr) -> io::Result<()> {
            fs::remove_file(self.0.join(name))
        }

        pub(crate) fn sync(&self) -> io::Result<()> {
            Ok(())
        }
    }
}
