//! `install` and `csr --renew` on real files, with `openssl` as the CA.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

#[path = "support/desk.rs"]
mod desk;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::{SystemTime, UNIX_EPOCH};

use certfix::facts::Moment;
use desk::{Desk, NAME, mode};

#[test]
fn installs_an_answer_in_every_wrapping() {
    let key = format!("store/{NAME}");
    for wrapping in ["pem", "der", "p7b", "pfx", "shuffled", "two files", "stdin"] {
        let desk = Desk::new();
        desk.sign(&key, "leaf.pem", None);
        let mut arguments = vec!["install"];
        match wrapping {
            "pem" => {
                desk.put("answer", &(desk.text("leaf.pem") + &desk.text("between.pem") + &desk.text("root.pem")));
                arguments.push("answer");
            }
            "der" => {
                desk.openssl("x509 -in leaf.pem -outform der -out answer");
                arguments.extend([NAME, "answer", "between.pem", "root.pem"]);
            }
            "p7b" => {
                desk.openssl("crl2pkcs7 -nocrl -certfile root.pem -certfile between.pem -certfile leaf.pem -outform der -out answer");
                arguments.extend([NAME, "answer"]);
            }
            "pfx" => {
                let others = desk.text("between.pem") + &desk.text("root.pem");
                desk.put("others.pem", &others);
                desk.openssl(&format!(
                    "pkcs12 -export -inkey {key}/key.pem -in leaf.pem -certfile others.pem -passout file:password -out answer"
                ));
                arguments.extend(["answer", "--password-file", "password"]);
            }
            "shuffled" => {
                desk.put("answer", &(desk.text("root.pem") + &desk.text("leaf.pem") + &desk.text("between.pem")));
                arguments.push("answer");
            }
            "two files" => arguments.extend(["between.pem", "leaf.pem", "root.pem"]),
            _ => {
                desk.put("answer", &(desk.text("between.pem") + &desk.text("leaf.pem") + &desk.text("root.pem")));
                let output = desk.run(&["install", NAME, "-"], fs::File::open(desk.path("answer")).unwrap().into());
                assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
                desk.serves();
                continue;
            }
        }
        assert_eq!(desk.state(), "pending");
        let text = desk.answer(0, &arguments);
        assert!(text.contains("nothing: it is as the request asked"), "{wrapping}: {text}");
        assert!(!text.contains("neither here"), "{wrapping}: {text}");
        desk.serves();
        assert_eq!(desk.state(), "installed");
        let again = desk.answer(0, &arguments);
        assert!(again.contains("installed already"), "{wrapping}: {again}");
        assert_eq!(mode(&desk.path(&key).join("key.pem")), 0o600);
    }
}

#[test]
fn says_that_the_ca_undid_the_cure_and_what_works() {
    let desk = Desk::new();
    let sorted = "subjectAltName=DNS:autodiscover.contoso.com,DNS:remote.contoso.com\nextendedKeyUsage=serverAuth\n";
    desk.sign(&format!("store/{NAME}"), "leaf.pem", Some(sorted));
    let answer = desk.json(1, &["install", "leaf.pem", "between.pem", "root.pem"]);
    assert_eq!(answer["order_undone"], true);
    let kinds: Vec<&str> =
        answer["changes"].as_array().unwrap().iter().map(|change| change["kind"].as_str().unwrap()).collect();
    assert!(kinds.contains(&"reordered") && !kinds.contains(&"name-dropped"), "{kinds:?}");
    let outlook = answer["judged"]["verdicts"].as_array().unwrap();
    let outlook = outlook.iter().find(|verdict| verdict["client"] == "outlook2007").unwrap();
    assert_ne!(outlook["outcome"], "accepts");
    let text = desk.answer(1, &["install", "leaf.pem"]);
    for way in ["--one-per-name", "a CA that keeps the order", "certfix self-signed"] {
        assert!(text.contains(way), "{text}");
    }
}

