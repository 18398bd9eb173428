//! A private CA of which nothing more is known, such as one made with OpenSSL.

use super::{ClientAuth, CommonName, NamesUse, Order, Profile, Rules, Signing, SubjectUse};
use crate::facts::{Mark, Statement};

pub(super) const PROFILE: Profile = Profile {
    id: "private",
    name: "a CA of your own",
    rules: Rules::Own,
    order: Order::Keeps,
    mark: Mark::Inferred,
    common_name: CommonName::Keeps,
    names: NamesUse::CopiedIfTold,
    addresses: Signing::Signs,
    subject: SubjectUse::Copied,
    client_auth: ClientAuth::Signs,
    lives: &[],
    most_names: None,
    own_profiles: &[],
    says: "A CA of your own signs what it is told to. Make sure that it copies the names from the request: \
           'openssl x509 -req' needs -copy_extensions copy, or the names given again.",
    statements: &[Statement {
        text: "Which names are signed is the decision of its owner; the Baseline Requirements bind public CAs only.",
        source: "BR 1.1",
        mark: Mark::Documented,
    }],
};
