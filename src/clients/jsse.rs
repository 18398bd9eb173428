//! Java (JSSE) with endpoint identification HTTPS.

use super::{
    AddressMatch, Aspect, Client, CommonName, Demands, Fault, Form, Group, Idna, IssuerDemands, KeyFamily, Mark,
    NamePolicy, Phrase, Reaction, Reference, SanForm, ServerAuth, Statement, Substitute, TrailingDot, Versions, When,
    Wildcard,
};
use crate::facts::{Digest, Flaw, KeyUsage, Obstacle, Rewriting, TlsVersion, extension};

/// Java reads such a SAN not at all, and goes by the common name.
const UNREAD: &[SanForm] =
    &[SanForm::Followed, SanForm::ForeignEntry, SanForm::EmptyMail, SanForm::NoAddress, SanForm::OddUri];

pub(super) const CLIENT: Client = Client {
    id: "jsse",
    name: "Java (JSSE, HTTPS mode)",
    service: "any protocol over TLS",
    group: Group::Modern,
    names: NamePolicy {
        common_name: CommonName::IfNoReadableDns,
        wildcard: Wildcard::InAnyLabel,
        reference: Reference::SniHostName,
        idna: Idna::Of2003,
        trailing_dot: TrailingDot::Dropped,
        address: AddressMatch::OctetsMapped,
        unread: UNREAD,
        ..NamePolicy::RFC9525
    },
    demands: Demands {
        rsa_bits: 1024,
        root_keys: true,
        refused_keys: &[KeyFamily::P224, KeyFamily::OtherCurve, KeyFamily::MlDsa, KeyFamily::Other],
        refused_digests: &[Digest::Md5],
        unknown_digests: &[Digest::Ripemd160, Digest::ShortSha512, Digest::Sha3],
        server_auth: ServerAuth::IfPresent(&[Substitute::Any, Substitute::GatedCryptography]),
        key_usage: KeyUsage::DIGITAL_SIGNATURE,
        refused_forms: &[
            Form::UnknownCritical,
            Form::OldVersionExtended,
            Form::NamelessIssuer,
            Form::RepeatedExtension,
            Form::UnmarkedNames,
            Form::OtherNetscapeType,
            Form::OtherInnerAlgorithm,
        ],
        refused_encodings: &[Flaw::LongTag, Flaw::Followed, Flaw::NoAttribute, Flaw::NoNumber, Flaw::LongLengthOfBody],
        understood: &[
            extension::NAME_CONSTRAINTS,
            extension::POLICIES,
            extension::POLICY_MAPPINGS,
            extension::POLICY_CONSTRAINTS,
            extension::INHIBIT_ANY_POLICY,
        ],
        issuers: IssuerDemands {
            overlooked: &[Obstacle::Purpose],
            roots: &[
                Obstacle::NotAuthority,
                Obstacle::Unstated,
                Obstacle::Bare,
                Obstacle::NoCertSign,
                Obstacle::InnerAlgorithm,
                Obstacle::KeyIdentifier,
                Obstacle::IssuerAndSerial,
            ],
            unrooted: &[],
            identifiers: &[Obstacle::Rewritten(Rewriting::RareType)],
            limits: &Obstacle::BROKEN_LIMITS,
            refused_keys: &[KeyFamily::P224, KeyFamily::OtherCurve],
            detours: &[],
            purposes: &[],
        },
        sent_chain_only: true,
        is_whole: true,
        overlooked_in_roots: &[
            Fault::Expired,
            Fault::NotYetValid,
            Fault::Critical,
            Fault::WeakKey,
            Fault::WeakSignature,
            Fault::KeyUsage,
            Fault::Purpose,
            Fault::NetscapeType,
        ],
        ..Demands::NONE
    },
    versions: Versions::new(TlsVersion::Tls12, TlsVersion::Tls13, Mark::Measured),
    heeds: &[
        Fault::Malformed,
        Fault::InnerAlgorithm,
        Fault::Untrusted,
        Fault::Expired,
        Fault::NotYetValid,
        Fault::Critical,
        Fault::WeakKey,
        Fault::WeakSignature,
        Fault::KeyUsage,
        Fault::Purpose,
        Fault::NetscapeType,
        Fault::Unfit,
        Fault::Name,
    ],
    reaction: Reaction::Stops,
    words: &[
        (Fault::Version, Phrase::new(Mark::Inferred, "is not accepted by client preferences [TLS13, TLS12]")),
        (Fault::Name, Phrase::only(When::AddressWithoutSan, Mark::Documented, "No subject alternative names present")),
        (
            Fault::Name,
            Phrase::only(
                When::Address,
                Mark::Documented,
                "No subject alternative names matching IP address {host} found",
            ),
        ),
        (Fault::Name, Phrase::only(When::IllegalToJava, Mark::Documented, "Illegal given domain name: {host}")),
        (Fault::Name, Phrase::only(When::SanIs(UNREAD), Mark::Measured, "No name matching {host} found")),
        (Fault::Name, Phrase::only(When::NoDnsName, Mark::Documented, "No name matching {host} found")),
        (Fault::Name, Phrase::new(Mark::Documented, "No subject alternative DNS name matching {host} found.")),
        (Fault::Untrusted, Phrase::new(Mark::Measured, "unable to find valid certification path to requested target")),
        (Fault::Misnomer, Phrase::new(Mark::Measured, "Path does not chain with any of the trust anchors")),
        (
            Fault::Expired,
            Phrase::new(
                Mark::Measured,
                "PKIX path validation failed: java.security.cert.CertPathValidatorException: validity check failed",
            ),
        ),
        (
            Fault::NotYetValid,
            Phrase::new(
                Mark::Measured,
                "PKIX path validation failed: java.security.cert.CertPathValidatorException: validity check failed",
            ),
        ),
        (Fault::Critical, Phrase::new(Mark::Measured, "unrecognized critical extension(s)")),
        (Fault::WeakKey, Phrase::new(Mark::Measured, "Algorithm constraints check failed on keysize limits")),
        (Fault::InnerAlgorithm, Phrase::new(Mark::Measured, "Signature algorithm mismatch")),
        (Fault::NetscapeType, Phrase::new(Mark::Measured, "Netscape cert type does not permit use for SSL server")),
        (Fault::KeyUsage, Phrase::new(Mark::Measured, "KeyUsage does not allow digital signatures")),
        (
            Fault::Purpose,
            Phrase::new(Mark::Measured, "Extended key usage does not permit use for TLS server authentication"),
        ),
    ],
    mark: Mark::Measured,
    surmised: &[Aspect::BroadWildcards],
    statements: &[
        Statement::new(
            Mark::Measured,
            "openjdk/jdk:src/java.base/share/classes/sun/security/util/HostnameChecker.java, run as OpenJDK 17",
            "A host with a dot at its beginning, an underscore or another character that no host name holds is \
             refused before anything is compared; a dot at its end is taken off.",
        ),
        Statement::new(
            Mark::Measured,
            "openjdk/jdk:src/java.base/share/classes/sun/security/util/HostnameChecker.java, run as OpenJDK 17",
            "When there is any dNSName the common name is not consulted; otherwise the most specific \
             one is. Addresses are compared with iPAddress entries only. Stars \
             are held to U-labels.",
        ),
        Statement::new(
            Mark::Measured,
            "run as OpenJDK 17",
            "A SAN with an entry that Java cannot read, such as an iPAddress of 5 octets or a URI with a space, is passed over \
             as a whole, and the common name is compared.",
        ),
        Statement::new(
            Mark::Measured,
            "run as OpenJDK 17",
            "Strings and times are read as they come; a serial number without octets is not.",
        ),
        Statement::new(
            Mark::Documented,
            "openjdk/jdk:src/java.base/share/classes/sun/security/util/HostnameChecker.java",
            "HTTPS mode takes stars inside any label, LDAPS mode in the first only; * and *. alone \
             are rejected, and a star over a public suffix when the chain ends in a public root.",
        ),
        Statement::new(
            Mark::Measured,
            "run as OpenJDK 17",
            "RSA keys below 1024 bits and MD5 in a signature are refused, SHA-1 below a root of one's own is not. Where \
             purposes are listed serverAuth, anyExtendedKeyUsage or SGC must be among them; where there is a key usage, \
             digitalSignature, as in all of TLS 1.3 and with ECDHE before. A server's certificate that is trusted itself, \
             self-signed or not, is not looked at more closely, and may have expired. Without a subject the SAN has to be critical. Names are compared last. CAs \
             are not held to purposes. An incomplete chain is not completed.",
        ),
        Statement::new(
            Mark::Measured,
            "run as OpenJDK 17",
            "A trusted root must say that it is a CA and may sign unless it is of version 1; its life, purposes, critical \
             extensions, names and number of CAs are not looked at. Where the server sends the chain in another order, \
             or a certificate twice, a way is built anew: one of version 1 is refused then, an expired one where another \
             CA is below it, and all that is wrong is told as if nothing were trusted.",
        ),
        Statement::new(
            Mark::Measured,
            "run as OpenJDK 17",
            "TLS 1.0 and TLS 1.1 are not offered. The words are for a server made \
             before TLS 1.3; with another they go by its alert.",
        ),
        Statement::new(
            Mark::Measured,
            "run as OpenJDK 17",
            "What is trusted may be no root: the certificate of a CA below one, or the server's own.",
        ),
        Statement::new(
            Mark::Measured,
            "run as OpenJDK 17",
            "Where a CA has several certificates, all ways to a root are tried.",
        ),
        Statement::new(
            Mark::Measured,
            "run as OpenJDK 17",
            "Key identifier, issuer and serial number in the authorityKeyIdentifier of what a trusted root signed have to be the root's; \
             those of a CA below it are not compared.",
        ),
    ],
};
