//! A store with keys in it, and certfix run on it.

use std::fs::{self, DirBuilder, Permissions};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use certfix::facts::Name;
use certfix::store::{CERTIFICATE, CHAIN, FULL_CHAIN, KEY, NewFile, Secrecy, Slot, Store};
use tempfile::TempDir;

use crate::authority::Credentials;

/// The name of the key in it.
pub(crate) const NAME: &str = "mail.contoso.test";

/// A store that goes away, and a folder beside it.
pub(crate) struct KeyStore {
    folder: TempDir,
}

impl KeyStore {
    /// One with a key and its certificate.
    pub(crate) fn with(credentials: &Credentials) -> Self {
        let folder = tempfile::Builder::new().permissions(Permissions::from_mode(0o755)).tempdir().unwrap();
        let store = Self { folder };
        fs::create_dir(store.root()).unwrap();
        store.put(NAME, credentials);
        store
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().join("keys")
    }

    /// A path outside of the store.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A key with its certificate, as it is once the CA's answer is there.
    pub(crate) fn put(&self, name: &str, credentials: &Credentials) {
        let folder = self.root().join(name);
        if !folder.exists() {
            DirBuilder::new().mode(0o700).create(&folder).unwrap();
        }
        let write = |file: &str, text: &str, mode: u32| {
            fs::write(folder.join(file), text).unwrap();
            fs::set_permissions(folder.join(file), Permissions::from_mode(mode)).unwrap();
        };
        write("key.pem", &credentials.key, 0o600);
        write("cert.pem", &credentials.certificate, 0o644);
        write("chain.pem", &credentials.issuers, 0o644);
        write("fullchain.pem", &format!("{}{}", credentials.certificate, credentials.issuers), 0o644);
    }

    /// A renewal with its answer, as it is once that is installed.
    pub(crate) fn renew(&self, credentials: &Credentials) {
        let store = Store::open(self.root());
        let key = store.key(&Name::parse(NAME).unwrap()).unwrap().unwrap();
        let fullchain = format!("{}{}", credentials.certificate, credentials.issuers);
        fn file<'a>(name: &'static str, text: &'a str) -> NewFile<'a> {
            NewFile { name, contents: text.as_bytes(), secrecy: Secrecy::Public }
        }
        key.renew(&[NewFile { name: KEY, contents: credentials.key.as_bytes(), secrecy: Secrecy::Secret }]).unwrap();
        let files = [
            file(CERTIFICATE, &credentials.certificate),
            file(CHAIN, &credentials.issuers),
            file(FULL_CHAIN, &fullchain),
        ];
        key.install(&store.lock_whole("install", Store::WAIT).unwrap(), Slot::Renewal, &files).unwrap();
    }

    /// certfix on this store, not started yet.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_certfix"));
        command.args(arguments).env("CERTFIX_STORE", self.root()).env_remove("CERTFIX_TEMPLATES").env("NO_COLOR", "1");
        // Services' programs lie where ordinary users do not look.
        let path = std::env::var("PATH").unwrap_or_default();
        command.env("PATH", format!("/usr/sbin:/sbin:/usr/bin:/bin:{path}"));
        command
    }

    /// What certfix says; it must succeed.
    pub(crate) fn run(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", said(&output));
        said(&output)
    }

    /// What certfix says where it cannot do what was asked.
    pub(crate) fn refuse(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", said(&output));
        said(&output)
    }

    /// The hidden folders of commits that are there.
    pub(crate) fn journals(&self) -> Vec<String> {
        let entries = fs::read_dir(self.root()).unwrap().map(|entry| entry.unwrap().file_name());
        let mut names: Vec<String> = entries.map(|name| name.into_string().unwrap()).collect();
        names.retain(|name| name.starts_with(".certfix-") && name != ".certfix-lock");
        names.sort();
        names
    }
}

/// Both streams.
pub(crate) fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[&*output.stdout, &*output.stderr].concat()).into_owned()
}

/// A file as it is: contents, mode, owner, group. None when it is not there.
pub(crate) fn snapshot(path: &Path) -> Option<(Vec<u8>, u32, u32, u32)> {
    let metadata = fs::metadata(path).ok()?;
    Some((fs::read(path).unwrap(), metadata.mode() & 0o7777, metadata.uid(), metadata.gid()))
}
