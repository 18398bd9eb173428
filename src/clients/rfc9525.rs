//! RFC 9525 (2023): service identity in TLS.

use super::{Client, Demands, Fault, Group, Mark, NamePolicy, Reaction, Statement, Versions};

pub(super) const CLIENT: Client = Client {
    id: "rfc9525",
    name: "RFC 9525",
    service: "any service over TLS",
    group: Group::Standard,
    names: NamePolicy::RFC9525,
    demands: Demands::NONE,
    versions: Versions::UNKNOWN,
    heeds: &[Fault::Name],
    reaction: Reaction::Stops,
    words: &[],
    mark: Mark::Documented,
    surmised: &[],
    statements: &[
        Statement::new(
            Mark::Documented,
            "RFC 9525 §6.3",
            "dNSName entries only, compared as A-labels and without regard to ASCII case; a star is \
             valid only as the complete first label and matches exactly one label; any other name \
             with a star is ignored.",
        ),
        Statement::new(
            Mark::Documented,
            "RFC 9525 §6.4",
            "An address is compared with iPAddress entries, octet by octet.",
        ),
    ],
};