#[test]
fn builds_the_chain_of_what_is_valid_on_the_day() {
    let desk = Desk::new();
    let between = "x509 -req -in between.csr -CA root.pem -CAkey root.key -extfile ca.ext";
    desk.openssl(&format!("{between} -set_serial 3 -days 10 -out old.pem"));
    desk.sign(&format!("store/{NAME}"), "leaf.pem", None);
    let at = in_days(20);
    let judged = |status, answer: &[&str]| {
        desk.json(status, &[&["install", "--at", &at], answer].concat())["judged"]["findings"].to_string()
    };
    let chain = || desk.text(&format!("store/{NAME}/chain.pem"));
    let found = judged(1, &["leaf.pem", "old.pem"]);
    assert!(found.contains("CN=Between has expired: it ended ") && found.contains("issuer-not-valid-now"), "{found}");
    assert_eq!(chain(), desk.text("old.pem"));
    desk.put("fullchain.pem", &(desk.text("leaf.pem") + &desk.text("old.pem")));
    let checked = desk.json(1, &["check", "fullchain.pem", "--fqdn", NAME, "--at", &at]);
    assert!(checked["sources"][0]["findings"].to_string().contains("issuer-not-valid-now"), "{checked}");
    // What is installed is tried, too, and is not taken.
    let found = judged(0, &["leaf.pem", "between.pem"]);
    assert!(!found.contains("issuer-not-valid-now"), "{found}");
    assert_eq!(chain(), desk.text("between.pem"));
    judged(0, &["leaf.pem", "old.pem", "between.pem"]);
    assert_eq!(chain(), desk.text("between.pem"));
    desk.put("both.pem", &(desk.text("fullchain.pem") + &desk.text("between.pem")));
    let checked = desk.json(0, &["check", "both.pem", "--fqdn", NAME, "--at", &at]);
    assert!(!checked["sources"][0]["findings"].to_string().contains("issuer-not-valid-now"), "{checked}");
}

/// That many days from now.
fn in_days(days: u64) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    Moment::from_unix(i64::try_from(now + days * 86400).unwrap()).rfc3339()
}

#[test]
fn names_what_the_ca_added_dropped_and_rewrote() {
    let desk = Desk::new();
    desk.put(
        "leaf.ext",
        "subjectAltName=DNS:remote.contoso.com,DNS:www.contoso.com\nextendedKeyUsage=serverAuth,clientAuth\n",
    );
    let sign =
        "-CA between.pem -CAkey between.key -set_serial 9 -days 90 -extfile leaf.ext -subj /O=Other -out leaf.pem";
    desk.openssl(&format!("x509 -req -in store/{NAME}/request.csr {sign}"));
    let text = desk.answer(0, &["install", "--dry-run", "leaf.pem"]);
    for change in [
        "the name autodiscover.contoso.com was dropped",
        "the name www.contoso.com was added",
        "the subject is O=Other, asked for was CN=remote.contoso.com",
        "may be used for clientAuth, which was not asked for",
        "CN=Between is neither here nor among",
        "nothing (--dry-run)",
    ] {
        let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(change), "{change}: {text}");
    }
    assert_eq!(desk.state(), "pending");
}

#[test]
fn refuses_answers_that_are_not_for_the_key() {
    let desk = Desk::new();
    desk.answer(0, &["csr", "--fqdn", "mail.contoso.com", "--key", "p-256"]);
    desk.sign(&format!("store/{NAME}"), "leaf.pem", None);
    let refusal = desk.refusal(&["install", "mail.contoso.com", "leaf.pem"]);
    assert!(
        refusal.ends_with("is not for the key of 'mail.contoso.com' but for that of 'remote.contoso.com'"),
        "{refusal}"
    );
    let refusal = desk.refusal(&["install", "between.pem"]);
    assert_eq!(refusal, "the certificate CN=Between is for none of the keys here");
    let refusal = desk.refusal(&["install", "absent.contoso.com", "leaf.pem"]);
    let missing = format!("no key is called 'absent.contoso.com' in the store 'store', but: mail.contoso.com, {NAME}");
    assert_eq!(refusal, missing);
    let refusal = desk.refusal(&["install", &format!("store/{NAME}/request.csr")]);
    assert!(refusal.ends_with("request.csr' holds no certificate"), "{refusal}");
    let refusal = desk.refusal(&["install", "leaf.pem", "--at", "2090-01-01"]);
    assert!(refusal.starts_with("the certificate CN=remote.contoso.com ended on "), "{refusal}");
    assert!(desk.refusal(&["install", "absent.pem"]).starts_with("cannot read 'absent.pem'"));
    let refusal = desk.refusal(&["install", NAME]);
    assert_eq!(refusal, "'remote.contoso.com' holds no certificate");
    let refusal = desk.refusal(&["install", "leaf.pem", "--pfx"]);
    assert_eq!(refusal, "the PKCS#12 file needs a password");
    fs::write(desk.path("garbage"), "garbage").unwrap();
    desk.refusal(&["install", "leaf.pem", "garbage"]);
}

