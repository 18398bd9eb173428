//! The cases of the knowledge base articles, and certificates of today that must pass in silence.

use super::*;
use crate::clients::{self, Mark};
use crate::facts::fixture::{day, evidence, identity, issued, leaf, request, subject, target};
use crate::facts::{Answered, Evidence, Item, KeyKind, SanExtension, TlsVersion, TrustStore};
use crate::rules::Authority;

/// What `with` says of the report on the first certificate of `evidence`, for all clients.
fn judged<T>(evidence: &Evidence, typed: Option<&str>, now: &str, with: impl FnOnce(&Report<'_>) -> T) -> T {
    let subjects = evidence.subjects();
    let target = typed.map(target);
    let ctx =
        Context { now: day(now), authority: Authority::of(subjects[0].item), target: target.as_ref(), trust: None };
    with(&judge(&subjects[0], Panel::all(), &ctx))
}

fn codes(report: &Report<'_>) -> Vec<&'static str> {
    report.findings.iter().map(|finding| finding.rule.code).collect()
}

fn outcome_of(report: &Report<'_>, id: &str) -> Outcome {
    report.verdicts.iter().find(|verdict| verdict.client.id == id).unwrap().outcome
}

#[test]
fn kb958977_outlook_2007_warns_and_its_elders_do_not() {
    let seen = evidence(vec![Certificate {
        identity: Identity {
            subject: subject(&["remote.contoso.com"]),
            ..identity(["server.contoso.local", "remote.contoso.com"])
        },
        ..leaf([])
    }]);
    judged(&seen, Some("remote.contoso.com"), "2026-09-01", |report| {
        assert_eq!(codes(report), ["name-not-first", "internal-name"]);
        assert_eq!(outcome_of(report, "outlook2007"), Outcome::Warns);
        assert_eq!(outcome_of(report, "outlook2000"), Outcome::Accepts);
        assert_eq!(outcome_of(report, "thunderbird"), Outcome::Accepts);
        let verdict = report.verdicts.iter().find(|verdict| verdict.client.id == "outlook2007").unwrap();
        assert_eq!(verdict.comparison.compared.to_string(), "first dNSName server.contoso.local");
        assert!(verdict.message.as_ref().unwrap().text().contains("The target principal name is incorrect."));
    });
}

#[test]
fn what_depends_on_a_stapled_answer_is_not_certain() {
    let of = |must_staple, id: &str| {
        let seen = evidence(vec![Certificate { must_staple, ..leaf(["mail.contoso.com"]) }]);
        judged(&seen, Some("mail.contoso.com"), "2026-09-01", |report| {
            let verdict = report.verdicts.iter().find(|verdict| verdict.client.id == id).unwrap();
            (verdict.outcome, verdict.certainty)
        })
    };
    assert_eq!(of(true, "gnutls"), (Outcome::Accepts, Mark::Inferred));
    assert_eq!(of(false, "gnutls"), (Outcome::Accepts, Mark::Measured));
    assert_eq!(of(true, "openssl"), (Outcome::Accepts, Mark::Measured));
}

#[test]
fn q198564_a_differing_common_name_is_named_as_such() {
    let bare = Identity { subject: subject(&["server"]), ..identity([]) };
    let seen = evidence(vec![Certificate { identity: bare, ..leaf([]) }]);
    judged(&seen, Some("mail.contoso.com"), "2026-09-01", |report| {
        assert!(codes(report).contains(&"common-name-mismatch"));
        assert_ne!(outcome_of(report, "exchange55-clients"), Outcome::Accepts);
    });
}

#[test]
fn q273948_an_address_is_named_as_such() {
    judged(&evidence(vec![leaf(["mail.contoso.com"])]), Some("192.0.2.5"), "2026-09-01", |report| {
        assert_eq!(codes(report), ["connects-by-address"]);
    });
}

fn lets_encrypt() -> Certificate {
    Certificate {
        policies: vec!["2.23.140.1.2.1".into()],
        has_timestamps: true,
        ..leaf(["mail.contoso.com", "autodiscover.contoso.com"])
    }
}

#[test]
fn says_nothing_of_good_certificates_of_today() {
    let mut between = leaf([]);
    between.der = Box::from(*b"between");
    between.identity.subject = subject(&["Test CA"]);
    between.issuer = subject(&["Root"]);
    let mut nameless = lets_encrypt();
    nameless.identity.subject = subject(&[]);
    nameless.identity.names.extension = SanExtension::Critical;
    let mut private = leaf(["server.contoso.local", "server"]);
    private.not_before = day("2026-01-01");
    private.not_after = private.not_before.plus_days(825).plus_seconds(-1);
    for (cert, typed, authority) in [
        (lets_encrypt(), "mail.contoso.com", Authority::Public),
        (nameless, "mail.contoso.com", Authority::Public),
        (private, "server.contoso.local", Authority::Private),
    ] {
        let seen = evidence(vec![cert, between.clone()]);
        let subjects = seen.subjects();
        let target = target(typed);
        let ctx = Context { now: day("2026-09-15"), authority, target: Some(&target), trust: None };
        assert_eq!(codes(&judge(&subjects[0], Panel::all(), &ctx)), [""; 0], "{authority:?}");
    }
}

#[test]
fn only_notes_a_good_self_signed_certificate() {
    let mut own = leaf(["mail.contoso.com"]);
    own.issuer = own.identity.subject.clone();
    judged(&evidence(vec![own]), Some("mail.contoso.com"), "2026-09-15", |report| {
        assert_eq!(codes(report), ["self-signed"]);
        assert_eq!(report.worst(), Some(Level::Note));
    });
}

#[test]
fn puts_the_worst_first_and_keeps_the_order_of_the_list() {
    let cert = Certificate { version: 1, ..leaf(["server.contoso.local", "mail.contoso.com", "mail.contoso.com"]) };
    judged(&evidence(vec![cert]), Some("mail.contoso.com"), "2027-01-01", |report| {
        let levels: Vec<Level> = report.findings.iter().map(|finding| finding.hit.level).collect();
        assert!(levels.is_sorted_by(|one, next| one >= next), "{levels:?}");
        assert_eq!(codes(report)[..2], ["expired", "old-version"]);
    });
}

#[test]
fn a_client_speaks_of_the_name_before_the_date() {
    judged(&evidence(vec![leaf(["www.contoso.com"])]), Some("mail.contoso.com"), "2027-01-01", |report| {
        let verdict = report.verdicts.iter().find(|verdict| verdict.client.id == "thunderbird").unwrap();
        assert!(verdict.message.as_ref().unwrap().text().contains("not valid for that server"));
        assert_eq!(outcome_of(report, "rfc9525"), Outcome::Refuses);
    });
}

#[test]
fn standards_judge_names_only() {
    judged(&evidence(vec![leaf(["mail.contoso.com"])]), Some("mail.contoso.com"), "2027-01-01", |report| {
        assert_eq!(codes(report), ["expired"]);
        assert_eq!(outcome_of(report, "rfc9525"), Outcome::Accepts);
        assert_eq!(outcome_of(report, "outlook2007"), Outcome::Warns);
        assert!(report.findings[0].clients.iter().all(|client| client.group != clients::Group::Standard));
    });
}

#[test]
fn lists_of_a_request_only_what_more_evidence_would_tell() {
    let mut seen = evidence(Vec::new());
    seen.requests.push(request(leaf(["mail.contoso.com"])));
    judged(&seen, Some("mail.contoso.com"), "2026-09-01", |report| {
        let missing: Vec<Missing> = report.not_checked.iter().map(|(_, missing)| *missing).collect();
        assert!(missing.contains(&Missing::Key) && !missing.contains(&Missing::Certificate), "{missing:?}");
    });
}

#[test]
fn lists_what_it_could_not_check_and_why() {
    judged(&evidence(vec![leaf(["mail.contoso.com"])]), None, "2026-09-01", |report| {
        assert!(report.verdicts.is_empty());
        for (code, missing) in [
            ("name-mismatch", Missing::Target),
            ("incomplete-chain", Missing::Chain),
            ("untrusted-issuer", Missing::Trust),
            ("key-does-not-match", Missing::Key),
        ] {
            assert!(report.not_checked.iter().any(|(rule, lacks)| rule.code == code && *lacks == missing), "{code}");
        }
    });
}

#[test]
fn does_not_guess_which_authority_above_is_a_root() {
    let mut seen = evidence(vec![issued("mail", "Low"), issued("Low", "High")]);
    let open = |report: &Report<'_>| {
        report.not_checked.iter().any(|(rule, lacks)| rule.code == "incomplete-chain" && *lacks == Missing::Trust)
    };
    judged(&seen, None, "2026-09-01", |report| assert!(open(report)));
    seen.certificates.push(issued("High", "High"));
    judged(&seen, None, "2026-09-01", |report| assert!(!open(report)));
}

#[test]
fn misses_the_issuer_where_a_server_sends_a_lone_leaf() {
    let mut seen = evidence(vec![leaf(["mail.contoso.com"])]);
    seen.source = crate::facts::Source::Live("imaps://mail.contoso.com".to_owned());
    let subjects = seen.subjects();
    let trust = TrustStore::default();
    let ctx = Context { now: day("2026-09-01"), authority: Authority::Unknown, target: None, trust: Some(&trust) };
    assert!(codes(&judge(&subjects[0], &Panel::new(&[], None), &ctx)).contains(&"incomplete-chain"));
}

/// A service that answers this version alone, and turns down others with an alert.
fn answering(version: TlsVersion, is_named: bool) -> Answered {
    let turned_down = Some(TlsVersion::Tls11);
    Answered { is_named, oldest: version, newest: version, turned_down, is_sure: true, is_modern: true }
}

/// What a client does with a certificate for this name that services present: outcome, certainty, fault.
fn meeting(answered: &[Answered], name: &str, id: &str) -> (Outcome, Mark, Option<Fault>) {
    let mut seen = evidence(vec![leaf([name])]);
    seen.answered = answered.into();
    let (subjects, target) = (seen.subjects(), target("mail.contoso.com"));
    let ctx = Context { now: day("2026-09-01"), authority: Authority::Private, target: Some(&target), trust: None };
    let report = judge(&subjects[0], Panel::all(), &ctx);
    let verdict = report.verdicts.iter().find(|verdict| verdict.client.id == id).unwrap();
    let complains = report.findings.iter().flat_map(|finding| &finding.clients).any(|client| client.id == id);
    assert!(!complains || verdict.fault != Some(Fault::Version), "it never saw the certificate");
    (verdict.outcome, verdict.certainty, verdict.fault)
}

#[test]
fn no_certificate_is_good_enough_where_no_version_is_shared() {
    let [old, new] = [TlsVersion::Tls10, TlsVersion::Tls12].map(|version| answering(version, true));
    let [old_unnamed, new_unnamed] = [TlsVersion::Tls10, TlsVersion::Tls12].map(|version| answering(version, false));
    let refuses = |certainty| (Outcome::Refuses, certainty, Some(Fault::Version));
    for name in ["mail.contoso.com", "other.contoso.com"] {
        let meeting = |answered: &[Answered], id| meeting(answered, name, id);
        assert_eq!(meeting(&[old, old_unnamed], "go"), refuses(Mark::Measured));
        // Its user may go on with other faults.
        assert_eq!(meeting(&[old], "thunderbird"), refuses(Mark::Documented));
        assert_eq!(meeting(&[new, new_unnamed], "outlook2000"), refuses(Mark::Reported));
        assert_eq!(meeting(&[Answered { is_sure: false, ..old }], "go"), refuses(Mark::Inferred));
    }
    let meeting = |answered: &[Answered], id| meeting(answered, "mail.contoso.com", id);
    // They are asked without a name by those that know no such thing.
    assert_eq!(meeting(&[new, old_unnamed], "outlook2000").0, Outcome::Accepts);
    assert_eq!(meeting(&[new, old_unnamed], "go"), (Outcome::Accepts, Mark::Measured, None));
    // Mail is sent in plain text then.
    assert_eq!(meeting(&[old], "postfix-may").0, Outcome::Accepts);
    assert_eq!(meeting(&[], "outlook2000").0, Outcome::Accepts);
}

#[test]
fn hedges_what_is_shared_here_and_there_alone() {
    let [old, new] = [TlsVersion::Tls10, TlsVersion::Tls12].map(|version| answering(version, true));
    let hedged = (Outcome::Accepts, Mark::Inferred, None);
    let meets = |answered: &[Answered], id| meeting(answered, "mail.contoso.com", id);
    assert_eq!(meets(&[old], "openssl"), hedged);
    assert_eq!(meets(&[new], "openssl"), (Outcome::Accepts, Mark::Measured, None));
    // One of two addresses.
    assert_eq!(meets(&[old, new], "go"), hedged);
    // With cipher suites that few offer.
    assert_eq!(meets(&[Answered { is_modern: false, ..new }], "go"), hedged);
    // It would be presented with the certificate for those that name nobody.
    assert_eq!(meets(&[old], "android4"), hedged);
    assert_eq!(meeting(&[old], "other.contoso.com", "openssl").1, Mark::Inferred);
}

#[test]
fn hedges_who_finds_a_missing_issuer() {
    let mut seen = evidence(vec![leaf(["mail.contoso.com"])]);
    seen.source = crate::facts::Source::Live("imaps://mail.contoso.com".to_owned());
    let (subjects, trust) = (seen.subjects(), TrustStore::default());
    let target = target("mail.contoso.com");
    let ctx =
        Context { now: day("2026-09-01"), authority: Authority::Unknown, target: Some(&target), trust: Some(&trust) };
    let report = judge(&subjects[0], Panel::all(), &ctx);
    let certainty = |id: &str| report.verdicts.iter().find(|verdict| verdict.client.id == id).unwrap().certainty;
    assert_eq!(outcome_of(&report, "openssl"), Outcome::Refuses);
    assert_eq!((outcome_of(&report, "chrome"), certainty("chrome")), (Outcome::Accepts, Mark::Inferred));
    // It looks at names alone.
    let plain = crate::clients::Client::find("exchange55-ims").unwrap().mark;
    assert_eq!(certainty("exchange55-ims"), plain);
}

#[test]
fn does_not_call_a_lone_leaf_untrusted() {
    let seen = evidence(vec![leaf(["mail.contoso.com"])]);
    let subjects = seen.subjects();
    let trust = TrustStore::default();
    let ctx = Context { now: day("2026-09-01"), authority: Authority::Unknown, target: None, trust: Some(&trust) };
    let nobody = Panel::new(&[], None);
    let report = judge(&subjects[0], &nobody, &ctx);
    assert!(report.not_checked.iter().any(|(rule, lacks)| rule.code == "untrusted-issuer" && *lacks == Missing::Chain));
    assert!(matches!(subjects[0].item, Item::Certificate(_)));
}

#[test]
fn hedges_what_nobody_knows_of_once_something_beside_the_name_is_wrong() {
    let certainty = |report: &Report<'_>, id: &str| {
        report.verdicts.iter().find(|verdict| verdict.client.id == id).unwrap().certainty
    };
    let mut cert = leaf(["mail.contoso.com"]);
    judged(&evidence(vec![cert.clone()]), Some("mail.contoso.com"), "2026-09-01", |report| {
        assert_eq!(certainty(report, "chrome"), Mark::Documented);
    });
    cert.signature.digest = crate::facts::Digest::Sha1;
    judged(&evidence(vec![cert]), Some("mail.contoso.com"), "2026-09-01", |report| {
        assert_eq!((outcome_of(report, "chrome"), certainty(report, "chrome")), (Outcome::Accepts, Mark::Inferred));
        // Measured: it takes SHA-1 below a root of one's own. A standard is sure of what it says.
        assert_eq!((outcome_of(report, "jsse"), certainty(report, "jsse")), (Outcome::Accepts, Mark::Measured));
        assert_eq!(certainty(report, "rfc9525"), Mark::Documented);
        assert_eq!(outcome_of(report, "openssl"), Outcome::Refuses);
    });
}

