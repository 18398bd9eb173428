//! Exim with its defaults: tries to verify, delivers all the same.

use super::{
    Aspect, Client, CommonName, CommonNamePick, Demands, Fault, Group, Mark, NamePolicy, Phrase, Reaction, Reference,
    Statement, TrailingDot, Wildcard,
};

pub(super) const CLIENT: Client = Client {
    id: "exim-try",
    name: "Exim (default)",
    service: "SMTP between servers",
    group: Group::Modern,
    names: NamePolicy {
        common_name: CommonName::IfNoDns,
        pick: CommonNamePick::Any,
        wildcard: Wildcard::WholeLabelOpenSsl,
        labels_after_star: 2,
        reference: Reference::Typed,
        trailing_dot: TrailingDot::Kept,
        ..NamePolicy::RFC9525
    },
    demands: Demands::NONE,
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
