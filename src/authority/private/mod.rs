//! A CA of the user's own, in the store: `STORE/_ca/NAME/`.
//!
//! Promises: a CA's folder appears whole or not at all; its keys are never readable by others; what was signed is in the
//! register and on the disk before it can leave; no serial number is given twice. What was signed is kept as the
//! certificates themselves, one file for each call, and what was revoked is what the CRL says, so that no list can
//! disagree with another. `docs/private-ca.md` tells it all.

mod draft;
mod examine;
mod export;
mod init;
mod recover;
mod register;
mod revoke;
mod sign;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::error::Signing;
use crate::facts::{Certificate, Constraints, Moment, PrivateKey};
use crate::input::{Password, read_file, read_text};
use crate::store::{Store, is_there};

pub use examine::{Asked, examine};
pub use export::{ALL as TRUST, Trust};
pub use init::{INTERMEDIATE_DAYS, Init, ROOT_DAYS, folder_name, init};
pub use recover::recover;
pub use register::{Registered, State, is_in_register};
pub use revoke::{LIST_DAYS, Listed, compromised, revoked};
pub use sign::Signed;

/// A private CA.
#[derive(Debug)]
pub struct Private {
    /// Its folder.
    pub folder: PathBuf,
    /// Its name as it was given.
    pub name: String,
    /// The names that it may sign.
    pub only: Constraints,
    /// Where clients find its CRL, if anywhere.
    pub list: Option<String>,
    /// The certificate that clients have to trust.
    pub root: Certificate,
    /// The one between, where there is one.
    pub intermediate: Option<Certificate>,
}

/// The longest life of a certificate, in days: what Apple takes from a root that an administrator added
/// (support.apple.com/103769).
pub const MOST_DAYS: i64 = 825;
const SETTINGS: &str = "ca.json";
const ROOT: &str = "root.pem";
const ROOT_KEY: &str = "root-key.pem";
const INTERMEDIATE: &str = "intermediate.pem";
const INTERMEDIATE_KEY: &str = "intermediate-key.pem";
/// DER, as a distribution point serves it (RFC 5280 §4.2.1.13).
const LIST: &str = "ca.crl";
const ISSUED: &str = "issued";

/// What is in [`SETTINGS`].
#[derive(Serialize, Deserialize)]
struct Settings {
    name: String,
    only: Vec<String>,
    crl_url: Option<String>,
}

/// The certificates of the store's CAs, as far as they can be read: roots and intermediates.
pub fn certificates(store: &Store) -> Vec<Certificate> {
    let all = Private::all(store).unwrap_or_default().into_iter().flatten();
    all.flat_map(|ca| [Some(ca.root), ca.intermediate]).flatten().collect()
}

impl Private {
    /// All CAs of the store, sorted by folder. Each is read for itself: one that cannot be does not keep the others from their
    /// work.
    ///
    /// # Errors
    /// [`Error::File`] when the folder of all cannot be read. For each: [`Error::File`], [`Error::Damaged`].
    pub fn all(store: &Store) -> Result<Vec<Result<Self, Error>>, Error> {
        Ok(folders(store)?.into_iter().map(Self::read).collect())
    }

    /// The CA of this name, or of this folder; without a name the only one.
    ///
    /// # Errors
    /// [`Signing::NoAuthority`], [`Signing::NoSuchAuthority`], [`Signing::WhichAuthority`], and as [`Private::all`].
    pub fn named(store: &Store, name: Option<&str>) -> Result<Self, Error> {
        let mut folders = folders(store)?;
        let ids = || folders.iter().map(|folder| id(folder)).collect();
        match (name, folders.len()) {
            (_, 0) => return Err(Signing::NoAuthority { store: store.root().to_owned() }.into()),
            (None, 1) => return Self::read(folders.remove(0)),
            (None, _) => return Err(Signing::WhichAuthority { names: ids() }.into()),
            (Some(_), _) => {}
        }
        let name = name.unwrap_or_default();
        let usual = folder_name(name).unwrap_or_default();
        for folder in &folders {
            match Self::read(folder.clone()) {
                Ok(one) if one.name == name || one.id() == name => return Ok(one),
                Err(error) if [name, &usual].contains(&&*id(folder)) => return Err(error),
                _ => {}
            }
        }
        Err(Signing::NoSuchAuthority { name: name.to_owned(), known: ids() }.into())
    }

    /// The name of its folder: `contoso-internal-ca`.
    pub fn id(&self) -> String {
        id(&self.folder)
    }

