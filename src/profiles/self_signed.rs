//! No CA: the certificate is signed with its own key.

use super::{ClientAuth, CommonName, NamesUse, Order, Profile, Rules, Signing, SubjectUse};
use crate::facts::Mark;

pub(super) const PROFILE: Profile = Profile {
    id: "self-signed",
    name: "the certificate itself",
    rules: Rules::Own,
    order: Order::Keeps,
    mark: Mark::Documented,
    common_name: CommonName::Keeps,
    names: NamesUse::Copied,
    addresses: Signing::Signs,
    subject: SubjectUse::Copied,
    client_auth: ClientAuth::Signs,
    lives: &[],
    most_names: None,
    own_profiles: &[],
    says: "Nobody trusts a self-signed certificate until it is installed on each machine that connects.",
    statements: &[],
};
