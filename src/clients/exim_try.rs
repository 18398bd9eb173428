//! Exim with its defaults: tries to verify, delivers all the same.

use super::{
    Aspect, Client, Demands, Fault, Group, Mark, NamePolicy, Phrase, Reaction, Statement, Versions, Wildcard, openssl,
};

pub(super) const CLIENT: Client = Client {
    id: "exim-try",
    name: "Exim (default)",
    service: "SMTP between servers",
    group: Group::Modern,
    names: NamePolicy { wildcard: Wildcard::WholeLabelOpenSsl, ..openssl::CLIENT.names },
    demands: Demands::NONE,
    versions: Versions::UNKNOWN,
    heeds: Fault::ALL,
    reaction: Reaction::GoesOn,
    words: &[(
        Fault::Name,
        Phrase::new(Mark::Documented, "SSL verify error: certificate name mismatch: DN=\"{subject}\" H=\"{host}\""),
    )],
    mark: Mark::Documented,
    surmised: &[Aspect::CommonName],
    statements: &[
        Statement::new(
            Mark::Documented,
            "Exim specification: tls_try_verify_hosts",
            "Verification is tried for every host and its failure tolerated.",
        ),
        Statement::new(
            Mark::Documented,
            "Exim/exim:src/src/tls-openssl.c@13835a3",
            "A wildcard is taken only as the first part of a name of three parts or more. The log \
             line.",
        ),
        Statement::new(
            Mark::Inferred,
            "not documented",
            "OpenSSL compares the names, so the common name is read when there is no dNSName.",
        ),
    ],
};
