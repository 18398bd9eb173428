//! Findings, then the table of verdicts, then what was not checked.

use std::fmt::Write;
use std::io;

use super::cure::{Kept, argument_of, by_hand, command};
use super::layout::level;
use super::{Page, verdicts};
use crate::clients::{Fault, Reference};
use crate::error::listed;
use crate::facts::Source;
use crate::judge::{Finding, Missing, Outcome, Report, Verdict};
use crate::rules::{Check, Level, Rule};

/// Writes one report.
///
/// # Errors
/// Those of the stream.
pub fn check(report: &Report<'_>, page: &mut Page<'_>) -> io::Result<()> {
    check_kept(report, None, "", page)
}

/// Writes one report about a certificate or request whose key is in a store. `flags` follow a source where it is to be read
/// again: ` --password-file FILE`, or nothing.
///
/// # Errors
/// Those of the stream.
pub fn check_kept(report: &Report<'_>, kept: Option<&Kept>, flags: &str, page: &mut Page<'_>) -> io::Result<()> {
    let source = report.subject.evidence.source.to_string();
    let evidence = report.subject.evidence;
    let argument = match &evidence.source {
        // What was in it is gone.
        Source::Stdin => format!("FILE{flags}"),
        _ => format!("{}{flags}", argument_of(&source)),
    };
    // `certfix fix` takes one certificate, with its chain or without.
    let is_alone = report.subject.chain.len() + 1 >= evidence.certificates.len() + evidence.requests.len();
    let argument = Some(argument).filter(|_| is_alone);
    judged(report, &Place { label: "found in", names: &source, source: argument.as_deref(), kept }, page)?;
    page.line("")?;
    let levels: Vec<Level> = report.findings.iter().map(|finding| finding.hit.level).collect();
    counts(&levels, &report.not_checked, &report.candidates(), page)?;
    read_more(report.findings.first().map(|finding| finding.rule.code), page)
}

/// Where findings are, for people.
pub(super) struct Place<'a> {
    /// `found in`, `found on`
    pub(super) label: &'static str,
    /// The file, or the services.
    pub(super) names: &'a str,
    /// What `certfix fix` takes, as a shell does; none where it would take more than the certificate judged.
    pub(super) source: Option<&'a str>,
    /// The key that it belongs to.
    pub(super) kept: Option<&'a Kept>,
}

/// Findings and verdicts, without counting them.
fn judged(report: &Report<'_>, place: &Place<'_>, page: &mut Page<'_>) -> io::Result<()> {
    nothing_wrong(report, place, page)?;
    for (index, finding) in report.findings.iter().enumerate() {
        if index > 0 {
            page.line("")?;
        }
        self::finding(finding, report, place, page)?;
    }
    outcome(report, page)
}

/// Says that there are no findings, where there are none.
pub(super) fn nothing_wrong(report: &Report<'_>, place: &Place<'_>, page: &mut Page<'_>) -> io::Result<()> {
    if !report.findings.is_empty() {
        return Ok(());
    }
    let asked = report.target.map(|target| format!(" for {target}")).unwrap_or_default();
    let tail = all_the_same(report);
    let Some((why, advice)) = unknown_trust(report) else {
        return page.paragraph(0, &format!("{}: nothing wrong{asked}{tail}", place.names));
    };
    let unknown = format!("whether clients trust it is not known, for {why}");
    page.paragraph(0, &format!("{}: {unknown}; nothing wrong otherwise{asked}{tail}", place.names))?;
    if advice.is_empty() { Ok(()) } else { page.paragraph(0, advice) }
}

/// What follows the findings: what was passed over, and what each client does.
pub(super) fn outcome(report: &Report<'_>, page: &mut Page<'_>) -> io::Result<()> {
    let passed_over = &report.subject.evidence.ignored;
    if !passed_over.is_empty() && !report.findings.is_empty() {
        page.line("")?;
    }
    for part in passed_over {
        page.field("passed over", part)?;
    }
    verdicts(report, page)
}

/// Why it stays open whether clients trust it, where roots to trust were given, and what to do about it.
fn unknown_trust(report: &Report<'_>) -> Option<(String, &'static str)> {
    let asked = report.not_checked.iter().find(|(rule, _)| matches!(rule.check, Check::Trust(_)));
    match asked.map(|(_, missing)| missing)? {
        Missing::Chain => {
            let issuer = &report.subject.item.certificate()?.issuer;
            let advice = match &report.subject.evidence.source {
                Source::File(_) | Source::Stdin => {
                    "To know it, put that certificate into the same file, after the server's."
                }
                _ => "",
            };
            Some((format!("the certificate of {issuer} is not here"), advice))
        }
        Missing::Proof => {
            Some(("the way to a trusted root has a signature of a kind that certfix cannot check".to_owned(), ""))
        }
        _ => None,
    }
}

