//! certfix killed at every call of an order that changes the disk: keys, accounts and what services read stay whole, and the
//! next run finishes with the same key, the same account and nothing left behind.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

#[path = "support/authority.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod authority;
#[path = "support/ordering.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod ordering;
#[path = "support/servers/mod.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod servers;
#[path = "support/strace.rs"]
mod strace;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Mutex;

use ordering::{NAME, OTHER, PLAIN, Scene};
use rayon::prelude::*;
use strace::Point;

fn forget(scene: &Scene) {
    let _ = fs::remove_dir_all(scene.store());
    scene.says(0, &["csr", "--fqdn", NAME, "--san", OTHER, "--ca", "private", "--key", "p-256"]);
}

fn traced(scene: &Scene, options: &[String]) -> Output {
    let certfix = scene.command(&scene.by_webroot(&["--format", "json"]));
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-o"]).arg(scene.path("strace.log")).args(options);
    strace.arg(certfix.get_program()).args(certfix.get_args()).current_dir(certfix.get_current_dir().unwrap());
    for (name, value) in certfix.get_envs() {
        match value {
            Some(value) => strace.env(name, value),
            None => strace.env_remove(name),
        };
    }
    strace.stdin(Stdio::null()).output().unwrap()
}

/// Every call that changes something, with its number among the calls of its name.
fn points(scene: &Scene) -> Vec<Point> {
    let run = traced(scene, &strace::traced());
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    strace::points(scene.text("strace.log").lines(), |_| false)
}

/// What an interrupted run leaves beside files goes with the next.
fn hidden(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path()) {
        if entry.file_name().unwrap().to_string_lossy().starts_with('.') {
            found.push(entry.clone());
        }
        if entry.is_dir() && !entry.is_symlink() {
            hidden(&entry, found);
        }
    }
}

#[test]
fn a_kill_at_any_moment_loses_no_key_and_no_account_and_leaves_nothing() {
    let all = {
        let scene = Scene::new(PLAIN);
        points(&scene)
    };
    assert!(all.len() > 30, "{all:?}");
    let killed = Mutex::new(0);
    let parts: Vec<_> = all.chunks(all.len().div_ceil(3)).collect();
    parts.par_iter().for_each(|points| {
        let scene = Scene::new(PLAIN);
        for (done, (call, at)) in points.iter().enumerate() {
            let place = format!("killed at {call} {at}");
            forget(&scene);
            let key = fs::read(scene.key("key.pem")).unwrap();
            let run = traced(&scene, &strace::faulty((call, *at), "signal=KILL"));
            // How often it asks before the authority is done differs by a call or two.
            if run.status.success() {
                scene.is_done(&place);
                continue;
            }
            assert_eq!(run.status.code(), None, "{place}: {}", String::from_utf8_lossy(&run.stderr));
            scene.keeps_secrets(&place);
            assert_eq!(fs::read(scene.key("key.pem")).unwrap(), key, "{place}");
            scene.says(0, &scene.by_webroot(&[]));
            scene.is_done(&place);
            assert_eq!(fs::read(scene.key("key.pem")).unwrap(), key, "{place}");
            let mut left = Vec::new();
            hidden(&scene.store(), &mut left);
            assert!(left.is_empty(), "{place}: {left:?}");
            // One for each store that was made anew, and none more.
            assert_eq!(scene.pebble.accounts(), done + 1, "{place}: there is a second account");
            *killed.lock().unwrap() += 1;
        }
    });
    let killed = killed.into_inner().unwrap();
    println!("killed at {killed} of {} points", all.len());
    assert!(killed * 10 >= all.len() * 9, "only {killed} of {}", all.len());
}
