//! GnuTLS: gnutls_x509_crt_check_hostname.

use super::{
    Client, CommonName, CommonNamePick, Demands, Fault, Form, Group, IssuerDemands, KeyFamily, Mark, NamePolicy,
    Phrase, Reaction, Reference, SanForm, ServerAuth, Statement, Substitute, TrailingDot, Versions, Wildcard,
};
use crate::facts::{Digest, Flaw, KeyUsage, Limit, Limited, Obstacle, Rewriting, TlsVersion, extension};

pub(super) const CLIENT: Client = Client {
    id: "gnutls",
    name: "GnuTLS",
    service: "any protocol over TLS",
    group: Group::Modern,
    names: NamePolicy {
        common_name: CommonName::IfNoDnsAddressUriSrv,
        pick: CommonNamePick::OnlyOne,
        wildcard: Wildcard::LeadingStar,
        labels_after_star: 2,
        reference: Reference::Mapped,
        trailing_dot: TrailingDot::Kept,
        ..NamePolicy::RFC9525
    },
    demands: Demands {
        rsa_bits: 1024,
        root_keys: true,
        refused_keys: &[KeyFamily::P224, KeyFamily::OtherCurve, KeyFamily::Dsa, KeyFamily::MlDsa, KeyFamily::Other],
        refused_digests: &[Digest::Md5, Digest::Sha1, Digest::Ripemd160],
        unknown_digests: &[Digest::ShortSha512],
        server_auth: ServerAuth::IfPresent(&[Substitute::Any]),
        key_usage: KeyUsage::DIGITAL_SIGNATURE,
        refused_names: &[
            SanForm::Unreadable,
            SanForm::Followed,
            SanForm::ForeignEntry,
            SanForm::RareEntry,
            SanForm::EmptyEntry,
            SanForm::EmptyMail,
        ],
        refused_forms: &[
            Form::UnknownCritical,
            Form::OldVersionExtended,
            Form::RepeatedExtension,
            Form::OtherInnerAlgorithm,
        ],
        refused_encodings: &[
            Flaw::Followed,
            Flaw::NoAttribute,
            Flaw::Fraction,
            Flaw::Offset,
            Flaw::LongLengthInIssuer,
            Flaw::NoPurposes,
            Flaw::FollowedPurposes,
            Flaw::NoIssuerNames,
        ],
        understood: &[
            extension::NAME_CONSTRAINTS,
            extension::REVOCATION_LISTS,
            extension::POLICIES,
            extension::INHIBIT_ANY_POLICY,
            extension::AUTHORITY_KEY,
            extension::SUBJECT_KEY,
            extension::AUTHORITY_ACCESS,
            extension::ISSUER_NAMES,
        ],
        issuers: IssuerDemands {
            overlooked: &[],
            roots: &[
                Obstacle::NotAuthority,
                Obstacle::NoCertSign,
                Obstacle::TooDeep,
                Obstacle::Critical,
                Obstacle::NotYetValid,
                Obstacle::Expired,
                Obstacle::Names,
                Obstacle::InnerAlgorithm,
                Obstacle::Rewritten(Rewriting::Type),
                Obstacle::Rewritten(Rewriting::Ia5),
                Obstacle::Rewritten(Rewriting::RareType),
            ],
            unrooted: &[Obstacle::OwnUnrooted],
            identifiers: &[
                Obstacle::KeyIdentifier,
                Obstacle::Rewritten(Rewriting::Case),
                Obstacle::Rewritten(Rewriting::Spaces),
            ],
            limits: &[
                Obstacle::Limited(Limited::Email, Limit::Broken),
                Obstacle::Limited(Limited::SubjectEmail, Limit::Broken),
                Obstacle::Limited(Limited::Directory, Limit::Excludes),
                Obstacle::Limited(Limited::Uri, Limit::Excludes),
            ],
            refused_keys: &[KeyFamily::OtherCurve],
            detours: &[Obstacle::AfterOther, Obstacle::AfterUnfit, Obstacle::AfterLapsed],
            purposes: &[Substitute::NetscapeGated],
        },
        sent_chain_only: true,
        wants_staple: true,
        is_whole: true,
        overlooked_in_roots: &[Fault::WeakSignature, Fault::Critical],
        ..Demands::NONE
    },
    versions: Versions::new(TlsVersion::Tls10, TlsVersion::Tls13, Mark::Measured),
    heeds: &[
        Fault::Malformed,
        Fault::InnerAlgorithm,
        Fault::KeyUsage,
        Fault::Untrusted,
        Fault::WeakSignature,
        Fault::WeakKey,
        Fault::Purpose,
        Fault::Expired,
        Fault::NotYetValid,
        Fault::Name,
        Fault::Unfit,
    ],
    reaction: Reaction::Stops,
    words: &[
        (
            Fault::Name,
            Phrase::new(
                Mark::Documented,
                "The certificate is NOT trusted. The name in the certificate does not match the expected.",
            ),
        ),
        (
            Fault::Untrusted,
            Phrase::new(Mark::Measured, "The certificate is NOT trusted. The certificate issuer is unknown."),
        ),
        (
            Fault::Expired,
            Phrase::new(
                Mark::Measured,
                "The certificate is NOT trusted. The certificate chain uses expired certificate.",
            ),
        ),
        (
            Fault::NotYetValid,
            Phrase::new(
                Mark::Measured,
                "The certificate is NOT trusted. The certificate chain uses not yet valid certificate.",
            ),
        ),
        (Fault::UnknownSignature, Phrase::new(Mark::Measured, "The certificate is NOT trusted.")),
        (
            Fault::WeakSignature,
            Phrase::new(
                Mark::Measured,
                "The certificate is NOT trusted. The certificate chain uses insecure algorithm.",
            ),
        ),
        (
            Fault::Purpose,
            Phrase::new(
                Mark::Measured,
                "The certificate is NOT trusted. The certificate chain does not match the intended purpose.",
            ),
        ),
        (Fault::KeyUsage, Phrase::new(Mark::Measured, "Key usage violation in certificate has been detected.")),
        (Fault::InnerAlgorithm, Phrase::new(Mark::Measured, "Error in the certificate.")),
        (
            Fault::Critical,
            Phrase::new(
                Mark::Measured,
                "The certificate is NOT trusted. The certificate contains an unknown critical extension.",
            ),
        ),
    ],
    mark: Mark::Measured,
    surmised: &[],
    statements: &[
        Statement::new(
            Mark::Measured,
            "gnutls/gnutls:lib/x509/hostname-verify.c@f897129, run as 3.7.9",
            "The common name is read when the SAN has no DNS, IP, URI or SRV entry, there is exactly \
             one, and the purposes allow a TLS server.",
        ),
        Statement::new(
            Mark::Measured,
            "gnutls/gnutls:lib/str.c@f897129, run as 3.7.9",
            "A star must be the first character of a name with two dots or more; what follows must \
             end the host name within its first label: *w.contoso.com works, w*.contoso.com does not.",
        ),
        Statement::new(
            Mark::Measured,
            "gnutls/gnutls:lib/x509/hostname-verify.c@f897129, run as 3.7.9",
            "A host that is not ASCII is mapped to A-labels, and fits no dNSName when that fails. \
             Addresses are compared with iPAddress entries only.",
        ),
        Statement::new(
            Mark::Measured,
            "run as 3.7.9",
            "RSA keys below 1024 bits and MD5 or SHA-1 in any signature below the root are refused. Where purposes are \
             listed serverAuth or anyExtendedKeyUsage must be among them. Where there is a key usage the handshake asks \
             for digitalSignature, as in all of TLS 1.3 and with ECDHE before. A CA \
             needs serverAuth or Netscape's SGC where purposes are listed. An incomplete chain is not completed.",
        ),
        Statement::new(
            Mark::Measured,
            "run as 3.7.9",
            "Strings of the subject are not looked at; times must be in UTC and without fractions.",
        ),
        Statement::new(
            Mark::Documented,
            "gnutls/gnutls:lib/cert-cred.c@f897129",
            "The text shown; of several faults each has a sentence of its own.",
        ),
        Statement::new(
            Mark::Measured,
            "run as 3.7.9",
            "Of a trusted root the life is looked at, what basicConstraints and keyUsage say where they are there, \
             critical extensions and names, not the purposes.",
        ),
        Statement::new(
            Mark::Measured,
            "run as 3.7.9",
            "Where the certificate has the TLS feature status_request (must-staple), a server that staples no OCSP answer is \
             refused; the same feature in a CA's certificate is refused where those below it lack it.",
        ),
        Statement::new(
            Mark::Measured,
            "run as Debian's 3.7",
            "TLS 1.0 and TLS 1.1 are still offered; some systems forbid them.",
        ),
        Statement::new(
            Mark::Measured,
            "run as 3.7.9",
            "What is trusted may be a CA below a root. A server's own certificate that a CA signed will do where the server \
             sends it alone, not with its chain.",
        ),
        Statement::new(
            Mark::Measured,
            "run as 3.7.9",
            "Of several certificates of a CA one that is trusted counts, else the first of those sent, valid \
             or not; where that leads to no trusted root, no other is tried.",
        ),
        Statement::new(
            Mark::Measured,
            "run as 3.7.9",
            "A CA counts only when its key identifier is that of the authorityKeyIdentifier; issuer and serial number in it are not \
             compared.",
        ),
    ],
};
