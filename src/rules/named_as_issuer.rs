//! The subject is the name of the CA.

use super::{Check, Context, Hit, Level, Remedy, Rule, Source};
use crate::clients::{Demands, Fault, Form};
use crate::facts::Certificate;

pub(super) const RULE: Rule = Rule {
    code: "named-as-issuer",
    title: "the certificate bears the name of the CA that signed it",
    why: "A private CA was given the subject that the server has, often the same common name. Programs that use OpenSSL \
          then take the certificate for self-signed and refuse it, though its CA is trusted; most others look at the \
          signature. A key identifier or the serial number of the CA in the certificate tells them apart.",
    fix: "Have the certificate issued again, by a CA that writes its key identifier into it, or with a subject that is not \
          the CA's: an organization more will do.",
    source: Source::Rfc(5280, "4.2.1.1"),
    fault: Some(Fault::SelfSigned),
    check: Check::ClientCertificate(check),
};

fn check(cert: &Certificate, demands: Option<&Demands>, ctx: &Context<'_>) -> Option<Hit> {
    let refuses = demands.is_none_or(|demands| demands.refused_forms.contains(&Form::NamedAsIssuer));
    let is_trusted = || ctx.trust.is_some_and(|trust| trust.holds(cert));
    (refuses && cert.seems_self_signed() && !is_trusted()).then(|| {
        let level = if demands.is_some() { Level::Refused } else { Level::Warning };
        let detail = format!("issuer and subject are both {}, but its key did not sign it", cert.issuer);
        Hit::new(level, detail).remedy(Remedy::ManualOrReissue)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clients::Client;
    use crate::facts::TrustStore;
    use crate::facts::fixture::leaf;

    fn alike() -> Certificate {
        let mut cert = leaf(["mail.contoso.com"]);
        cert.issuer = cert.identity.subject.clone();
        cert.is_of_namesake = true;
        cert
    }

    #[test]
    fn refuses_a_namesake_of_its_ca_for_those_that_do() {
        let judged = |client| check(&alike(), Client::find(client).map(|client| &client.demands), &Context::plain());
        assert_eq!(judged("openssl").unwrap().level, Level::Refused);
        assert_eq!(judged("gnutls"), None);
        assert_eq!(check(&alike(), None, &Context::plain()).unwrap().level, Level::Warning);
    }

    #[test]
    fn accepts_one_whose_identifiers_tell_them_apart_or_that_is_trusted_itself() {
        let told = Certificate { authority_key_id: Some([1].into()), subject_key_id: Some([2].into()), ..alike() };
        assert_eq!(check(&told, None, &Context::plain()), None);
        let trust = TrustStore::new([alike()]);
        assert_eq!(check(&alike(), None, &Context { trust: Some(&trust), ..Context::plain() }), None);
    }
}
