//! rustls and webpki.

use super::{Client, Demands, Fault, Group, Mark, NamePolicy, Phrase, Reaction, Statement, When};

pub(super) const CLIENT: Client = Client {
    id: "rustls",
    name: "Rust programs (rustls)",
    service: "any protocol over TLS",
    group: Group::Modern,
    names: NamePolicy { labels_after_star: 2, ..NamePolicy::RFC9525 },
    demands: Demands::NONE,
    heeds: Fault::ALL,
    reaction: Reaction::Stops,
    words: &[
        (
            Fault::Name,
            Phrase::only(
                When::NoNames,
                Mark::Documented,
                "invalid peer certificate: certificate not valid for name \"{host}\"; certificate is not \
                 valid for any names (according to its subjectAltName extension)",
            ),
        ),
        (
            Fault::Name,
            Phrase::new(
                Mark::Documented,
                "invalid peer certificate: certificate not valid for name \"{host}\"; certificate is only \
                 valid for {rustls}",
            ),
        ),
    ],
    mark: Mark::Documented,
    surmised: &[],
    statements: &[
        Statement::new(
            Mark::Documented,
            "rustls/webpki:src/subject_name/dns_name.rs@1bff41a",
            "SAN only; a star is the whole first label with two labels after it; a name in the \
             certificate that ends in a dot never matches, a host typed with one does; underscores \
             are fine; the last label is never all digits.",
        ),
        Statement::new(Mark::Documented, "rustls/rustls:rustls/src/error/mod.rs@6868ee8", "The text shown."),
    ],
};
