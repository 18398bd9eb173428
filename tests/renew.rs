//! `certfix renew`: what is due, by which way, and what it says.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

#[expect(dead_code, reason = "other tests need more of it")]
#[path = "support/desk.rs"]
mod desk;

use std::fs;
use std::process::Stdio;

use desk::{Desk, NAME};

/// A desk whose key has a certificate of ninety days, and its days: the first, one before it is due, one after.
fn installed() -> (Desk, [String; 3]) {
    let desk = Desk::new();
    desk.sign(&format!("store/{NAME}"), "leaf.pem", None);
    desk.answer(0, &["install", "leaf.pem", "between.pem"]);
    let shown = desk.json(0, &["keys"]);
    let text = |field: &str| shown["keys"][0]["certificate"][field].as_str().unwrap().to_owned();
    let first = certfix::facts::Moment::parse(&text("not_before")).unwrap();
    (desk, [first, first.plus_days(59), first.plus_days(61)].map(certfix::facts::Moment::date))
}

fn said(desk: &Desk, status: i32, arguments: &[&str]) -> (String, String) {
    let output = desk.run(arguments, Stdio::null());
    let [text, complaint] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    assert_eq!(output.status.code(), Some(status), "{arguments:?}: {text}{complaint}");
    (text, complaint)
}

#[test]
fn says_nothing_when_nothing_is_due() {
    let (desk, [first, before, _]) = installed();
    for day in [&first, &before] {
        assert_eq!(said(&desk, 0, &["renew", "--at", day]), (String::new(), String::new()));
    }
    let pending = Desk::new();
    assert_eq!(said(&pending, 0, &["renew"]), (String::new(), String::new()));
    assert_eq!(desk.json(0, &["renew", "--at", &first])["keys"].as_array().unwrap().len(), 0);
}

#[test]
fn a_key_that_was_installed_by_hand_gets_one_request_and_says_so_until_it_is_answered() {
    let (desk, [_, _, after]) = installed();
    let key = fs::read(desk.path("store").join(NAME).join("key.pem")).unwrap();
    let (text, complaint) = said(&desk, 1, &["renew", "--at", &after]);
    let request = format!("store/{NAME}/renewal/request.csr");
    assert!(text.starts_with(&format!("{NAME}: ends ")) && text.lines().count() == 1, "{text}");
    assert!(text.contains(&request) && text.contains(&format!("certfix install {NAME} FILE --store store")), "{text}");
    assert_eq!(complaint, "");
    let made = fs::read(desk.path(&request)).unwrap();
    // Names and subject are those of the last request.
    let names = |path: &str| desk.json(0, &["inspect", path])["sources"][0]["requests"][0]["names"].clone();
    assert_eq!(names(&request), names(&format!("store/{NAME}/request.csr")));
    assert_eq!(said(&desk, 1, &["renew", "--at", &after]).0, text);
    assert_eq!(fs::read(desk.path(&request)).unwrap(), made, "a second request was made");
    assert_eq!(fs::read(desk.path("store").join(NAME).join("key.pem")).unwrap(), key, "services lost their key");
    desk.sign(&format!("store/{NAME}/renewal"), "next.pem", None);
    let text = desk.answer(0, &["install", "next.pem", "between.pem"]);
    assert!(!text.contains("no private key is here"), "{text}");
    assert_eq!(said(&desk, 0, &["renew", "--at", &certfix_now(&desk)]), (String::new(), String::new()));
}

/// The first moment of the certificate that is installed.
fn certfix_now(desk: &Desk) -> String {
    desk.json(0, &["keys"])["keys"][0]["certificate"]["not_before"].as_str().unwrap().to_owned()
}

