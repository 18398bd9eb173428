//! An OU in a public certificate.

use time::macros::date;

use super::{Authority, Check, Context, Hit, Remedy, Rule, Source};
use crate::error::listed;
use crate::facts::{AttributeKind, Item, Moment};

pub(super) const RULE: Rule = Rule {
    code: "organizational-unit",
    title: "the subject names an organizational unit",
    why: "Nobody can check what a department is called, so public CAs have left the OU out since September 2022. Some \
          refuse a request that holds one.",
    fix: "Leave the OU out of the request.",
    source: Source::BaselineRequirements("7.1.2.7.4"),
    fault: None,
    check: Check::Item(check),
};

/// Ballot SC-47.
const FORBIDDEN_FROM: Moment = Moment::from_date(date!(2022 - 09 - 01));

fn check(item: Item<'_>, ctx: &Context<'_>) -> Option<Hit> {
    if ctx.authority != Authority::Public || ctx.issued(item) < FORBIDDEN_FROM {
        return None;
    }
    let units = || item.identity().subject.values(&AttributeKind::OrganizationalUnit);
    units().next()?;
    Some(Hit::refuse(format!("OU={}", listed(units()))).remedy(Remedy::TrimSubject))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::DistinguishedName;
    use crate::facts::fixture::{day, leaf, request};

    /// With these units, issued on a day.
    fn judged(subject: &str, issued: &str, ctx: &Context<'_>) -> Option<Hit> {
        let mut cert = leaf(["mail.contoso.com"]);
        cert.identity.subject = DistinguishedName::parse(subject).unwrap();
        cert.not_before = day(issued);
        check(Item::Certificate(&cert), ctx)
    }

    const WITH_UNITS: &str = "CN=mail.contoso.com,OU=Mail,OU=IT,O=Contoso";

    #[test]
    fn lists_the_units() {
        assert_eq!(judged(WITH_UNITS, "2022-09-01", &Context::public()).unwrap().detail, "OU=Mail, IT");
    }

    #[test]
    fn takes_a_request_for_signed_now() {
        let mut cert = leaf(["mail.contoso.com"]);
        cert.identity.subject = DistinguishedName::parse(WITH_UNITS).unwrap();
        let request = request(cert);
        let judged = |ctx: &Context<'_>| check(Item::Request(&request), ctx);
        assert!(judged(&Context::public()).is_some());
        assert_eq!(judged(&Context { now: day("2022-08-31"), ..Context::public() }), None);
    }

    #[test]
    fn accepts_them_from_others_and_from_older_days() {
        assert_eq!(judged(WITH_UNITS, "2026-08-01", &Context::private()), None);
        assert_eq!(judged(WITH_UNITS, "2022-08-31", &Context::public()), None);
        assert_eq!(judged("CN=mail.contoso.com", "2026-08-01", &Context::public()), None);
    }
}
