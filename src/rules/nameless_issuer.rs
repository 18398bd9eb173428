//! An issuer without a name.

use super::{Check, Context, Hit, Level, Remedy, Rule, Source};
use crate::clients::{Demands, Fault, Form};
use crate::facts::Certificate;

pub(super) const RULE: Rule = Rule {
    code: "nameless-issuer",
    title: "the issuer has no name",
    why: "The issuer's name must not be empty: by it clients look for the certificate above. One that is its own issuer and \
          has no subject has none. Java and Mbed TLS do not read such a certificate, and curl gives up on it.",
    fix: "Have a certificate issued whose issuer is named; one that signs itself needs a subject for that.",
    source: Source::Rfc(5280, "4.1.2.4"),
    fault: Some(Fault::Unfit),
    check: Check::ClientCertificate(check),
};

fn check(cert: &Certificate, demands: Option<&Demands>, _: &Context<'_>) -> Option<Hit> {
    let refuses = demands.is_none_or(|demands| demands.refused_forms.contains(&Form::NamelessIssuer));
    let is_nameless = cert.issuer.is_empty();
    (is_nameless && refuses).then(|| Hit::new(Level::Refused, "the issuer is empty").remedy(Remedy::Reissue))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clients::Client;
    use crate::facts::fixture::{leaf, subject};

    #[test]
    fn refuses_an_empty_issuer_for_those_that_do() {
        let mut cert = leaf(["mail.contoso.com"]);
        cert.issuer = subject(&[]);
        assert_eq!(check(&cert, None, &Context::plain()).unwrap().level, Level::Refused);
        let judged = |client| check(&cert, Client::find(client).map(|client| &client.demands), &Context::plain());
        assert!(
            judged("thunderbird").is_some()
                && judged("jsse").is_some()
                && judged("mbedtls").is_some()
                && judged("curl").is_some()
        );
        assert_eq!(judged("openssl"), None);
    }

    #[test]
    fn accepts_an_issuer_with_a_name() {
        let mut cert = leaf(["mail.contoso.com"]);
        cert.issuer = subject(&["CA"]);
        assert_eq!(check(&cert, None, &Context::plain()), None);
    }
}