#[test]
fn only_shows_what_is_due_on_a_dry_run() {
    let (desk, [first, _, after]) = installed();
    let (text, _) = said(&desk, 1, &["renew", "--dry-run", "--at", &after]);
    assert!(text.contains("due since") && text.contains("makes a request"), "{text}");
    assert!(!desk.path(&format!("store/{NAME}/renewal")).exists());
    let now = desk.json(1, &["renew", NAME, "--now", "--dry-run", "--at", &first]);
    assert_eq!(now["keys"][0]["outcome"], "due");
    assert_eq!(now["keys"][0]["key"], NAME);
}

#[test]
fn a_key_that_is_named_and_has_no_certificate_says_what_it_awaits() {
    let desk = Desk::new();
    let (text, _) = said(&desk, 1, &["renew", NAME, "--now"]);
    let awaited = format!("send store/{NAME}/request.csr to the CA, then: certfix install {NAME} FILE --store store");
    assert_eq!(text, format!("{NAME}: has no certificate yet; {awaited}\n"));
    let key = &desk.json(1, &["renew", NAME, "--now"])["keys"][0];
    assert_eq!((&key["outcome"], &key["ends"]), (&"asked".into(), &serde_json::Value::Null));
    fs::remove_file(desk.path(&format!("store/{NAME}/request.csr"))).unwrap();
    let (text, _) = said(&desk, 1, &["renew", NAME, "--now"]);
    let make = format!("certfix csr --renew {NAME} --same-key --store store");
    assert_eq!(text, format!("{NAME}: has neither certificate nor request; ask for one: {make}\n"));
    assert_eq!(desk.json(1, &["renew", NAME, "--now"])["keys"][0]["outcome"], "bare");
    // As it says.
    desk.answer(0, &make.split(' ').skip(1).collect::<Vec<_>>());
    desk.sign(&format!("store/{NAME}/renewal"), "leaf.pem", None);
    desk.answer(0, &["install", "leaf.pem", "between.pem"]);
    assert_eq!(said(&desk, 0, &["renew"]), (String::new(), String::new()));
}

#[test]
fn a_certificate_that_has_ended_is_not_said_to_end() {
    let (desk, [_, _, after]) = installed();
    let end = desk.json(0, &["keys"])["keys"][0]["certificate"]["not_after"].as_str().unwrap()[..10].to_owned();
    for (at, words) in [(&*after, format!("{NAME}: ends {end}")), ("2099-01-01", format!("{NAME}: ended {end}"))] {
        let (text, _) = said(&desk, 1, &["renew", "--dry-run", "--at", at]);
        assert!(text.starts_with(&format!("{words}, due since ")), "{text}");
        let (text, _) = said(&desk, 1, &["renew", "--at", at]);
        assert!(text.starts_with(&format!("{words}; send ")), "{text}");
    }
}

#[test]
fn one_key_that_fails_does_not_keep_the_others_from_being_renewed() {
    let (desk, [_, _, after]) = installed();
    fs::write(desk.path("store").join(NAME).join("authority.json"), "{").unwrap();
    desk.answer(0, &["csr", "--fqdn", "mail.contoso.com", "--key", "p-256"]);
    desk.sign("store/mail.contoso.com", "mail.pem", None);
    desk.answer(0, &["install", "mail.contoso.com", "mail.pem", "between.pem"]);
    let (text, complaint) = said(&desk, 2, &["renew", "--at", &after]);
    assert!(text.starts_with("mail.contoso.com: ends ") && text.lines().count() == 1, "{text}");
    assert!(complaint.starts_with(&format!("certfix: error: {NAME}: '")), "{complaint}");
    assert!(complaint.contains("authority.json"), "{complaint}");
    let both = desk.json(2, &["renew", "--at", &after]);
    let outcome = |index: usize| both["keys"][index]["outcome"].as_str().unwrap().to_owned();
    assert_eq!([outcome(0), outcome(1)], ["asked", "failed"]);
    let (_, unknown) = said(&desk, 2, &["renew", "nobody.contoso.com"]);
    assert!(unknown.contains("no key is called 'nobody.contoso.com'"), "{unknown}");
}

