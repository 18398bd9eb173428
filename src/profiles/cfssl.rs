//! Cloudflare's cfssl.

use super::{ClientAuth, CommonName, NamesUse, Order, Profile, Rules, Signing, SubjectUse};
use crate::facts::{Mark, Statement};

pub(super) const PROFILE: Profile = Profile {
    id: "cfssl",
    name: "cfssl",
    rules: Rules::Own,
    order: Order::KeepsWithinKinds,
    mark: Mark::Documented,
    common_name: CommonName::Keeps,
    names: NamesUse::Copied,
    addresses: Signing::Signs,
    subject: SubjectUse::Copied,
    client_auth: ClientAuth::Unknown,
    lives: &[],
    most_names: None,
    own_profiles: &[],
    says: "cfssl keeps the order of the DNS names and puts other kinds of names after them.",
    statements: &[Statement {
        text: "Names are grouped by kind: DNS, e-mail, IP, URI; each kind keeps its order.",
        source: "cloudflare/cfssl: signer/signer.go",
        mark: Mark::Documented,
    }],
};
