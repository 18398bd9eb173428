//! A critical extension that programs do not know.

use super::{Check, Context, Hit, Remedy, Rule, Source};
use crate::clients::{Demands, Fault, Form};
use crate::facts::{Certificate, extension};

pub(super) const RULE: Rule = Rule {
    code: "unknown-critical-extension",
    title: "a critical extension is not known to clients",
    why: "What is marked critical has to be understood: a client that does not know such an extension must refuse the whole \
          certificate.",
    fix: "Have it issued again without this extension, or with it marked as not critical.",
    source: Source::Rfc(5280, "4.2"),
    fault: Some(Fault::Critical),
    check: Check::ClientCertificate(check),
};

fn check(cert: &Certificate, demands: Option<&Demands>, _: &Context<'_>) -> Option<Hit> {
    if demands.is_some_and(|demands| !demands.refused_forms.contains(&Form::UnknownCritical)) {
        return None;
    }
    let unknown: Vec<&str> =
        demands.unwrap_or(&Demands::NONE).not_understood(cert).map(extension::extension_name).collect();
    (!unknown.is_empty()).then(|| Hit::refuse(format!("critical: {}", unknown.join(", "))).remedy(Remedy::Reissue))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clients::Client;
    use crate::facts::ObjectId;
    use crate::facts::fixture::leaf;

    #[test]
    fn refuses_what_nobody_knows() {
        let mut cert = leaf(["mail.contoso.com"]);
        cert.critical = vec![ObjectId::from("1.2.3.4")];
        assert_eq!(check(&cert, None, &Context::plain()).unwrap().detail, "critical: 1.2.3.4");
        let judged = |client| check(&cert, Client::find(client).map(|client| &client.demands), &Context::plain());
        assert!(judged("openssl").is_some());
        assert_eq!(judged("outlook2007"), None);
    }

    #[test]
    fn goes_by_what_each_client_understands() {
        let mut cert = leaf(["mail.contoso.com"]);
        let judged = |cert: &Certificate, client| {
            check(cert, Client::find(client).map(|client| &client.demands), &Context::plain()).map(|hit| hit.detail)
        };
        cert.critical = vec![extension::NAME_CONSTRAINTS.into(), extension::POLICIES.into()];
        cert.policies = vec![extension::ANY_POLICY.into()];
        assert_eq!(judged(&cert, "openssl"), None);
        assert_eq!(judged(&cert, "rustls").unwrap(), "critical: certificatePolicies");
        assert_eq!(judged(&cert, "mbedtls").unwrap(), "critical: nameConstraints");
        cert.critical = vec![extension::REVOCATION_LISTS.into(), extension::POLICIES.into()];
        assert_eq!(judged(&cert, "thunderbird").unwrap(), "critical: cRLDistributionPoints");
        cert.critical = vec![extension::NAME_CONSTRAINTS.into(), extension::POLICIES.into()];
        cert.policies = vec!["1.2.3.4".into()];
        assert_eq!(judged(&cert, "mbedtls").unwrap(), "critical: nameConstraints, certificatePolicies");
    }

    #[test]
    fn accepts_a_certificate_without() {
        assert_eq!(check(&leaf(["mail.contoso.com"]), None, &Context::plain()), None);
    }
}
