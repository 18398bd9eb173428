//! People connect by IP address, and the certificate names hosts (KB Q273948).

use super::{Check, Context, Hit, Mismatch, Named, Rule, Source};
use crate::clients::Fault;

pub(super) const RULE: Rule = Rule {
    code: "connects-by-address",
    title: "people connect by address, the certificate is for names",
    why: "An IP address is compared with the IP addresses in the certificate only, never with its names. Public CAs \
          seldom sign addresses, and never private ones.",
    fix: "Put the server's name, not its address, into the settings of the mail client.",
    source: Source::Rfc(9525, "6.4"),
    fault: Some(Fault::Name),
    check: Check::Name(Mismatch::ByAddress, check),
};

fn check(named: &Named<'_>, _: &Context<'_>) -> Option<Hit> {
    Some(Hit::refuse(format!("asked for {}, found {}", named.target, named.found())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::identity;
    use crate::rules::named::tests::{MODERN, unmatched};

    #[test]
    fn refuses_an_address_that_is_not_listed() {
        let hit = unmatched(&RULE, MODERN, &identity(["mail.contoso.com"]), "192.0.2.5").unwrap();
        assert_eq!(hit.detail, "asked for 192.0.2.5, found mail.contoso.com");
    }

    #[test]
    fn says_nothing_of_names() {
        assert_eq!(unmatched(&RULE, MODERN, &identity(["mail.contoso.com"]), "imap.contoso.com"), None);
    }
}