#[test]
fn certificates_of_cas_alone_complete_the_chain() {
    let desk = Desk::new();
    desk.sign(&format!("store/{NAME}"), "leaf.pem", None);
    let hint = "it is a certificate of a CA: install it together with the server's, in one command";
    let alone = desk.run(&["install", "between.pem"], std::process::Stdio::null());
    assert!(String::from_utf8(alone.stderr).unwrap().contains(hint));
    assert!(desk.answer(0, &["install", "leaf.pem"]).contains("is neither here nor"));
    // A chain of others is of no use here.
    desk.openssl("req -x509 -newkey rsa:2048 -nodes -keyout o.key -out other.pem -subj /CN=Other");
    assert!(desk.refusal(&["install", "other.pem"]).contains("CN=Other is for none of the keys here"));
    let shown = desk.json(0, &["install", NAME, "between.pem", "root.pem", "--dry-run"]);
    assert_eq!(shown["chain"].as_array().unwrap().len(), 1, "{shown}");
    // One key of two lacks it: it is meant.
    desk.answer(0, &["csr", "--fqdn", "mail.contoso.com", "--key", "p-256"]);
    desk.sign("store/mail.contoso.com", "mail.pem", None);
    desk.answer(0, &["install", "mail.pem"]);
    let both = desk.refusal(&["install", "between.pem"]);
    assert_eq!(both, format!("there are certificates for several keys: mail.contoso.com, {NAME}"));
    desk.answer(0, &["install", "mail.contoso.com", "between.pem", "root.pem"]);
    desk.answer(0, &["install", "root.pem", "between.pem"]);
    desk.serves();
    assert_eq!(desk.state(), "installed");
    let again = desk.answer(0, &["install", NAME, "between.pem"]);
    assert!(again.contains("nothing: it is installed already"), "{again}");
}

#[test]
fn an_older_certificate_takes_the_place_of_a_newer_one_only_when_it_is_meant() {
    let desk = Desk::new();
    // The CA of somebody else, for the same request.
    desk.answer(
        0,
        &["ca", "init", "Others", "--key", "p-256", "--plain-key", "--store", "other", "--at", "2026-01-01"],
    );
    let request = format!("store/{NAME}/request.csr");
    for (file, day, days) in [
        ("first.pem", "2026-08-01", "396"),
        ("second.pem", "2026-09-01", "395"),
        ("early.pem", "2026-09-01", "365"),
        ("short.pem", "2026-09-15", "86"),
    ] {
        let how = ["--at", day, "--days", days, "--store", "other", "--yes", "-o", file];
        desk.answer(0, &[&["ca", "sign", &*request][..], &how].concat());
    }
    fn install<'a>(more: &[&'a str]) -> Vec<&'a str> {
        [&["install", "--at", "2026-10-01"], more].concat()
    }
    desk.answer(0, &install(&["first.pem"]));
    desk.answer(0, &install(&["second.pem"]));
    for (file, end, why) in [
        ("first.pem", "2027-08-31", "was issued later"),
        ("early.pem", "2027-08-31", "was issued later"),
        ("short.pem", "2026-12-09", "lasts longer"),
    ] {
        let refusal = desk.refusal(&install(&[file]));
        let action = format!("put the certificate until {end} in the place of the one until 2027-09-30, which {why}");
        assert_eq!(refusal, format!("nobody is there to confirm: {action}"));
        let dry = desk.run(&install(&[file, "--dry-run"]), std::process::Stdio::null());
        let told = String::from_utf8(dry.stderr).unwrap();
        assert!(dry.status.success() && told.contains(&format!("--yes would be needed to {action}")), "{told}");
    }
    let text = desk.answer(0, &["keys", "--at", "2026-10-01"]);
    assert!(text.contains("installed  remote.contoso.com  until 2027-09-30"), "{text}");
    desk.answer(0, &install(&["second.pem"]));
    // What has ended is not missed, and what has ended is no answer.
    let refusal = desk.refusal(&["install", "short.pem", "--at", "2027-09-15"]);
    assert!(refusal.contains("ended on 2026-12-09"), "{refusal}");
    desk.answer(0, &install(&["short.pem", "--yes"]));
    desk.answer(0, &["install", "first.pem", "--at", "2027-01-01"]);
    // Another key is another matter: somebody asked for it.
    desk.answer(0, &install(&["second.pem"]));
    desk.answer(0, &["csr", "--renew", NAME, "--same-key"]);
    desk.answer(0, &install(&["short.pem"]));
}

