//! The table of clients: what each does, what it compared, what its user reads.

use std::io;

use super::Page;
use super::layout::{bold, outcome};
use crate::clients::Group;
use crate::judge::{Outcome, Report, Verdict};
use crate::report::{blame, oddity, on};

/// Writes what each client does, after a blank line; nothing when the report has no target.
///
/// # Errors
/// Those of the stream.
pub fn verdicts(report: &Report<'_>, page: &mut Page<'_>) -> io::Result<()> {
    let Some(target) = report.target else { return Ok(()) };
    if report.verdicts.is_empty() {
        return Ok(());
    }
    page.line("")?;
    page.line(&bold(&format!("What clients do when asked for {target}, and what they compare with it")))?;
    let rows: Vec<(&Verdict<'_>, String)> = report
        .verdicts
        .iter()
        .map(|verdict| (verdict, format!("{}{}", verdict.comparison.compared, verdict.certainty.hedge())))
        .collect();
    let lengths: Vec<(usize, usize)> = rows
        .iter()
        .map(|(verdict, compared)| (verdict.client.name.chars().count(), compared.chars().count()))
        .collect();
    let room = page.width().saturating_sub(INDENT + 2);
    let column = column(&lengths, room);
    for ((verdict, compared), lengths) in rows.into_iter().zip(lengths) {
        let name = verdict.client.name;
        if fits(lengths, column, room) {
            page.line(&format!("  {}  {name:<column$}  {compared}", outcome(verdict.outcome)))?;
        } else {
            page.line(&format!("  {}  {name}", outcome(verdict.outcome)))?;
            page.paragraph(INDENT, &compared)?;
        }
        if let Some(oddity) = oddity(verdict, report.subject.item.identity()) {
            page.paragraph(INDENT, &oddity)?;
        }
        if verdict.outcome > Outcome::Accepts && verdict.client.group != Group::Standard {
            page.paragraph(INDENT, &complaint(verdict))?;
        }
    }
    Ok(())
}

/// How wide the clients' names are, so that the most rows hold the identity beside the name; in the others it goes below.
fn column(lengths: &[(usize, usize)], room: usize) -> usize {
    let fitting = |column: usize| lengths.iter().filter(|lengths| fits(**lengths, column, room)).count();
    let widest = lengths.iter().map(|(name, _)| *name).max().unwrap_or(0);
    if fitting(widest) == lengths.len() {
        return widest;
    }
    lengths.iter().map(|(name, _)| *name).max_by_key(|column| (fitting(*column), *column)).unwrap_or(0)
}

fn fits((name, compared): (usize, usize), column: usize, room: usize) -> bool {
    name <= column && column + compared <= room
}

/// Where the client's name begins: after the longest outcome.
const INDENT: usize = 11;

/// `on POP3, IMAP4, SMTP: "The server ..."`
fn complaint(verdict: &Verdict<'_>) -> String {
    match &verdict.message {
        Some(message) => {
            let (service, system) = (verdict.client.service, on(message.system()));
            format!("on {service}{system}: \"{}\"{}", message.text(), message.mark().hedge())
        }
        None => {
            let why = verdict.fault.and_then(blame).map(|why| format!(": {why}")).unwrap_or_default();
            format!("on {}{why}; its exact words are not known", verdict.client.service)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::{day, evidence, leaf, target};
    use crate::judge::{Panel, judge};
    use crate::rules::{Authority, Context};

    /// The table for a certificate that has only this name, on a page of this width.
    fn table(name: &str, width: usize) -> String {
        let seen = evidence(vec![leaf([name])]);
        let (subjects, typed) = (seen.subjects(), target(name));
        let ctx = Context { now: day("2026-09-01"), authority: Authority::Private, target: Some(&typed), trust: None };
        let mut out = Vec::new();
        verdicts(&judge(&subjects[0], Panel::all(), &ctx), &mut Page::new(&mut out, width)).unwrap();
        // Without the colours.
        let text = String::from_utf8(out).unwrap();
        text.split('\u{1b}')
            .map(|part| part.split_once('m').filter(|_| part.starts_with('[')).map_or(part, |(_, rest)| rest))
            .collect()
    }

    #[test]
    fn a_row_that_is_too_long_wraps_alone() {
        for width in [80, 100] {
            let text = table("remote.contoso.com", width);
            let together = |line: &&str| line.starts_with("  accepts  ") && line.contains("  dNSName remote");
            let below = |line: &&str| line.trim_start().starts_with("dNSName");
            assert!(text.lines().filter(together).count() > 25, "{text}");
            assert_eq!(text.lines().filter(below).count() > 0, width == 80, "{text}");
            let beside: Vec<_> = text.lines().filter(together).map(|line| line.find("dNSName")).collect();
            assert!(beside.iter().flatten().all(|at| Some(*at) == beside[0]), "{text}");
            assert!(text.lines().skip(2).all(|line| line.chars().count() <= width), "{text}");
        }
    }
}
