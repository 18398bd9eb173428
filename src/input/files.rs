//! Files, folders and standard input, each with a bound on what is read.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use rayon::slice::ParallelSliceMut;
use zeroize::Zeroizing;

use super::{Password, read, unicode};
use crate::Error;
use crate::error::Stream;
use crate::facts::{Evidence, Source};

/// The largest source that is read, in bytes.
pub const LIMIT: u64 = 16 << 20;

/// Reads one file.
///
/// # Errors
/// Those of [`read`], that it cannot be opened, that it is a folder, or that it is larger than [`LIMIT`].
pub fn read_file(path: &Path, password: Option<&Password>) -> Result<Evidence, Error> {
    let (bytes, metadata) = file_bytes(path)?;
    let mut evidence = read(&bytes, Source::File(path.to_owned()), password)?;
    evidence.mode = mode_of(&metadata);
    Ok(evidence)
}

/// The permission bits of a file; none where they cannot be told.
pub fn mode(path: &Path) -> Option<u32> {
    mode_of(&fs::metadata(path).ok()?)
}

/// What is in a file of at most [`LIMIT`] bytes, and what the system says of it.
pub(crate) fn file_bytes(path: &Path) -> Result<(Zeroizing<Vec<u8>>, Metadata), Error> {
    let file = File::open(path).map_err(|cause| Error::File { action: "read", path: path.to_owned(), cause })?;
    bytes_of(file, path)
}

/// The same of a file that is open; its path is for what is said.
pub(crate) fn bytes_of(file: File, path: &Path) -> Result<(Zeroizing<Vec<u8>>, Metadata), Error> {
    let failed = |cause| Error::File { action: "read", path: path.to_owned(), cause };
    let metadata = file.metadata().map_err(failed)?;
    if metadata.is_dir() {
        return Err(Error::IsDirectory { path: path.to_owned() });
    }
    let too_large = || Error::TooLarge { source: Source::File(path.to_owned()).to_string(), limit: LIMIT };
    if metadata.len() > LIMIT {
        return Err(too_large());
    }
    let bytes = bounded(file, metadata.len()).map_err(failed)?.ok_or_else(too_large)?;
    Ok((bytes, metadata))
}

/// Reads standard input to its end.
///
/// # Errors
/// Those of [`read`], that it cannot be read, or that it is larger than [`LIMIT`].
pub fn read_stdin(password: Option<&Password>) -> Result<Evidence, Error> {
    let failed = |cause| Error::Stream { stream: Stream::Input, cause };
    let bytes = bounded(io::stdin().lock(), 0).map_err(failed)?;
    let bytes = bytes.ok_or_else(|| Error::TooLarge { source: Source::Stdin.to_string(), limit: LIMIT })?;
    read(&bytes, Source::Stdin, password)
}

/// Reads a small text file, such as one that holds a password: UTF-8 or UTF-16, as Windows writes it. Wiped when dropped.
///
/// # Errors
/// That it cannot be read, is a folder, is larger than a MiB, or is neither.
pub fn read_text(path: &Path) -> Result<Zeroizing<String>, Error> {
    let failed = |cause| Error::File { action: "read", path: path.to_owned(), cause };
    if fs::metadata(path).map_err(failed)?.is_dir() {
        return Err(Error::IsDirectory { path: path.to_owned() });
    }
    const LONGEST: u64 = 1 << 20;
    // Growing would leave copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(4096));
    File::open(path).and_then(|file| file.take(LONGEST + 1).read_to_end(&mut bytes)).map_err(failed)?;
    if bytes.len() as u64 > LONGEST {
        return Err(Error::TooLarge { source: Source::File(path.to_owned()).to_string(), limit: LONGEST });
    }
    let neither = || failed(io::Error::new(io::ErrorKind::InvalidData, "it is not text in UTF-8 or UTF-16"));
    unicode::exact(&bytes).ok_or_else(neither)
}

