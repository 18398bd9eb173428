//! A key that can be broken, or that public CAs do not sign.

use std::iter;

use super::{Authority, Check, Context, Hit, Level, Remedy, Rule, Source};
use crate::clients::{Demands, Fault};
use crate::facts::{Certificate, Curve, Item, KeyKind, issuers};

pub(super) const RULE: Rule = Rule {
    code: "weak-key",
    title: "the key is too weak",
    why: "RSA keys below 2048 bits can be broken with enough money, so public CAs do not sign them and Apple's systems \
          and others refuse them, in the certificates of the issuing CAs too. The same goes for DSA and for curves that \
          only few programs know. Public CAs refuse keys of Debian's broken generator of 2008, of ROCA and with primes too close to \
          each other as well (BR 6.1.1.3); for these nothing is tested here.",
    fix: "Make a new key: RSA with 2048 bits serves every client, old ones too. If it is the key of a CA, have the \
          certificate issued by another one.",
    source: Source::BaselineRequirements("6.1.5"),
    fault: Some(Fault::WeakKey),
    check: Check::ClientChain(check),
};

/// BR 6.1.5
const LEAST_BITS: u32 = 2048;

fn check(item: Item<'_>, chain: &[&Certificate], demands: Option<&Demands>, ctx: &Context<'_>) -> Option<Hit> {
    if let Some(hit) = weakness(&item.identity().key.kind, demands, ctx) {
        return Some(hit.remedy(Remedy::NewKey));
    }
    let cert = item.certificate()?;
    // Most trust a root whatever its key is like.
    let root = || demands.filter(|demands| demands.root_keys).and_then(|_| root(cert, chain, ctx));
    issuers(cert, chain, ctx.trust)
        .chain(iter::from_fn(root).take(1))
        .find_map(|issuer| Some(weakness(&issuer.identity.key.kind, demands, ctx)?.of_issuer(issuer)))
}

/// The root by its name, as far as it came along or is trusted.
fn root<'a>(cert: &'a Certificate, chain: &'a [&'a Certificate], ctx: &Context<'a>) -> Option<&'a Certificate> {
    let last = issuers(cert, chain, ctx.trust).last().unwrap_or(cert);
    let sent = chain.iter().copied().find(|one| one.is_self_signed() && last.names_as_issuer(one));
    sent.or_else(|| ctx.trust?.named_issuer(last))
}

fn weakness(kind: &KeyKind, demands: Option<&Demands>, ctx: &Context<'_>) -> Option<Hit> {
    match (demands, kind) {
        (None, _) => by_standard(kind, ctx.authority),
        (Some(demands), KeyKind::Rsa { bits, .. } | KeyKind::RsaPss { bits }) if *bits < demands.rsa_bits => {
            Some(Hit::refuse(format!("{kind}, at least {} bits are wanted", demands.rsa_bits)))
        }
        _ => None,
    }
}

fn by_standard(kind: &KeyKind, authority: Authority) -> Option<Hit> {
    let level = authority.forbids_or_warns();
    match kind {
        KeyKind::Rsa { exponent: Some(exponent), .. } if *exponent == 1 || exponent % 2 == 0 => {
            Some(Hit::new(Level::Refused, format!("{kind} with exponent {exponent}, which protects nothing")))
        }
        KeyKind::Rsa { bits, .. } if *bits < LEAST_BITS => {
            Some(Hit::new(level, format!("{kind}, at least {LEAST_BITS} bits are wanted")))
        }
        KeyKind::Rsa { bits, .. } if bits % 8 != 0 && authority == Authority::Public => {
            Some(Hit::new(level, format!("{kind}, the size must be a multiple of 8")))
        }
        KeyKind::Ec(Curve::Other(_) | Curve::Explicit) => Some(Hit::new(level, described(kind))),
        KeyKind::Dsa { .. } => Some(Hit::new(level, kind.to_string())),
        // Known to today's clients, but no public CA signs them (BR 6.1.5).
        KeyKind::Ed25519 | KeyKind::Ed448 if authority == Authority::Public => {
            Some(Hit::new(level, format!("{kind}, which the Baseline Requirements do not know")))
        }
        KeyKind::RsaPss { bits } if *bits < LEAST_BITS => {
            Some(Hit::new(level, format!("{kind}, at least {LEAST_BITS} bits are wanted")))
        }
        KeyKind::Rsa { .. }
        | KeyKind::RsaPss { .. }
        | KeyKind::Ec(_)
        | KeyKind::Ed25519
        | KeyKind::Ed448
        // What clients cannot use is `unusable-key`.
        | KeyKind::MlDsa(_)
        | KeyKind::Agreement(_)
        | KeyKind::Other(_) => None,
    }
}

/// The kind of key, curves by name.
pub(super) fn described(kind: &KeyKind) -> String {
    match kind {
        KeyKind::Ec(Curve::Other(oid)) => format!("an EC key on the curve {}", curve(oid)),
        KeyKind::Ec(Curve::Explicit) => "an EC key with explicit parameters".to_owned(),
        kind => kind.to_string(),
    }
}

