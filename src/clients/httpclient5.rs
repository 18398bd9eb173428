//! Apache HttpClient 5.

use super::{
    Aspect, Client, CommonName, Fault, Group, Mark, NamePolicy, Phrase, Reaction, Statement, When, Wildcard, jsse,
};

pub(super) const CLIENT: Client = Client {
    id: "httpclient5",
    name: "Apache HttpClient 5",
    service: "HTTPS",
    group: Group::Modern,
    names: NamePolicy {
        common_name: CommonName::IfNoDns,
        wildcard: Wildcard::AnywhereInFirstLabel,
        ..NamePolicy::RFC9525
    },
    demands: jsse::CLIENT.demands,
    versions: jsse::CLIENT.versions,
    heeds: jsse::CLIENT.heeds,
    reaction: Reaction::Stops,
    words: &[
        (
            Fault::Name,
            Phrase::only(
                When::NoDnsName,
                Mark::Documented,
                "Certificate for <{host}> doesn't match common name of the certificate subject: {cn}",
            ),
        ),
        (
            Fault::Name,
            Phrase::new(
                Mark::Documented,
                "Certificate for <{host}> doesn't match any of the subject alternative names: [{names}]",
            ),
        ),
    ],
    mark: Mark::Documented,
    surmised: &[Aspect::Wildcards, Aspect::Addresses, Aspect::Demands],
    statements: &[
        Statement::new(
            Mark::Documented,
            "apache/httpcomponents-client:DefaultHostnameVerifier.java@86c313b",
            "dNSNames, else the common name.",
        ),
        Statement::new(
            Mark::Inferred,
            "not documented",
            "What the model says of partial wildcards, addresses and odd names.",
        ),
        Statement::new(Mark::Inferred, "not documented", "Keys, signatures, usages and chain are left to JSSE."),
    ],
};
