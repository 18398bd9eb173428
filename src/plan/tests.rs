//! Plans for the cases that certfix is made for.

use super::*;
use crate::facts::fixture::{general_name, leaf, name, request};
use crate::facts::{Curve, KeyUsage, extension, tlv};
use crate::profiles::find;

fn wish<'a>(target: &str, old: Option<Item<'a>>, profile: &str) -> Wish<'a> {
    let profile = find(profile).unwrap();
    Wish { target: name(target), extra: Vec::new(), old, subject: None, profile, output: Output::Request }
}

fn shown(plan: &Plan) -> Vec<String> {
    plan.names.iter().map(|planned| format!("{} ({})", planned.name, planned.reason)).collect()
}

fn encoded(subject: &str) -> DistinguishedName {
    let given = DistinguishedName::parse(subject).unwrap();
    subject::fresh(&given, &name("old.contoso.com")).unwrap().name
}

#[test]
fn moves_the_target_first_and_keeps_the_rest_in_order() {
    let mut old = leaf(["server.contoso.local", "Contoso.com", "remote.contoso.com", "REMOTE.contoso.com", "10.0.0.1"]);
    old.identity.subject = encoded("");
    let plan = plan(&wish("remote.contoso.com", Some(Item::Certificate(&old)), "public")).unwrap();
    assert_eq!(shown(&plan), ["remote.contoso.com (moved first)", "Contoso.com (kept)"]);
    let dropped: Vec<String> = plan.dropped.iter().map(|dropped| dropped.name.to_string()).collect();
    assert_eq!(dropped, ["server.contoso.local", "REMOTE.contoso.com", "10.0.0.1"]);
    assert_eq!(plan.subject.to_string(), "CN=remote.contoso.com");
    assert!(plan.changes_anything(&old.identity));
}

#[test]
fn a_mark_that_is_wrong_is_something_to_change() {
    let mut old = leaf(["remote.contoso.com"]);
    old.identity.subject = encoded("");
    let planned =
        |old: &Certificate| plan(&wish("remote.contoso.com", Some(Item::Certificate(old)), "private")).unwrap();
    old.identity.subject = planned(&old).subject;
    assert!(!planned(&old).changes_anything(&old.identity));
    old.identity.names.extension = SanExtension::Critical;
    assert!(planned(&old).changes_anything(&old.identity));
}

#[test]
fn a_mark_that_fits_no_subject_is_not_wrong() {
    let mut old = leaf(["remote.contoso.com"]);
    old.identity.subject = DistinguishedName::default();
    old.identity.names.extension = SanExtension::Critical;
    let plan = plan(&wish("remote.contoso.com", Some(Item::Certificate(&old)), "letsencrypt")).unwrap();
    assert_eq!(plan.common_name, CommonNamePlan::Added);
    assert!(!plan.changes_anything(&old.identity));
}

#[test]
fn names_what_a_request_asked_for_and_a_usage_that_is_left_out() {
    let mut old = request(leaf(["remote.contoso.com"]));
    old.identity.subject = DistinguishedName::default();
    old.extensions = ["2.5.29.17", extension::TLS_FEATURE, "1.2.3.4"].map(Into::into).to_vec();
    old.identity.key_usage = Some(KeyUsage::DIGITAL_SIGNATURE.with(KeyUsage::CONTENT_COMMITMENT));
    let plan = plan(&wish("remote.contoso.com", Some(Item::Request(&old)), "private")).unwrap();
    let left_out: Vec<&str> = plan.left_out.iter().map(|part| &*part.what).collect();
    assert_eq!(left_out, ["nonRepudiation", "TLS feature (must-staple)", "extension 1.2.3.4"]);
}

#[test]
fn no_issuer_is_empty() {
    let long = format!("{}.contoso.com", "b".repeat(60));
    let mut old = leaf([&*long]);
    old.identity.subject = DistinguishedName::default();
    for old in [None, Some(Item::Certificate(&old))] {
        let request = wish(&long, old, "private");
        assert!(plan(&request).unwrap().subject.is_empty());
        let own = plan(&Wish { output: Output::SelfSigned, ..request }).unwrap();
        assert_eq!(own.subject.to_string(), format!("DC=com, DC=contoso, DC={}", "b".repeat(60)));
        assert_eq!(own.common_name, CommonNamePlan::TooLong);
    }
}

