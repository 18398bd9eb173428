//! Android 4: honours partial wildcards.

use super::{
    Aspect, Client, CommonName, Demands, Fault, Group, Mark, NamePolicy, Reaction, Reference, Statement, TrailingDot,
    Wildcard,
};

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
    demands: Demands::NONE,
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
    ],
};
