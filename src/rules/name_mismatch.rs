//! The certificate does not cover the name people connect to.

use super::{Check, Context, Hit, Mismatch, Named, Remedy, Rule, Source};
use crate::clients::Fault;
use crate::facts::Host;

pub(super) const RULE: Rule = Rule {
    code: "name-mismatch",
    title: "the certificate is for another name",
    why: "A mail client compares the server name in its settings with the names in the certificate. If none fits, \
          it asks its user whether to go on, or ends the connection.",
    fix: "Ask for a certificate that lists the name people type into their mail client, and lists it first.",
    source: Source::Rfc(9525, "6"),
    fault: Some(Fault::Name),
    check: Check::Name(Mismatch::OtherName, check),
};

fn check(named: &Named<'_>, _: &Context<'_>) -> Option<Hit> {
    let (target, found) = (named.target, named.found());
    let name = match named.target.host() {
        Host::Malformed(fault) => {
            let cure = match target.host_within() {
                Some(host) => format!("Type {host} and nothing else: that is the server's name in it."),
                None => "Type the name of one server, such as remote.contoso.com.".to_owned(),
            };
            let hit = Hit::refuse(format!("asked for {target}, which is no name: {fault}"));
            return Some(hit.remedy(Remedy::ByHand(cure)));
        }
        Host::Address(_) => return None,
        Host::Name(name) => name,
    };
    let hit = |why: &str, cure| Some(Hit::refuse(format!("asked for {target}: {why}")).remedy(Remedy::ByHand(cure)));
    let type_it = || format!("Type {name} into the mail client.");
    if target.has_trailing_dot() && named.is_listed() {
        return hit("the dot at the end stands in the way", type_it());
    }
    if !target.text().as_bytes().is_ascii() && named.fits_as(name) {
        return hit(&format!("it is not converted to {name}, for which the certificate is good"), type_it());
    }
    if named.fits_by_standard() && named.client.names.passes_over(&named.identity.names) {
        return Some(Hit::refuse(format!(
            "asked for {target}: an entry that is malformed hides the others, found {found}"
        )));
    }
    if let Some((written, meant)) = named.unconverted() {
        let why = format!("asked for {target}: the certificate has {written} for {meant}, which clients compare with");
        return Some(Hit::refuse(why).remedy(Remedy::AddName(name.clone())));
    }
    if name.as_str().contains('_') && named.fits_by_standard() {
        let cure = "Give the server a name without underscores that the certificate is good for, and type that one.";
        return hit("the underscore stands in the way", cure.to_owned());
    }
    Some(Hit::refuse(format!("asked for {target}, found {found}")).remedy(Remedy::AddName(name.clone())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::{identity, name};
    use crate::rules::named::tests::{FIRST_ONLY, MODERN, unmatched};

    #[test]
    fn refuses_a_certificate_for_another_name() {
        let hit = unmatched(&RULE, MODERN, &identity(["www.contoso.com"]), "mail.contoso.com").unwrap();
        assert_eq!(hit.detail, "asked for mail.contoso.com, found www.contoso.com");
        assert_eq!(hit.remedy, Remedy::AddName(name("mail.contoso.com")));
    }

    #[test]
    fn says_what_is_malformed_in_what_was_typed() {
        let hit = unmatched(&RULE, MODERN, &identity(["mail.contoso.com"]), "mail..contoso.com").unwrap();
        assert!(hit.detail.ends_with("character 6 is a dot with no label before it"), "{}", hit.detail);
        assert_eq!(hit.remedy.words(&RULE), "Type the name of one server, such as remote.contoso.com.");
        let pasted = unmatched(&RULE, MODERN, &identity(["mail.contoso.com"]), "https://mail.contoso.com/owa").unwrap();
        let cure = "Type mail.contoso.com and nothing else: that is the server's name in it.";
        assert_eq!(pasted.remedy.words(&RULE), cure);
    }

    #[test]
    fn blames_the_dot_at_the_end_where_it_is_to_blame() {
        let hit = unmatched(&RULE, MODERN, &identity(["mail.contoso.com"]), "mail.contoso.com.").unwrap();
        let cure = "Type mail.contoso.com into the mail client.".to_owned();
        assert_eq!((hit.detail.contains("dot at the end"), hit.remedy), (true, Remedy::ByHand(cure)));
    }

    #[test]
    fn tells_a_name_that_is_not_converted_from_one_that_is_not_there() {
        let judged = |listed: &str| unmatched(&RULE, MODERN, &identity([listed]), "bücher.de").unwrap();
        let hit = judged("xn--bcher-kva.de");
        let why = "it is not converted to xn--bcher-kva.de, for which the certificate is good";
        assert_eq!(hit.detail, format!("asked for bücher.de: {why}"));
        assert_eq!(hit.remedy.words(&RULE), "Type xn--bcher-kva.de into the mail client.");
        assert!(!hit.remedy.is_reissue());
        assert_eq!(judged("www.contoso.com").remedy, Remedy::AddName(name("xn--bcher-kva.de")));
    }

    #[test]
    fn tells_what_a_certificate_holds_unconverted() {
        for asked in ["bücher.de", "xn--bcher-kva.de"] {
            let hit = unmatched(&RULE, MODERN, &identity(["www.contoso.com", "bücher.de"]), asked).unwrap();
            let why = "the certificate has bücher.de for xn--bcher-kva.de, which clients compare with";
            assert_eq!(hit.detail, format!("asked for {asked}: {why}"));
            assert_eq!(hit.remedy, Remedy::AddName(name("xn--bcher-kva.de")));
        }
    }

    #[test]
    fn blames_the_underscore_where_it_is_to_blame() {
        let hit = unmatched(&RULE, MODERN, &identity(["*.contoso.com"]), "my_host.contoso.com").unwrap();
        assert_eq!(hit.detail, "asked for my_host.contoso.com: the underscore stands in the way");
        assert!(hit.remedy.words(&RULE).starts_with("Give the server a name without underscores"));
        let other = unmatched(&RULE, MODERN, &identity(["www.contoso.com"]), "my_host.contoso.com").unwrap();
        assert_eq!(other.detail, "asked for my_host.contoso.com, found www.contoso.com");
    }

    #[test]
    fn leaves_a_name_that_is_only_not_first_to_its_own_rule() {
        let two = identity(["server.contoso.local", "mail.contoso.com"]);
        assert_eq!(unmatched(&RULE, FIRST_ONLY, &two, "mail.contoso.com"), None);
    }
}
