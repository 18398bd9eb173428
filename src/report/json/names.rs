//! `names` as JSON.

use serde::Serialize;

use super::{Shown, VERSION};
use crate::facts::{Discovery, Lookup, Resolved, Target};
use crate::plan::{UnwantedName, Use, Wanted, WantedName};

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    command: &'static str,
    domain: &'a str,
    target: &'a str,
    target_reason: String,
    names: Vec<NameEntry<'a>>,
    left_out: Vec<LeftOutEntry<'a>>,
    notes: &'a [String],
    not_checked: Vec<NotChecked<'a>>,
    csr: String,
}

#[derive(Serialize)]
struct NameEntry<'a> {
    name: &'a str,
    position: usize,
    uses: Vec<UseEntry>,
    #[serde(flatten)]
    found: FoundEntry<'a>,
}

/// What DNS says of one name.
#[derive(Debug, Serialize)]
pub(super) struct FoundEntry<'a> {
    dns: &'static str,
    aliases: Vec<Shown<&'a Target>>,
    addresses: Vec<String>,
}

#[derive(Serialize)]
struct LeftOutEntry<'a> {
    name: Shown<&'a Target>,
    uses: Vec<UseEntry>,
    code: &'static str,
    reason: String,
}

#[derive(Serialize)]
struct UseEntry {
    kind: &'static str,
    detail: String,
}

#[derive(Serialize)]
struct NotChecked<'a> {
    question: &'a str,
    cause: &'a str,
}

/// The whole answer.
pub fn domain_names(found: &Discovery, wanted: &Wanted) -> String {
    let not_checked =
        found.failures.iter().map(|failure| NotChecked { question: &failure.question, cause: &failure.cause });
    let document = Document {
        version: VERSION,
        command: "names",
        domain: wanted.domain.as_str(),
        target: wanted.target().as_str(),
        target_reason: wanted.choice.to_string(),
        names: wanted.names.iter().enumerate().map(name).collect(),
        left_out: wanted.left_out.iter().map(left_out).collect(),
        notes: &wanted.notes,
        not_checked: not_checked.collect(),
        csr: wanted.command(),
    };
    let text = serde_json::to_string_pretty(&document);
    text.expect("these structs hold only strings, numbers and lists") + "\n"
}

fn name((index, known): (usize, &WantedName)) -> NameEntry<'_> {
    NameEntry {
        name: known.name.as_str(),
        position: index + 1,
        uses: uses(&known.uses),
        found: self::found(&known.lookup),
    }
}

/// What DNS says of one name.
pub(super) fn found(lookup: &Lookup) -> FoundEntry<'_> {
    FoundEntry {
        dns: match lookup.answer {
            Resolved::Addresses(_) => "found",
            Resolved::Unknown => "unknown",
            Resolved::NoAddress => "no-address",
            Resolved::Failed(_) => "not-checked",
        },
        aliases: lookup.aliases.iter().map(Shown).collect(),
        addresses: lookup.addresses().iter().map(ToString::to_string).collect(),
    }
}

fn left_out(known: &UnwantedName) -> LeftOutEntry<'_> {
    let UnwantedName { name, uses: by, reason } = known;
    LeftOutEntry { name: Shown(name), uses: uses(by), code: reason.kind(), reason: reason.to_string() }
}

fn uses(uses: &[Use]) -> Vec<UseEntry> {
    uses.iter().map(|by| UseEntry { kind: by.kind(), detail: by.to_string() }).collect()
}
