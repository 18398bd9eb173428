//! HTTP-01 (RFC 8555 §8.3) by a file that a web server serves.
//!
//! The folder may belong to somebody else than who runs certfix. Links in it are followed as `store/links.rs` says, and what is
//! made and written is made and written in folders that are open: whoever swaps one for a link meanwhile gains nothing.

use std::path::{Path, PathBuf};
use std::{fs, io};

use super::trace::missing_above;
use super::{Proof, Prover, Trace};
use crate::Error;
use crate::error::Ordering;
#[cfg(unix)]
use crate::store::hidden_beside;
use crate::store::{Astray, follow};

/// Where proofs belong, below the folder that is served.
const PLACE: [&str; 2] = [".well-known", "acme-challenge"];

/// A folder that a web server serves.
pub(super) struct Webroot<'a> {
    pub(super) folder: &'a Path,
}

impl Webroot<'_> {
    fn path(&self, proof: &Proof) -> PathBuf {
        PLACE.iter().fold(self.folder.to_owned(), |path, name| path.join(name)).join(&proof.token)
    }
}

impl Prover for Webroot<'_> {
    fn trace(&self, proof: &Proof) -> Option<Trace> {
        let path = self.path(proof);
        Some(Trace::File { folders: missing_above(&path), path })
    }

    fn show(&mut self, proof: &Proof) -> Result<(), Error> {
        let path = self.path(proof);
        // The folder itself is made by whoever set the web server up; a wrong one is a typing error.
        let failed = |path: &Path, cause| Error::File { action: "write", path: path.to_owned(), cause };
        fs::metadata(self.folder).map_err(|cause| failed(self.folder, cause))?;
        let mut place = Place::open(self.folder)?;
        for name in PLACE {
            place = place.below(name)?;
        }
        place.write(&proof.token, proof.authorization.as_bytes()).map_err(|cause| failed(&path, cause))
    }
}

/// True when a link above a proof is not followed, so that nothing was written behind it.
pub(super) fn leads_astray(path: &Path) -> bool {
    let above = path.ancestors().skip(1).take(PLACE.len() + 1);
    let is_astray = |folder: &Path| {
        let trail = follow(folder).ok()?;
        let owner = trail.owner;
        trail.astray(owner)
    };
    above.filter_map(is_astray).next().is_some()
}

/// A folder that everybody may enter: the web server is another user, and a umask may shut it out.
struct Place {
    path: PathBuf,
    #[cfg(unix)]
    open: fs::File,
}

impl Place {
    /// Opens what is at `path`, links followed.
    fn open(path: &Path) -> Result<Self, Error> {
        let failed = |cause| Error::File { action: "write", path: path.to_owned(), cause };
        let trail = follow(path).map_err(failed)?;
        let end = trail.end.clone();
        #[cfg(unix)]
        let (owner, open) = {
            use std::os::unix::fs::MetadataExt;
            let open = open_in(rustix::fs::CWD, &end).map_err(failed)?;
            (open.metadata().map_err(failed)?.uid(), open)
        };
        #[cfg(not(unix))]
        let owner = trail.owner;
        match trail.astray(owner) {
            Some(Astray { link, owner }) => Err(Ordering::LedAstray { link, owner }.into()),
            None => Ok(Self {
                path: end,
                #[cfg(unix)]
                open,
            }),
        }
    }

    /// The folder of this name in it, which is made where it is missing.
    #[cfg(unix)]
    fn below(&self, name: &str) -> Result<Self, Error> {
        use rustix::io::Errno;
        let path = self.path.join(name);
        match open_in(&self.open, Path::new(name)) {
            Ok(open) => Ok(Self { path, open }),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => match make_served(&self.open, name.as_ref()) {
                Ok(open) => Ok(Self { path, open }),
                Err(cause) => Err(Error::File { action: "write", path, cause }),
            },
            // A link, or no folder at all.
            Err(cause)
                if [Errno::LOOP, Errno::NOTDIR]
                    .map(|code| Some(code.raw_os_error()))
                    .contains(&cause.raw_os_error()) =>
            {
                Self::open(&path)
            }
            Err(cause) => Err(Error::File { action: "write", path, cause }),
        }
    }

