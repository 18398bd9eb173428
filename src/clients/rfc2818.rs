//! RFC 2818 (2000), obsoleted by RFC 9110: HTTP over TLS.

use super::{Client, CommonName, Demands, Fault, Group, Mark, NamePolicy, Reaction, Statement, Versions, Wildcard};

pub(super) const CLIENT: Client = Client {
    id: "rfc2818",
    name: "RFC 2818",
    service: "HTTPS",
    group: Group::Standard,
    names: NamePolicy {
        common_name: CommonName::IfNoDns,
        wildcard: Wildcard::AnywhereInFirstLabel,
        ..NamePolicy::RFC9525
    },
    demands: Demands::NONE,
    versions: Versions::UNKNOWN,
    heeds: &[Fault::Name],
    reaction: Reaction::Stops,
    words: &[],
    mark: Mark::Reported,
    surmised: &[],
    statements: &[Statement::new(
        Mark::Reported,
        "RFC 2818 §3.1, as quoted in OpenJDK HostnameChecker",
        "A dNSName must be used when there is one, else the most specific common name; f*.com \
         matches foo.com; an address must be in an iPAddress entry.",
    )],
};
