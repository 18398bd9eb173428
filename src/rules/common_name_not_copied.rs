//! The common name is one of the names in the SAN, but written in another way.

use super::{Check, Context, Hit, Remedy, Rule, Source};
use crate::facts::Item;

pub(super) const RULE: Rule = Rule {
    code: "common-name-not-copied",
    title: "the common name is not an exact copy of a name in the SAN",
    why: "Clients match it all the same, but public CAs must copy the common name character for character from a DNS name \
          in the SAN, capital letters included, and write an IPv6 address in its short form (RFC 5952), at the latest since \
          September 2023. What breaks this rule has to be revoked (BR 4.9.1.1).",
    fix: "Ask for a certificate whose common name is written as in the SAN.",
    source: Source::BaselineRequirements("7.1.4.3"),
    fault: None,
    check: Check::Item(check),
};

fn check(item: Item<'_>, ctx: &Context<'_>) -> Option<Hit> {
    if !ctx.is_under_profile(item) {
        return None;
    }
    let (names, mut common_names) = (&item.identity().names, item.identity().subject.common_names());
    // Several have a rule of their own, and so has one that is not listed at all.
    let (Some(text), None) = (common_names.next(), common_names.next()) else { return None };
    let copied = || {
        names.dns().any(|name| name.as_bytes() == text.as_bytes())
            // Rust writes addresses as RFC 5952 §4 wants them.
            || names.addresses().any(|address| text.as_str() == Some(&*address.to_string()))
    };
    let rewritten = !copied() && names.listing(1).holds(text);
    rewritten.then(|| Hit::refuse(format!("common name {text}")).remedy(Remedy::SetCommonName))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Certificate;
    use crate::facts::fixture::{day, leaf, subject};

    fn called(common_name: &str, name: &str) -> Certificate {
        let mut cert = leaf([name]);
        cert.identity.subject = subject(&[common_name]);
        cert
    }

    fn judged(cert: &Certificate, ctx: &Context<'_>) -> Option<Hit> {
        check(Item::Certificate(cert), ctx)
    }

    #[test]
    fn refuses_other_letter_case_and_the_long_form_of_an_address() {
        let hit = judged(&called("Mail.contoso.com", "mail.contoso.com"), &Context::public()).unwrap();
        assert_eq!((hit.detail.as_str(), hit.remedy), ("common name Mail.contoso.com", Remedy::SetCommonName));
        assert!(judged(&called("2001:DB8:0::5", "2001:db8::5"), &Context::public()).is_some());
    }

    #[test]
    fn accepts_exact_copies_what_is_not_listed_others_and_older_days() {
        for (common_name, name) in [
            ("Mail.contoso.com", "Mail.contoso.com"),
            ("2001:db8::5", "2001:db8::5"),
            ("192.0.2.5", "192.0.2.5"),
            ("www.contoso.com", "mail.contoso.com"),
        ] {
            assert_eq!(judged(&called(common_name, name), &Context::public()), None, "{common_name}");
        }
        let mut two = called("Mail.contoso.com", "mail.contoso.com");
        two.identity.subject = subject(&["Mail.contoso.com", "mail.contoso.com"]);
        assert_eq!(judged(&two, &Context::public()), None);
        let capital = called("Mail.contoso.com", "mail.contoso.com");
        assert_eq!(judged(&capital, &Context::private()), None);
        assert_eq!(judged(&capital, &Context::plain()), None);
        assert_eq!(judged(&Certificate { not_before: day("2023-09-14"), ..capital }, &Context::public()), None);
    }
}
