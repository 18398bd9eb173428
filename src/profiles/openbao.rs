//! The PKI engine of OpenBao.

use super::{ClientAuth, CommonName, NamesUse, Order, Profile, Rules, Signing, SubjectUse};
use crate::facts::{Mark, Statement};

pub(super) const PROFILE: Profile = Profile {
    id: "openbao",
    name: "OpenBao",
    rules: Rules::Own,
    order: Order::Keeps,
    mark: Mark::Reported,
    common_name: CommonName::Unknown,
    names: NamesUse::Copied,
    addresses: Signing::Signs,
    subject: SubjectUse::Ignored(Mark::Inferred),
    client_auth: ClientAuth::Unknown,
    lives: &[],
    most_names: None,
    own_profiles: &[],
    says: "OpenBao is said to keep the order of the names.",
    statements: &[
        Statement {
            text: "The order of names is kept, unlike in Vault, from which it was forked.",
            source: "openbao/openbao: pull request 50",
            mark: Mark::Reported,
        },
        Statement {
            text: "Common name and subject are treated as in Vault: a role decides.",
            source: "not documented",
            mark: Mark::Inferred,
        },
    ],
};
