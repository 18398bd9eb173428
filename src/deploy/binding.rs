//! Which services use a key: `bindings.json` in its folder.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::disk;
use crate::Error;
use crate::facts::{Certificate, sha256_hex};
use crate::store::{BINDINGS, KeyFolder, is_there};

/// One service that uses a key, or will once it is committed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Binding {
    /// The name of its template; after a colon a name of its own, where a machine has the service more than once.
    pub service: String,
    /// Where the template is, if it is the user's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<PathBuf>,
    /// Only this address of the service, where its template can say so; elsewhere only where to look.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<IpAddr>,
    /// What was said instead of the template's values.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, String>,
    /// A line for the shell instead of the template's check.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<String>,
    /// A line for the shell instead of the template's reload.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reload: Option<String>,
    /// Where to look instead of the template's endpoints; each of them has to answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub endpoints: Vec<String>,
    /// SHA-256 of the certificate that was last committed, in hexadecimal digits; nothing until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub committed: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Page {
    version: u32,
    bindings: Vec<Binding>,
}

impl Binding {
    /// The name of its template.
    pub fn template_name(&self) -> &str {
        self.service.split_once(':').map_or(&*self.service, |(template, _)| template)
    }

    /// True when this certificate was the last to be committed.
    pub fn has(&self, certificate: &Certificate) -> bool {
        self.committed.as_deref() == Some(&*sha256_hex(&certificate.der))
    }

    /// True when the same is wanted of the same service, whatever a commit gave it.
    pub(super) fn wants_the_same(&self, other: &Self) -> bool {
        *self == Self { committed: self.committed.clone(), ..other.clone() }
    }

    /// True when both speak of the same service on the same address.
    pub fn is_same(&self, other: &Self) -> bool {
        self.service == other.service && self.address == other.address
    }
}

/// The service, and its address where one was given.
impl std::fmt::Display for Binding {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.service)?;
        self.address.map_or(Ok(()), |address| write!(out, " on {address}"))
    }
}

/// The bindings of a key, in the order in which they were made.
///
/// # Errors
/// The file cannot be read, or is not such a file.
pub fn bindings(key: &KeyFolder) -> Result<Vec<Binding>, Error> {
    let path = key.path.join(BINDINGS);
    let failed = |cause| Error::File { action: "read", path: path.clone(), cause };
    if !is_there(&path).map_err(failed)? {
        return Ok(Vec::new());
    }
    let text = crate::input::read_text(&path)?;
    let broken = |cause: String| Error::Damaged { path: path.clone(), cause };
    let page: Page = serde_json::from_str(&text).map_err(|error| broken(error.to_string()))?;
    if page.version == 1 { Ok(page.bindings) } else { Err(broken(format!("version {}", page.version))) }
}

/// Those of the keys that have bindings, in the same order. Whether a stranger's folder has any is not asked.
///
/// # Errors
/// As [`bindings`]: one of a key that cannot be looked into may be about the same service.
pub(super) fn bound(keys: Vec<KeyFolder>) -> Result<Vec<(KeyFolder, Vec<Binding>)>, Error> {
    let known = keys.into_iter().filter(|key| !key.is_stranger());
    let all = known.map(|key| bindings(&key).map(|bindings| (key, bindings)));
    all.filter(|key| key.as_ref().is_ok_and(|(_, bindings)| !bindings.is_empty()) || key.is_err()).collect()
}

/// Writes the list of a key, whole. A key without bindings has no such file, so that the store takes it for unbound.
pub(super) fn write(folder: &Path, bindings: &[Binding]) -> Result<(), Error> {
    let failed = |cause| Error::File { action: "find", path: folder.to_owned(), cause };
    let path = folder.canonicalize().map_err(failed)?.join(BINDINGS);
    if bindings.is_empty() {
        return disk::remove(&path);
    }
    disk::replace(&path, &page(bindings), &disk::private())
}

/// The file as it is written.
pub(super) fn page(bindings: &[Binding]) -> Vec<u8> {
    let page = Page { version: 1, bindings: bindings.to_vec() };
    let mut text = serde_json::to_vec_pretty(&page).expect("maps of texts become JSON");
    text.push(b'\n');
    text
}