#[test]
fn keeps_names_modes_and_the_old_pair_when_renewing() {
    let desk = Desk::new();
    let folder = format!("store/{NAME}");
    desk.sign(&folder, "leaf.pem", None);
    desk.answer(0, &["install", "leaf.pem", "between.pem", "root.pem"]);
    fs::set_permissions(desk.path(&folder), fs::Permissions::from_mode(0o750)).unwrap();
    fs::set_permissions(desk.path(&folder).join("key.pem"), fs::Permissions::from_mode(0o640)).unwrap();
    let old = desk.text(&format!("{folder}/key.pem"));
    for (flag, same) in [("--new-key", false), ("--same-key", true)] {
        let before = desk.text(&format!("{folder}/key.pem"));
        let made = desk.json(0, &["csr", "--renew", NAME, flag]);
        assert_eq!(made["made"][0]["names"][0]["value"], NAME);
        desk.refusal(&["csr", "--renew", NAME]);
        assert_eq!(desk.text(&format!("{folder}/key.pem")), before, "services go on with the old key");
        assert_eq!(mode(&desk.path(&folder).join("renewal/key.pem")), 0o600);
        desk.sign(&format!("{folder}/renewal"), "new.pem", None);
        desk.answer(0, &["install", NAME, "new.pem", "root.pem"]);
        desk.serves();
        assert_eq!(desk.text(&format!("{folder}/key.pem")) == before, same, "{flag}");
        assert_eq!(mode(&desk.path(&folder).join("key.pem")), 0o640, "{flag}");
        assert!(!desk.path(&folder).join("renewal").exists());
    }
    assert_eq!(desk.json(0, &["keys", "show", NAME])["keys"][0]["generation"], 4);
    let generations = fs::read_dir(desk.path(&folder).join("generations")).unwrap();
    let modes: Vec<u32> = generations.map(|entry| mode(&entry.unwrap().path())).collect();
    assert!(modes.contains(&0o750), "{modes:?}");
    assert!(desk.contents().iter().any(|(_, contents)| *contents == old.as_bytes()), "the old key is there for undo");
}

#[test]
fn works_with_a_key_that_is_encrypted() {
    let desk = Desk::new();
    desk.answer(0, &["keys", "remove", NAME, "--yes", "--no-backup"]);
    let new = ["--new-password-file", "password"];
    let old = ["--password-file", "password"];
    desk.answer(0, &[&["csr", "--fqdn", NAME, "--key", "p-256", "--encrypt-key"][..], &new].concat());
    assert_eq!(desk.state(), "pending");
    let folder = format!("store/{NAME}");
    desk.sign(&folder, "leaf.pem", None);
    assert!(
        desk.refusal(&[&["install", "leaf.pem", "--pfx"][..], &new].concat()).contains("is protected by a password")
    );
    desk.answer(0, &[&["install", "leaf.pem", "between.pem", "root.pem", "--pfx"][..], &new, &old].concat());
    desk.openssl(&format!("pkcs12 -in {folder}/bundle.pfx -passin file:password -nodes -out bundle.pem"));
    assert_eq!(desk.text("bundle.pem").matches("BEGIN CERTIFICATE").count(), 2);
    assert_eq!(mode(&desk.path(&folder).join("bundle.pfx")), 0o600);
    desk.refusal(&["csr", "--renew", NAME]);
    for how in ["--same-key", "--new-key"] {
        desk.answer(0, &[&["csr", "--renew", NAME, how][..], &new, &old].concat());
        assert!(desk.text(&format!("{folder}/renewal/key.pem")).contains("ENCRYPTED"), "{how}");
        desk.sign(&format!("{folder}/renewal"), "new.pem", None);
        desk.answer(0, &["install", "new.pem", "root.pem"]);
        assert_eq!(desk.state(), "installed");
    }
    // A bundle of the old certificate would be worse than none.
    assert!(desk.path(&folder).join("bundle.pfx").symlink_metadata().is_err());
}

