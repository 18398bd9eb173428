//! OpenSSL 4.1 and later: no common name.

use super::{Aspect, Client, CommonName, Fault, Group, Mark, NamePolicy, Phrase, Reaction, Statement, When, openssl};

pub(super) const CLIENT: Client = Client {
    id: "openssl41",
    name: "OpenSSL 4.1 and later",
    service: "any protocol over TLS",
    group: Group::Modern,
    names: NamePolicy { common_name: CommonName::Never, ..openssl::CLIENT.names },
    demands: openssl::CLIENT.demands,
    versions: openssl::CLIENT.versions,
    heeds: openssl::CLIENT.heeds,
    reaction: Reaction::Stops,
    words: &[
        (Fault::Name, Phrase::only(When::Address, Mark::Inferred, "IP address mismatch")),
        (Fault::Name, Phrase::new(Mark::Inferred, "hostname mismatch")),
        (Fault::Untrusted, Phrase::new(Mark::Inferred, "unable to get local issuer certificate")),
        (Fault::SelfSigned, Phrase::new(Mark::Inferred, "self-signed certificate")),
        (Fault::UnknownRoot, Phrase::new(Mark::Inferred, "self-signed certificate in certificate chain")),
        (Fault::Critical, Phrase::new(Mark::Inferred, "unhandled critical extension")),
        (Fault::Purpose, Phrase::new(Mark::Inferred, "unsuitable certificate purpose")),
        (Fault::KeyUsage, Phrase::new(Mark::Inferred, "unsuitable certificate purpose")),
        (Fault::WeakKey, Phrase::only(When::ShortRsaKey(1963), Mark::Inferred, "EE certificate key too weak")),
        (Fault::WeakKey, Phrase::new(Mark::Inferred, "CA certificate key too weak")),
        (Fault::WeakSignature, Phrase::new(Mark::Inferred, "CA signature digest algorithm too weak")),
        (Fault::UnknownSignature, Phrase::new(Mark::Inferred, "unable to get local issuer certificate")),
        (Fault::Expired, Phrase::new(Mark::Inferred, "certificate has expired")),
        (Fault::NotYetValid, Phrase::new(Mark::Inferred, "certificate is not yet valid")),
    ],
    mark: Mark::Documented,
    surmised: &[Aspect::Demands, Aspect::Unrooted, Aspect::Detours],
    statements: &[
        Statement::new(
            Mark::Documented,
            "openssl/openssl:CHANGES.md@00565bb35, PR 31982",
            "The common name is not consulted by default; 4.1 was not yet released in August 2026.",
        ),
        Statement::new(Mark::Inferred, "openssl/openssl:crypto/x509/v3_utl.c", "All else is as in OpenSSL 4.0."),
    ],
};
