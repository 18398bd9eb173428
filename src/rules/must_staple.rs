//! The server has to staple OCSP answers.

use super::{Check, Context, Hit, Remedy, Rule, Source};
use crate::facts::Certificate;

pub(super) const RULE: Rule = Rule {
    code: "must-staple",
    title: "the certificate wants OCSP answers stapled",
    why: "With the TLS feature status_request (must-staple) a certificate says that its server sends an OCSP answer along in \
          every handshake. Most clients do not look at it; GnuTLS refuses a server that sends none.",
    fix: "Let the server staple OCSP answers, if the CA still gives any; otherwise have the certificate issued again without \
          this extension.",
    source: Source::Rfc(7633, "4.2.3"),
    fault: None,
    check: Check::Certificate(check),
};

fn check(cert: &Certificate, _: &Context<'_>) -> Option<Hit> {
    let hit = || Hit::warn("whether the server staples one was not looked at").remedy(Remedy::ManualOrReissue);
    cert.must_staple.then(hit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::leaf;

    #[test]
    fn warns_of_the_feature() {
        let cert = Certificate { must_staple: true, ..leaf(["mail.contoso.com"]) };
        assert!(check(&cert, &Context::plain()).is_some());
    }

    #[test]
    fn says_nothing_without_it() {
        assert_eq!(check(&leaf(["mail.contoso.com"]), &Context::plain()), None);
    }
}
