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
    /// The links that lead to the end, and belong neither to root nor to whoever runs certfix.
    doubtful: Vec<Astray>,
    /// Such links of folders on the way that lead to a folder of somebody else.
    strayed: Vec<Astray>,
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
        let strayed = self.strayed.into_iter().next();
        strayed.or_else(|| self.doubtful.into_iter().find(|link| link.owner != owner))
    }
}

/// Follows every link on the way, of folders too, one after the other. What is returned is what was looked at; whoever goes there
/// later goes by [`Folder`](super::Folder), which follows no link that was put there since.
#[cfg(unix)]
pub(crate) fn follow(path: &Path) -> io::Result<Trail> {
    use std::os::unix::fs::MetadataExt;
    /// As many as Linux follows.
    const MOST_LINKS: usize = 40;
    let own = rustix::process::geteuid().as_raw();
    let mut links = 0;
    // Each with how much of the path is ahead behind what it leads to; the last leads there first.
    let mut open: Vec<(Astray, usize)> = Vec::new();
    let mut strayed = Vec::new();
    let mut at = PathBuf::from("/");
    let mut ahead = parts(&std::path::absolute(path)?);
    loop {
        let found = at.symlink_metadata()?;
        let owner = found.uid();
        if found.is_symlink() {
            links += 1;
            if links > MOST_LINKS {
                return Err(io::Error::other("too many links"));
            }
            let target = at.read_link()?;
            let above = if target.is_absolute() { PathBuf::from("/") } else { parent(&at).to_owned() };
            let link = std::mem::replace(&mut at, above);
            if ![0, own].contains(&owner) {
                open.push((Astray { link, owner }, ahead.len()));
            }
            let target = parts(&target);
            if target.is_empty() {
                continue;
            }
            ahead.extend(target);
        } else if ahead.is_empty() {
            let doubtful = open.into_iter().map(|(link, _)| link).collect();
            return Ok(Trail { end: at, owner, doubtful, strayed });
        } else {
            while let Some((link, _)) = open.pop_if(|(_, behind)| *behind >= ahead.len()) {
                strayed.extend((link.owner != owner).then_some(link));
            }
        }
        match ahead.pop() {
            // Links before it are followed already, so that it is the folder above.
            Some(name) if name == ".." => drop(at.pop()),
            Some(name) => at.push(name),
            None => {}
        }
    }
}

/// What a path is made of, the last part first; the root is left out.
#[cfg(unix)]
fn parts(path: &Path) -> Vec<std::ffi::OsString> {
    use std::path::Component;
    let named = |part: &Component<'_>| matches!(part, Component::Normal(_) | Component::ParentDir);
    path.components().rev().filter(named).map(|part| part.as_os_str().to_owned()).collect()
}

#[cfg(not(unix))]
pub(crate) fn follow(path: &Path) -> io::Result<Trail> {
    let is_link = path.symlink_metadata()?.is_symlink();
    let end = if is_link { path.canonicalize()? } else { path.to_owned() };
    Ok(Trail { end, owner: 0, doubtful: Vec::new(), strayed: Vec::new() })
}
