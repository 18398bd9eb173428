//! The key usage does not let the key serve TLS.

use super::{Authority, Check, Context, Hit, Remedy, Rule, Source};
use crate::facts::{Identity, KeyKind, KeyUsage};

pub(super) const RULE: Rule = Rule {
    code: "key-usage-unfit",
    title: "the key usage does not fit a TLS server",
    why: "TLS 1.3 and every modern handshake sign with the server's key, so the key usage has to include \
          digitalSignature; RSA keys may also have keyEncipherment. Public CAs must not sign others, such as \
          nonRepudiation.",
    fix: "Ask for a certificate with digitalSignature, for RSA with keyEncipherment too, and nothing else.",
    source: Source::BaselineRequirements("7.1.2.7.11"),
    fault: None,
    check: Check::Identity(check),
};

fn check(identity: &Identity, ctx: &Context<'_>) -> Option<Hit> {
    let usage = identity.key_usage?;
    // That a CA's key signs certificates is what `is-a-ca` is about.
    if identity.is_ca() {
        return None;
    }
    let (exchange, allowed) = match &identity.key.kind {
        KeyKind::Rsa { .. } => {
            let exchange = KeyUsage::KEY_ENCIPHERMENT;
            (exchange, exchange.with(KeyUsage::DIGITAL_SIGNATURE).with(KeyUsage::DATA_ENCIPHERMENT))
        }
        KeyKind::Ec(_) => (KeyUsage::KEY_AGREEMENT, KeyUsage::DIGITAL_SIGNATURE.with(KeyUsage::KEY_AGREEMENT)),
        _ => (KeyUsage::default(), KeyUsage::DIGITAL_SIGNATURE),
    };
    let names = |usage: KeyUsage| usage.names().collect::<Vec<_>>().join(", ");
    let signs = usage.contains(KeyUsage::DIGITAL_SIGNATURE);
    let hit = if !signs && usage.intersects(exchange) {
        // Enough for TLS 1.2 with key exchanges that are going away (RFC 8446 §4.4.2.2).
        Hit::warn(format!("no digitalSignature, only {}", names(usage)))
    } else if !signs {
        Hit::refuse(match names(usage) {
            none if none.is_empty() => "no usage at all".to_owned(),
            only => format!("no digitalSignature, only {only}"),
        })
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
    use crate::facts::fixture::identity;
    use crate::rules::Level;

    const RSA: KeyKind = KeyKind::Rsa { bits: 2048, exponent: Some(65537) };

    fn judged(kind: KeyKind, usage: KeyUsage, ctx: &Context<'_>) -> Option<Level> {
        let mut names = identity(["mail.contoso.com"]);
        names.key.kind = kind;
        names.key_usage = Some(usage);
        check(&names, ctx).map(|hit| hit.level)
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
        assert_eq!(check(&identity(["mail.contoso.com"]), &Context::public()), None);
    }
}
