//! An entry of the SAN that is not what its kind must be.

use std::net::IpAddr;

use super::{Check, Context, Hit, Level, Mend, Remedy, Rule, Source};
use crate::facts::{GeneralName, Identity, Name, NameFault, SanExtension, Text};

pub(super) const RULE: Rule = Rule {
    code: "malformed-name",
    title: "an entry is not a valid name",
    why: "A DNS name holds labels of letters, digits and hyphens with single dots between them. Most clients match \
          nothing else, though some forgive a dot at the end, and strict ones refuse the whole certificate because of \
          one such entry.",
    fix: "Correct the entry: no spaces, no dot at either end, no https:// in front; addresses as IP entries.",
    source: Source::Rfc(5280, "4.2.1.6"),
    fault: None,
    check: Check::Identity(check),
};

fn check(identity: &Identity, ctx: &Context<'_>) -> Option<Hit> {
    if identity.names.extension == SanExtension::Unreadable {
        return Some(Hit::new(Level::Refused, "the list of names cannot be read").remedy(Remedy::Reissue));
    }
    Hit::in_names(&identity.names, ctx.authority.forbids_or_warns(), |entry| {
        let (fault, mend) = match entry {
            GeneralName::Dns(text) => dns_fault(text)?,
            GeneralName::BadAddress(octets) => {
                (format!("an IP address has {} octets, 4 or 16 are allowed", octets.len()), Mend::Drop)
            }
            GeneralName::Unreadable(..) => ("it cannot be read".to_owned(), Mend::Drop),
            _ => return None,
        };
        Some((format!("'{entry}': {fault}"), mend))
    })
}

fn dns_fault(text: &Text) -> Option<(String, Mend)> {
    let Some(typed) = text.as_str() else { return Some((NameFault::NotUtf8.to_string(), Mend::Drop)) };
    let rewritten = |bare: &str| Name::parse(bare).map_or(Mend::Drop, Mend::Replace);
    let fault = match Name::fault(typed) {
        None if typed.ends_with('.') => return Some(("it ends with a dot".to_owned(), rewritten(typed))),
        // Stars have rules of their own.
        None | Some(NameFault::Star { .. }) => return None,
        Some(fault) => fault,
    };
    if typed.parse::<IpAddr>().is_ok() {
        return Some(("an IP address written as a DNS name".to_owned(), Mend::Drop));
    }
    if let Some((_, rest)) = typed.split_once("://") {
        let host = rest.split(['/', ':', '?', '#']).next().unwrap_or_default();
        return Some(("an address of a web page, not a name".to_owned(), rewritten(host)));
    }
    Some((fault.to_string(), rewritten(typed.trim())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::{identity, name};

    #[test]
    fn says_what_is_wrong_and_what_was_meant() {
        for (text, fault, mend) in [
            ("www..contoso.com", "character 5 is a dot with no label before it", Mend::Drop),
            (" www.contoso.com", "character 1 is a space", Mend::Replace(name("www.contoso.com"))),
            ("www.contoso.com.", "it ends with a dot", Mend::Replace(name("www.contoso.com"))),
            ("", "nothing was given", Mend::Drop),
        ] {
            assert_eq!(dns_fault(&Text::from(text)), Some((fault.to_owned(), mend)), "{text}");
        }
        let (fault, mend) = dns_fault(&Text::from("https://www.contoso.com/owa")).unwrap();
        assert_eq!((fault.contains("web page"), mend), (true, Mend::Replace(name("www.contoso.com"))));
        assert!(dns_fault(&Text::from("10.1.2.3")).unwrap().0.contains("IP address"));
        assert!(dns_fault(&Text::new(*b"m\xfcller.de")).is_some());
    }

    #[test]
    fn reports_an_address_of_a_wrong_length_and_an_unreadable_list() {
        let mut names = identity(["mail.contoso.com"]);
        names.names.entries.push(GeneralName::BadAddress(Box::from([1, 2, 3])));
        let hit = check(&names, &Context::plain()).unwrap();
        assert_eq!(hit.remedy, Remedy::MendNames(vec![(1, Mend::Drop)]));
        names.names.extension = SanExtension::Unreadable;
        assert_eq!(check(&names, &Context::plain()).unwrap().level, Level::Refused);
    }

    #[test]
    fn leaves_wildcards_underscores_and_umlauts_to_their_own_rules() {
        let names =
            identity(["*.contoso.com", "w*.contoso.com", "my_host.contoso.com", "bücher.contoso.com", "SERVER"]);
        assert_eq!(check(&names, &Context::public()), None);
    }
}
