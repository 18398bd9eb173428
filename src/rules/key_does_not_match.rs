//! The private key belongs to another certificate.

use super::{Check, Context, Hit, Remedy, Rule, Source};
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
    if subject.keys.own.is_some() {
        return None;
    }
    // A key that belongs to another item of the same source is not meant for this one.
    let stray = subject.keys.stray?;
    let (wanted, found) = (&subject.item.identity().key.kind, &stray.public.kind);
    let detail = match wanted == found {
        true => format!("the certificate is for another {wanted} key"),
        false => format!("the certificate is for {wanted}, the key is {found}"),
    };
    Some(Hit::refuse(detail).remedy(Remedy::ManualOrReissue))
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
        let keys = evidence.keys_of(item);
        let subject = Subject { evidence: &evidence, item, chain: Vec::new(), before: 0, keys };
        assert_eq!(check(&subject, &Context::plain()), None);
    }

    #[test]
    fn takes_no_longer_for_each_of_many_than_for_one() {
        use std::time::{Duration, Instant};
        let public = |number: u32| PublicKey { spki: number.to_be_bytes().into(), ..leaf([]).identity.key };
        let cert = |number: u32| {
            let mut cert = leaf(["mail.contoso.com"]);
            (cert.der, cert.identity.key) = (number.to_be_bytes().into(), public(number));
            cert
        };
        let mut evidence = evidence((0..10_000).map(cert).collect());
        let strays = (10_000..20_000).map(|number| PrivateKey { pkcs8: Vec::new().into(), public: public(number) });
        evidence.keys.extend(strays.map(KeyEntry::Open));
        let begun = Instant::now();
        let subjects = evidence.subjects();
        assert!(subjects.len() == 10_000 && subjects.iter().all(|subject| check(subject, &Context::plain()).is_some()));
        // To look at all of them again for each takes half a minute.
        assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
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
