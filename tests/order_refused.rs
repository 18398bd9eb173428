//! What an authority refuses, and what is wrong with it, is told in one line with what to do. Pebble says most of it itself;
//! a proxy in front of it says what Debian's Pebble has not: rate limits, and nonsense.
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
use std::time::{Duration, Instant};

use authority::Authority;
use ordering::{NAME, OTHER, PLAIN, Scene};
use proxy::{Plan, Reply, behind_proxy};
use serde_json::{Value, json};
use servers::pebble::{BLOCKED, Setup};

/// A scene whose orders go through a proxy.
fn reply(status: u16, headers: &[(&'static str, &str)], body: &Value) -> Reply {
    let headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    Reply { status, headers, body: body.to_string().into_bytes(), slow: Duration::ZERO }
}

#[test]
fn nonces_that_are_refused_again_and_again_hold_nobody_up() {
    let scene = Scene::new(Setup { environment: &[("PEBBLE_WFE_NONCEREJECT", "70")], ..PLAIN });
    scene.says(0, &scene.by_webroot(&[]));
    scene.is_done("bad nonces");
    let log = scene.pebble.log();
    let (posted, handled) = (log.matches("POST /").count(), 15);
    println!("{posted} messages for an order that takes {handled}");
    assert!(posted > handled, "Pebble refused no nonce");
    assert_eq!(scene.pebble.accounts(), 1);
}

#[test]
fn a_name_that_is_not_signed_is_named() {
    let scene = Scene::new(PLAIN);
    let csr = ["csr", "--fqdn", "mail.fabrikam.com", "--san", BLOCKED, "--ca", "private", "--key", "p-256"];
    scene.says(0, &csr);
    let mut arguments = scene.by_webroot(&[]);
    arguments[1] = "mail.fabrikam.com";
    let complaint = scene.complaint(&arguments);
    assert!(complaint.contains(" refused: it will not sign this name: "), "{complaint}");
    assert!(complaint.contains(BLOCKED) && complaint.contains("(rejectedIdentifier)\n"), "{complaint}");
    assert!(complaint.contains("hint: leave the name out of the request"), "{complaint}");
    assert!(!scene.store().join("mail.fabrikam.com/order.json").exists());
}

#[test]
fn a_proof_that_fails_is_told_with_name_and_what_was_seen() {
    let scene = Scene::new(PLAIN);
    fs::create_dir(scene.path("elsewhere")).unwrap();
    let order = [&scene.order()[..], &["--webroot", "elsewhere"]].concat();
    let complaint = scene.complaint(&order);
    let either = [NAME, OTHER].map(|name| format!("could not prove {name} by http-01: what it found does not prove"));
    assert!(either.iter().any(|words| complaint.contains(words)), "{complaint}");
    assert!(complaint.contains("404"), "{complaint}");
    assert!(complaint.contains("hint: see that the name leads to this machine"), "{complaint}");
    assert_eq!(fs::read_dir(scene.path("elsewhere")).unwrap().count(), 0);
    assert!(!scene.key("order.json").exists());
    // The next order is a new one, and does not remember.
    scene.says(0, &scene.by_webroot(&[]));
    scene.is_done("after a proof that failed");
    assert_eq!(scene.pebble.accounts(), 1);
}

#[test]
fn a_name_that_cannot_be_reached_is_told() {
    let mut scene = Scene::new(PLAIN);
    scene.stop_web();
    let complaint = scene.complaint(&scene.by_webroot(&[]));
    assert!(complaint.contains("by http-01: it could not connect to the name: "), "{complaint}");
    assert!(complaint.contains("hint: see that the authority can reach this machine"), "{complaint}");
    scene.has_no_proofs("unreachable");
}

#[test]
fn an_order_that_stays_pending_is_gone_on_with() {
    let scene = Scene::new(Setup { environment: &[("PEBBLE_VA_NOSLEEP", "0"), ("PEBBLE_VA_SLEEPTIME", "4")], ..PLAIN });
    let mut waited = 0;
    loop {
        let output = scene.certfix(&scene.by_webroot(&["--wait", "0"]));
        if output.status.code() == Some(0) {
            break;
        }
        let complaint = String::from_utf8(output.stderr).unwrap();
        assert!(complaint.contains(&format!("has not given the certificate of '{NAME}' in 0 s: ")), "{complaint}");
        assert!(complaint.contains("or wait longer with --wait SECONDS (with certfix renew"), "{complaint}");
        waited += 1;
        assert!(waited < 60, "{complaint}");
        std::thread::sleep(Duration::from_millis(300));
    }
    assert!(waited > 0, "the order never stayed pending");
    scene.is_done("pending");
}

#[test]
fn a_directory_is_trusted_by_its_root_alone() {
    let scene = Scene::new(PLAIN);
    fs::write(scene.path("other.pem"), Authority::new().root()).unwrap();
    let other = scene.path("other.pem");
    let mut arguments = scene.by_webroot(&[]);
    arguments[5] = other.to_str().unwrap();
    let complaint = scene.complaint(&arguments);
    assert!(complaint.contains(" is not trusted: its certificate leads to none of the roots here\n"), "{complaint}");
    let (order, store) = (format!("hint: pass the root that signed it to certfix order {NAME}"), scene.store());
    let hint = format!("{order} --store {}: --acme-ca-file FILE\n", store.display());
    assert!(complaint.contains(&hint), "{complaint}");
    arguments.drain(4..6);
    assert!(scene.complaint(&arguments).contains(" is not trusted: "), "the system's roots are no better");
    for url in ["http://127.0.0.1:1/dir", "ftp://x/", "letsencript"] {
        let mut arguments = scene.by_webroot(&[]);
        arguments[3] = url;
        let complaint = scene.complaint(&arguments);
        assert!(complaint.contains(&format!("'{url}' is not the URL of an ACME directory\n")), "{complaint}");
    }
    assert!(!scene.store().join("_acme").exists());
}

#[test]
fn of_two_orders_at_once_one_is_made() {
    let (scene, proxy) = behind_proxy();
    let mut first = scene.begin(&scene.by_webroot(&[]));
    // The first is at work as soon as the authority hears of it.
    while proxy.count() < 3 && first.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(1));
    }
    let second = scene.certfix(&scene.by_webroot(&[]));
    let first = first.wait_with_output().unwrap();
    assert_eq!(first.status.code(), Some(0), "{}", String::from_utf8_lossy(&first.stderr));
    let complaint = String::from_utf8_lossy(&second.stderr);
    // A slow start comes after the first is done, and then it orders another.
    let is_told = complaint.contains("is being worked on by certfix order, process ");
    assert!(is_told || second.status.code() == Some(0), "{complaint}");
    scene.is_done("two at once");
    assert_eq!(scene.pebble.accounts(), 1);
}

