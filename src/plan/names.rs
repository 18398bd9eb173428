//! Which names go into the new certificate, and in which order.

use std::collections::HashSet;

use super::{DropReason, DroppedName, PlannedName, Reason, subject};
use crate::Error;
use crate::clients::SanForm;
use crate::facts::{AnyCase, DistinguishedName, GeneralName, Identity, Name, NameFault, Text, encoding, reservation};
use crate::profiles::{Profile, Signing};

/// The names that stay and those that go.
pub(super) struct Chosen {
    pub(super) names: Vec<PlannedName>,
    pub(super) dropped: Vec<DroppedName>,
}

/// The target, the old names in their order, then the extra ones.
pub(super) fn choose(
    target: &Name,
    old: Option<&Identity>,
    extra: &[GeneralName],
    profile: &'static Profile,
) -> Result<Chosen, Error> {
    let first = GeneralName::from(target);
    asked(&first, profile)?;
    let mut seen = HashSet::from([AnyCase(first.clone())]);
    let mut chosen = Chosen { names: vec![PlannedName { name: first, reason: Reason::Added }], dropped: Vec::new() };
    let mut dns_before = 0;
    for entry in old.iter().flat_map(|old| &old.names.entries) {
        let before = dns_before;
        dns_before += usize::from(entry.dns().is_some());
        let mended = match mend(entry, profile) {
            Ok(mended) => mended,
            Err(reason) => {
                chosen.dropped.push(DroppedName { name: entry.clone(), reason });
                continue;
            }
        };
        if mended.is_same(&chosen.names[0].name) && chosen.names[0].reason == Reason::Added {
            let otherwise = Some(entry).filter(|entry| !entry.is_same(&mended)).cloned();
            chosen.names[0].reason = if before == 0 { Reason::First(otherwise) } else { Reason::MovedFirst(otherwise) };
        } else if seen.insert(AnyCase(mended.clone())) {
            let reason = if mended == *entry { Reason::Kept } else { Reason::Rewritten(entry.clone()) };
            chosen.names.push(PlannedName { name: mended, reason });
        } else {
            chosen.dropped.push(DroppedName { name: entry.clone(), reason: DropReason::Duplicate });
        }
    }
    for name in old.iter().flat_map(|old| only_in_subject(old, target)) {
        match mend(&name, profile) {
            Ok(mended) if seen.insert(AnyCase(mended.clone())) => {
                chosen.names.push(PlannedName { name: mended, reason: Reason::Added });
            }
            Ok(_) => {}
            Err(reason) => chosen.dropped.push(DroppedName { name, reason }),
        }
    }
    for entry in extra {
        let mended = asked(entry, profile)?;
        if seen.insert(AnyCase(mended.clone())) {
            chosen.names.push(PlannedName { name: mended, reason: Reason::Added });
        }
    }
    Ok(chosen)
}

/// Hosts that are common names and nothing else, and that clients take where there is no list of names. Of several common
/// names one stays.
fn only_in_subject(old: &Identity, target: &Name) -> Vec<GeneralName> {
    if old.names.dns().next().is_some() {
        return Vec::new();
    }
    let is_host = |value: &&Text| value.as_str().is_some_and(|text| text.contains('.') && Name::parse(text).is_ok());
    subject::given_up(&old.subject, target).filter(is_host).map(|value| GeneralName::Dns(value.clone())).collect()
}

/// The entry that somebody asked for, as it may be written.
pub(super) fn asked(entry: &GeneralName, profile: &'static Profile) -> Result<GeneralName, Error> {
    mend(entry, profile).map_err(|reason| unsigned(entry, profile, &reason))
}

/// True for `com` and `co.uk`. Where no public CA signs, a server may be called `exchange` and nothing more. A wildcard under
/// one of these has a reason of its own.
fn is_nobodys(name: &Name, profile: &Profile) -> bool {
    !name.is_wildcard()
        && (name.is_registry_suffix() || name.is_top_level())
        && (profile.is_public() || !name.is_single_label())
}

/// The entry as it may be written, or why it may not.
fn mend(entry: &GeneralName, profile: &Profile) -> Result<GeneralName, DropReason> {
    let is = |form: SanForm| form.is_of_entry(entry);
    match entry {
        GeneralName::Dns(text) => mend_dns(text, profile),
        GeneralName::Address(address) => match (profile.addresses, reservation(*address)) {
            (_, Some(reserved)) if profile.is_public() => Err(DropReason::Reserved(reserved)),
            (Signing::Under(name), _) => Err(DropReason::Address(name)),
            (Signing::Signs, _) => Ok(entry.clone()),
        },
        GeneralName::BadAddress(_) | GeneralName::Other(_) | GeneralName::Unreadable(..) => Err(DropReason::Unreadable),
        _ if is(SanForm::EmptyEntry) || is(SanForm::EmptyMail) => Err(DropReason::Empty),
        _ if profile.is_public() => Err(DropReason::Kind),
        // These three are written as IA5String.
        GeneralName::Email(text) | GeneralName::Uri(text) | GeneralName::Srv(text) if !text.as_bytes().is_ascii() => {
            Err(DropReason::Unreadable)
        }
        _ if is(SanForm::OddHost) || is(SanForm::OddUri) => Err(DropReason::OddUri),
        GeneralName::Upn(text) if text.as_str().is_none() => Err(DropReason::Unreadable),
        GeneralName::Directory(name) if !is_readable(name) => Err(DropReason::Unreadable),
        _ => Ok(entry.clone()),
    }
}

fn is_readable(name: &DistinguishedName) -> bool {
    !name.der.is_empty() && !encoding::of_subject(&name.der).iter().any(|flawed| flawed.flaw.is_senseless())
}

