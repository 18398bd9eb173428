//! Outlook for Microsoft 365 on POP3, IMAP4 and SMTP.

use super::{
    AddressMatch, Client, CommonName, Demands, Fault, Group, Mark, NamePolicy, Phrase, Reaction, Reference, Statement,
};

pub(super) const CLIENT: Client = Client {
    id: "outlook365",
    name: "Outlook (current)",
    service: "POP3, IMAP4, SMTP",
    group: Group::Modern,
    names: NamePolicy {
        common_name: CommonName::IfNoDns,
        address: AddressMatch::OctetsOrText,
        reference: Reference::Mapped,
        ..NamePolicy::RFC9525
    },
    demands: Demands::NONE,
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
            "SmarterTools community, thread 96093 (2024)",
            "A mismatch on IMAP with STARTTLS still shows the sentence of Outlook 2007.",
        ),
        Statement::new(
            Mark::Inferred,
            "not documented",
            "All dNSNames are read, and the common name only when there is none.",
        ),
    ],
};
