//! Outlook 2007 on POP3, IMAP4 and SMTP: reads only the first dNSName (KB958977).

use super::{
    AddressMatch, Aspect, Client, CommonName, Demands, DnsScan, Fault, Group, Mark, NamePolicy, Phrase, Reaction,
    Statement, Versions,
};

pub(super) const CLIENT: Client = Client {
    id: "outlook2007",
    name: "Outlook 2007",
    service: "POP3, IMAP4, SMTP",
    group: Group::Legacy,
    names: NamePolicy {
        scan: DnsScan::First,
        common_name: CommonName::IfNoReadableSan,
        address: AddressMatch::Never,
        ..NamePolicy::RFC9525
    },
    demands: Demands::OF_WINDOWS,
    versions: Versions::OF_WINDOWS,
    heeds: Fault::ALL,
    reaction: Reaction::Asks,
    words: &[
        (
            Fault::Name,
            Phrase::new(
                Mark::Documented,
                "The server you are connected to is using a security certificate that cannot be verified. \
                 The target principal name is incorrect. Do you want to continue using this server?",
            ),
        ),
        (
            Fault::Expired,
            Phrase::new(
                Mark::Reported,
                "The server you are connected to is using a security certificate that cannot be verified. \
                 A required certificate is not within its validity period when verifying against the \
                 current system clock or the timestamp in the signed file. Do you want to continue using \
                 this server?",
            ),
        ),
        (
            Fault::NotYetValid,
            Phrase::new(
                Mark::Inferred,
                "The server you are connected to is using a security certificate that cannot be verified. \
                 A required certificate is not within its validity period when verifying against the \
                 current system clock or the timestamp in the signed file. Do you want to continue using \
                 this server?",
            ),
        ),
        (
            Fault::Untrusted,
            Phrase::new(
                Mark::Reported,
                "The server you are connected to is using a security certificate that cannot be verified. \
                 A certificate chain processed, but terminated in a root certificate which is not trusted \
                 by the trust provider. Do you want to continue using this server?",
            ),
        ),
    ],
    mark: Mark::Documented,
    surmised: &[Aspect::Demands, Aspect::CommonName, Aspect::Wildcards, Aspect::Addresses],
    statements: &[
        Statement::new(
            Mark::Documented,
            "KB958977",
            "Only the first DNS name of the SAN is compared with the server name configured in the \
             account; later names are ignored.",
        ),
        Statement::new(
            Mark::Documented,
            "KB958977",
            "The prompt is not fatal: Yes goes on with the encrypted session, and it comes back only \
             after Outlook was closed and opened again.",
        ),
        Statement::new(
            Mark::Documented,
            "RFC 2595 §2.4",
            "The certificate is legal: a match with any of several names is acceptable. The client is \
             wrong.",
        ),
        Statement::new(
            Mark::Reported,
            "slipstick.com/outlook/security-warnings-in-outlook",
            "An expired certificate brings up the same dialog with the Windows text for it.",
        ),
        Statement::new(
            Mark::Inferred,
            "not documented",
            "Without a SAN the common name is compared; an address as server name fits nothing; a \
             wildcard stands for one label; entries of other kinds before the first dNSName are \
             skipped.",
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
