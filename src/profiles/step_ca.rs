//! Smallstep's step-ca, over ACME.

use super::{ClientAuth, CommonName, NamesUse, Order, Profile, Rules, Signing, SubjectUse};
use crate::facts::{Mark, Statement};

pub(super) const PROFILE: Profile = Profile {
    id: "step-ca",
    name: "step-ca",
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
    says: "step-ca sorts the names of an ACME order by alphabet, whatever the order of the request.",
    statements: &[
        Statement {
            text: "The names of an ACME order are sorted; the common name is added to them.",
            source: "smallstep/certificates: acme/order.go",
            mark: Mark::Documented,
        },
        Statement {
            text: "With forceCN a request without a common name gets the first DNS name as one.",
            source: "smallstep/certificates: acme/order.go",
            mark: Mark::Documented,
        },
        Statement {
            text: "Without a template of its own the rest of the subject is left out.",
            source: "not documented",
            mark: Mark::Inferred,
        },
    ],
};
