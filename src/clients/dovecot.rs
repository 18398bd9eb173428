//! Dovecot as a client (proxy, dsync, imapc).

use super::{Aspect, Client, Fault, Group, Mark, NamePolicy, Phrase, Reaction, Statement, Wildcard, openssl};

pub(super) const CLIENT: Client = Client {
    id: "dovecot",
    name: "Dovecot as a client",
    service: "IMAP, POP3, LMTP, submission",
    group: Group::Modern,
    names: NamePolicy { wildcard: Wildcard::WholeLabelOpenSsl, ..openssl::CLIENT.names },
    demands: openssl::CLIENT.demands,
    versions: openssl::CLIENT.versions,
    heeds: Fault::ALL,
    reaction: Reaction::Stops,
    words: &[(Fault::Name, Phrase::new(Mark::Documented, "did not match to any IP or DNS fields"))],
    mark: Mark::Documented,
    surmised: &[Aspect::Demands, Aspect::Unrooted, Aspect::Detours],
    statements: &[
        Statement::new(
            Mark::Documented,
            "dovecot/core:src/lib-ssl-iostream/iostream-openssl-common.c@f28b5a9",
            "X509_check_host without partial wildcards, then the address; \
         ssl_client_require_valid_cert is yes by default.",
        ),
        Statement::new(
            Mark::Inferred,
            "not documented",
            "Keys, signatures, usages and chain are left to OpenSSL at the security level of the system.",
        ),
    ],
};
