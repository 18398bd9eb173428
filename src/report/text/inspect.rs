//! What is in a source, entry for entry.

use std::io;

use super::Page;
use super::layout::bold;
use super::services::which_of_all;
use crate::error::listed;
use crate::facts::{
    BasicConstraints, Certificate, Evidence, Identity, Item, KeyEntry, KeyKind, Link, Moment, Names, SanExtension,
    Subject, Survey, Text, Verification, lower_hex, upper_hex,
};
use crate::report::with_unicode;

/// Writes what `subject` is, as of `now`.
///
/// # Errors
/// Those of the stream.
pub fn inspect(subject: &Subject<'_>, now: Moment, page: &mut Page<'_>) -> io::Result<()> {
    let kind = match subject.item {
        Item::Certificate(_) => "certificate",
        Item::Request(_) => "certificate request",
    };
    entries(kind, subject, now, page)
}

/// Writes what `subject` is, the first of this chain, as of `now`.
///
/// # Errors
/// Those of the stream.
pub fn inspect_presented(
    survey: &Survey,
    chain: usize,
    subject: &Subject<'_>,
    now: Moment,
    page: &mut Page<'_>,
) -> io::Result<()> {
    let which = which_of_all(survey, chain).map(|which| format!(" {which}")).unwrap_or_default();
    entries(&format!("certificate{which}"), subject, now, page)
}

fn entries(kind: &str, subject: &Subject<'_>, now: Moment, page: &mut Page<'_>) -> io::Result<()> {
    page.line(&bold(&format!("{}: {kind}", subject.evidence.source)))?;
    let identity = subject.item.identity();
    names(&identity.names, page)?;
    common_names(identity, page)?;
    page.field("subject", &identity.subject.to_string())?;
    match subject.item {
        Item::Certificate(cert) => certificate(cert, now, page)?,
        Item::Request(request) => {
            page.field("key", &key(&identity.key.kind))?;
            let proof = match request.verify() {
                Verification::Holds => "holds: the requester has the private key",
                Verification::Fails => "does not hold: it was changed, or signed with another key",
                Verification::Unsupported => "not checked: the algorithm is not supported",
            };
            page.field("signature", &format!("{}, {proof}", request.signature))?;
            usages(identity, page)?;
        }
    }
    chain(subject, now, page)?;
    private_key(subject, page)?;
    mended(subject.evidence, page)
}

/// Writes what a source holds that has nothing but keys.
///
/// # Errors
/// Those of the stream.
pub fn keys(evidence: &Evidence, page: &mut Page<'_>) -> io::Result<()> {
    page.line(&bold(&format!("{}: private key", evidence.source)))?;
    for entry in &evidence.keys {
        match entry {
            KeyEntry::Locked => page.field("key", "encrypted; pass --password-file to see more")?,
            KeyEntry::Unread(why) => page.field("key", &format!("not read: {why}"))?,
            KeyEntry::Open(open) | KeyEntry::Opened(open) => page.field("key", &key(&open.public.kind))?,
        }
    }
    mended(evidence, page)
}

fn mended(evidence: &Evidence, page: &mut Page<'_>) -> io::Result<()> {
    for repair in &evidence.repairs {
        page.field("repaired", &repair.0)?;
    }
    for ignored in &evidence.ignored {
        page.field("passed over", ignored)?;
    }
    Ok(())
}

fn names(names: &Names, page: &mut Page<'_>) -> io::Result<()> {
    let absent = match names.extension {
        SanExtension::Absent => Some("none: there is no subjectAltName (SAN)"),
        SanExtension::Unreadable => Some("the subjectAltName (SAN) cannot be read"),
        _ if names.entries.is_empty() => Some("none: the subjectAltName (SAN) is empty"),
        _ => None,
    };
    if let Some(absent) = absent {
        return page.field("names", absent);
    }
    let first_dns = names.first_dns().map(|(position, _)| position);
    let digits = names.entries.len().to_string().len();
    for (index, entry) in names.entries.iter().enumerate() {
        let label = if index == 0 { "names" } else { "" };
        let mark = if first_dns == Some(index) { "  <- first dNSName" } else { "" };
        let line = format!("{:>digits$} {} {}{mark}", index + 1, entry.kind(), with_unicode(entry));
        page.field(label, &line)?;
    }
    if names.extension == SanExtension::Critical {
        page.field("", "(marked critical)")?;
    }
    Ok(())
}