/// A desk with a private CA whose key is not encrypted, and a key of that name that it signed for.
fn with_private_ca(name: &str, more: &[&str]) -> Desk {
    let desk = Desk::new();
    desk.answer(0, &["ca", "init", "Contoso CA", "--key", "p-256", "--plain-key"]);
    desk.answer(0, &[&["csr", "--fqdn", name, "--ca", "private", "--key", "p-256"], more].concat());
    desk.answer(0, &["ca", "sign", &format!("store/{name}/request.csr"), "--days", "800", "--install", "--yes"]);
    desk
}

/// Binds a key to files that are copied together when they are reloaded.
fn bind(desk: &Desk, name: &str, service: &str) {
    let value = format!("combined_file={}", desk.path(&format!("{service}.pem")).display());
    desk.answer(0, &["bind", name, "--to", &format!("files:{service}"), "--set", &value, "--reload", "true"]);
}

fn has(desk: &Desk, service: &str, name: &str) -> bool {
    let cert = desk.text(&format!("store/{name}/cert.pem"));
    fs::read_to_string(desk.path(&format!("{service}.pem"))).is_ok_and(|text| text.contains(&cert))
}

fn signed(desk: &Desk) -> usize {
    desk.json(0, &["ca", "list"])["authorities"][0]["signed"].as_array().unwrap().len()
}

#[test]
fn the_next_certificate_has_every_name_and_the_life_of_the_last() {
    let name = "remote.contoso.org";
    let desk = with_private_ca(name, &["--san", "server.contoso.local,10.0.0.5"]);
    let of = |field: &str| desk.json(0, &["keys", "show", name])["keys"][0][field].clone();
    let (names, life) = (of("names"), of("certificate")["days_left"].clone());
    let (text, complaint) = said(&desk, 0, &["renew", name, "--now"]);
    assert!(text.starts_with(&format!("{name}: renewed until ")) && complaint.is_empty(), "{text}{complaint}");
    assert_eq!(of("names"), names);
    assert_eq!(of("certificate")["days_left"], life);
    // The same for an online authority of one's own: it is asked for every name too.
    let way = r#"{"authority": "acme", "directory": "https://127.0.0.1:9/dir", "challenge": {"listen": "1"}, "roots": "/root.pem"}"#;
    fs::write(desk.path(&format!("store/{name}/authority.json")), way).unwrap();
    said(&desk, 2, &["renew", name, "--now", "--timeout", "1"]);
    let request = desk.json(0, &["inspect", &format!("store/{name}/renewal/request.csr")]);
    assert_eq!(request["sources"][0]["names"], names);
}

#[test]
fn what_nobody_committed_waits_and_what_somebody_took_back_stays_back() {
    let name = "remote.contoso.org";
    let desk = with_private_ca(name, &[]);
    let first = desk.text(&format!("store/{name}/cert.pem"));
    bind(&desk, name, "a");
    desk.answer(0, &["commit"]);
    desk.answer(0, &["csr", "--fqdn", "b.contoso.org", "--ca", "private", "--key", "p-256"]);
    desk.answer(0, &["ca", "sign", "store/b.contoso.org/request.csr", "--install", "--yes"]);
    bind(&desk, "b.contoso.org", "b");
    bind(&desk, name, "c");
    let (text, _) = said(&desk, 1, &["renew", name, "--now"]);
    assert!(text.contains("; files:a has it; for files:c: certfix commit"), "{text}");
    assert!(has(&desk, "a", name) && !desk.path("b.pem").exists() && !desk.path("c.pem").exists());
    let second = desk.text(&format!("store/{name}/cert.pem"));
    assert_ne!(second, first);

    desk.answer(0, &["undo"]);
    assert_eq!(desk.text(&format!("store/{name}/cert.pem")), first);
    assert_eq!(said(&desk, 0, &["renew"]), (String::new(), String::new()));
    assert!(desk.text("a.pem").contains(&first), "what was taken back was put there again");
}

