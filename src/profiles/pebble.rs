//! Pebble, the ACME server for tests.

use super::{ClientAuth, CommonName, Order, Profile, Rules, Signing, SubjectUse};
use crate::facts::{Mark, Statement};

pub(super) const PROFILE: Profile = Profile {
    id: "pebble",
    name: "Pebble",
    rules: Rules::Own,
    order: Order::Keeps,
    mark: Mark::Documented,
    common_name: CommonName::FirstName,
    addresses: Signing::Signs,
    subject: SubjectUse::Ignored,
    client_auth: ClientAuth::Unknown,
    lives: &[],
    most_names: None,
    own_profiles: &[],
    says: "Pebble keeps the order of the names. It is for tests: nobody trusts its certificates.",
    statements: &[Statement {
        text: "The certificate keeps the order of the request; the order of the ACME answer is random on purpose.",
        source: "letsencrypt/pebble: ca/ca.go, issue 104",
        mark: Mark::Documented,
    }],
};
