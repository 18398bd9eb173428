//! Folders of keys on disk.
//!
//! Promises: a key folder appears whole or not at all, nothing that exists is ever overwritten or deleted, and private
//! keys are never readable by others, not even for a moment. Order of steps: a hidden temporary folder (mode 0700) is
//! made beside the final one; files are created in it exclusively, with their final mode, and written; each of them is
//! synced; the folder is synced; it is renamed to its final name, which fails when that exists; the store's folder is
//! synced. A crash before the rename leaves only the hidden folder, which nothing reads.
//!
//! What changes later changes in generations: see `generation.rs`. `docs/store.md` tells it all.

pub(crate) mod acl;
mod authorities;
mod contents;
mod former;
mod generation;
mod held;
mod links;
mod lock;
mod moves;
mod recover;
mod turn;
mod write;

use std::borrow::Cow;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::Error;
use crate::error::Deploying;
use crate::facts::Name;
use crate::input::read_text;

pub(crate) use authorities::ensure_private;
pub use contents::{Contents, Fault, State, Waiting};
pub use former::is_former;
pub use generation::Slot;
pub(crate) use held::Folder;
pub(crate) use links::{Astray, follow};
pub(crate) use lock::AT_WORK;
pub use lock::Lock;
pub use write::{Secrecy, discard, replace, write_all_new, write_new};
pub(crate) use write::{hidden_beside, is_hidden, make_private, parent, remove_left_folder, sync_folder};

/// A folder that holds one folder for each key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Store {
    root: PathBuf,
}

/// One file of a new key folder.
#[derive(Clone, Copy, Debug)]
pub struct NewFile<'a> {
    /// Its name, such as [`KEY`].
    pub name: &'a str,
    /// What goes into it.
    pub contents: &'a [u8],
    /// Who may read it.
    pub secrecy: Secrecy,
}

/// A key folder that exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFolder {
    /// Where it is.
    pub path: PathBuf,
}

/// The private key, PKCS#8 in PEM.
pub const KEY: &str = "key.pem";
/// The request, PEM.
pub const REQUEST: &str = "request.csr";
/// The request as Key Manager of IIS 4 writes it, with a header above the PEM.
pub const NEW_KEY_REQUEST: &str = "NewKeyRq.txt";
/// The certificate, PEM.
pub const CERTIFICATE: &str = "cert.pem";
/// The certificates above it, each signed by the next, the root left out; PEM.
pub const CHAIN: &str = "chain.pem";
/// The certificate and its chain, PEM.
pub const FULL_CHAIN: &str = "fullchain.pem";
/// Key, certificate and chain, PKCS#12.
pub const BUNDLE: &str = "bundle.pfx";
/// The services that the key is bound to. Written by what binds them; here it only counts whether its list `bindings` is empty.
pub const BINDINGS: &str = "bindings.json";
/// Who signs for the key and how it is asked; read and written by `authority`.
pub const AUTHORITY: &str = "authority.json";
/// The order at an online authority that is under way; read and written by `authority`.
pub const ORDER: &str = "order.json";
/// The store's folder with the accounts at online authorities, each in a folder of its own.
pub const ACCOUNTS: &str = "_acme";
/// Which key an automatic renewal made, until services have it; read and written by `authority`.
pub const RENEWING: &str = "renewing";
/// The folder with key and request of a renewal that waits for the CA's answer.
pub const RENEWAL: &str = "renewal";

/// How the hidden name of a file ends that `deploy` writes, until the file is whole.
pub(crate) const UNFINISHED: &str = ".certfix-new";

/// Folders of the store that are no keys, under names that no certificate can have.
const RESERVED: [&str; 2] = [authorities::FOLDER, ACCOUNTS];

/// What services and people read, each under a name that never moves.
const FILES: [&str; 6] = [KEY, REQUEST, CERTIFICATE, CHAIN, FULL_CHAIN, BUNDLE];

