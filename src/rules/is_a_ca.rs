//! A CA's certificate where a server's should be.

use super::{Check, Context, Hit, Level, Remedy, Rule, Source};
use crate::clients::{Demands, Fault, Form};
use crate::facts::{Certificate, Item, Omission};

pub(super) const RULE: Rule = Rule {
    code: "is-a-ca",
    title: "the certificate is one for a CA, not for a server",
    why: "It says CA:TRUE, so whoever holds the key of this server can sign certificates for any name. Firefox's and \
          other libraries refuse it for a server, and no public CA signs it.",
    fix: "Ask for a certificate with CA:FALSE; keep the key of a CA away from servers.",
    source: Source::Rfc(5280, "4.2.1.9"),
    fault: Some(Fault::Authority),
    check: Check::ClientItem(check),
};

fn check(item: Item<'_>, demands: Option<&Demands>, ctx: &Context<'_>) -> Option<Hit> {
    if !item.identity().is_ca() {
        return None;
    }
    let level = match demands {
        None => ctx.authority.forbids_or_warns(),
        // Whether a CA signs it so is not known.
        Some(demands) => is_minded(item.certificate()?, demands).then_some(Level::Refused)?,
    };
    Some(Hit::new(level, "basicConstraints says CA:TRUE").remedy(Remedy::Reissue))
}

/// Some refuse any, others one that is not as a CA's has to be.
fn is_minded(cert: &Certificate, demands: &Demands) -> bool {
    let is_missed = |omission: &Omission| *omission != Omission::AuthorityKey && omission.is_of(cert);
    demands.refused_forms.contains(&Form::Authority) || demands.wanted.iter().any(is_missed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clients::Client;
    use crate::facts::BasicConstraints;
    use crate::facts::fixture::leaf;

    fn level(constraints: Option<BasicConstraints>, client: Option<&str>) -> Option<Level> {
        let mut cert = leaf(["mail.contoso.com"]);
        cert.identity.basic_constraints = constraints;
        let demands = client.map(|id| &Client::find(id).unwrap().demands);
        check(Item::Certificate(&cert), demands, &Context::private()).map(|hit| hit.level)
    }

    #[test]
    fn reports_a_ca() {
        let constraints = Some(BasicConstraints { ca: true, path_length: None });
        assert_eq!(level(constraints, None), Some(Level::Warning));
        assert_eq!(level(constraints, Some("rustls")), Some(Level::Refused));
        assert_eq!(level(constraints, Some("openssl")), None);
    }

    #[test]
    fn accepts_a_leaf_with_and_without_the_extension() {
        for client in [None, Some("rustls")] {
            assert_eq!(level(Some(BasicConstraints { ca: false, path_length: None }), client), None);
            assert_eq!(level(None, client), None);
        }
    }
}
