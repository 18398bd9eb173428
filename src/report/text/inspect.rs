//! What is in a source, entry for entry.

use std::io;

use super::Page;
use super::layout::bold;
use crate::facts::{
    BasicConstraints, Certificate, Evidence, Identity, Item, KeyEntry, KeyKind, Moment, Names, SanExtension, Subject,
    Verification, lower_hex, upper_hex,
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
            KeyEntry::Open(open) => page.field("key", &key(&open.public.kind))?,
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
    let own = if cert.is_self_issued() { " (itself)" } else { "" };
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
    for (index, cert) in subject.chain.iter().enumerate() {
        let label = if index == 0 { "chain" } else { "" };
        let left = cert.not_after.days_until(now);
        let life = if left > 0 {
            format!("ended {}", cert.not_after.date())
        } else {
            format!("until {}", cert.not_after.date())
        };
        let root = if cert.is_self_issued() { ", a root" } else { "" };
        page.field(label, &format!("{} {} ({life}{root})", index + 1, cert.identity.subject))?;
    }
    Ok(())
}

fn private_key(subject: &Subject<'_>, page: &mut Page<'_>) -> io::Result<()> {
    let own = &subject.item.identity().key;
    // Beside many others there may be as many keys: one line each for every one of them would be without end.
    const MOST: usize = 8;
    let keys = &subject.evidence.keys;
    for entry in keys.iter().take(MOST) {
        let text = match entry {
            KeyEntry::Locked => "encrypted; pass --password-file to compare it".to_owned(),
            KeyEntry::Open(key) if key.public == *own => format!("{}, matches", key.public.kind),
            KeyEntry::Open(key) => format!("{}, belongs to something else", key.public.kind),
        };
        page.field("private key", &text)?;
    }
    if keys.len() > MOST {
        page.field("private key", &format!("{} more", keys.len() - MOST))?;
    }
    Ok(())
}
