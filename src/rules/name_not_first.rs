//! The name people connect to is there, but not as the first dNSName (KB958977).

use super::{Check, Context, Hit, Mismatch, Named, Remedy, Rule, Source};
use crate::clients::Fault;

pub(super) const RULE: Rule = Rule {
    code: "name-not-first",
    title: "the name is not the first one in the certificate",
    why: "Outlook 2007 on POP3, IMAP4 and SMTP reads only the first DNS name of the certificate and warns that the \
          target principal name is incorrect, although the right name stands further down. No standard gives the \
          order a meaning, so a certificate with this name in front serves every client.",
    fix: "Ask for a certificate with the same names and this one first, from a CA that keeps the order.",
    source: Source::Vendor("KB958977", "https://support.microsoft.com/kb/958977"),
    fault: Some(Fault::Name),
    check: Check::Name(Mismatch::NotFirst, check),
};

fn check(named: &Named<'_>, _: &Context<'_>) -> Option<Hit> {
    let name = named.asked()?;
    let (position, first) = named.identity.names.first_dns()?;
    let count = named.identity.names.dns().count();
    let place = named.identity.names.entries.iter().skip(position).filter_map(|entry| entry.dns());
    let place = place.take_while(|text| !text.as_bytes().eq_ignore_ascii_case(name.as_str().as_bytes())).count() + 1;
    // Covered by a wildcard only, it has no place of its own.
    let place = if place > count { String::new() } else { format!(", {name} is number {place} of {count}") };
    // The user is asked and may go on (KB958977).
    Some(Hit::warn(format!("the first name is {first}{place}")).remedy(Remedy::MoveFirst(name.clone())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::{identity, name};
    use crate::rules::Level;
    use crate::rules::named::tests::{FIRST_ONLY, MODERN, unmatched};

    #[test]
    fn warns_when_another_name_stands_first() {
        let two = identity(["server.contoso.local", "remote.contoso.com"]);
        let hit = unmatched(&RULE, FIRST_ONLY, &two, "Remote.contoso.com").unwrap();
        assert_eq!(hit.detail, "the first name is server.contoso.local, remote.contoso.com is number 2 of 2");
        assert_eq!((hit.level, hit.remedy), (Level::Warning, Remedy::MoveFirst(name("remote.contoso.com"))));
    }

    #[test]
    fn accepts_a_later_wildcard_as_the_name() {
        let two = identity(["contoso.com", "*.contoso.com"]);
        let hit = unmatched(&RULE, FIRST_ONLY, &two, "remote.contoso.com").unwrap();
        assert_eq!(hit.detail, "the first name is contoso.com");
    }

    #[test]
    fn says_nothing_for_a_client_that_reads_all_names() {
        let two = identity(["server.contoso.local", "mail.contoso.com"]);
        assert_eq!(unmatched(&RULE, MODERN, &two, "imap.contoso.com"), None);
    }
}