#[test]
fn drops_names_of_reverse_zones_for_a_public_ca_only() {
    let mut old = leaf(["remote.contoso.com", "5.2.0.192.in-addr.arpa", "e164.contoso.arpa"]);
    old.identity.subject = encoded("");
    let planned = |profile| plan(&wish("remote.contoso.com", Some(Item::Certificate(&old)), profile)).unwrap();
    let dropped = planned("public").dropped;
    assert_eq!(dropped.len(), 1);
    assert_eq!(dropped[0].reason, DropReason::ReverseZone);
    assert_eq!(planned("private").dropped, []);
    let refused = plan(&wish("5.2.0.192.in-addr.arpa", None, "public")).unwrap_err();
    assert!(refused.to_string().contains("(BR 4.2.2)"), "{refused}");
}

#[test]
fn changes_nothing_where_nothing_is_wrong() {
    let mut old = leaf(["remote.contoso.com", "my_server", "mailto:a@contoso.com", "10.0.0.1"]);
    let first = plan(&wish("remote.contoso.com", None, "private")).unwrap();
    old.identity.subject = first.subject;
    let plan = plan(&wish("remote.contoso.com", Some(Item::Certificate(&old)), "private")).unwrap();
    assert!(!plan.changes_anything(&old.identity), "{plan:?}");
    assert_eq!(plan.common_name, CommonNamePlan::Kept);
}

#[test]
fn keeps_repeated_attributes_and_drops_units_for_a_public_ca_only() {
    let mut old = leaf(["remote.contoso.com"]);
    old.identity.subject = encoded("DC=local,DC=contoso,OU=Mail,OU=Web,O=Contoso");
    let item = Item::Certificate(&old);
    let private = plan(&wish("remote.contoso.com", Some(item), "private")).unwrap();
    assert_eq!(private.subject.to_string(), "DC=local, DC=contoso, OU=Mail, OU=Web, O=Contoso, CN=remote.contoso.com");
    let public = plan(&wish("remote.contoso.com", Some(item), "public")).unwrap();
    assert_eq!(public.subject.to_string(), "DC=local, DC=contoso, O=Contoso, CN=remote.contoso.com");
    assert_eq!(public.left_out.len(), 2);
}

/// A subject with these common names, in this order.
fn called(names: &[&str]) -> DistinguishedName {
    let each: Vec<_> =
        names.iter().map(|one| subject::fresh(&DistinguishedName::default(), &name(one)).unwrap().name).collect();
    let content: Vec<u8> = each.iter().flat_map(|one| tlv::first(&one.der).unwrap().0.content.to_vec()).collect();
    let rdns = each.into_iter().flat_map(|one| one.rdns).collect();
    DistinguishedName { der: tlv::element(tlv::SEQUENCE, &content).into(), rdns }
}

#[test]
fn leaves_one_common_name_whoever_signs() {
    let (mail, server) = ("mail.contoso.com", "server.contoso.com");
    for (before, left_out, kept) in [
        (&[mail, server][..], &["CN=server.contoso.com"][..], true),
        (&[server, mail], &["CN=server.contoso.com"], true),
        (&[mail, mail], &["CN=mail.contoso.com"], true),
        (&["www.contoso.com", server], &["CN=www.contoso.com"], false),
        (&[server], &[], false),
    ] {
        let mut old = leaf([mail, server]);
        old.identity.subject = called(before);
        for profile in ["private", "public"] {
            let plan = plan(&wish(mail, Some(Item::Certificate(&old)), profile)).unwrap();
            assert_eq!(plan.subject, called(&[mail]), "{before:?} {profile}");
            assert_eq!(plan.left_out.iter().map(|part| &*part.what).collect::<Vec<&str>>(), left_out, "{before:?}");
            assert_eq!(plan.common_name == CommonNamePlan::Kept, kept, "{before:?}");
        }
    }
}

#[test]
fn keeps_the_attributes_beside_an_empty_relative_name() {
    let mut old = leaf(["remote.contoso.com"]);
    let whole = encoded("O=Contoso,L=Redmond");
    let content = tlv::first(&whole.der).unwrap().0.content;
    let der = tlv::element(tlv::SEQUENCE, &[&tlv::element(tlv::SET, &[]), content].concat()).into();
    old.identity.subject = DistinguishedName { der, ..whole };
    let plan = plan(&wish("remote.contoso.com", Some(Item::Certificate(&old)), "private")).unwrap();
    assert_eq!(
        plan.subject,
        subject::fresh(&encoded("O=Contoso,L=Redmond"), &name("remote.contoso.com")).unwrap().name
    );
}

