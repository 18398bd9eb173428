//! Sectigo, its public certificates.

use time::macros::date;

use super::public::LIVES;
use super::{ClientAuth, CommonName, NamesUse, Order, Profile, Rules, Signing, SubjectUse};
use crate::facts::{Mark, Moment, Statement};

pub(super) const PROFILE: Profile = Profile {
    id: "sectigo",
    name: "Sectigo",
    rules: Rules::Baseline,
    order: Order::Keeps,
    mark: Mark::Reported,
    common_name: CommonName::Unknown,
    names: NamesUse::Copied,
    addresses: Signing::Signs,
    subject: SubjectUse::Copied,
    client_auth: ClientAuth::EndsOn(Moment::from_date(date!(2026 - 05 - 15)), Mark::Reported),
    lives: LIVES,
    most_names: None,
    own_profiles: &[],
    says: "Sectigo is said to keep the order of the names of an ACME order. Inspect the certificate before it is installed.",
    statements: &[
        Statement {
            text: "One user's certificates kept the order of an ACME order.",
            source: "community.letsencrypt.org/t/157694",
            mark: Mark::Reported,
        },
        Statement {
            text: "Public certificates have no clientAuth from 15 May 2026 on.",
            source: "announcements, read in pages of others",
            mark: Mark::Reported,
        },
    ],
};