#[test]
fn a_renewal_shows_what_is_installed_and_what_waits() {
    let desk = Desk::new();
    let folder = format!("store/{NAME}");
    // Twice asked before the first answer came: either answer is taken.
    let asked = desk.answer(0, &["csr", "--renew", NAME]);
    assert!(asked.contains("note        the request of before has no certificate yet: it stays"), "{asked}");
    let refusal = "a renewal of 'remote.contoso.com' waits for its certificate in 'store/remote.contoso.com/renewal'";
    for more in [&[][..], &["--dry-run"]] {
        assert_eq!(desk.refusal(&[&["csr", "--renew", NAME], more].concat()), refusal);
    }
    // The CA sorts the names and adds one.
    let sorted = "subjectAltName=DNS:autodiscover.contoso.com,DNS:remote.contoso.com,DNS:www.remote.contoso.com";
    desk.sign(&folder, "leaf.pem", Some(sorted));
    desk.answer(1, &["install", "leaf.pem", "between.pem", "root.pem"]);
    desk.sign(&format!("{folder}/renewal"), "new.pem", Some(sorted));
    desk.answer(1, &["install", "new.pem", "between.pem", "root.pem"]);
    let shown = desk.answer(0, &["csr", "--renew", NAME, "--dry-run"]);
    let before = "Before\n  names       1 autodiscover.contoso.com\n              2 remote.contoso.com\n";
    assert!(shown.starts_with(before), "{shown}");
    assert!(shown.contains("After\n  names       1 remote.contoso.com        moved first\n"), "{shown}");
    let added = "  dropped     www.remote.contoso.com: the last request did not ask for it\n";
    assert!(shown.contains(added) && !shown.contains("the request of before"), "{shown}");
}

#[test]
fn an_answer_needs_the_key_that_asked_for_it() {
    let desk = Desk::new();
    desk.sign(&format!("store/{NAME}"), "leaf.pem", None);
    desk.openssl("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out other.key");
    let other = desk.text("other.key");
    let damage: [(&str, Option<&str>); 4] =
        [("half of it", Some(&other[..100])), ("another key", Some(&other)), ("nothing", Some("")), ("gone", None)];
    for slot in [format!("store/{NAME}"), format!("store/{NAME}/renewal")] {
        let (key, answer) =
            (format!("{slot}/key.pem"), if slot.ends_with("renewal") { "next.pem" } else { "leaf.pem" });
        let whole = desk.text(&key);
        for (what, text) in damage {
            fs::remove_file(desk.path(&key)).ok();
            text.into_iter().for_each(|text| desk.put(&key, text));
            let before = desk.contents();
            for flag in [&[][..], &["--dry-run"]] {
                let said = desk.refusal(&[&["install", answer, "between.pem", "root.pem", "--yes"], flag].concat());
                assert!(said.contains("key.pem") || said.contains("none of the keys"), "{slot} {what}: {said}");
            }
            assert_eq!(desk.contents(), before, "{slot} {what}");
        }
        desk.put(&key, &whole);
        fs::set_permissions(desk.path(&key), fs::Permissions::from_mode(0o600)).unwrap();
        desk.answer(0, &["install", answer, "between.pem", "root.pem", "--yes"]);
        if answer == "leaf.pem" {
            desk.answer(0, &["csr", "--renew", NAME]);
            desk.sign(&format!("store/{NAME}/renewal"), "next.pem", None);
        }
    }
    desk.serves();
}

#[test]
fn an_answer_that_was_damaged_on_its_way_is_not_installed() {
    let desk = Desk::new();
    desk.sign(&format!("store/{NAME}"), "leaf.pem", None);
    let mut der = pem::parse(desk.text("leaf.pem")).unwrap().into_contents();
    *der.last_mut().unwrap() ^= 1;
    desk.put("damaged.pem", &pem::encode(&pem::Pem::new("CERTIFICATE", der)));
    let before = desk.contents();
    for flag in [&[][..], &["--dry-run"]] {
        let said = desk.refusal(&[&["install", "damaged.pem", "between.pem", "root.pem"], flag].concat());
        assert_eq!(said, "the signature of CN=remote.contoso.com does not fit the key of CN=Between, which came along");
    }
    assert_eq!(desk.contents(), before);
    desk.answer(0, &["install", "leaf.pem", "between.pem", "root.pem"]);
}
