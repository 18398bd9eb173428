//! Certificates from a real ACME server, Pebble: every way of proving names, renewals, accounts.
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

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use certfix::input::read_file;
use ordering::{NAME, OTHER, PLAIN, Scene};
use serde_json::Value;
use servers::pebble::{HMAC_KEY, KID, Setup};

/// The only folder in the store's folder of accounts.
fn account(scene: &Scene) -> std::path::PathBuf {
    let mut folders: Vec<_> =
        fs::read_dir(scene.store().join("_acme")).unwrap().map(|one| one.unwrap().path()).collect();
    assert_eq!(folders.len(), 1, "{folders:?}");
    folders.pop().unwrap()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_file_in_the_webroot_proves_names_and_goes() {
    let scene = Scene::new(PLAIN);
    let text = scene.says(0, &scene.by_webroot(&["--email", "admin@contoso.com"]));
    let first = text.lines().next().unwrap();
    assert!(first.starts_with(&format!("{NAME}: signed until ")) && !first.contains("another order"), "{first}");
    assert!(text.contains(&format!("names       1 {NAME}\n              2 {OTHER}\n")), "{text}");
    assert!(
        text.ends_with(&format!("Next: certfix bind {NAME} --to SERVICE --store {}\n", scene.store().display())),
        "{text}"
    );
    scene.is_done("webroot");
    let account = account(&scene);
    assert_eq!((mode(&account), mode(&account.join("account-key.pem"))), (0o700, 0o600));
    assert_eq!(mode(account.parent().unwrap()), 0o700);
    assert!(scene.pebble.log().contains("/sign-me-up"), "no account was asked for");
    let keys = scene.says(0, &["keys"]);
    assert!(keys.contains("installed") && !keys.contains("_acme"), "{keys}");
}

#[test]
fn pebble_keeps_the_order_and_nothing_of_the_subject_but_perhaps_the_common_name() {
    let scene = Scene::new(PLAIN);
    fs::remove_dir_all(scene.store().join(NAME)).unwrap();
    scene.says(0, &["csr", "--fqdn", NAME, "--san", OTHER, "--subject", "O=Contoso,C=US", "--ca", "pebble"]);
    scene.says(0, &scene.by_webroot(&[]));
    let cert = read_file(&scene.key("fullchain.pem"), None).unwrap().certificates[0].clone();
    assert_eq!(cert.identity.names.to_string(), format!("{NAME}, {OTHER}"));
    let subject = cert.identity.subject.to_string();
    assert!(["", &format!("CN={NAME}")].contains(&&*subject), "{subject}");
}

#[test]
fn whatever_the_umask_is_a_web_server_of_another_user_can_read_proofs() {
    let scene = Scene::new(PLAIN);
    let plain = scene.command(&scene.by_webroot(&[]));
    let mut command = Command::new("sh");
    command.args(["-c", "umask 077; exec \"$0\" \"$@\""]).arg(plain.get_program()).args(plain.get_args());
    command.current_dir(plain.get_current_dir().unwrap());
    for (name, value) in plain.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let folder = scene.path("html/.well-known/acme-challenge");
    let is_proof = |path: &PathBuf| !path.file_name().unwrap().as_encoded_bytes().starts_with(b".");
    // What is shown has its mode already, and stays until the authority has looked.
    let proof = loop {
        let mut shown = fs::read_dir(&folder).into_iter().flatten().flatten().map(|entry| entry.path());
        if let Some(proof) = shown.find(is_proof) {
            break proof;
        }
        assert!(child.try_wait().unwrap().is_none(), "it ended and showed nothing");
        std::thread::sleep(Duration::from_millis(1));
    };
    assert_eq!([mode(&proof), mode(&folder), mode(folder.parent().unwrap())], [0o644, 0o755, 0o755]);
    assert!(child.wait().unwrap().success());
    scene.is_done("umask");
}

#[test]
fn a_web_server_of_its_own_proves_names() {
    let mut scene = Scene::new(PLAIN);
    scene.stop_web();
    let place = format!("127.0.0.1:{}", scene.pebble.http);
    let arguments = [&scene.order()[..], &["--listen", &place]].concat();
    scene.says(0, &arguments);
    scene.is_done("listener");
}

#[test]
fn a_port_that_another_server_has_is_said_with_the_flag() {
    let scene = Scene::new(PLAIN);
    let place = format!("127.0.0.1:{}", scene.pebble.http);
    for flag in ["--listen", "--tls-alpn"] {
        let complaint = scene.complaint(&[&scene.order()[..], &[flag, &place]].concat());
        assert!(
            complaint.contains(&format!("cannot listen on {place} ({flag}): address already in use\n")),
            "{complaint}"
        );
    }
    // What was begun is gone on with in another way.
    scene.says(0, &scene.by_webroot(&[]));
    scene.is_done("after a port in use");
    assert_eq!(scene.pebble.accounts(), 1);
}

#[test]
fn a_tls_server_of_its_own_proves_names() {
    let scene = Scene::new(PLAIN);
    let place = format!("127.0.0.1:{}", scene.pebble.tls);
    scene.says(0, &[&scene.order()[..], &["--tls-alpn", &place]].concat());
    scene.is_done("TLS-ALPN");
}

#[test]
fn a_hook_proves_names_and_a_wildcard_beside_its_base() {
    let scene = Scene::new(PLAIN);
    let resolver = format!("127.0.0.1:{}", scene.pebble.dns);
    let csr = ["csr", "--fqdn", "mail.fabrikam.com", "--san", "*.fabrikam.com", "--san", "fabrikam.com"];
    scene.says(0, &[&csr[..], &["--ca", "private", "--key", "p-256"]].concat());
    let mut arguments = scene.order();
    arguments[1] = "mail.fabrikam.com";
    arguments.extend(["--dns-hook", "./hook", "--resolver", &resolver]);
    scene.says(0, &arguments);
    let cert = read_file(&scene.store().join("mail.fabrikam.com/cert.pem"), None).unwrap();
    let names: Vec<String> = cert.certificates[0].identity.names.entries.iter().map(ToString::to_string).collect();
    assert_eq!(names, ["mail.fabrikam.com", "*.fabrikam.com", "fabrikam.com"]);
    let log = scene.text("hook.log");
    let calls = |action: &str| log.lines().filter_map(|line| line.strip_prefix(action)).collect::<BTreeSet<_>>();
    assert_eq!(calls("add"), calls("remove"), "{log}");
    assert_eq!(calls("add").len(), 3, "{log}");
    let shared = calls("add").into_iter().filter(|call| call.starts_with(" _acme-challenge.fabrikam.com ")).count();
    assert_eq!(shared, 2, "{log}");
}

#[test]
fn a_wildcard_needs_dns_and_says_so_before_anybody_is_asked() {
    let scene = Scene::new(PLAIN);
    let csr = ["csr", "--fqdn", "mail.fabrikam.com", "--san", "*.fabrikam.com", "--ca", "private"];
    scene.says(0, &[&csr[..], &["--key", "p-256"]].concat());
    let mut arguments = scene.by_webroot(&[]);
    arguments[1] = "mail.fabrikam.com";
    for dry in [false, true] {
        let dry_run: &[&str] = if dry { &["--dry-run"] } else { &[] };
        let complaint = scene.complaint(&[&arguments[..], dry_run].concat());
        assert!(complaint.contains("*.fabrikam.com cannot be proved by http-01: wildcards are proved in DNS alone\n"));
        assert!(complaint.contains("hint: pass --dns-hook PROGRAM to certfix order"), "{complaint}");
    }
    assert_eq!(scene.pebble.accounts(), 0);
}

#[test]
fn a_hook_that_fails_is_shown_with_its_words_and_what_was_added_is_removed() {
    let scene = Scene::new(PLAIN);
    let resolver = format!("127.0.0.1:{}", scene.pebble.dns);
    let log = scene.path("hook.log").display().to_string();
    let script = format!(
        "#!/bin/sh\necho \"$1 $2 $3\" >> {log}\ncase \"$1 $2\" in 'add '*{OTHER}) echo 'no such zone' >&2; exit 4;; esac\n"
    );
    fs::write(scene.path("hook"), script).unwrap();
    let complaint = scene.complaint(&[&scene.order()[..], &["--dns-hook", "./hook", "--resolver", &resolver]].concat());
    let wanted = format!("/hook add _acme-challenge.{OTHER} ...' failed: ended with status 4: no such zone\n");
    assert!(complaint.contains(&wanted), "{complaint}");
    let log = scene.text("hook.log");
    assert_eq!(log.matches("remove").count(), 2, "{log}");
}

#[test]
fn a_record_that_dns_does_not_show_ends_the_wait() {
    let scene = Scene::new(PLAIN);
    let resolver = format!("127.0.0.1:{}", scene.pebble.dns);
    fs::write(scene.path("hook"), "#!/bin/sh\nexit 0\n").unwrap();
    let more = ["--dns-hook", "./hook", "--resolver", &resolver, "--wait", "1"];
    let complaint = scene.complaint(&[&scene.order()[..], &more].concat());
    assert!(complaint.contains("DNS does not show the TXT record _acme-challenge."), "{complaint}");
    assert!(complaint.contains("after 1 s: there is none\n"), "{complaint}");
    assert!(!scene.pebble.log().contains("POST /chalZ/"), "the authority was told of a proof that is not there");
}

#[test]
fn a_renewal_is_ordered_as_the_first_with_the_same_account() {
    let scene = Scene::new(PLAIN);
    scene.says(0, &scene.by_webroot(&["--email", "admin@contoso.com"]));
    let first = scene.text(&format!("keys/{NAME}/key.pem"));
    let account_key = fs::read(account(&scene).join("account-key.pem")).unwrap();
    scene.says(0, &["csr", "--renew", NAME, "--ca", "private"]);
    assert_eq!(
        scene.text(&format!("keys/{NAME}/key.pem")),
        first,
        "services read the old key until the answer is there"
    );
    // Directory, root and folder are recorded.
    let text = scene.says(0, &["order", NAME]);
    assert!(text.contains("generations") || text.contains("wrote"), "{text}");
    scene.is_done("renewal");
    assert_ne!(scene.text(&format!("keys/{NAME}/key.pem")), first);
    assert!(!scene.key("renewal").exists());
    assert_eq!(fs::read(account(&scene).join("account-key.pem")).unwrap(), account_key);
    assert_eq!(scene.pebble.accounts(), 1);
}

#[test]
fn an_account_is_made_once_and_takes_another_address() {
    let scene = Scene::new(PLAIN);
    scene.says(0, &scene.by_webroot(&[]));
    let page = || fs::read_to_string(account(&scene).join("account.json")).unwrap();
    assert!(!page().contains("email"), "{}", page());
    scene.says(0, &scene.by_webroot(&["--email", "a@contoso.com"]));
    assert!(page().contains("a@contoso.com"), "{}", page());
    // The key is there and the answer was lost: the authority knows the key.
    fs::remove_file(account(&scene).join("account.json")).unwrap();
    scene.says(0, &scene.by_webroot(&[]));
    assert!(page().contains("/my-account/"), "{}", page());
    assert_eq!(scene.pebble.accounts(), 1);
}

#[test]
fn terms_are_agreed_to_or_nothing_is_made() {
    let scene = Scene::new(PLAIN);
    let arguments: Vec<&str> = scene.by_webroot(&[]).into_iter().filter(|word| *word != "--agree-tos").collect();
    let complaint = scene.complaint(&arguments);
    assert!(complaint.contains(" wants its terms to be agreed to: data:text/plain,"), "{complaint}");
    let hint = format!("hint: read them, then: certfix order {NAME} --agree-tos --store {}, ", scene.store().display());
    assert!(complaint.contains(&hint), "{complaint}");
    assert!(!scene.store().join("_acme").exists());
    assert_eq!(scene.pebble.accounts(), 0);
}

#[test]
fn a_renewal_without_its_account_says_how_to_get_another() {
    let scene = Scene::new(PLAIN);
    scene.says(0, &scene.by_webroot(&[]));
    fs::remove_dir_all(account(&scene)).unwrap();
    let complaint = scene.complaint(&["renew", "--now", NAME]);
    let (_, hint) = complaint.split_once("hint: read them, then: certfix ").unwrap();
    let (command, rest) = hint.split_once(", ").unwrap();
    assert_eq!(command, format!("order {NAME} --agree-tos --store {}", scene.store().display()));
    assert_eq!(rest, "and the other flags of a first order\n");
    scene.says(0, &command.split(' ').collect::<Vec<_>>());
    scene.is_done("ordered again");
}

#[test]
fn an_account_is_bound_to_one_elsewhere_by_a_key_in_a_file() {
    let scene = Scene::new(Setup { binding: true, ..PLAIN });
    let complaint = scene.complaint(&scene.by_webroot(&[]));
    assert!(complaint.contains("gives certificates only to accounts that are bound"), "{complaint}");
    assert!(complaint.contains("hint: pass --eab-kid KID and --eab-key-file FILE"), "{complaint}");
    fs::write(scene.path("wrong"), "d3Jvbmcga2V5IHdyb25nIGtleSB3cm9uZyBrZXkgd3Jvbmc\n").unwrap();
    fs::write(scene.path("broken"), "not base64url!\n").unwrap();
    fs::write(scene.path("right"), format!("{HMAC_KEY}\n")).unwrap();
    let with = |file| scene.by_webroot(&["--eab-kid", KID, "--eab-key-file", file]);
    let complaint = scene.complaint(&with("broken"));
    assert!(complaint.contains("'broken' does not hold an HMAC key in base64url"), "{complaint}");
    let complaint = scene.complaint(&with("wrong"));
    assert!(complaint.contains(" refused: "), "{complaint}");
    assert_eq!(scene.pebble.accounts(), 0);
    scene.says(0, &with("right"));
    scene.is_done("EAB");
    assert_eq!(scene.pebble.accounts(), 1);
    // The HMAC key is nobody's business but the two's.
    let log = scene.certfix(&with("right"));
    let said = [log.stdout, log.stderr].concat();
    assert!(!String::from_utf8_lossy(&said).contains(HMAC_KEY));
    for file in ["account.json", "account-key.pem"] {
        assert!(!fs::read_to_string(account(&scene).join(file)).unwrap().contains(HMAC_KEY), "{file}");
    }
    // Bound once, bound for good.
    scene.says(0, &scene.by_webroot(&[]));
}

#[test]
fn json_is_what_the_schema_says() {
    let scene = Scene::new(PLAIN);
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let schema = fs::read_to_string(root.join("docs/certfix.schema.json")).unwrap();
    let schema = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    for (more, installed) in [(&["--dry-run"][..], false), (&[], true), (&["--one-per-name"], true)] {
        let text = scene.says(0, &scene.by_webroot(&[&["--format", "json"], more].concat()));
        let page: Value = serde_json::from_str(&text).unwrap();
        let faults: Vec<String> = schema.iter_errors(&page).map(|fault| fault.to_string()).collect();
        assert!(faults.is_empty(), "{more:?}: {faults:#?}");
        let order = &page["orders"][0];
        assert_eq!((order["key"].as_str(), order["challenge"].as_str()), (Some(NAME), Some("http-01")));
        assert_eq!(order["installed"].is_object(), installed, "{text}");
        assert_eq!(order["names"].is_array(), !installed, "{text}");
    }
}
