//! Python 3: the ssl module over OpenSSL.

use super::{
    Client, Demands, Fault, Group, Mark, NamePolicy, Phrase, Reaction, Reference, Statement, When, Wildcard, openssl,
};

pub(super) const CLIENT: Client = Client {
    id: "python",
    name: "Python (ssl)",
    service: "any protocol over TLS",
    group: Group::Modern,
    names: NamePolicy {
        wildcard: Wildcard::WholeLabelOpenSsl,
        reference: Reference::WellFormed,
        ..openssl::CLIENT.names
    },
    demands: Demands::NONE,
    heeds: Fault::ALL,
    reaction: Reaction::Stops,
    words: &[
        (
            Fault::Name,
            Phrase::only(
                When::Address,
                Mark::Inferred,
                "certificate verify failed: IP address mismatch, certificate is not valid for '{host}'. \
                 (_ssl.c)",
            ),
        ),
        (
            Fault::Name,
            Phrase::new(
                Mark::Reported,
                "certificate verify failed: Hostname mismatch, certificate is not valid for '{mapped}'. \
                 (_ssl.c)",
            ),
        ),
    ],
    mark: Mark::Inferred,
    surmised: &[],
    statements: &[
        Statement::new(Mark::Reported, "Oxygem/Kanmail issue 89", "The text of the exception."),
        Statement::new(
            Mark::Inferred,
            "python/cpython:Modules/_ssl.c",
            "Names are compared by OpenSSL without partial wildcards, host names mapped to A-labels \
             before.",
        ),
    ],
};
