//! People connect by IP address, and their client does not find it in the certificate (KB Q273948).

use super::{Check, Context, Hit, Level, Mismatch, Named, Rule, Source};
use crate::clients::Fault;

pub(super) const RULE: Rule = Rule {
    code: "connects-by-address",
    title: "people connect by address, not by name",
    why: "Most clients compare an IP address with the IP addresses in the certificate only, not with its names; old \
          ones may find no address at all. Public CAs seldom sign addresses, and never private ones.",
    fix: "Put the server's name, not its address, into the settings of the mail client.",
    source: Source::Rfc(9525, "6.4"),
    fault: Some(Fault::Name),
    check: Check::Name(Mismatch::ByAddress, check),
};

fn check(named: &Named<'_>, _: &Context<'_>) -> Option<Hit> {
    let target = named.target;
    if named.is_listed_address() {
        // The certificate is as it should be (RFC 9525 §6.4); only clients that look for names alone are left.
        let detail = format!("{target} is listed as an IP address, which some old clients do not read");
        return Some(Hit::new(Level::Note, detail));
    }
    Some(Hit::refuse(format!("asked for {target}, found {}", named.found())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::identity;
    use crate::rules::named::tests::{FIRST_ONLY, MODERN, unmatched};

    #[test]
    fn refuses_an_address_that_is_not_listed() {
        let hit = unmatched(&RULE, MODERN, &identity(["mail.contoso.com"]), "192.0.2.5").unwrap();
        assert_eq!(hit.detail, "asked for 192.0.2.5, found mail.contoso.com");
    }

    #[test]
    fn only_notes_it_where_the_address_is_listed() {
        let hit = unmatched(&RULE, FIRST_ONLY, &identity(["192.0.2.5"]), "192.0.2.5").unwrap();
        assert_eq!(hit.level, Level::Note);
        assert_eq!(hit.detail, "192.0.2.5 is listed as an IP address, which some old clients do not read");
    }

    #[test]
    fn says_nothing_of_names() {
        assert_eq!(unmatched(&RULE, MODERN, &identity(["mail.contoso.com"]), "imap.contoso.com"), None);
    }
}
