//! Chrome since 58: web mail only.

use super::{Aspect, Client, Fault, Group, Mark, NamePolicy, Reaction, Statement, Versions, boringssl};
use crate::facts::TlsVersion;

pub(super) const CLIENT: Client = Client {
    id: "chrome",
    name: "Chrome 58 and later",
    service: "HTTPS",
    group: Group::Modern,
    names: NamePolicy::RFC9525,
    demands: boringssl::CLIENT.demands,
    versions: Versions::new(TlsVersion::Tls12, TlsVersion::Tls13, Mark::Documented),
    heeds: Fault::ALL,
    reaction: Reaction::Asks,
    words: &[],
    mark: Mark::Documented,
    surmised: &[Aspect::Demands, Aspect::Wildcards, Aspect::Addresses],
    statements: &[
        Statement::new(Mark::Documented, "chromium commit b166233e", "Chrome 58 (2017) stopped using the common name."),
        Statement::new(
            Mark::Inferred,
            "google/boringssl:ssl/extensions.cc",
            "The kinds of key are those of BoringSSL.",
        ),
        Statement::new(Mark::Inferred, "not documented", "Wildcards and addresses as in RFC 9525."),
        Statement::new(
            Mark::Documented,
            "chromium:net/ssl/ssl_config.h",
            "TLS 1.0 and TLS 1.1 are not offered; versions of before 2022 did offer them.",
        ),
    ],
};