fn curve(oid: &str) -> &str {
    match oid {
        "1.3.132.0.10" => "secp256k1",
        "1.3.132.0.33" => "P-224",
        "1.2.840.10045.3.1.1" => "P-192",
        "1.3.36.3.3.2.8.1.1.7" => "brainpoolP256r1",
        "1.3.36.3.3.2.8.1.1.11" => "brainpoolP384r1",
        "1.3.36.3.3.2.8.1.1.13" => "brainpoolP512r1",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clients::Client;
    use crate::facts::TrustStore;
    use crate::facts::fixture::{leaf, subject};

    fn judged(kind: KeyKind, demands: Option<&Demands>, ctx: &Context<'_>) -> Option<Level> {
        let mut cert = leaf(["mail.contoso.com"]);
        cert.identity.key.kind = kind;
        check(Item::Certificate(&cert), &[], demands, ctx).map(|hit| hit.level)
    }

    fn rsa(bits: u32) -> KeyKind {
        KeyKind::Rsa { bits, exponent: Some(65537) }
    }

    #[test]
    fn weighs_keys_by_the_standard() {
        let warning = Some(Level::Warning);
        assert_eq!(judged(rsa(1024), None, &Context::private()), warning);
        assert_eq!(judged(rsa(1024), None, &Context::public()), Some(Level::Refused));
        assert_eq!(judged(rsa(2049), None, &Context::public()), Some(Level::Refused));
        assert_eq!(judged(KeyKind::Ec(Curve::Other("1.3.132.0.10".into())), None, &Context::plain()), warning);
        assert_eq!(judged(KeyKind::Ec(Curve::Explicit), None, &Context::plain()), warning);
        assert_eq!(judged(KeyKind::Dsa { bits: 2048 }, None, &Context::plain()), warning);
        for exponent in [1, 4] {
            let kind = KeyKind::Rsa { bits: 2048, exponent: Some(exponent) };
            assert_eq!(judged(kind, None, &Context::private()), Some(Level::Refused));
        }
    }

    #[test]
    fn holds_keys_to_what_a_client_demands() {
        let demands = || crate::clients::ALL.iter().map(|client| &client.demands);
        let strict = demands().find(|demands| demands.rsa_bits >= 2048);
        let lax = demands().find(|demands| demands.rsa_bits == 0);
        assert_eq!(judged(rsa(1024), strict, &Context::private()), Some(Level::Refused));
        assert_eq!(judged(rsa(1024), lax, &Context::private()), None);
    }

    #[test]
    fn looks_at_the_issuing_authorities_but_not_at_the_root() {
        let authority = |name: &str, issuer: &str, bits| {
            let mut cert = leaf([]);
            cert.identity.subject = subject(&[name]);
            cert.issuer = subject(&[issuer]);
            cert.identity.key.kind = rsa(bits);
            cert
        };
        let mut cert = leaf(["mail.contoso.com"]);
        cert.issuer = subject(&["Issuing CA"]);
        let (weak, good) = (authority("Issuing CA", "Root", 1024), authority("Issuing CA", "Root", 2048));
        let (root, other) = (authority("Root", "Root", 1024), authority("Other CA", "Root", 1024));
        let demands = |id| Client::find(id).map(|client| &client.demands);
        let apple = demands("apple-mail");
        let judged =
            |chain: &[&Certificate], demands| check(Item::Certificate(&cert), chain, demands, &Context::plain());
        for (client, level) in [(None, Level::Warning), (apple, Level::Refused)] {
            let hit = judged(&[&root, &weak], client).unwrap();
            assert_eq!((hit.level, hit.remedy), (level, Remedy::Manual));
            assert!(hit.detail.starts_with("the issuing CA CN=Issuing CA: RSA 1024"), "{}", hit.detail);
            assert_eq!(judged(&[&good, &root, &other], client), None);
        }
        // Some do look at it, sent or not.
        let hit = judged(&[&good, &root, &other], demands("openssl")).unwrap();
        assert!(hit.detail.starts_with("the issuing CA CN=Root: RSA 1024"), "{}", hit.detail);
        let trust = TrustStore::new([root]);
        let ctx = Context { trust: Some(&trust), ..Context::plain() };
        assert!(check(Item::Certificate(&cert), &[&good], demands("openssl"), &ctx).is_some());
        assert_eq!(check(Item::Certificate(&cert), &[&good], demands("go"), &ctx), None);
    }

    #[test]
    fn accepts_the_keys_of_today() {
        for kind in [rsa(2048), rsa(4096), KeyKind::Ec(Curve::P256), KeyKind::Ec(Curve::P384)] {
            assert_eq!(judged(kind, None, &Context::public()), None);
        }
        assert_eq!(judged(KeyKind::Ed25519, None, &Context::private()), None);
    }
}
