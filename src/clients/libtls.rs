//! LibreSSL libtls: tls_check_name.

use super::{
    AddressMatch, Client, CommonName, Demands, Fault, Group, Mark, NamePolicy, Reaction, Reference, Statement,
    TrailingDot, Versions, Wildcard,
};
use crate::facts::TlsVersion;

pub(super) const CLIENT: Client = Client {
    id: "libtls",
    name: "LibreSSL (libtls)",
    service: "any protocol over TLS",
    group: Group::Modern,
    names: NamePolicy {
        common_name: CommonName::IfNoDnsOrAddress,
        wildcard: Wildcard::WholeLabelUnchecked,
        labels_after_star: 2,
        address: AddressMatch::OctetsOrCommonName,
        reference: Reference::Typed,
        trailing_dot: TrailingDot::Kept,
        ..NamePolicy::RFC9525
    },
    demands: Demands::NONE,
    versions: Versions::new(TlsVersion::Tls12, TlsVersion::Tls13, Mark::Documented),
    heeds: Fault::ALL,
    reaction: Reaction::Stops,
    words: &[],
    mark: Mark::Documented,
    surmised: &[],
    statements: &[
        Statement::new(
            Mark::Documented,
            "libressl/openbsd:src/lib/libtls/tls_verify.c",
            "The common name is consulted when the SAN has neither dNSName nor iPAddress, and may \
         hold an address. A star is the whole first label with two labels after it.",
        ),
        Statement::new(
            Mark::Documented,
            "libressl/portable:include/tls.h",
            "TLS_PROTOCOLS_DEFAULT is TLS 1.2 and 1.3.",
        ),
    ],
};
