//! What a proof leaves behind, so that it can be taken away, also by another run.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::dns_hook;
use super::webroot::leads_astray;
use crate::Error;
use crate::store::discard;

/// One thing to take away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::authority::acme) enum Trace {
    /// A file for a web server.
    File {
        path: PathBuf,
        /// Folders that were not there before, the innermost first.
        folders: Vec<PathBuf>,
    },
    /// A TXT record that a hook added.
    Record { hook: PathBuf, name: String, value: String },
}

impl Trace {
    /// True when both are of the same proof.
    pub(in crate::authority::acme) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::File { path, .. }, Self::File { path: other, .. }) => path == other,
            _ => self == other,
        }
    }

    /// Takes it away. That it is not there is no error.
    pub(in crate::authority::acme) fn remove(&self) -> Result<(), Error> {
        match self {
            Self::File { path, .. } if leads_astray(path) => Ok(()),
            Self::File { path, folders } => {
                discard(path)?;
                // Somebody else may use them by now.
                folders.iter().for_each(|folder| drop(fs::remove_dir(folder)));
                Ok(())
            }
            Self::Record { hook, name, value } => dns_hook::run(hook, dns_hook::REMOVE, name, value),
        }
    }
}

/// The folders above `path` that are not there, the innermost first.
pub(super) fn missing_above(path: &Path) -> Vec<PathBuf> {
    let above = path.ancestors().skip(1);
    above.take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists()).map(Path::to_owned).collect()
}
