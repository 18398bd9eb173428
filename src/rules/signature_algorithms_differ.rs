//! One algorithm is named inside the certificate, and another beside its signature.

use super::{Check, Context, Hit, Remedy, Rule, Source};
use crate::clients::{Demands, Fault, Form};
use crate::facts::{Certificate, Item, issuers};

pub(super) const RULE: Rule = Rule {
    code: "signature-algorithms-differ",
    title: "the certificate names two algorithms for one signature",
    why: "A certificate says twice how it was signed: inside, where the signature protects it, and beside the signature. Both \
          have to be the same. Programs refuse the certificate, in the chain too, and few say why.",
    fix: "Have it issued again; the tool that signed it is broken, so use another. If it is the certificate of an issuing CA, \
          ask the CA for a new one.",
    source: Source::Rfc(5280, "4.1.1.2"),
    fault: Some(Fault::InnerAlgorithm),
    check: Check::ClientChain(check),
};

fn check(item: Item<'_>, chain: &[&Certificate], demands: Option<&Demands>, ctx: &Context<'_>) -> Option<Hit> {
    let cert = item.certificate()?;
    if let Some(hit) = difference(cert, demands) {
        return Some(hit.remedy(Remedy::Reissue));
    }
    // Nearly always there are none, and the way up need not be gone.
    if !chain.iter().any(|one| one.inner_signature.is_some()) {
        return None;
    }
    issuers(cert, chain, ctx.trust).find_map(|issuer| Some(difference(issuer, demands)?.of_issuer(issuer)))
}

fn difference(cert: &Certificate, demands: Option<&Demands>) -> Option<Hit> {
    let inner = cert.inner_signature.as_ref()?;
    let is_other = inner.oid != cert.signature.oid;
    let form = if is_other { Form::OtherInnerAlgorithm } else { Form::OtherInnerParameters };
    if demands.is_some_and(|demands| !demands.refused_forms.contains(&form)) {
        return None;
    }
    Some(Hit::refuse(if is_other {
        format!("{inner} inside, {} beside the signature", cert.signature)
    } else {
        format!("{inner} both times, with other parameters inside than beside the signature")
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clients::Client;
    use crate::facts::fixture::{issued, leaf};
    use crate::facts::{Digest, SignatureAlgorithm};

    fn inside(oid: &str, name: &'static str, cert: Certificate) -> Certificate {
        let inner = SignatureAlgorithm { oid: oid.into(), name, digest: Digest::Sha384, is_usual: true };
        Certificate { inner_signature: Some(Box::new(inner)), ..cert }
    }

    fn judged(cert: &Certificate, chain: &[&Certificate], client: Option<&str>) -> Option<Hit> {
        let demands = client.map(|id| &Client::find(id).unwrap().demands);
        check(Item::Certificate(cert), chain, demands, &Context::plain())
    }

    #[test]
    fn refuses_another_algorithm() {
        let cert = inside("1.2.840.113549.1.1.12", "sha384WithRSAEncryption", leaf(["mail.contoso.com"]));
        let hit = judged(&cert, &[], None).unwrap();
        assert_eq!(hit.detail, "sha384WithRSAEncryption inside, sha256WithRSAEncryption beside the signature");
        assert_eq!(hit.remedy, Remedy::Reissue);
        assert!(judged(&cert, &[], Some("jsse")).is_some() && judged(&cert, &[], Some("thunderbird")).is_some());
        assert_eq!(judged(&cert, &[], Some("outlook2007")), None);
    }

    #[test]
    fn speaks_for_the_clients_that_compare_parameters_too() {
        let cert = inside("1.2.840.113549.1.1.11", "sha256WithRSAEncryption", leaf(["mail.contoso.com"]));
        assert!(judged(&cert, &[], Some("openssl")).is_some());
        assert_eq!(judged(&cert, &[], Some("gnutls")), None);
        assert_eq!(judged(&cert, &[], Some("thunderbird")), None);
    }

    #[test]
    fn looks_at_the_issuing_authorities() {
        let cert = issued("mail", "Between");
        let between = inside("1.2.840.113549.1.1.12", "sha384WithRSAEncryption", issued("Between", "Root"));
        let hit = judged(&cert, &[&between], Some("openssl")).unwrap();
        assert!(hit.detail.starts_with("the issuing CA CN=Between: sha384"), "{}", hit.detail);
        assert_eq!(hit.remedy, Remedy::Manual);
    }

    #[test]
    fn accepts_the_same_twice() {
        assert_eq!(judged(&leaf(["mail.contoso.com"]), &[&issued("Test CA", "Root")], None), None);
    }
}
