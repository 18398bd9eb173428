//! Which files of a store tell of former times, for those who look through its folders.

use std::fs;
use std::path::Path;

use super::generation::{CURRENT, GENERATIONS};

/// True for a file of a generation that services do not read any more, and for one that a link of its key's folder leads to. A
/// generation that waits for a commit is none of both.
pub fn is_former(path: &Path) -> bool {
    is_left_behind(path).unwrap_or_default()
}

fn is_left_behind(path: &Path) -> Option<bool> {
    let generation = path.parent()?;
    let key = generation.parent().filter(|folder| folder.ends_with(GENERATIONS))?.parent()?;
    let (this, used) = (number(generation)?, number(&fs::read_link(key.join(CURRENT)).ok()?)?);
    Some(this < used || this == used && key.join(path.file_name()?).is_symlink())
}

fn number(generation: &Path) -> Option<u32> {
    generation.file_name()?.to_str()?.parse().ok()
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::fs::{create_dir_all, write};
    use std::os::unix::fs::symlink;

    use super::*;
    use crate::store::CERTIFICATE;

    #[test]
    fn tells_past_present_and_future() {
        let store = tempfile::tempdir().unwrap();
        let key = store.path().join("remote.contoso.com");
        for number in ["0001", "0002", "0003"] {
            let generation = key.join(GENERATIONS).join(number);
            create_dir_all(&generation).unwrap();
            write(generation.join(CERTIFICATE), number).unwrap();
        }
        let in_generation = |number: &str| key.join(GENERATIONS).join(number).join(CERTIFICATE);
        assert!(!is_former(&in_generation("0001")), "nothing says which is in use");
        symlink("generations/0002", key.join(CURRENT)).unwrap();
        assert!(is_former(&in_generation("0001")) && !is_former(&in_generation("0003")));
        assert!(!is_former(&in_generation("0002")), "it has no other name");
        symlink("current/cert.pem", key.join(CERTIFICATE)).unwrap();
        assert!(is_former(&in_generation("0002")) && !is_former(&key.join(CERTIFICATE)));
    }
}
