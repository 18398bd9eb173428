//! Signed with its own key.

use super::{Check, Context, Hit, Rule, Source};
use crate::facts::Certificate;

pub(super) const RULE: Rule = Rule {
    code: "self-signed",
    title: "the certificate is signed with its own key",
    why: "No client trusts it until it has been installed on that machine. Inside a company that can be done for all \
          machines at once; strangers and telephones will be asked whether to go on.",
    fix: "Install it as trusted on every client, or ask a public CA for a certificate.",
    source: Source::Rfc(5280, "3.2"),
    fault: None,
    check: Check::Certificate(check),
};

fn check(cert: &Certificate, _: &Context<'_>) -> Option<Hit> {
    // The key identifiers tell a CA's certificate that another key of the same name signed.
    (cert.is_self_issued() && cert.names_as_issuer(cert)).then(|| Hit::note("issuer and subject are the same"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::leaf;

    fn own() -> Certificate {
        let mut cert = leaf(["mail.contoso.com"]);
        cert.issuer = cert.identity.subject.clone();
        cert
    }

    #[test]
    fn notes_a_certificate_of_its_own() {
        assert!(check(&own(), &Context::private()).is_some());
    }

    #[test]
    fn says_nothing_when_another_key_signed() {
        assert_eq!(check(&leaf(["mail.contoso.com"]), &Context::plain()), None);
        let mut rollover = own();
        rollover.authority_key_id = Some(Box::from([1]));
        rollover.subject_key_id = Some(Box::from([2]));
        assert_eq!(check(&rollover, &Context::private()), None);
    }
}
