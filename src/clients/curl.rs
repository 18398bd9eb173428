//! curl with OpenSSL: code of its own.

use super::{
    AddressMatch, Client, CommonName, Demands, Fault, Form, Group, IssuerDemands, Mark, NamePolicy, Phrase,
    PresentedDot, Reaction, Reference, SanForm, Statement, When, Wildcard, openssl,
};

pub(super) const CLIENT: Client = Client {
    id: "curl",
    name: "curl",
    service: "IMAP, POP3, SMTP, HTTPS",
    group: Group::Modern,
    names: NamePolicy {
        common_name: CommonName::IfNoDnsOrAddress,
        wildcard: Wildcard::WholeLabelUnchecked,
        labels_after_star: 2,
        address: AddressMatch::OctetsOrCommonName,
        reference: Reference::MappedLoosely,
        presented_dot: PresentedDot::Dropped,
        ..NamePolicy::RFC9525
    },
    demands: Demands {
        refused_names: &[SanForm::Unreadable, SanForm::ForeignEntry],
        refused_forms: &[
            Form::UnknownCritical,
            Form::RepeatedKnownExtension,
            Form::NamelessIssuer,
            Form::OtherNetscapeType,
            Form::OtherInnerAlgorithm,
            Form::OtherInnerParameters,
            Form::NamedAsIssuer,
        ],
        issuers: IssuerDemands { unrooted: &[], ..openssl::CLIENT.demands.issuers },
        ..openssl::CLIENT.demands
    },
    versions: openssl::CLIENT.versions,
    heeds: &[
        Fault::Malformed,
        Fault::WeakKey,
        Fault::Untrusted,
        Fault::Critical,
        Fault::Purpose,
        Fault::KeyUsage,
        Fault::NetscapeType,
        Fault::WeakSignature,
        Fault::InnerAlgorithm,
        Fault::Expired,
        Fault::NotYetValid,
        Fault::Name,
        Fault::Unfit,
    ],
    reaction: Reaction::Stops,
    words: &[
        (
            Fault::Name,
            Phrase::only(
                When::CommonNameInTheirPlace,
                Mark::Documented,
                "SSL: certificate subject name '{cn}' does not match target hostname '{host}'",
            ),
        ),
        (
            Fault::Name,
            Phrase::only(
                When::NeitherNameNorAddress,
                Mark::Documented,
                "SSL: unable to obtain common name from peer certificate",
            ),
        ),
        (
            Fault::Name,
            Phrase::new(
                Mark::Documented,
                "SSL: no alternative certificate subject name matches target hostname '{host}'",
            ),
        ),
        (
            Fault::Untrusted,
            Phrase::new(Mark::Measured, "SSL certificate problem: unable to get local issuer certificate"),
        ),
        (Fault::SelfSigned, Phrase::new(Mark::Measured, "SSL certificate problem: self-signed certificate")),
        (
            Fault::UnknownRoot,
            Phrase::new(Mark::Measured, "SSL certificate problem: self-signed certificate in certificate chain"),
        ),
        (Fault::Critical, Phrase::new(Mark::Measured, "SSL certificate problem: unhandled critical extension")),
        (Fault::Purpose, Phrase::new(Mark::Measured, "SSL certificate problem: unsuitable certificate purpose")),
        (Fault::NetscapeType, Phrase::new(Mark::Measured, "SSL certificate problem: unsuitable certificate purpose")),
        (Fault::KeyUsage, Phrase::new(Mark::Measured, "SSL certificate problem: unsuitable certificate purpose")),
        (
            Fault::WeakKey,
            Phrase::only(
                When::ShortRsaKey(1963),
                Mark::Measured,
                "SSL certificate problem: EE certificate key too weak",
            ),
        ),
        (Fault::WeakKey, Phrase::new(Mark::Measured, "SSL certificate problem: CA certificate key too weak")),
        (
            Fault::WeakSignature,
            Phrase::new(Mark::Measured, "SSL certificate problem: CA signature digest algorithm too weak"),
        ),
        (
            Fault::UnknownSignature,
            Phrase::new(Mark::Measured, "SSL certificate problem: unable to get local issuer certificate"),
        ),
        (Fault::InnerAlgorithm, Phrase::new(Mark::Measured, "SSL certificate problem: certificate signature failure")),
        (Fault::Expired, Phrase::new(Mark::Measured, "SSL certificate problem: certificate has expired")),
        (Fault::NotYetValid, Phrase::new(Mark::Measured, "SSL certificate problem: certificate is not yet valid")),
    ],
    mark: Mark::Measured,
    surmised: &[],
    statements: &[
        Statement::new(
            Mark::Measured,
            "curl/curl:lib/vtls/openssl.c@5c61e16, run as Debian's 7.88",
            "When there is any dNSName or iPAddress the common name is ignored; otherwise the last \
             one is compared.",
        ),
        Statement::new(
            Mark::Documented,
            "curl/curl:tests/unit/unit1397.c@5c61e16869",
            "A star is the whole first label with two labels after it; dots at the end of host or \
             name do no harm; host names are not checked for form.",
        ),
        Statement::new(
            Mark::Measured,
            "curl/curl:lib/vtls/openssl.c, run as 7.88",
            "Older versions, 7.88 among them, write target host name in two words.",
        ),
        Statement::new(
            Mark::Measured,
            "run as 7.88 with OpenSSL 3.0",
            "OpenSSL judges keys, signatures, usages, chain and life, and does so before curl looks at names.",
        ),
        Statement::new(
            Mark::Measured,
            "curl/curl:lib/vtls/openssl.c, run as 7.88",
            "What is trusted may be no root: the certificate of a CA below one, or the server's own.",
        ),
        Statement::new(
            Mark::Documented,
            "curl PR 22845 (open in September 2026)",
            "A change that removes the common name is proposed.",
        ),
    ],
};
