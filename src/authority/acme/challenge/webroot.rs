//! HTTP-01 (RFC 8555 §8.3) by a file that a web server serves.

use std::path::{Path, PathBuf};
use std::{fs, io};

use super::trace::missing_above;
use super::{Proof, Prover, Trace};
use crate::Error;
use crate::store::{Secrecy, parent, replace};

/// A folder that a web server serves.
pub(super) struct Webroot<'a> {
    pub(super) folder: &'a Path,
}

impl Webroot<'_> {
    fn path(&self, proof: &Proof) -> PathBuf {
        self.folder.join(".well-known/acme-challenge").join(&proof.token)
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
        for folder in missing_above(&path).iter().rev() {
            make_served(folder).map_err(|cause| failed(folder, cause))?;
        }
        replace(&path, proof.authorization.as_bytes(), Secrecy::Served)
    }
}

/// Makes a folder that everybody may enter: the web server is another user, and a umask may shut it out.
///
/// Links that were there before lead on. One that takes the place of the new folder does not: whoever owns the folder above
/// would have the mode of a file of root's changed.
#[cfg(unix)]
fn make_served(folder: &Path) -> io::Result<()> {
    use rustix::fs::mkdirat;
    let name = folder.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let above = fs::File::open(parent(folder))?;
    mkdirat(&above, name, OPEN)?;
    open_to_all(&above, name)
}

#[cfg(unix)]
const OPEN: rustix::fs::Mode = rustix::fs::Mode::from_raw_mode(0o755);

#[cfg(unix)]
fn open_to_all(above: &fs::File, name: &std::ffi::OsStr) -> io::Result<()> {
    use rustix::fs::{Mode, OFlags, fchmod, openat};
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    Ok(fchmod(openat(above, name, flags, Mode::empty())?, OPEN)?)
}

#[cfg(not(unix))]
fn make_served(folder: &Path) -> io::Result<()> {
    fs::create_dir(folder)
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

    #[test]
    fn a_folder_that_is_not_there_is_an_error() {
        let root = tempfile::tempdir().unwrap();
        let missing = root.path().join("html");
        assert!(matches!(Webroot { folder: &missing }.show(&proof()), Err(Error::File { .. })));
        assert!(!missing.exists());
    }
}
