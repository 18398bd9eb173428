//! An entry of the SAN that is not what its kind must be.

use std::net::IpAddr;

use super::{Check, Context, Hit, Level, Mend, Remedy, Rule, Source};
use crate::clients::{Demands, Fault, SanForm};
use crate::facts::{GeneralName, Item, Name, NameFault, Text};

pub(super) const RULE: Rule = Rule {
    code: "malformed-name",
    title: "an entry is not a valid name",
    why: "A DNS name holds labels of letters, digits and hyphens with single dots between them. Most clients match \
          nothing else, though some forgive a dot at the end, and strict ones refuse the whole certificate because of \
          one such entry, or of an address, a URI or an e-mail address that is none. Java passes over the whole list then.",
    fix: "Correct the entry: no spaces, no dot at either end, no https:// in front; addresses as IP entries.",
    source: Source::Rfc(5280, "4.2.1.6"),
    fault: Some(Fault::Malformed),
    check: Check::ClientItem(check),
};

fn check(item: Item<'_>, demands: Option<&Demands>, ctx: &Context<'_>) -> Option<Hit> {
    let names = &item.identity().names;
    let refused = demands.map(|demands| demands.refused_names);
    let minds = |form: SanForm| form.is_of_list(names) && refused.is_none_or(|refused| refused.contains(&form));
    if minds(SanForm::Unreadable) {
        return Some(Hit::new(Level::Refused, "the list of names cannot be read").remedy(Remedy::Reissue));
    }
    let is_minded = |entry: &GeneralName| match (refused, entry) {
        (None, _) => true,
        // Nearly every entry is a plain name, which has none of these forms, and this is asked for every client.
        (Some(_), GeneralName::Dns(text)) if text.plain().is_some_and(|text| !text.is_empty()) => false,
        (Some(refused), _) => refused.iter().any(|form| form.is_of_entry(entry)),
    };
    let level = refused.map_or(ctx.authority.forbids_or_warns(), |_| Level::Refused);
    let is_followed = minds(SanForm::Followed);
    // A client that minds one entry gets the whole list told, as it is by the standard.
    if !is_followed && !names.entries.iter().any(|entry| is_minded(entry) && fault(entry).is_some()) {
        return None;
    }
    let followed = || Hit::new(level, "octets follow the list of names").remedy(Remedy::Reissue);
    let hit =
        Hit::in_names(names, level, |entry| fault(entry).map(|(fault, mend)| (format!("'{entry}': {fault}"), mend)));
    hit.or_else(|| is_followed.then(followed))
}

fn fault(entry: &GeneralName) -> Option<(String, Mend)> {
    let dropped = |fault: &str| Some((fault.to_owned(), Mend::Drop));
    let is = |form: SanForm| form.is_of_entry(entry);
    match entry {
        GeneralName::Dns(text) => dns_fault(text),
        GeneralName::BadAddress(octets) => {
            dropped(&format!("an IP address has {} octets, 4 or 16 are allowed", octets.len()))
        }
        GeneralName::Unreadable(..) => dropped("it cannot be read"),
        _ if is(SanForm::EmptyEntry) || is(SanForm::EmptyMail) => dropped("there is nothing in it"),
        _ if is(SanForm::NotAscii) => dropped("it is not ASCII"),
        _ if is(SanForm::OddHost) || is(SanForm::OddUri) => dropped("it is no URI that every client reads"),
        _ => None,
    }
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
    use crate::clients::Client;
    use crate::facts::fixture::{leaf, name};
    use crate::facts::{Certificate, SanExtension};

    fn judged(cert: &Certificate, client: Option<&str>, ctx: &Context<'_>) -> Option<Hit> {
        check(Item::Certificate(cert), client.map(|id| &Client::find(id).unwrap().demands), ctx)
    }

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
        let mut cert = leaf(["mail.contoso.com"]);
        cert.identity.names.entries.push(GeneralName::BadAddress(Box::from([1, 2, 3])));
        let hit = judged(&cert, None, &Context::plain()).unwrap();
        assert_eq!(hit.remedy, Remedy::MendNames(vec![(1, Mend::Drop)]));
        cert.identity.names.extension = SanExtension::Unreadable;
        assert_eq!(judged(&cert, None, &Context::plain()).unwrap().level, Level::Refused);
    }

    #[test]
    fn speaks_for_the_clients_that_refuse_the_whole_certificate() {
        let with = |entry: GeneralName| {
            let mut cert = leaf(["mail.contoso.com", "www.contoso.com."]);
            cert.identity.names.entries.push(entry);
            let refuses = |id: &&str| judged(&cert, Some(id), &Context::plain()).is_some();
            ["openssl", "gnutls", "go", "mbedtls", "outlook2007"]
                .into_iter()
                .filter(refuses)
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(with(GeneralName::BadAddress(Box::from([1, 2, 3]))), "go");
        assert_eq!(with(GeneralName::Unreadable(9, Box::from([]))), "openssl gnutls");
        assert_eq!(with(GeneralName::Email("".into())), "gnutls");
        assert_eq!(with(GeneralName::Email("k\u{fc}m@contoso.com".into())), "go");
        assert_eq!(with(GeneralName::Uri("https://mail contoso/".into())), "go");
        assert_eq!(with(GeneralName::Uri("https://contoso.com/".into())), "");
        let mut cert = leaf(["mail.contoso.com"]);
        cert.identity.names.is_followed = true;
        let hit = judged(&cert, Some("mbedtls"), &Context::private()).unwrap();
        assert_eq!((hit.level, hit.remedy), (Level::Refused, Remedy::Reissue));
        assert_eq!(judged(&cert, Some("openssl"), &Context::private()), None);
    }

    #[test]
    fn leaves_wildcards_underscores_and_umlauts_to_their_own_rules() {
        let cert = leaf(["*.contoso.com", "w*.contoso.com", "my_host.contoso.com", "bücher.contoso.com", "SERVER"]);
        assert_eq!(judged(&cert, None, &Context::public()), None);
        assert_eq!(judged(&cert, Some("go"), &Context::public()), None);
    }
}
