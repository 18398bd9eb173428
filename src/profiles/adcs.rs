//! Active Directory Certificate Services.

use super::{ClientAuth, CommonName, NamesUse, Order, Profile, Rules, Signing, SubjectUse};
use crate::facts::{Mark, Statement};

pub(super) const PROFILE: Profile = Profile {
    id: "adcs",
    name: "Active Directory Certificate Services",
    rules: Rules::Own,
    order: Order::Unknown,
    mark: Mark::Inferred,
    common_name: CommonName::Unknown,
    names: NamesUse::CopiedIfTold,
    addresses: Signing::Signs,
    subject: SubjectUse::Copied,
    client_auth: ClientAuth::Unknown,
    lives: &[],
    most_names: None,
    own_profiles: &[],
    says: "AD CS copies the names of the request only if the template says 'Supply in the request'; \
           otherwise it ignores them and takes names from Active Directory.",
    statements: &[
        Statement {
            text: "Without CT_FLAG_ENROLLEE_SUPPLIES_SUBJECT the names of the request are ignored.",
            source: "MS-WCCE 3.2.2.6.2.1.4.5.9",
            mark: Mark::Documented,
        },
        Statement { text: "With it they are copied in their order.", source: "not documented", mark: Mark::Inferred },
    ],
};
