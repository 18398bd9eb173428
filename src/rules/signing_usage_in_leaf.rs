//! A key usage that certificates of CAs alone may have.

use super::{Check, Context, Hit, Level, Remedy, Rule, Source};
use crate::clients::{Demands, Fault, Form};
use crate::facts::{Item, KeyUsage};

pub(super) const RULE: Rule = Rule {
    code: "signing-usage-in-leaf",
    title: "a server's key may sign certificates, says its key usage",
    why: "keyCertSign is for keys that sign certificates, and where it is set basicConstraints have to say that this is a \
          CA. Most clients do not mind it in a server's certificate; OpenSSL does where it is told to be strict, and Python \
          tells it so since 3.13.",
    fix: "Ask for a certificate with digitalSignature, for RSA with keyEncipherment too, and nothing else.",
    source: Source::Rfc(5280, "4.2.1.3"),
    fault: Some(Fault::SigningKey),
    check: Check::ClientItem(check),
};

fn check(item: Item<'_>, demands: Option<&Demands>, ctx: &Context<'_>) -> Option<Hit> {
    let identity = item.identity();
    if identity.is_ca() || !identity.key_usage?.contains(KeyUsage::KEY_CERT_SIGN) {
        return None;
    }
    let level = match demands {
        None => ctx.authority.forbids_or_warns(),
        Some(demands) => demands.refused_forms.contains(&Form::SigningKey).then_some(Level::Refused)?,
    };
    Some(Hit::new(level, "keyCertSign, but not CA:TRUE").remedy(Remedy::Reissue))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clients::Client;
    use crate::facts::BasicConstraints;
    use crate::facts::fixture::leaf;

    fn level(usage: KeyUsage, is_ca: bool, client: Option<&str>, ctx: &Context<'_>) -> Option<Level> {
        let mut cert = leaf(["mail.contoso.com"]);
        cert.identity.key_usage = Some(usage);
        cert.identity.basic_constraints = Some(BasicConstraints { ca: is_ca, path_length: None });
        check(Item::Certificate(&cert), client.map(|id| &Client::find(id).unwrap().demands), ctx).map(|hit| hit.level)
    }

    #[test]
    fn leaves_the_signing_of_certificates_to_authorities() {
        let usage = KeyUsage::DIGITAL_SIGNATURE.with(KeyUsage::KEY_CERT_SIGN);
        assert_eq!(level(usage, false, None, &Context::private()), Some(Level::Warning));
        assert_eq!(level(usage, false, None, &Context::public()), Some(Level::Refused));
        assert_eq!(level(usage, false, Some("python313"), &Context::private()), Some(Level::Refused));
        assert_eq!(level(usage, false, Some("openssl"), &Context::private()), None);
    }

    #[test]
    fn accepts_it_in_a_ca_and_a_server_without() {
        for client in [None, Some("python313")] {
            assert_eq!(level(KeyUsage::KEY_CERT_SIGN, true, client, &Context::public()), None);
            assert_eq!(level(KeyUsage::DIGITAL_SIGNATURE, false, client, &Context::public()), None);
        }
    }
}
