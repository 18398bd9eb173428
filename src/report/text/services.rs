//! What live services present: findings about them, what is presented, and one table of all.

use std::io;

use super::check::{Place, counts, finding, heading, nothing_wrong, outcome, read_more};
use super::layout::bold;
use super::{Kept, Page};
use crate::error::listed;
use crate::facts::{Audience, Endpoint, KeysOffered, Look, Opening, Ports, Sni, Step, Survey, Target, TlsVersion};
use crate::judge::{Missing, Placed, Report, Services};
use crate::report::places;
use crate::rules::{Level, Rule};

/// Writes what was found about the services of one source, then what each certificate means to clients, then the table.
///
/// `reports` are those of the chains that could be read, each with the position of its chain.
///
/// # Errors
/// Those of the stream.
pub fn services(services: &Services<'_>, reports: &[(usize, Report<'_>)], page: &mut Page<'_>) -> io::Result<()> {
    services_kept(services, reports, |_| None, "", page)
}

/// The same, where `kept` says which key of a store a report belongs to. `flags` follow a service where it is to be looked at
/// again: ` --connect ADDRESS`, or nothing.
///
/// # Errors
/// Those of the stream.
pub fn services_kept(
    services: &Services<'_>,
    reports: &[(usize, Report<'_>)],
    kept: impl Fn(&Report<'_>) -> Option<Kept>,
    flags: &str,
    page: &mut Page<'_>,
) -> io::Result<()> {
    let survey = services.survey;
    // What is found about services is worth as much as what is found in the only certificate; of several each has its own.
    let (mixed, first): (Vec<_>, Vec<_>) = services.findings.iter().partition(|_| reports.len() == 1);
    for found in first {
        of_services(found, survey, page)?;
        page.line("")?;
    }
    for (number, (chain, report)) in reports.iter().enumerate() {
        if number > 0 {
            page.line("")?;
        }
        let is_for_all = survey.chains[*chain].audience == Audience::All;
        if let Some(which) = which_of_all(survey, *chain) {
            page.line(&bold(&format!("Certificate {which}")))?;
        }
        let presenting: Vec<usize> = survey.presenting(*chain).map(|(index, _)| index).collect();
        let source = match presenting.first() {
            Some(first) => format!("{}{flags}", survey.endpoints[*first].service),
            None => survey.named.clone(),
        };
        // certfix fix names the server, and takes what it is presented with then.
        let source = Some(&*source).filter(|_| is_for_all);
        let names = places(survey, presenting.into_iter());
        let kept = kept(report);
        let place = Place { label: "found on", names: &names, source, kept: kept.as_ref() };
        in_order(&mixed, survey, report, &place, page)?;
        outcome(report, page)?;
    }
    if !reports.is_empty() {
        page.line("")?;
    }
    table(survey, page)?;
    if let Some(target) = reports.first().and_then(|(_, report)| report.target) {
        page.line("")?;
        names(survey, target, page)?;
    }
    page.line("")?;
    let mut levels: Vec<Level> = services.findings.iter().map(|finding| finding.hit.level).collect();
    levels.extend(reports.iter().flat_map(|(_, report)| report.findings.iter().map(|finding| finding.hit.level)));
    counts(&levels, &not_checked(reports), &[], page)?;
    let of_services = services.findings.iter().map(|finding| (finding.hit.level, finding.rule.code));
    let of_certificates = reports.iter().flat_map(|(_, report)| &report.findings);
    let of_certificates = of_certificates.map(|finding| (finding.hit.level, finding.rule.code));
    let worst = of_services.chain(of_certificates).rev().max_by_key(|(level, _)| *level);
    read_more(worst.map(|(_, code)| code), page)
}

/// Findings about services and those in a certificate, the worst first.
fn in_order(
    services: &[&Placed],
    survey: &Survey,
    report: &Report<'_>,
    place: &Place<'_>,
    page: &mut Page<'_>,
) -> io::Result<()> {
    let mut services = services.iter().peekable();
    let mut is_first = true;
    let mut part = |page: &mut Page<'_>| if std::mem::take(&mut is_first) { Ok(()) } else { page.line("") };
    for found in &report.findings {
        while let Some(sooner) = services.next_if(|one| one.hit.level >= found.hit.level) {
            part(page)?;
            of_services(sooner, survey, page)?;
        }
        part(page)?;
        finding(found, report, place, page)?;
    }
    for found in services {
        part(page)?;
        of_services(found, survey, page)?;
    }
    if report.findings.is_empty() {
        part(page)?;
    }
    nothing_wrong(report, place, page)
}

fn of_services(found: &Placed, survey: &Survey, page: &mut Page<'_>) -> io::Result<()> {
    heading(found.rule, found.hit.level, page)?;
    page.field("found on", &places(survey, found.endpoints.iter().copied()))?;
    page.field("detail", &found.hit.detail)?;
    page.field("fix", found.rule.fix)
}

/// Which of several chains it is, and whose: `2 of 2, for clients that do not name the server`.
pub(super) fn which_of_all(survey: &Survey, chain: usize) -> Option<String> {
    let whose = match survey.chains[chain].audience {
        Audience::All => "",
        Audience::Unnamed => ", for clients that do not name the server",
        Audience::Nobody => ", for clients that name another server",
    };
    (survey.chains.len() > 1).then(|| format!("{} of {}{whose}", chain + 1, survey.chains.len()))
}

/// What the client asks for, what DNS says of it, and what each certificate lists: the comparison of KB Q198564.
fn names(survey: &Survey, target: &Target, page: &mut Page<'_>) -> io::Result<()> {
    page.line(&bold("The names that have to agree"))?;
    page.field("client", &target.to_string())?;
    let lookup = survey.lookups.iter().find(|lookup| Some(&lookup.name) == target.name());
    match (lookup, target.address()) {
        (Some(lookup), _) => {
            let aliases: String = lookup.aliases.iter().map(|alias| format!("{alias}, ")).collect();
            page.field("DNS", &format!("{aliases}{}", lookup.answer))?;
        }
        (None, Some(_)) => page.field("DNS", "no name to ask for: the client goes by address")?,
        (None, None) => page.field("DNS", "not asked")?,
    }
    for (index, chain) in survey.chains.iter().enumerate() {
        let label =
            if survey.chains.len() > 1 { format!("certificate {}", index + 1) } else { "certificate".to_owned() };
        let Some(leaf) = chain.certificates.first() else { continue };
        let entries = listed(&leaf.identity.names.entries);
        let names = match leaf.identity.subject.common_names().next_back() {
            Some(name) if entries.is_empty() => format!("common name {name}"),
            Some(name) => format!("{entries} (common name {name})"),
            None => entries,
        };
        page.field(&label, &names)?;
    }
    Ok(())
}

/// What any of the certificates could not be asked, each once.
fn not_checked(reports: &[(usize, Report<'_>)]) -> Vec<(&'static Rule, Missing)> {
    let mut all: Vec<(&'static Rule, Missing)> = Vec::new();
    for (rule, missing) in reports.iter().flat_map(|(_, report)| &report.not_checked) {
        if !all.iter().any(|(known, reason)| known.code == rule.code && reason == missing) {
            all.push((rule, *missing));
        }
    }
    all
}

/// One row for each endpoint: service, port, address, versions and which certificate.
///
/// # Errors
/// Those of the stream.
pub fn table(survey: &Survey, page: &mut Page<'_>) -> io::Result<()> {
    page.line(&bold(&format!("What the services of {} present", crate::facts::Text::from(&*survey.named))))?;
    let closed = |endpoint: &&Endpoint| {
        survey.ports == Ports::Usual && endpoint.defeat().is_some_and(|trouble| trouble.step == Step::Connect)
    };
    let open: Vec<&Endpoint> = survey.endpoints.iter().filter(|endpoint| !closed(endpoint)).collect();
    let rows: Vec<[String; 4]> = open.iter().map(|endpoint| row(endpoint)).collect();
    let widths = [0, 1, 2].map(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0));
    for [service, address, versions, presented] in &rows {
        let [first, second, third] = widths;
        let line = format!("{service:<first$}  {address:<second$}  {versions:<third$}");
        if 2 + line.chars().count() + 2 + presented.chars().count() <= page.width() {
            page.line(&format!("  {line}  {presented}"))?;
        } else {
            page.paragraph(2, line.trim_end())?;
            page.paragraph(4, presented)?;
        }
    }
    let shut: Vec<&str> = survey.endpoints.iter().filter(closed).map(|endpoint| endpoint.service.scheme).collect();
    match shut.is_empty() {
        true => Ok(()),
        false => {
            let mut shut = shut;
            shut.dedup();
            page.paragraph(2, &format!("nothing answers: {}", shut.join(", ")))
        }
    }
}

/// `imap (STARTTLS)`, `192.0.2.5:143`, `TLS 1.2, TLS 1.3`, `certificate 1, without SNI certificate 2`
fn row(endpoint: &Endpoint) -> [String; 4] {
    let service = match endpoint.service.opening {
        Opening::Implicit => endpoint.service.scheme.to_owned(),
        Opening::StartTls => format!("{} (STARTTLS)", endpoint.service.scheme),
    };
    let mut versions: Vec<TlsVersion> = endpoint.answers().map(|(_, answer)| answer.version).collect();
    versions.sort_unstable();
    versions.dedup();
    let versions: Vec<&str> = versions.iter().map(|version| version.name()).collect();
    let presented = match endpoint.defeat() {
        Some(trouble) => trouble.cause.to_string(),
        None => presented(endpoint),
    };
    [service, endpoint.address.to_string(), versions.join(", "), presented]
}

/// The certificate, and each way of asking that brings another one.
fn presented(endpoint: &Endpoint) -> String {
    let mut seen = Vec::new();
    let mut parts = Vec::new();
    for (look, answer) in endpoint.answers() {
        if seen.contains(&answer.chain) {
            continue;
        }
        let how = if seen.is_empty() { "" } else { how(look) };
        parts.push(format!("{how}certificate {}", answer.chain + 1));
        seen.push(answer.chain);
    }
    parts.join(", ")
}

/// What is special in how a handshake was asked for.
fn how(look: &Look) -> &'static str {
    match (look.hello.keys, &look.hello.sni) {
        (KeysOffered::Rsa, _) => "asked for RSA ",
        (KeysOffered::Ecdsa, _) => "asked for ECDSA ",
        (KeysOffered::Any, Sni::Absent) => "without SNI ",
        (KeysOffered::Any, Sni::Other(_)) => "with another name ",
        (KeysOffered::Any, Sni::Target(_)) => "with older TLS ",
    }
}
