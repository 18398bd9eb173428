//! An OU in a public certificate.

use time::macros::date;

use super::{Authority, Check, Context, Hit, Remedy, Rule, Source};
use crate::error::listed;
use crate::facts::{AttributeKind, Identity, Moment};

pub(super) const RULE: Rule = Rule {
    code: "organizational-unit",
    title: "the subject names an organizational unit",
    why: "Nobody can check what a department is called, so public CAs have left the OU out since September 2022. Some \
          refuse a request that holds one.",
    fix: "Leave the OU out of the request.",
    source: Source::BaselineRequirements("7.1.2.7.4"),
    fault: None,
    check: Check::Identity(check),
};

/// Ballot SC-47.
const FORBIDDEN_FROM: Moment = Moment::from_date(date!(2022 - 09 - 01));

fn check(identity: &Identity, ctx: &Context<'_>) -> Option<Hit> {
    if ctx.authority != Authority::Public || ctx.now < FORBIDDEN_FROM {
        return None;
    }
    let units = || identity.subject.values(&AttributeKind::OrganizationalUnit);
    units().next()?;
    Some(Hit::refuse(format!("OU={}", listed(units()))).remedy(Remedy::TrimSubject))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::DistinguishedName;
    use crate::facts::fixture::identity;

    fn with_unit() -> Identity {
        let subject = DistinguishedName::parse("CN=mail.contoso.com,OU=Mail,OU=IT,O=Contoso").unwrap();
        Identity { subject, ..identity(["mail.contoso.com"]) }
    }

    #[test]
    fn lists_the_units() {
        assert_eq!(check(&with_unit(), &Context::public()).unwrap().detail, "OU=Mail, IT");
    }

    #[test]
    fn accepts_them_from_others_and_in_older_days() {
        assert_eq!(check(&with_unit(), &Context::private()), None);
        assert_eq!(check(&with_unit(), &Context { now: Context::on("2022-08-31").now, ..Context::public() }), None);
        assert_eq!(check(&identity(["mail.contoso.com"]), &Context::public()), None);
    }
}
