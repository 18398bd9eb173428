//! OpenSSL up to 4.0: X509_check_host and X509_check_ip.

use super::{
    Client, CommonName, CommonNamePick, Demands, Fault, Form, Group, IssuerDemands, KeyFamily, Mark, NamePolicy,
    Phrase, Reaction, Reference, SanForm, ServerAuth, Statement, Substitute, TrailingDot, Versions, When, Wildcard,
};
use crate::facts::{Digest, Flaw, KeyUsage, Limit, Limited, Obstacle, TlsVersion, extension};

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
    demands: Demands {
        rsa_bits: 1963,
        root_keys: true,
        refused_keys: &[KeyFamily::P224, KeyFamily::OtherCurve, KeyFamily::Dsa, KeyFamily::MlDsa, KeyFamily::Other],
        refused_digests: &[Digest::Md5, Digest::Sha1, Digest::Ripemd160],
        unknown_digests: &[Digest::ShortSha512],
        server_auth: ServerAuth::IfPresent(&[Substitute::GatedCryptography]),
        key_usage: KeyUsage::DIGITAL_SIGNATURE.with(KeyUsage::KEY_ENCIPHERMENT).with(KeyUsage::KEY_AGREEMENT),
        refused_names: &[SanForm::Unreadable, SanForm::ForeignEntry],
        refused_forms: &[
            Form::UnknownCritical,
            Form::RepeatedKnownExtension,
            Form::OtherNetscapeType,
            Form::OtherInnerAlgorithm,
            Form::OtherInnerParameters,
            Form::NamedAsIssuer,
        ],
        refused_encodings: &[
            Flaw::NotUtf8,
            Flaw::HalfCharacter,
            Flaw::Surrogates,
            Flaw::NoCharacters,
            Flaw::NoString,
            Flaw::LongTag,
            Flaw::Followed,
            Flaw::NoAttribute,
            Flaw::NoNumber,
            Flaw::Padded,
            Flaw::Fraction,
            Flaw::NoSeconds,
            Flaw::NoSecondsUtc,
            Flaw::Offset,
            Flaw::NoKeyUsage,
            Flaw::NoPurposes,
            Flaw::NoConstraints,
            Flaw::OddConstraints,
            Flaw::NoIdentifier,
            Flaw::OddIdentifier,
            Flaw::NoPoints,
            Flaw::NoPoint,
            Flaw::OddPoint,
            Flaw::NoLimits,
            Flaw::OddLimits,
            Flaw::NoNetscapeType,
        ],
        understood: &[
            extension::NAME_CONSTRAINTS,
            extension::REVOCATION_LISTS,
            extension::POLICIES,
            extension::POLICY_MAPPINGS,
            extension::POLICY_CONSTRAINTS,
            extension::INHIBIT_ANY_POLICY,
            extension::NETSCAPE_TYPE,
            extension::NO_CHECK,
        ],
        issuers: IssuerDemands {
            overlooked: &[],
            roots: &[
                Obstacle::NotAuthority,
                Obstacle::Bare,
                Obstacle::NoCertSign,
                Obstacle::TooDeep,
                Obstacle::Purpose,
                Obstacle::Critical,
                Obstacle::NotYetValid,
                Obstacle::Expired,
                Obstacle::Names,
            ],
            unrooted: &[Obstacle::Unrooted, Obstacle::OwnUnrooted, Obstacle::OwnAlone],
            identifiers: &[Obstacle::KeyIdentifier, Obstacle::IssuerAndSerial],
            limits: &[
                Obstacle::Limited(Limited::Directory, Limit::Broken),
                Obstacle::Limited(Limited::Email, Limit::Broken),
                Obstacle::Limited(Limited::SubjectEmail, Limit::Broken),
                Obstacle::Limited(Limited::Uri, Limit::Broken),
            ],
            refused_keys: &[],
            detours: &[Obstacle::AfterOther, Obstacle::AfterUnfit],
            purposes: &[Substitute::GatedCryptography],
        },
        sent_chain_only: true,
        is_whole: true,
        overlooked_in_roots: &[Fault::WeakSignature, Fault::InnerAlgorithm],
        ..Demands::NONE
    },
    versions: Versions::new(TlsVersion::Tls12, TlsVersion::Tls13, Mark::Measured)
        .or(TlsVersion::Tls10, TlsVersion::Tls13),
    heeds: &[
        Fault::Malformed,
        Fault::WeakKey,
        Fault::Untrusted,
        Fault::Critical,
        Fault::Purpose,
        Fault::KeyUsage,
        Fault::NetscapeType,
        Fault::WeakSignature,
        Fault::Name,
        Fault::InnerAlgorithm,
        Fault::Expired,
        Fault::NotYetValid,
        Fault::Unfit,
    ],
    reaction: Reaction::Stops,
    words: &[
        (Fault::Name, Phrase::only(When::Address, Mark::Measured, "IP address mismatch")),
        (Fault::Name, Phrase::new(Mark::Measured, "hostname mismatch")),
        (Fault::Untrusted, Phrase::new(Mark::Measured, "unable to get local issuer certificate")),
        (Fault::SelfSigned, Phrase::new(Mark::Measured, "self-signed certificate")),
        (Fault::UnknownRoot, Phrase::new(Mark::Measured, "self-signed certificate in certificate chain")),
        (Fault::Critical, Phrase::new(Mark::Measured, "unhandled critical extension")),
        (Fault::Purpose, Phrase::new(Mark::Measured, "unsuitable certificate purpose")),
        (Fault::KeyUsage, Phrase::new(Mark::Measured, "unsuitable certificate purpose")),
        (Fault::NetscapeType, Phrase::new(Mark::Measured, "unsuitable certificate purpose")),
        (Fault::WeakKey, Phrase::only(When::ShortRsaKey(1963), Mark::Measured, "EE certificate key too weak")),
        (Fault::WeakKey, Phrase::new(Mark::Measured, "CA certificate key too weak")),
        (Fault::WeakSignature, Phrase::new(Mark::Measured, "CA signature digest algorithm too weak")),
        (Fault::UnknownSignature, Phrase::new(Mark::Measured, "unable to get local issuer certificate")),
        (Fault::InnerAlgorithm, Phrase::new(Mark::Measured, "certificate signature failure")),
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
            "run as Debian's 3.0",
            "A certificate whose subject or issuer holds a string that is none of its kind, or whose serial number has \
             needless octets, is not read. Letters that a PrintableString or IA5String should not hold do no harm. Times \
             must be in whole seconds and in UTC.",
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
        Statement::new(
            Mark::Measured,
            "run as Debian's 3.0, whose security level is 2 as that of OpenSSL itself is since 3.2",
            "RSA keys below 1963 bits are refused, those of CAs and roots too, and MD5 or SHA-1 in any signature below \
             the root. Where purposes are listed serverAuth or SGC must be among them; anyExtendedKeyUsage does not do. Of \
             the key usages one must be of use to TLS. CAs are \
             held to their purposes too. An incomplete chain is not completed.",
        ),
        Statement::new(
            Mark::Measured,
            "run as Debian's 3.0",
            "A trusted root is looked at as CAs below it are: its life, whether it may sign, how many CAs are below \
             it, purposes, critical extensions, names. One of version 1, or without basicConstraints where keyUsage \
             says keyCertSign, will do. What is trusted has to be signed by itself, or its root is missing, unless the program \
             asks for X509_V_FLAG_PARTIAL_CHAIN.",
        ),
        Statement::new(
            Mark::Measured,
            "run as Debian's 3.0",
            "TLS 1.0 and TLS 1.1 are offered, and end at the key exchange unless that is RSA without a signature.",
        ),
        Statement::new(
            Mark::Measured,
            "run as Debian's 3.0",
            "Of several certificates of a CA one that is trusted counts, else the first of those sent that \
             is valid; where that leads to no trusted root, no other is tried.",
        ),
        Statement::new(
            Mark::Measured,
            "run as Debian's 3.0",
            "A CA counts only when its key identifier, its issuer and its serial number are those of the authorityKeyIdentifier, where \
             they are there.",
        ),
    ],
};
