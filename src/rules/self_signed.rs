//! Its own issuer.

use super::{Check, Context, Hit, Rule, Source};
use crate::facts::Certificate;

pub(super) const RULE: Rule = Rule {
    code: "self-signed",
    title: "the certificate is its own issuer",
    why: "No client trusts it until it has been installed on that machine. Inside a company that can be done for all \
          machines at once; strangers and telephones will be asked whether to go on.",
    fix: "Install it as trusted on every client, or ask a public CA for a certificate.",
    source: Source::Rfc(5280, "3.2"),
    fault: None,
    check: Check::Certificate(check),
};

fn check(cert: &Certificate, ctx: &Context<'_>) -> Option<Hit> {
    // Where clients trust it, that has been done.
    if !cert.is_self_signed() || ctx.trust.is_some_and(|trust| trust.holds(cert)) {
        return None;
    }
    let odd = if cert.names_as_issuer(cert) { "" } else { ", though the key identifiers differ" };
    Some(Hit::note(format!("issuer and subject are the same{odd}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::TrustStore;
    use crate::facts::fixture::leaf;

    fn own() -> Certificate {
        let mut cert = leaf(["mail.contoso.com"]);
        cert.issuer = cert.identity.subject.clone();
        cert
    }

    #[test]
    fn notes_a_certificate_of_its_own() {
        assert!(check(&own(), &Context::private()).is_some());
    }

    #[test]
    fn accepts_one_that_is_trusted() {
        let trust = TrustStore::new([own()]);
        assert_eq!(check(&own(), &Context { trust: Some(&trust), ..Context::private() }), None);
        let none = TrustStore::default();
        assert!(check(&own(), &Context { trust: Some(&none), ..Context::private() }).is_some());
    }

    #[test]
    fn tells_when_the_key_identifiers_differ() {
        let mut odd = own();
        odd.authority_key_id = Some(Box::from([1]));
        odd.subject_key_id = Some(Box::from([2]));
        assert!(check(&odd, &Context::private()).unwrap().detail.ends_with("though the key identifiers differ"));
    }

    #[test]
    fn says_nothing_when_another_issuer_signed() {
        assert_eq!(check(&leaf(["mail.contoso.com"]), &Context::plain()), None);
    }
}