#[test]
fn a_binding_that_is_made_again_is_renewed_and_one_that_differs_waits() {
    let name = "remote.contoso.org";
    let desk = with_private_ca(name, &[]);
    bind(&desk, name, "a");
    bind(&desk, name, "a");
    let (text, _) = said(&desk, 1, &["renew", name, "--now"]);
    assert!(text.contains("; for files:a: certfix commit"), "it was bound twice and never committed: {text}");
    desk.answer(0, &["commit"]);
    bind(&desk, name, "a");
    let (text, _) = said(&desk, 0, &["renew", name, "--now"]);
    assert!(text.ends_with("; files:a has it\n") && has(&desk, "a", name), "{text}");
    // What somebody wants of it now is what nobody has committed yet.
    let value = format!("combined_file={}", desk.path("b.pem").display());
    desk.answer(0, &["bind", name, "--to", "files:a", "--set", &value, "--reload", "true"]);
    let (text, _) = said(&desk, 1, &["renew", name, "--now"]);
    assert!(text.contains("; for files:a: certfix commit") && !desk.path("b.pem").exists(), "{text}");
}

#[test]
fn a_certificate_that_waits_is_spoken_of_when_the_last_is_due() {
    let name = "remote.contoso.org";
    let desk = with_private_ca(name, &[]);
    let request = format!("store/{name}/renewal/request.csr");
    let next = |days: &str| {
        desk.answer(0, &["csr", "--renew", name, "--ca", "private"]);
        desk.answer(0, &["ca", "sign", &request, "--days", days, "--install", "--yes"]);
    };
    next("90");
    bind(&desk, name, "a");
    desk.answer(0, &["commit"]);
    next("800");
    let shown = desk.json(0, &["keys", "show", name])["keys"][0]["certificate"]["not_before"].clone();
    let first = certfix::facts::Moment::parse(&shown.as_str().unwrap()[..10]).unwrap();
    assert_eq!(said(&desk, 0, &["renew", "--at", &first.plus_days(50).date()]).0, "");
    let (text, _) = said(&desk, 1, &["renew", "--at", &first.plus_days(70).date()]);
    assert!(text.ends_with("; a newer certificate waits for: certfix commit --store store\n"), "{text}");
    assert!(desk.text("a.pem").contains(&desk.text(&format!("store/{name}/cert.pem"))));
}

#[test]
fn a_renewal_that_could_not_be_installed_is_not_signed_twice() {
    let name = "remote.contoso.org";
    let desk = with_private_ca(name, &[]);
    assert_eq!(signed(&desk), 1);
    desk.answer(0, &["csr", "--renew", name, "--ca", "private"]);
    // As if a run had been killed between the signature and the installation.
    desk.answer(0, &["ca", "sign", &format!("store/{name}/renewal/request.csr"), "--yes"]);
    said(&desk, 0, &["renew", name, "--now"]);
    assert_eq!(signed(&desk), 2);
    assert!(!desk.path(&format!("store/{name}/renewal")).exists());
    said(&desk, 0, &["renew", name, "--now"]);
    assert_eq!(signed(&desk), 3);
}

#[test]
fn what_was_signed_before_the_one_in_force_is_no_answer() {
    let name = "remote.contoso.org";
    let desk = with_private_ca(name, &[]);
    let cert = || desk.text(&format!("store/{name}/cert.pem"));
    let mut before = vec![cert()];
    for _ in 0..2 {
        desk.answer(0, &["csr", "--renew", name, "--same-key", "--ca", "private"]);
        said(&desk, 0, &["renew", name, "--now"]);
        assert!(!before.contains(&cert()), "an older certificate took the place of a newer one");
        before.push(cert());
    }
    assert_eq!(signed(&desk), 3);
    // Of two that wait to be installed it is the newer one.
    desk.answer(0, &["csr", "--renew", name, "--same-key", "--ca", "private"]);
    for days in ["90", "80"] {
        let request = format!("store/{name}/renewal/request.csr");
        desk.answer(0, &["ca", "sign", &request, "--days", days, "--yes"]);
    }
    said(&desk, 0, &["renew", name, "--now"]);
    assert_eq!(signed(&desk), 5);
    let shown = desk.json(0, &["keys", "show", name])["keys"][0]["certificate"]["days_left"].as_u64().unwrap();
    assert!((79..=80).contains(&shown), "{shown} days");
}

