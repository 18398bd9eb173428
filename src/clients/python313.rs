//! Python 3.13 and later: the ssl module asks OpenSSL to be strict about RFC 5280.

use super::joined::joined;
use super::{Client, Demands, Fault, Form, Group, IssuerDemands, Mark, Phrase, Statement, When, openssl, python};
use crate::facts::{Flaw, Obstacle, Omission};

/// What it says where OpenSSL is strict.
const STRICT: &[(Fault, Phrase)] = &[
    (
        Fault::UnmarkedAuthority,
        Phrase::new(
            Mark::Measured,
            "certificate verify failed: Basic Constraints of CA cert not marked critical (_ssl.c)",
        ),
    ),
    (
        Fault::UnlimitedAuthority,
        Phrase::new(Mark::Measured, "certificate verify failed: CA cert does not include key usage extension (_ssl.c)"),
    ),
    (
        Fault::UnlinkedAuthority,
        Phrase::new(Mark::Measured, "certificate verify failed: Missing Authority Key Identifier (_ssl.c)"),
    ),
    (
        Fault::UnnamedAuthority,
        Phrase::new(Mark::Measured, "certificate verify failed: Missing Subject Key Identifier (_ssl.c)"),
    ),
    (
        Fault::NoAuthorityKey,
        Phrase::new(Mark::Measured, "certificate verify failed: Missing Authority Key Identifier (_ssl.c)"),
    ),
    (
        Fault::InnerAlgorithm,
        Phrase::new(
            Mark::Measured,
            "certificate verify failed: cert info signature and signature algorithm mismatch (_ssl.c)",
        ),
    ),
    (
        Fault::SigningKey,
        Phrase::only(
            When::SignsForNoAuthority,
            Mark::Measured,
            "certificate verify failed: Key usage keyCertSign invalid for non-CA cert (_ssl.c)",
        ),
    ),
    (
        Fault::SigningKey,
        Phrase::only(When::SignsUnstated, Mark::Measured, "certificate verify failed: invalid CA certificate (_ssl.c)"),
    ),
];

pub(super) const CLIENT: Client = Client {
    id: "python313",
    name: "Python 3.13 and later (ssl)",
    demands: Demands {
        refused_forms: &joined::<Form, { openssl::CLIENT.demands.refused_forms.len() + 3 }>(
            openssl::CLIENT.demands.refused_forms,
            &[Form::OldVersionExtended, Form::UnmarkedNamesFromAuthority, Form::SigningKey],
        ),
        refused_encodings: &joined::<Flaw, { openssl::CLIENT.demands.refused_encodings.len() + 1 }>(
            &[Flaw::NoAuthoritysLength],
            openssl::CLIENT.demands.refused_encodings,
        ),
        wanted: &Omission::ALL,
        issuers: IssuerDemands {
            roots: &joined::<Obstacle, { openssl::CLIENT.demands.issuers.roots.len() + 3 }>(
                &[Obstacle::OldVersion, Obstacle::InnerAlgorithm, Obstacle::Unstated],
                openssl::CLIENT.demands.issuers.roots,
            ),
            unrooted: &[],
            ..openssl::CLIENT.demands.issuers
        },
        overlooked_in_roots: &[
            Fault::WeakSignature,
            Fault::InnerAlgorithm,
            Fault::NoAuthorityKey,
            Fault::SigningKey,
            Fault::Authority,
        ],
        ..openssl::CLIENT.demands
    },
    heeds: &[
        Fault::Malformed,
        Fault::WeakKey,
        Fault::Untrusted,
        Fault::Critical,
        Fault::SigningKey,
        Fault::InnerAlgorithm,
        Fault::NoAuthorityKey,
        Fault::Purpose,
        Fault::KeyUsage,
        Fault::NetscapeType,
        Fault::WeakSignature,
        Fault::Name,
        Fault::Expired,
        Fault::NotYetValid,
        Fault::Unfit,
    ],
    words: &joined::<(Fault, Phrase), { STRICT.len() + python::USUAL.len() }>(STRICT, python::USUAL),
    group: Group::Modern,
    surmised: &[],
    statements: &[
        Statement::new(
            Mark::Documented,
            "python/cpython issue 107361",
            "Since 3.13 ssl.create_default_context sets VERIFY_X509_STRICT and VERIFY_X509_PARTIAL_CHAIN.",
        ),
        Statement::new(
            Mark::Measured,
            "run as 3.11 with these two flags and OpenSSL 3.0",
            "A certificate that a CA signed needs an authorityKeyIdentifier with the key of the CA. A CA's, a root's too, needs a \
             subjectKeyIdentifier, a keyUsage and critical basicConstraints. keyCertSign is for CAs alone, and where there is \
             no subject the SAN has to be critical. Of a certificate that is trusted itself none of this is asked.",
        ),
        Statement::new(
            Mark::Measured,
            "run as 3.11 with these two flags, and as 3.13",
            "What is trusted need not be a root: a CA below one, and the server's own certificate, will do.",
        ),
        Statement::new(Mark::Measured, "run as 3.11 with OpenSSL 3.0", "All else is as in Python up to 3.12."),
    ],
    ..python::CLIENT
};
