//! Outlook Anywhere (RPC over HTTPS): compares the subject with the certificate principal name.

use super::{
    AddressMatch, Aspect, Client, CommonName, Demands, DnsScan, Fault, Group, Mark, NamePolicy, Phrase, Reaction,
    Reference, Statement, Versions, Wildcard,
};

pub(super) const CLIENT: Client = Client {
    id: "outlook-anywhere",
    name: "Outlook Anywhere",
    service: "RPC over HTTPS",
    group: Group::Legacy,
    names: NamePolicy {
        scan: DnsScan::Nothing,
        common_name: CommonName::Only,
        wildcard: Wildcard::Never,
        address: AddressMatch::Text,
        reference: Reference::Mapped,
        ..NamePolicy::RFC9525
    },
    demands: Demands::OF_WINDOWS,
    versions: Versions::OF_WINDOWS,
    heeds: Fault::ALL,
    reaction: Reaction::Stops,
    words: &[(
        Fault::Name,
        Phrase::new(
            Mark::Documented,
            "There is a problem with the proxy server's security certificate. The name on the \
             security certificate is invalid or does not match the name of the target site {host}.",
        ),
    )],
    mark: Mark::Documented,
    surmised: &[Aspect::Demands],
    statements: &[
        Statement::new(
            Mark::Documented,
            "Exchange 2007 help c3253af7-0236-4e06-bc94-6e2146fa692c",
            "The certificate principal name (msstd:...) is compared with the \
             certificate's subject name; for a wildcard certificate it has to be msstd:*.domain.",
        ),
        Statement::new(
            Mark::Documented,
            "Exchange 2007 help c3253af7-0236-4e06-bc94-6e2146fa692c",
            "Set-OutlookProvider -Identity EXPR -CertPrincipalName \"msstd:<subject name>\" sets it.",
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
