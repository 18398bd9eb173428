//! Postfix with mandatory verification (verify, secure).

use super::{
    Client, Demands, Fault, Group, Mark, NamePolicy, Phrase, Reaction, Reference, Statement, Wildcard, openssl,
};
use crate::facts::Digest;

pub(super) const CLIENT: Client = Client {
    id: "postfix-verify",
    name: "Postfix (verify, secure)",
    service: "SMTP between servers",
    group: Group::Modern,
    names: NamePolicy {
        wildcard: Wildcard::WholeLabelOpenSsl,
        reference: Reference::MappedLoosely,
        ..openssl::CLIENT.names
    },
    demands: Demands { rsa_bits: 919, refused_digests: &[Digest::Md5, Digest::Sha1], ..openssl::CLIENT.demands },
    versions: openssl::CLIENT.versions.without_name(),
    heeds: openssl::CLIENT.heeds,
    reaction: Reaction::Stops,
    words: &[
        (Fault::Name, Phrase::new(Mark::Documented, "Server certificate not verified")),
        (Fault::Untrusted, Phrase::new(Mark::Documented, "Server certificate not verified")),
        (Fault::Expired, Phrase::new(Mark::Inferred, "Server certificate not verified")),
        (Fault::NotYetValid, Phrase::new(Mark::Inferred, "Server certificate not verified")),
        (Fault::Unfit, Phrase::new(Mark::Inferred, "Server certificate not verified")),
    ],
    mark: Mark::Measured,
    surmised: &[],
    statements: &[
        Statement::new(
            Mark::Measured,
            "vdukhovni/postfix:src/tls/tls_client.c@17830e5, run as Debian's 3.7",
            "OpenSSL compares the names, without partial wildcards: any dNSName, the common name only \
             when there is none.",
        ),
        Statement::new(
            Mark::Measured,
            "run as Debian's 3.7 with OpenSSL 3.0",
            "OpenSSL judges at security level 1, whatever the system's: RSA keys of 1024 bits are taken. Signatures and \
             usages are judged as in other programs with OpenSSL.",
        ),
        Statement::new(
            Mark::Documented,
            "Postfix postconf(5), smtp_tls_servername",
            "It does not name the server in its first message, but for DANE or when it is told to.",
        ),
        Statement::new(Mark::Inferred, "openssl/openssl PR 31982", "Built with OpenSSL 4.1 it reads no common name."),
    ],
};