impl Store {
    /// The store at `root`. It is made when the first key is.
    pub fn open(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The folder that holds the keys.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where the key for this name is, or would be: in the folder of its [`Name::file_form`].
    pub fn path(&self, name: &Name) -> PathBuf {
        self.root.join(name.file_form())
    }

    /// Makes the key folder with all its files, or nothing.
    ///
    /// # Errors
    /// [`Error::Exists`] when there is a folder or file of this name already; [`Error::File`] when writing fails, and
    /// then nothing is left behind.
    pub fn create(&self, name: &Name, files: &[NewFile<'_>]) -> Result<PathBuf, Error> {
        self.ensure_free(name)?;
        Self::make(&self.root, self.path(name), files)
    }

    /// A folder in `root` with all its files, or nothing. Nobody has to be kept away: it changes nothing that is there.
    fn make(root: &Path, path: PathBuf, files: &[NewFile<'_>]) -> Result<PathBuf, Error> {
        let made = write::make_root(root)?;
        let written = write::folder(&path, files, &made);
        written.inspect_err(|_| made.iter().for_each(|folder| drop(std::fs::remove_dir(folder))))?;
        Ok(path)
    }

    /// Fails when there is something of this name already, before anything costly is done for it. The names of the
    /// folders of CAs and of accounts are never free.
    ///
    /// # Errors
    /// [`Error::Exists`]; [`Error::Conflict`] for a name that is never free.
    pub fn ensure_free(&self, name: &Name) -> Result<(), Error> {
        let path = self.path(name);
        let is_reserved = RESERVED.iter().any(|reserved| path == self.root.join(reserved));
        if is_reserved {
            let cause = format!("'{name}' is the name of a folder of certfix's own");
            return Err(Error::Conflict { cause, hint: "choose another name" });
        }
        if path.symlink_metadata().is_ok() { Err(Error::Exists { path, hint: None }) } else { Ok(()) }
    }

    /// Makes several key folders, all of them or none.
    ///
    /// # Errors
    /// As [`Store::create`]; folders that this call made before are removed again.
    pub fn create_all(&self, folders: &[(&Name, Vec<NewFile<'_>>)]) -> Result<Vec<PathBuf>, Error> {
        let mut made = Vec::with_capacity(folders.len());
        for (name, files) in folders {
            match self.create(name, files) {
                Ok(path) => made.push(path),
                Err(error) => {
                    for (path, (_, files)) in made.iter().zip(folders) {
                        write::remove_folder(path, files);
                    }
                    return Err(error);
                }
            }
        }
        Ok(made)
    }

    /// The key folder for this name, if there is one.
    ///
    /// # Errors
    /// [`Error::File`] when it cannot be told.
    pub fn key(&self, name: &Name) -> Result<Option<KeyFolder>, Error> {
        let folder = KeyFolder { path: self.path(name) };
        Ok(folder.is_key()?.then_some(folder))
    }

    /// The key folder for this name, where one has to be there.
    ///
    /// # Errors
    /// [`Deploying::NoStore`], [`Deploying::NoSuchKey`], [`Error::File`] when it cannot be told.
    pub fn named(&self, name: &Name) -> Result<KeyFolder, Error> {
        if let Some(folder) = self.key(name)? {
            return Ok(folder);
        }
        let known = match self.keys() {
            Err(error @ Error::Deploying(Deploying::NoStore { .. })) => return Err(error),
            keys => {
                let keys = keys.unwrap_or_default().into_iter().filter(|key| key.ensure_readable().is_ok());
                keys.map(|key| key.name()).collect()
            }
        };
        Err(Deploying::NoSuchKey { name: name.to_string(), store: self.root.clone(), known }.into())
    }

    /// All key folders, sorted by name. Hidden folders (what a crash left) are not among them. Those that cannot be looked into
    /// are (see [`KeyFolder::ensure_readable`]): a key that is not seen is a key that is not renewed.
    ///
    /// # Errors
    /// [`Deploying::NoStore`]; [`Error::File`] when the store cannot be read.
    pub fn keys(&self) -> Result<Vec<KeyFolder>, Error> {
        let failed = |cause| lock::no_store(&self.root, cause, "read", &self.root);
        let mut keys = Vec::new();
        for entry in std::fs::read_dir(&self.root).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
            let folder = KeyFolder { path: entry.path() };
            if !hidden && folder.is_key().unwrap_or(true) {
                keys.push(folder);
            }
        }
        keys.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(keys)
    }
}

impl KeyFolder {
    /// The name that people type, as far as the folder tells: `*.contoso.com` for `_wildcard.contoso.com`.
    pub fn name(&self) -> String {
        Name::of_file_form(&self.folder_name()).into_owned()
    }

    /// The name of its folder, which tells it from the other keys of the store.
    pub(crate) fn folder_name(&self) -> Cow<'_, str> {
        self.path.file_name().unwrap_or_default().to_string_lossy()
    }

    /// The store that it is in.
    fn store(&self) -> Store {
        Store::open(parent(&self.path))
    }

    /// True when it holds a private key, a request, or generations. Any other folder is left alone.
    fn is_key(&self) -> Result<bool, Error> {
        if RESERVED.iter().any(|reserved| self.path.ends_with(reserved)) {
            return Ok(false);
        }
        for name in [KEY, REQUEST, generation::CURRENT] {
            let failed = |cause| Error::File { action: "read", path: self.path.clone(), cause };
            if is_there(&self.path.join(name)).map_err(failed)? {
                return Ok(self.path.is_dir());
            }
        }
        Ok(self.lost().is_some())
    }

    /// Fails where it cannot be looked into, and so cannot be told whether it is a key.
    ///
    /// # Errors
    /// [`Error::File`]
    pub fn ensure_readable(&self) -> Result<(), Error> {
        self.is_key().map(drop)
    }

    /// Waits until nobody is at work on this key alone, such as an order for it; no longer than `wait`. `action` is told to
    /// others meanwhile.
    ///
    /// # Errors
    /// [`Deploying::Locked`] with the holder's name when the time is up; [`Error::File`].
    pub fn wait_for(&self, action: &str, wait: Duration) -> Result<(), Error> {
        Lock::wait_for(&self.path, action, wait)
    }

    /// True where it cannot be looked into and has no name that people give to keys, one with a dot: `lost+found`.
    pub fn is_stranger(&self) -> bool {
        let is_named = || Name::parse(&self.name()).is_ok_and(|name| !name.is_single_label());
        self.ensure_readable().is_err() && !is_named()
    }

    /// True when services are bound to it: the file is there, and its list is not empty. One that cannot be read counts.
    pub fn is_bound(&self) -> bool {
        let path = self.path.join(BINDINGS);
        let list = || serde_json::from_str::<serde_json::Value>(&read_text(&path).ok()?).ok();
        path.is_file() && !list().is_some_and(|page| page["bindings"].as_array().is_some_and(Vec::is_empty))
    }
}

/// True when there is something under this name. What may not be looked at is not absent.
///
/// # Errors
/// That it cannot be told.
pub(crate) fn is_there(path: &Path) -> io::Result<bool> {
    match path.symlink_metadata() {
        Ok(_) => Ok(true),
        Err(cause) if matches!(cause.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(false),
        Err(cause) => Err(cause),
    }
}
