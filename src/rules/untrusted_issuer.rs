//! The chain does not lead to a trusted root.

use super::{Check, Context, Hit, Rule, Source};
use crate::clients::Fault;
use crate::facts::{Certificate, CertificationPath, issuers, obstacle};

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

fn check(
    cert: &Certificate,
    others: &[&Certificate],
    path: Option<&CertificationPath<'_>>,
    ctx: &Context<'_>,
) -> Option<Hit> {
    let issuer_is_here = cert.is_self_issued() || others.iter().any(|other| cert.names_as_issuer(other));
    // Where the issuer is missing, `incomplete-chain` says so.
    if !issuer_is_here || path.is_some() {
        return None;
    }
    let mut above = issuers(cert, others).enumerate();
    let obstacle = above.find_map(|(below, other)| Some((other, obstacle(other, cert, below, ctx.now)?)));
    let obstacle = obstacle.map(|(other, what)| format!("; {} {what}", other.identity.subject)).unwrap_or_default();
    Some(Hit::refuse(format!("issued by {}{obstacle}", cert.issuer)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::TrustStore;
    use crate::facts::fixture::leaf;

    fn judged(cert: &Certificate, others: &[&Certificate], trust: &TrustStore) -> Option<Hit> {
        let ctx = Context::plain();
        check(cert, others, trust.path(cert, others, ctx.now).as_ref(), &ctx)
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
    fn accepts_a_trusted_one() {
        assert_eq!(judged(&own(), &[], &TrustStore::new([own()])), None);
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
    fn leaves_a_missing_issuer_to_its_rule() {
        assert_eq!(judged(&leaf(["mail.contoso.com"]), &[&own()], &TrustStore::default()), None);
    }
}
