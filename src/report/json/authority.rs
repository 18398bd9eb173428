//! `ca` as JSON. Private keys are never in it.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::certificate::{CertificateEntry, Moments, certificate};
use super::check::CheckEntry;
use super::install::{Change, change};
use super::{VERSION, check};
use crate::authority::private::{Private, Registered};
use crate::facts::{Moment, RevocationList, Text};
use crate::report::text::Answer;

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    command: &'static str,
    authorities: Vec<AuthorityEntry<'a>>,
    errors: &'a [String],
}

#[derive(Serialize)]
struct AuthorityEntry<'a> {
    name: &'a str,
    id: String,
    folder: String,
    only: Vec<String>,
    crl_url: Option<&'a str>,
    root: CertificateEntry<'a>,
    intermediate: Option<CertificateEntry<'a>>,
    key_is_here: bool,
    crl: ListEntry,
    cuts_short: usize,
    signed: Vec<RegisteredEntry<'a>>,
}

#[derive(Serialize)]
struct ListEntry {
    file: String,
    number: Option<u64>,
    this_update: Moments,
    next_update: Option<Moments>,
    revoked: usize,
}

#[derive(Serialize)]
struct RegisteredEntry<'a> {
    serial: String,
    state: &'static str,
    file: String,
    revoked_since: Option<Moments>,
    reason: Option<&'static str>,
    certificate: CertificateEntry<'a>,
}

#[derive(Serialize)]
struct Changed<'a> {
    version: u32,
    command: &'static str,
    action: &'static str,
    ca: &'a str,
    serial: Option<String>,
    file: Option<String>,
    crl_number: Option<u64>,
    text: Option<&'a str>,
}

#[derive(Serialize)]
struct SignedDocument<'a> {
    version: u32,
    command: &'static str,
    action: &'static str,
    ca: &'a str,
    dry_run: bool,
    signed: Vec<SignedEntry<'a>>,
}

#[derive(Serialize)]
struct SignedEntry<'a> {
    request: &'a str,
    serial: String,
    key: Option<&'a str>,
    file: Option<String>,
    installed: Vec<String>,
    changes: Vec<Change>,
    notes: &'a [String],
    judged: CheckEntry<'a>,
}

/// These CAs, with what each has signed, as of `now`; and why others cannot be shown.
pub fn authorities(all: &[(Private, RevocationList, Vec<Registered>)], errors: &[String], now: Moment) -> String {
    let authorities = all.iter().map(|(one, list, register)| entry(one, list, register, now)).collect();
    whole(&Document { version: VERSION, command: "ca", authorities, errors })
}

/// What `ca export`, `revoke` and `crl` did, and to which certificate.
pub fn authority_changed(
    action: &'static str,
    authority: &Private,
    serial: Option<String>,
    file: Option<&Path>,
    crl_number: Option<u64>,
) -> String {
    let (ca, file) = (&authority.name, file.map(shown));
    whole(&Changed { version: VERSION, command: "ca", action, ca, serial, file, crl_number, text: None })
}

/// What `ca export` gives where it writes no file.
pub fn authority_text(authority: &Private, text: &str) -> String {
    let (command, action, ca, text) = ("ca", "export", &*authority.name, Some(text));
    whole(&Changed { version: VERSION, command, action, ca, serial: None, file: None, crl_number: None, text })
}

/// What `ca sign` signed; `files` and `installed` are those of each answer, none on a dry run.
pub fn signed(
    authority: &Private,
    answers: &[Answer<'_>],
    files: &[PathBuf],
    installed: &[Vec<PathBuf>],
    now: Moment,
) -> String {
    let signed = answers.iter().enumerate().map(|(index, answer)| SignedEntry {
        request: &answer.source,
        serial: answer.certificate.serial.to_string(),
        key: answer.key.as_deref(),
        file: files.get(index).map(|file| shown(file)),
        installed: installed.get(index).into_iter().flatten().map(|file| shown(file)).collect(),
        changes: answer.changes.iter().map(change).collect(),
        notes: &answer.notes,
        judged: check(&answer.report, now),
    });
    let signed = signed.collect();
    let dry_run = files.is_empty();
    whole(&SignedDocument { version: VERSION, command: "ca", action: "sign", ca: &authority.name, dry_run, signed })
}

fn entry<'a>(
    authority: &'a Private,
    list: &RevocationList,
    register: &'a [Registered],
    now: Moment,
) -> AuthorityEntry<'a> {
    let only = &authority.only;
    let signed = register.iter().map(|one| RegisteredEntry {
        serial: one.certificate.serial.to_string(),
        state: one.state(now).word(),
        file: shown(&one.file),
        revoked_since: one.revoked.as_ref().map(|revoked| revoked.since.into()),
        reason: one.revoked.as_ref().and_then(|revoked| revoked.reason).map(|reason| reason.id()),
        certificate: certificate(&one.certificate, now),
    });
    AuthorityEntry {
        name: &authority.name,
        id: authority.id(),
        folder: shown(&authority.folder),
        only: only
            .domains
            .iter()
            .map(ToString::to_string)
            .chain(only.networks.iter().map(ToString::to_string))
            .collect(),
        crl_url: authority.list.as_deref(),
        root: certificate(&authority.root, now),
        intermediate: authority.intermediate.as_ref().map(|cert| certificate(cert, now)),
        key_is_here: authority.key_path().exists(),
        crl: ListEntry {
            file: shown(&authority.list_path()),
            number: list.number,
            this_update: list.this_update.into(),
            next_update: list.next_update.map(Moments::from),
            revoked: list.revoked.len(),
        },
        cuts_short: authority.cut_short(register, now),
        signed: signed.collect(),
    }
}

fn shown(path: &Path) -> String {
    Text::of_path(path).to_string()
}

fn whole(document: &impl Serialize) -> String {
    // Verdicts are JSON before the rest is, which only the writer of this folder knows.
    let mut text = Vec::new();
    super::entry(document, &mut text);
    String::from_utf8(text).expect("JSON is UTF-8") + "\n"
}
