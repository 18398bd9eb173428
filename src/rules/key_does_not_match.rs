//! The private key belongs to another certificate.

use std::collections::HashSet;

use super::{Check, Context, Hit, Rule, Source};
use crate::facts::Subject;

pub(super) const RULE: Rule = Rule {
    code: "key-does-not-match",
    title: "the private key belongs to another certificate",
    why: "In every handshake the server proves that it holds the key of its certificate. With another key no \
          connection comes about, and most servers do not even start.",
    fix: "Find the key that the request was made with, or make a new key and request.",
    source: Source::Rfc(8446, "4.4.3"),
    fault: None,
    check: Check::Key(check),
};

fn check(subject: &Subject<'_>, _: &Context<'_>) -> Option<Hit> {
    let evidence = subject.evidence;
    let wanted = &subject.item.identity().key;
    if evidence.open_keys().any(|key| key.public == *wanted) {
        return None;
    }
    // A key that belongs to another item of the same source is not meant for this one.
    let of_certificates = evidence.certificates.iter().map(|cert| &*cert.identity.key.spki);
    let of_requests = evidence.requests.iter().map(|request| &*request.identity.key.spki);
    let owned: HashSet<&[u8]> = of_certificates.chain(of_requests).collect();
    let stray = evidence.open_keys().find(|key| !owned.contains(&*key.public.spki))?;
    let (wanted, found) = (&wanted.kind, &stray.public.kind);
    Some(Hit::refuse(match wanted == found {
        true => format!("the certificate is for another {wanted} key"),
        false => format!("the certificate is for {wanted}, the key is {found}"),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::{evidence, leaf};
    use crate::facts::{KeyEntry, PrivateKey, PublicKey};

    fn judged(spki: &[u8]) -> Option<Hit> {
        let mut evidence = evidence(vec![leaf(["mail.contoso.com"])]);
        let public = PublicKey { spki: spki.into(), kind: evidence.certificates[0].identity.key.kind.clone() };
        evidence.keys.push(KeyEntry::Open(PrivateKey { pkcs8: Vec::new().into(), public }));
        check(&evidence.subjects()[0], &Context::plain())
    }

    #[test]
    fn accepts_keys_of_other_certificates_in_any_order() {
        let public = |spki: &[u8]| PublicKey { spki: spki.into(), ..leaf([]).identity.key };
        let certs: Vec<_> = [b"one", b"two", b"own"]
            .map(|spki| {
                let mut cert = leaf(["mail.contoso.com"]);
                cert.identity.key = public(spki);
                cert
            })
            .into();
        let mut evidence = evidence(certs);
        for spki in [b"two", b"one"] {
            evidence.keys.push(KeyEntry::Open(PrivateKey { pkcs8: Vec::new().into(), public: public(spki) }));
        }
        let item = crate::facts::Item::Certificate(&evidence.certificates[2]);
        let subject = Subject { evidence: &evidence, item, chain: Vec::new(), before: 0 };
        assert_eq!(check(&subject, &Context::plain()), None);
    }

    #[test]
    fn refuses_a_stray_key() {
        let hit = judged(b"another key").unwrap();
        assert!(hit.detail.starts_with("the certificate is for another "), "{}", hit.detail);
    }

    #[test]
    fn accepts_its_own_key() {
        assert_eq!(judged(b"key"), None);
    }
}
