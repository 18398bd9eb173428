//! Writes that happen whole or not at all.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs::{self, DirBuilder, DirEntry, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::NewFile;
use super::lock::{Locked, is_same_file, try_lock};
use crate::Error;

/// Who may read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secrecy {
    /// Only its owner: mode 0600.
    Secret,
    /// Everybody: mode 0644, less the umask.
    Public,
}

/// Writes a new file, whole or not at all. Never overwrites.
///
/// # Errors
/// [`Error::Exists`] when there is something of this name; [`Error::File`] when writing fails, and then nothing is
/// left behind.
pub fn write_new(path: &Path, contents: &[u8], secrecy: Secrecy) -> Result<(), Error> {
    if path.symlink_metadata().is_ok() {
        return Err(Error::Exists { path: path.to_owned(), hint: None });
    }
    let Some(name) = path.file_name() else { return Err(Error::IsDirectory { path: path.to_owned() }) };
    sweep_beside(path);
    let draft = Draft::write(path, name, contents, secrecy).map_err(|cause| failed(path, cause))?;
    let written = draft.file.sync_all().and_then(|()| rename_new(&draft.path, path));
    written.map_err(|cause| draft.give_up(path, cause))?;
    sync_folder(parent(path)).map_err(|cause| {
        let _ = fs::remove_file(path);
        failed(path, cause)
    })
}

/// Writes several new files that everybody may read, all or none, as far as errors go. Never overwrites. What is written is
/// a copy of what is kept elsewhere: it is not waited for until it is on the disk.
///
/// # Errors
/// [`Error::Exists`], [`Error::File`]; nothing is then left behind.
pub fn write_all_new(files: &[(PathBuf, Vec<u8>)]) -> Result<(), Error> {
    let names: Vec<&Path> = files.iter().map(|(path, _)| path.as_path()).collect();
    sweep_all_beside(&names);
    let mut made: Vec<&Path> = Vec::with_capacity(files.len());
    for (path, contents) in files {
        let written = (|| {
            let name = path.file_name().ok_or_else(|| failed(path, io::ErrorKind::IsADirectory.into()))?;
            let draft = Draft::write(path, name, contents, Secrecy::Public).map_err(|cause| failed(path, cause))?;
            begin_writing_out(&draft.file);
            rename_new(&draft.path, path).map_err(|cause| draft.give_up(path, cause))
        })();
        if let Err(error) = written {
            made.iter().for_each(|path| drop(fs::remove_file(path)));
            return Err(error);
        }
        made.push(path);
    }
    Ok(())
}

/// Puts a file in the place of one that certfix wrote before, or makes it: at every moment the old one or the new one is
/// there, whole.
///
/// # Errors
/// [`Error::File`]. The old one is there then, unless all went well but that the folder cannot be synced: the new one is there,
/// and may not be after a loss of power.
pub fn replace(path: &Path, contents: &[u8], secrecy: Secrecy) -> Result<(), Error> {
    let Some(name) = path.file_name() else { return Err(Error::IsDirectory { path: path.to_owned() }) };
    sweep_beside(path);
    let draft = Draft::write(path, name, contents, secrecy).map_err(|cause| failed(path, cause))?;
    let renamed = draft.file.sync_all().and_then(|()| fs::rename(&draft.path, path));
    renamed.and_then(|()| sync_folder(parent(path))).map_err(|cause| draft.give_up(path, cause))
}

