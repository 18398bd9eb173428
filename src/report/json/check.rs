//! `check` as JSON.

use serde::Serialize;

use super::certificate::{CertificateEntry, NameEntry, certificate, common_name, names};
use super::{Shown, Word};
use crate::clients::Compared;
use crate::facts::{Item, Moment, Target, Text};
use crate::judge::Report;

/// One source as `check` shows it.
#[derive(Debug, Serialize)]
pub struct CheckEntry<'a> {
    source: Shown<&'a crate::facts::Source>,
    kind: &'static str,
    target: Option<Shown<&'a crate::facts::Target>>,
    names: Vec<NameEntry<'a>>,
    common_name: Option<Shown<&'a Text>>,
    findings: Vec<FindingEntry<'a>>,
    verdicts: Vec<VerdictEntry<'a>>,
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
    code: &'static str,
    level: &'static str,
    title: &'static str,
    detail: &'a str,
    clients: Vec<Word>,
    fix: &'static str,
}

#[derive(Debug, Serialize)]
struct VerdictEntry<'a> {
    client: Word,
    outcome: Word,
    name_matches: bool,
    compared: Shown<&'a Compared<'a>>,
    certainty: Word,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_certainty: Option<Word>,
}

#[derive(Debug, Serialize)]
struct NotChecked {
    code: &'static str,
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
        verdicts: report.verdicts.iter().map(|one| verdict(one, report.target)).collect(),
        not_checked: report
            .not_checked
            .iter()
            .map(|(rule, missing)| NotChecked { code: rule.code, reason: missing.reason() })
            .collect(),
        certificate: item.certificate().map(|cert| certificate(cert, now)),
        repairs: report.subject.evidence.repairs.iter().map(|repair| repair.0.as_str()).collect(),
        ignored: &report.subject.evidence.ignored,
        chain_number: None,
    }
}

fn finding(finding: &crate::judge::Finding) -> FindingEntry<'_> {
    FindingEntry {
        code: finding.rule.code,
        level: finding.hit.level.word(),
        title: finding.rule.title,
        detail: &finding.hit.detail,
        clients: finding.clients.iter().map(|client| Word(client.id)).collect(),
        fix: finding.rule.fix,
    }
}

fn verdict<'a>(verdict: &'a crate::judge::Verdict<'a>, target: Option<&Target>) -> VerdictEntry<'a> {
    let client = verdict.client;
    let certainty = target.map_or(client.mark, |target| client.certainty(&verdict.comparison, target));
    VerdictEntry {
        client: Word(client.id),
        outcome: Word(verdict.outcome.word()),
        name_matches: verdict.comparison.matches,
        compared: Shown(&verdict.comparison.compared),
        certainty: Word(certainty.word()),
        message: verdict.message.as_ref().map(|(text, _)| text.as_ref()),
        message_certainty: verdict.message.as_ref().map(|(_, mark)| Word(mark.word())),
    }
}