    /// The certificate that signs: the intermediate where there is one.
    pub fn issuer(&self) -> &Certificate {
        self.intermediate.as_ref().unwrap_or(&self.root)
    }

    /// The certificates above a signed one, as servers present them: without the root.
    pub fn chain(&self) -> &[Certificate] {
        self.intermediate.as_slice()
    }

    /// Where the key that signs is.
    pub fn key_path(&self) -> PathBuf {
        self.folder.join(if self.intermediate.is_some() { INTERMEDIATE_KEY } else { ROOT_KEY })
    }

    /// Where the root's key is, when it is in the folder although an intermediate signs: it could be kept elsewhere.
    pub fn idle_root_key(&self) -> Option<PathBuf> {
        let path = self.folder.join(ROOT_KEY);
        (self.intermediate.is_some() && path.exists()).then_some(path)
    }

    /// Where its CRL is.
    pub fn list_path(&self) -> PathBuf {
        self.folder.join(LIST)
    }

    /// The key that signs, opened.
    ///
    /// # Errors
    /// [`Signing::KeyAway`], [`Error::NeedsPassword`], [`Error::WrongPassword`], [`Error::ForeignKey`]
    pub fn open(&self, password: Option<&Password>) -> Result<PrivateKey, Error> {
        let path = self.key_path();
        if !path.exists() {
            return Err(Signing::KeyAway { path }.into());
        }
        let source = path.display().to_string();
        let evidence = read_file(&path, password)?;
        match evidence.open_keys().next() {
            Some(key) => Ok(key.clone()),
            None if evidence.keys.is_empty() => Err(Error::NoKey { source, cause: None }),
            None => Err(Error::NeedsPassword { source }),
        }
    }

    /// Whether it is in force at this moment.
    ///
    /// # Errors
    /// [`Signing::NotValid`]
    pub fn ensure_valid(&self, at: Moment) -> Result<(), Error> {
        let since = [&self.root, self.issuer()].into_iter().find(|cert| cert.not_before > at);
        let since = since.map(|cert| cert.not_before.date());
        if since.is_some() || self.end() < at {
            return Err(Signing::NotValid { name: self.name.clone(), since, until: self.end().date() }.into());
        }
        Ok(())
    }

    /// The last second of whatever ends first.
    pub fn end(&self) -> Moment {
        self.root.not_after.min(self.issuer().not_after)
    }

    /// True for a certificate of its own that could not live longer, because it ends itself. No renewal can either.
    pub fn cuts_short(&self, cert: &Certificate) -> bool {
        cert.issuer == self.issuer().identity.subject && cert.not_after >= self.end()
    }

    fn read(folder: PathBuf) -> Result<Self, Error> {
        let path = folder.join(SETTINGS);
        let damaged = |cause: String| Error::Damaged { path: path.clone(), cause };
        let settings: Settings =
            serde_json::from_str(&read_text(&path)?).map_err(|error| damaged(error.to_string()))?;
        let mut only = Constraints::default();
        for typed in &settings.only {
            only.add(typed).map_err(damaged)?;
        }
        let root = certificate(&folder.join(ROOT))?;
        let between = folder.join(INTERMEDIATE);
        let intermediate = between.exists().then(|| certificate(&between)).transpose()?;
        Ok(Self { folder, name: settings.name, only, list: settings.crl_url, root, intermediate })
    }
}

/// The folders of all CAs, sorted.
fn folders(store: &Store) -> Result<Vec<PathBuf>, Error> {
    let folder = store.authorities();
    let failed = |cause| Error::File { action: "read", path: folder.clone(), cause };
    if !is_there(&folder).map_err(failed)? {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for entry in std::fs::read_dir(&folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let settings = path.join(SETTINGS);
        // One that may not be looked into is not absent.
        if !is_set_aside(&path) && is_there(&settings).map_or(true, |there| there && settings.is_file()) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn id(folder: &Path) -> String {
    folder.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// True for a folder of a name that no CA gets, such as `contoso.old`: somebody wants it out of the way.
fn is_set_aside(folder: &Path) -> bool {
    !id(folder).chars().all(|character| character.is_ascii_alphanumeric() || "-_".contains(character))
}

fn certificate(path: &Path) -> Result<Certificate, Error> {
    let found = read_file(path, None)?.certificates.into_iter().next();
    found.ok_or_else(|| Error::Damaged { path: path.to_owned(), cause: "it holds no certificate".to_owned() })
}