/// Deletes a file that [`replace`] made, and what an interrupted run left of it. That it is gone already is no error.
///
/// # Errors
/// [`Error::File`]
pub fn discard(path: &Path) -> Result<(), Error> {
    sweep_beside(path);
    match fs::remove_file(path) {
        Err(cause) if matches!(cause.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(()),
        other => other.map_err(|cause| Error::File { action: "delete", path: path.to_owned(), cause }),
    }
}

/// So often is something hidden made anew that somebody took for what an interrupted run left, just before it was locked.
const MOST_TRIES: usize = 20;

/// A hidden file that becomes one of `path`'s name. It is locked as long as this lives, so that nobody takes it for what an
/// interrupted run left.
struct Draft {
    path: PathBuf,
    file: File,
}

impl Draft {
    /// Writes it; it is not yet synced. Nothing is left behind where that fails.
    fn write(path: &Path, name: &OsStr, contents: &[u8], secrecy: Secrecy) -> io::Result<Self> {
        let mut tries = 1..MOST_TRIES;
        loop {
            let draft = hidden_beside(path, name);
            let mut file = create(&draft, secrecy)?;
            if is_kept(&file, &draft) || tries.next().is_none() {
                file.write_all(contents).inspect_err(|_| drop(fs::remove_file(&draft)))?;
                return Ok(Self { path: draft, file });
            }
            let _ = fs::remove_file(&draft);
        }
    }

    fn give_up(&self, path: &Path, cause: io::Error) -> Error {
        let _ = fs::remove_file(&self.path);
        failed(path, cause)
    }
}

/// Locks a file that was just made. False when somebody who sweeps came in between.
fn is_kept(file: &File, path: &Path) -> bool {
    !matches!(try_lock(file), Locked::Theirs) && is_same_file(file, path)
}

/// Deletes a hidden folder that nobody is filling any more. True when it is gone.
pub(crate) fn remove_left_folder(folder: &Path) -> bool {
    let files = fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<DirEntry>>>);
    let Ok(files) = files else { return false };
    if files.is_empty() {
        // Somebody may be about to put the first file there.
        return fs::remove_dir(folder).is_ok();
    }
    let plain = files.iter().filter(|file| file.file_type().is_ok_and(|kind| kind.is_file()));
    // Who fills a folder has locked the first of its files, or sees that it is not the same any more.
    let held: Option<Vec<File>> = plain
        .map(|entry| {
            let file = File::open(entry.path()).ok()?;
            matches!(try_lock(&file), Locked::Ours).then_some(file)
        })
        .collect();
    held.is_some() && fs::remove_dir_all(folder).is_ok()
}

/// Deletes a hidden file that nobody is writing any more. True when it is gone.
pub(super) fn remove_left(path: &Path) -> bool {
    /// Where files cannot be locked, what is older is nobody's.
    const LONGEST: Duration = Duration::from_secs(10 * 60);
    let Ok(file) = OpenOptions::new().read(true).write(true).open(path) else { return false };
    let is_left = match try_lock(&file) {
        Locked::Ours => is_same_file(&file, path),
        Locked::Theirs => false,
        Locked::Unknown => {
            let written = file.metadata().and_then(|metadata| metadata.modified());
            written.is_ok_and(|written| written.elapsed().is_ok_and(|age| age > LONGEST))
        }
    };
    is_left && fs::remove_file(path).is_ok()
}

/// Deletes what an interrupted run left of the same file.
fn sweep_beside(path: &Path) {
    sweep_all_beside(&[path]);
}

fn sweep_all_beside(paths: &[&Path]) {
    let own: HashSet<(&Path, String)> =
        paths.iter().map(|path| (parent(path), hidden_prefix(path.file_name().unwrap_or_default()))).collect();
    let folders: HashSet<&Path> = own.iter().map(|(folder, _)| *folder).collect();
    for folder in folders {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let left = entry.file_name();
            let Some(left) = left.to_str().filter(|left| is_hidden(left)) else { continue };
            let prefix = left[..left.len() - 16].to_owned();
            if own.contains(&(folder, prefix)) && entry.file_type().is_ok_and(|kind| kind.is_file()) {
                remove_left(&entry.path());
            }
        }
    }
}

/// Makes a folder with these files, whole or not at all. Never overwrites. `made` are folders above it that are new too.
pub(super) fn folder(path: &Path, files: &[NewFile<'_>], made: &[PathBuf]) -> Result<(), Error> {
    let written = fill_and_rename(path, files).and_then(|()| {
        let above = made.iter().map(|folder| parent(folder));
        let synced = std::iter::once(parent(path)).chain(above).try_for_each(sync_folder);
        synced.inspect_err(|_| remove_folder(path, files))
    });
    written.map_err(|cause| failed(path, cause))
}

/// Makes the store's folder and those above it where they are missing: these, the innermost first.
pub(super) fn make_root(root: &Path) -> Result<Vec<PathBuf>, Error> {
    let missing = |folder: &&Path| !folder.as_os_str().is_empty() && !folder.exists();
    let missing: Vec<PathBuf> = root.ancestors().take_while(missing).map(Path::to_owned).collect();
    let mut builder = DirBuilder::new();
    // Whatever the umask is, others may not put keys of their own in place.
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o755);
    builder.recursive(true).create(root).map_err(|cause| {
        missing.iter().for_each(|folder| drop(fs::remove_dir(folder)));
        Error::File { action: "make", path: root.to_owned(), cause }
    })?;
    Ok(missing)
}