fn common_names(identity: &Identity, page: &mut Page<'_>) -> io::Result<()> {
    let all: Vec<String> = identity.subject.common_names().map(ToString::to_string).collect();
    page.field("common name", if all.is_empty() { "none".to_owned() } else { all.join(", ") }.as_str())
}

fn certificate(cert: &Certificate, now: Moment, page: &mut Page<'_>) -> io::Result<()> {
    let own = if cert.is_self_signed() { " (itself)" } else { "" };
    page.field("issuer", &format!("{}{own}", cert.issuer))?;
    page.field("life", &life(cert, now))?;
    page.field("key", &key(&cert.identity.key.kind))?;
    page.field("signature", &cert.signature.to_string())?;
    usages(&cert.identity, page)?;
    page.field("serial", &cert.serial.to_string())?;
    page.field("SHA-256", &upper_hex(&cert.sha256(), ":"))?;
    page.field("SHA-1", &format!("{} (thumbprint in Windows)", lower_hex(&cert.sha1(), "")))?;
    if cert.version != 3 {
        page.field("version", &cert.version.to_string())?;
    }
    Ok(())
}

fn life(cert: &Certificate, now: Moment) -> String {
    // Both ends count (RFC 5280 §4.1.2.5), so the last second belongs to the life.
    let days = cert.not_before.days_until(cert.not_after.plus_seconds(1));
    let left = if now < cert.not_before {
        format!("begins in {}", days_of(now.days_until(cert.not_before)))
    } else if now > cert.not_after {
        format!("ended {} ago", days_of(cert.not_after.days_until(now)))
    } else {
        format!("{} left", days_of(now.days_until(cert.not_after)))
    };
    format!("{} to {} ({}, {left})", cert.not_before, cert.not_after, days_of(days))
}

/// `1 day`, `30 days`.
fn days_of(count: i64) -> String {
    format!("{count} day{}", if count == 1 { "" } else { "s" })
}

fn key(kind: &KeyKind) -> String {
    match kind {
        KeyKind::Rsa { exponent: Some(exponent), .. } => format!("{kind} bits, exponent {exponent}"),
        KeyKind::Rsa { exponent: None, .. } => format!("{kind} bits"),
        other => other.to_string(),
    }
}

fn usages(identity: &Identity, page: &mut Page<'_>) -> io::Result<()> {
    if let Some(usage) = identity.key_usage {
        page.field("key usage", &usage.names().collect::<Vec<_>>().join(", "))?;
    }
    if let Some(purposes) = &identity.purposes {
        let purposes: Vec<String> = purposes.iter().map(ToString::to_string).collect();
        page.field("purposes", &purposes.join(", "))?;
    }
    match identity.basic_constraints {
        None => Ok(()),
        Some(BasicConstraints { ca, path_length: None }) => {
            page.field("constraints", if ca { "CA:TRUE" } else { "CA:FALSE" })
        }
        Some(BasicConstraints { ca, path_length: Some(length) }) => {
            page.field("constraints", &format!("CA:{}, path length {length}", if ca { "TRUE" } else { "FALSE" }))
        }
    }
}

