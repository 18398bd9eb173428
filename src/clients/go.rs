//! Go: crypto/x509.

use super::{
    AddressMatch, Client, Demands, Fault, Form, Group, IssuerDemands, KeyFamily, Mark, NamePolicy, Phrase, Reaction,
    Reference, SanForm, ServerAuth, Statement, Substitute, TrailingDot, Versions, When, Wildcard,
};
use crate::facts::{Digest, Flaw, Limit, Limited, Obstacle, TlsVersion, extension};

pub(super) const CLIENT: Client = Client {
    id: "go",
    name: "Go programs",
    service: "any protocol over TLS",
    group: Group::Modern,
    names: NamePolicy {
        wildcard: Wildcard::WholeLabelIfValid,
        reference: Reference::Typed,
        trailing_dot: TrailingDot::Either,
        address: AddressMatch::OctetsMapped,
        ..NamePolicy::RFC9525
    },
    demands: Demands {
        refused_keys: &[
            KeyFamily::P224,
            KeyFamily::OtherCurve,
            KeyFamily::Ed448,
            KeyFamily::Dsa,
            KeyFamily::RsaPss,
            KeyFamily::MlDsa,
            KeyFamily::Other,
        ],
        refused_digests: &[Digest::Md5, Digest::Sha1],
        unknown_digests: &[Digest::Sha224, Digest::Ripemd160, Digest::ShortSha512, Digest::Sha3, Digest::Unknown],
        server_auth: ServerAuth::IfPresent(&[Substitute::Any]),
        refused_names: &[SanForm::Unreadable, SanForm::NotAscii, SanForm::OddAddress, SanForm::OddHost],
        refused_forms: &[
            Form::UnknownCritical,
            Form::OldVersionExtended,
            Form::RepeatedExtension,
            Form::OtherInnerAlgorithm,
            Form::OtherInnerParameters,
        ],
        refused_encodings: &[
            Flaw::NotUtf8,
            Flaw::HalfCharacter,
            Flaw::NoCharacters,
            Flaw::Universal,
            Flaw::NotPrintable,
            Flaw::NotAscii,
            Flaw::Bits,
            Flaw::Nested,
            Flaw::NoString,
            Flaw::LongTag,
            Flaw::NoAttribute,
            Flaw::NoNumber,
            Flaw::Padded,
            Flaw::Fraction,
            Flaw::NoSeconds,
            Flaw::LongLength,
            Flaw::LongLengthInSubject,
            Flaw::LongLengthInIssuer,
            Flaw::LongLengthOfBody,
            Flaw::NoKeyUsage,
            Flaw::NoPurposes,
            Flaw::NoConstraints,
            Flaw::NoIdentifier,
            Flaw::NoPoints,
            Flaw::NoPoint,
            Flaw::NoPolicies,
            Flaw::NoAccess,
            Flaw::NoLimits,
            Flaw::EmptyLimits,
            Flaw::OddLimits,
            Flaw::FollowedLimits,
        ],
        understood: &[
            extension::NAME_CONSTRAINTS,
            extension::REVOCATION_LISTS,
            extension::POLICIES,
            extension::AUTHORITY_KEY,
            extension::SUBJECT_KEY,
            extension::AUTHORITY_ACCESS,
        ],
        issuers: IssuerDemands {
            overlooked: &[],
            roots: &[
                Obstacle::NotAuthority,
                Obstacle::Unstated,
                Obstacle::Bare,
                Obstacle::NoCertSign,
                Obstacle::TooDeep,
                Obstacle::Purpose,
                Obstacle::Critical,
                Obstacle::NotYetValid,
                Obstacle::Expired,
                Obstacle::Names,
                Obstacle::InnerAlgorithm,
            ],
            unrooted: &[],
            identifiers: &Obstacle::REWRITTEN,
            limits: &[
                Obstacle::Limited(Limited::Directory, Limit::Critical),
                Obstacle::Limited(Limited::Email, Limit::Broken),
                Obstacle::Limited(Limited::Uri, Limit::Broken),
            ],
            refused_keys: &[KeyFamily::OtherCurve, KeyFamily::Ed448, KeyFamily::RsaPss],
            detours: &[],
            purposes: &[Substitute::Any],
        },
        sent_chain_only: true,
        is_whole: true,
        overlooked_in_roots: &[Fault::WeakSignature],
        ..Demands::NONE
    },
    versions: Versions::new(TlsVersion::Tls12, TlsVersion::Tls13, Mark::Measured),
    heeds: &[
        Fault::Malformed,
        Fault::InnerAlgorithm,
        Fault::Critical,
        Fault::Expired,
        Fault::NotYetValid,
        Fault::Name,
        Fault::Untrusted,
        Fault::WeakSignature,
        Fault::Unfit,
    ],
    reaction: Reaction::Stops,
    words: &[
        (Fault::Version, Phrase::new(Mark::Inferred, "tls: server selected unsupported protocol version")),
        (
            Fault::Name,
            Phrase::only(
                When::OnlyCommonNameFits,
                Mark::Documented,
                "x509: certificate relies on legacy Common Name field, use SANs instead",
            ),
        ),
        (
            Fault::Name,
            Phrase::only(
                When::AddressWithoutAddresses,
                Mark::Documented,
                "x509: cannot validate certificate for {host} because it doesn't contain any IP SANs",
            ),
        ),
        (
            Fault::Name,
            Phrase::only(When::Address, Mark::Documented, "x509: certificate is valid for {addresses}, not {host}"),
        ),
        (
            Fault::Name,
            Phrase::only(
                When::NoDnsName,
                Mark::Documented,
                "x509: certificate is not valid for any names, but wanted to match {host}",
            ),
        ),
        (Fault::Name, Phrase::new(Mark::Documented, "x509: certificate is valid for {names}, not {host}")),
        (Fault::Untrusted, Phrase::new(Mark::Documented, "x509: certificate signed by unknown authority")),
        (Fault::Expired, Phrase::new(Mark::Documented, "x509: certificate has expired or is not yet valid")),
        (Fault::NotYetValid, Phrase::new(Mark::Documented, "x509: certificate has expired or is not yet valid")),
        (
            Fault::InnerAlgorithm,
            Phrase::new(
                Mark::Measured,
                "tls: failed to parse certificate from server: x509: inner and outer signature algorithm identifiers \
                 don't match",
            ),
        ),
        (Fault::Malformed, Phrase::new(Mark::Measured, "tls: failed to parse certificate from server")),
        (Fault::Critical, Phrase::new(Mark::Measured, "x509: unhandled critical extension")),
        (Fault::Purpose, Phrase::new(Mark::Measured, "x509: certificate specifies an incompatible key usage")),
        (Fault::WeakSignature, Phrase::new(Mark::Inferred, "x509: certificate signed by unknown authority")),
        (Fault::UnknownSignature, Phrase::new(Mark::Inferred, "x509: certificate signed by unknown authority")),
    ],
    mark: Mark::Measured,
    surmised: &[],
    statements: &[
        Statement::new(
            Mark::Measured,
            "golang/go:src/crypto/x509/verify.go, run as 1.19",
            "dNSNames only. A trailing dot of the host is dropped; a name in the certificate with one \
             fits only a host typed the same way. A star is the whole first label, *.com included; \
             underscores are tolerated. A host or name that is malformed fits only what is the same.",
        ),
        Statement::new(
            Mark::Measured,
            "golang/go:src/crypto/x509/parser.go, run as 1.19",
            "A certificate is not read whose SAN holds letters beyond ASCII, an iPAddress of neither 4 nor 16 octets, or a URI \
             that cannot be parsed or whose host has an empty label.",
        ),
        Statement::new(
            Mark::Measured,
            "golang/go:src/crypto/x509/parser.go, run as 1.19",
            "A certificate is not read whose subject or issuer holds a string that is none of its kind or of a kind that \
             Go does not know, such as UniversalString; in a PrintableString only * and & may stand beside its own \
             letters. A serial number with needless octets is not read either, nor a GeneralizedTime that is not in whole \
             seconds.",
        ),
        Statement::new(
            Mark::Documented,
            "golang/go commit 063ce0f",
            "The common name has been ignored by default since Go 1.15 (GODEBUG=x509ignoreCN=0 brings \
             it back).",
        ),
        Statement::new(
            Mark::Measured,
            "run as 1.19",
            "MD5, SHA-1 and SHA-224 are refused in signatures below the root. Where purposes are listed serverAuth or \
             anyExtendedKeyUsage must be among them; the same goes for CAs; the key usage of the \
             server is not looked at. An incomplete chain is not \
             completed.",
        ),
        Statement::new(Mark::Inferred, "golang/go commit d65e1b2e41", "The switch is gone in Go 1.17."),
        Statement::new(
            Mark::Measured,
            "run as 1.19",
            "A trusted root is looked at as CAs below it are, its life, names and purposes too; one of version 1 will do.",
        ),
        Statement::new(
            Mark::Measured,
            "run as Go 1.19",
            "TLS 1.0 and TLS 1.1 are not offered. The words are for a server made \
             before TLS 1.3; with another they go by its alert.",
        ),
        Statement::new(
            Mark::Measured,
            "run as 1.19",
            "What is trusted may be no root: the certificate of a CA below one, or the server's own.",
        ),
        Statement::new(
            Mark::Measured,
            "run as 1.19",
            "Where a CA has several certificates, all ways to a root are tried.",
        ),
        Statement::new(
            Mark::Measured,
            "run as 1.19",
            "The authorityKeyIdentifier decides nothing where the signature fits.",
        ),
    ],
};
