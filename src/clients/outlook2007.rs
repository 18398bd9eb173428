//! Outlook 2007 on POP3, IMAP4 and SMTP: reads only the first dNSName (KB958977).

use super::{
    AddressMatch, Client, CommonName, CommonNamePick, Demands, DnsScan, Fault, Group, Mark, NamePolicy, OldDigests,
    Phrase, Reaction, ServerAuth, Statement, TrailingDot, Wildcard,
};

pub(super) const CLIENT: Client = Client {
    id: "outlook2007",
    name: "Outlook 2007",
    service: "POP3, IMAP4, SMTP",
    group: Group::Legacy,
    names: NamePolicy {
        scan: DnsScan::First,
        common_name: CommonName::IfNoDns,
        pick: CommonNamePick::Last,
        wildcard: Wildcard::WholeLabel,
        labels_after_star: 1,
        address: AddressMatch::OctetsOrText,
        trailing_dot: TrailingDot::Dropped,
    },
    demands: Demands { rsa_bits: 0, old_digests: OldDigests::Accepted, server_auth: ServerAuth::IfPresent, lives: &[] },
    reaction: Reaction::Asks,
    words: &[(
        Fault::Name,
        Phrase {
            text: "The server you are connected to is using a security certificate that cannot be verified. \
                   The target principal name is incorrect. Do you want to continue using this server?",
            mark: Mark::Documented,
        },
    )],
    mark: Mark::Documented,
    statements: &[Statement {
        text: "Only the first DNS name of the SAN is compared with the server name configured in the account.",
        source: "KB958977",
        mark: Mark::Documented,
    }],
};
