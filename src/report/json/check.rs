//! `check` as JSON.

use std::ops::Range;
use std::sync::LazyLock;

use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};

use super::certificate::{CertificateEntry, NameList, certificate, common_name, names};
use super::escape::{push_escaped, push_shown};
use super::{Each, Shown, Word, Written};
use crate::clients::{Client, Compared};
use crate::facts::{Item, Mark, Moment, Text};
use crate::judge::{Finding, Outcome, Report};
use crate::report::reason;

/// One source as `check` shows it. A part of it is JSON already, so nothing but [`super::entry`] can write it.
#[derive(Debug, Serialize)]
pub struct CheckEntry<'a> {
    source: Shown<&'a crate::facts::Source>,
    kind: &'static str,
    target: Option<Shown<&'a crate::facts::Target>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    candidates: Vec<String>,
    names: NameList<'a>,
    common_name: Option<Shown<&'a Text>>,
    findings: Each<'a, Finding, FindingEntry<'a>>,
    verdicts: Verdicts<'a>,
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
    clients: Each<'a, &'static Client, Word>,
    fix: &'a str,
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
        candidates: report.candidates(),
        names: names(identity),
        common_name: common_name(identity),
        findings: Each(&report.findings, finding),
        verdicts: Verdicts(report),
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

fn finding(finding: &Finding) -> FindingEntry<'_> {
    FindingEntry {
        code: Word(finding.rule.code),
        level: Word(finding.hit.level.word()),
        title: finding.rule.title,
        detail: &finding.hit.detail,
        clients: Each(&finding.clients, |client| Word(client.id)),
        fix: finding.hit.remedy.words(finding.rule),
    }
}

/// All verdicts. They are most of an entry, so each is written in pieces, nearly all of which are JSON already; what several
/// clients compared is put into words once.
#[derive(Debug)]
struct Verdicts<'a>(&'a Report<'a>);

impl Serialize for Verdicts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(report) = self;
        let mut list = serializer.serialize_seq(Some(report.verdicts.len()))?;
        let mut words = Vec::with_capacity(500);
        let mut shown: Vec<(&Compared<'_>, Range<usize>)> = Vec::with_capacity(8);
        let mut escaped = Vec::new();
        for verdict in &report.verdicts {
            let compared = &verdict.comparison.compared;
            let range = match shown.iter().find(|(known, _)| *known == compared) {
                Some((_, range)) => range.clone(),
                None => {
                    let start = words.len();
                    push_shown(compared, &mut words);
                    shown.push((compared, start..words.len()));
                    start..words.len()
                }
            };
            let client = verdict.client;
            let certainty = verdict.certainty;
            let [before, message, after] = match &verdict.message {
                Some(message) => {
                    let text = match message.plain() {
                        Some(plain) => plain.as_bytes(),
                        None => {
                            escaped.clear();
                            push_escaped(message.text(), &mut escaped);
                            &escaped
                        }
                    };
                    [AROUND[certainty as usize][0].as_bytes(), text, AROUND[message.mark() as usize][1].as_bytes()]
                }
                None => [b",\"certainty\":\"", certainty.word().as_bytes(), b"\"}"],
            };
            let head = &HEADS[verdict.outcome as usize][usize::from(verdict.comparison.matches)];
            let client = client.id.as_bytes();
            let reason = reason(verdict, report.subject.item.identity());
            let [named, reason, closed]: [&[u8]; 3] = match &reason {
                Some(reason) => [b",\"reason\":\"", reason.as_bytes(), b"\""],
                None => [b""; 3],
            };
            let (start, compared) = (b"{\"client\":\"", &words[range]);
            let pieces = [start, client, head.as_bytes(), compared, named, reason, closed, before, message, after];
            list.serialize_element(&Written(&pieces))?;
        }
        list.end()
    }
}

/// What stands behind the client, by outcome and by whether a name matches.
static HEADS: LazyLock<[[String; 2]; 3]> = LazyLock::new(|| {
    [Outcome::Accepts, Outcome::Warns, Outcome::Refuses].map(|outcome| {
        [false, true]
            .map(|matches| format!("\",\"outcome\":\"{}\",\"name_matches\":{matches},\"compared\":", outcome.word()))
    })
});

/// What stands before a message, and behind it, by certainty.
static AROUND: LazyLock<[[String; 2]; 5]> = LazyLock::new(|| {
    [Mark::Measured, Mark::Documented, Mark::Reported, Mark::Inferred, Mark::Contested].map(|mark| {
        [
            format!(",\"certainty\":\"{}\",\"message\":\"", mark.word()),
            format!("\",\"message_certainty\":\"{}\"}}", mark.word()),
        ]
    })
});
