//! From a request to a mail server that presents the certificate: `csr`, `order`, `bind`, `commit` on a real Dovecot, and
//! `check` on the wire with Pebble's root as trust. And an authority that sorts names.
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

use std::fs;

use authority::{Authority, Leaf};
use certfix::input::read_file;
use ordering::{NAME, OTHER, PLAIN, Scene};
use servers::dovecot::Dovecot;

#[test]
fn a_request_becomes_the_certificate_that_dovecot_presents() {
    let scene = Scene::new(PLAIN);
    let dovecot = Dovecot::start(&Authority::new().issue(&Leaf::new(&["sbs.contoso.local"])));
    fs::write(scene.path("pebble-root.pem"), scene.pebble.issuing_root()).unwrap();
    let imaps = format!("imaps://{NAME}:{}", dovecot.imaps);
    let check = ["check", &imaps, "--connect", "127.0.0.1", "--ca-file", "pebble-root.pem"];
    let before = scene.certfix(&check);
    assert_eq!(before.status.code(), Some(1), "{}", String::from_utf8_lossy(&before.stdout));

    scene.says(0, &scene.by_webroot(&["--email", "admin@contoso.com"]));
    scene.is_done("whole run");
    // The answer as a file is what is there already.
    let again = scene.says(0, &["install", NAME, scene.key("fullchain.pem").to_str().unwrap(), "--format", "json"]);
    assert!(again.contains("\"files\":[]"), "{again}");

    let values = dovecot.values();
    let mut bind = vec!["bind", NAME, "--to", "dovecot"];
    bind.extend(values.iter().flat_map(|value| ["--set", value]));
    scene.says(0, &bind);
    scene.says(0, &["commit"]);
    let clean = scene.says(0, &check);
    assert!(!clean.contains("refused[") && !clean.contains("warning["), "{clean}");

    // A renewal of a key that is bound says what comes next.
    scene.says(0, &["csr", "--renew", NAME, "--ca", "private"]);
    let text = scene.says(0, &["order", NAME]);
    assert!(text.ends_with(&format!("Next: certfix commit --store {}\n", scene.store().display())), "{text}");
    scene.says(0, &["commit"]);
    scene.says(0, &check);
    assert_eq!(scene.pebble.accounts(), 1);
}

#[test]
fn an_authority_that_sorts_is_told_of_before_and_one_certificate_each_is_offered() {
    let scene = Scene::new(PLAIN);
    let sorting = scene.by_webroot(&["--ca", "letsencrypt"]);
    let complaint = scene.complaint(&sorting);
    let words = format!("Let's Encrypt sorts names: the certificate would begin with {OTHER}, not with {NAME}\n");
    assert!(complaint.contains(&words), "{complaint}");
    assert!(complaint.contains("hint: order one certificate for each name with --one-per-name"), "{complaint}");
    assert_eq!(scene.pebble.accounts(), 0, "nobody was asked");

    let preview = scene.says(0, &[&sorting[..], &["--one-per-name", "--dry-run"]].concat());
    assert!(preview.starts_with("Nothing was ordered (--dry-run)"), "{preview}");
    assert!(!scene.store().join(OTHER).exists());

    let first_key = fs::read(scene.key("key.pem")).unwrap();
    scene.says(0, &[&sorting[..], &["--one-per-name"]].concat());
    for name in [NAME, OTHER] {
        let cert = read_file(&scene.store().join(name).join("cert.pem"), None).unwrap();
        let names: Vec<String> = cert.certificates[0].identity.names.entries.iter().map(ToString::to_string).collect();
        assert_eq!(names, [name]);
    }
    scene.is_done("one per name");
    assert_ne!(fs::read(scene.key("key.pem")).unwrap(), first_key);
    assert_eq!(scene.pebble.accounts(), 1);
    // Done is done: nothing is ordered again.
    let orders = || scene.pebble.log().matches("POST /order-plz").count();
    let before = orders();
    scene.says(0, &[&sorting[..], &["--one-per-name"]].concat());
    assert_eq!(orders(), before);
}

#[test]
fn whoever_wants_one_certificate_all_the_same_gets_it() {
    let scene = Scene::new(PLAIN);
    let output = scene.certfix(&scene.by_webroot(&["--ca", "letsencrypt", "--yes"]));
    let remarks = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{remarks}");
    assert!(
        remarks.contains(&format!("certfix: Let's Encrypt sorts names: the certificate will begin with {OTHER}")),
        "{remarks}"
    );
    scene.is_done("--yes");
}

#[test]
fn the_way_of_renewing_is_kept_where_nothing_can_be_printed() {
    let scene = Scene::new(PLAIN);
    for format in ["text", "json"] {
        let full = fs::File::options().write(true).open("/dev/full").unwrap();
        let ordered = scene.by_webroot(&["--format", format]);
        let output = scene.command(&ordered).stdout(full).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{format}: {}", String::from_utf8_lossy(&output.stderr));
        scene.is_done(format);
    }
}