    #[cfg(not(unix))]
    fn below(&self, name: &str) -> Result<Self, Error> {
        let path = self.path.join(name);
        match fs::create_dir(&path) {
            Err(cause) if cause.kind() != io::ErrorKind::AlreadyExists => {
                Err(Error::File { action: "write", path, cause })
            }
            _ => Self::open(&path),
        }
    }

    /// Writes a file for everybody, in the place of one of before. It has its mode and all its contents before it has its
    /// name: the web server may be asked at any moment.
    #[cfg(unix)]
    fn write(&self, name: &str, contents: &[u8]) -> io::Result<()> {
        use std::io::Write;

        use rustix::fs::{Mode, OFlags, fchmod, openat, renameat};
        let hidden = hidden_beside(Path::new(name), name.as_ref());
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mut file = fs::File::from(openat(&self.open, &hidden, flags, Mode::from_raw_mode(0o600))?);
        file.write_all(contents)?;
        fchmod(&file, Mode::from_raw_mode(0o644))?;
        file.sync_all()?;
        Ok(renameat(&self.open, &hidden, &self.open, name)?)
    }

    #[cfg(not(unix))]
    fn write(&self, name: &str, contents: &[u8]) -> io::Result<()> {
        fs::write(self.path.join(name), contents)
    }
}

/// Opens a folder, and no link to one.
#[cfg(unix)]
fn open_in(above: impl std::os::fd::AsFd, name: &Path) -> io::Result<fs::File> {
    use rustix::fs::{Mode, OFlags, openat};
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    Ok(openat(above, name, flags, Mode::empty())?.into())
}

/// Makes a folder that everybody may enter. A link that takes its place is not followed: whoever owns the folder above would
/// have the mode of a file of root's changed.
#[cfg(unix)]
fn make_served(above: &fs::File, name: &std::ffi::OsStr) -> io::Result<fs::File> {
    rustix::fs::mkdirat(above, name, OPEN)?;
    open_to_all(above, name)
}

#[cfg(unix)]
const OPEN: rustix::fs::Mode = rustix::fs::Mode::from_raw_mode(0o755);

