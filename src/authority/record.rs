//! Small records of certfix's own: JSON, one file each.

use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Error;
use crate::input::read_text;
use crate::store::{Secrecy, is_there, replace};

/// What stands there; None where nothing does.
///
/// # Errors
/// [`Error::File`] when it cannot be told or read, [`Error::Damaged`] when it cannot be understood.
pub(super) fn read<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, Error> {
    if !is_there(path).map_err(|cause| Error::File { action: "read", path: path.to_owned(), cause })? {
        return Ok(None);
    }
    let damaged = |cause: serde_json::Error| Error::Damaged { path: path.to_owned(), cause: cause.to_string() };
    serde_json::from_str(&read_text(path)?).map(Some).map_err(damaged)
}

/// Writes it, in the place of what was there.
///
/// # Errors
/// [`Error::File`]
pub(super) fn write(path: &Path, record: &impl Serialize, secrecy: Secrecy) -> Result<(), Error> {
    let text = serde_json::to_string_pretty(record).expect("a struct of texts becomes JSON");
    replace(path, format!("{text}\n").as_bytes(), secrecy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_wrote() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("order.json");
        assert_eq!(read::<Vec<u8>>(&path).unwrap(), None);
        write(&path, &[1, 2], Secrecy::Public).unwrap();
        assert_eq!(read(&path).unwrap(), Some(vec![1, 2]));
    }

    #[test]
    #[cfg(unix)]
    fn what_cannot_be_looked_at_is_not_absent() {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&link, &link).unwrap();
        // Root may look at everything, but not past a link to itself.
        for path in [link.clone(), link.join("order.json")] {
            assert!(matches!(read::<Vec<u8>>(&path), Err(Error::File { .. })), "{}", path.display());
        }
    }
}
