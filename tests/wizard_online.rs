//! `certfix new` on a real terminal, with the online authority: Pebble signs at once.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

#[path = "support/authority.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod authority;
#[path = "support/ordering.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod ordering;
#[path = "support/pages.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod pages;
#[path = "support/servers/mod.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod servers;
#[path = "support/terminal.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod terminal;

use std::fs;

use certfix::input::read_file;
use ordering::{OTHER, PLAIN, Scene};
use pages::{CTRL_C, DOWN};
use terminal::Session;

#[test]
fn an_online_authority_signs_at_once_and_both_commands_are_printed() {
    let scene = Scene::new(PLAIN);
    let folder = scene.path("desk");
    fs::create_dir(&folder).unwrap();
    let root = scene.pebble.root.to_str().unwrap();
    let html = scene.path("html");
    let mut session = Session::start(&folder, 200, &["new"]);
    session.answers("The request goes to:", DOWN);
    session.answers("The authority:", &DOWN.repeat(2));
    session.answers("URL of its directory:", "http://127.0.0.1/dir");
    session.sees("is not the URL of an ACME directory");
    session.answers("URL of its directory:", &scene.directory);
    session.answers("one that this machine trusts):", root);
    session.answers("The name is proved by:", "");
    session.answers("Folder of the web server [/var/www/html]:", "nowhere");
    session.sees("there is no such folder");
    session.answers("Folder of the web server [/var/www/html]:", html.to_str().unwrap());
    session.answers("Your e-mail address, for the authority:", "admin@contoso.com");
    session.answers("Folder for keys [.]:", "keys");
    session.sees("Protect the key with a password?");
    session.types("n");
    session.answers("Kind and length of the key:", &DOWN.repeat(3));
    session.answers("Organization:", "");
    session.answers("Organizational unit:", "");
    session.answers("Domain (behind the @):", "fabrikam.com");
    session.answers("Common name [remote.fabrikam.com]:", "");
    session.answers("More names (commas between):", "");
    session.sees("Ask DNS for these names?");
    session.types("n");
    session.answers("Country:", "");
    session.answers("State or province:", "");
    session.answers("City:", "");
    let summary = session.sees("Make it:");
    assert!(summary.contains(&format!("goes to     {}", scene.directory)), "{summary}");
    assert!(summary.contains(html.to_str().unwrap()), "{summary}");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0, "something was written before the last yes");
    session.types("\r");
    session.sees("Agree to");
    session.types("y");
    let (status, text) = session.ends();
    assert_eq!(status, 0, "{text}");
    assert!(text.contains("remote.fabrikam.com: signed until ") && !text.contains("Next: send"), "{text}");
    let own = folder.join("keys/remote.fabrikam.com");
    let cert = read_file(&own.join("fullchain.pem"), None).unwrap().certificates.remove(0);
    assert_eq!(cert.identity.names.first_dns().unwrap().1.to_string(), "remote.fabrikam.com");
    assert!(!own.join("NewKeyRq.txt").exists());
    let both = text.lines().find(|line| line.starts_with("certfix csr ")).unwrap();
    assert!(both.contains(" && certfix order remote.fabrikam.com --acme "), "{both}");
    assert!(both.contains("--email admin@contoso.com") && both.ends_with("--store keys"), "{both}");
}

#[test]
fn ctrl_c_at_one_name_stops_the_order_of_all() {
    let scene = Scene::new(PLAIN);
    let mut order = scene.by_webroot(&["--one-per-name", "--store", "keys"]);
    order.retain(|word| *word != "--agree-tos");
    let mut session = Session::start(&scene.path(""), 200, &order);
    session.sees("Agree to");
    session.types(CTRL_C);
    let (status, text) = session.ends();
    assert_eq!(status, 130, "{text}");
    assert!(!text.contains("Agree to"), "the next name was gone on with: {text}");
    let end = "certfix: error: stopped by Ctrl-C\n\
               certfix: hint: run it again, or answer beforehand by flags: --help lists them\n";
    assert!(text.ends_with(end), "{text}");
    assert!(scene.store().join(OTHER).join("request.csr").exists(), "the keys of all names were made before");
}