fn mend_dns(text: &Text, profile: &Profile) -> Result<GeneralName, DropReason> {
    let typed = text.as_str().ok_or(DropReason::Malformed(NameFault::NotUtf8))?;
    if let Ok(address) = typed.trim().parse() {
        return mend(&GeneralName::Address(address), profile);
    }
    let parsed = if profile.is_public() { Name::parse_for_certificate(typed) } else { Name::parse(typed) };
    let name = parsed.map_err(DropReason::Malformed)?;
    if is_nobodys(&name, profile) {
        return Err(DropReason::Suffix);
    }
    if profile.is_public() && name.is_internal() && !name.is_onion() {
        return Err(DropReason::Internal);
    }
    if profile.is_public() && name.is_in_reverse_zone() {
        return Err(DropReason::ReverseZone);
    }
    if profile.is_public() && name.has_reserved_label() {
        return Err(DropReason::ReservedLabel);
    }
    if name.is_too_broad() {
        return Err(DropReason::WholeSuffix);
    }
    // Letter case is not wrong: the old spelling stays.
    let same = name.as_str().eq_ignore_ascii_case(typed);
    Ok(if same { GeneralName::Dns(text.clone()) } else { GeneralName::from(&name) })
}

fn unsigned(name: &GeneralName, profile: &'static Profile, reason: &DropReason) -> Error {
    match reason {
        // A CA of one's own signs that.
        DropReason::Malformed(fault) if !matches!(fault, NameFault::Underscore { .. }) => {
            Error::BadName { name: name.to_string(), fault: fault.to_string() }
        }
        // Nobody signs it, so another CA is no help.
        DropReason::Suffix => Error::PublicSuffix { name: name.to_string() },
        DropReason::WholeSuffix => Error::WholeSuffix { name: name.to_string() },
        _ => Error::Unsigned { name: name.to_string(), profile: profile.name, reason: reason.to_string() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::{leaf, name, subject};
    use crate::plan::ensure_signed;
    use crate::profiles::find;

    /// What is taken and what is dropped, for a private CA.
    fn chosen(identity: &Identity) -> [Vec<String>; 2] {
        let private = find("private").unwrap();
        let chosen = choose(&name("mail.contoso.com"), Some(identity), &[], private).unwrap();
        let names = chosen.names.iter().map(|planned| format!("{}: {}", planned.name, planned.reason)).collect();
        [names, chosen.dropped.iter().map(|dropped| format!("{}: {}", dropped.name, dropped.reason)).collect()]
    }

    #[test]
    fn hosts_that_are_common_names_alone_go_on_being_named() {
        let mut old = leaf([]).identity;
        old.subject = subject(&["mail.contoso.com", "www.contoso.com", "Contoso Mail", "Mail.contoso.com"]);
        assert_eq!(chosen(&old), [vec!["mail.contoso.com: added", "www.contoso.com: added"], vec![]]);
        old.subject = subject(&["old.contoso.com"]);
        assert_eq!(chosen(&old)[0], ["mail.contoso.com: added"], "it gives way to the target");
        let mut old = leaf(["mail.contoso.com"]).identity;
        old.subject = subject(&["mail.contoso.com", "www.contoso.com"]);
        assert_eq!(chosen(&old)[0], ["mail.contoso.com: first"], "no client takes it beside a list of names");
    }

    #[test]
    fn an_address_written_as_a_name_becomes_one() {
        let old = leaf(["mail.contoso.com", "8.8.8.8 ", "10.0.0.5 "]).identity;
        let written = "was written as a DNS name, which few clients compare with an address";
        let [kept, dropped] = chosen(&old);
        assert_eq!(kept[1..], [format!("8.8.8.8: {written}"), format!("10.0.0.5: {written}")]);
        assert!(dropped.is_empty());
        let public = choose(&name("mail.contoso.com"), Some(&old), &[], find("public").unwrap()).unwrap();
        let [reserved] = &*public.dropped else { panic!("{:?}", public.dropped) };
        assert!(reserved.reason.to_string().starts_with("a reserved address"), "{}", reserved.reason);
    }

    #[test]
    fn tells_beforehand_which_names_are_signed() {
        for (typed, public, private) in [
            ("mail.contoso.com", true, true),
            ("my_server.contoso.com", false, true),
            ("server.contoso.local", false, true),
            ("ab--cd.contoso.com", false, true),
            ("5.2.0.192.in-addr.arpa", false, true),
            ("exchange", false, true),
            ("co.uk", false, false),
        ] {
            let [in_public, in_private] = ["public", "private"].map(|id| find(id).unwrap());
            let is_signed = |profile| ensure_signed(&name(typed), profile).is_ok();
            assert_eq!([is_signed(in_public), is_signed(in_private)], [public, private], "{typed}");
            assert_eq!(choose(&name(typed), None, &[], in_public).is_ok(), public, "{typed}");
        }
        let refused = ensure_signed(&name("my_server.contoso.com"), find("public").unwrap()).unwrap_err();
        assert!(refused.to_string().contains("character 3 is an underscore"), "{refused}");
    }

    #[test]
    fn entries_that_clients_refuse_are_dropped() {
        let mut old = leaf(["mail.contoso.com"]).identity;
        let [uri, mail] = ["not a uri", ""].map(Text::from);
        old.names.entries.extend([GeneralName::Uri(uri), GeneralName::Email(mail)]);
        let dropped = ["not a uri: it is no URI that every client reads", ": there is nothing in it"];
        assert_eq!(chosen(&old)[1], dropped);
    }
}
