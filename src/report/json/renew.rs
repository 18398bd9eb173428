//! `renew` as JSON.

use serde::Serialize;

use super::VERSION;
use super::certificate::Moments;
use crate::facts::Text;
use crate::report::text::{Outcome, Renewed};

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    command: &'static str,
    keys: Vec<Entry<'a>>,
    errors: &'a [String],
}

#[derive(Serialize)]
struct Entry<'a> {
    key: &'a str,
    due: Moments,
    ends: Option<Moments>,
    outcome: &'static str,
    until: Option<Moments>,
    order_undone: bool,
    request: Option<String>,
    way: Option<&'a str>,
    error: Option<&'a str>,
    services: &'a [String],
    waiting: &'a [String],
    remarks: Vec<&'a str>,
    why: Option<&'a str>,
}

/// What came of the keys that were due, and what failed for all of them, such as the commit.
pub fn renewed(keys: &[Renewed], errors: &[String]) -> String {
    let keys = keys.iter().map(entry).collect();
    let text = serde_json::to_string_pretty(&Document { version: VERSION, command: "renew", keys, errors });
    text.expect("these structs hold only strings, booleans and lists") + "\n"
}

fn entry(key: &Renewed) -> Entry<'_> {
    let mut entry = Entry {
        key: &key.name,
        due: key.due.into(),
        ends: key.ends.map(Into::into),
        outcome: "installed",
        until: None,
        order_undone: false,
        request: None,
        way: None,
        error: None,
        services: &key.services,
        waiting: &key.waiting,
        remarks: key.limit.iter().chain(&key.remarks).map(|remark| &**remark).collect(),
        why: key.why.as_deref(),
    };
    match &key.outcome {
        Outcome::Installed { until, undone, .. } => {
            entry.until = Some((*until).into());
            entry.order_undone = *undone;
        }
        Outcome::Waits => entry.outcome = "waits",
        Outcome::Asked { request } => {
            entry.outcome = "asked";
            entry.request = Some(Text::of_path(request).to_string());
        }
        Outcome::Bare => entry.outcome = "bare",
        Outcome::SelfSigned => entry.outcome = "self-signed",
        Outcome::Due(way) => {
            entry.outcome = "due";
            entry.way = Some(way);
        }
        Outcome::Failed(error) => {
            entry.outcome = "failed";
            entry.error = Some(error);
        }
    }
    entry
}
