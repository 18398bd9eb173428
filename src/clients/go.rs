//! Go: crypto/x509.

use super::{
    Client, Demands, Fault, Group, Mark, NamePolicy, Phrase, Reaction, Reference, ServerAuth, Statement, TrailingDot,
    When,
};

pub(super) const CLIENT: Client = Client {
    id: "go",
    name: "Go programs",
    service: "any protocol over TLS",
    group: Group::Modern,
    names: NamePolicy { reference: Reference::Typed, trailing_dot: TrailingDot::Either, ..NamePolicy::RFC9525 },
    demands: Demands { server_auth: ServerAuth::IfPresent, ..Demands::NONE },
    heeds: Fault::ALL,
    reaction: Reaction::Stops,
    words: &[
        (
            Fault::Name,
            Phrase::only(
                When::OnlyCommonNameFits,
                Mark::Documented,
                "x509: certificate relies on legacy Common Name field, use SANs instead",
            ),
        ),
        (
            Fault::Name,
            Phrase::only(
                When::AddressWithoutAddresses,
                Mark::Documented,
                "x509: cannot validate certificate for {host} because it doesn't contain any IP SANs",
            ),
        ),
        (
            Fault::Name,
            Phrase::only(When::Address, Mark::Documented, "x509: certificate is valid for {addresses}, not {host}"),
        ),
        (
            Fault::Name,
            Phrase::only(
                When::NoDnsName,
                Mark::Documented,
                "x509: certificate is not valid for any names, but wanted to match {host}",
            ),
        ),
        (Fault::Name, Phrase::new(Mark::Documented, "x509: certificate is valid for {names}, not {host}")),
        (Fault::Untrusted, Phrase::new(Mark::Documented, "x509: certificate signed by unknown authority")),
        (Fault::Expired, Phrase::new(Mark::Documented, "x509: certificate has expired or is not yet valid")),
        (Fault::NotYetValid, Phrase::new(Mark::Documented, "x509: certificate has expired or is not yet valid")),
    ],
    mark: Mark::Documented,
    surmised: &[],
    statements: &[
        Statement::new(
            Mark::Documented,
            "golang/go:src/crypto/x509/verify.go",
            "dNSNames only. A trailing dot of the host is dropped; a name in the certificate with one \
             fits only a host typed the same way. A star is the whole first label, *.com included; \
             underscores are tolerated; serverAuth is required where purposes are listed.",
        ),
        Statement::new(
            Mark::Documented,
            "golang/go commit 063ce0f",
            "The common name has been ignored by default since Go 1.15 (GODEBUG=x509ignoreCN=0 brings \
             it back).",
        ),
        Statement::new(Mark::Inferred, "golang/go commit d65e1b2e41", "The switch is gone in Go 1.17."),
    ],
};
