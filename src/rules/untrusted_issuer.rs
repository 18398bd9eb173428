//! The chain does not lead to a trusted root.

use super::{Check, Context, Hit, Level, Remedy, Rule, Source};
use crate::clients::{Demands, Fault, IssuerDemands};
use crate::facts::{Certificate, CertificationPath, Met, Obstacle, Place, Rewriting, loose_end, standing};

pub(super) const RULE: Rule = Rule {
    code: "untrusted-issuer",
    title: "no trusted root stands behind the certificate",
    why: "A client trusts a certificate when a chain of signatures leads from it to a root that is installed on the \
          client's machine.",
    fix: "Install the root of the private CA on every client, or ask a public CA for a certificate.",
    source: Source::Rfc(5280, "6.1"),
    fault: Some(Fault::Untrusted),
    check: Check::Trust(check),
};

/// RFC 5280 leaves it open what may be trusted (§6.1.1) and how a way is found (§6); many clients want a root and try one way.
const NARROW: Demands = Demands {
    issuers: IssuerDemands {
        unrooted: &[Obstacle::Unrooted, Obstacle::OwnUnrooted, Obstacle::OwnAlone],
        identifiers: &[
            Obstacle::KeyIdentifier,
            Obstacle::IssuerAndSerial,
            Obstacle::Rewritten(Rewriting::Type),
            Obstacle::Rewritten(Rewriting::Ia5),
            Obstacle::Rewritten(Rewriting::RareType),
            Obstacle::Rewritten(Rewriting::Case),
            Obstacle::Rewritten(Rewriting::Spaces),
        ],
        limits: &Obstacle::LIMITS,
        detours: &[Obstacle::AfterOther, Obstacle::AfterUnfit, Obstacle::AfterLapsed, Obstacle::AfterNamesake],
        ..IssuerDemands::USUAL
    },
    ..Demands::NONE
};

fn check(
    cert: &Certificate,
    others: &[&Certificate],
    ways: &[CertificationPath<'_>],
    demands: Option<&Demands>,
    ctx: &Context<'_>,
) -> Option<Hit> {
    if !ways.is_empty() {
        return standing_in(cert, ways, demands);
    }
    let demands = demands.unwrap_or(&Demands::NONE);
    let issuer_is_here = cert.is_self_signed() || others.iter().any(|other| cert.names_as_issuer(other));
    // A root of that name is known, but it is not the one that signed.
    let is_other = ctx.trust.is_some_and(|trust| trust.knows_issuer_of(cert));
    // Where the issuer is missing, `incomplete-chain` says so.
    if !(issuer_is_here || is_other) {
        return None;
    }
    if !issuer_is_here {
        return Some(Hit::refuse(format!("the trusted root {} has another key and did not sign it", cert.issuer)));
    }
    let told = standing(cert, others, ctx.now).find(|met| demands.minds(met)).map(|met| format!("; {met}"));
    if cert.is_self_signed() {
        let cure = Remedy::ByHand(super::self_signed::RULE.fix.to_owned());
        return Some(Hit::refuse(format!("issued by itself{}", told.unwrap_or_default())).remedy(cure));
    }
    let is_missing = |end| !ctx.trust.is_some_and(|trust| trust.knows_issuer_of(end));
    // So it does where one further up is missing.
    if told.is_none() && loose_end(cert, others).is_some_and(is_missing) {
        return None;
    }
    Some(Hit::refuse(format!("issued by {}{}", cert.issuer, told.unwrap_or_default())))
}

/// Where no way that the client goes leads to what it takes for a root.
fn standing_in(cert: &Certificate, ways: &[CertificationPath<'_>], demands: Option<&Demands>) -> Option<Hit> {
    let (level, met) = hindrance(ways, demands).filter(|(_, met)| is_astray(met))?;
    Some(Hit::new(level, format!("issued by {}; {met}", cert.issuer)).remedy(Remedy::of_way(met)))
}

/// What keeps a client from every way to a trusted root; without one, what keeps all or many.
pub(super) fn hindrance<'a>(
    ways: &'a [CertificationPath<'a>],
    demands: Option<&Demands>,
) -> Option<(Level, &'a Met<'a>)> {
    let minded = |demands: &Demands, level| Some((level, demands.hindrance_on_all(ways)?));
    match demands {
        Some(demands) => minded(demands, Level::Refused),
        None => minded(&Demands::NONE, Level::Refused).or_else(|| minded(&NARROW, Level::Warning)),
    }
}