#[test]
fn a_key_that_is_not_there_is_to_be_made() {
    let scene = Scene::new(PLAIN);
    let mut arguments = scene.by_webroot(&[]);
    arguments[1] = "nobody.contoso.com";
    let complaint = scene.complaint(&arguments);
    assert!(complaint.contains("error: no key is called 'nobody.contoso.com' in the store '"), "{complaint}");
    assert!(complaint.contains("make another with certfix csr --fqdn NAME"), "{complaint}");
}

#[test]
fn an_account_that_the_authority_lost_is_told_with_its_folder() {
    let (scene, proxy) = behind_proxy();
    scene.says(0, &scene.by_webroot(&[]));
    let refused = |kind: &str| {
        let gone = json!({"type": format!("urn:ietf:params:acme:error:{kind}"), "detail": "not with this account"});
        let own = move |_: &str, path: &str, _: &[u8]| (path == "/order-plz").then(|| reply(403, &[], &gone));
        proxy.set(Plan { own: Some(Box::new(own)), ..Plan::default() });
        scene.complaint(&scene.by_webroot(&[]))
    };
    let complaint = refused("accountDoesNotExist");
    assert!(complaint.contains(" no longer takes the account in '"), "{complaint}");
    assert!(complaint.contains("hint: move that folder away"), "{complaint}");
    // That may be about the names as well (RFC 8555 §6.7).
    let complaint = refused("unauthorized");
    assert!(
        complaint.contains(" refused: ") && complaint.contains("not with this account (unauthorized)"),
        "{complaint}"
    );
    assert!(
        complaint.contains("hint: if it has closed the account, move the account's folder in _acme"),
        "{complaint}"
    );
}

#[test]
fn a_rate_limit_is_told_with_its_end() {
    let (scene, proxy) = behind_proxy();
    let limited = json!({"type": "urn:ietf:params:acme:error:rateLimited",
        "detail": "too many certificates (5) already issued for this exact set of names"});
    for (after, words) in [
        ("3600", "; it may be asked again from 2027-01-01 01:00:0"),
        ("Fri, 01 Jan 2027 02:30:00 GMT", "; it may be asked again from 2027-01-01 02:30:00 UTC on (rateLimited)\n"),
    ] {
        let limited = limited.clone();
        let own = move |_: &str, path: &str, _: &[u8]| {
            (path == "/order-plz").then(|| reply(429, &[("Retry-After", after)], &limited))
        };
        proxy.set(Plan { own: Some(Box::new(own)), ..Plan::default() });
        let complaint = scene.complaint(&scene.by_webroot(&["--at", "2027-01-01"]));
        assert!(
            complaint.contains("it has given too many certificates, or had too many failures, for now: "),
            "{complaint}"
        );
        assert!(complaint.contains(words), "{complaint}");
    }
}

