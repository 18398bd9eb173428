//! Mbed TLS up to 3.4: the common name only without a SAN extension, and no iPAddress.

use super::{
    AddressMatch, Client, CommonName, CommonNamePick, Demands, Fault, Form, Group, IssuerDemands, KeyFamily, Mark,
    NamePolicy, Phrase, Reaction, Reference, SanForm, ServerAuth, Statement, Substitute, TrailingDot, Versions,
    Wildcard,
};
use crate::facts::{Digest, Flaw, KeyUsage, Obstacle, Rewriting, TlsVersion, extension};

pub(super) const CLIENT: Client = Client {
    id: "mbedtls",
    name: "Mbed TLS up to 3.4",
    service: "any protocol over TLS",
    group: Group::Modern,
    names: NamePolicy {
        common_name: CommonName::IfNoSan,
        pick: CommonNamePick::Any,
        wildcard: Wildcard::WholeLabelUnchecked,
        labels_after_star: 0,
        address: AddressMatch::Text,
        reference: Reference::Typed,
        trailing_dot: TrailingDot::Kept,
        ..NamePolicy::RFC9525
    },
    demands: Demands {
        rsa_bits: 2041,
        root_keys: true,
        refused_keys: &[
            KeyFamily::Ed25519,
            KeyFamily::Ed448,
            KeyFamily::Dsa,
            KeyFamily::RsaPss,
            KeyFamily::MlDsa,
            KeyFamily::Other,
        ],
        refused_digests: &[Digest::Md5, Digest::Sha1, Digest::Ripemd160],
        unknown_digests: &[Digest::ShortSha512, Digest::Sha3, Digest::Unknown],
        server_auth: ServerAuth::IfPresent(&[Substitute::Any]),
        key_usage: KeyUsage::DIGITAL_SIGNATURE,
        refused_names: &[SanForm::Unreadable, SanForm::Followed],
        refused_forms: &[
            Form::UnknownCritical,
            Form::OldVersionExtended,
            Form::NamelessIssuer,
            Form::RepeatedKnownExtension,
            Form::OtherInnerAlgorithm,
            Form::OtherInnerParameters,
        ],
        refused_encodings: &[
            Flaw::Numeric,
            Flaw::Nested,
            Flaw::NoString,
            Flaw::LongTag,
            Flaw::EmptyRelativeName,
            Flaw::Followed,
            Flaw::NoAttribute,
            Flaw::Fraction,
            Flaw::NoSeconds,
            Flaw::NoSecondsUtc,
            Flaw::Offset,
            Flaw::NoKeyUsage,
            Flaw::FollowedKeyUsage,
            Flaw::NoPurposes,
            Flaw::FollowedPurposes,
            Flaw::NoConstraints,
            Flaw::OddConstraints,
            Flaw::FollowedConstraints,
            Flaw::NoPolicies,
            Flaw::OddPolicies,
            Flaw::NoNetscapeType,
            Flaw::FollowedNetscapeType,
        ],
        understood: &[extension::ANY_POLICY, extension::NETSCAPE_TYPE],
        issuers: IssuerDemands {
            overlooked: &[Obstacle::Purpose, Obstacle::Names],
            roots: &[
                Obstacle::NotAuthority,
                Obstacle::Unstated,
                Obstacle::Bare,
                Obstacle::NoCertSign,
                Obstacle::TooDeep,
                Obstacle::Critical,
                Obstacle::NotYetValid,
                Obstacle::Expired,
                Obstacle::InnerAlgorithm,
            ],
            unrooted: &[Obstacle::OwnUnrooted, Obstacle::OwnAlone],
            identifiers: &[
                Obstacle::Rewritten(Rewriting::Ia5),
                Obstacle::Rewritten(Rewriting::RareType),
                Obstacle::Rewritten(Rewriting::Spaces),
            ],
            limits: &[],
            refused_keys: &[KeyFamily::Ed25519, KeyFamily::Ed448, KeyFamily::RsaPss],
            detours: &[Obstacle::AfterOther, Obstacle::AfterNamesake, Obstacle::Backwards],
            purposes: &[],
        },
        sent_chain_only: true,
        is_whole: true,
        ..Demands::NONE
    },
    versions: Versions::new(TlsVersion::Tls12, TlsVersion::Tls12, Mark::Measured)
        .or(TlsVersion::Tls10, TlsVersion::Tls12),
    heeds: &[Fault::Malformed, Fault::Name, Fault::Expired, Fault::NotYetValid, Fault::Untrusted, Fault::Unfit],
    reaction: Reaction::Stops,
    words: &[(Fault::Version, Phrase::new(Mark::Measured, "SSL - A fatal alert message was received from our peer"))],
    mark: Mark::Measured,
    surmised: &[],
    statements: &[
        Statement::new(
            Mark::Measured,
            "Mbed-TLS/mbedtls:library/x509_crt.c, run as 2.28",
            "The common name is consulted only when the SAN extension is absent; any of several will do. A star is the whole \
             first label, whatever follows. A dot at the end of host or name counts.",
        ),
        Statement::new(
            Mark::Measured,
            "Mbed-TLS/mbedtls:library/x509_crt.c, run as 2.28",
            "iPAddress entries are passed over: an address fits only a dNSName, or without a SAN a common name, that is \
             written the same.",
        ),
        Statement::new(
            Mark::Measured,
            "run as 2.28",
            "A certificate is not read whose subject or issuer holds what is no string of names, or a relative name \
             without attributes; what the octets of a string mean is not looked at. Times must be in whole seconds and in \
             UTC.",
        ),
        Statement::new(
            Mark::Measured,
            "run as 2.28",
            "RSA keys below 2041 bits are refused, those of CAs and roots too, as are MD5 and SHA-1 in any signature and \
             unknown critical extensions. Where purposes are listed serverAuth or anyExtendedKeyUsage must be among \
             them; where there is a key usage, digitalSignature with ECDHE. CAs are held neither to purposes nor to \
             names. An incomplete chain is not completed.",
        ),
        Statement::new(
            Mark::Measured,
            "run as 2.28",
            "Of a trusted root the life is looked at, whether it may sign and how many CAs are below it, and \
             critical extensions; one of version 1 will do.",
        ),
        Statement::new(
            Mark::Measured,
            "run as 2.28",
            "Of critical extensions few are understood: a critical nameConstraints is refused, in CAs and roots too, and a \
             certificatePolicies that names any policy but anyPolicy.",
        ),
        Statement::new(
            Mark::Measured,
            "run as Debian's 2.28",
            "TLS 1.0 to 1.2 are offered, since 3.0 nothing older than TLS 1.2; never TLS 1.3.",
        ),
        Statement::new(
            Mark::Measured,
            "run as 2.28",
            "What is trusted may be a CA below a root, but no server's own certificate that a CA signed.",
        ),
        Statement::new(
            Mark::Measured,
            "run as 2.28",
            "Of several CAs of one name one that is trusted counts, else the first of those sent that is \
             valid and may sign, whatever its key; where that leads to no trusted root, no other is tried. A CA that comes \
             before the certificate that it signed is not found.",
        ),
        Statement::new(
            Mark::Measured,
            "run as 2.28",
            "The authorityKeyIdentifier decides nothing where the signature fits.",
        ),
    ],
};
