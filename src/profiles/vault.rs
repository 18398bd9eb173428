//! The PKI engine of HashiCorp Vault.

use super::{ClientAuth, CommonName, NamesUse, Order, Profile, Rules, Signing, SubjectUse};
use crate::facts::{Mark, Statement};

pub(super) const PROFILE: Profile = Profile {
    id: "vault",
    name: "Vault",
    rules: Rules::Own,
    order: Order::Sorts,
    mark: Mark::Documented,
    common_name: CommonName::Unknown,
    names: NamesUse::Copied,
    addresses: Signing::Signs,
    subject: SubjectUse::Ignored(Mark::Inferred),
    client_auth: ClientAuth::Unknown,
    lives: &[],
    most_names: None,
    own_profiles: &[],
    says: "Vault sorts the names by alphabet, whatever the order of the request.",
    statements: &[
        Statement {
            text: "Names are sorted, and the common name is added to them unless exclude_cn_from_sans is set.",
            source: "hashicorp/vault: builtin/logical/pki/issuing/issue_common.go",
            mark: Mark::Documented,
        },
        Statement {
            text: "A role takes the common name of the request only where its use_csr_common_name is set.",
            source: "hashicorp/vault: API of the PKI secrets engine",
            mark: Mark::Documented,
        },
        Statement {
            text: "The rest of the subject comes from the role, not from the request.",
            source: "not documented",
            mark: Mark::Inferred,
        },
        Statement { text: "The path sign-verbatim does the same.", source: "not documented", mark: Mark::Inferred },
    ],
};
