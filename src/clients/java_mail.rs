//! JavaMail and Jakarta Mail as they come: names are not compared.

use super::{Aspect, Client, DnsScan, Fault, Group, Mark, NamePolicy, Reaction, Statement, jsse};

pub(super) const CLIENT: Client = Client {
    id: "java-mail",
    name: "JavaMail (default)",
    service: "POP3, IMAP4, SMTP",
    group: Group::Legacy,
    names: NamePolicy { scan: DnsScan::Unchecked, ..NamePolicy::RFC9525 },
    demands: jsse::CLIENT.demands,
    versions: jsse::CLIENT.versions,
    heeds: &[Fault::Untrusted, Fault::Expired, Fault::NotYetValid, Fault::Unfit],
    reaction: Reaction::Stops,
    words: &[],
    mark: Mark::Documented,
    surmised: &[Aspect::Demands],
    statements: &[
        Statement::new(
            Mark::Documented,
            "eclipse-ee4j/angus-mail:doc/release/COMPAT.txt@eca8e08",
            "mail.<protocol>.ssl.checkserveridentity is false by default before Angus Mail 1.1.0, so \
             that old Java mail programs notice no wrong name.",
        ),
        Statement::new(Mark::Inferred, "not documented", "All but the name is still checked by the Java runtime."),
    ],
};
