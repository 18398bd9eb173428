//! Rules, clients and profiles as pages: for `explain`, `clients`, `profiles`, and for `docs/`.

use std::fmt::Write as _;
use std::io;

use super::on;
use super::text::Page;
use crate::clients::{self, Client, Fault, Group, Statement};
use crate::profiles::{self, Profile};
use crate::rules::{self, Check, Rule};

/// Writes one rule whole.
///
/// # Errors
/// Those of the stream.
pub fn explain(rule: &Rule, page: &mut Page<'_>) -> io::Result<()> {
    page.paragraph(0, &format!("{}: {}", rule.code, rule.title))?;
    page.line("")?;
    page.field("why", rule.why)?;
    page.field("fix", rule.fix)?;
    page.field("checks", looks_at(rule))?;
    page.field("source", &format!("{}, {}", rule.source, rule.source.link()))
}

/// Writes the list of rules.
///
/// # Errors
/// Those of the stream.
pub fn rules(page: &mut Page<'_>) -> io::Result<()> {
    for rule in rules::ALL {
        page.row(27, rule.code, rule.title)?;
    }
    Ok(())
}

/// Writes one client model whole.
///
/// # Errors
/// Those of the stream.
pub fn client(client: &Client, page: &mut Page<'_>) -> io::Result<()> {
    page.paragraph(0, &format!("{}: {}", client.id, client.name))?;
    page.line("")?;
    if !client.service.is_empty() {
        page.field("used for", client.service)?;
    }
    page.field("group", group(client.group))?;
    for (label, value) in client.switches() {
        page.field(label, &value)?;
    }
    page.field("known how", client.mark.word())?;
    for (fault, phrase) in client.words {
        page.line("")?;
        page.field(complaint(*fault), &format!("\"{}\"{}{}", phrase.text, on(phrase.system), phrase.mark.hedge()))?;
    }
    page.line("")?;
    statements(client.statements, page)
}

/// Writes the list of client models.
///
/// # Errors
/// Those of the stream.
pub fn clients(page: &mut Page<'_>) -> io::Result<()> {
    for client in clients::ALL {
        let service = if client.service.is_empty() { String::new() } else { format!(" ({})", client.service) };
        let head = format!("{:<18} {:<9}", client.id, group(client.group));
        page.row(29, &head, &format!("{}{service}", client.name))?;
    }
    Ok(())
}

/// Writes one profile whole.
///
/// # Errors
/// Those of the stream.
pub fn profile(profile: &Profile, page: &mut Page<'_>) -> io::Result<()> {
    page.paragraph(0, &format!("{}: {}", profile.id, profile.name))?;
    page.line("")?;
    page.paragraph(0, profile.says)?;
    page.line("")?;
    for (label, value) in profile.switches() {
        page.field(label, &value)?;
    }
    page.line("")?;
    statements(profile.statements, page)
}

/// Writes the list of profiles.
///
/// # Errors
/// Those of the stream.
pub fn profiles(page: &mut Page<'_>) -> io::Result<()> {
    for profile in profiles::ALL {
        page.row(15, profile.id, profile.name)?;
        page.paragraph(15, profile.says)?;
    }
    Ok(())
}

fn statements(statements: &[Statement], page: &mut Page<'_>) -> io::Result<()> {
    for (index, statement) in statements.iter().enumerate() {
        let label = if index == 0 { "sources" } else { "" };
        page.field(label, &format!("{}{} [{}]", statement.text, statement.mark.hedge(), statement.source))?;
    }
    Ok(())
}

/// `docs/rules.md`, made from the rules.
pub fn rules_markdown() -> String {
    let mut text = String::from(
        "# Rules\n\nMade from the code; `certfix explain CODE` prints the same. Levels depend on the case: `refused` where a \
         standard says MUST or\nclients were seen to refuse, `warning` for SHOULD or what will break on a known date, `note` for \
         what is worth knowing.\n",
    );
    for rule in rules::ALL {
        let Rule { code, title, why, fix, source, .. } = rule;
        let _ = write!(
            text,
            "\n## {code}\n\n{}.\n\n- Why: {why}\n- Fix: {fix}\n- Looks at: {}\n- Source: [{source}]({})\n",
            capital(title),
            looks_at(rule),
            source.link()
        );
    }
    text
}

