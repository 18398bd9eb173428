//! `certfix renew` to the end: the online authority (Pebble) or a private CA signs, and a real Dovecot presents it.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

#[path = "support/authority.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod authority;
#[path = "support/ordering.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod ordering;
#[path = "support/proxy.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod proxy;
#[path = "support/servers/mod.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod servers;

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;

use authority::{Authority, Leaf};
use certfix::facts::{Certificate, Moment};
use certfix::input::read_file;
use ordering::{NAME, PLAIN, Scene};
use proxy::{Fault, Plan, behind_proxy};
use servers::dovecot::Dovecot;

const PASSWORD: [&str; 2] = ["--password-file", "password"];

fn certificate(scene: &Scene, name: &str) -> Certificate {
    read_file(&scene.store().join(name).join("cert.pem"), None).unwrap().certificates.remove(0)
}

/// Standard output and error of a renewal that ends with `status`.
fn renew(scene: &Scene, status: i32, more: &[&str]) -> (String, String) {
    let output = scene.certfix(&[&["renew"], more].concat());
    let [text, complaint] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    assert_eq!(output.status.code(), Some(status), "{more:?}: {text}{complaint}");
    (text, complaint)
}

/// A private CA in the scene's store, and a key that it signed for.
fn with_private_ca(scene: &Scene, name: &str) {
    fs::write(scene.path("password"), "secret\n").unwrap();
    let init = ["ca", "init", "Contoso CA", "--key", "p-256", "--new-password-file", "password"];
    scene.says(0, &init);
    scene.says(0, &["csr", "--fqdn", name, "--ca", "private", "--key", "p-256"]);
    let request = format!("keys/{name}/request.csr");
    scene.says(0, &[&["ca", "sign", &request, "--install", "--yes"][..], &PASSWORD].concat());
}

/// Binds the scene's key to Dovecot.
fn bind(scene: &Scene, dovecot: &Dovecot) {
    let values = dovecot.values();
    let values: Vec<&str> = values.iter().flat_map(|value| ["--set", value]).collect();
    // A checker that says no while there is a file.
    let check = format!("test ! -e {}", scene.path("broken").display());
    scene.says(0, &[&["bind", NAME, "--to", "dovecot", "--check", &check], &values[..]].concat());
}

/// The serial number of the certificate that is on the wire.
fn presented(scene: &Scene, port: u16) -> String {
    let source = format!("imaps://{NAME}:{port}");
    let text = scene.says(0, &["inspect", &source, "--connect", "127.0.0.1", "--format", "json"]);
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    let mut sources = document["sources"].as_array().unwrap().iter();
    let serial = sources.find_map(|source| source.pointer("/certificate/serial"));
    serial.unwrap_or_else(|| panic!("{document:#}")).as_str().unwrap().to_owned()
}

#[test]
fn dovecot_has_the_next_certificate_when_the_renewal_ends() {
    let scene = Scene::new(PLAIN);
    let dovecot = Dovecot::start(&Authority::new().issue(&Leaf::new(&["sbs.contoso.local"])));
    scene.says(0, &scene.by_webroot(&[]));
    bind(&scene, &dovecot);
    scene.says(0, &["commit"]);
    let first = certificate(&scene, NAME);
    assert_eq!(presented(&scene, dovecot.imaps), first.serial.to_string());
    assert_eq!(renew(&scene, 0, &[]), (String::new(), String::new()));

    let (text, complaint) = renew(&scene, 0, &[NAME, "--now"]);
    let second = certificate(&scene, NAME);
    assert_eq!(text, format!("{NAME}: renewed until {}; dovecot has it\n", second.not_after.date()));
    assert_eq!(complaint, "");
    assert_ne!(first.identity.key, second.identity.key, "a renewal has a new key");
    assert_eq!(presented(&scene, dovecot.imaps), second.serial.to_string());
    scene.is_done("renewed");
    assert_eq!(scene.pebble.accounts(), 1);
}

#[test]
fn a_service_that_does_not_take_it_keeps_the_last_and_the_next_run_tries_again() {
    let scene = Scene::new(PLAIN);
    let dovecot = Dovecot::start(&Authority::new().issue(&Leaf::new(&["sbs.contoso.local"])));
    scene.says(0, &scene.by_webroot(&[]));
    bind(&scene, &dovecot);
    scene.says(0, &["commit"]);
    let first = certificate(&scene, NAME);
    let broken = scene.path("broken");
    fs::write(&broken, "").unwrap();

    let (text, complaint) = renew(&scene, 2, &[NAME, "--now"]);
    assert!(text.starts_with(&format!("{NAME}: renewed until ")) && !text.contains("has it"), "{text}");
    assert!(complaint.contains("'test ! -e ") && complaint.contains("everything was put back"), "{complaint}");
    assert_eq!(presented(&scene, dovecot.imaps), first.serial.to_string());
    assert_eq!(certificate(&scene, NAME), first, "services that read the store have the last one still");
    let orders = scene.pebble.accounts();

    fs::remove_file(&broken).unwrap();
    let (text, _) = renew(&scene, 0, &[]);
    let second = certificate(&scene, NAME);
    assert_eq!(text, format!("{NAME}: renewed until {}; dovecot has it\n", second.not_after.date()));
    assert_eq!(presented(&scene, dovecot.imaps), second.serial.to_string());
    assert_ne!(second, first);
    assert_eq!(scene.pebble.accounts(), orders);
}

