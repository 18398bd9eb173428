//! Apple Mail on iOS 13, macOS 10.15 and later.

use time::macros::date;

use super::{
    Aspect, Client, Demands, Fault, Group, LifeLimit, Mark, NamePolicy, Phrase, Reaction, Roots, ServerAuth, Statement,
    Versions,
};
use crate::facts::{Digest, Moment, TlsVersion};

/// Apple says "after July 1, 2019".
const AFTER_JULY_1: Moment = Moment::from_date(date!(2019 - 07 - 02));

/// The title of the alert; what stands below it was not found.
const TITLE: &str = "Cannot Verify Server Identity";

pub(super) const CLIENT: Client = Client {
    id: "apple-mail",
    name: "Apple Mail (iOS 13, macOS 10.15 or later)",
    service: "POP3, IMAP4, SMTP",
    group: Group::Modern,
    names: NamePolicy::RFC9525,
    demands: Demands {
        rsa_bits: 2048,
        refused_digests: &[Digest::Md5, Digest::Sha1],
        server_auth: ServerAuth::RequiredFrom(AFTER_JULY_1),
        lives: &[
            LifeLimit { issued_from: AFTER_JULY_1, days: 825, roots: Roots::All },
            LifeLimit { issued_from: Moment::from_date(date!(2020 - 09 - 01)), days: 398, roots: Roots::Preinstalled },
        ],
        ..Demands::NONE
    },
    versions: Versions::new(TlsVersion::Tls12, TlsVersion::Tls13, Mark::Inferred)
        .or(TlsVersion::Tls10, TlsVersion::Tls13),
    heeds: Fault::ALL,
    reaction: Reaction::Asks,
    words: &[
        (Fault::Name, Phrase::new(Mark::Documented, TITLE).on("iOS")),
        (Fault::Expired, Phrase::new(Mark::Inferred, TITLE).on("iOS")),
        (Fault::NotYetValid, Phrase::new(Mark::Inferred, TITLE).on("iOS")),
        (Fault::Untrusted, Phrase::new(Mark::Inferred, TITLE).on("iOS")),
        (Fault::Unfit, Phrase::new(Mark::Inferred, TITLE).on("iOS")),
    ],
    mark: Mark::Documented,
    surmised: &[Aspect::Wildcards, Aspect::Addresses],
    statements: &[
        Statement::new(
            Mark::Documented,
            "support.apple.com/103769",
            "RSA keys of 2048 bits or more, SHA-2 signatures and a DNS name in the SAN; a name in the \
             common name alone is not trusted.",
        ),
        Statement::new(
            Mark::Documented,
            "support.apple.com/103769",
            "Issued after 1 July 2019: serverAuth must be listed and the life is 825 days at most. \
             That holds for private CAs too.",
        ),
        Statement::new(
            Mark::Documented,
            "support.apple.com/102028",
            "Issued from 2020-09-01 by a preinstalled root: 398 days at most. Roots added by a user \
             or administrator are exempt.",
        ),
        Statement::new(
            Mark::Documented,
            "support.apple.com/kb/PH11706",
            "Mail on macOS shows a Verify Certificate dialog with the buttons Show Certificate and Connect, and a box: Always \
             trust \"...\" when connecting to \"...\".",
        ),
        Statement::new(
            Mark::Documented,
            "nextcloud/ios-communication-library issue 64",
            "Programs that load a URL (calendars, Exchange Web Services) say \"The certificate for this server is invalid. You \
             might be connecting to a server that is pretending to be “...” which could put your confidential information at \
             risk.\", error -1202.",
        ),
        Statement::new(
            Mark::Inferred,
            "not documented",
            "A star is the whole first label, and addresses are compared with iPAddress entries only.",
        ),
    ],
};
