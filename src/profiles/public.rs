//! A public CA of which nothing more is known: the Baseline Requirements hold.

use time::macros::date;

use super::{ClientAuth, CommonName, Life, NamesUse, Order, Profile, Rules, Signing, SubjectUse};
use crate::facts::{Mark, Moment, Statement};

pub(super) const PROFILE: Profile = Profile {
    id: "public",
    name: "a public CA",
    rules: Rules::Baseline,
    order: Order::Unknown,
    mark: Mark::Inferred,
    common_name: CommonName::Unknown,
    names: NamesUse::Copied,
    addresses: Signing::Signs,
    subject: SubjectUse::Copied,
    client_auth: ClientAuth::EndsOn(Moment::from_date(date!(2027 - 03 - 15)), Mark::Documented),
    lives: LIVES,
    most_names: None,
    own_profiles: &[],
    says: "Public CAs differ in what they do to the order of the names, and some sort them. Inspect the certificate \
           before it is installed.",
    statements: &[
        Statement {
            text: "Only dNSName and iPAddress entries may be signed; internal names and reserved addresses may not.",
            source: "BR 7.1.2.7.12",
            mark: Mark::Documented,
        },
        Statement {
            text: "A domain validated certificate has a subject of country and common name at most.",
            source: "BR 7.1.2.7.2",
            mark: Mark::Documented,
        },
        Statement {
            text: "organizationalUnitName must not be in the subject.",
            source: "BR 7.1.2.7.3, 7.1.2.7.4",
            mark: Mark::Documented,
        },
        Statement {
            text: "Internal names ended on 1 November 2015, the organizational unit on 1 September 2022.",
            source: "BR, tables of effective dates; ballot SC-47",
            mark: Mark::Documented,
        },
        Statement {
            text: "The common name, if there is one, is a copy of a name in the SAN.",
            source: "BR 7.1.4.3",
            mark: Mark::Documented,
        },
        Statement {
            text: "The key is RSA of 2048 bits or more, or ECDSA on P-256, P-384 or P-521; Ed25519 is not signed.",
            source: "BR 6.1.5",
            mark: Mark::Documented,
        },
        Statement {
            text: "No certificate issued from 15 March 2027 on has clientAuth.",
            source: "Chrome Root Program Policy 1.8, section 1.3.2",
            mark: Mark::Documented,
        },
        Statement {
            text: "The longest life falls from 398 to 200, 100 and 47 days.",
            source: "BR 6.3.2 (ballot SC-081v3)",
            mark: Mark::Documented,
        },
    ],
};

/// BR 6.3.2 and its earlier versions. Limits in months are given as the most days that so many months have.
pub(super) const LIVES: &[Life] = &[
    // 39 months
    Life { issued_from: Moment::from_date(date!(2016 - 07 - 02)), days: 1188 },
    Life { issued_from: Moment::from_date(date!(2018 - 03 - 02)), days: 825 },
    Life { issued_from: Moment::from_date(date!(2020 - 09 - 01)), days: 398 },
    Life { issued_from: Moment::from_date(date!(2026 - 03 - 15)), days: 200 },
    Life { issued_from: Moment::from_date(date!(2027 - 03 - 15)), days: 100 },
    Life { issued_from: Moment::from_date(date!(2029 - 03 - 15)), days: 47 },
];