#[test]
fn services_of_a_wildcard_are_named() {
    let name = "*.contoso.org";
    let desk = Desk::new();
    desk.answer(0, &["ca", "init", "Contoso CA", "--key", "p-256", "--plain-key"]);
    let san = ["csr", "--fqdn", "www.contoso.org", "--san", name, "--ca", "private", "--key", "p-256"];
    desk.answer(0, &san);
    desk.answer(0, &["ca", "sign", "store/www.contoso.org/request.csr", "--install", "--yes"]);
    desk.answer(0, &["keys", "rename", "www.contoso.org", name]);
    bind(&desk, name, "a");
    desk.answer(0, &["commit"]);
    assert_eq!(desk.json(0, &["renew", name, "--now"])["keys"][0]["services"][0], "files:a");
    let waiting = desk.json(0, &["keys", "show", name])["keys"][0]["waiting"].clone();
    assert!(
        waiting.is_null() && has(&desk, "a", "_wildcard.contoso.org"),
        "the key did not turn with its service: {waiting}"
    );
}

#[test]
fn an_encrypted_key_is_left_to_its_owner() {
    let name = "remote.contoso.org";
    let desk = with_private_ca(name, &["--encrypt-key", "--new-password-file", "password"]);
    let (_, complaint) = said(&desk, 2, &["renew", name, "--now"]);
    assert!(
        complaint.contains(&format!("the key of '{name}' is encrypted, and so would the next one be")),
        "{complaint}"
    );
    let hint = format!("hint: make the request with certfix csr --renew {name} --store store, ");
    assert!(complaint.contains(&hint), "{complaint}");
}

#[test]
fn what_a_key_is_called_is_not_what_it_is_certified_for() {
    let name = "remote.contoso.org";
    let desk = with_private_ca(name, &["--san", "autodiscover.contoso.org,10.0.0.5", "--subject", "O=Contoso"]);
    let shown = |key: &str| desk.json(0, &["keys", "show", key])["keys"][0].clone();
    let of = |key: &str| [&shown(key)["names"], &shown(key)["certificate"]["subject"]].map(Clone::clone);
    let before = of(name);
    let mut last = name;
    // One that is in it, one that is not, and one that no public CA would sign.
    for called in ["autodiscover.contoso.org", "old.contoso.org", "web"] {
        desk.answer(0, &["keys", "rename", last, called]);
        said(&desk, 0, &["renew", called, "--now"]);
        assert_eq!(of(called), before, "{called}");
        desk.answer(0, &["csr", "--renew", called, "--ca", "private"]);
        let request = format!("store/{called}/renewal/request.csr");
        let judged = desk.json(0, &["ca", "sign", &request, "--dry-run"]);
        assert_eq!(judged["signed"][0]["judged"]["target"], name);
        desk.answer(0, &["ca", "sign", &request, "--install", "--yes"]);
        assert_eq!(of(called), before, "{called}");
        let cert = format!("store/{called}/cert.pem");
        assert_eq!(desk.json(0, &["install", called, &cert, "--dry-run"])["judged"]["target"], name);
        last = called;
    }
    let order = ["order", last, "--acme", "https://ca.example/dir", "--listen", "80", "--ca", "private", "--dry-run"];
    let order = desk.json(0, &order)["orders"][0].clone();
    assert_eq!((&order["key"], &order["names"][0]), (&last.into(), &name.into()));
}

