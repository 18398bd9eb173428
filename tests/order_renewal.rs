//! Renewal information (RFC 9773). Debian's Pebble does not have it yet, so a proxy in front of Pebble answers for it: the
//! directory's entry, and the window.
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

use std::time::Duration;

use certfix::authority::acme::{self, Reach};
use certfix::facts::{Certificate, Moment};
use certfix::input::read_file;
use ordering::{NAME, Scene};
use proxy::{Proxy, behind_proxy};
use serde_json::Value;

/// A scene with a certificate, and a proxy whose directory speaks of renewals.
fn with_certificate() -> (Scene, Proxy) {
    let (scene, proxy) = behind_proxy();
    scene.says(0, &scene.by_webroot(&[]));
    (scene, proxy)
}

fn certificate(scene: &Scene) -> Certificate {
    read_file(&scene.key("cert.pem"), None).unwrap().certificates.remove(0)
}

/// What was ordered so far.
fn orders(proxy: &Proxy) -> Vec<Value> {
    let plan = proxy.plan.lock().unwrap();
    let orders = plan.seen.iter().filter(|(_, path, _)| path == "/order-plz").map(|(_, _, body)| {
        let message: Value = serde_json::from_slice(body).unwrap();
        let payload = message["payload"].as_str().unwrap().replace('-', "+").replace('_', "/");
        let padding = "=".repeat((4 - payload.len() % 4) % 4);
        let pem = format!("-----BEGIN X-----\n{payload}{padding}\n-----END X-----\n");
        serde_json::from_slice(pem::parse(pem).unwrap().contents()).unwrap()
    });
    orders.collect()
}

#[test]
fn an_authority_says_when_to_renew_and_each_certificate_has_its_moment() {
    let (scene, proxy) = with_certificate();
    let cert = certificate(&scene);
    let now = Moment::parse("2026-09-01").unwrap();
    let reach = Reach { roots: Some(&scene.pebble.root), limit: Duration::from_secs(10), now };
    let ask = || acme::window(&proxy.directory(), &cert, &reach);
    assert_eq!(ask().unwrap(), None, "Pebble's own directory does not speak of renewals");

    proxy.tells_when_to_renew(
        r#"{"suggestedWindow": {"start": "2026-10-01T00:00:00Z", "end": "2026-10-03T00:00:00Z"},
            "explanationURL": "https://ca.example/why"}"#
            .to_owned(),
    );
    let window = ask().unwrap().unwrap();
    assert_eq!((window.start.date(), window.end.date()), ("2026-10-01".to_owned(), "2026-10-03".to_owned()));
    assert_eq!(window.explanation.as_deref(), Some("https://ca.example/why"));
    let moment = window.moment_for(&cert);
    assert!(window.start <= moment && moment < window.end);
    assert_eq!(moment, window.moment_for(&cert), "it draws lots each time");
    // RFC 9773 §4.1: the issuer's key and the serial number, as base64url of their octets.
    let asked = proxy.plan.lock().unwrap().seen.last().unwrap().1.clone();
    let id = asked.strip_prefix("/renewal-info/").unwrap();
    let (issuer, serial) = id.split_once('.').unwrap();
    let decoded = |text: &str| {
        let mut padded = text.replace('-', "+").replace('_', "/");
        padded.push_str(&"=".repeat((4 - padded.len() % 4) % 4));
        let pem = format!("-----BEGIN X-----\n{padded}\n-----END X-----\n");
        pem::parse(pem).unwrap().into_contents()
    };
    assert_eq!(decoded(issuer), cert.authority_key_id.as_deref().unwrap());
    assert_eq!(decoded(serial), &*cert.serial.0);

    for nonsense in
        ["{}", "[]", r#"{"suggestedWindow": {"start": "2026-10-03T00:00:00Z", "end": "2026-10-01T00:00:00Z"}}"#]
    {
        proxy.tells_when_to_renew(nonsense.to_owned());
        assert!(ask().is_err(), "{nonsense}");
    }
}

#[test]
fn a_renewal_names_the_certificate_that_it_replaces_and_is_made_all_the_same_where_nobody_listens() {
    let (scene, proxy) = with_certificate();
    proxy.tells_when_to_renew("{}".to_owned());
    scene.says(0, &["csr", "--renew", NAME, "--ca", "private"]);
    scene.says(0, &["order", NAME]);
    scene.is_done("renewal");
    let orders = orders(&proxy);
    // Pebble does not say that it took the first in this sense, so a second is made without it.
    let replaces: Vec<bool> = orders.iter().map(|order| order["replaces"].is_string()).collect();
    assert_eq!(replaces, [true, false]);
    assert_eq!(orders[0]["identifiers"][0]["value"], NAME);
    assert_eq!(orders[0]["identifiers"], orders[1]["identifiers"]);
}

#[test]
fn a_renewal_replaces_the_certificate_that_services_wait_for() {
    let (scene, proxy) = with_certificate();
    proxy.tells_when_to_renew("{}".to_owned());
    let used = certificate(&scene);
    std::fs::write(scene.key("bindings.json"), r#"{"bindings": [{}]}"#).unwrap();
    for _ in 0..2 {
        scene.says(0, &["csr", "--renew", NAME, "--ca", "private"]);
        scene.says(0, &["order", NAME]);
    }
    assert_eq!(certificate(&scene).serial, used.serial, "services were given another");
    let orders = orders(&proxy);
    let replaced: Vec<&str> = orders.iter().filter_map(|order| order["replaces"].as_str()).collect();
    assert_eq!(replaced.len(), 2, "{orders:?}");
    assert_ne!(replaced[0], replaced[1], "it replaces what another replaced already");
}
