//! What somebody wrote into a file of a service between a commit and its putting back: kept in the store, for nobody else has it.

use std::io;
use std::path::{Path, PathBuf};

use super::disk::{self, Present};
use crate::Error;
use crate::store::{make_private, sync_folder};

/// The folder that it is kept in.
pub(super) const EDITED: &str = ".certfix-edited";

/// Keeps a file as it is, rights too, and says where. The same contents are kept once: putting back may begin again.
pub(super) fn keep(store: &Path, path: &Path, there: &Present) -> Result<PathBuf, Error> {
    let folder = store.join(EDITED);
    match make_private(&folder).and_then(|()| sync_folder(store)) {
        Err(cause) if cause.kind() != io::ErrorKind::AlreadyExists => {
            return Err(Error::File { action: "write", path: folder, cause });
        }
        _ => {}
    }
    let failed = |cause| Error::File { action: "find", path: folder.clone(), cause };
    let folder = folder.canonicalize().map_err(failed)?;
    let mut copy = folder.join(path.file_name().unwrap_or_default());
    for number in 2.. {
        match disk::look(&copy)? {
            Some(known) if known.contents == there.contents => return Ok(copy),
            Some(_) => copy = numbered(&folder, path, number),
            None => break,
        }
    }
    // Who may write beside a file of somebody else cannot give him another one.
    disk::replace(&copy, &there.contents, &there.rights)
        .or_else(|_| disk::replace(&copy, &there.contents, &disk::private()))?;
    Ok(copy)
}

fn numbered(folder: &Path, path: &Path, number: u32) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{number}"));
    folder.join(name)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn each_text_is_kept_once_with_its_rights() {
        let store = tempfile::tempdir().unwrap();
        let path = Path::new("/etc/postfix/main.cf");
        let mut there = Present { contents: b"one".to_vec().into(), rights: disk::public() };
        let first = keep(store.path(), path, &there).unwrap();
        assert_eq!(disk::look(&first).unwrap(), Some(there.clone()));
        assert_eq!(keep(store.path(), path, &there).unwrap(), first);
        there.contents = b"two".to_vec().into();
        let second = keep(store.path(), path, &there).unwrap();
        assert_eq!(second, store.path().join(".certfix-edited/main.cf.2"));
        assert_eq!(keep(store.path(), path, &there).unwrap(), second);
        assert_eq!(disk::look(&first).unwrap().unwrap().contents.as_slice(), b"one");
    }
}
