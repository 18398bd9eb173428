//! One file at a time: what is there, and something else in its place, whole, with the rights it shall have.
//!
//! Promises: a file is replaced by a rename, so that whoever opens it finds the old one or the new one; a new one is
//! readable by its owner alone until it has its owner, and then gets its access control list and its mode.

use std::ffi::OsString;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::anchor::Anchor;
use crate::Error;
use crate::error::Deploying;
use crate::store::{Astray, UNFINISHED, acl, follow, parent};

/// Who may do what with a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rights {
    /// The permission bits.
    pub mode: u32,
    /// The number of its owner.
    pub owner: u32,
    /// The number of its group.
    pub group: u32,
    /// The access control list, in the octets of the system (acl(5)), where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acl: Option<Vec<u8>>,
}

impl Rights {
    /// Takes from everybody but its owner and group what they may do.
    pub(super) fn close(&mut self) {
        self.mode &= !0o007;
        self.acl = self.acl.as_ref().map(|list| acl::with_mode(list, self.mode));
    }
}

/// A file that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Present {
    pub(super) contents: Zeroizing<Vec<u8>>,
    pub(super) rights: Rights,
}

/// What is there; None when nothing is, and where a link is in the place of a file. A device or a pipe is no file that can be put
/// back, and is not opened: that may never end.
pub(super) fn look(path: &Path) -> Result<Option<Present>, Error> {
    let failed = |cause: io::Error| match cause.kind() {
        io::ErrorKind::Unsupported => Error::from(Deploying::NotAFile { path: path.to_owned() }),
        _ => Error::File { action: "read", path: path.to_owned(), cause },
    };
    let opened = match Anchor::of(path) {
        Err(cause) if is_nothing(&cause) => return Ok(None),
        anchor => anchor.and_then(|anchor| anchor.open()).map_err(failed)?,
    };
    let Some(file) = opened else { return Ok(None) };
    let there = file.metadata().map_err(failed)?;
    if !there.is_file() && !there.is_dir() {
        return Err(Deploying::NotAFile { path: path.to_owned() }.into());
    }
    let acl = acl::of(&file).map_err(failed)?;
    let (contents, metadata) = crate::input::bytes_of(file, path)?;
    let rights = Rights { acl, ..rights(&metadata) };
    Ok(Some(Present { contents, rights }))
}

/// True where a file has no folder any more: it is gone, or a link has taken its place or that of one on the way.
pub(super) fn is_astray(path: &Path) -> bool {
    Anchor::of(path).is_err_and(|cause| is_nothing(&cause))
}