/// The regular files under `folder`, sorted, folders whose name begins with a dot left out. Links to files count; links
/// to folders are not followed, so that there is always an end. A folder in it that cannot be read stands for what is in
/// it, so that whoever reads the files learns of it and goes on.
///
/// # Errors
/// `folder` itself cannot be read.
pub fn files_in(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut files = Vec::new();
    // What is still to be looked at, and whether it is a folder; what comes first stands last.
    let mut waiting = vec![(folder.to_owned(), true)];
    while let Some((path, is_folder)) = waiting.pop() {
        if !is_folder {
            files.push(path);
            continue;
        }
        let failed = |cause| Error::File { action: "read", path: path.clone(), cause };
        let entries = match fs::read_dir(&path) {
            Err(_) if path != folder => {
                files.push(path);
                continue;
            }
            entries => entries.map_err(failed)?,
        };
        let mut found = Vec::new();
        for entry in entries {
            let entry = entry.map_err(failed)?;
            let kind = entry.file_type().map_err(failed)?;
            let name = entry.file_name();
            if kind.is_dir() && !name.as_encoded_bytes().starts_with(b".") {
                found.push((name, true));
            } else if kind.is_file() || (kind.is_symlink() && entry.path().is_file()) {
                found.push((name, false));
            }
        }
        found.par_sort_unstable();
        waiting.extend(found.into_iter().rev().map(|(name, is_folder)| (path.join(name), is_folder)));
    }
    Ok(files)
}

/// As many bytes as there are said to be, no more than [`LIMIT`]; where that is none, as of a pipe, all until it ends, and
/// `None` when they are more. Wiped when dropped: it may hold keys.
fn bounded(source: impl Read, size: u64) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(usize::try_from(size).unwrap_or_default() + 1));
    source.take(if size > 0 { size } else { LIMIT + 1 }).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= LIMIT).then_some(bytes))
}

#[cfg(unix)]
fn mode_of(metadata: &Metadata) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt;
    Some(metadata.permissions().mode() & 0o7777)
}

#[cfg(not(unix))]
fn mode_of(_: &Metadata) -> Option<u32> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_folders_and_files_that_are_too_large() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(read_file(folder.path(), None), Err(Error::IsDirectory { .. })));
        let large = folder.path().join("large");
        File::create(&large).unwrap().set_len(LIMIT + 1).unwrap();
        assert!(matches!(read_file(&large, None), Err(Error::TooLarge { .. })));
    }

    #[cfg(unix)]
    #[test]
    fn stops_reading_what_never_ends() {
        assert!(matches!(read_file(Path::new("/dev/zero"), None), Err(Error::TooLarge { .. })));
        assert!(matches!(read_text(Path::new("/dev/zero")), Err(Error::TooLarge { .. })));
    }

    #[test]
    fn reads_a_password_as_windows_writes_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("password");
        let utf16: Vec<u8> = "\u{feff}secret\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        for bytes in [b"\xef\xbb\xbfsecret\r\n".to_vec(), utf16] {
            fs::write(&path, bytes).unwrap();
            assert_eq!(read_text(&path).unwrap().as_str(), "secret\r\n");
        }
        fs::write(&path, b"geh\xe4use\n").unwrap();
        assert_eq!(read_text(&path).unwrap_err().hint(), "save it as UTF-8");
    }

    #[cfg(unix)]
    #[test]
    fn lists_files_in_order_and_does_not_follow_links_in_circles() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("b");
        fs::create_dir(&inner).unwrap();
        fs::create_dir(folder.path().join(".git")).unwrap();
        for name in ["c.cer", "b/a.cer", ".git/config"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        std::os::unix::fs::symlink(folder.path(), inner.join("circle")).unwrap();
        assert_eq!(files_in(folder.path()).unwrap(), [inner.join("a.cer"), folder.path().join("c.cer")]);
    }
}
