//! rustls and webpki.

use super::{
    Client, Demands, Fault, Form, Group, IssuerDemands, KeyFamily, Mark, NamePolicy, Phrase, Reaction, SanForm,
    ServerAuth, Statement, Versions, When,
};
use crate::facts::{Digest, Flaw, Limit, Limited, Obstacle, TlsVersion, extension};

pub(super) const CLIENT: Client = Client {
    id: "rustls",
    name: "Rust programs (rustls)",
    service: "any protocol over TLS",
    group: Group::Modern,
    names: NamePolicy { labels_after_star: 2, ..NamePolicy::RFC9525 },
    demands: Demands {
        rsa_bits: 2048,
        root_keys: true,
        refused_keys: &[
            KeyFamily::P224,
            KeyFamily::OtherCurve,
            KeyFamily::Ed448,
            KeyFamily::Dsa,
            KeyFamily::RsaPss,
            KeyFamily::Other,
        ],
        unknown_digests: &[
            Digest::Md5,
            Digest::Sha1,
            Digest::Sha224,
            Digest::Ripemd160,
            Digest::ShortSha512,
            Digest::Sha3,
            Digest::Unknown,
        ],
        server_auth: ServerAuth::IfPresent(&[]),
        refused_names: &[SanForm::Unreadable, SanForm::Followed],
        refused_forms: &[
            Form::UnknownCritical,
            Form::RepeatedKnownExtension,
            Form::Authority,
            Form::OldVersion,
            Form::OtherInnerAlgorithm,
            Form::OtherInnerParameters,
        ],
        refused_encodings: &[
            Flaw::Fraction,
            Flaw::NoSeconds,
            Flaw::NoSecondsUtc,
            Flaw::Offset,
            Flaw::BeforeEpoch,
            Flaw::LongLength,
            Flaw::LongLengthInIssuer,
            Flaw::LongLengthOfBody,
            Flaw::NoPurposes,
            Flaw::FollowedPurposes,
            Flaw::NoConstraints,
            Flaw::OddConstraints,
            Flaw::FollowedConstraints,
            Flaw::NoPoints,
            Flaw::FollowedPoints,
            Flaw::NoLimits,
            Flaw::FollowedLimits,
        ],
        understood: &[extension::NAME_CONSTRAINTS, extension::REVOCATION_LISTS],
        issuers: IssuerDemands {
            overlooked: &[Obstacle::NoCertSign],
            roots: &[Obstacle::Names, Obstacle::InnerAlgorithm],
            unrooted: &[Obstacle::OwnUnrooted, Obstacle::OwnAlone],
            identifiers: &Obstacle::REWRITTEN,
            limits: &[
                Obstacle::Limited(Limited::Directory, Limit::Permits),
                Obstacle::Limited(Limited::Directory, Limit::Excludes),
                Obstacle::Limited(Limited::Email, Limit::Permits),
                Obstacle::Limited(Limited::Email, Limit::Excludes),
                Obstacle::Limited(Limited::Uri, Limit::Permits),
                Obstacle::Limited(Limited::Uri, Limit::Excludes),
            ],
            refused_keys: &[KeyFamily::P224, KeyFamily::OtherCurve, KeyFamily::Ed448, KeyFamily::RsaPss],
            detours: &[],
            purposes: &[],
        },
        sent_chain_only: true,
        is_whole: true,
        ..Demands::NONE
    },
    versions: Versions::new(TlsVersion::Tls12, TlsVersion::Tls13, Mark::Measured),
    heeds: &[
        Fault::Malformed,
        Fault::InnerAlgorithm,
        Fault::Critical,
        Fault::Expired,
        Fault::NotYetValid,
        Fault::Authority,
        Fault::Purpose,
        Fault::Untrusted,
        Fault::WeakSignature,
        Fault::Name,
        Fault::Unfit,
    ],
    reaction: Reaction::Stops,
    words: &[
        (Fault::Version, Phrase::new(Mark::Inferred, "received fatal alert: HandshakeFailure")),
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
        (Fault::Untrusted, Phrase::new(Mark::Measured, "invalid peer certificate: UnknownIssuer")),
        (
            Fault::Authority,
            Phrase::new(Mark::Measured, "invalid peer certificate: Other(OtherError(CaUsedAsEndEntity))"),
        ),
        (
            Fault::Critical,
            Phrase::new(Mark::Measured, "invalid peer certificate: Other(OtherError(UnsupportedCriticalExtension))"),
        ),
        (
            Fault::InnerAlgorithm,
            Phrase::new(Mark::Measured, "invalid peer certificate: Other(OtherError(SignatureAlgorithmMismatch))"),
        ),
        (
            Fault::UnknownSignature,
            Phrase::new(Mark::Measured, "invalid peer certificate: UnsupportedSignatureAlgorithmContext"),
        ),
        (Fault::WeakKey, Phrase::new(Mark::Measured, "invalid peer certificate: BadSignature")),
    ],
    mark: Mark::Measured,
    surmised: &[],
    statements: &[
        Statement::new(
            Mark::Measured,
            "rustls/webpki:src/subject_name/dns_name.rs@1bff41a, run as 0.103",
            "SAN only; a star is the whole first label with two labels after it; a name in the \
             certificate that ends in a dot never matches, a host typed with one does; underscores \
             are fine; the last label is never all digits.",
        ),
        Statement::new(
            Mark::Measured,
            "run as 0.23 with webpki 0.103 and AWS-LC",
            "RSA keys below 2048 bits are refused, those of CAs and roots too, as are MD5, SHA-1 and SHA-224 in any \
             signature, certificates of CAs, those of version 1 and unknown critical extensions. Where purposes are listed \
             serverAuth must be among them, in CAs too; no key usage is looked at. An incomplete chain is not completed. \
             ML-DSA is offered.",
        ),
        Statement::new(
            Mark::Measured,
            "run as 0.23 with webpki 0.103",
            "Subject, issuer and serial number are not looked into. Times must be in whole seconds, in UTC and not before \
             1970.",
        ),
        Statement::new(Mark::Documented, "rustls/rustls:rustls/src/error/mod.rs@6868ee8", "The text shown."),
        Statement::new(
            Mark::Documented,
            "rustls/rustls:rustls/src/error/mod.rs",
            "An expired certificate is called \"invalid peer certificate: certificate expired: verification time ... (UNIX), \
             but certificate is not valid after ... (... seconds ago)\".",
        ),
        Statement::new(
            Mark::Measured,
            "run as 0.23 with webpki 0.103",
            "Of a trusted root nothing is looked at but its name constraints.",
        ),
        Statement::new(
            Mark::Measured,
            "run as rustls 0.23",
            "TLS 1.0 and TLS 1.1 are not known to it. The words are for a server made \
             before TLS 1.3; with another they go by its alert.",
        ),
        Statement::new(
            Mark::Measured,
            "run as 0.23 with webpki 0.103",
            "What is trusted may be a CA below a root, but no server's own certificate that a CA signed.",
        ),
        Statement::new(
            Mark::Measured,
            "run as 0.23 with webpki 0.103",
            "Where a CA has several certificates, all ways to a root are tried.",
        ),
        Statement::new(
            Mark::Measured,
            "run as 0.23 with webpki 0.103",
            "The authorityKeyIdentifier decides nothing where the signature fits.",
        ),
    ],
};
