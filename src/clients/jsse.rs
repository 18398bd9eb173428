//! Java (JSSE) with endpoint identification HTTPS.

use super::{
    Client, CommonName, Demands, Fault, Group, Mark, NamePolicy, Phrase, Reaction, Reference, Statement, TrailingDot,
    When, Wildcard,
};

pub(super) const CLIENT: Client = Client {
    id: "jsse",
    name: "Java (JSSE, HTTPS mode)",
    service: "any protocol over TLS",
    group: Group::Modern,
    names: NamePolicy {
        common_name: CommonName::IfNoDns,
        wildcard: Wildcard::InAnyLabel,
        reference: Reference::WithoutUnderscore,
        trailing_dot: TrailingDot::Refused,
        ..NamePolicy::RFC9525
    },
    demands: Demands::NONE,
    heeds: Fault::ALL,
    reaction: Reaction::Stops,
    words: &[
        (Fault::Name, Phrase::only(When::AddressWithoutSan, Mark::Documented, "No subject alternative names present")),
        (
            Fault::Name,
            Phrase::only(
                When::Address,
                Mark::Documented,
                "No subject alternative names matching IP address {host} found",
            ),
        ),
        (Fault::Name, Phrase::only(When::IllegalToJava, Mark::Documented, "Illegal given domain name: {host}")),
        (Fault::Name, Phrase::only(When::NoDnsName, Mark::Documented, "No name matching {host} found")),
        (Fault::Name, Phrase::new(Mark::Documented, "No subject alternative DNS name matching {host} found.")),
    ],
    mark: Mark::Documented,
    surmised: &[],
    statements: &[
        Statement::new(
            Mark::Documented,
            "openjdk/jdk:src/java.base/share/classes/sun/security/util/HostnameChecker.java",
            "A host with a dot at either end, an underscore or another character that no host name holds is \
             refused before anything is compared.",
        ),
        Statement::new(
            Mark::Documented,
            "openjdk/jdk:src/java.base/share/classes/sun/security/util/HostnameChecker.java",
            "When there is any dNSName the common name is not consulted; otherwise the most specific \
             one is. Addresses are compared with iPAddress entries only.",
        ),
        Statement::new(
            Mark::Documented,
            "openjdk/jdk:src/java.base/share/classes/sun/security/util/HostnameChecker.java",
            "HTTPS mode takes stars inside any label, LDAPS mode in the first only; * and *. alone \
             are rejected, and a star over a public suffix when the chain ends in a public root.",
        ),
    ],
};