fn chain(subject: &Subject<'_>, now: Moment, page: &mut Page<'_>) -> io::Result<()> {
    let all = subject.chain.len() + 1;
    if subject.before > 0 {
        page.field(
            "place",
            &format!("number {} of {all}, where the server's own should be the first", subject.place()),
        )?;
    }
    let links = subject.links();
    let in_order = |(index, link): (usize, &Link<'_>)| link.issued.contains(&(index + 1)) && !link.is_stranger;
    let is_chain = subject.before == 0 && links.iter().enumerate().all(in_order);
    for (index, link) in links.iter().enumerate() {
        let label = match index {
            0 if is_chain => "chain",
            0 => "others",
            _ => "",
        };
        let cert = link.certificate;
        let end = cert.not_after.date();
        let life = if cert.not_after < now { format!("ended {end}") } else { format!("until {end}") };
        page.field(label, &format!("{} {} ({life}{})", link.place, cert.identity.subject, part(link)))?;
    }
    Ok(())
}

/// What a certificate is to the others: `, a root, issued 1`.
fn part(link: &Link<'_>) -> String {
    if let Some(other) = link.same_as {
        return format!(", the same as {other}");
    }
    let mut part = String::new();
    if link.is_stranger {
        part += ", a stranger to this one";
    }
    if link.certificate.is_self_signed() {
        part += if link.certificate.identity.is_ca() { ", a root" } else { ", self-signed" };
    }
    if !link.issued.is_empty() {
        part += &format!(", issued {}", listed(&link.issued));
    }
    part
}

fn private_key(subject: &Subject<'_>, page: &mut Page<'_>) -> io::Result<()> {
    let own = &subject.item.identity().key;
    // Beside many others there may be as many keys: one line each for every one of them would be without end.
    const MOST: usize = 8;
    let keys = &subject.evidence.keys;
    for entry in keys.iter().take(MOST) {
        let text = match entry {
            KeyEntry::Locked => "encrypted; pass --password-file to compare it".to_owned(),
            KeyEntry::Unread(why) => format!("not read: {why}"),
            KeyEntry::Open(key) | KeyEntry::Opened(key) if key.public == *own => {
                format!("{}, matches", key.public.kind)
            }
            KeyEntry::Open(key) | KeyEntry::Opened(key) => {
                format!("{}, belongs to something else", key.public.kind)
            }
        };
        page.field("private key", &text)?;
    }
    if keys.len() > MOST {
        page.field("private key", &format!("{} more", keys.len() - MOST))?;
    }
    if !keys.is_empty() {
        return Ok(());
    }
    match (subject.keys.own, subject.keys.beside, subject.keys.stray) {
        (Some(own), Some(file), _) => {
            page.field("private key", &format!("{}, matches, in {}", own.public.kind, Text::of_path(file.path)))
        }
        (None, _, Some(stray)) => {
            page.field("private key", &format!("{}, named beside it, belongs to something else", stray.public.kind))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::{day, evidence, issued};

    fn cert(name: &str, issuer: &str) -> Certificate {
        let mut cert = issued(name, issuer);
        cert.identity.basic_constraints = Some(BasicConstraints { ca: name != "mail", path_length: None });
        cert
    }

    fn shown(certificates: &[(&str, &str)]) -> Vec<String> {
        let evidence = evidence(certificates.iter().map(|(name, issuer)| cert(name, issuer)).collect());
        let mut out = Vec::new();
        chain(&evidence.subjects()[0], day("2026-09-01"), &mut Page::new(&mut out, 100)).unwrap();
        String::from_utf8(out).unwrap().lines().map(|line| line.trim().to_owned()).collect()
    }

    #[test]
    fn calls_a_chain_what_is_in_order_alone() {
        let lines = shown(&[("mail", "CA"), ("CA", "Root"), ("Root", "Root")]);
        assert_eq!(lines[0], "chain       2 CN=CA (until 2026-10-29, issued 1)");
        assert_eq!(lines[1], "3 CN=Root (until 2026-10-29, a root, issued 2)");
        let lines = shown(&[("CA", "Root"), ("Other", "Root 2"), ("mail", "CA"), ("Root", "Root")]);
        assert_eq!(lines[0], "place       number 3 of 4, where the server's own should be the first");
        assert_eq!(lines[1], "others      1 CN=CA (until 2026-10-29, issued 3)");
        assert_eq!(lines[2], "2 CN=Other (until 2026-10-29, a stranger to this one)");
        let lines = shown(&[("mail", "CA"), ("Root", "Root"), ("CA", "Root")]);
        assert_eq!(lines[0], "others      2 CN=Root (until 2026-10-29, a root, issued 3)");
    }
}
