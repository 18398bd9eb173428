//! Where links lead, and whose they are. Whoever owns a folder could otherwise lead certfix to a place of somebody else.

use std::io;
use std::path::{Path, PathBuf};

#[cfg(unix)]
use super::parent;

/// The way from a path to what its links lead to.
pub(crate) struct Trail {
    /// No link itself.
    pub(crate) end: PathBuf,
    /// Who owned the end when it was looked at.
    pub(crate) owner: u32,
    /// The links on the way that belong neither to root nor to whoever runs certfix, and their owners.
    doubtful: Vec<Astray>,
}

/// A link of a user that leads to what is not his.
#[cfg_attr(not(unix), expect(dead_code, reason = "links have owners on Unix alone"))]
pub(crate) struct Astray {
    pub(crate) link: PathBuf,
    pub(crate) owner: u32,
}

impl Trail {
    /// The first link of a user other than `owner`, to whom the end belongs: he could not put anything there himself. As Linux
    /// does with `fs.protected_symlinks`, links of root, of whoever runs certfix and of the owner of the end are followed.
    pub(crate) fn astray(self, owner: u32) -> Option<Astray> {
        self.doubtful.into_iter().find(|link| link.owner != owner)
    }
}

/// Follows one link after the other. What is returned is what was looked at: a link that is swapped meanwhile gains nothing.
#[cfg(unix)]
pub(crate) fn follow(path: &Path) -> io::Result<Trail> {
    use std::os::unix::fs::MetadataExt;
    /// As many as Linux follows.
    const MOST_LINKS: usize = 40;
    let own = rustix::process::geteuid().as_raw();
    let mut doubtful = Vec::new();
    let mut at = path.to_owned();
    for _ in 0..=MOST_LINKS {
        let found = at.symlink_metadata()?;
        let owner = found.uid();
        if !found.is_symlink() {
            return Ok(Trail { end: at, owner, doubtful });
        }
        let next = parent(&at).join(at.read_link()?);
        if ![0, own].contains(&owner) {
            doubtful.push(Astray { link: at, owner });
        }
        at = match next.file_name() {
            Some(name) => parent(&next).canonicalize()?.join(name),
            None => next.canonicalize()?,
        };
    }
    Err(io::Error::other("too many links"))
}

#[cfg(not(unix))]
pub(crate) fn follow(path: &Path) -> io::Result<Trail> {
    Ok(Trail { end: path.canonicalize()?, owner: 0, doubtful: Vec::new() })
}
