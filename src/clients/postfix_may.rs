//! Postfix with opportunistic TLS (smtp_tls_security_level = may).

use super::{Client, Demands, DnsScan, Group, Mark, NamePolicy, Reaction, Statement, Versions};

pub(super) const CLIENT: Client = Client {
    id: "postfix-may",
    name: "Postfix (may)",
    service: "SMTP between servers",
    group: Group::Modern,
    names: NamePolicy { scan: DnsScan::Unchecked, ..NamePolicy::RFC9525 },
    demands: Demands::NONE,
    versions: Versions::UNKNOWN,
    heeds: &[],
    reaction: Reaction::GoesOn,
    words: &[],
    mark: Mark::Documented,
    surmised: &[],
    statements: &[
        Statement::new(
            Mark::Documented,
            "vdukhovni/postfix:README_FILES/TLS_README@17830e5",
            "A certificate that is not trusted or is for another name does not stop delivery; after a \
             failed handshake it tries again in plaintext.",
        ),
        Statement::new(
            Mark::Documented,
            "RFC 3207 §4.1",
            "What an SMTP client makes of a bad certificate is a local matter.",
        ),
    ],
};
