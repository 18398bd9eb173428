//! Windows Schannel and CryptoAPI, as programs that leave the check to Windows see it.

use super::{
    Client, CommonName, Demands, Fault, Group, Mark, NamePolicy, Phrase, Reaction, Reference, Statement, Versions,
};
use crate::facts::TlsVersion;

pub(super) const CLIENT: Client = Client {
    id: "schannel",
    name: "Windows (Schannel)",
    service: "any protocol over TLS",
    group: Group::Modern,
    names: NamePolicy { common_name: CommonName::IfNoDns, reference: Reference::Mapped, ..NamePolicy::RFC9525 },
    demands: Demands::OF_WINDOWS,
    versions: Versions::new(TlsVersion::Tls12, TlsVersion::Tls12, Mark::Inferred)
        .or(TlsVersion::Ssl3, TlsVersion::Tls13),
    heeds: Fault::ALL,
    reaction: Reaction::Stops,
    words: &[
        (Fault::Name, Phrase::new(Mark::Documented, "The target principal name is incorrect.")),
        (
            Fault::Expired,
            Phrase::new(
                Mark::Documented,
                "A required certificate is not within its validity period when verifying against the \
                 current system clock or the timestamp in the signed file.",
            ),
        ),
        (
            Fault::Untrusted,
            Phrase::new(
                Mark::Documented,
                "A certificate chain processed, but terminated in a root certificate which is not trusted \
                 by the trust provider.",
            ),
        ),
    ],
    mark: Mark::Inferred,
    surmised: &[],
    statements: &[
        Statement::new(
            Mark::Documented,
            "learn.microsoft.com: HTTPSPolicyCallbackData",
            "The server name is compared with the DNS name or the common name; IDN becomes Punycode, \
             a wildcard is compared label by label, anything else case-insensitively.",
        ),
        Statement::new(
            Mark::Documented,
            "chromium/chromium:net/cert/cert_verify_proc_win.cc",
            "SEC_E_WRONG_PRINCIPAL (0x80090322) and CERT_E_CN_NO_MATCH (0x800B010F) mean the same \
             fault at two layers.",
        ),
        Statement::new(
            Mark::Documented,
            "curl/curl:lib/vtls/schannel.c@5c61e16",
            "curl prints: schannel: SNI or certificate check failed: SEC_E_WRONG_PRINCIPAL \
             (0x80090322) - The target principal name is incorrect.",
        ),
        Statement::new(Mark::Inferred, "not documented", "That the common name is ignored once there is a dNSName."),
        Demands::KEYS_OF_WINDOWS,
    ],
};
