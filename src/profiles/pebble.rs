//! Pebble, the ACME server for tests.

use super::{ClientAuth, CommonName, NamesUse, Order, Profile, Rules, Signing, SubjectUse};
use crate::facts::{Mark, Statement};

pub(super) const PROFILE: Profile = Profile {
    id: "pebble",
    name: "Pebble",
    rules: Rules::Own,
    order: Order::Keeps,
    mark: Mark::Documented,
    common_name: CommonName::FirstNameOrNone,
    names: NamesUse::Copied,
    addresses: Signing::Signs,
    subject: SubjectUse::Ignored(Mark::Measured),
    client_auth: ClientAuth::Unknown,
    lives: &[],
    most_names: None,
    own_profiles: &[],
    says: "Pebble keeps the order of the names. It is for tests: nobody trusts its certificates.",
    statements: &[
        Statement {
            text: "The certificate keeps the order of the request; the order of the ACME answer is random on purpose.",
            source: "letsencrypt/pebble: ca/ca.go, issue 104",
            mark: Mark::Documented,
        },
        Statement {
            text: "The common name is the first DNS name of the request if its profile promotes one.",
            source: "letsencrypt/pebble: ca/ca.go",
            mark: Mark::Documented,
        },
        Statement {
            text: "Nothing else of the subject is in the certificate.",
            source: "Pebble as Debian packages it",
            mark: Mark::Measured,
        },
    ],
};
