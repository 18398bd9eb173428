//! The common name is not one of the names in the SAN.

use std::net::IpAddr;

use super::{Authority, Check, Context, Hit, Level, Remedy, Rule, Source};
use crate::error::listed;
use crate::facts::{Identity, Name, Text};

pub(super) const RULE: Rule = Rule {
    code: "common-name-not-in-san",
    title: "the common name is not among the names of the certificate",
    why: "As soon as a certificate lists DNS names, clients stop reading the common name. A host name that stands \
          only there is lost, and public CAs must copy the common name from the list.",
    fix: "Ask for a certificate whose common name equals its first DNS name.",
    source: Source::BaselineRequirements("7.1.4.3"),
    fault: None,
    check: Check::Identity(check),
};

fn check(identity: &Identity, ctx: &Context<'_>) -> Option<Hit> {
    let names = &identity.names;
    // Without any name in the SAN the name rules speak of the common name.
    if names.dns().next().is_none() && names.addresses().next().is_none() {
        return None;
    }
    // A private CA may put anything there that is no host name.
    let matters = |text: &&Text| ctx.authority != Authority::Private || is_host(text);
    let missing = || identity.subject.common_names().filter(|text| !names.lists(text)).filter(matters);
    missing().next()?;
    let level = match ctx.authority {
        Authority::Public => Level::Refused,
        Authority::Unknown | Authority::Private => Level::Warning,
    };
    Some(Hit::new(level, format!("common name {}", listed(missing()))).remedy(Remedy::SetCommonName))
}

fn is_host(text: &Text) -> bool {
    text.as_str().is_some_and(|text| text.parse::<IpAddr>().is_ok() || Name::parse(text).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::{identity, subject};

    fn called<const N: usize>(common_name: &str, names: [&str; N]) -> Identity {
        Identity { subject: subject(&[common_name]), ..identity(names) }
    }

    #[test]
    fn reports_a_common_name_that_is_not_listed() {
        let hit = check(&called("mail.contoso.com", ["*.contoso.com"]), &Context::public()).unwrap();
        assert_eq!((hit.level, hit.remedy), (Level::Refused, Remedy::SetCommonName));
        assert_eq!(check(&called("Web Server", ["www.contoso.com"]), &Context::plain()).unwrap().level, Level::Warning);
        assert!(check(&called("server", ["www.contoso.com"]), &Context::private()).is_some());
    }

    #[test]
    fn accepts_a_listed_one_and_a_private_label() {
        assert_eq!(check(&called("MAIL.contoso.com", ["mail.contoso.com"]), &Context::public()), None);
        assert_eq!(check(&called("192.0.2.5", ["192.0.2.5"]), &Context::public()), None);
        assert_eq!(check(&called("Contoso Mail", ["mail.contoso.com"]), &Context::private()), None);
        assert_eq!(check(&called("mail.contoso.com", []), &Context::plain()), None);
    }
}
