//! BoringSSL: X509_check_host.

use super::{
    Client, CommonName, CommonNamePick, Demands, Fault, Group, Mark, NamePolicy, Reaction, Statement, TrailingDot,
};

pub(super) const CLIENT: Client = Client {
    id: "boringssl",
    name: "BoringSSL",
    service: "any protocol over TLS",
    group: Group::Modern,
    names: NamePolicy {
        common_name: CommonName::IfNoSan,
        pick: CommonNamePick::Any,
        labels_after_star: 2,
        trailing_dot: TrailingDot::Kept,
        ..NamePolicy::RFC9525
    },
    demands: Demands::NONE,
    heeds: Fault::ALL,
    reaction: Reaction::Stops,
    words: &[],
    mark: Mark::Documented,
    surmised: &[],
    statements: &[
        Statement::new(
            Mark::Documented,
            "google/boringssl:crypto/x509/v3_utl.cc@a0689af",
            "The common name is consulted without a SAN only, unless NEVER_CHECK_SUBJECT is set.",
        ),
        Statement::new(
            Mark::Documented,
            "google/boringssl:crypto/x509/x509_test.cc",
            "A star is the whole first label; a host may hold no star and no leading dot.",
        ),
    ],
};
