//! `keys` as JSON.

use std::path::Path;

use serde::Serialize;

use super::certificate::{CertificateEntry, Moments, NameList, certificate, names};
use super::{Shown, VERSION};
use crate::deploy;
use crate::facts::{Moment, Text};
use crate::store::Contents;

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    command: &'static str,
    store: String,
    keys: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    name: String,
    folder: String,
    state: &'static str,
    bound: bool,
    services: Vec<String>,
    encrypted: bool,
    key: Option<String>,
    first_dns_name: Option<Shown<&'a Text>>,
    names: NameList<'a>,
    certificate: Option<CertificateEntry<'a>>,
    chain: Vec<CertificateEntry<'a>>,
    generation: Option<u32>,
    generations: Vec<u32>,
    waiting: Option<Waiting<'a>>,
    renewal: bool,
    revoked_since: Option<Moments>,
    ends_with_ca: Option<&'a str>,
    faults: Vec<Shown<Text>>,
}

#[derive(Serialize)]
struct Waiting<'a> {
    generation: u32,
    certificate: CertificateEntry<'a>,
    revoked_since: Option<Moments>,
}

#[derive(Serialize)]
struct Moved<'a> {
    version: u32,
    command: &'static str,
    action: &'static str,
    key: &'a str,
    path: Option<String>,
}

/// These keys of the store at `root`, as of `now`.
pub fn key_list(root: &Path, keys: &[Contents], now: Moment) -> String {
    let keys = keys.iter().map(|key| entry(key, now)).collect();
    whole(&Document { version: VERSION, command: "keys", store: shown(root), keys })
}

/// What `keys backup`, `restore`, `rename` and `remove` did: the key, and what is at `path` now.
pub fn key_moved(action: &'static str, key: &str, path: Option<&Path>) -> String {
    whole(&Moved { version: VERSION, command: "keys", action, key, path: path.map(shown) })
}

fn entry(key: &Contents, now: Moment) -> Entry<'_> {
    let identity = key.identity();
    let (bindings, broken) = match deploy::bindings(&key.folder) {
        Ok(bindings) => (bindings, None),
        Err(error) => (Vec::new(), Some(error.to_string())),
    };
    let faults = key.faults.iter().map(ToString::to_string).chain(broken);
    Entry {
        name: key.folder.name(),
        folder: shown(&key.folder.path),
        state: key.state(now).word(),
        bound: key.folder.is_bound(),
        services: bindings.iter().map(ToString::to_string).collect(),
        encrypted: key.is_locked,
        key: key.public().map(|public| public.kind.to_string()),
        first_dns_name: identity.and_then(|identity| identity.names.first_dns()).map(|(_, text)| Shown(text)),
        names: identity.map(names).unwrap_or_default(),
        certificate: key.certificate.as_ref().map(|cert| certificate(cert, now)),
        chain: key.chain.iter().map(|cert| certificate(cert, now)).collect(),
        generation: key.folder.generation(),
        generations: key.folder.generations(),
        waiting: key.waiting.as_ref().map(|next| Waiting {
            generation: next.generation,
            certificate: certificate(&next.certificate, now),
            revoked_since: next.revoked.as_ref().map(|revoked| revoked.since.into()),
        }),
        renewal: key.renewal.is_some(),
        revoked_since: key.revoked.as_ref().map(|revoked| revoked.since.into()),
        ends_with_ca: key.ends_with.as_deref(),
        faults: faults.map(|fault| Shown(Text::from(&*fault))).collect(),
    }
}

fn shown(path: &Path) -> String {
    Text::of_path(path).to_string()
}

fn whole(document: &impl Serialize) -> String {
    let text = serde_json::to_string_pretty(document);
    text.expect("these structs hold only strings, numbers and lists") + "\n"
}
