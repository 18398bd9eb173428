//! A kind of key that some clients cannot use.

use super::weak_key::described;
use super::{Authority, Check, Context, Hit, Level, Remedy, Rule, Source};
use crate::clients::{Demands, Fault, KeyFamily};
use crate::facts::Item;

pub(super) const RULE: Rule = Rule {
    code: "unusable-key",
    title: "some clients cannot use a key of this kind",
    why: "Server and client agree on a kind of key before the certificate is sent. A client that does not know the server's \
          ends the connection: most know RSA and the curves P-256 and P-384, many no other curve, some neither Ed25519 nor \
          Ed448, nor RSA keys that are marked for RSASSA-PSS alone, and only the newest ML-DSA. A key that signs nothing, \
          such as X25519 and ML-KEM, is of no use to any: no server can prove that it has it.",
    fix: "Make a new key: RSA with 2048 bits serves every client, old ones too.",
    source: Source::Rfc(8446, "4.2.3"),
    fault: Some(Fault::UnusableKey),
    check: Check::ClientItem(check),
};

fn check(item: Item<'_>, demands: Option<&Demands>, ctx: &Context<'_>) -> Option<Hit> {
    let kind = &item.identity().key.kind;
    let family = KeyFamily::of(kind)?;
    let level = match demands {
        _ if family == KeyFamily::Agreement => Some(Level::Refused),
        Some(demands) => demands.refused_keys.contains(&family).then_some(Level::Refused),
        None => by_standard(family, ctx.authority),
    };
    level.map(|level| Hit::new(level, described(kind)).remedy(Remedy::NewKey))
}

/// BR 6.1.5 and 7.1.3.1.1; what they say of the others is `weak-key`.
fn by_standard(family: KeyFamily, authority: Authority) -> Option<Level> {
    match family {
        KeyFamily::RsaPss => (authority == Authority::Public).then_some(Level::Refused),
        KeyFamily::MlDsa | KeyFamily::Other => Some(authority.forbids_or_warns()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clients::Client;
    use crate::facts::fixture::leaf;
    use crate::facts::{Curve, KeyKind};

    fn judged(kind: KeyKind, client: &str) -> Option<String> {
        let mut cert = leaf(["mail.contoso.com"]);
        cert.identity.key.kind = kind;
        let demands = &Client::find(client).unwrap().demands;
        check(Item::Certificate(&cert), Some(demands), &Context::plain()).map(|hit| hit.detail)
    }

    #[test]
    fn refuses_what_a_client_cannot_use() {
        for client in ["thunderbird", "outlook2007", "android4"] {
            assert_eq!(judged(KeyKind::Ed25519, client).as_deref(), Some("Ed25519"), "{client}");
        }
        assert!(judged(KeyKind::Ec(Curve::Other("1.3.132.0.33".into())), "openssl").is_some());
        assert!(judged(KeyKind::Dsa { bits: 2048 }, "gnutls").is_some());
    }

    #[test]
    fn refuses_kinds_that_nobody_has_heard_of() {
        for kind in [KeyKind::MlDsa("ML-DSA-65"), KeyKind::Other("1.2.3.4".into())] {
            assert!(judged(kind.clone(), "go").is_some() && judged(kind.clone(), "jsse").is_some());
            assert_eq!(judged(kind.clone(), "outlook2007"), None);
            assert!(judged(kind.clone(), "android4").is_some());
            let mut cert = leaf(["mail.contoso.com"]);
            cert.identity.key.kind = kind;
            let level = |ctx: &Context<'_>| check(Item::Certificate(&cert), None, ctx).map(|hit| hit.level);
            assert_eq!(level(&Context::public()), Some(Level::Refused));
            assert_eq!(level(&Context::private()), Some(Level::Warning));
        }
    }

    #[test]
    fn refuses_what_signs_nothing_whoever_signed_it() {
        assert_eq!(judged(KeyKind::Agreement("X25519"), "apple-mail").as_deref(), Some("X25519"));
        let mut cert = leaf(["mail.contoso.com"]);
        cert.identity.key.kind = KeyKind::Agreement("ML-KEM-768");
        let hit = check(Item::Certificate(&cert), None, &Context::private()).unwrap();
        assert_eq!((hit.level, hit.remedy), (Level::Refused, Remedy::NewKey));
    }

    #[test]
    fn accepts_what_it_can() {
        assert_eq!(judged(KeyKind::Ed25519, "openssl"), None);
        for kind in [KeyKind::Rsa { bits: 1024, exponent: Some(3) }, KeyKind::Ec(Curve::P384)] {
            assert_eq!(judged(kind, "thunderbird"), None);
        }
    }

    #[test]
    fn says_nothing_of_clients_that_nothing_is_known_of() {
        assert_eq!(judged(KeyKind::Ed448, "android"), None);
    }
}