#[test]
fn hedges_which_versions_know_a_new_kind_of_key() {
    let mut cert = leaf(["mail.contoso.com"]);
    for (kind, certainty) in [
        (KeyKind::Agreement("X25519"), Mark::Measured),
        (KeyKind::Other("1.2.3.4".into()), Mark::Measured),
        (KeyKind::MlDsa("ML-DSA-65"), Mark::Inferred),
    ] {
        cert.identity.key.kind = kind;
        judged(&evidence(vec![cert.clone()]), Some("mail.contoso.com"), "2026-09-01", |report| {
            let of = |id: &str| report.verdicts.iter().find(|verdict| verdict.client.id == id).unwrap();
            assert_eq!(codes(report)[0], "unusable-key");
            assert_eq!((of("openssl").outcome, of("openssl").certainty), (Outcome::Refuses, certainty));
            let is_new = certainty == Mark::Inferred;
            assert_eq!((of("rustls").outcome == Outcome::Accepts, of("rustls").certainty), (is_new, certainty));
            assert_eq!((of("android").outcome, of("android").certainty), (Outcome::Accepts, Mark::Inferred));
        });
    }
}

#[test]
fn nobody_can_go_on_where_the_key_cannot_be_used() {
    let mut cert = leaf(["mail.contoso.com"]);
    cert.identity.key.kind = KeyKind::Ed25519;
    judged(&evidence(vec![cert.clone()]), Some("mail.contoso.com"), "2026-09-01", |report| {
        assert_eq!(outcome_of(report, "thunderbird"), Outcome::Refuses);
    });
    cert.identity.key.kind = KeyKind::Rsa { bits: 512, exponent: Some(65537) };
    judged(&evidence(vec![cert]), Some("mail.contoso.com"), "2026-09-01", |report| {
        assert_eq!(outcome_of(report, "thunderbird"), Outcome::Warns);
    });
}
