//! Smallstep's step-ca, over ACME.

use super::{ClientAuth, CommonName, Order, Profile, Rules, Signing, SubjectUse};
use crate::facts::{Mark, Statement};

pub(super) const PROFILE: Profile = Profile {
    id: "step-ca",
    name: "step-ca",
    rules: Rules::Own,
    order: Order::Sorts,
    mark: Mark::Documented,
    common_name: CommonName::Keeps,
    addresses: Signing::Signs,
    subject: SubjectUse::Ignored,
    client_auth: ClientAuth::Unknown,
    lives: &[],
    most_names: None,
    own_profiles: &[],
    says: "step-ca sorts the names of an ACME order by alphabet, whatever the order of the request.",
    statements: &[Statement {
        text: "The names of an ACME order are sorted; the common name is added to them.",
        source: "smallstep/certificates: acme/order.go",
        mark: Mark::Documented,
    }],
};