/// True when the client takes another way, or looks for another CA, than the one that would do. Else something is with the CA
/// that it meets.
pub(super) fn is_astray(met: &Met<'_>) -> bool {
    let Met { obstacle, place, .. } = met;
    obstacle.is_unrooted() || obstacle.is_misnomer() || *place == Place::Between && obstacle.is_detour()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::{issued, leaf};
    use crate::facts::{BasicConstraints, KeyUsage, TrustStore};

    fn judged(cert: &Certificate, others: &[&Certificate], trust: &TrustStore) -> Option<Hit> {
        let ctx = Context::plain();
        check(cert, others, &trust.ways(cert, others, ctx.now), None, &ctx)
    }

    fn own() -> Certificate {
        let mut cert = leaf(["mail.contoso.com"]);
        cert.issuer = cert.identity.subject.clone();
        cert
    }

    #[test]
    fn refuses_a_chain_to_nowhere() {
        assert!(judged(&own(), &[], &TrustStore::default()).is_some());
    }

    #[test]
    fn says_of_a_certificate_of_its_own_what_to_do_with_it() {
        let hit = judged(&own(), &[], &TrustStore::default()).unwrap();
        assert_eq!(hit.detail, "issued by itself");
        assert!(hit.remedy.words(&RULE).starts_with("Install it as trusted"), "{:?}", hit.remedy);
    }

    #[test]
    fn accepts_a_trusted_one() {
        assert_eq!(judged(&own(), &[], &TrustStore::new([own()])), None);
    }

    #[test]
    fn says_what_is_trusted_and_no_root() {
        let cert = leaf(["mail.contoso.com"]);
        let trust = TrustStore::new([cert.clone()]);
        let hit = judged(&cert, &[], &trust).unwrap();
        assert_eq!(hit.level, Level::Warning);
        assert!(hit.detail.ends_with("which signed it, is not trusted"), "{}", hit.detail);
        assert!(hit.remedy.words(&RULE).starts_with("Install the root of that CA"));
        let ctx = Context::plain();
        let ways = trust.ways(&cert, &[], ctx.now);
        for (id, expected) in [("openssl", Some(Level::Refused)), ("rustls", Some(Level::Refused)), ("go", None)] {
            let demands = &crate::clients::Client::find(id).unwrap().demands;
            let hit = check(&cert, &[], &ways, Some(demands), &ctx);
            assert_eq!(hit.map(|hit| hit.level), expected, "{id}");
        }
    }

    #[test]
    fn says_which_certificate_may_not_sign() {
        let cert = leaf(["mail.contoso.com"]);
        let mut issuer = own();
        issuer.identity.subject = cert.issuer.clone();
        let hit = judged(&cert, &[&issuer], &TrustStore::default()).unwrap();
        assert!(hit.detail.ends_with(" is not a CA"), "{}", hit.detail);
    }

    #[test]
    fn says_where_another_certificate_of_a_ca_comes_first() {
        let authority = |issuer: &str, name: &str| {
            let mut cert = issued(name, issuer);
            cert.identity.basic_constraints = Some(BasicConstraints { ca: true, path_length: None });
            cert.identity.key_usage = Some(KeyUsage::KEY_CERT_SIGN);
            cert.subject_key_id = Some(name.as_bytes().into());
            cert.authority_key_id = Some(issuer.as_bytes().into());
            cert.identity.key.spki = name.as_bytes().into();
            cert
        };
        let mut cert = issued("mail", "Between");
        cert.authority_key_id = Some(Box::from(*b"Between"));
        let (dead_end, way_out) = (authority("Other", "Between"), authority("Root", "Between"));
        let trust = TrustStore::new([authority("Root", "Root")]);
        let hit = judged(&cert, &[&dead_end, &way_out], &trust).unwrap();
        assert_eq!(hit.level, Level::Warning);
        assert!(hit.detail.ends_with("; the one that CN=Root signed does"), "{}", hit.detail);
        assert!(hit.remedy.words(&RULE).starts_with("Leave the other certificate"));
        assert_eq!(judged(&cert, &[&way_out, &dead_end], &trust), None);
    }

    #[test]
    fn tells_a_root_of_the_same_name() {
        let cert = leaf(["mail.contoso.com"]);
        let mut root = own();
        (root.identity.subject, root.issuer) = (cert.issuer.clone(), cert.issuer.clone());
        (root.subject_key_id, root.identity.key.spki) = (Some(Box::from([1])), Box::from([2]));
        let signed = Certificate { authority_key_id: Some(Box::from([3])), ..cert };
        let trust = TrustStore::new([root]);
        let ctx = Context { trust: Some(&trust), ..Context::plain() };
        let hit = check(&signed, &[], &trust.ways(&signed, &[], ctx.now), None, &ctx).unwrap();
        assert!(hit.detail.contains("has another key"), "{}", hit.detail);
    }

    #[test]
    fn leaves_a_missing_issuer_further_up_to_its_rule() {
        let (mail, mut low) = (issued("mail", "Low"), issued("Low", "High"));
        low.identity.basic_constraints = Some(BasicConstraints { ca: true, path_length: None });
        low.identity.key_usage = Some(KeyUsage::KEY_CERT_SIGN);
        assert_eq!(judged(&mail, &[&low], &TrustStore::default()), None);
        // What stands in the way is told all the same, and so is a root that nobody trusts.
        assert!(judged(&mail, &[&issued("Low", "High")], &TrustStore::default()).is_some());
        assert!(judged(&mail, &[&low, &issued("High", "High")], &TrustStore::default()).is_some());
    }

    #[test]
    fn leaves_a_missing_issuer_to_its_rule() {
        assert_eq!(judged(&leaf(["mail.contoso.com"]), &[&own()], &TrustStore::default()), None);
    }
}
