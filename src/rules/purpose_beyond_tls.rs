//! A public certificate that is also meant for mail, code or anything at all.

use super::{Check, Context, Hit, Remedy, Rule, Source};
use crate::error::listed;
use crate::facts::{Item, Purpose};

pub(super) const RULE: Rule = Rule {
    code: "purpose-beyond-tls",
    title: "the certificate is also meant for something other than TLS",
    why: "The extended key usage lists what a certificate is for. Since September 2023 public CAs sign a server's \
          certificate for TLS alone, not for mail, code, timestamps or OCSP answers, nor for any purpose whatever.",
    fix: "Ask for a certificate for server authentication alone, and for another one for the other purpose.",
    source: Source::BaselineRequirements("7.1.2.7.10"),
    fault: None,
    check: Check::Item(check),
};

fn check(item: Item<'_>, ctx: &Context<'_>) -> Option<Hit> {
    let purposes = item.identity().purposes.as_ref()?;
    // That it is not meant for servers is what `no-server-auth` is about.
    if !ctx.is_under_profile(item) || !purposes.contains(&Purpose::ServerAuth) {
        return None;
    }
    let beyond = || purposes.iter().filter(|purpose| is_forbidden(purpose));
    beyond().next()?;
    Some(Hit::refuse(format!("also for {}", listed(beyond()))).remedy(Remedy::Reissue))
}

/// That of a certificate that signs precertificates (RFC 6962 §3.1).
const PRECERTIFICATE_SIGNING: &str = "1.3.6.1.4.1.11129.2.4.4";

/// Others are not recommended, but not forbidden; `clientAuth` has a rule of its own.
fn is_forbidden(purpose: &Purpose) -> bool {
    match purpose {
        Purpose::CodeSigning
        | Purpose::EmailProtection
        | Purpose::TimeStamping
        | Purpose::OcspSigning
        | Purpose::Any => true,
        Purpose::Other(oid) => **oid == *PRECERTIFICATE_SIGNING,
        Purpose::ServerAuth | Purpose::ClientAuth => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Certificate;
    use crate::facts::fixture::{day, leaf};

    fn meant_for(purposes: &[Purpose]) -> Certificate {
        let mut cert = leaf(["mail.contoso.com"]);
        cert.identity.purposes = Some(purposes.to_vec());
        cert
    }

    fn judged(cert: &Certificate, ctx: &Context<'_>) -> Option<Hit> {
        check(Item::Certificate(cert), ctx)
    }

    const THREE: [Purpose; 3] = [Purpose::ServerAuth, Purpose::EmailProtection, Purpose::Any];

    #[test]
    fn signs_no_precertificates() {
        let cert = meant_for(&[Purpose::ServerAuth, Purpose::Other(PRECERTIFICATE_SIGNING.into())]);
        assert!(judged(&cert, &Context::public()).is_some());
    }

    #[test]
    fn lists_what_public_authorities_do_not_sign() {
        let hit = judged(&meant_for(&THREE), &Context::public()).unwrap();
        assert_eq!(
            (hit.detail.as_str(), hit.remedy),
            ("also for emailProtection, anyExtendedKeyUsage", Remedy::Reissue)
        );
    }

    #[test]
    fn accepts_tls_what_is_only_not_recommended_others_and_older_days() {
        let unknown = Purpose::Other("1.3.6.1.4.1.311.10.3.3".into());
        let tls = [Purpose::ServerAuth, Purpose::ClientAuth, unknown];
        assert_eq!(judged(&meant_for(&tls), &Context::public()), None);
        assert_eq!(judged(&meant_for(&[Purpose::EmailProtection]), &Context::public()), None);
        assert_eq!(judged(&meant_for(&THREE), &Context::private()), None);
        let old = Certificate { not_before: day("2023-09-14"), ..meant_for(&THREE) };
        assert_eq!(judged(&old, &Context::public()), None);
    }
}
