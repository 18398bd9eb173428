//! The common name is not one of the names in the SAN.

use std::net::IpAddr;

use super::{Authority, Check, Context, Hit, Remedy, Rule, Source};
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
    let listing = names.listing(identity.subject.common_names().count());
    let missing = || identity.subject.common_names().filter(|text| !listing.holds(text)).filter(matters);
    missing().next()?;
    let detail = format!("common name {}", listed(missing()));
    Some(Hit::new(ctx.authority.forbids_or_warns(), detail).remedy(Remedy::SetCommonName))
}

fn is_host(text: &Text) -> bool {
    text.as_str().is_some_and(|text| text.parse::<IpAddr>().is_ok() || Name::parse(text).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::{identity, subject};
    use crate::rules::Level;

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
    fn finds_the_same_among_many() {
        let names = identity(["a.contoso.com", "2001:db8::5", "192.0.2.5"]);
        let listed = ["A.contoso.com", "2001:DB8:0::5", "192.0.2.5"];
        for repeats in [1, 10] {
            let mut called = listed.repeat(repeats);
            let all = Identity { subject: subject(&called), ..names.clone() };
            assert_eq!(check(&all, &Context::public()), None);
            called.push("b.contoso.com");
            let one = Identity { subject: subject(&called), ..names.clone() };
            assert_eq!(check(&one, &Context::public()).unwrap().detail, "common name b.contoso.com");
        }
    }

    #[test]
    fn takes_no_longer_for_each_of_many_than_for_one() {
        use std::time::{Duration, Instant};
        let called: Vec<String> = (0..10_000).map(|number| format!("N{number}.contoso.com")).collect();
        let called: Vec<&str> = called.iter().map(String::as_str).collect();
        let listed = called.iter().rev().map(|name| crate::facts::fixture::general_name(&name.to_lowercase()));
        let mut many = Identity { subject: subject(&called), ..identity(["mail.contoso.com"]) };
        many.names.entries.extend(listed);
        let begun = Instant::now();
        assert_eq!(check(&many, &Context::public()), None);
        // To go through all names for each takes some seconds.
        assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    }

    #[test]
    fn accepts_a_listed_one_and_a_private_label() {
        assert_eq!(check(&called("MAIL.contoso.com", ["mail.contoso.com"]), &Context::public()), None);
        assert_eq!(check(&called("192.0.2.5", ["192.0.2.5"]), &Context::public()), None);
        assert_eq!(check(&called("Contoso Mail", ["mail.contoso.com"]), &Context::private()), None);
        assert_eq!(check(&called("mail.contoso.com", []), &Context::plain()), None);
    }
}
