//! What to do about a finding, as a shell takes it.

use std::borrow::Cow;

use super::check::Place;
use crate::Error;
use crate::facts::{Certificate, Source, Target, Text};
use crate::judge::{Finding, Report};
use crate::plan::ensure_signed;
use crate::profiles;
use crate::rules::{Authority, Check};

/// A key of a store whose certificate or request is judged. `certfix fix` does not write where it is.
#[derive(Debug)]
pub struct Kept {
    /// The name of the key.
    pub name: String,
    /// What has to follow a command for it to find the store: ` --store DIR`, or nothing.
    pub store_flag: String,
    /// True while the request of a renewal waits for its answer; there is no second one then.
    pub is_asked: bool,
}

/// The command that cures it, where certfix can.
pub(super) fn command(finding: &Finding, report: &Report<'_>, place: &Place<'_>) -> Option<String> {
    if finding.hit.remedy.is_by_hand() {
        return None;
    }
    let name = report.target.and_then(|target| target.name())?;
    if unsigned(finding, report).is_some() {
        return None;
    }
    let is_signed = ensure_signed(name, profiles::PUBLIC).is_ok();
    // What the certificate does not tell was said with --ca, and has to be said again.
    let is_own = report.subject.item.certificate().is_some_and(Certificate::is_self_signed);
    let ca = match (report.authority, place.kept) {
        // Who keeps one of its own wants the next one, too.
        (Authority::Unknown | Authority::Private, Some(Kept { name, store_flag, .. })) if is_own => {
            return Some(format!("certfix self-signed --renew {name}{store_flag}"));
        }
        (_, None) if !is_signed && is_own => " --self-signed",
        _ if !is_signed => " --ca private",
        (told, _) if told == Authority::of(report.subject.item) => "",
        (Authority::Private, _) => " --ca private",
        (Authority::Public, _) => " --ca public",
        (Authority::Unknown, _) => "",
    };
    match place.kept {
        Some(Kept { name, store_flag, .. }) => Some(format!("certfix csr --renew {name}{ca}{store_flag}")),
        None => Some(format!("certfix fix {} --fqdn {name}{ca}", place.source?)),
    }
}

/// Why no new certificate for the target cures it: none of the CAs that may be meant signs that name.
fn unsigned(finding: &Finding, report: &Report<'_>) -> Option<Error> {
    let name = report.target.and_then(Target::name).filter(|_| finding.hit.remedy.is_reissue())?;
    // Who passes --ca public means it.
    let is_given = report.authority == Authority::Public && Authority::of(report.subject.item) != Authority::Public;
    ensure_signed(name, if is_given { profiles::PUBLIC } else { profiles::SELF_SIGNED }).err()
}

/// What to do where certfix cannot; where that is about the key's file, with its path.
pub(super) fn by_hand<'a>(finding: &'a Finding, report: &Report<'_>) -> Cow<'a, str> {
    let is_about_target = matches!(finding.rule.check, Check::Name(..));
    if let Some(error) = unsigned(finding, report).filter(|_| is_about_target && !finding.hit.remedy.is_by_hand()) {
        return format!("{error}; {}", error.hint()).into();
    }
    let in_source = match &report.subject.evidence.source {
        Source::File(path) => Some(path.as_path()),
        _ => None,
    };
    let beside = report.subject.keys.beside.map(|file| file.path);
    match (&finding.rule.check, beside.or(in_source)) {
        (Check::KeyFile(_), Some(path)) => {
            finding.rule.fix.replace("FILE", &argument_of(&Text::of_path(path).to_string())).into()
        }
        _ => finding.hit.remedy.words(finding.rule).into(),
    }
}

/// A path as a program takes it from a shell.
pub fn argument_of(path: &str) -> String {
    // It would be taken for a flag.
    if path.starts_with('-') { quoted(&format!("./{path}")) } else { quoted(path) }
}

/// A path or an argument as a shell takes it.
pub fn quoted(source: &str) -> String {
    let plain = |character: char| character.is_alphanumeric() || "/._-+,:@".contains(character);
    if !source.is_empty() && source.chars().all(plain) {
        return source.to_owned();
    }
    format!("'{}'", source.replace('\'', r"'\''"))
}
