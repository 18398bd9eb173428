//! The network gone, and certfix killed, at each step of an order: the next run goes on where it was or starts clean, with one
//! account, the same key, and nothing left behind. The faults are put in by a proxy in front of Pebble.
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

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::process::ExitStatusExt;

use ordering::{NAME, Scene};
use proxy::{Fault, Plan, behind_proxy};

/// Everything as before the first order, but for Pebble's memory.
fn forget(scene: &Scene) {
    fs::remove_dir_all(scene.store()).unwrap();
    scene.says(0, &["csr", "--fqdn", NAME, "--san", ordering::OTHER, "--ca", "private", "--key", "p-256"]);
}

/// One order with `fault` at each of its requests in turn: how many there were, and how many orders were gone on with.
fn survives(fault: Fault) -> (usize, usize) {
    let (scene, proxy) = behind_proxy();
    let mut accounts = 0;
    let mut number = 0;
    let mut resumed = 0;
    loop {
        number += 1;
        let place = format!("{fault:?} at request {number}");
        forget(&scene);
        let key = fs::read(scene.key("key.pem")).unwrap();
        proxy.set(Plan { fault: Some((number, fault)), ..Plan::default() });
        let child = scene.begin(&scene.by_webroot(&["--wait", "20"]));
        proxy.plan.lock().unwrap().victim = Some(child.id());
        let output = child.wait_with_output().unwrap();
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        let was_reached = proxy.count() >= number;
        accounts += 1;
        if !was_reached {
            assert_eq!(output.status.code(), Some(0), "{place}: {complaint}");
            scene.is_done(&place);
            break;
        }
        match fault {
            Fault::CutBefore | Fault::CutAfter => {
                assert_eq!(output.status.code(), Some(2), "{place}: {complaint}");
                assert!(complaint.contains("certfix: error: cannot reach "), "{place}: {complaint}");
                assert!(complaint.contains("run the same command again: it goes on"), "{place}: {complaint}");
            }
            Fault::KillBefore | Fault::KillAfter => assert_eq!(output.status.signal(), Some(9), "{place}: {complaint}"),
        }
        scene.keeps_secrets(&place);
        let had_order = scene.key("order.json").exists();
        proxy.set(Plan::default());
        let shown = scene.says(0, &["keys", "show", NAME]);
        assert_eq!(shown.contains(&format!("Next: certfix order {NAME} ")), had_order, "{place}: {shown}");
        scene.says(0, &scene.by_webroot(&[]));
        scene.is_done(&place);
        assert_eq!(fs::read(scene.key("key.pem")).unwrap(), key, "{place}: there is another key");
        let orders = proxy.plan.lock().unwrap().seen.iter().filter(|(_, path, _)| path == "/order-plz").count();
        assert_eq!(orders, usize::from(!had_order), "{place}: an order that was begun is not made again");
        resumed += usize::from(had_order);
        let folders = fs::read_dir(scene.store().join("_acme")).unwrap().count();
        assert_eq!(folders, 1, "{place}");
        // A first request that never got through made no account, and then the second run made it.
        assert_eq!(scene.pebble.accounts(), accounts, "{place}: there is a second account");
    }
    let paths: BTreeSet<String> = proxy.plan.lock().unwrap().seen.iter().map(|(_, path, _)| path.clone()).collect();
    assert!(paths.contains("/sign-me-up") && paths.contains("/order-plz"), "{paths:?}");
    (number - 1, resumed)
}

#[test]
fn the_network_gone_before_any_request_is_gone_on_from() {
    let (requests, resumed) = survives(Fault::CutBefore);
    println!("CutBefore: {requests} requests, {resumed} orders gone on with");
    assert!(requests > 10 && resumed > 4, "{requests} {resumed}");
}

#[test]
fn the_network_gone_before_any_answer_is_gone_on_from() {
    let (requests, resumed) = survives(Fault::CutAfter);
    println!("CutAfter: {requests} requests, {resumed} orders gone on with");
    assert!(requests > 10 && resumed > 4, "{requests} {resumed}");
}

#[test]
fn killed_before_any_request_the_next_run_goes_on() {
    let (requests, resumed) = survives(Fault::KillBefore);
    println!("KillBefore: {requests} requests, {resumed} orders gone on with");
    assert!(requests > 10 && resumed > 4, "{requests} {resumed}");
}

#[test]
fn killed_before_any_answer_the_next_run_goes_on() {
    let (requests, resumed) = survives(Fault::KillAfter);
    println!("KillAfter: {requests} requests, {resumed} orders gone on with");
    assert!(requests > 10 && resumed > 4, "{requests} {resumed}");
}
