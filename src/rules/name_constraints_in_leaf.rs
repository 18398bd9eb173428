//! Name constraints in a certificate that is not a CA's.

use super::{Check, Context, Hit, Remedy, Rule, Source};
use crate::facts::Certificate;
use crate::facts::extension::NAME_CONSTRAINTS;

pub(super) const RULE: Rule = Rule {
    code: "name-constraints-in-leaf",
    title: "a server's certificate has name constraints",
    why: "Name constraints say for which names a CA may sign. A server signs none, so they mean nothing in its \
          certificate; they must be in those of CAs only, and public CAs may not put them into others.",
    fix: "Have it issued again without name constraints.",
    source: Source::Rfc(5280, "4.2.1.10"),
    fault: None,
    check: Check::Certificate(check),
};

fn check(cert: &Certificate, ctx: &Context<'_>) -> Option<Hit> {
    let constrained = cert.extensions.iter().any(|oid| **oid == *NAME_CONSTRAINTS);
    if cert.identity.is_ca() || !constrained {
        return None;
    }
    Some(Hit::new(ctx.authority.forbids_or_warns(), "nameConstraints, but not CA:TRUE").remedy(Remedy::Reissue))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::BasicConstraints;
    use crate::facts::fixture::leaf;
    use crate::rules::Level;

    fn constrained() -> Certificate {
        let mut cert = leaf(["mail.contoso.com"]);
        cert.extensions.push(NAME_CONSTRAINTS.into());
        cert
    }

    #[test]
    fn reports_them_in_a_leaf() {
        assert_eq!(check(&constrained(), &Context::public()).unwrap().level, Level::Refused);
        assert_eq!(check(&constrained(), &Context::private()).unwrap().level, Level::Warning);
    }

    #[test]
    fn accepts_them_in_a_ca_and_a_leaf_without() {
        let mut authority = constrained();
        authority.identity.basic_constraints = Some(BasicConstraints { ca: true, path_length: None });
        assert_eq!(check(&authority, &Context::public()), None);
        assert_eq!(check(&leaf(["mail.contoso.com"]), &Context::public()), None);
    }
}
