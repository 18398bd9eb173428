//! RFC 6125 (2011), obsoleted by RFC 9525: common name as a last resort.

use super::{
    Client, CommonName, CommonNamePick, Demands, Fault, Group, Mark, NamePolicy, Reaction, Statement, Versions,
};

pub(super) const CLIENT: Client = Client {
    id: "rfc6125",
    name: "RFC 6125",
    service: "any service over TLS",
    group: Group::Standard,
    names: NamePolicy { common_name: CommonName::IfNoDnsSrvUri, pick: CommonNamePick::Any, ..NamePolicy::RFC9525 },
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
            "RFC 6125 §6.4.4",
            "The common name is compared as a last resort, when the SAN holds no dNSName, SRVName or URI. \
             Whether it holds an iPAddress plays no part.",
        ),
        Statement::new(
            Mark::Documented,
            "RFC 6125 §6.4.3",
            "A star should not stand outside the first label; a client may take it as a part of a \
             label. The model takes whole labels only.",
        ),
    ],
};