fn is_nothing(cause: &io::Error) -> bool {
    matches!(cause.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// The file that a path leads to, links followed, those of the folders on the way too: a link stays, and what it points to is
/// replaced. Whoever owns a folder on the way could lead certfix to a file of somebody else: such a link is refused.
pub(super) fn resolve(path: &Path) -> Result<PathBuf, Error> {
    let is_there = path.symlink_metadata().is_ok();
    let trail = match follow(if is_there { path } else { parent(path) }) {
        // Nothing is written where there is no folder, and whoever asks for it says so.
        Err(cause) if !is_there && cause.kind() == io::ErrorKind::NotFound => return Ok(path.to_owned()),
        trail => trail.map_err(|cause| Error::File { action: "follow", path: path.to_owned(), cause })?,
    };
    let (end, owner) = (trail.end.clone(), trail.owner);
    match trail.astray(owner) {
        None if is_there => Ok(end),
        None => Ok(end.join(path.file_name().unwrap_or_default())),
        Some(Astray { link, owner }) => {
            let cause = format!("the link '{}' of user {owner} leads to a file that is not his", link.display());
            Err(Error::from(Deploying::CannotEdit { path: path.to_owned(), cause }))
        }
    }
}

/// Puts `contents` in the place of whatever is there.
pub(super) fn replace(path: &Path, contents: &[u8], rights: &Rights) -> Result<(), Error> {
    let write = || {
        let (anchor, temporary) = (Anchor::of(path)?, temporary(path));
        anchor.clear_beside(&temporary)?;
        let written = fill(anchor.create_beside(&temporary)?, contents, rights)
            .and_then(|()| anchor.take_from(&temporary))
            .and_then(|()| anchor.sync());
        written.inspect_err(|_| drop(anchor.clear_beside(&temporary)))
    };
    write().map_err(|cause| Error::File { action: "write", path: path.to_owned(), cause })
}

/// Removes a file, and what an interrupted [`replace`] left beside it.
pub(super) fn remove(path: &Path) -> Result<(), Error> {
    let remove = || {
        let anchor = Anchor::of(path)?;
        anchor.clear_beside(&temporary(path))?;
        anchor.clear()?;
        anchor.sync()
    };
    remove().map_err(|cause| Error::File { action: "remove", path: path.to_owned(), cause })
}

/// Removes what an interrupted [`replace`] left.
pub(super) fn tidy(path: &Path) -> Result<(), Error> {
    let temporary = temporary(path);
    Anchor::of(path).and_then(|anchor| anchor.clear_beside(&temporary)).map_err(|cause| Error::File {
        action: "remove",
        path: path.with_file_name(temporary),
        cause,
    })
}

/// Writes a file that nobody looks at yet, and syncs it.
pub(super) fn write_file(path: &Path, contents: &[u8], rights: &Rights) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    fill(options.open(path)?, contents, rights)
}

fn fill(mut file: File, contents: &[u8], rights: &Rights) -> io::Result<()> {
    file.write_all(contents)?;
    give(&file, rights)?;
    file.sync_all()
}

/// The rights of files that only who runs certfix may read.
pub(super) fn private() -> Rights {
    Rights { mode: 0o600, ..own() }
}

/// The rights of files that everybody may read.
pub(super) fn public() -> Rights {
    Rights { mode: 0o644, ..own() }
}

/// Beside the file, under a name that no service's pattern for its configuration takes.
fn temporary(path: &Path) -> OsString {
    let mut hidden = OsString::from(".");
    hidden.push(path.file_name().unwrap_or_default());
    hidden.push(UNFINISHED);
    hidden
}

#[cfg(unix)]
fn own() -> Rights {
    use rustix::process::{getegid, geteuid};
    Rights { mode: 0, owner: geteuid().as_raw(), group: getegid().as_raw(), acl: None }
}

#[cfg(not(unix))]
fn own() -> Rights {
    Rights { mode: 0, owner: 0, group: 0, acl: None }
}

#[cfg(unix)]
fn rights(metadata: &Metadata) -> Rights {
    use std::os::unix::fs::MetadataExt;
    Rights { mode: metadata.mode() & 0o7777, owner: metadata.uid(), group: metadata.gid(), acl: None }
}

#[cfg(not(unix))]
fn rights(_: &Metadata) -> Rights {
    own()
}

/// The owner first: the bits for setting it would be lost otherwise, and nobody may read what is not his yet.
#[cfg(unix)]
fn give(file: &File, rights: &Rights) -> io::Result<()> {
    use std::os::unix::fs::{PermissionsExt, fchown};
    let there = self::rights(&file.metadata()?);
    if (there.owner, there.group) != (rights.owner, rights.group) {
        fchown(file, Some(rights.owner), Some(rights.group))?;
    }
    acl::give(file, rights.acl.as_deref(), rights.mode)?;
    file.set_permissions(fs::Permissions::from_mode(rights.mode))
}

#[cfg(not(unix))]
fn give(_: &File, _: &Rights) -> io::Result<()> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_with_its_rights() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("main.cf");
        let rights = Rights { mode: 0o640, ..own() };
        replace(&path, b"one", &rights).unwrap();
        let there = look(&path).unwrap().unwrap();
        assert_eq!((there.contents.as_slice(), there.rights), (&b"one"[..], rights.clone()));
        fs::write(path.with_file_name(temporary(&path)), "left by a crash").unwrap();
        replace(&path, b"two", &Rights { mode: 0o600, ..rights }).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert_eq!(look(&path).unwrap().unwrap().rights.mode, 0o600);
        remove(&path).unwrap();
        assert_eq!(look(&path).unwrap(), None);
    }

    #[test]
    fn who_is_named_in_a_list_stays_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key.pem");
        fs::write(&path, "old").unwrap();
        let list = acl::of_user(13);
        acl::give(&File::open(&path).unwrap(), Some(&list), 0o640).unwrap();
        let before = look(&path).unwrap().unwrap().rights;
        assert_eq!((before.acl.as_ref(), before.mode), (Some(&list), 0o640));
        replace(&path, b"new", &before).unwrap();
        assert_eq!(look(&path).unwrap().unwrap().rights, before);
        // Put back from the journal, where the file is gone.
        let recorded: Rights = serde_json::from_str(&serde_json::to_string(&before).unwrap()).unwrap();
        remove(&path).unwrap();
        replace(&path, b"old", &recorded).unwrap();
        assert_eq!(look(&path).unwrap().unwrap().rights, before);
        // A key takes the place of what everybody could read: the bits are those that the list has in the end.
        let mut closed = Rights { mode: 0o644, acl: Some(acl::with_mode(&list, 0o644)), ..before.clone() };
        closed.close();
        assert_eq!((closed.mode, closed.acl.as_ref()), (0o640, Some(&list)));
        replace(&path, b"new", &closed).unwrap();
        assert_eq!(look(&path).unwrap().unwrap().rights, closed);
        replace(&path, b"new", &Rights { acl: None, mode: 0o600, ..before }).unwrap();
        assert_eq!(look(&path).unwrap().unwrap().rights.acl, None);
    }

    #[test]
    fn a_link_stays_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("available"), folder.path().join("enabled"));
        fs::write(&file, "one").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        let resolved = resolve(&link).unwrap();
        replace(&resolved, b"two", &private()).unwrap();
        assert!(link.symlink_metadata().unwrap().is_symlink());
        assert_eq!(fs::read(&file).unwrap(), b"two");
        let again = folder.path().join("again");
        std::os::unix::fs::symlink("enabled", &again).unwrap();
        assert_eq!(resolve(&again).unwrap(), file.canonicalize().unwrap());
        let circle = folder.path().join("circle");
        std::os::unix::fs::symlink("circle", &circle).unwrap();
        assert!(resolve(&circle).unwrap_err().to_string().contains("too many links"));
    }

    #[test]
    fn a_link_of_somebody_else_leads_to_his_own_files_alone() {
        use std::os::unix::fs::{chown, lchown, symlink};
        // Others can be given files by root alone.
        if own().owner != 0 {
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        let [file, theirs, ours] = ["file", "theirs", "ours"].map(|name| folder.path().join(name));
        fs::write(&file, "one").unwrap();
        symlink("file", &theirs).unwrap();
        symlink("theirs", &ours).unwrap();
        lchown(&theirs, Some(65534), None).unwrap();
        for link in [&theirs, &ours] {
            let error = resolve(link).unwrap_err().to_string();
            assert!(error.contains("theirs' of user 65534 leads to a file that is not his"), "{error}");
        }
        chown(&file, Some(65534), None).unwrap();
        for link in [&theirs, &ours] {
            assert_eq!(resolve(link).unwrap(), file.canonicalize().unwrap());
        }
        chown(&file, Some(12), None).unwrap();
        assert!(resolve(&ours).is_err());
    }

    #[test]
    fn a_folders_link_of_somebody_else_leads_to_his_own_files_alone() {
        use std::os::unix::fs::{chown, lchown, symlink};
        // Others can be given files by root alone.
        if own().owner != 0 {
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        let [victim, user] = ["victim", "user"].map(|name| root.join(name));
        for folder in [&victim, &user] {
            fs::create_dir(folder).unwrap();
        }
        fs::write(victim.join("key.pem"), "root's own").unwrap();
        symlink("../victim", user.join("tls")).unwrap();
        symlink("tls", user.join("again")).unwrap();
        assert_eq!(resolve(&user.join("again/key.pem")).unwrap(), victim.join("key.pem"), "links of our own");
        assert_eq!(resolve(&user.join("tls/../victim/new.pem")).unwrap(), victim.join("new.pem"));
        assert_eq!(resolve(&user.join("missing/key.pem")).unwrap(), user.join("missing/key.pem"));
        lchown(user.join("tls"), Some(65534), None).unwrap();
        for path in ["tls/key.pem", "tls/new.pem", "again/key.pem"] {
            let error = resolve(&user.join(path)).unwrap_err().to_string();
            assert!(error.contains("user/tls' of user 65534 leads to a file that is not his"), "{path}: {error}");
        }
        // In a folder of his own he may have what he likes, also what certfix put there before.
        chown(&victim, Some(65534), None).unwrap();
        for path in ["key.pem", "new.pem"] {
            assert_eq!(resolve(&user.join("tls").join(path)).unwrap(), victim.join(path));
        }
    }
}
