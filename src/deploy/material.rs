//! The key, certificate and chain that a service gets, read from the store and found to belong together.

use std::path::PathBuf;

use zeroize::Zeroizing;

use super::template::Part;
use super::turn::Turn;
use crate::Error;
use crate::error::Deploying;
use crate::facts::{Certificate, Name, Source, Text};
use crate::input::{file_bytes, read};
use crate::store::{CERTIFICATE, CHAIN, FULL_CHAIN, KEY, KeyFolder, Slot, parent};

/// What is in a key's folder.
#[derive(Clone, Debug)]
pub(super) struct Material {
    /// The name of the folder.
    pub(super) name: String,
    /// The name that people type.
    pub(super) target: String,
    /// The folder, from the root on: services do not know where certfix was started.
    pub(super) folder: PathBuf,
    /// The store that it is in.
    pub(super) store: PathBuf,
    /// The turn with which services get it, where it waits for one.
    pub(super) turn: Option<Turn>,
    pub(super) leaf: Certificate,
    key: Zeroizing<Vec<u8>>,
    certificate: Vec<u8>,
    chain: Vec<u8>,
    fullchain: Vec<u8>,
}

impl Material {
    /// Reads it: the generation that waits for a commit, where there is one.
    ///
    /// # Errors
    /// There is no certificate yet, the key is encrypted, or they do not belong together.
    pub(super) fn read(key: &KeyFolder) -> Result<Self, Error> {
        let failed = |cause| Error::File { action: "find", path: key.path.clone(), cause };
        let folder = key.path.canonicalize().map_err(failed)?;
        let store = parent(&key.path).canonicalize().map_err(failed)?;
        let turn = Turn::of(key)?;
        let from = if turn.is_some() { key.slot(Slot::Next) } else { folder.clone() };
        let source = |name: &str| from.join(name).display().to_string();
        if !from.join(CERTIFICATE).is_file() {
            return Err(Error::from(Deploying::NotInstalled { path: key.path.clone() }));
        }
        let file = |name: &str| file_bytes(&from.join(name)).map(|(bytes, _)| bytes);
        let (private, certificate, fullchain) = (file(KEY)?, file(CERTIFICATE)?, file(FULL_CHAIN)?);
        let chain = if from.join(CHAIN).exists() { file(CHAIN)?.to_vec() } else { Vec::new() };
        let keys = read(&private, Source::File(from.join(KEY)), None)?;
        let known = keys.open_keys().next().ok_or(Error::from(Deploying::EncryptedKey { path: key.path.join(KEY) }))?;
        let first = |bytes: &[u8], name: &str| {
            let evidence = read(bytes, Source::File(from.join(name)), None)?;
            let leaf = evidence.certificates.into_iter().next();
            leaf.ok_or_else(|| Error::NotACertificate { source: source(name), cause: None, is_damaged: false })
        };
        let (leaf, of_chain) = (first(&certificate, CERTIFICATE)?, first(&fullchain, FULL_CHAIN)?);
        for (found, name) in [(&leaf, CERTIFICATE), (&of_chain, FULL_CHAIN)] {
            if found.identity.key != known.public || found.der != leaf.der {
                return Err(Deploying::NotOfOneKey { key: from.join(KEY), certificate: from.join(name) }.into());
            }
        }
        let name = key.folder_name().into_owned();
        let [certificate, fullchain] = [certificate, fullchain].map(|bytes| bytes.to_vec());
        let target = target(key.name(), &leaf);
        Ok(Self { name, target, folder, store, turn, leaf, key: private, certificate, chain, fullchain })
    }

    /// These parts, one after the other.
    pub(super) fn parts(&self, parts: &[Part]) -> Zeroizing<Vec<u8>> {
        let part = |part: &Part| match part {
            Part::Key => self.key.as_slice(),
            Part::Certificate => &self.certificate,
            Part::Chain => &self.chain,
            Part::Fullchain => &self.fullchain,
        };
        // Growing would leave copies of the key behind.
        let size = parts.iter().map(|one| part(one).len() + 1).sum();
        let mut all = Zeroizing::new(Vec::with_capacity(size));
        for one in parts {
            all.extend_from_slice(part(one));
            if all.last().is_some_and(|last| *last != b'\n') {
                all.push(b'\n');
            }
        }
        all
    }

    /// The file of a part in the store.
    pub(super) fn path(&self, part: Part) -> String {
        let name = match part {
            Part::Key => KEY,
            Part::Certificate => CERTIFICATE,
            Part::Chain => CHAIN,
            Part::Fullchain => FULL_CHAIN,
        };
        self.folder.join(name).display().to_string()
    }

    /// The name that clients send to the service, where it is one that can be sent.
    pub(super) fn server_name(&self) -> Option<Name> {
        Name::parse(&self.target).ok().filter(|name| !name.is_wildcard())
    }
}

/// The name that people type: what the key is called, unless its certificate is for other names.
fn target(called: String, leaf: &Certificate) -> String {
    if names(leaf, &called) {
        return called;
    }
    leaf.identity.names.first_dns().and_then(|(_, name)| name.as_str()).map_or(called, str::to_owned)
}

/// True when the name that people type is one of the certificate's, or the star of one stands for its first label.
pub(super) fn names(cert: &Certificate, target: &str) -> bool {
    let below = target.split_once('.').map_or("", |(_, below)| below);
    cert.identity.names.dns().filter_map(Text::as_str).any(|name| {
        let is_below = |parent: &str| parent.eq_ignore_ascii_case(below);
        name.eq_ignore_ascii_case(target) || name.strip_prefix("*.").is_some_and(is_below)
    })
}
