//! The name stands only in the common name, where clients of today do not look.

use super::{Check, Context, Hit, Mismatch, Named, Remedy, Rule, Source};
use crate::clients::Fault;

pub(super) const RULE: Rule = Rule {
    code: "common-name-only",
    title: "the name stands only in the common name",
    why: "Clients of today read the subjectAltName (SAN), the list of names inside the certificate. One that has its \
          name in the subject's common name alone is for no name at all to them.",
    fix: "Ask for a certificate that lists the name as a DNS name in the SAN too.",
    source: Source::Rfc(9525, "2"),
    fault: Some(Fault::Name),
    check: Check::Name(Mismatch::CommonNameOnly, check),
};

fn check(named: &Named<'_>, _: &Context<'_>) -> Option<Hit> {
    let name = named.asked()?;
    Some(Hit::refuse(format!("{name} is the common name, but no DNS name")).remedy(Remedy::AddName(name.clone())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Identity;
    use crate::facts::fixture::{identity, name, subject};
    use crate::rules::named::tests::{MODERN, unmatched};

    #[test]
    fn refuses_a_certificate_without_dns_names() {
        let bare = Identity { subject: subject(&["mail.contoso.com"]), ..identity([]) };
        let hit = unmatched(&RULE, MODERN, &bare, "mail.contoso.com").unwrap();
        assert_eq!(hit.remedy, Remedy::AddName(name("mail.contoso.com")));
    }

    #[test]
    fn says_nothing_when_the_common_name_is_another() {
        let bare = Identity { subject: subject(&["mail.contoso.com"]), ..identity([]) };
        assert_eq!(unmatched(&RULE, MODERN, &bare, "imap.contoso.com"), None);
    }
}
