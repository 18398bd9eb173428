//! Outlook for Microsoft 365 on POP3, IMAP4 and SMTP.

use super::{Client, Demands, Fault, Group, Mark, Reaction, Statement, Versions, outlook2010};
use crate::facts::TlsVersion;

pub(super) const CLIENT: Client = Client {
    id: "outlook365",
    name: "Outlook (current)",
    service: "POP3, IMAP4, SMTP",
    group: Group::Modern,
    names: outlook2010::CLIENT.names,
    demands: Demands::OF_WINDOWS,
    versions: Versions::new(TlsVersion::Tls12, TlsVersion::Tls12, Mark::Inferred)
        .or(TlsVersion::Tls10, TlsVersion::Tls13),
    heeds: Fault::ALL,
    reaction: Reaction::Asks,
    words: outlook2010::CLIENT.words,
    mark: Mark::Inferred,
    surmised: &[],
    statements: &[
        Statement::new(
            Mark::Reported,
            "SmarterTools community, thread 96093 (2024)",
            "A mismatch on IMAP with STARTTLS still shows the sentence of Outlook 2007.",
        ),
        Statement::new(
            Mark::Inferred,
            "not documented",
            "All dNSNames are read, and the common name only when there is none.",
        ),
        Demands::KEYS_OF_WINDOWS,
    ],
};
