//! A domain validated certificate that names an organization or a place.

use super::{Check, Context, Hit, Remedy, Rule, Source};
use crate::error::listed;
use crate::facts::{AttributeKind, Certificate, Item};

pub(super) const RULE: Rule = Rule {
    code: "unvalidated-subject",
    title: "the subject says more than the CA has checked",
    why: "For a domain validated certificate the CA has checked the names and nothing else. So its subject may hold a \
          country and a common name; an organization or a place in it is a claim that nobody has looked at. \
          Certificates since September 2023 are judged.",
    fix: "Leave the attribute out, or ask for an organization validated certificate.",
    source: Source::BaselineRequirements("7.1.2.7.2"),
    fault: None,
    check: Check::Certificate(check),
};

fn check(cert: &Certificate, ctx: &Context<'_>) -> Option<Hit> {
    if !ctx.is_under_profile(Item::Certificate(cert)) || !cert.is_domain_validated() {
        return None;
    }
    // The organizational unit has a rule of its own.
    let claims = || {
        let attributes = cert.identity.subject.attributes();
        attributes.filter(|attribute| {
            !attribute.kind.is_domain_validated() && attribute.kind != AttributeKind::OrganizationalUnit
        })
    };
    claims().next()?;
    let claimed = claims();
    Some(Hit::refuse(listed(claimed)).remedy(Remedy::TrimSubject))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::DistinguishedName;
    use crate::facts::fixture::{day, leaf};

    fn validated(subject: &str, policy: &str) -> Certificate {
        let mut cert = leaf(["mail.contoso.com"]);
        cert.identity.subject = DistinguishedName::parse(subject).unwrap();
        cert.policies = vec![policy.into()];
        cert
    }

    const DOMAIN: &str = "2.23.140.1.2.1";
    const ORGANIZATION: &str = "2.23.140.1.2.2";
    const CLAIMS: &str = "C=US,L=Redmond,O=Contoso,OU=Mail,CN=mail.contoso.com";

    #[test]
    fn lists_what_was_not_validated() {
        let hit = check(&validated(CLAIMS, DOMAIN), &Context::public()).unwrap();
        assert_eq!((hit.detail.as_str(), hit.remedy), ("L=Redmond, O=Contoso", Remedy::TrimSubject));
    }

    #[test]
    fn accepts_country_and_common_name_organization_validation_and_older_days() {
        assert_eq!(check(&validated("C=US,CN=mail.contoso.com", DOMAIN), &Context::public()), None);
        assert_eq!(check(&validated(CLAIMS, ORGANIZATION), &Context::public()), None);
        let mut both = validated(CLAIMS, DOMAIN);
        both.policies.push(ORGANIZATION.into());
        assert_eq!(check(&both, &Context::public()), None);
        assert_eq!(check(&validated(CLAIMS, DOMAIN), &Context::private()), None);
        let old = Certificate { not_before: day("2023-09-14"), ..validated(CLAIMS, DOMAIN) };
        assert_eq!(check(&old, &Context::public()), None);
    }
}
