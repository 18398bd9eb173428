//! HTTP-01 (RFC 8555 §8.3) by a file that a web server serves.

use std::fs;
use std::path::{Path, PathBuf};

use super::trace::missing_above;
use super::{Proof, Prover, Trace};
use crate::Error;
use crate::store::{Secrecy, replace};

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
            fs::create_dir(folder).and_then(|()| open_to_all(folder, 0o755)).map_err(|cause| failed(folder, cause))?;
        }
        replace(&path, proof.authorization.as_bytes(), Secrecy::Public)?;
        open_to_all(&path, 0o644).map_err(|cause| failed(&path, cause))
    }
}

/// The web server is another user, and a umask may shut it out.
#[cfg(unix)]
fn open_to_all(path: &Path, mode: u32) -> std::io::Result<()> {
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode))
}

#[cfg(not(unix))]
fn open_to_all(_: &Path, _: u32) -> std::io::Result<()> {
    Ok(())
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

    #[test]
    fn a_folder_that_is_not_there_is_an_error() {
        let root = tempfile::tempdir().unwrap();
        let missing = root.path().join("html");
        assert!(matches!(Webroot { folder: &missing }.show(&proof()), Err(Error::File { .. })));
        assert!(!missing.exists());
    }
}