#[test]
fn nonsense_ends_within_the_limits() {
    let (scene, proxy) = behind_proxy();
    let page = |body: &[u8]| Reply { status: 200, headers: Vec::new(), body: body.to_vec(), slow: Duration::ZERO };
    let to = |status, place: &str, body: &[u8]| Reply {
        status,
        headers: vec![("Location", place.to_owned())],
        ..page(body)
    };
    let cases = [
        ("/dir", page(b"<html>"), "is no directory"),
        ("/dir", page(b"{}"), "is no directory"),
        ("/dir", to(404, "", b"<html>"), "it says 404"),
        ("/dir", to(302, "https://evil.example/", b""), "it sends on to https://evil.example/"),
        ("/dir", page(&vec![b' '; 2 << 20]), "an answer is larger than 1024 KiB"),
        ("/dir", Reply { slow: Duration::from_millis(200), ..page(&vec![b' '; 1 << 20]) }, "it took too long"),
        ("/order-plz", to(201, "x", b"[1]"), "is not the JSON it should be"),
        ("/order-plz", to(503, "", b"\x1b[31mgone"), "it says 503"),
        ("/sign-me-up", page(b"{}"), "it does not say where the account is"),
    ];
    for (at, answer, words) in cases {
        let status = answer.status;
        let own = move |_: &str, path: &str, _: &[u8]| {
            let Reply { status, headers, body, slow } = &answer;
            (path == at).then(|| Reply { status: *status, headers: headers.clone(), body: body.clone(), slow: *slow })
        };
        proxy.set(Plan { own: Some(Box::new(own)), ..Plan::default() });
        // An account that was made may be kept: what comes first must fail first.
        let _ = fs::remove_dir_all(scene.store().join("_acme"));
        let mut arguments = scene.by_webroot(&[]);
        let limit = arguments.iter().position(|word| *word == "10").unwrap();
        arguments[limit] = "2";
        let begun = Instant::now();
        let complaint = scene.complaint(&arguments);
        assert!(complaint.contains(words), "{at} {status}: {complaint}");
        assert!(begun.elapsed() < Duration::from_secs(10), "{at} {status} took {:?}", begun.elapsed());
        assert!(!complaint.contains('\x1b'), "{complaint:?}");
    }
}

#[test]
fn a_proof_for_what_was_not_ordered_is_refused() {
    let (scene, proxy) = behind_proxy();
    let page = |name: &str, token: &str| {
        let url = "https://127.0.0.1/x";
        json!({"status": "pending", "identifier": {"type": "dns", "value": name},
            "challenges": [{"type": "http-01", "url": url, "token": token, "status": "pending"}]})
    };
    for (name, token, words) in [
        ("evil.example; rm -rf /", "abc", "it wants a proof for evil.example; rm -rf /, which was not ordered"),
        (NAME, "../../../etc/cron.d/x", "is not one (RFC 8555 §8.1)"),
        (NAME, "", "is not one (RFC 8555 §8.1)"),
    ] {
        let page = page(name, token);
        let own = move |_: &str, path: &str, _: &[u8]| {
            path.starts_with("/authZ/").then(|| reply(200, &[("Replay-Nonce", "x")], &page))
        };
        proxy.set(Plan { own: Some(Box::new(own)), ..Plan::default() });
        let complaint = scene.complaint(&scene.by_webroot(&[]));
        assert!(complaint.contains(words), "{complaint}");
        scene.has_no_proofs(token);
    }
}

#[test]
fn more_proofs_than_names_are_not_even_fetched() {
    let (scene, proxy) = behind_proxy();
    let urls: Vec<String> = (0..5000).map(|number| format!("{}/{number}", scene.directory)).collect();
    for state in ["pending", "invalid"] {
        let page = json!({"status": state, "authorizations": urls, "finalize": scene.directory});
        let place = scene.directory.clone();
        let own = move |_: &str, path: &str, _: &[u8]| {
            let headers = [("Replay-Nonce", "x"), ("Location", &*place)];
            assert!(!path.starts_with("/dir/"), "one was fetched");
            (path == "/order-plz").then(|| reply(201, &headers, &page))
        };
        proxy.set(Plan { own: Some(Box::new(own)), ..Plan::default() });
        let complaint = scene.complaint(&scene.by_webroot(&[]));
        let words = match state {
            "pending" => "it wants 5000 proofs, and no more than 2 were ordered",
            _ => "gave up the order",
        };
        assert!(complaint.contains(words), "{complaint}");
        assert!(proxy.count() < 10, "{} requests", proxy.count());
        let _ = fs::remove_file(scene.key("order.json"));
    }
}
