//! `install` as JSON.

use serde::Serialize;

use super::certificate::{CertificateEntry, certificate};
use super::check::CheckEntry;
use super::{Shown, VERSION, check};
use crate::facts::{DistinguishedName, Moment, Text};
use crate::judge;
use crate::report::text::{Installed, Next};

#[derive(Serialize)]
struct Entry<'a> {
    key: &'a str,
    dry_run: bool,
    files: Vec<String>,
    waiting: Option<u32>,
    next: Option<&'static str>,
    chain: Vec<CertificateEntry<'a>>,
    chain_lacks: Option<Shown<&'a DistinguishedName>>,
    changes: Option<Vec<Change>>,
    order_undone: bool,
    judged: CheckEntry<'a>,
}

#[derive(Serialize)]
pub(super) struct Change {
    kind: &'static str,
    detail: String,
}

/// The whole answer, as of `now`.
pub fn installed(installed: &Installed<'_>, now: Moment) -> String {
    let entry = written(installed, now);
    format!("{{\"version\":{VERSION},\"command\":\"install\",{}\n", entry.strip_prefix('{').unwrap_or(&entry))
}

/// The same as a part of another answer.
pub fn installed_entry(installed: &Installed<'_>, now: Moment) -> serde_json::Value {
    serde_json::from_str(&written(installed, now)).expect("what was written as JSON is JSON")
}

/// Verdicts are JSON before the rest is, which only the writer of this folder knows.
fn written(installed: &Installed<'_>, now: Moment) -> String {
    let mut text = Vec::new();
    super::entry(&entry(installed, now), &mut text);
    String::from_utf8(text).expect("JSON is UTF-8")
}

fn entry<'a>(installed: &'a Installed<'_>, now: Moment) -> Entry<'a> {
    let changes = installed.changes.as_ref().map(|changes| changes.iter().map(change).collect());
    let files = installed.files.iter().filter(|_| !installed.dry_run);
    Entry {
        key: installed.name,
        dry_run: installed.dry_run,
        files: files.map(|path| Text::of_path(path).to_string()).collect(),
        waiting: installed.waits,
        next: installed.next.map(|next| match next {
            Next::Commit => "commit",
            Next::Bind => "bind",
        }),
        chain: installed.chain.iter().map(|cert| certificate(cert, now)).collect(),
        chain_lacks: installed.missing.map(Shown),
        changes,
        order_undone: installed.undone,
        judged: check(installed.report, now),
    }
}

pub(super) fn change(change: &judge::Change) -> Change {
    Change { kind: change.kind(), detail: change.to_string() }
}
