//! Thunderbird and other users of NSS and mozilla::pkix.

use super::{
    Aspect, Client, Demands, Fault, Form, Group, KeyFamily, Mark, NamePolicy, Phrase, Reaction, ServerAuth, Statement,
    Versions,
};
use crate::facts::{Digest, Flaw, KeyUsage, TlsVersion, extension};

pub(super) const CLIENT: Client = Client {
    id: "thunderbird",
    name: "Thunderbird",
    service: "POP3, IMAP4, SMTP",
    group: Group::Modern,
    names: NamePolicy { labels_after_star: 2, ..NamePolicy::RFC9525 },
    demands: Demands {
        rsa_bits: 1017,
        root_keys: true,
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
        refused_digests: &[Digest::Md5, Digest::Sha1],
        server_auth: ServerAuth::IfPresent(&[]),
        key_usage: KeyUsage::DIGITAL_SIGNATURE.with(KeyUsage::KEY_ENCIPHERMENT).with(KeyUsage::KEY_AGREEMENT),
        refused_forms: &[
            Form::Authority,
            Form::UnknownCritical,
            Form::NamelessIssuer,
            Form::RepeatedUnderstoodExtension,
            Form::OtherInnerAlgorithm,
        ],
        refused_encodings: &[
            Flaw::NoNumber,
            Flaw::Padded,
            Flaw::Fraction,
            Flaw::NoSeconds,
            Flaw::NoSecondsUtc,
            Flaw::Offset,
            Flaw::BeforeEpoch,
        ],
        understood: &[
            extension::NAME_CONSTRAINTS,
            extension::POLICIES,
            extension::POLICY_CONSTRAINTS,
            extension::INHIBIT_ANY_POLICY,
            extension::AUTHORITY_ACCESS,
            extension::NO_CHECK,
            extension::TLS_FEATURE,
            extension::TIMESTAMPS,
            extension::QUALIFIED,
            extension::NETSCAPE_TYPE,
        ],
        is_whole: true,
        unforgiven: &[
            Fault::UnusableKey,
            Fault::Purpose,
            Fault::KeyUsage,
            Fault::Critical,
            Fault::Malformed,
            Fault::InnerAlgorithm,
        ],
        overlooked_in_roots: &[Fault::InnerAlgorithm],
        ..Demands::NONE
    },
    versions: Versions::new(TlsVersion::Tls12, TlsVersion::Tls13, Mark::Documented),
    heeds: &[
        Fault::Critical,
        Fault::Malformed,
        Fault::InnerAlgorithm,
        Fault::Name,
        Fault::Expired,
        Fault::NotYetValid,
        Fault::Untrusted,
        Fault::Unfit,
    ],
    reaction: Reaction::Asks,
    words: &[
        (Fault::Version, Phrase::new(Mark::Reported, "Peer using unsupported version of security protocol.")),
        (
            Fault::Name,
            Phrase::new(
                Mark::Documented,
                "The certificate for {host} is not valid for that server. Someone could be trying to \
                 impersonate the server and you should not continue.",
            ),
        ),
        (Fault::Expired, Phrase::new(Mark::Documented, "The certificate for {host} expired on {date}.")),
        (
            Fault::NotYetValid,
            Phrase::new(Mark::Documented, "The certificate for {host} will not be valid until {date}."),
        ),
        (
            Fault::Untrusted,
            Phrase::new(Mark::Documented, "The certificate for {host} does not come from a trusted source."),
        ),
        (Fault::Unfit, Phrase::new(Mark::Documented, "An error occurred connecting to {host}.")),
    ],
    mark: Mark::Documented,
    surmised: &[Aspect::Unrooted, Aspect::Detours],
    statements: &[
        Statement::new(
            Mark::Documented,
            "nss-dev/nss:lib/mozpkix@9d75dfd",
            "The default policy is StrictNameMatchingPolicy, which never falls back to the common \
             name.",
        ),
        Statement::new(
            Mark::Documented,
            "briansmith/mozillapkix:lib/pkixnames.cpp@687015f",
            "A star is the whole first label with two labels after it. A name in the certificate that \
             ends in a dot never matches; a host typed with one does.",
        ),
        Statement::new(
            Mark::Documented,
            "nss-dev/nss:lib/util/SECerrs.h@9d75dfd",
            "A signature algorithm that is disabled (SHA-1) and a certificate not approved for \
             servers are refused.",
        ),
        Statement::new(
            Mark::Documented,
            "nss-dev/nss:lib/mozpkix/lib/pkixcheck.cpp@16490b6",
            "Keys are RSA or on P-256, P-384 and P-521. The certificate of a CA is refused for a server. Where purposes are \
             listed serverAuth must be among them, anyExtendedKeyUsage does not do; where there is a key usage, one \
             that TLS can use. The issuer must have a name. Below a trusted certificate the algorithm inside must be that of \
             the signature, its parameters may differ.",
        ),
        Statement::new(
            Mark::Documented,
            "nss-dev/nss:lib/mozpkix/lib/pkixcert.cpp@d1a255d",
            "A certificate with a critical extension that it does not know, cRLDistributionPoints among them, and one with \
             an extension that it knows twice are not read; this comes before all else. Netscape's type may be critical \
             where basicConstraints and purposes are there too.",
        ),
        Statement::new(
            Mark::Documented,
            "mozilla:security/nss/lib/mozpkix/lib/pkixder.cpp@ca36c95",
            "A serial number has the octets that it needs and no others; times are in whole seconds, in UTC and not \
             before 1970.",
        ),
        Statement::new(
            Mark::Documented,
            "mozilla:security/manager/ssl/SSLServerCertVerification.cpp",
            "An exception can be made for a name, a life, an issuer without a name or a trusted root, a digest, a key that is \
             too short and the certificate of a CA; for nothing else, such as purposes, key usages and extensions.",
        ),
        Statement::new(
            Mark::Documented,
            "mozilla:security/certverifier/CertVerifier.cpp",
            "RSA keys of 1024 bits are the shortest taken, counted in whole octets.",
        ),
        Statement::new(
            Mark::Documented,
            "mozilla/releases-comm-central:mail/locales/en-US/messenger/certError.ftl@cf9726f",
            "The texts shown; the user may add an exception.",
        ),
        Statement::new(
            Mark::Documented,
            "nss-dev/nss:lib/ssl/SSLerrs.h",
            "SSL_ERROR_BAD_CERT_DOMAIN is NSS's error for a wrong name: \"Unable to communicate securely with peer: requested \
             domain name does not match the server's certificate.\" Its number is -12276.",
        ),
        Statement::new(
            Mark::Inferred,
            "not documented",
            "Thunderbird 102 is the first version without the common name.",
        ),
        Statement::new(
            Mark::Documented,
            "mozilla bug 1643229",
            "Since version 78 TLS 1.0 and TLS 1.1 are not offered (security.tls.version.min).",
        ),
    ],
};
