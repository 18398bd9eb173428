//! Python 3 up to 3.12: the ssl module over OpenSSL.

use super::joined::joined;
use super::{
    Aspect, Client, Fault, Group, Idna, Mark, NamePolicy, Phrase, Reaction, Reference, Statement, When, Wildcard,
    openssl,
};

/// What it says in every version.
pub(super) const USUAL: &[(Fault, Phrase)] = &[
    (
        Fault::Name,
        Phrase::only(
            When::Address,
            Mark::Measured,
            "certificate verify failed: IP address mismatch, certificate is not valid for '{host}'. \
             (_ssl.c)",
        ),
    ),
    (
        Fault::Name,
        Phrase::new(
            Mark::Measured,
            "certificate verify failed: Hostname mismatch, certificate is not valid for '{mapped}'. \
             (_ssl.c)",
        ),
    ),
    (
        Fault::Untrusted,
        Phrase::new(Mark::Measured, "certificate verify failed: unable to get local issuer certificate (_ssl.c)"),
    ),
    (Fault::SelfSigned, Phrase::new(Mark::Measured, "certificate verify failed: self-signed certificate (_ssl.c)")),
    (
        Fault::UnknownRoot,
        Phrase::new(Mark::Measured, "certificate verify failed: self-signed certificate in certificate chain (_ssl.c)"),
    ),
    (Fault::Critical, Phrase::new(Mark::Measured, "certificate verify failed: unhandled critical extension (_ssl.c)")),
    (Fault::Purpose, Phrase::new(Mark::Measured, "certificate verify failed: unsuitable certificate purpose (_ssl.c)")),
    (
        Fault::KeyUsage,
        Phrase::new(Mark::Measured, "certificate verify failed: unsuitable certificate purpose (_ssl.c)"),
    ),
    (
        Fault::WeakKey,
        Phrase::only(
            When::ShortRsaKey(1963),
            Mark::Measured,
            "certificate verify failed: EE certificate key too weak (_ssl.c)",
        ),
    ),
    (Fault::WeakKey, Phrase::new(Mark::Measured, "certificate verify failed: CA certificate key too weak (_ssl.c)")),
    (
        Fault::WeakSignature,
        Phrase::new(Mark::Measured, "certificate verify failed: CA signature digest algorithm too weak (_ssl.c)"),
    ),
    (
        Fault::UnknownSignature,
        Phrase::new(Mark::Measured, "certificate verify failed: unable to get local issuer certificate (_ssl.c)"),
    ),
    (
        Fault::NetscapeType,
        Phrase::new(Mark::Measured, "certificate verify failed: unsuitable certificate purpose (_ssl.c)"),
    ),
    (Fault::Expired, Phrase::new(Mark::Measured, "certificate verify failed: certificate has expired (_ssl.c)")),
    (
        Fault::NotYetValid,
        Phrase::new(Mark::Measured, "certificate verify failed: certificate is not yet valid (_ssl.c)"),
    ),
];

/// What it says where two algorithms are named.
const MIXED: (Fault, Phrase) = (
    Fault::InnerAlgorithm,
    Phrase::new(Mark::Measured, "certificate verify failed: certificate signature failure (_ssl.c)"),
);

pub(super) const CLIENT: Client = Client {
    id: "python",
    name: "Python up to 3.12 (ssl)",
    service: "any protocol over TLS",
    group: Group::Modern,
    names: NamePolicy {
        wildcard: Wildcard::WholeLabelOpenSsl,
        reference: Reference::WellFormed,
        idna: Idna::Of2003,
        ..openssl::CLIENT.names
    },
    demands: openssl::CLIENT.demands,
    versions: openssl::CLIENT.versions,
    heeds: openssl::CLIENT.heeds,
    reaction: Reaction::Stops,
    words: &joined::<(Fault, Phrase), { USUAL.len() + 1 }>(&[MIXED], USUAL),
    mark: Mark::Measured,
    surmised: &[Aspect::Unrooted],
    statements: &[
        Statement::new(Mark::Reported, "Oxygem/Kanmail issue 89", "The text of the exception."),
        Statement::new(
            Mark::Measured,
            "python/cpython:Modules/_ssl.c, run as 3.11",
            "Names are compared by OpenSSL without partial wildcards, host names mapped to A-labels \
             before.",
        ),
        Statement::new(
            Mark::Measured,
            "run as 3.11 with OpenSSL 3.0",
            "OpenSSL judges keys, signatures, usages, chain and life; the texts are its own.",
        ),
        Statement::new(Mark::Measured, "run as 3.11 and 3.12", "What is trusted has to be signed by itself."),
        Statement::new(
            Mark::Measured,
            "run as Python 3.11",
            "TLS 1.0 and TLS 1.1 are not offered since 3.10, but Debian's Python leaves that to OpenSSL.",
        ),
    ],
};
