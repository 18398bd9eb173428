//! A CA's certificate where a server's should be.

use super::{Check, Context, Hit, Remedy, Rule, Source};
use crate::facts::Identity;

pub(super) const RULE: Rule = Rule {
    code: "is-a-ca",
    title: "the certificate is one for a CA, not for a server",
    why: "It says CA:TRUE, so whoever holds the key of this server can sign certificates for any name. Firefox's and \
          other libraries refuse it for a server, and no public CA signs it.",
    fix: "Ask for a certificate with CA:FALSE; keep the key of a CA away from servers.",
    source: Source::Rfc(5280, "4.2.1.9"),
    fault: None,
    check: Check::Identity(check),
};

fn check(identity: &Identity, ctx: &Context<'_>) -> Option<Hit> {
    if !identity.is_ca() {
        return None;
    }
    Some(Hit::new(ctx.authority.forbids_or_warns(), "basicConstraints says CA:TRUE").remedy(Remedy::Reissue))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::BasicConstraints;
    use crate::facts::fixture::identity;

    #[test]
    fn reports_a_ca() {
        let constraints = Some(BasicConstraints { ca: true, path_length: None });
        let names = Identity { basic_constraints: constraints, ..identity(["mail.contoso.com"]) };
        assert!(check(&names, &Context::private()).is_some());
    }

    #[test]
    fn accepts_a_leaf_with_and_without_the_extension() {
        assert_eq!(check(&identity(["mail.contoso.com"]), &Context::public()), None);
        let without = Identity { basic_constraints: None, ..identity(["mail.contoso.com"]) };
        assert_eq!(check(&without, &Context::public()), None);
    }
}
