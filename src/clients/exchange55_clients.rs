//! Clients of Exchange 5.0 and 5.5: the common name is the server's name (Q198564).

use super::{
    AddressMatch, Client, CommonName, Demands, DnsScan, Fault, Group, Mark, NamePolicy, Phrase, Reaction, Reference,
    Statement, Versions, Wildcard,
};
use crate::facts::TlsVersion;

pub(super) const CLIENT: Client = Client {
    id: "exchange55-clients",
    name: "Exchange 5.5-era clients",
    service: "POP3, IMAP4, LDAP, SMTP, NNTP",
    group: Group::Legacy,
    names: NamePolicy {
        scan: DnsScan::Nothing,
        common_name: CommonName::Only,
        wildcard: Wildcard::Never,
        address: AddressMatch::Text,
        reference: Reference::Mapped,
        ..NamePolicy::RFC9525
    },
    demands: Demands::OF_TLS10,
    versions: Versions::new(TlsVersion::Ssl3, TlsVersion::Tls10, Mark::Inferred),
    heeds: &[Fault::Name],
    reaction: Reaction::Asks,
    words: &[(
        Fault::Name,
        Phrase::new(
            Mark::Documented,
            "The server you are connected to is using a security certificate that does not match its \
             Internet address, do you want to continue using this server? YES or NO",
        ),
    )],
    mark: Mark::Inferred,
    surmised: &[],
    statements: &[
        Statement::new(
            Mark::Documented,
            "KB Q198564",
            "The common name, the computer's host name, the name registered on the Internet and the \
             server name typed in the client must be the same.",
        ),
        Statement::new(Mark::Documented, "KB Q198564", "When the DNS name changes, a new certificate is needed."),
        Statement::new(
            Mark::Inferred,
            "not documented",
            "That these clients know no SAN follows from the articles, which speak of the common name \
             only. Nothing says that they know wildcards.",
        ),
        Demands::KEYS_OF_TLS10,
    ],
};
