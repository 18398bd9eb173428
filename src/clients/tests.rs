//! Whole-list tests: every model is complete, and the folder and the list agree.

use std::collections::BTreeSet;

use super::*;
use crate::facts::TlsVersion;

/// Files here that are not models.
const MACHINERY: &[&str] = &[
    "mod",
    "certainty",
    "demands",
    "issuers",
    "joined",
    "lists",
    "matching",
    "matching_tests",
    "policy",
    "san",
    "switches",
    "tests",
    "versions",
    "when",
    "wildcard",
    "words",
];

#[test]
fn folder_and_list_agree() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/clients");
    let files: BTreeSet<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
        .filter(|stem| !MACHINERY.contains(&stem.as_str()))
        .collect();
    let listed: BTreeSet<String> = ALL.iter().map(|client| client.id.replace('-', "_")).collect();
    assert_eq!(files, listed);
    assert_eq!(listed.len(), ALL.len(), "an id is there twice");
}

#[test]
fn lists_every_kind_of_fault_where_it_is_declared() {
    for (position, fault) in Fault::EVERY.into_iter().enumerate() {
        assert_eq!(fault as usize, position, "{fault:?}");
    }
}

#[test]
fn what_has_no_later_tls_than_its_first_version_knows_no_later_key() {
    let old: Vec<&&Client> = ALL.iter().filter(|client| client.versions.ever.1 < TlsVersion::Tls12).collect();
    assert!(old.len() >= 5);
    for client in old {
        for family in Demands::OF_TLS10.refused_keys {
            assert!(client.demands.refused_keys.contains(family), "{}: {family:?}", client.id);
        }
        assert!(client.heeds(Fault::UnusableKey), "{}", client.id);
    }
}

#[test]
fn every_model_is_complete() {
    for client in ALL {
        let kebab = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        assert!(client.id.bytes().all(kebab), "{}", client.id);
        assert!(!client.statements.is_empty(), "{} has no source", client.id);
        for statement in client.statements {
            assert!(!statement.source.is_empty() && statement.text.ends_with('.'), "{}: {statement:?}", client.id);
        }
        let says = client.words.iter().any(|(fault, _)| *fault == Fault::Name);
        let silent = SILENT.iter().any(|(id, _)| *id == client.id) || client.group == Group::Standard;
        assert!(says != silent, "{} must have words for a wrong name, or a reason in SILENT", client.id);
        for (fault, _) in client.words {
            assert!(client.heeds(*fault), "{} has words for {fault:?} but does not heed it", client.id);
        }
    }
}

/// Models without words for a wrong name, and why.
const SILENT: &[(&str, &str)] = &[
    ("xp-rpc-https", "it shows no text, it asks for the password again and again"),
    ("exchange55-ims", "no text is documented; the connection fails"),
    ("android4", "each application has words of its own"),
    ("java-mail", "it compares no names"),
    ("chrome", "its error page was not read"),
    ("boringssl", "a library: each program has words of its own"),
    ("libtls", "its error texts were not read"),
    ("mbedtls", "a library: its error texts were not read"),
    ("mbedtls35", "a library: its error texts were not read"),
    ("postfix-may", "mail is delivered all the same"),
];

#[test]
fn selects_ids_and_groups_once_each() {
    let ids = |spec| select(spec).unwrap().iter().map(|client| client.id).collect::<Vec<_>>();
    assert_eq!(ids("all").len(), ALL.len());
    assert_eq!(ids("openssl, outlook2007,openssl"), ["outlook2007", "openssl"]);
    assert!(ids("legacy").contains(&"outlook2007") && !ids("modern").contains(&"outlook2007"));
    assert!(!ids("modern,legacy").contains(&"rfc9525"));
    assert_eq!(ids("standard"), ["rfc9525", "rfc6125", "rfc2818", "cn-only"]);
}

#[test]
fn names_the_nearest_model() {
    let error = select("all,outlok2007").unwrap_err().to_string();
    assert_eq!(error, "no client is called 'outlok2007': did you mean 'outlook2007'");
    assert_eq!(select("").unwrap_err().to_string(), "no client is called ''");
}

#[test]
fn every_phrase_can_be_shown() {
    for client in ALL {
        for (position, (fault, phrase)) in client.words.iter().enumerate() {
            let hides = |(of, other): &&(Fault, Phrase)| of == fault && other.when == When::Always;
            let before = client.words[..position].iter().find(hides);
            assert_eq!(before, None, "{}: {}", client.id, phrase.text);
            let is_met = match fault {
                Fault::WeakSignature => !client.demands.refused_digests.is_empty(),
                Fault::UnknownSignature => !client.demands.unknown_digests.is_empty(),
                _ => true,
            };
            assert!(is_met, "{}: {}", client.id, phrase.text);
        }
    }
}
