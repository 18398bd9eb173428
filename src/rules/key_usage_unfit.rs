//! The key usage does not let the key serve TLS.

use super::{Authority, Check, Context, Hit, Remedy, Rule, Source};
use crate::clients::{Demands, Fault};
use crate::facts::{Identity, Item, KeyKind, KeyUsage};

pub(super) const RULE: Rule = Rule {
    code: "key-usage-unfit",
    title: "the key usage does not fit a TLS server",
    why: "TLS 1.3 and every modern handshake sign with the server's key, so the key usage has to include \
          digitalSignature; RSA keys may also have keyEncipherment. Public CAs must not sign others, such as \
          nonRepudiation.",
    fix: "Ask for a certificate with digitalSignature, for RSA with keyEncipherment too, and nothing else.",
    source: Source::BaselineRequirements("7.1.2.7.11"),
    fault: Some(Fault::KeyUsage),
    check: Check::ClientItem(check),
};

fn check(item: Item<'_>, demands: Option<&Demands>, ctx: &Context<'_>) -> Option<Hit> {
    let identity = item.identity();
    let usage = identity.key_usage?;
    match demands {
        None => by_standard(identity, usage, ctx),
        Some(demands) if demands.key_usage == KeyUsage::default() || usage.intersects(demands.key_usage) => None,
        Some(_) => Some(Hit::refuse(lacking(usage)).remedy(Remedy::Reissue)),
    }
}

/// What it may do, when it may not sign.
fn lacking(usage: KeyUsage) -> String {
    match names(usage) {
        none if none.is_empty() => "no usage at all".to_owned(),
        only => format!("no digitalSignature, only {only}"),
    }
}

fn names(usage: KeyUsage) -> String {
    usage.names().collect::<Vec<_>>().join(", ")
}

fn by_standard(identity: &Identity, usage: KeyUsage, ctx: &Context<'_>) -> Option<Hit> {
    // That a CA's key signs certificates is what `is-a-ca` is about.
    if identity.is_ca() {
        return None;
    }
    let (exchange, others) = match &identity.key.kind {
        KeyKind::Rsa { .. } => {
            let exchange = KeyUsage::KEY_ENCIPHERMENT;
            (exchange, exchange.with(KeyUsage::DIGITAL_SIGNATURE).with(KeyUsage::DATA_ENCIPHERMENT))
        }
        KeyKind::Ec(_) => (KeyUsage::KEY_AGREEMENT, KeyUsage::DIGITAL_SIGNATURE.with(KeyUsage::KEY_AGREEMENT)),
        _ => (KeyUsage::default(), KeyUsage::DIGITAL_SIGNATURE),
    };
    // `signing-usage-in-leaf` speaks of keyCertSign.
    let allowed = others.with(KeyUsage::KEY_CERT_SIGN);
    let signs = usage.contains(KeyUsage::DIGITAL_SIGNATURE);
    let hit = if !signs && usage.intersects(exchange) {
        // Enough for TLS 1.2 with key exchanges that are going away (RFC 8446 §4.4.2.2).
        Hit::warn(lacking(usage))
    } else if !signs {
        Hit::refuse(lacking(usage))
    } else if ctx.authority == Authority::Public && !allowed.contains(usage) {
        Hit::refuse(format!("not allowed in public certificates: {}", names(KeyUsage(usage.0 & !allowed.0))))
    } else {
        return None;
    };
    Some(hit.remedy(Remedy::Reissue))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clients::Client;
    use crate::facts::fixture::{identity, leaf};
    use crate::rules::Level;

    const RSA: KeyKind = KeyKind::Rsa { bits: 2048, exponent: Some(65537) };

    fn judged(kind: KeyKind, usage: KeyUsage, ctx: &Context<'_>) -> Option<Level> {
        let mut names = identity(["mail.contoso.com"]);
        names.key.kind = kind;
        names.key_usage = Some(usage);
        by_standard(&names, usage, ctx).map(|hit| hit.level)
    }

    fn asked(usage: Option<KeyUsage>, demands: Option<&Demands>) -> Option<String> {
        let mut cert = leaf(["mail.contoso.com"]);
        cert.identity.key_usage = usage;
        check(Item::Certificate(&cert), demands, &Context::public()).map(|hit| hit.detail)
    }

    #[test]
    fn holds_a_usage_to_what_clients_demand() {
        let demands = |id| Client::find(id).map(|client| &client.demands);
        let exchange = Some(KeyUsage::KEY_ENCIPHERMENT);
        assert_eq!(asked(exchange, demands("openssl")), None);
        assert_eq!(asked(exchange, demands("gnutls")).unwrap(), "no digitalSignature, only keyEncipherment");
        assert!(asked(Some(KeyUsage::KEY_CERT_SIGN), demands("openssl")).is_some());
        for client in ["go", "outlook2007"] {
            assert_eq!(asked(Some(KeyUsage::KEY_CERT_SIGN), demands(client)), None);
        }
    }

    #[test]
    fn leaves_keys_that_sign_certificates_to_their_own_rule() {
        let usage = KeyUsage::DIGITAL_SIGNATURE.with(KeyUsage::KEY_CERT_SIGN);
        assert_eq!(judged(RSA, usage, &Context::public()), None);
    }

    #[test]
    fn wants_a_key_that_may_sign() {
        let plain = Context::plain();
        assert_eq!(judged(RSA, KeyUsage::KEY_ENCIPHERMENT, &plain), Some(Level::Warning));
        assert_eq!(judged(KeyKind::Ed25519, KeyUsage::KEY_ENCIPHERMENT, &plain), Some(Level::Refused));
        assert_eq!(judged(RSA, KeyUsage::KEY_CERT_SIGN, &plain), Some(Level::Refused));
        assert_eq!(judged(RSA, KeyUsage::default(), &plain), Some(Level::Refused));
    }

    #[test]
    fn holds_public_authorities_to_their_table() {
        let signed = KeyUsage::DIGITAL_SIGNATURE.with(KeyUsage::CONTENT_COMMITMENT);
        assert_eq!(judged(RSA, signed, &Context::public()), Some(Level::Refused));
        assert_eq!(judged(RSA, signed, &Context::private()), None);
    }

    #[test]
    fn accepts_the_usual_ones() {
        let both = KeyUsage::DIGITAL_SIGNATURE.with(KeyUsage::KEY_ENCIPHERMENT);
        assert_eq!(judged(RSA, both, &Context::public()), None);
        for usage in [None, Some(KeyUsage::DIGITAL_SIGNATURE)] {
            assert_eq!(asked(usage, None), None);
            assert_eq!(asked(usage, Client::find("gnutls").map(|client| &client.demands)), None);
        }
    }
}
