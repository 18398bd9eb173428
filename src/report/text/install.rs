//! What was installed, what the CA made of the request, and what clients will do.

use std::io;
use std::path::PathBuf;

use super::cure::argument_of;
use super::layout::bold;
use super::{Kept, Page, check_kept};
use crate::facts::{Certificate, DistinguishedName, Text};
use crate::judge::{Change, Report};
use crate::report::with_unicode;

/// One answer of a CA, beside its key.
#[derive(Debug)]
pub struct Installed<'a> {
    /// The key's name.
    pub name: &'a str,
    /// The certificate.
    pub certificate: &'a Certificate,
    /// Those above it, in order, without the root.
    pub chain: &'a [&'a Certificate],
    /// Whose certificate is missing from the chain.
    pub missing: Option<&'a DistinguishedName>,
    /// What differs from the request; none when there is no request.
    pub changes: Option<Vec<Change>>,
    /// True when the request put the name first and the CA did not.
    pub undone: bool,
    /// The files that were written; on a dry run those that would be.
    pub files: Vec<PathBuf>,
    /// The generation that waits for a commit.
    pub waits: Option<u32>,
    /// What is to be done next.
    pub next: Option<Next>,
    /// True when nothing was written.
    pub dry_run: bool,
    /// What the rules say of it.
    pub report: &'a Report<'a>,
    /// The key, and how commands find it.
    pub kept: Kept,
    /// The file that the certificate is in.
    pub kept_in: PathBuf,
}

/// What follows an installation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Services are bound to the key and do not have the certificate.
    Commit,
    /// No service is bound to it.
    Bind,
}

impl Installed<'_> {
    /// The command that is to be given next.
    pub fn step(&self) -> Option<String> {
        let Kept { name, store_flag, .. } = &self.kept;
        Some(match self.next? {
            Next::Commit => format!("certfix commit{store_flag}"),
            Next::Bind => format!("certfix bind {name} --to SERVICE{store_flag}"),
        })
    }
}

/// Writes it.
///
/// # Errors
/// Those of the stream.
pub fn installed(installed: &Installed<'_>, page: &mut Page<'_>) -> io::Result<()> {
    let Installed { name, certificate: cert, .. } = installed;
    page.line(&bold(&Text::from(*name).to_string()))?;
    certificate(cert, page)?;
    chain(installed, page)?;
    changed(installed.changes.as_deref(), page)?;
    written(installed, page)?;
    page.line("")?;
    check_kept(installed.report, Some(&installed.kept), "", page)?;
    if installed.undone {
        page.line("")?;
        page.paragraph(0, "The CA undid the order of the request. What works instead:")?;
        let from = format!("--from {} --fqdn {name}", argument_of(&installed.kept_in.display().to_string()));
        // Other stores: the folder of the key is there.
        page.paragraph(2, "one certificate for each name:")?;
        page.line(&format!("    certfix csr {from} --one-per-name --store one-per-name"))?;
        page.paragraph(2, "a CA that keeps the order: certfix profiles lists what is known of each")?;
        page.paragraph(2, "a CA of your own, or none:")?;
        page.line(&format!("    certfix self-signed {from} --store self-signed"))?;
    }
    match installed.step() {
        Some(step) => page.line(&format!("\nNext: {step}")),
        None => Ok(()),
    }
}

/// Names in their order, subject, issuer and life.
pub(super) fn certificate(cert: &Certificate, page: &mut Page<'_>) -> io::Result<()> {
    for (index, entry) in cert.identity.names.entries.iter().enumerate() {
        page.field(if index == 0 { "names" } else { "" }, &format!("{} {}", index + 1, with_unicode(entry)))?;
    }
    page.field("subject", &cert.identity.subject.to_string())?;
    page.field("issuer", &cert.issuer.to_string())?;
    let days = cert.not_before.days_until(cert.not_after.plus_seconds(1));
    page.field("valid", &format!("{} until {}, {days} days", cert.not_before.date(), cert.not_after.date()))
}

fn chain(installed: &Installed<'_>, page: &mut Page<'_>) -> io::Result<()> {
    let mut label = "chain";
    for cert in installed.chain {
        page.field(label, &cert.identity.subject.to_string())?;
        label = "";
    }
    match installed.missing {
        Some(missing) => {
            let known = "is neither here nor among this machine's roots";
            let advice = "if it is not your own root, get it from the CA and install both files together";
            page.field(label, &format!("{missing} {known}: {advice}"))
        }
        None if installed.certificate.is_self_signed() => page.field(label, "none: it signs itself"),
        None if installed.chain.is_empty() => page.field(label, "none: a root signed it"),
        None => Ok(()),
    }
}

/// What differs from the request, where there is one.
pub(super) fn changed(changes: Option<&[Change]>, page: &mut Page<'_>) -> io::Result<()> {
    let Some(changes) = changes else {
        return page.field("changed", "not checked: there is no request");
    };
    let (notes, changes): (Vec<&Change>, Vec<&Change>) = changes.iter().partition(|change| change.is_note());
    if changes.is_empty() {
        page.field("changed", "nothing: it is as the request asked")?;
    }
    for (label, listed) in [("changed", changes), ("note", notes)] {
        for (index, change) in listed.iter().enumerate() {
            page.field(if index == 0 { label } else { "" }, &change.to_string())?;
        }
    }
    Ok(())
}

fn written(installed: &Installed<'_>, page: &mut Page<'_>) -> io::Result<()> {
    match (installed.files.is_empty(), installed.dry_run) {
        (true, _) => return page.field("wrote", "nothing: it is installed already"),
        (false, true) => return page.field("wrote", "nothing (--dry-run)"),
        (false, false) => {}
    }
    for (index, file) in installed.files.iter().enumerate() {
        let shown = Text::of_path(file).to_string();
        page.field(if index == 0 { "wrote" } else { "" }, &shown)?;
    }
    match installed.waits {
        Some(number) => page.field("waits", &format!("generation {number}; services go on with the one before")),
        None => Ok(()),
    }
}