#[cfg(unix)]
fn open_to_all(above: &fs::File, name: &std::ffi::OsStr) -> io::Result<fs::File> {
    let folder = open_in(above, Path::new(name))?;
    rustix::fs::fchmod(&folder, OPEN)?;
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proof() -> Proof {
        let (name, token) = ("remote.contoso.com".to_owned(), "token".to_owned());
        Proof { name, token, authorization: "token.hash".to_owned(), digest: Vec::new() }
    }

    #[test]
    fn leaves_nothing_behind_but_what_was_there() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join(".well-known")).unwrap();
        let mut webroot = Webroot { folder: root.path() };
        let trace = webroot.trace(&proof()).unwrap();
        webroot.show(&proof()).unwrap();
        let path = root.path().join(".well-known/acme-challenge/token");
        assert_eq!(fs::read_to_string(&path).unwrap(), "token.hash");
        // Another run shows it again; what a crash left of it goes too.
        webroot.show(&proof()).unwrap();
        fs::write(path.with_file_name(".token.0123456789abcdef"), "tok").unwrap();
        trace.remove().unwrap();
        trace.remove().unwrap();
        assert!(!root.path().join(".well-known/acme-challenge").exists());
        assert!(root.path().join(".well-known").exists());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_in_the_place_of_a_new_folder_is_not_followed() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let root = tempfile::tempdir().unwrap();
        let victim = root.path().join("victim");
        fs::create_dir(&victim).unwrap();
        fs::set_permissions(&victim, fs::Permissions::from_mode(0o700)).unwrap();
        symlink(&victim, root.path().join("link")).unwrap();
        let above = fs::File::open(root.path()).unwrap();
        assert!(open_to_all(&above, "link".as_ref()).is_err());
        assert_eq!(fs::metadata(&victim).unwrap().permissions().mode() & 0o777, 0o700);
        open_to_all(&above, "victim".as_ref()).unwrap();
        assert_eq!(fs::metadata(&victim).unwrap().permissions().mode() & 0o777, 0o755);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_was_there_before_leads_on() {
        let root = tempfile::tempdir().unwrap();
        for folder in ["html", "proofs"] {
            fs::create_dir(root.path().join(folder)).unwrap();
        }
        let link = root.path().join("html/.well-known");
        std::os::unix::fs::symlink(root.path().join("proofs"), &link).unwrap();
        let folder = root.path().join("html");
        let mut webroot = Webroot { folder: &folder };
        let trace = webroot.trace(&proof()).unwrap();
        webroot.show(&proof()).unwrap();
        assert_eq!(fs::read_to_string(root.path().join("proofs/acme-challenge/token")).unwrap(), "token.hash");
        trace.remove().unwrap();
        assert!(link.is_symlink() && fs::read_dir(root.path().join("proofs")).unwrap().next().is_none());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_of_somebody_else_leads_to_his_own_folders_alone() {
        use std::os::unix::fs::{chown, lchown, symlink};
        // Others can be given files by root alone.
        if !rustix::process::geteuid().is_root() {
            return;
        }
        for planted in ["html/.well-known", "html/.well-known/acme-challenge", "html"] {
            let root = tempfile::tempdir().unwrap();
            let [link, victim] = [planted, "victim"].map(|name| root.path().join(name));
            fs::create_dir_all(link.parent().unwrap()).unwrap();
            fs::create_dir(&victim).unwrap();
            symlink(&victim, &link).unwrap();
            lchown(&link, Some(65534), None).unwrap();
            let folder = root.path().join("html");
            let mut webroot = Webroot { folder: &folder };
            let trace = webroot.trace(&proof()).unwrap();
            let error = webroot.show(&proof()).unwrap_err();
            let told = format!("the link '{}' of user 65534 leads to a folder that is not his", link.display());
            assert_eq!(error.to_string(), told);
            assert!(fs::read_dir(&victim).unwrap().next().is_none(), "{planted}");
            // What stands behind the link is not certfix's.
            let theirs = victim.join(
                Path::new(".well-known/acme-challenge/token")
                    .strip_prefix(planted.strip_prefix("html/").unwrap_or(""))
                    .unwrap(),
            );
            fs::create_dir_all(theirs.parent().unwrap()).unwrap();
            fs::write(&theirs, "precious").unwrap();
            trace.remove().unwrap();
            assert!(theirs.exists(), "{planted}");
            fs::remove_file(&theirs).unwrap();
            chown(&victim, Some(65534), None).unwrap();
            webroot.show(&proof()).unwrap();
            assert!(theirs.exists());
            trace.remove().unwrap();
            assert!(!theirs.exists());
        }
    }

    #[cfg(unix)]
    #[test]
    fn no_link_in_the_place_of_the_file_is_followed() {
        use std::os::unix::fs::symlink;
        let root = tempfile::tempdir().unwrap();
        let place = root.path().join(".well-known/acme-challenge");
        fs::create_dir_all(&place).unwrap();
        let victim = root.path().join("victim");
        fs::write(&victim, "precious").unwrap();
        symlink(&victim, place.join("token")).unwrap();
        Webroot { folder: root.path() }.show(&proof()).unwrap();
        assert_eq!(fs::read_to_string(&victim).unwrap(), "precious");
        assert!(!place.join("token").is_symlink());
    }

    #[test]
    fn a_folder_that_is_not_there_is_an_error() {
        let root = tempfile::tempdir().unwrap();
        let missing = root.path().join("html");
        assert!(matches!(Webroot { folder: &missing }.show(&proof()), Err(Error::File { .. })));
        assert!(!missing.exists());
    }
}
