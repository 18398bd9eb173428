//! Angus Mail 1.1.0 and later: checks names, since 2.0.3 in LDAPS mode.

use super::{
    Aspect, Client, CommonName, Group, Idna, Mark, NamePolicy, Reaction, Reference, Statement, TrailingDot, Wildcard,
    jsse,
};

pub(super) const CLIENT: Client = Client {
    id: "angus-mail",
    name: "Angus Mail",
    service: "POP3, IMAP4, SMTP",
    group: Group::Modern,
    names: NamePolicy {
        common_name: CommonName::IfNoReadableDns,
        wildcard: Wildcard::AnywhereInFirstLabel,
        reference: Reference::SniHostName,
        idna: Idna::Of2003,
        trailing_dot: TrailingDot::Dropped,
        ..NamePolicy::RFC9525
    },
    demands: jsse::CLIENT.demands,
    versions: jsse::CLIENT.versions,
    heeds: jsse::CLIENT.heeds,
    reaction: Reaction::Stops,
    words: jsse::CLIENT.words,
    mark: Mark::Documented,
    surmised: &[Aspect::Demands, Aspect::BroadWildcards],
    statements: &[
        Statement::new(
            Mark::Documented,
            "openjdk/jdk:src/java.base/share/classes/sun/security/util/HostnameChecker.java",
            "A host with a dot at its beginning, an underscore or another character that no host name holds is \
             refused before anything is compared; a dot at its end is taken off.",
        ),
        Statement::new(
            Mark::Documented,
            "eclipse-ee4j/angus-mail:SocketFetcher.java@eca8e08",
            "mail.<protocol>.ssl.checkserveridentity is true by default since 1.1.0; since 2.0.3 it \
             asks the Java runtime for the LDAPS check.",
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
        Statement::new(Mark::Inferred, "not documented", "Keys, signatures, usages and chain are left to JSSE."),
    ],
};
