//! The store's own CAs: what they are, what they sign, and what they signed.

use std::io;
use std::path::PathBuf;

use super::cure::{argument_of, quoted};
use super::install::{certificate, changed};
use super::keys::first_name;
use super::layout::bold;
use super::{Page, check};
use crate::authority::private::{Private, Registered};
use crate::facts::{Certificate, Moment, RevocationList, Text};
use crate::judge::{Change, Outcome, Report};
use crate::rules::Level;

/// One request, and the certificate that answers it.
#[derive(Debug)]
pub struct Answer<'a> {
    /// Where the request came from.
    pub source: String,
    /// The certificate.
    pub certificate: &'a Certificate,
    /// What differs from the request.
    pub changes: Vec<Change>,
    /// What else there is to know.
    pub notes: Vec<String>,
    /// What the rules say of it.
    pub report: Report<'a>,
    /// The key of the store that it is for, when it is there.
    pub key: Option<String>,
}

/// Writes what is about to be signed.
///
/// # Errors
/// Those of the stream.
pub fn order(answer: &Answer<'_>, page: &mut Page<'_>) -> io::Result<()> {
    page.line(&bold(&answer.source))?;
    certificate(answer.certificate, page)?;
    page.field("key", &answer.certificate.identity.key.kind.to_string())?;
    changed(Some(&answer.changes), page)?;
    for note in &answer.notes {
        page.field("note", note)?;
    }
    page.line("")?;
    check(&answer.report, page)
}