/// Writes what is wrong in short, and a blank line: level, title and detail of everything worse than a note, or of the notes
/// that a new certificate cures where there is nothing worse; what to do where a new certificate is no cure.
///
/// # Errors
/// Those of the stream.
pub fn faults(report: &Report<'_>, page: &mut Page<'_>) -> io::Result<()> {
    let is_fault = |finding: &&Finding| finding.hit.level > Level::Note;
    let all_notes = !report.findings.iter().any(|finding| is_fault(&finding));
    let is_cured = |finding: &&Finding| all_notes && finding.hit.remedy.is_reissue();
    let faults = || report.findings.iter().filter(|finding| is_fault(finding) || is_cured(finding));
    for finding in faults() {
        heading(finding.rule, finding.hit.level, page)?;
        page.field("detail", &finding.hit.detail)?;
        if finding.hit.remedy.is_by_hand() {
            page.field("by hand", &by_hand(finding, report))?;
        }
    }
    if faults().next().is_some() { page.line("") } else { Ok(()) }
}

/// What is left to say of clients that complain of a good certificate.
fn all_the_same(report: &Report<'_>) -> String {
    // One that compares addresses complains of nearly every certificate, and of every good one.
    let names = |verdict: &&Verdict<'_>| verdict.client.names.reference != Reference::PeerAddress;
    let refusing = report.verdicts.iter().filter(names).filter(|verdict| verdict.outcome > Outcome::Accepts);
    let (shut_out, complaining): (Vec<_>, Vec<_>) = refusing.partition(|verdict| verdict.fault == Some(Fault::Version));
    let complaining = match complaining.len() {
        0 => String::new(),
        1 => "; 1 client complains all the same, its row says why".to_owned(),
        many => format!("; {many} clients complain all the same, their rows say why"),
    };
    let shut_out = match shut_out.len() {
        0 => String::new(),
        1 => "; 1 client has no version of TLS in common with it".to_owned(),
        many => format!("; {many} clients have no version of TLS in common with it"),
    };
    let passed_over = if report.subject.evidence.ignored.is_empty() { "" } else { "; a part of it was passed over" };
    complaining + &shut_out + passed_over
}

pub(super) fn finding(
    finding: &Finding,
    report: &Report<'_>,
    place: &Place<'_>,
    page: &mut Page<'_>,
) -> io::Result<()> {
    heading(finding.rule, finding.hit.level, page)?;
    page.field(place.label, place.names)?;
    page.field("detail", &finding.hit.detail)?;
    if !finding.clients.is_empty() {
        page.field("clients", &clients(finding, report))?;
    }
    match (command(finding, report, place), place.kept) {
        (Some(_), Some(kept)) if kept.is_asked => {
            page.field("fix", &format!("install the answer to the request that waits in {}/renewal", kept.name))
        }
        (Some(command), None) if report.subject.evidence.source == Source::Stdin => {
            page.field("fix", "put it into a file, and then:")?;
            page.command("", &command)
        }
        (Some(command), _) => page.command("fix", &command),
        (None, _) => page.field("fix", &by_hand(finding, report)),
    }
}

/// `refused[name-mismatch]: the certificate is for another name`
pub(super) fn heading(rule: &Rule, at: Level, page: &mut Page<'_>) -> io::Result<()> {
    page.line(&format!("{}[{}]: {}", level(at), rule.code, rule.title))
}

/// All that complain by name; one phrase when every client does, or nearly.
fn clients(finding: &Finding, report: &Report<'_>) -> String {
    const MOST_NAMED: usize = 6;
    let names: Vec<&str> = finding.clients.iter().map(|client| client.name).collect();
    if names.len() <= MOST_NAMED {
        return names.join(", ");
    }
    let all = report.verdicts.iter().map(|verdict| verdict.client.name);
    let others: Vec<&str> = all.filter(|name| !names.contains(name)).collect();
    match others.len() {
        0 if names.len() == report.verdicts.len() => format!("all {}", names.len()),
        1.. if names.len() + others.len() == report.verdicts.len() && 2 * others.len() < names.len() => {
            format!("all {} but {}", report.verdicts.len(), others.join(", "))
        }
        _ => names.join(", "),
    }
}

