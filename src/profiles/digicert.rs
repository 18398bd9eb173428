//! DigiCert, its public certificates.

use time::macros::date;

use super::public::LIVES;
use super::{ClientAuth, CommonName, NamesUse, Order, Profile, Rules, Signing, SubjectUse};
use crate::facts::{Mark, Moment, Statement};

pub(super) const PROFILE: Profile = Profile {
    id: "digicert",
    name: "DigiCert",
    rules: Rules::Baseline,
    order: Order::Unknown,
    mark: Mark::Inferred,
    common_name: CommonName::Unknown,
    names: NamesUse::Copied,
    addresses: Signing::Signs,
    subject: SubjectUse::Copied,
    client_auth: ClientAuth::EndsOn(Moment::from_date(date!(2026 - 05 - 01)), Mark::Reported),
    lives: LIVES,
    most_names: None,
    own_profiles: &[],
    says: "Nobody has written down what DigiCert does to the order of the names. Inspect the certificate before it is installed.",
    statements: &[
        Statement {
            text: "Public certificates have no clientAuth from 1 May 2026 on; by default from 1 October 2025.",
            source: "announcements, read in pages of others",
            mark: Mark::Reported,
        },
        Statement {
            text: "In its product for private CAs a template says whether the common name becomes the first name, the last or none: auto_include_cn is top, bottom or no.",
            source: "docs.digicert.com: SAN extension",
            mark: Mark::Documented,
        },
    ],
};
