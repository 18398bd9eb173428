//! Exchange 5.5 Internet Mail Service on Windows 2000 before SP4: compares the peer's address (Q273948).

use super::{
    AddressMatch, Client, CommonName, Demands, DnsScan, Fault, Group, Mark, NamePolicy, Reaction, Reference, Statement,
    Versions, Wildcard,
};
use crate::facts::TlsVersion;

pub(super) const CLIENT: Client = Client {
    id: "exchange55-ims",
    name: "Exchange 5.5 IMS before SP4",
    service: "SMTP between servers",
    group: Group::Legacy,
    names: NamePolicy {
        scan: DnsScan::Nothing,
        common_name: CommonName::Only,
        wildcard: Wildcard::Never,
        address: AddressMatch::Text,
        reference: Reference::PeerAddress,
        ..NamePolicy::RFC9525
    },
    demands: Demands::OF_TLS10,
    versions: Versions::new(TlsVersion::Ssl3, TlsVersion::Tls10, Mark::Inferred),
    heeds: &[Fault::Name],
    reaction: Reaction::Stops,
    words: &[],
    mark: Mark::Documented,
    surmised: &[],
    statements: &[
        Statement::new(
            Mark::Documented,
            "KB Q273948",
            "On Windows 2000 it compared the peer's IP address instead of its FQDN with the \
             certificate's name, so that mail over SSL between two such servers failed; Exchange 5.5 \
             SP4 cures it.",
        ),
        Statement::new(Mark::Documented, "KB Q218430", "It does STARTTLS on port 25 only."),
        Demands::KEYS_OF_TLS10,
    ],
};