/// `2 findings: 1 refused, 1 warning. Not checked: ...`; `candidates` are those of which a name has to be given.
pub(super) fn counts(
    levels: &[Level],
    not_checked: &[(&'static Rule, Missing)],
    candidates: &[String],
    page: &mut Page<'_>,
) -> io::Result<()> {
    let mut text = match levels.len() {
        0 => "No findings".to_owned(),
        1 => "1 finding".to_owned(),
        many => format!("{many} findings"),
    };
    let mut separator = ": ";
    for level in [Level::Refused, Level::Warning, Level::Note] {
        let count = levels.iter().filter(|found| **found == level).count();
        if count > 0 {
            let plural = if count > 1 && level != Level::Refused { "s" } else { "" };
            let _ = write!(text, "{separator}{count} {}{plural}", level.word());
            separator = ", ";
        }
    }
    text.push('.');
    let mut separator = " Not checked: ";
    for reason in reasons(not_checked) {
        let lacking = not_checked.iter().filter(|(_, missing)| *missing == reason);
        let codes: Vec<&str> = lacking.map(|(rule, _)| rule.code).collect();
        let _ = write!(text, "{separator}{} ({}", codes.join(", "), reason.reason());
        if reason == Missing::Target && !candidates.is_empty() {
            let _ = write!(text, ": pass --fqdn with one of {}", listed(candidates));
        }
        text.push(')');
        separator = "; ";
    }
    if !not_checked.is_empty() {
        text.push('.');
    }
    page.paragraph(0, &text)
}

/// Where to read more about the worst finding.
pub(super) fn read_more(code: Option<&str>, page: &mut Page<'_>) -> io::Result<()> {
    match code {
        Some(code) => page.line(&format!("Read more: certfix explain {code}")),
        None => Ok(()),
    }
}

/// What was missing, each once, in the order of the rules.
fn reasons(not_checked: &[(&'static Rule, Missing)]) -> Vec<Missing> {
    let mut unique = Vec::new();
    for (_, missing) in not_checked {
        if !unique.contains(missing) {
            unique.push(*missing);
        }
    }
    unique
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::{day, evidence, identity, leaf, subject, target};
    use crate::facts::{Answered, Evidence, Identity, SanExtension, TlsVersion};
    use crate::judge::{Panel, judge};
    use crate::report::oddity;
    use crate::rules::{Authority, Context};

    /// A certificate of today with these common names.
    fn called(common_names: &[&str], names: Identity) -> Identity {
        Identity { subject: subject(common_names), ..names }
    }

    /// What is printed of it for a name that people type, and what no finding and no row explains.
    fn judged(identity: Identity, typed: &str) -> (String, Vec<&'static str>) {
        let seen = evidence(vec![crate::facts::Certificate { identity, ..leaf([]) }]);
        let (subjects, typed) = (seen.subjects(), target(typed));
        let ctx = Context { now: day("2026-09-01"), authority: Authority::Public, target: Some(&typed), trust: None };
        let report = judge(&subjects[0], Panel::all(), &ctx);
        let explained = |verdict: &Verdict<'_>| {
            let mut named = report.findings.iter().flat_map(|finding| &finding.clients);
            verdict.outcome == Outcome::Accepts
                || named.any(|client| client.id == verdict.client.id)
                || oddity(verdict, subjects[0].item.identity()).is_some()
        };
        let unexplained = report.verdicts.iter().filter(|verdict| !explained(verdict)).map(|verdict| verdict.client.id);
        let mut out = Vec::new();
        check(&report, &mut Page::new(&mut out, 200)).unwrap();
        (String::from_utf8(out).unwrap(), unexplained.collect())
    }

    /// What is written of it for `mail.contoso.com`, when a private CA signed it.
    fn printed(seen: &Evidence, write: fn(&Report<'_>, &mut Page<'_>) -> io::Result<()>) -> String {
        let (subjects, typed) = (seen.subjects(), target("mail.contoso.com"));
        let ctx = Context { now: day("2026-09-01"), authority: Authority::Private, target: Some(&typed), trust: None };
        let mut out = Vec::new();
        write(&judge(&subjects[0], Panel::all(), &ctx), &mut Page::new(&mut out, 200)).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn explains_every_row_that_does_not_accept() {
        for (common_names, names, typed) in [
            (&["mail.contoso.com"][..], identity(["mail.contoso.com", "autodiscover.contoso.com"]), "mail.contoso.com"),
            (&[], identity(["mail.contoso.com"]), "mail.contoso.com"),
            (&[], identity(["*.contoso.com"]), "mail.contoso.com"),
            (&["server"], identity(["server.contoso.local", "remote.contoso.com"]), "remote.contoso.com"),
            (&["remote.contoso.com"], identity([]), "remote.contoso.com"),
            (&["remote.contoso.com"], identity(["mail.contoso.com"]), "www.contoso.com"),
            (&[], identity(["mail.contoso.com"]), "www.contoso.com"),
            (&[], identity(["192.0.2.5"]), "192.0.2.5"),
            (&["192.0.2.5"], identity(["mail.contoso.com"]), "mail.contoso.com"),
            (&["mail.contoso.com"], identity(["mail.contoso.com"]), "192.0.2.5"),
            (&["bücher.contoso.com"], identity(["xn--bcher-kva.contoso.com"]), "bücher.contoso.com"),
            (&["mail.contoso.com"], identity(["mail.contoso.com"]), "mail.contoso.com."),
            (&["mail.contoso.com"], identity(["mail.contoso.com"]), "mail contoso.com"),
            (&[], identity([]), "mail.contoso.com"),
        ] {
            let (text, unexplained) = judged(called(common_names, names), typed);
            assert_eq!(unexplained, [""; 0], "{text}");
        }
    }

    #[test]
    fn says_what_was_passed_over() {
        let mut seen = evidence(vec![leaf(["mail.contoso.com"])]);
        seen.ignored.push("block 2 (CERTIFICATE): END is missing".to_owned());
        let text = printed(&seen, check);
        let first = "standard input: nothing wrong for mail.contoso.com; a part of it was passed over\n";
        assert!(text.starts_with(&format!("{first}  passed over block 2 (CERTIFICATE): END is missing\n")), "{text}");
    }

    #[test]
    fn tells_who_has_no_version_in_common_from_who_complains() {
        let mut seen = evidence(vec![leaf(["mail.contoso.com"])]);
        let (oldest, newest, turned_down) = (TlsVersion::Tls12, TlsVersion::Tls13, Some(TlsVersion::Tls11));
        seen.answered = [true, false]
            .map(|is_named| Answered { is_named, oldest, newest, turned_down, is_sure: true, is_modern: true })
            .into();
        let text = printed(&seen, check);
        let first =
            "standard input: nothing wrong for mail.contoso.com; 4 clients have no version of TLS in common with it\n";
        assert!(text.starts_with(first), "{text}");
        assert!(text.contains("it offers SSL 3.0 to TLS 1.0, which is not answered"), "{text}");
    }

    #[test]
    fn says_in_one_line_that_some_complain_of_a_good_certificate() {
        let (with, _) = judged(identity(["mail.contoso.com"]), "mail.contoso.com");
        let one = "standard input: nothing wrong for mail.contoso.com\n";
        assert!(with.starts_with(one), "{with}");
        assert!(with.contains("it compares the server's IP address"), "{with}");
        let mut bare = called(&[], identity(["mail.contoso.com"]));
        bare.names.extension = SanExtension::Critical;
        let (without, _) = judged(bare, "mail.contoso.com");
        assert!(without.contains("; 3 clients complain all the same, their rows say why"), "{without}");
        assert_eq!(without.matches("it reads the common name alone, and there is none").count(), 3, "{without}");
    }

    #[test]
    fn says_in_short_what_to_do_where_a_new_certificate_is_no_cure() {
        let seen = evidence(vec![leaf(["mail.contoso.com"])]);
        let (subjects, typed) = (seen.subjects(), target("remote.contoso.com"));
        let ctx = Context { now: day("2020-01-01"), authority: Authority::Public, target: Some(&typed), trust: None };
        let mut out = Vec::new();
        faults(&judge(&subjects[0], Panel::all(), &ctx), &mut Page::new(&mut out, 200)).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("[not-yet-valid]") && text.contains("[name-mismatch]"), "{text}");
        assert_eq!(text.matches("by hand").count(), 1, "{text}");
        assert!(text.contains("by hand     Check the clocks"), "{text}");
    }

    #[test]
    fn says_in_short_what_a_new_certificate_cures_where_nothing_is_worse() {
        let seen = evidence(vec![leaf(["mail.contoso.com", "mail.contoso.com"])]);
        let text = printed(&seen, faults);
        assert!(text.contains("[duplicate-name]"), "{text}");
    }
}
