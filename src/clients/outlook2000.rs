//! Outlook 2000 and 2003, Outlook Express, Windows Mail: not disturbed by the order of names (KB958977).

use super::{
    AddressMatch, Client, CommonName, Demands, Fault, Group, Mark, NamePolicy, Phrase, Reaction, Reference, Statement,
    Versions,
};
use crate::facts::TlsVersion;

pub(super) const CLIENT: Client = Client {
    id: "outlook2000",
    name: "Outlook 2000-2003, Express, Windows Mail",
    service: "POP3, IMAP4, SMTP",
    group: Group::Legacy,
    names: NamePolicy {
        common_name: CommonName::Also,
        address: AddressMatch::OctetsOrText,
        reference: Reference::Mapped,
        ..NamePolicy::RFC9525
    },
    demands: Demands::OF_TLS10,
    versions: Versions::new(TlsVersion::Ssl3, TlsVersion::Tls10, Mark::Reported),
    heeds: Fault::ALL,
    reaction: Reaction::Asks,
    words: &[
        (Fault::Version, Phrase::new(Mark::Reported, "0x800CCC0B")),
        (
            Fault::Name,
            Phrase::new(
                Mark::Inferred,
                "The server you are connected to is using a security certificate that does not match its \
                 Internet address, do you want to continue using this server?",
            ),
        ),
        (
            Fault::Untrusted,
            Phrase::new(
                Mark::Reported,
                "This security certificate was issued by a company that you have not chosen to trust",
            ),
        ),
    ],
    mark: Mark::Inferred,
    surmised: &[],
    statements: &[
        Statement::new(
            Mark::Documented,
            "KB958977",
            "The prompt about the first DNS name does not occur in Outlook 2000, Outlook 2003, \
             Outlook Express or Windows Mail.",
        ),
        Statement::new(
            Mark::Documented,
            "KB Q297681",
            "Windows of the era calls an unknown issuer a company that you have not chosen to trust.",
        ),
        Statement::new(
            Mark::Inferred,
            "not documented",
            "The exact algorithm is not known; the model accepts the common name or any dNSName.",
        ),
        Statement::new(
            Mark::Reported,
            "joewein.net 2018 (0x800CCC0B)",
            "On Windows XP nothing newer than TLS 1.0 is offered.",
        ),
        Demands::KEYS_OF_TLS10,
    ],
};