fn fill_and_rename(path: &Path, files: &[NewFile<'_>]) -> io::Result<()> {
    let mut tries = 1..MOST_TRIES;
    loop {
        let temporary = hidden_beside(path, path.file_name().unwrap_or_default());
        // Before this succeeds nothing is ours to clean up.
        make_private(&temporary)?;
        // The files stay locked until the folder has its name.
        let filled = fill(&temporary, files);
        let renamed = filled.as_ref().map_or(Ok(()), |_held| rename_new(&temporary, path));
        match filled.and(renamed) {
            Ok(()) => return Ok(()),
            Err(error) => {
                remove_folder(&temporary, files);
                if error.kind() != io::ErrorKind::NotFound || tries.next().is_none() {
                    return Err(error);
                }
            }
        }
    }
}

/// Takes back a folder that was just made: these files, and the folder if nothing else is in it.
pub(super) fn remove_folder(folder: &Path, files: &[NewFile<'_>]) {
    for file in files {
        let _ = fs::remove_file(folder.join(file.name));
    }
    let _ = fs::remove_dir(folder);
}

/// The files, on the disk. The first is locked, so that nobody takes the folder for what an interrupted run left; it is not found
/// where somebody did just before.
fn fill(folder: &Path, files: &[NewFile<'_>]) -> io::Result<Vec<File>> {
    let mut written: Vec<File> = Vec::with_capacity(files.len());
    for new in files {
        let path = folder.join(new.name);
        let mut file = create(&path, new.secrecy)?;
        if written.is_empty() && !is_kept(&file, &path) {
            return Err(io::ErrorKind::NotFound.into());
        }
        file.write_all(new.contents)?;
        written.push(file);
    }
    // All are on their way together before the first sync, which is the folder's: a journal then takes in everything at once.
    written.iter().for_each(begin_writing_out);
    sync_folder(folder)?;
    written.iter().try_for_each(File::sync_all)?;
    Ok(written)
}

fn create(path: &Path, secrecy: Secrecy) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, if secrecy == Secrecy::Secret { 0o600 } else { 0o644 });
    #[cfg(not(unix))]
    let _ = secrecy;
    options.open(path)
}

/// Asks for what was written to be on its way to the disk while another file is synced. Only a hint: its own sync waits.
fn begin_writing_out(file: &File) {
    // Linux begins to write out what will not be needed in memory.
    #[cfg(target_os = "linux")]
    let _ = rustix::fs::fadvise(file, 0, None, rustix::fs::Advice::DontNeed);
    #[cfg(not(target_os = "linux"))]
    let _ = file;
}

/// Makes a folder that only its owner may enter.
pub(crate) fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Renames, and fails when `to` exists.
pub(super) fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    #[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        use rustix::io::Errno;
        match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
            Ok(()) => return Ok(()),
            // The file system does not know the flag (NFS, some FUSE).
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {}
            Err(error) => return Err(error.into()),
        }
    }
    rename_without_flag(from, to)
}

/// For files a hard link, which never replaces. For folders a plain rename: it replaces only an empty folder, so no
/// key can be lost.
fn rename_without_flag(from: &Path, to: &Path) -> io::Result<()> {
    if from.is_dir() {
        if to.symlink_metadata().is_ok() {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        return fs::rename(from, to);
    }
    fs::hard_link(from, to)?;
    fs::remove_file(from)
}

/// Makes names in a folder outlast a crash. Windows does so by itself and cannot open folders.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// The folder that a path stands in.
pub(crate) fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// `.name.` and the process and a count, beside `path`. Created exclusively, so it needs to be unique, not secret.
pub(crate) fn hidden_beside(path: &Path, name: &OsStr) -> PathBuf {
    use std::sync::atomic::{AtomicU64, Ordering};
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let mut random = [0; 8];
    // A count is enough within a process; the random part keeps what an earlier crash left from being in the way.
    let _ = aws_lc_rs::rand::fill(&mut random);
    let unique = u64::from_be_bytes(random) ^ COUNT.fetch_add(1, Ordering::Relaxed);
    path.with_file_name(format!("{}{unique:016x}", hidden_prefix(name)))
}

fn hidden_prefix(name: &OsStr) -> String {
    // A folder's name may be as long as the file system allows already.
    format!(".{}.", name.to_string_lossy().chars().take(40).collect::<String>())
}

/// True for a name that [`hidden_beside`] makes.
pub(crate) fn is_hidden(name: &str) -> bool {
    let digits = name.strip_prefix('.').and_then(|rest| rest.rsplit_once('.')).map(|(_, digits)| digits);
    digits.is_some_and(|digits| {
        digits.len() == 16 && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    })
}

pub(super) fn failed(path: &Path, cause: io::Error) -> Error {
    match cause.kind() {
        io::ErrorKind::AlreadyExists | io::ErrorKind::DirectoryNotEmpty => {
            Error::Exists { path: path.to_owned(), hint: None }
        }
        _ => Error::File { action: "write", path: path.to_owned(), cause },
    }
}
