//! The common name and nothing else, as before subjectAltName.

use super::{
    AddressMatch, Client, CommonName, Demands, DnsScan, Fault, Group, Mark, NamePolicy, Reaction, Statement, Versions,
};

pub(super) const CLIENT: Client = Client {
    id: "cn-only",
    name: "Common name only",
    service: "any service over TLS",
    group: Group::Standard,
    names: NamePolicy {
        scan: DnsScan::Nothing,
        common_name: CommonName::Only,
        address: AddressMatch::Never,
        ..NamePolicy::RFC9525
    },
    demands: Demands::NONE,
    versions: Versions::UNKNOWN,
    heeds: &[Fault::Name],
    reaction: Reaction::Stops,
    words: &[],
    mark: Mark::Documented,
    surmised: &[],
    statements: &[Statement::new(
        Mark::Documented,
        "RFC 6125 §1.8, CN-ID",
        "The common name is compared as a DNS name, wildcards included. What programs did before \
         they knew subjectAltName.",
    )],
};