#[test]
fn a_private_ca_signs_the_next_one_where_it_may_and_others_do_not_wait_for_it() {
    let scene = Scene::new(PLAIN);
    let own = "files.contoso.local";
    with_private_ca(&scene, own);
    scene.says(0, &scene.by_webroot(&[]));
    let [before, online] = [own, NAME].map(|name| certificate(&scene, name));

    let (text, complaint) = renew(&scene, 2, &[own, NAME, "--now"]);
    assert!(text.starts_with(&format!("{NAME}: renewed until ")) && text.lines().count() == 1, "{text}");
    assert!(complaint.starts_with(&format!("certfix: error: {own}: ")), "{complaint}");
    assert!(complaint.contains("certfix: hint: pass --password-file FILE\n"), "{complaint}");
    assert_eq!(certificate(&scene, own), before);
    assert_ne!(certificate(&scene, NAME), online);

    let (text, complaint) = renew(&scene, 0, &[&[own, "--now"][..], &PASSWORD].concat());
    let after = certificate(&scene, own);
    assert_eq!(text, format!("{own}: renewed until {}\n", after.not_after.date()));
    assert_eq!(complaint, "");
    assert_eq!(after.issuer, before.issuer);
    assert_eq!(after.identity.names, before.identity.names);
    assert_ne!(after.identity.key, before.identity.key);
    assert_eq!(register(&scene), 2, "what was signed is recorded");
}

/// How many certificates the private CA has signed.
fn register(scene: &Scene) -> usize {
    let document: serde_json::Value =
        serde_json::from_str(&scene.says(0, &["ca", "list", "--format", "json"])).unwrap();
    document["authorities"][0]["signed"].as_array().unwrap().len()
}

#[test]
fn the_authority_says_when() {
    let (scene, proxy) = behind_proxy();
    scene.says(0, &scene.by_webroot(&[]));
    let first = certificate(&scene, NAME);
    let window = |start: Moment, end: Moment| {
        let [start, end] = [start, end].map(|moment| format!("{}T00:00:00Z", moment.date()));
        proxy.tells_when_to_renew(format!(r#"{{"suggestedWindow": {{"start": "{start}", "end": "{end}"}}}}"#));
    };
    let day = first.not_before;
    window(day.plus_days(80), day.plus_days(82));
    // A third of its ninety days would begin before.
    let dry = |at: Moment| renew(&scene, i32::from(at > day.plus_days(82)), &["--dry-run", "--at", &at.date()]).0;
    assert_eq!(dry(day.plus_days(79)), "");
    assert!(dry(day.plus_days(84)).contains("certfix orders the next one from https://127.0.0.1:"));
    // Such as before the authority revokes it.
    window(day.plus_days(-3), day.plus_days(-1));
    let (text, _) = renew(&scene, 0, &[]);
    assert!(text.starts_with(&format!("{NAME}: renewed until ")), "{text}");
    assert_ne!(certificate(&scene, NAME), first);
    // An authority that cannot be asked says nothing, and the life decides.
    drop(proxy);
    assert_eq!(renew(&scene, 0, &["--at", &day.plus_days(30).date()]).0, "");
    let (_, complaint) = renew(&scene, 2, &["--at", &day.plus_days(70).date()]);
    assert!(complaint.starts_with(&format!("certfix: error: {NAME}: ")), "{complaint}");
    assert!(Path::new(&scene.key("renewal/request.csr")).exists());
}

/// Renewals with `fault` at each of their requests in turn: how many requests there were.
fn survives(fault: Fault) -> usize {
    let (scene, proxy) = behind_proxy();
    scene.says(0, &scene.by_webroot(&[]));
    for number in 1.. {
        let place = format!("{fault:?} at request {number}");
        proxy.set(Plan { fault: Some((number, fault)), ..Plan::default() });
        let child = scene.begin(&["renew", NAME, "--now", "--wait-online", "20"]);
        proxy.plan.lock().unwrap().victim = Some(child.id());
        let output = child.wait_with_output().unwrap();
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        if proxy.count() < number {
            assert_eq!(output.status.code(), Some(0), "{place}: {complaint}");
            return number - 1;
        }
        match fault {
            // When to renew is asked first, and where nobody answers that, the life of the certificate decides.
            Fault::CutBefore | Fault::CutAfter if output.status.success() => assert_eq!(number, 1, "{place}"),
            Fault::CutBefore | Fault::CutAfter => assert_eq!(output.status.code(), Some(2), "{place}: {complaint}"),
            Fault::KillBefore | Fault::KillAfter => assert_eq!(output.status.signal(), Some(9), "{place}: {complaint}"),
        }
        scene.keeps_secrets(&place);
        let begun = fs::read(scene.key("renewal/key.pem")).ok();
        proxy.set(Plan::default());
        let (text, _) = renew(&scene, 0, &[NAME, "--now"]);
        assert!(text.starts_with(&format!("{NAME}: renewed until ")), "{place}: {text}");
        scene.is_done(&place);
        if let Some(begun) = begun {
            assert!(fs::read(scene.key("key.pem")).unwrap() == begun, "{place}: a second key was made");
        }
        assert!(!scene.key("renewal").exists(), "{place}");
        assert_eq!(scene.pebble.accounts(), 1, "{place}");
    }
    unreachable!("a renewal ends")
}

#[test]
fn the_network_gone_at_any_request_of_a_renewal_costs_no_key() {
    let counts = [Fault::CutBefore, Fault::CutAfter].map(survives);
    assert!(counts.iter().all(|count| *count > 8), "{counts:?}");
}

#[test]
fn killed_at_any_request_of_a_renewal_the_next_run_goes_on() {
    let counts = [Fault::KillBefore, Fault::KillAfter].map(survives);
    assert!(counts.iter().all(|count| *count > 8), "{counts:?}");
}
