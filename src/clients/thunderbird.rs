//! Thunderbird and other users of NSS and mozilla::pkix.

use super::{Client, Demands, Fault, Group, Mark, NamePolicy, OldDigests, Phrase, Reaction, ServerAuth, Statement};

pub(super) const CLIENT: Client = Client {
    id: "thunderbird",
    name: "Thunderbird",
    service: "POP3, IMAP4, SMTP",
    group: Group::Modern,
    names: NamePolicy { labels_after_star: 2, ..NamePolicy::RFC9525 },
    demands: Demands { old_digests: OldDigests::Refused, server_auth: ServerAuth::IfPresent, ..Demands::NONE },
    heeds: Fault::ALL,
    reaction: Reaction::Asks,
    words: &[
        (
            Fault::Name,
            Phrase::new(
                Mark::Documented,
                "The certificate for {host} is not valid for that server. Someone could be trying to \
                 impersonate the server and you should not continue.",
            ),
        ),
        (Fault::Expired, Phrase::new(Mark::Documented, "The certificate for {host} expired on {date}.")),
        (
            Fault::NotYetValid,
            Phrase::new(Mark::Documented, "The certificate for {host} will not be valid until {date}."),
        ),
        (
            Fault::Untrusted,
            Phrase::new(Mark::Documented, "The certificate for {host} does not come from a trusted source."),
        ),
        (Fault::Unfit, Phrase::new(Mark::Documented, "An error occurred connecting to {host}.")),
    ],
    mark: Mark::Documented,
    surmised: &[],
    statements: &[
        Statement::new(
            Mark::Documented,
            "nss-dev/nss:lib/mozpkix@9d75dfd",
            "The default policy is StrictNameMatchingPolicy, which never falls back to the common \
             name.",
        ),
        Statement::new(
            Mark::Documented,
            "briansmith/mozillapkix:lib/pkixnames.cpp@687015f",
            "A star is the whole first label with two labels after it. A name in the certificate that \
             ends in a dot never matches; a host typed with one does.",
        ),
        Statement::new(
            Mark::Documented,
            "nss-dev/nss:lib/util/SECerrs.h@9d75dfd",
            "A signature algorithm that is disabled (SHA-1) and a certificate not approved for \
             servers are refused.",
        ),
        Statement::new(
            Mark::Documented,
            "mozilla/releases-comm-central:mail/locales/en-US/messenger/certError.ftl@cf9726f",
            "The texts shown; the user may add an exception.",
        ),
        Statement::new(
            Mark::Inferred,
            "not documented",
            "Thunderbird 102 is the first version without the common name.",
        ),
    ],
};
