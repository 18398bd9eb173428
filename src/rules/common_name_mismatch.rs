//! The common name is not the name people connect to, and the client reads nothing else (KB Q198564).

use super::{Check, Context, Hit, Level, Mismatch, Named, Remedy, Rule, Source};
use crate::clients::{Compared, Fault};
use crate::error::listed;

pub(super) const RULE: Rule = Rule {
    code: "common-name-mismatch",
    title: "the common name is not the name people connect to",
    why: "Clients of the Exchange 5.5 era know only the common name, and later ones read it when the certificate \
          lists no DNS names. They warn that the certificate does not match the server's Internet address.",
    fix: "Ask for a certificate whose common name and first DNS name are the name people type into their client.",
    source: Source::Vendor("KB Q198564", "https://support.microsoft.com/kb/198564"),
    fault: Some(Fault::Name),
    check: Check::Name(Mismatch::CommonNameDiffers, check),
};

fn check(named: &Named<'_>, _: &Context<'_>) -> Option<Hit> {
    let name = named.asked()?;
    // Where the SAN fits, only clients of long ago are left to complain.
    let level = if named.identity.names.has_dns() { Level::Note } else { Level::Refused };
    let found = match named.comparison.compared {
        Compared::CommonName(text) => text.to_string(),
        _ => listed(named.identity.subject.common_names()),
    };
    let remedy = if level == Level::Note { Remedy::SetCommonName } else { Remedy::AddName(name.clone()) };
    Some(Hit::new(level, format!("asked for {name}, the common name is {found}")).remedy(remedy))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Identity;
    use crate::facts::fixture::{identity, subject};
    use crate::rules::named::tests::{COMMON_NAME_ONLY, FIRST_ONLY, unmatched};

    #[test]
    fn refuses_another_common_name_where_it_is_all_there_is() {
        let bare = Identity { subject: subject(&["server"]), ..identity([]) };
        let hit = unmatched(&RULE, COMMON_NAME_ONLY, &bare, "mail.contoso.com").unwrap();
        assert_eq!(hit.detail, "asked for mail.contoso.com, the common name is server");
        assert_eq!(hit.level, Level::Refused);
    }

    #[test]
    fn only_notes_it_where_the_san_fits() {
        let two = identity(["www.contoso.com", "mail.contoso.com"]);
        let hit = unmatched(&RULE, COMMON_NAME_ONLY, &two, "mail.contoso.com").unwrap();
        assert_eq!((hit.level, hit.remedy), (Level::Note, Remedy::SetCommonName));
    }

    #[test]
    fn says_nothing_where_dns_names_are_read() {
        assert_eq!(unmatched(&RULE, FIRST_ONLY, &identity(["www.contoso.com"]), "mail.contoso.com"), None);
    }
}
