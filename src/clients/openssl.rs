//! OpenSSL up to 4.0: X509_check_host and X509_check_ip.

use super::{
    Client, CommonName, CommonNamePick, Demands, Fault, Group, Mark, NamePolicy, Phrase, Reaction, Reference,
    Statement, TrailingDot, When, Wildcard,
};

pub(super) const CLIENT: Client = Client {
    id: "openssl",
    name: "OpenSSL up to 4.0",
    service: "any protocol over TLS",
    group: Group::Modern,
    names: NamePolicy {
        common_name: CommonName::IfNoDns,
        pick: CommonNamePick::Any,
        wildcard: Wildcard::InFirstLabel,
        labels_after_star: 2,
        reference: Reference::Typed,
        trailing_dot: TrailingDot::Kept,
        ..NamePolicy::RFC9525
    },
    demands: Demands::NONE,
    heeds: Fault::ALL,
    reaction: Reaction::Stops,
    words: &[
        (Fault::Name, Phrase::only(When::Address, Mark::Measured, "IP address mismatch")),
        (Fault::Name, Phrase::new(Mark::Measured, "hostname mismatch")),
        (Fault::Expired, Phrase::new(Mark::Measured, "certificate has expired")),
        (Fault::NotYetValid, Phrase::new(Mark::Measured, "certificate is not yet valid")),
    ],
    mark: Mark::Measured,
    surmised: &[],
    statements: &[
        Statement::new(
            Mark::Measured,
            "openssl/openssl:crypto/x509/v3_purp.c, run as 3.0",
            "A certificate whose SAN cannot be read is refused with its whole chain.",
        ),
        Statement::new(
            Mark::Measured,
            "openssl/openssl:crypto/x509/v3_utl.c, run as 3.0",
            "Any dNSName; the common name only when there is none, even beside iPAddress entries. Any \
             of several common names will do.",
        ),
        Statement::new(
            Mark::Measured,
            "openssl/openssl:crypto/x509/v3_utl.c, run as 3.0",
            "One star in the first label, partial ones too unless NO_PARTIAL_WILDCARDS; not inside \
             A-labels; two dots after it at least. A host typed with a trailing dot does not match, \
             one with a leading dot matches every subdomain. Host names are not mapped to A-labels. \
             Addresses are compared with iPAddress entries only.",
        ),
    ],
};
