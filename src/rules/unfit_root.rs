//! The trusted root is not fit to sign.

use super::{Check, Context, Hit, Remedy, Rule, Source};
use crate::clients::{Demands, Fault, IssuerDemands};
use crate::facts::{Certificate, CertificationPath, Obstacle, Place};

pub(super) const RULE: Rule = Rule {
    code: "unfit-root",
    title: "the trusted root is not fit to sign",
    why: "The root is installed, but its own certificate has expired or does not let it sign, or its key is of a kind that \
          some programs do not know. Some trust a root whatever its certificate says; most look at it as at any other \
          CA and refuse all that it signed.",
    fix: "Install the CA's present root on the clients. If the CA is your own, make its root anew with the same name and \
          key, so that what it signed stays good, and install that.",
    source: Source::Rfc(5280, "6.1.4"),
    fault: Some(Fault::SpoiltChain),
    check: Check::Trust(check),
};

/// RFC 5280 leaves it open whether a root's own certificate is looked at; names it may limit (§6.1).
const STRICT: Demands = Demands {
    issuers: IssuerDemands {
        roots: &[
            Obstacle::NotAuthority,
            Obstacle::Unstated,
            Obstacle::Bare,
            Obstacle::NoCertSign,
            Obstacle::TooDeep,
            Obstacle::NotYetValid,
            Obstacle::Expired,
            Obstacle::InnerAlgorithm,
            Obstacle::Names,
        ],
        limits: &Obstacle::LIMITS,
        ..IssuerDemands::USUAL
    },
    ..Demands::NONE
};

fn check(
    _: &Certificate,
    _: &[&Certificate],
    ways: &[CertificationPath<'_>],
    demands: Option<&Demands>,
    _: &Context<'_>,
) -> Option<Hit> {
    let met = demands.unwrap_or(&STRICT).hindrance_on_all(ways).filter(|met| met.place != Place::Between)?;
    // Where it is none, or another is meant, `untrusted-issuer` says so.
    if met.obstacle.is_unrooted() || met.obstacle.is_misnomer() {
        return None;
    }
    let told = format!("the trusted root {met}");
    let hit = if demands.is_some() || Demands::NONE.minds(met) { Hit::refuse(told) } else { Hit::warn(told) };
    Some(hit.remedy(Remedy::of_way(met)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clients::Client;
    use crate::facts::fixture::issued;
    use crate::facts::{BasicConstraints, TrustStore};
    use crate::rules::Level;

    /// What is found where this root has signed, with so many CAs between; signatures are not of a kind that is checked.
    fn judged(spoil: fn(&mut Certificate), between: bool, client: Option<&str>) -> Option<(Level, String)> {
        let authority = |name: &str| {
            let mut cert = issued(name, "Root");
            (cert.identity.key_usage, cert.identity.purposes) = (None, None);
            cert.identity.basic_constraints = Some(BasicConstraints { ca: true, path_length: None });
            (cert.subject_key_id, cert.authority_key_id) =
                (Some(Box::from(name.as_bytes())), Some(Box::from(*b"Root")));
            cert.identity.key.spki = name.as_bytes().into();
            cert
        };
        let mut cert = issued("mail", if between { "Between" } else { "Root" });
        cert.authority_key_id = Some(cert.issuer.common_names().next().unwrap().as_bytes().into());
        cert.identity.key.spki = Box::from(*b"mail");
        let (mut root, middle) = (authority("Root"), authority("Between"));
        spoil(&mut root);
        let (trust, ctx) = (TrustStore::new([root]), Context::plain());
        let ways = trust.ways(&cert, &[&middle], ctx.now);
        assert_eq!(ways.len(), 1, "one way leads to the root");
        let demands = client.map(|id| &Client::find(id).unwrap().demands);
        check(&cert, &[&middle], &ways, demands, &ctx).map(|hit| (hit.level, hit.detail))
    }

    fn end(root: &mut Certificate) {
        root.not_after = root.not_before;
        root.not_before = root.not_before.plus_days(-365);
    }

    #[test]
    fn tells_which_root_has_expired() {
        let (level, detail) = judged(end, false, None).unwrap();
        assert_eq!((level, &*detail), (Level::Warning, "the trusted root CN=Root has expired: it ended 2026-08-01"));
    }

    #[test]
    fn speaks_for_the_clients_that_look_at_it() {
        for (client, near, far) in
            [("openssl", true, true), ("jsse", false, false), ("rustls", false, false), ("outlook2007", false, false)]
        {
            let refuses =
                |between| judged(end, between, Some(client)).is_some_and(|(level, _)| level == Level::Refused);
            assert_eq!((refuses(false), refuses(true)), (near, far), "{client}");
        }
    }

    #[test]
    fn accepts_a_root_that_may_sign() {
        for client in [None, Some("openssl"), Some("jsse"), Some("go")] {
            assert_eq!(judged(|_| {}, true, client), None);
        }
    }
}