#[test]
fn drops_what_was_not_validated_for_a_public_ca_only() {
    let mut old = leaf(["remote.contoso.com"]);
    old.identity.subject = encoded("C=US,L=Redmond,O=Contoso");
    old.policies = vec!["2.23.140.1.2.1".into()];
    let planned = |old: &_, profile| plan(&wish("remote.contoso.com", Some(Item::Certificate(old)), profile)).unwrap();
    let public = planned(&old, "public");
    assert_eq!(public.subject.to_string(), "C=US, CN=remote.contoso.com");
    let left_out: Vec<&str> = public.left_out.iter().map(|part| &*part.what).collect();
    assert_eq!(left_out, ["L=Redmond", "O=Contoso"]);
    let whole = "C=US, L=Redmond, O=Contoso, CN=remote.contoso.com";
    assert_eq!(planned(&old, "private").subject.to_string(), whole);
    old.policies = vec!["2.23.140.1.2.2".into()];
    assert_eq!(planned(&old, "public").subject.to_string(), whole);
}

#[test]
fn rewrites_and_drops_what_is_malformed() {
    let mut old = leaf(["bücher.com", "mail.contoso.com.", "192.0.2.5x y", "*.co.uk", "my_host.contoso.com"]);
    old.identity.subject = encoded("");
    old.identity.names.entries.push(GeneralName::Dns(Text::from("192.0.2.5")));
    let plan = plan(&wish("a.contoso.com", Some(Item::Certificate(&old)), "public")).unwrap();
    assert_eq!(
        shown(&plan),
        [
            "a.contoso.com (added)",
            "xn--bcher-kva.com (was written bücher.com)",
            "mail.contoso.com (was written mail.contoso.com.)"
        ]
    );
    assert_eq!(plan.dropped.len(), 4);
}

#[test]
fn says_how_the_target_was_written_where_that_was_otherwise() {
    let reason = |target: &str, names: [&str; 2]| {
        let mut old = leaf(names);
        old.identity.subject = encoded("");
        shown(&plan(&wish(target, Some(Item::Certificate(&old)), "public")).unwrap()).remove(0)
    };
    for (names, expected) in [
        (["server.contoso.com.", "mail.contoso.com."], "moved first, was written mail.contoso.com."),
        (["mail.contoso.com.", "server.contoso.com"], "first, was written mail.contoso.com."),
        (["MAIL.contoso.com", "server.contoso.com"], "first"),
    ] {
        assert_eq!(reason("mail.contoso.com", names), format!("mail.contoso.com ({expected})"));
    }
    let converted = reason("xn--bcher-kva.de", ["bücher.de", "www.contoso.com"]);
    assert_eq!(converted, "xn--bcher-kva.de (first, was written bücher.de)");
}

#[test]
fn names_the_usage_that_goes_with_the_old_kind_of_key() {
    let mut old = leaf(["mail.contoso.com", "pop.contoso.com"]);
    old.identity.subject = encoded("");
    old.identity.key_usage =
        Some(KeyUsage::DIGITAL_SIGNATURE.with(KeyUsage::KEY_ENCIPHERMENT).with(KeyUsage::KEY_AGREEMENT));
    let planned = plan(&wish("mail.contoso.com", Some(Item::Certificate(&old)), "public")).unwrap();
    let left_out = |plan: Plan, kind| -> Vec<String> {
        plan.for_key(kind).left_out.into_iter().map(|part| format!("{}: {}", part.what, part.reason)).collect()
    };
    let both = ["keyAgreement: a server does not need it", "keyEncipherment: only an RSA key enciphers others"];
    assert_eq!(left_out(planned.clone(), KeyKind::Ec(Curve::P256)), both);
    assert_eq!(left_out(planned.clone(), KeyKind::Rsa { bits: 2048, exponent: None }), both[..1]);
    // The old names are the same for all.
    let second = planned.split_one_per_name().unwrap().remove(1);
    assert_eq!(left_out(second, KeyKind::Ec(Curve::P256)), [""; 0]);
}

#[test]
fn keeps_and_drops_what_the_rules_say() {
    for (name, public, private) in [
        ("mail.pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion", true, true),
        ("a.onion", false, true),
        ("server.contoso.local", false, true),
        ("*.local", false, false),
        ("*.com", false, false),
        ("*.github.io", true, true),
    ] {
        let mut old = leaf([name]);
        old.identity.subject = encoded("");
        for (profile, kept) in [("public", public), ("private", private)] {
            let plan = plan(&wish("mail.contoso.com", Some(Item::Certificate(&old)), profile)).unwrap();
            assert_eq!(plan.dropped.is_empty(), kept, "{name} {profile}");
        }
    }
}

