//! More than one common name in a public certificate.

use super::{Check, Context, Hit, Remedy, Rule, Source};
use crate::error::listed;
use crate::facts::Item;

pub(super) const RULE: Rule = Rule {
    code: "several-common-names",
    title: "the subject has more than one common name",
    why: "Public CAs sign one common name at most, at the latest since September 2023. Clients that still read it differ in \
          which of several they take.",
    fix: "Ask for a certificate with one common name, the name that people type, and put the others into the SAN.",
    source: Source::BaselineRequirements("7.1.4.3"),
    fault: None,
    check: Check::Item(check),
};

fn check(item: Item<'_>, ctx: &Context<'_>) -> Option<Hit> {
    let common_names = || item.identity().subject.common_names();
    if !ctx.is_under_profile(item) || common_names().count() < 2 {
        return None;
    }
    Some(Hit::refuse(format!("common names {}", listed(common_names()))).remedy(Remedy::SetCommonName))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Certificate;
    use crate::facts::fixture::{day, leaf, request, subject};

    fn called(common_names: &[&str]) -> Certificate {
        let mut cert = leaf(["mail.contoso.com", "www.contoso.com"]);
        cert.identity.subject = subject(common_names);
        cert
    }

    const TWO: &[&str] = &["www.contoso.com", "mail.contoso.com"];

    #[test]
    fn refuses_a_second_one() {
        let hit = check(Item::Certificate(&called(TWO)), &Context::public()).unwrap();
        assert_eq!(hit.detail, "common names www.contoso.com, mail.contoso.com");
        assert!(check(Item::Request(&request(called(TWO))), &Context::public()).is_some());
    }

    #[test]
    fn accepts_one_none_other_authorities_and_older_days() {
        let judged = |cert: &Certificate, ctx: &Context<'_>| check(Item::Certificate(cert), ctx);
        assert_eq!(judged(&called(&TWO[..1]), &Context::public()), None);
        assert_eq!(judged(&called(&[]), &Context::public()), None);
        assert_eq!(judged(&called(TWO), &Context::private()), None);
        assert_eq!(judged(&called(TWO), &Context::plain()), None);
        let old = Certificate { not_before: day("2023-09-14"), ..called(TWO) };
        assert_eq!(judged(&old, &Context::public()), None);
    }
}