#[test]
fn a_request_without_a_dns_name_is_made_again_by_a_person() {
    let desk = Desk::new();
    let name = "router.contoso.org";
    desk.answer(0, &["ca", "init", "Contoso CA", "--key", "p-256", "--plain-key"]);
    desk.openssl("req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout own.key -out own.csr -subj /O=Contoso -addext subjectAltName=IP:10.0.0.5");
    desk.put("own.pem", &(desk.text("own.key") + &desk.text("own.csr")));
    desk.answer(0, &["keys", "restore", "own.pem", "--name", name]);
    desk.answer(0, &["ca", "sign", &format!("store/{name}/request.csr"), "--install", "--yes"]);
    let (_, complaint) = said(&desk, 2, &["renew", name, "--now"]);
    assert!(complaint.contains(&format!("the last request of '{name}' is for no DNS name")), "{complaint}");
    let hint = format!("hint: where that may be, make the request: certfix csr --renew {name} --store store\n");
    assert!(complaint.contains(&hint), "{complaint}");
    let made = desk.json(0, &["csr", "--renew", name, "--ca", "private"]);
    assert_eq!(made["made"][0]["names"].as_array().unwrap().len(), 2);
    said(&desk, 0, &["renew", name, "--now"]);
    said(&desk, 0, &["renew", name, "--now"]);
}

#[test]
fn a_request_is_for_whoever_is_recorded_unless_somebody_else_is_named() {
    let name = "server.contoso.local";
    let desk = with_private_ca(name, &[]);
    let request = format!("store/{name}/renewal/request.csr");
    // The last paragraph, without its line breaks.
    let next = |more: &[&str]| {
        let text = desk.answer(0, &[&["csr", "--renew", name], more].concat());
        text.split_once("Next: ").map(|(_, next)| next.split_whitespace().collect::<Vec<_>>().join(" ")).unwrap()
    };
    let renew = |more: &[&str]| {
        let next = next(more);
        fs::remove_dir_all(desk.path(&format!("store/{name}/renewal"))).unwrap();
        next
    };
    let refusal = desk.refusal(&["csr", "--renew", name, "--ca", "public"]);
    assert!(refusal.contains(name), "{refusal}");
    let next_step = renew(&["--ca", "private"]);
    assert!(next_step.ends_with(&format!(", or: certfix ca sign {request} --install --store store")), "{next_step}");
    // An authority of one's own, and one that is known.
    let record = |directory: &str, more: &str| {
        let way =
            format!(r#"{{"authority": "acme", "directory": "{directory}", "challenge": {{"listen": "80"}}{more}}}"#);
        fs::write(desk.path(&format!("store/{name}/authority.json")), way).unwrap();
    };
    let own = desk.text(&format!("store/{name}/authority.json"));
    record("https://ca.example/dir", r#", "roots": "/root.pem""#);
    assert_eq!(renew(&[]), format!("certfix order {name} --store store"));
    record("https://acme-v02.api.letsencrypt.org/directory", "");
    let refusal = desk.refusal(&["csr", "--renew", name]);
    assert!(refusal.contains("Let's Encrypt") && refusal.contains(name), "{refusal}");
    desk.put(&format!("store/{name}/authority.json"), &own);
    let next = next(&[]);
    assert_eq!(next, format!("certfix ca sign {request} --install --ca contoso-ca --store store"));
    // It works as it stands, also where the store has several CAs.
    desk.answer(0, &["ca", "init", "Other CA", "--key", "p-256", "--plain-key"]);
    let fresh = desk.answer(0, &["csr", "--fqdn", "other.contoso.com", "--ca", "private", "--key", "p-256"]);
    let which = "certfix ca sign store/other.contoso.com/request.csr --ca NAME --install --store store\n";
    assert!(fresh.ends_with(which), "{fresh}");
    desk.answer(0, &[&next.split(' ').skip(1).collect::<Vec<_>>()[..], &["--yes"]].concat());
    assert!(!desk.path(&request).exists());
    assert_eq!(desk.json(0, &["keys", "show", name])["keys"][0]["generation"], 3);
}
