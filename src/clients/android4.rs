//! Android 4: honours partial wildcards.

use super::{
    Aspect, Client, CommonName, Demands, Fault, Group, Mark, NamePolicy, Reaction, Reference, Statement, TrailingDot,
    Versions, Wildcard,
};
use crate::facts::TlsVersion;

pub(super) const CLIENT: Client = Client {
    id: "android4",
    name: "Android 4",
    service: "POP3, IMAP4, SMTP",
    group: Group::Legacy,
    names: NamePolicy {
        common_name: CommonName::IfNoSan,
        wildcard: Wildcard::FirstLabelOrNone,
        reference: Reference::Typed,
        trailing_dot: TrailingDot::Kept,
        ..NamePolicy::RFC9525
    },
    demands: Demands::OF_TLS10,
    versions: Versions::new(TlsVersion::Ssl3, TlsVersion::Tls10, Mark::Documented),
    heeds: Fault::ALL,
    reaction: Reaction::Asks,
    words: &[],
    mark: Mark::Documented,
    surmised: &[Aspect::Addresses],
    statements: &[
        Statement::new(
            Mark::Documented,
            "platform/libcore commit 57d73e33 (2011)",
            "The common name is ignored when there is any SAN; partial wildcards are honoured, and \
             *.android.com even matched android.com.",
        ),
        Statement::new(Mark::Inferred, "not documented", "Addresses are compared with iPAddress entries only."),
        Statement::new(
            Mark::Documented,
            "developer.android.com: javax.net.ssl.SSLSocket",
            "Before API level 20 nothing newer than TLS 1.0 is offered unless the program asks for it.",
        ),
        Demands::KEYS_OF_TLS10,
    ],
};
