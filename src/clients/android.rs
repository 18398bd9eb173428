//! Android's own host name verifier, as mail programs there use it.

use super::{
    Aspect, Client, Demands, Fault, Group, Mark, NamePolicy, Phrase, PresentedDot, Reaction, Reference, Statement,
    Versions, Wildcard,
};
use crate::facts::TlsVersion;

pub(super) const CLIENT: Client = Client {
    id: "android",
    name: "Android mail programs",
    service: "POP3, IMAP4, SMTP",
    group: Group::Modern,
    names: NamePolicy {
        wildcard: Wildcard::WholeLabelUnchecked,
        reference: Reference::Typed,
        presented_dot: PresentedDot::Dropped,
        ..NamePolicy::RFC9525
    },
    demands: Demands::NONE,
    versions: Versions::new(TlsVersion::Tls12, TlsVersion::Tls12, Mark::Inferred)
        .or(TlsVersion::Tls10, TlsVersion::Tls13),
    heeds: Fault::ALL,
    reaction: Reaction::Asks,
    words: &[(Fault::Name, Phrase::new(Mark::Reported, "Certificate error"))],
    mark: Mark::Documented,
    surmised: &[Aspect::Reaction],
    statements: &[
        Statement::new(
            Mark::Documented,
            "google/conscrypt:common/src/main/java/org/conscrypt/OkHostnameVerifier.java@3d21617",
            "Any dNSName; a star is the whole first label and stands for one; *.com is taken unless \
             strict. Dots at the end of the host or of the name do no harm. Addresses are compared \
             with iPAddress entries only.",
        ),
        Statement::new(
            Mark::Documented,
            "platform/libcore, tag android-security-8.1.0_r90",
            "The common name is ignored even without a SAN (bug 70278814); host names and SANs that \
             are not ASCII are rejected.",
        ),
        Statement::new(
            Mark::Reported,
            "thunderbird-android issue 9608",
            "K-9 Mail shows a notification called Certificate error.",
        ),
        Statement::new(Mark::Inferred, "not documented", "Whether the user may go on is the decision of each program."),
        Statement::new(
            Mark::Inferred,
            "release notes not found",
            "Android 9 is the first release without the common name.",
        ),
    ],
};
