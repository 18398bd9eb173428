//! Who uses a name, why one is left out, and what else there is to know, in words.

use std::fmt;

use super::{Choice, Unwanted, Use, Wanted};
use crate::facts::{Discovery, Resolved};

impl fmt::Display for Use {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Typed => out.write_str("people type it into their mail client"),
            Self::Service { label: "_autodiscover._tcp", port } => {
                write!(out, "SRV _autodiscover._tcp, port {port}: Outlook 2007 SP1 and later")
            }
            Self::Service { label, port } => {
                let standard = if *label == "_submissions._tcp" { "RFC 8314" } else { "RFC 6186" };
                write!(out, "SRV {label}, port {port}: clients that look up {standard} records")
            }
            Self::MailServer { preference } => write!(out, "MX {preference}: other mail servers deliver here"),
            Self::Guess("autodiscover") => out.write_str("Outlook's Autodiscover"),
            Self::Guess("autoconfig") => out.write_str("Thunderbird's autoconfig"),
            Self::Guess("mail") => out.write_str("a usual name of mail servers"),
            Self::Guess(label) => write!(out, "a usual name of {} servers", label.to_uppercase()),
            Self::AliasOf(name) => write!(out, "CNAME of {name}"),
        }
    }
}

impl Use {
    /// One word for programs.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Typed => "typed",
            Self::Service { .. } => "srv",
            Self::MailServer { .. } => "mx",
            Self::Guess(_) => "guess",
            Self::AliasOf(_) => "alias",
        }
    }
}

impl fmt::Display for Unwanted {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotYours => out.write_str("not yours: its certificate is the provider's"),
            Self::NotThere(lookup) => match (lookup.aliases.last(), &lookup.answer) {
                (Some(end), Resolved::Unknown) => write!(out, "leads by CNAME to {end}, which DNS does not know"),
                (Some(end), Resolved::NoAddress) => write!(out, "leads by CNAME to {end}, which has no address"),
                (_, answer) => answer.fmt(out),
            },
            Self::Elsewhere(answer) => {
                write!(out, "leads to another server, {answer}: add it if that one has this certificate too")
            }
            Self::Wildcard => out.write_str("leads where every made-up name leads: nothing shows that clients use it"),
            Self::Internal => out.write_str("an internal name, which no public CA signs (BR 7.1.2.7.12)"),
            Self::Alias => out.write_str("not needed itself: clients compare the name typed (RFC 2595 §2.4)"),
            Self::Address => out.write_str("an IP address where a name has to be"),
            Self::Malformed(fault) => write!(out, "not a name for a certificate: {fault}"),
        }
    }
}

impl Unwanted {
    /// One word for programs.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::NotYours => "not-yours",
            Self::NotThere(lookup) => match &lookup.answer {
                Resolved::Unknown => "unknown",
                Resolved::Failed(_) => "not-checked",
                Resolved::NoAddress | Resolved::Addresses(_) => "no-address",
            },
            Self::Elsewhere(_) => "elsewhere",
            Self::Wildcard => "wildcard",
            Self::Internal => "internal",
            Self::Alias => "alias",
            Self::Address => "address",
            Self::Malformed(_) => "malformed",
        }
    }
}

impl fmt::Display for Choice {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Given => out.write_str("given with --fqdn"),
            Self::Usual => out.write_str("the usual name, and DNS has it"),
            Self::Found { instead_of } => write!(out, "DNS has it; it has no {instead_of}"),
            Self::NotInDns(Resolved::Failed(cause)) => write!(out, "the usual name; DNS could not be asked: {cause}"),
            Self::NotInDns(_) => out.write_str("the usual name; DNS has none that could be typed, so make this one"),
        }
    }
}

/// What else the reader should know.
pub(super) fn notes(found: &Discovery, wanted: &Wanted) -> Vec<String> {
    let mut notes = Vec::new();
    let domain = &found.domain;
    let target = wanted.target();
    if found.lookup(domain).is_some_and(|lookup| lookup.answer == Resolved::Unknown) {
        notes.push(format!("DNS does not know {domain}"));
    }
    if let Some(first) = wanted.names.first().filter(|_| wanted.choice == Choice::Given) {
        match &first.lookup.answer {
            Resolved::Addresses(_) => {}
            answer => notes.push(format!("{target}: {answer}")),
        }
    }
    if let Some(wildcard) = &found.wildcard {
        notes.push(format!("every name below {domain} leads to {}: DNS has a wildcard", wildcard.answer));
    }
    if target.is_internal() {
        notes.push(format!("{target} is an internal name: no public CA signs it (BR 7.1.2.7.12)"));
    }
    if target.is_in_reverse_zone() {
        notes.push(format!("{target} is a name of a reverse zone: no public CA signs it (BR 4.2.2)"));
    }
    if found.mail_servers.iter().any(|server| server.host.is_none()) {
        notes.push(format!("an MX record says that {domain} takes no mail (RFC 7505)"));
    }
    let not_offered: Vec<&str> =
        found.services.iter().filter(|service| service.host.is_none()).map(|service| service.label).collect();
    if !not_offered.is_empty() {
        notes.push(format!("SRV records say that these are not offered: {}", not_offered.join(", ")));
    }
    if !wanted.names.iter().any(|known| known.name == *domain) {
        notes.push(format!(
            "a mail server's certificate should have the domain too (RFC 7817 §5): add --san {domain} if the CA can \
             check it"
        ));
    }
    let discoverable = |label: &str| label != "_autodiscover._tcp";
    if found.services.iter().any(|service| service.host.is_some() && discoverable(service.label)) {
        notes.push(
            "clients that find servers by SRV records may look for an SRV-ID too (RFC 7817 §3); public CAs sign none \
             (BR 7.1.2.7.12)"
                .to_owned(),
        );
    }
    notes
}
