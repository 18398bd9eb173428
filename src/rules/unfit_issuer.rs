//! A CA between certificate and root is not fit to sign.

use super::untrusted_issuer::{hindrance, is_astray};
use super::{Check, Context, Hit, Remedy, Rule, Source};
use crate::clients::{Demands, Fault};
use crate::facts::{Certificate, CertificationPath, Place};

pub(super) const RULE: Rule = Rule {
    code: "unfit-issuer",
    title: "clients refuse a CA of the chain",
    why: "The root is trusted, and a CA between it and the certificate has expired, may not sign such a certificate, or has a \
          key or an extension that some programs do not know. They refuse all that it signed.",
    fix: "Ask the CA for an intermediate certificate without that fault, and put it in the place of the other. If the CA is \
          your own, make its intermediate anew with the same name and key.",
    source: Source::Rfc(5280, "6.1.4"),
    fault: Some(Fault::SpoiltChain),
    check: Check::Trust(check),
};

fn check(
    _: &Certificate,
    _: &[&Certificate],
    ways: &[CertificationPath<'_>],
    demands: Option<&Demands>,
    _: &Context<'_>,
) -> Option<Hit> {
    let (level, met) = hindrance(ways, demands).filter(|(_, met)| met.place == Place::Between && !is_astray(met))?;
    Some(Hit::new(level, met.to_string()).remedy(Remedy::of_way(met)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clients::Client;
    use crate::facts::fixture::issued;
    use crate::facts::{BasicConstraints, TrustStore, extension};
    use crate::rules::Level;

    /// What is found where a root has signed this CA, and that one the certificate.
    fn judged(spoil: fn(&mut Certificate), client: Option<&str>) -> Option<(Level, String)> {
        let authority = |name: &str, issuer: &str| {
            let mut cert = issued(name, issuer);
            (cert.identity.key_usage, cert.identity.purposes) = (None, None);
            cert.identity.basic_constraints = Some(BasicConstraints { ca: true, path_length: None });
            cert.subject_key_id = Some(name.as_bytes().into());
            cert.authority_key_id = Some(issuer.as_bytes().into());
            cert.identity.key.spki = name.as_bytes().into();
            cert
        };
        let mut cert = issued("mail", "Between");
        cert.authority_key_id = Some(Box::from(*b"Between"));
        let mut middle = authority("Between", "Root");
        spoil(&mut middle);
        let (trust, ctx) = (TrustStore::new([authority("Root", "Root")]), Context::plain());
        let (pool, demands) = ([&middle], client.map(|id| &Client::find(id).unwrap().demands));
        let ways = trust.ways(&cert, &pool, ctx.now);
        assert_eq!(ways.len(), 1, "one way leads to the root");
        let hit = check(&cert, &pool, &ways, demands, &ctx)?;
        let others = [super::super::untrusted_issuer::RULE, super::super::unfit_root::RULE];
        for rule in others {
            let Check::Trust(other) = rule.check else { panic!("{} is no rule about trust", rule.code) };
            assert_eq!(other(&cert, &pool, &ways, demands, &ctx), None, "{} leaves it to this one", rule.code);
        }
        Some((hit.level, hit.detail))
    }

    #[test]
    fn tells_which_has_expired() {
        let end = |cert: &mut Certificate| {
            cert.not_after = cert.not_before;
            cert.not_before = cert.not_before.plus_days(-365);
        };
        for client in [None, Some("openssl"), Some("go")] {
            let told = (Level::Refused, "CN=Between has expired: it ended 2026-08-01".to_owned());
            assert_eq!(judged(end, client), Some(told), "{client:?}");
        }
    }

    #[test]
    fn speaks_of_limits_for_those_that_do_not_know_them() {
        let limit = |cert: &mut Certificate| cert.critical.push(extension::NAME_CONSTRAINTS.into());
        for (client, expected) in [("mbedtls", Some(Level::Refused)), ("openssl", None), ("schannel", None)] {
            assert_eq!(judged(limit, Some(client)).map(|(level, _)| level), expected, "{client}");
        }
    }

    #[test]
    fn accepts_one_that_may_sign() {
        for client in [None, Some("openssl"), Some("mbedtls"), Some("go")] {
            assert_eq!(judged(|_| {}, client), None);
        }
    }
}