/// `docs/clients.md`, made from the client models.
pub fn clients_markdown() -> String {
    let mut text = String::from(
        "# Clients\n\nMade from the code; `certfix clients NAME` prints the same. *Measured* and *documented* are certain; \
         *reported* comes from\na forum or issue, *inferred* is widely believed without a source, *contested* means that two \
         sources disagree.\n",
    );
    for client in clients::ALL {
        let service = if client.service.is_empty() { String::new() } else { format!(" ({})", client.service) };
        let _ = write!(text, "\n## {}\n\n{}{service}. Group: {}.\n\n", client.id, client.name, group(client.group));
        for (label, value) in client.switches() {
            let _ = writeln!(text, "- {}: {value}", capital(label));
        }
        let _ = writeln!(text, "- Known how: {}", client.mark.word());
        for (fault, phrase) in client.words {
            let _ = writeln!(
                text,
                "- {}: `{}`{}{}",
                capital(complaint(*fault)),
                phrase.text,
                on(phrase.system),
                phrase.mark.hedge()
            );
        }
        for statement in client.statements {
            let _ = writeln!(text, "- {}{} [{}]", statement.text, statement.mark.hedge(), statement.source);
        }
    }
    text
}

/// What evidence a rule needs, for people.
fn looks_at(rule: &Rule) -> &'static str {
    match rule.check {
        Check::Identity(_) => "names and key of a certificate or request",
        Check::Certificate(_) => "a certificate",
        Check::Item(_) => "names and key of a certificate or request, and the day of issue",
        Check::ClientItem(_) => "a certificate or request, for each client",
        Check::ClientChain(_) => "a certificate or request and the certificates that came along, for each client",
        Check::ClientCertificate(_) => "a certificate, for each client",
        Check::Name(..) => "the name people type and the names of the certificate, for each client",
        Check::Nameless(_) => {
            "the names of a certificate or request where nobody said what people type, for each client"
        }
        Check::ClientSent(_) => "the certificates that came along, for each client",
        Check::Order(_) => "the order of the certificates that came along",
        Check::Trust(_) => "the certificates that came along and trusted roots, for each client",
        Check::Key(_) => "the private key that came along",
        Check::KeyFile(_) => "the permissions of the file with the private key",
        Check::Possession(_) => "the signature of a request",
        Check::Defeat(_) | Check::Survey(_) => "live services",
    }
}

/// The word for `--client`.
pub(super) fn group(group: Group) -> &'static str {
    match group {
        Group::Legacy => "legacy",
        Group::Modern => "modern",
        Group::Standard => "standard",
    }
}

pub(super) fn complaint(fault: Fault) -> &'static str {
    match fault {
        Fault::Name => "wrong name",
        Fault::Expired => "expired",
        Fault::NotYetValid => "too early",
        Fault::Untrusted => "untrusted",
        Fault::SelfSigned => "self-signed",
        Fault::UnknownRoot => "untrusted root sent",
        Fault::SpoiltChain => "spoilt chain",
        Fault::Unrooted => "no root trusted",
        Fault::Detour => "wrong way first",
        Fault::Misnomer => "wrong identifiers",
        Fault::UnmarkedAuthority => "a CA's basicConstraints",
        Fault::UnlimitedAuthority => "a CA's keyUsage",
        Fault::UnlinkedAuthority => "a CA's issuer's key not named",
        Fault::UnnamedAuthority => "a CA's key not named",
        Fault::Unfit => "unfit",
        Fault::WeakKey => "weak key",
        Fault::UnusableKey => "unusable key",
        Fault::WeakSignature => "weak signature",
        Fault::UnknownSignature => "unknown signature",
        Fault::InnerAlgorithm => "two algorithms",
        Fault::Purpose => "wrong purpose",
        Fault::NetscapeType => "Netscape's type",
        Fault::Malformed => "malformed",
        Fault::KeyUsage => "key usage",
        Fault::Authority => "a CA",
        Fault::Critical => "critical extension",
        Fault::SigningKey => "signs certificates",
        Fault::NoAuthorityKey => "issuer's key not named",
        Fault::Version => "no common version",
    }
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(width: usize, write: impl Fn(&mut Page<'_>) -> io::Result<()>) -> String {
        let mut out = Vec::new();
        write(&mut Page::new(&mut out, width)).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn lists_fit_a_narrow_terminal() {
        let lists = [printed(40, rules), printed(40, clients), printed(40, profiles)];
        let rule = rules::Rule::find("address-does-not-answer").unwrap();
        let pages = [printed(40, |page| explain(rule, page)), printed(40, |page| client(clients::ALL[0], page))];
        for line in lists.iter().chain(&pages).flat_map(|text| text.lines()) {
            let is_one_word = line.split_whitespace().count() == 1;
            assert!(line.chars().count() <= 40 || is_one_word, "{line}");
        }
        assert!(
            lists[0].contains("name-not-first\n  the name is not the first one in the\n  certificate\n"),
            "{}",
            lists[0]
        );
    }

    #[test]
    fn lists_are_tables_where_there_is_room() {
        assert!(
            printed(100, rules)
                .contains("name-not-first             the name is not the first one in the certificate\n")
        );
        assert!(printed(100, clients).contains("outlook2007        legacy    Outlook 2007 (POP3, IMAP4, SMTP)\n"));
    }
}
