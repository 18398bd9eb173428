//! Mbed TLS 3.5 and later: iPAddress too.

use super::{AddressMatch, Aspect, Client, Fault, Group, Mark, NamePolicy, Reaction, Statement, Versions, mbedtls};
use crate::facts::TlsVersion;

pub(super) const CLIENT: Client = Client {
    id: "mbedtls35",
    name: "Mbed TLS 3.5 and later",
    service: "any protocol over TLS",
    group: Group::Modern,
    names: NamePolicy { address: AddressMatch::OctetsOrText, ..mbedtls::CLIENT.names },
    demands: mbedtls::CLIENT.demands,
    versions: Versions::new(TlsVersion::Tls12, TlsVersion::Tls12, Mark::Inferred)
        .or(TlsVersion::Tls12, TlsVersion::Tls13),
    heeds: Fault::ALL,
    reaction: Reaction::Stops,
    words: &[],
    mark: Mark::Documented,
    surmised: &[Aspect::Wildcards, Aspect::Demands, Aspect::Unrooted, Aspect::Detours],
    statements: &[
        Statement::new(
            Mark::Documented,
            "Mbed-TLS/mbedtls:library/x509_crt.c@0333486, PR 7436",
            "An address is compared with iPAddress entries too. The common name is consulted only when the SAN extension is \
             absent.",
        ),
        Statement::new(Mark::Inferred, "Mbed-TLS/mbedtls issue 6473", "It came after 3.4; all else is as in 2.28."),
    ],
};
