//! What DNS says clients will use for a mail domain.

use super::{Lookup, Name, Target};

/// The records of a domain that lead clients to its servers, and the addresses of the names in them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discovery {
    /// The domain: what stands behind the @ of its addresses.
    pub domain: Name,
    /// The name that people type: given, or the usual word before the domain.
    pub target: Name,
    /// Its MX records, most preferred first.
    pub mail_servers: Vec<MailServer>,
    /// Its SRV records, in the order of [`SERVICES`], then by priority.
    pub services: Vec<ServiceRecord>,
    /// The domain, the target, the guessed names and those in the records, each once, in that order.
    pub lookups: Vec<Lookup>,
    /// What a name that nobody made leads to: the wildcard `*.domain`, if there is one.
    pub wildcard: Option<Lookup>,
    /// Records that are not known, and why.
    pub failures: Vec<Unanswered>,
}

/// An MX record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailServer {
    /// Lower comes first.
    pub preference: u16,
    /// The server; None when the domain takes no mail (RFC 7505).
    pub host: Option<Target>,
}

/// An SRV record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceRecord {
    /// Service and protocol: `_imaps._tcp`.
    pub label: &'static str,
    /// The server; None when the service is not offered (RFC 2782, RFC 6186 §3.4).
    pub host: Option<Target>,
    /// Its TCP port.
    pub port: u16,
    /// Lower comes first.
    pub priority: u16,
    /// The share among those of one priority.
    pub weight: u16,
}

/// A question without an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unanswered {
    /// What was asked: `MX of contoso.com`.
    pub question: String,
    /// Why there is no answer. Safe to print.
    pub cause: String,
}

/// The SRV records that mail clients ask for (RFC 6186 §3, RFC 8314 §5.1), and that of Outlook.
pub const SERVICES: [&str; 7] = [
    "_imaps._tcp",
    "_imap._tcp",
    "_pop3s._tcp",
    "_pop3._tcp",
    "_submissions._tcp",
    "_submission._tcp",
    "_autodiscover._tcp",
];

/// The words that administrators, Outlook and Thunderbird put before a domain.
pub const GUESSES: [&str; 6] = ["mail", "imap", "smtp", "pop", "autodiscover", "autoconfig"];

impl Discovery {
    /// What was said of `name`.
    pub fn lookup(&self, name: &Name) -> Option<&Lookup> {
        self.lookups.iter().find(|lookup| lookup.name == *name)
    }

    /// True for a name that leads where any made-up name would: nothing shows that somebody meant it.
    pub fn is_wildcard_alone(&self, lookup: &Lookup) -> bool {
        self.wildcard.as_ref().is_some_and(|wildcard| {
            lookup.exists() && wildcard.answer == lookup.answer && wildcard.aliases == lookup.aliases
        })
    }
}