#[test]
fn refuses_what_was_asked_for_and_will_not_be_signed() {
    let internal = plan(&wish("server.contoso.local", None, "public"));
    assert!(matches!(internal, Err(Error::Unsigned { .. })));
    assert!(plan(&wish("server.contoso.local", None, "private")).is_ok());
    let mut address = wish("a.contoso.com", None, "letsencrypt");
    address.extra = vec![general_name("8.8.8.8")];
    let Err(Error::Unsigned { reason, .. }) = plan(&address) else { panic!("an address is signed") };
    assert!(reason.contains("its profile shortlived alone"), "{reason}");
    address.extra = vec![general_name("10.0.0.1")];
    let Err(Error::Unsigned { reason, .. }) = plan(&address) else { panic!("a reserved address is signed") };
    assert!(reason.contains("a reserved address"), "{reason}");
    address.output = Output::SelfSigned;
    assert!(plan(&address).is_ok());
    for profile in ["public", "private"] {
        let mut suffix = wish("a.contoso.com", None, profile);
        suffix.extra = vec![general_name("*.co.uk")];
        let error = plan(&suffix).unwrap_err();
        assert!(matches!(error, Error::WholeSuffix { .. }) && error.hint().contains("*.contoso.co.uk"), "{profile}");
    }
}

#[test]
fn leaves_the_common_name_out_when_the_target_is_too_long() {
    let long = format!("{}.{}.contoso.com", "a".repeat(40), "b".repeat(40));
    let plan = plan(&wish(&long, None, "public")).unwrap();
    assert!(plan.subject.is_empty());
    assert_eq!(&*plan.subject.der, [0x30, 0]);
    assert!(plan.notes[0].contains("64 characters"));
    let of_edwards = super::plan(&wish("mail.contoso.com", None, "private")).unwrap().for_key(KeyKind::Ed25519);
    assert!(of_edwards.notes[0].starts_with("the key is of no use to Outlook 2007, "), "{:?}", of_edwards.notes);
    let underscore = super::plan(&wish("my_server.contoso.com", None, "private")).unwrap();
    assert_eq!(underscore.notes[0], "Java and Angus Mail match no host name with an underscore");
}

#[test]
fn says_what_a_sorting_ca_will_put_first() {
    let mut sorted = wish("remote.contoso.com", None, "letsencrypt");
    sorted.extra = vec![general_name("autodiscover.contoso.com")];
    let sorted = plan(&sorted).unwrap();
    assert!(sorted.notes[0].contains("will begin with autodiscover.contoso.com"), "{:?}", sorted.notes);
    let split = sorted.split_one_per_name().unwrap();
    assert_eq!(split.len(), 2);
    assert_eq!(split[1].subject.to_string(), "CN=autodiscover.contoso.com");
    assert!(split.iter().all(|plan| plan.notes.is_empty()));
}

#[test]
fn puts_the_common_name_where_the_subject_is_most_specific() {
    let mut given = wish("remote.contoso.com", None, "public");
    given.subject = Some(DistinguishedName::parse("CN=x,O=Contoso,L=Redmond,ST=Washington,C=US").unwrap());
    let plan = super::plan(&given).unwrap();
    assert_eq!(plan.subject.to_string(), "CN=remote.contoso.com, O=Contoso, L=Redmond, ST=Washington, C=US");
    for (subject, long) in
        [("C=USA", true), ("C=1", false), ("DC=bücher", false), (&*format!("O={}", "x".repeat(65)), true)]
    {
        given.subject = Some(DistinguishedName::parse(subject).unwrap());
        let error = super::plan(&given).unwrap_err();
        assert_eq!(matches!(error, Error::LongAttribute { .. }), long, "{error}");
    }
}

