//! curl with OpenSSL: code of its own.

use super::{
    AddressMatch, Client, CommonName, Demands, Fault, Group, Mark, NamePolicy, Phrase, PresentedDot, Reaction,
    Reference, Statement, When, Wildcard,
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
        reference: Reference::Mapped,
        presented_dot: PresentedDot::Dropped,
        ..NamePolicy::RFC9525
    },
    demands: Demands::NONE,
    heeds: Fault::ALL,
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
    ],
    mark: Mark::Documented,
    surmised: &[],
    statements: &[
        Statement::new(
            Mark::Documented,
            "curl/curl:lib/vtls/openssl.c@5c61e16",
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
            Mark::Documented,
            "curl PR 22845 (open in September 2026)",
            "A change that removes the common name is proposed.",
        ),
    ],
};
