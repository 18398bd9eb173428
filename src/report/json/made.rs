//! What `csr`, `self-signed` and `fix` made, as JSON. Private keys are never in it.

use std::path::PathBuf;

use serde::Serialize;

use super::{Shown, VERSION};
use crate::facts::{DistinguishedName, GeneralName, KeyKind, Text, upper_hex};
use crate::issue::armour;
use crate::plan::{CommonNamePlan, Plan};

/// What came of one plan.
#[derive(Debug)]
pub struct Made<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// The kind of key.
    pub key: KeyKind,
    /// The file that the key is read from; None for a new one.
    pub key_from: Option<PathBuf>,
    /// The files that were written; none on a dry run.
    pub files: Vec<PathBuf>,
    /// The request, DER.
    pub request: Option<&'a [u8]>,
    /// The certificate, DER, and its SHA-256.
    pub certificate: Option<(&'a [u8], [u8; 32])>,
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    command: &'a str,
    made: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    target: &'a str,
    profile: &'static str,
    common_name: Option<&'a str>,
    subject: Shown<&'a DistinguishedName>,
    names: Vec<Name<'a>>,
    dropped: Vec<Dropped>,
    notes: &'a [String],
    key: String,
    key_from: Option<String>,
    files: Vec<String>,
    request: Option<String>,
    certificate: Option<String>,
    sha256: Option<String>,
}

#[derive(Serialize)]
struct Name<'a> {
    kind: &'static str,
    value: Shown<&'a GeneralName>,
    position: usize,
    reason: String,
}

#[derive(Serialize)]
struct Dropped {
    what: String,
    reason: String,
}

/// The whole answer of `command`.
pub fn made(command: &str, made: &[Made<'_>]) -> String {
    let document = Document { version: VERSION, command, made: made.iter().map(entry).collect() };
    let text = serde_json::to_string_pretty(&document);
    text.expect("these structs hold only strings, numbers and lists") + "\n"
}

fn entry<'a>(made: &'a Made<'_>) -> Entry<'a> {
    let plan = made.plan;
    let names = plan.names.iter().enumerate().map(|(index, planned)| Name {
        kind: planned.name.kind(),
        value: Shown(&planned.name),
        position: index + 1,
        reason: planned.reason.to_string(),
    });
    let dropped =
        plan.dropped.iter().map(|entry| Dropped { what: entry.name.to_string(), reason: entry.reason.to_string() });
    let left_out = plan.left_out.iter().map(|part| Dropped { what: part.what.clone(), reason: part.reason.to_owned() });
    Entry {
        target: plan.target.as_str(),
        profile: plan.profile.id,
        common_name: (plan.common_name != CommonNamePlan::TooLong).then(|| plan.target.as_str()),
        subject: Shown(&plan.subject),
        names: names.collect(),
        dropped: dropped.chain(left_out).collect(),
        notes: &plan.notes,
        key: made.key.to_string(),
        key_from: made.key_from.as_ref().map(|path| Text::of_path(path).to_string()),
        files: made.files.iter().map(|path| Text::of_path(path).to_string()).collect(),
        request: made.request.map(|der| armour("CERTIFICATE REQUEST", der)),
        certificate: made.certificate.map(|(der, _)| armour("CERTIFICATE", der)),
        sha256: made.certificate.map(|(_, hash)| upper_hex(&hash, ":")),
    }
}