#[test]
fn says_what_becomes_of_the_subject() {
    for (profile, subject, note) in [
        ("letsencrypt", "O=Contoso,C=US", Some("Let's Encrypt leaves the subject out but for the common name")),
        ("letsencrypt", "", None),
        ("vault", "O=Contoso", Some("Vault leaves the subject out but for the common name (inferred)")),
        ("pebble", "O=Contoso", Some("Pebble leaves the subject out but for the common name")),
        (
            "public",
            "O=Contoso,OU=Mail",
            Some("public CAs sign no organizational unit (OU), and some refuse a request that holds one"),
        ),
        ("public", "O=Contoso", None),
        ("private", "O=Contoso,OU=Mail", Some(find("private").unwrap().says)),
    ] {
        let mut given = wish("remote.contoso.com", None, profile);
        given.subject = Some(DistinguishedName::parse(subject).unwrap());
        assert_eq!(plan(&given).unwrap().notes.first().map(String::as_str), note, "{profile} {subject}");
    }
}

#[test]
fn says_what_is_not_sure_of_the_order() {
    let said = |profile, extra: &[&str]| {
        let extra = extra.iter().map(|name| general_name(name)).collect();
        let notes = plan(&Wish { extra, ..wish("remote.contoso.com", None, profile) }).unwrap().notes;
        notes.iter().any(|note| note == find(profile).unwrap().says)
    };
    for (profile, hedged) in [("sectigo", true), ("openbao", true), ("public", true), ("pebble", false)] {
        assert_eq!(said(profile, &["mail.contoso.com"]), hedged, "{profile}");
        assert!(!said(profile, &[]), "{profile}");
    }
    for leaves_out in ["private", "adcs"] {
        assert!(
            said(leaves_out, &[]) && said(leaves_out, &["mail.contoso.com"]),
            "{leaves_out}: even one name may be lost"
        );
    }
}

#[test]
fn asks_no_public_ca_for_what_is_nobodys() {
    let asked = |target: &str, extra: &str, profile| {
        let extra = vec![general_name(extra)];
        plan(&Wish { extra, ..wish(target, None, profile) }).err().map(|error| error.to_string())
    };
    for suffix in ["com", "ck", "zip", "co.uk"] {
        let nobodys = Some(format!("'{suffix}' is a public suffix, nobody's own domain"));
        assert_eq!(asked(suffix, "mail.contoso.com", "letsencrypt"), nobodys);
        assert_eq!(asked("mail.contoso.com", suffix, "public"), nobodys);
        // A host of one's own may be called zip, or exchange.
        assert_eq!(asked(suffix, suffix, "private"), nobodys.filter(|_| suffix.contains('.')), "{suffix}");
    }
    assert_eq!(asked("mail.contoso.com", "contoso.github.io", "public"), None);
    assert_eq!(asked("mail.contoso.com", "github.io", "public"), None, "it has one owner");
    for (internal, word) in [("server", "internal"), ("contoso.local", "internal"), ("*.co.uk", "wildcard")] {
        assert!(asked("mail.contoso.com", internal, "public").is_some_and(|said| said.contains(word)), "{internal}");
    }
}

#[test]
fn asks_no_public_ca_for_a_reserved_label() {
    let old = leaf(["remote.contoso.com", "ab--cd.contoso.com", "xn--bcher-kva.contoso.com"]);
    let mended = |profile| {
        let mut wish = wish("remote.contoso.com", Some(Item::Certificate(&old)), profile);
        wish.subject = Some(DistinguishedName::default());
        plan(&wish).unwrap().names.len()
    };
    assert_eq!((mended("public"), mended("private")), (2, 3));
    let refused = plan(&wish("ab--cd.contoso.com", None, "public")).unwrap_err().to_string();
    assert!(refused.contains("two hyphens in the third and fourth place"), "{refused}");
    assert!(plan(&wish("ab--cd.contoso.com", None, "private")).is_ok());
}

#[test]
fn makes_the_target_from_a_domain() {
    for top in ["com", "uk", "NET"] {
        assert!(matches!(target_for_domain(top, "remote"), Err(Error::PublicSuffix { .. })), "{top}");
    }
    assert_eq!(target_for_domain("contoso", "remote").unwrap().as_str(), "remote.contoso");
    assert_eq!(target_for_domain("Contoso.com", "remote").unwrap().as_str(), "remote.contoso.com");
    assert_eq!(target_for_domain("mail.contoso.com", "mail").unwrap().as_str(), "mail.contoso.com");
    assert_eq!(target_for_domain("remote.com", "remote").unwrap().as_str(), "remote.remote.com");
    assert!(matches!(target_for_domain("co.uk", "remote"), Err(Error::PublicSuffix { .. })));
    assert!(matches!(target_for_domain("con toso.com", "remote"), Err(Error::BadName { .. })));
    assert!(matches!(target_for_domain("contoso.com", ""), Err(Error::BadName { .. })));
}
