//! BoringSSL: X509_check_host.

use super::{
    Aspect, Client, CommonName, CommonNamePick, Demands, Fault, Group, KeyFamily, Mark, NamePolicy, Reaction,
    Statement, TrailingDot, Versions,
};
use crate::facts::TlsVersion;

pub(super) const CLIENT: Client = Client {
    id: "boringssl",
    name: "BoringSSL",
    service: "any protocol over TLS",
    group: Group::Modern,
    names: NamePolicy {
        common_name: CommonName::IfNoSan,
        pick: CommonNamePick::Any,
        labels_after_star: 2,
        trailing_dot: TrailingDot::Kept,
        ..NamePolicy::RFC9525
    },
    demands: Demands {
        refused_keys: &[
            KeyFamily::P224,
            KeyFamily::OtherCurve,
            KeyFamily::Ed25519,
            KeyFamily::Ed448,
            KeyFamily::Dsa,
            KeyFamily::RsaPss,
            KeyFamily::MlDsa,
            KeyFamily::Other,
        ],
        ..Demands::NONE
    },
    versions: Versions::new(TlsVersion::Tls12, TlsVersion::Tls13, Mark::Inferred)
        .or(TlsVersion::Tls10, TlsVersion::Tls13),
    heeds: Fault::ALL,
    reaction: Reaction::Stops,
    words: &[],
    mark: Mark::Documented,
    surmised: &[Aspect::CommonName],
    statements: &[
        Statement::new(
            Mark::Documented,
            "google/boringssl:crypto/x509/v3_utl.cc@a0689af",
            "The common name is consulted without a SAN only and when it looks like a DNS name, unless \
             NEVER_CHECK_SUBJECT is set.",
        ),
        Statement::new(
            Mark::Contested,
            "google/boringssl:crypto/x509/x509_vfy.cc",
            "That a SAN without any dNSName hides the common name too: its comments say so, readers of the code differ.",
        ),
        Statement::new(
            Mark::Documented,
            "google/boringssl:crypto/x509/x509_test.cc",
            "A star is the whole first label; a host may hold no star and no leading dot.",
        ),
        Statement::new(
            Mark::Documented,
            "google/boringssl:ssl/extensions.cc",
            "Handshakes are signed with RSA keys or on P-256 and P-384, in the newest versions on P-521 too. What else is \
             demanded each program decides.",
        ),
    ],
};
