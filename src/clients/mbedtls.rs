//! Mbed TLS: the common name only without a SAN extension.

use super::{
    Aspect, Client, CommonName, CommonNamePick, Demands, Fault, Group, Mark, NamePolicy, Reaction, Reference,
    Statement, TrailingDot, Wildcard,
};

pub(super) const CLIENT: Client = Client {
    id: "mbedtls",
    name: "Mbed TLS",
    service: "any protocol over TLS",
    group: Group::Modern,
    names: NamePolicy {
        common_name: CommonName::IfNoSan,
        pick: CommonNamePick::Any,
        wildcard: Wildcard::WholeLabelUnchecked,
        reference: Reference::Typed,
        trailing_dot: TrailingDot::Kept,
        ..NamePolicy::RFC9525
    },
    demands: Demands::NONE,
    heeds: Fault::ALL,
    reaction: Reaction::Stops,
    words: &[],
    mark: Mark::Documented,
    surmised: &[Aspect::Wildcards, Aspect::Addresses],
    statements: &[
        Statement::new(
            Mark::Documented,
            "Mbed-TLS/mbedtls:library/x509_crt.c@0333486",
            "The common name is consulted only when the SAN extension is absent.",
        ),
        Statement::new(Mark::Inferred, "not documented", "Wildcards, addresses and trailing dots."),
    ],
};
