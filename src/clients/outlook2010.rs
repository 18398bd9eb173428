//! Outlook 2010 to 2019 on POP3, IMAP4 and SMTP.

use super::{
    AddressMatch, Client, CommonName, Demands, Fault, Group, Mark, NamePolicy, Phrase, Reaction, Reference, Statement,
    Versions,
};

pub(super) const CLIENT: Client = Client {
    id: "outlook2010",
    name: "Outlook 2010 to 2019",
    service: "POP3, IMAP4, SMTP",
    group: Group::Legacy,
    names: NamePolicy {
        common_name: CommonName::IfNoDns,
        address: AddressMatch::OctetsOrText,
        reference: Reference::Mapped,
        ..NamePolicy::RFC9525
    },
    demands: Demands::OF_WINDOWS,
    versions: Versions::OF_WINDOWS,
    heeds: Fault::ALL,
    reaction: Reaction::Asks,
    words: &[
        (Fault::Name, Phrase::new(Mark::Reported, "The target principal name is incorrect.")),
        (
            Fault::Expired,
            Phrase::new(
                Mark::Reported,
                "A required certificate is not within its validity period when verifying against the \
                 current system clock or the timestamp in the signed file.",
            ),
        ),
        (
            Fault::NotYetValid,
            Phrase::new(
                Mark::Inferred,
                "A required certificate is not within its validity period when verifying against the \
                 current system clock or the timestamp in the signed file.",
            ),
        ),
        (
            Fault::Untrusted,
            Phrase::new(
                Mark::Reported,
                "A certificate chain processed, but terminated in a root certificate which is not trusted \
                 by the trust provider.",
            ),
        ),
    ],
    mark: Mark::Inferred,
    surmised: &[],
    statements: &[
        Statement::new(
            Mark::Reported,
            "social.technet.microsoft.com thread 2d751a2a (2012)",
            "A real mismatch shows the same sentence as in Outlook 2007; the star of *.aa.net.uk did \
             not cover two labels.",
        ),
        Statement::new(
            Mark::Inferred,
            "not documented",
            "All dNSNames are read, and the common name only when there is none: reading the first \
             name alone is documented for Outlook 2007 only.",
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
