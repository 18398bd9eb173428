//! `check` as JSON.

use std::ops::Range;
use std::sync::LazyLock;

use serde::Serialize;

use super::certificate::{CertificateEntry, NameEntry, certificate, common_name, names};
use super::writer::{push_shown, push_str};
use super::{Shown, Word, Written};
use crate::clients::Compared;
use crate::facts::{Item, Mark, Moment, Target, Text};
use crate::judge::{Outcome, Report, Verdict};

/// One source as `check` shows it. A part of it is JSON already, so nothing but [`super::entry`] can write it.
#[derive(Debug, Serialize)]
pub struct CheckEntry<'a> {
    source: Shown<&'a crate::facts::Source>,
    kind: &'static str,
    target: Option<Shown<&'a crate::facts::Target>>,
    names: Vec<NameEntry<'a>>,
    common_name: Option<Shown<&'a Text>>,
    findings: Vec<FindingEntry<'a>>,
    verdicts: Written,
    not_checked: Vec<NotChecked>,
    certificate: Option<CertificateEntry<'a>>,
    repairs: Vec<&'a str>,
    ignored: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    chain_number: Option<usize>,
}

impl CheckEntry<'_> {
    /// Says which chain of a live source this is, from 0.
    #[must_use]
    pub fn of_chain(self, position: usize) -> Self {
        Self { chain_number: Some(position + 1), ..self }
    }
}

#[derive(Debug, Serialize)]
struct FindingEntry<'a> {
    code: Word,
    level: Word,
    title: &'static str,
    detail: &'a str,
    clients: Vec<Word>,
    fix: &'static str,
}

#[derive(Debug, Serialize)]
struct NotChecked {
    code: Word,
    reason: &'static str,
}

/// What was found, as of `now`.
pub fn check<'a>(report: &'a Report<'a>, now: Moment) -> CheckEntry<'a> {
    let item = report.subject.item;
    let identity = item.identity();
    CheckEntry {
        source: Shown(&report.subject.evidence.source),
        kind: match item {
            Item::Certificate(_) => "certificate",
            Item::Request(_) => "request",
        },
        target: report.target.map(Shown),
        names: names(identity),
        common_name: common_name(identity),
        findings: report.findings.iter().map(finding).collect(),
        verdicts: verdicts(report),
        not_checked: report
            .not_checked
            .iter()
            .map(|(rule, missing)| NotChecked { code: Word(rule.code), reason: missing.reason() })
            .collect(),
        certificate: item.certificate().map(|cert| certificate(cert, now)),
        repairs: report.subject.evidence.repairs.iter().map(|repair| repair.0.as_str()).collect(),
        ignored: &report.subject.evidence.ignored,
        chain_number: None,
    }
}

fn finding(finding: &crate::judge::Finding) -> FindingEntry<'_> {
    FindingEntry {
        code: Word(finding.rule.code),
        level: Word(finding.hit.level.word()),
        title: finding.rule.title,
        detail: &finding.hit.detail,
        clients: finding.clients.iter().map(|client| Word(client.id)).collect(),
        fix: finding.rule.fix,
    }
}

/// All verdicts. They are most of an entry, so they are written piece by piece; what several clients compared is put into
/// words once.
fn verdicts(report: &Report<'_>) -> Written {
    let mut out = Vec::with_capacity(320 * report.verdicts.len() + 2);
    let mut shown: Vec<(&Compared<'_>, Range<usize>)> = Vec::new();
    out.push(b'[');
    for verdict in &report.verdicts {
        if out.len() > 1 {
            out.push(b',');
        }
        push_head(verdict, &mut out);
        let compared = &verdict.comparison.compared;
        match shown.iter().find(|(known, _)| *known == compared) {
            Some((_, words)) => out.extend_from_within(words.clone()),
            None => {
                let start = out.len();
                push_shown(compared, &mut out);
                shown.push((compared, start..out.len()));
            }
        }
        push_tail(verdict, report.target, &mut out);
    }
    out.push(b']');
    Written(out)
}

/// Up to what was compared.
fn push_head(verdict: &Verdict<'_>, out: &mut Vec<u8>) {
    /// What stands behind the client, by outcome and by whether a name matches.
    static HEADS: LazyLock<[[String; 2]; 3]> = LazyLock::new(|| {
        [Outcome::Accepts, Outcome::Warns, Outcome::Refuses].map(|outcome| {
            [false, true].map(|matches| {
                format!("\",\"outcome\":\"{}\",\"name_matches\":{matches},\"compared\":", outcome.word())
            })
        })
    });
    out.extend_from_slice(b"{\"client\":\"");
    out.extend_from_slice(verdict.client.id.as_bytes());
    out.extend_from_slice(HEADS[verdict.outcome as usize][usize::from(verdict.comparison.matches)].as_bytes());
}

/// From there on.
fn push_tail(verdict: &Verdict<'_>, target: Option<&Target>, out: &mut Vec<u8>) {
    /// What stands before a message, and behind it, by certainty.
    static AROUND: LazyLock<[[String; 2]; 5]> = LazyLock::new(|| {
        [Mark::Measured, Mark::Documented, Mark::Reported, Mark::Inferred, Mark::Contested].map(|mark| {
            [
                format!(",\"certainty\":\"{}\",\"message\":", mark.word()),
                format!(",\"message_certainty\":\"{}\"}}", mark.word()),
            ]
        })
    });
    let client = verdict.client;
    let certainty = target.map_or(client.mark, |target| client.certainty(&verdict.comparison, target));
    match &verdict.message {
        Some((message, mark)) => {
            out.extend_from_slice(AROUND[certainty as usize][0].as_bytes());
            push_str(message, out);
            out.extend_from_slice(AROUND[*mark as usize][1].as_bytes());
        }
        None => {
            out.extend_from_slice(b",\"certainty\":\"");
            out.extend_from_slice(certainty.word().as_bytes());
            out.extend_from_slice(b"\"}");
        }
    }
}
