//! Windows XP, RPC over HTTPS: sees only the first name of the SAN.

use super::{
    AddressMatch, Client, Demands, DnsScan, Fault, Group, Mark, NamePolicy, Reaction, Reference, Statement, Versions,
};
use crate::facts::TlsVersion;

pub(super) const CLIENT: Client = Client {
    id: "xp-rpc-https",
    name: "Windows XP with Outlook 2007/2010",
    service: "RPC over HTTPS",
    group: Group::Legacy,
    names: NamePolicy {
        scan: DnsScan::First,
        address: AddressMatch::Never,
        reference: Reference::Mapped,
        ..NamePolicy::RFC9525
    },
    demands: Demands::OF_TLS10,
    versions: Versions::new(TlsVersion::Ssl3, TlsVersion::Tls10, Mark::Documented),
    heeds: &[Fault::Name],
    reaction: Reaction::Stops,
    words: &[],
    mark: Mark::Reported,
    surmised: &[],
    statements: &[
        Statement::new(
            Mark::Reported,
            "win-acme issue 869 (2018)",
            "Only the first SAN is seen; the user is asked for the password again and again.",
        ),
        Statement::new(
            Mark::Reported,
            "win-acme issue 869 (2018)",
            "A way round it: Set-OutlookProvider EXPR -CertPrincipalName $null.",
        ),
        Statement::new(
            Mark::Reported,
            "TechNet aa995942",
            "ISA Server publishing has the same need: the subject name must be the first SAN entry as \
             well.",
        ),
        Statement::new(
            Mark::Documented,
            "Microsoft blog \"Support for SSL/TLS protocols on Windows\"",
            "Windows XP has nothing newer than TLS 1.0.",
        ),
        Demands::KEYS_OF_TLS10,
    ],
};
