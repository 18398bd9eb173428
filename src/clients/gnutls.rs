//! GnuTLS: gnutls_x509_crt_check_hostname.

use super::{
    Client, CommonName, CommonNamePick, Demands, Fault, Group, Mark, NamePolicy, Phrase, Reaction, Reference,
    Statement, TrailingDot, Wildcard,
};

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
    demands: Demands::NONE,
    heeds: Fault::ALL,
    reaction: Reaction::Stops,
    words: &[(
        Fault::Name,
        Phrase::new(
            Mark::Documented,
            "The certificate is NOT trusted. The name in the certificate does not match the expected.",
        ),
    )],
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
        Statement::new(Mark::Documented, "gnutls/gnutls:lib/cert-cred.c@f897129", "The text shown."),
    ],
};