/// Writes one line for each of several that are about to be signed, and what is wrong with it.
///
/// # Errors
/// Those of the stream.
pub fn orders(answers: &[Answer<'_>], page: &mut Page<'_>) -> io::Result<()> {
    let Some(first) = answers.first() else { return Ok(()) };
    let life = format!("until {}", first.certificate.not_after.date());
    page.line(&bold(&format!("{} requests for {}, {life}", answers.len(), first.certificate.issuer)))?;
    let rows: Vec<[String; 3]> = answers.iter().map(row).collect();
    let width = |column: usize| rows.iter().map(|row: &[String; 3]| row[column].chars().count()).max().unwrap_or(0);
    let (sources, names) = (width(0), width(1));
    for ([source, name, verdict], answer) in rows.iter().zip(answers) {
        page.line(format!("  {source:<sources$}  {name:<names$}  {verdict}").trim_end())?;
        for change in &answer.changes {
            let label = if change.is_note() { "note" } else { "changed" };
            page.paragraph(6, &format!("{label}: {change}"))?;
        }
        for note in &answer.notes {
            page.paragraph(6, &format!("note: {note}"))?;
        }
        for finding in answer.report.findings.iter().filter(|finding| finding.hit.level > Level::Note) {
            page.paragraph(6, &format!("{}[{}]: {}", finding.hit.level.word(), finding.rule.code, finding.hit.detail))?;
        }
    }
    Ok(())
}

fn row(answer: &Answer<'_>) -> [String; 3] {
    let identity = &answer.certificate.identity;
    let more = match identity.names.entries.len() {
        0 | 1 => String::new(),
        count => format!(" and {} more", count - 1),
    };
    let count = |outcome| answer.report.verdicts.iter().filter(|verdict| verdict.outcome == outcome).count();
    let verdict = match (count(Outcome::Refuses), count(Outcome::Warns), answer.report.verdicts.len()) {
        (_, _, 0) => String::new(),
        (0, 0, all) => format!("all {all} clients accept it"),
        (refuse, 0, all) => format!("{refuse} of {all} clients refuse it"),
        (0, warn, all) => format!("{warn} of {all} clients warn"),
        (refuse, warn, all) => format!("{refuse} of {all} clients refuse it, {warn} warn"),
    };
    let name = identity.names.entries.first().map(ToString::to_string).unwrap_or_default();
    [answer.source.clone(), format!("{name}{more}"), verdict]
}

/// Writes what was signed: where it is, and what to do next, in the store that `store_flag` names. `steps`: what follows where it was
/// installed.
///
/// # Errors
/// Those of the stream.
pub fn answered(
    answers: &[Answer<'_>],
    files: &[PathBuf],
    installed: &[PathBuf],
    steps: &[String],
    store_flag: &str,
    page: &mut Page<'_>,
) -> io::Result<()> {
    if let [only] = answers {
        page.field("serial", &only.certificate.serial.to_string())?;
    }
    let mut distinct: Vec<&PathBuf> = Vec::new();
    files.iter().chain(installed).for_each(|file| {
        if !distinct.contains(&file) {
            distinct.push(file)
        }
    });
    const SHOWN: usize = 12;
    for (index, file) in distinct.iter().take(SHOWN).enumerate() {
        page.field(if index == 0 { "wrote" } else { "" }, &shown(file))?;
    }
    if distinct.len() > SHOWN {
        page.field("", &format!("and {} more", distinct.len() - SHOWN))?;
    }
    for (index, step) in steps.iter().enumerate().take(SHOWN) {
        if !steps[..index].contains(step) {
            page.line(&format!("Next: {step}"))?;
        }
    }
    if installed.is_empty() {
        for (answer, file) in answers.iter().zip(files).take(SHOWN) {
            if let Some(key) = &answer.key {
                let (key, file) = (quoted(key), argument_of(&shown(file)));
                page.line(&format!("Next: certfix install {key} {file}{store_flag}"))?;
            }
        }
    }
    Ok(())
}

/// Writes one CA whole. `store_flag` follows commands, so that they find its store.
///
/// # Errors
/// Those of the stream.
pub fn authority(
    authority: &Private,
    list: &RevocationList,
    store_flag: &str,
    now: Moment,
    page: &mut Page<'_>,
) -> io::Result<()> {
    page.line(&bold(&Text::from(&*authority.name).to_string()))?;
    page.field("folder", &shown(&authority.folder))?;
    let kind = &authority.root.identity.key.kind;
    let until = |cert: &Certificate| match cert {
        cert if cert.not_after < now => format!("ended on {}", cert.not_after.date()),
        cert if cert.not_before > now => format!("begins on {}", cert.not_before.date()),
        cert => format!("until {}", cert.not_after.date()),
    };
    let life = |cert: &Certificate| format!("{}, {kind}, {}", cert.identity.subject, until(cert));
    page.field("root", &life(&authority.root))?;
    if let Some(between) = &authority.intermediate {
        page.field("issuing CA", &life(between))?;
    }
    let signs = match authority.only.is_empty() {
        true => "any name".to_owned(),
        false => format!("names in {} alone", authority.only),
    };
    page.field("signs", &signs)?;
    let next = list.next_update.map(|next| match next < now {
        true => format!(", out of date since {}: certfix ca crl --ca {}{store_flag}", next.date(), authority.id()),
        false => format!(", to be renewed before {}", next.date()),
    });
    let number = list.number.unwrap_or_default();
    let revoked = list.revoked.len();
    page.field("CRL", &format!("number {number}, {revoked} revoked{}", next.unwrap_or_default()))?;
    if let Some(url) = &authority.list {
        page.field("", &Text::from(&**url).to_string())?;
    }
    if !authority.key_path().exists() {
        page.field("key", "the key that signs is not here")?;
    }
    Ok(())
}

/// Writes each CA, with what it signed. `store_flag` follows commands, so that they find the store.
///
/// # Errors
/// Those of the stream.
pub fn authorities(
    all: &[(Private, RevocationList, Vec<Registered>)],
    store_flag: &str,
    now: Moment,
    page: &mut Page<'_>,
) -> io::Result<()> {
    if all.is_empty() {
        return page.line(&format!("no CA: make one with certfix ca init NAME{store_flag}"));
    }
    for (index, (one, list, register)) in all.iter().enumerate() {
        if index > 0 {
            page.line("")?;
        }
        authority(one, list, store_flag, now, page)?;
        let count = match register.len() {
            0 => "nothing yet".to_owned(),
            1 => "1 certificate".to_owned(),
            many => format!("{many} certificates"),
        };
        page.field("signed", &count)?;
        if one.cut_short(register, now) > 0 {
            page.field("note", "it ends so soon that certificates and their renewals end with it")?;
            page.command("new CA", &format!("certfix ca init NAME{store_flag}"))?;
            page.command("trust it", &format!("certfix ca export --ca NAME{store_flag}"))?;
            page.command("each key", &format!("certfix ca sign REQUEST --ca NAME --install{store_flag}"))?;
        }
        let names: Vec<String> =
            register.iter().map(|one| first_name(&one.certificate.identity).unwrap_or_default()).collect();
        let width = names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
        let states = register.iter().map(|one| one.state(now).word().len()).fold(7, usize::max);
        for (one, name) in register.iter().zip(&names) {
            let Registered { certificate, .. } = one;
            let end = match &one.revoked {
                Some(revoked) => {
                    let reason = revoked.reason.map(|reason| format!(", {}", reason.id())).unwrap_or_default();
                    format!("since {}{reason}", revoked.since.date())
                }
                None if certificate.not_before > now => format!("from {}", certificate.not_before.date()),
                None => format!("until {}", certificate.not_after.date()),
            };
            page.line(&format!(
                "    {}  {name:<width$}  {:<states$}  {end}",
                certificate.serial,
                one.state(now).word()
            ))?;
        }
    }
    Ok(())
}

fn shown(path: &std::path::Path) -> String {
    Text::of_path(path).to_string()
}
