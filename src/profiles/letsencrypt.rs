//! Let's Encrypt (Boulder): its profile `classic`, which is the usual one, and the others that can be asked for.

use time::macros::date;

use super::{ClientAuth, CommonName, Life, NamesUse, Order, Profile, Rules, Signing, SubjectUse};
use crate::facts::{Mark, Moment, Statement};

pub(super) const PROFILE: Profile = Profile {
    own_profiles: &[("classic", &CLASSIC), ("tlsserver", &TLSSERVER), ("shortlived", &SHORTLIVED)],
    ..CLASSIC
};

/// The day that the page of the profiles was read; tlsserver was longer before.
const READ_ON: Moment = Moment::from_date(date!(2026 - 07 - 14));

const TLSSERVER: Profile = Profile {
    name: "Let's Encrypt's profile tlsserver",
    common_name: CommonName::Never,
    lives: &[Life { issued_from: READ_ON, days: 45 }],
    most_names: Some(25),
    says: "Under its profile tlsserver Let's Encrypt leaves the whole subject out, the common name too, and signs for 45 \
           days.",
    ..CLASSIC
};

const SHORTLIVED: Profile = Profile {
    name: "Let's Encrypt's profile shortlived",
    addresses: Signing::Signs,
    // 160 hours: the seventh day is begun.
    lives: &[Life { issued_from: READ_ON, days: 7 }],
    says: "Under its profile shortlived Let's Encrypt leaves the whole subject out, the common name too, and signs for 160 \
           hours.",
    ..TLSSERVER
};

const CLASSIC: Profile = Profile {
    id: "letsencrypt",
    name: "Let's Encrypt",
    rules: Rules::Baseline,
    order: Order::Sorts,
    mark: Mark::Documented,
    common_name: CommonName::KeepsOrFirstFitting,
    names: NamesUse::Copied,
    addresses: Signing::Under("shortlived"),
    subject: SubjectUse::Ignored(Mark::Documented),
    client_auth: ClientAuth::EndsOn(Moment::from_date(date!(2026 - 07 - 08)), Mark::Documented),
    lives: &[
        Life { issued_from: Moment::from_date(date!(2015 - 09 - 14)), days: 90 },
        Life { issued_from: Moment::from_date(date!(2027 - 02 - 10)), days: 64 },
        Life { issued_from: Moment::from_date(date!(2028 - 02 - 16)), days: 45 },
    ],
    most_names: Some(100),
    own_profiles: &[],
    says: "Let's Encrypt sorts the names by alphabet, whatever the order of the request, and leaves the subject out \
           but for the common name. It signs addresses under its profile shortlived alone.",
    statements: &[
        Statement {
            text: "Names are lower-cased, made unique and sorted; the order of the request is lost.",
            source: "letsencrypt/boulder: ca/ca.go, identifier/identifier.go",
            mark: Mark::Documented,
        },
        Statement {
            text: "Profile classic keeps the request's common name if it has 64 characters at most and is no \
                   address, else takes the first DNS name, in the order of the request, that is short enough; \
                   tlsserver and shortlived have none.",
            source: "letsencrypt/boulder: csr/csr.go; letsencrypt.org/docs/profiles",
            mark: Mark::Documented,
        },
        Statement {
            text: "The last profile with clientAuth, tlsclient, ended on 8 July 2026.",
            source: "letsencrypt.org/docs/profiles; letsencrypt/boulder: issuance/cert.go",
            mark: Mark::Documented,
        },
        Statement {
            text: "Profile classic lives 90 days (64 from 2027-02-10, 45 from 2028-02-16), with 100 DNS names at \
                   most and no addresses.",
            source: "letsencrypt.org/docs/profiles",
            mark: Mark::Documented,
        },
        Statement {
            text: "Profile tlsserver lives 45 days, with 25 DNS names at most and no addresses.",
            source: "letsencrypt.org/docs/profiles",
            mark: Mark::Documented,
        },
        Statement {
            text: "Profile shortlived lives 160 hours, with 25 names at most, and signs DNS names and addresses.",
            source: "letsencrypt.org/docs/profiles",
            mark: Mark::Documented,
        },
    ],
};
