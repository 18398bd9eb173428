//! Outlook as it finds and asks its Exchange server over HTTPS.

use super::{
    AddressMatch, Aspect, Client, CommonName, Demands, Fault, Group, Mark, NamePolicy, Phrase, Reaction, Reference,
    Statement, Versions,
};

pub(super) const CLIENT: Client = Client {
    id: "outlook-exchange",
    name: "Outlook with Exchange",
    service: "Autodiscover, EWS",
    group: Group::Modern,
    names: NamePolicy {
        common_name: CommonName::Also,
        address: AddressMatch::OctetsOrText,
        reference: Reference::Mapped,
        ..NamePolicy::RFC9525
    },
    demands: Demands::OF_WINDOWS,
    versions: Versions::OF_WINDOWS,
    heeds: Fault::ALL,
    reaction: Reaction::Asks,
    words: &[(
        Fault::Name,
        Phrase::new(
            Mark::Documented,
            "The name on the security certificate is invalid or does not match the name of the site.",
        ),
    )],
    mark: Mark::Documented,
    surmised: &[Aspect::Demands, Aspect::Wildcards, Aspect::Addresses, Aspect::Reaction],
    statements: &[
        Statement::new(
            Mark::Documented,
            "KB2772058",
            "Outlook says so when the host of the URL is neither in the subject nor in the SAN of the certificate.",
        ),
        Statement::new(
            Mark::Inferred,
            "not documented",
            "A star is the whole first label, addresses are compared as octets or text, and the user may go on.",
        ),
        Statement::new(
            Mark::Documented,
            "Microsoft blog \"Enabling TLS 1.1 and 1.2 in Outlook on Windows 7\" (2016)",
            "The versions are those of Windows: on Windows 7 nothing newer than TLS 1.0 is offered unless it is set, on \
             Windows 10 TLS 1.2 is.",
        ),
        Demands::KEYS_OF_WINDOWS,
    ],
};
