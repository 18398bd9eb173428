//! Dogtag, which Red Hat Certificate System and FreeIPA are made of.

use super::{ClientAuth, CommonName, NamesUse, Order, Profile, Rules, Signing, SubjectUse};
use crate::facts::{Mark, Statement};

pub(super) const PROFILE: Profile = Profile {
    id: "dogtag",
    name: "Dogtag",
    rules: Rules::Own,
    order: Order::Unknown,
    mark: Mark::Inferred,
    common_name: CommonName::Unknown,
    names: NamesUse::Copied,
    addresses: Signing::Signs,
    subject: SubjectUse::Copied,
    client_auth: ClientAuth::Unknown,
    lives: &[],
    most_names: None,
    own_profiles: &[],
    says: "Dogtag can add the common name to the names, as the last one. Inspect the certificate before it is installed.",
    statements: &[Statement {
        text: "A dNSName made from the common name goes behind the names that are there.",
        source: "Red Hat Certificate System: CN attribute in SAN; dogtagpki wiki",
        mark: Mark::Documented,
    }],
};
