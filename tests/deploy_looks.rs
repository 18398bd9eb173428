//! What a commit makes of the places where services present certificates: every kind of key, and every address.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

#[path = "support/authority.rs"]
mod authority;
#[path = "support/key_store.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod key_store;
#[path = "support/servers/mod.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod servers;

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use authority::{Authority, Credentials, Key, Leaf};
use key_store::{KeyStore, NAME, snapshot};
use servers::dovecot::Dovecot;
use servers::nginx::Nginx;

fn elliptic() -> Credentials {
    Authority::new().issue(&Leaf::new(&[NAME]))
}

fn rsa(names: &'static [&'static str]) -> Credentials {
    Authority::new().issue(&Leaf { key: Key::Rsa2048, ..Leaf::new(names) })
}

/// What is printed of a certificate.
fn print(credentials: &Credentials) -> String {
    credentials.chain[0].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// An nginx whose server blocks get these directives in the place of their own.
fn nginx(with: impl Fn(&Nginx) -> String) -> Nginx {
    let old = elliptic();
    let mut nginx = Nginx::start(&old, "other.contoso.test", &old);
    let directives = with(&nginx);
    let config = fs::read_to_string(&nginx.config).unwrap();
    let own = |files: &servers::Files| {
        format!("ssl_certificate {}; ssl_certificate_key {};", files.certificate.display(), files.key.display())
    };
    fs::write(&nginx.config, config.replace(&own(&nginx.default), &directives)).unwrap();
    nginx.reload();
    nginx
}

/// Writes a certificate and its key beside the configuration, and says so to nginx.
fn beside(nginx: &Nginx, name: &str, credentials: &Credentials) -> String {
    let file = |extension: &str| nginx.config.with_file_name(name).with_extension(extension);
    let (certificate, key): (PathBuf, PathBuf) = (file("pem"), file("key"));
    fs::write(&certificate, &credentials.certificate).unwrap();
    fs::write(&key, &credentials.key).unwrap();
    format!("ssl_certificate {}; ssl_certificate_key {};", certificate.display(), key.display())
}

#[test]
fn a_certificate_that_is_only_joined_by_the_new_one_is_no_success() {
    let nginx = nginx(|nginx| {
        let snippet = nginx.config.with_file_name("snippet.conf");
        fs::write(&snippet, beside(nginx, "old", &rsa(&[NAME]))).unwrap();
        format!("include {};", snippet.display())
    });
    let store = KeyStore::with(&elliptic());
    let before = snapshot(&nginx.config);
    let values = [("config", &nginx.config), ("site", &nginx.config)];
    let values = values.map(|(name, path)| format!("{name}={}", path.display()));
    let port = format!("https={}", nginx.https);
    let name = "server_name=_";
    let mut bind = vec!["bind", NAME, "--to", "nginx", "--set", &port, "--set", name];
    values.iter().for_each(|value| bind.extend(["--set", value]));
    store.run(&bind);
    let said = store.refuse(&["commit", "--patience", "3"]);
    let cause = "clients that take RSA keys alone still get the one from before";
    assert!(said.contains(cause), "{said}");
    assert_eq!(snapshot(&nginx.config), before);
}

#[test]
fn a_pair_of_keys_is_left_where_both_certificates_name_the_host() {
    for (names, fits) in [(&[NAME], true), (&["sbs.contoso.test"], false)] {
        let other = rsa(names);
        let nginx = nginx(|nginx| beside(nginx, "elliptic", &elliptic()) + &beside(nginx, "rsa", &other));
        let store = KeyStore::with(&elliptic());
        bind(&store, NAME, "files", &nginx, "elliptic");
        if !fits {
            let said = store.refuse(&["commit", "--patience", "3"]);
            let cause = format!("clients that take RSA keys alone still get the one from before, {}", print(&other));
            assert!(said.contains(&cause), "{said}");
            continue;
        }
        let said = store.run(&["commit"]);
        let remark = format!("but clients that take RSA keys alone get another one, {}, which ends", print(&other));
        assert!(said.contains(&remark), "{said}");
        // The other one may be the store's too, and each of them can be renewed by itself.
        store.put("imap.contoso.test", &rsa(&["imap.contoso.test", NAME]));
        bind(&store, "imap.contoso.test", "files:rsa", &nginx, "rsa");
        let said = store.refuse(&["commit", "--patience", "3"]);
        assert!(said.contains("clients that take any key still get the one from before, "), "{said}");
        store.put("imap.contoso.test", &rsa(&["imap.contoso.test", NAME]));
        store.put(NAME, &Authority::new().issue(&Leaf::new(&[NAME, "imap.contoso.test"])));
        for _ in 0..2 {
            let said = store.run(&["commit"]);
            assert!(said.contains("presents it") && !said.contains("but "), "{said}");
            store.put("imap.contoso.test", &rsa(&["imap.contoso.test", NAME]));
        }
    }
}

#[test]
fn clients_that_a_commit_shuts_out_are_told() {
    // The elliptic key takes the place of one of a pair, and of the only one.
    for is_pair in [true, false] {
        let nginx = nginx(|nginx| {
            let elliptic = if is_pair { beside(nginx, "elliptic", &elliptic()) } else { String::new() };
            elliptic + &beside(nginx, "rsa", &rsa(&[NAME]))
        });
        let store = KeyStore::with(&elliptic());
        bind(&store, NAME, "files", &nginx, "rsa");
        let said = store.run(&["commit"]);
        let remark = "but clients that take RSA keys alone got a certificate before and get nothing now\n";
        assert_eq!(said.contains(remark), is_pair, "{said}");
        store.put(NAME, &elliptic());
        let said = store.run(&["commit"]);
        assert!(said.contains("presents it\n") && !said.contains("but "), "{said}");
    }
}

#[test]
fn a_service_that_presents_something_else_later_is_named_where_nothing_is_to_do() {
    let mut nginx = nginx(|nginx| beside(nginx, "own", &elliptic()));
    let store = KeyStore::with(&elliptic());
    bind(&store, NAME, "files", &nginx, "own");
    store.run(&["commit"]);
    assert!(store.run(&["commit"]).starts_with("Nothing to commit"));
    let later = elliptic();
    let config = fs::read_to_string(&nginx.config).unwrap();
    fs::write(&nginx.config, config.replace("own.", "later.")).unwrap();
    beside(&nginx, "later", &later);
    nginx.reload();
    let journals = store.journals();
    let said = store.refuse(&["commit", "--patience", "3"]);
    assert!(said.contains("nothing to commit, but https://127.0.0.1:"), "{said}");
    assert!(said.contains(&format!("it presents {}\n", print(&later))), "{said}");
    assert_eq!(store.journals(), journals);
    let dry = store.run(&["commit", "--dry-run"]);
    assert!(dry.ends_with("Endpoints are not looked at.\n"), "{dry}");
}

#[test]
fn an_endpoint_that_no_commit_could_look_at_is_not_bound() {
    let store = KeyStore::with(&elliptic());
    for (endpoint, part) in [
        ("127.0.0.1:21993", "'127.0.0.1:21993' does not say which protocol is spoken there\n"),
        (NAME, "'mail.contoso.test' does not say which protocol is spoken there\n"),
        ("imasp://127.0.0.1:1", "no protocol is called 'imasp': did you mean 'imap'\n"),
        ("imaps://127.0.0.1:x", "'x' in 'imaps://127.0.0.1:x' is not a port\n"),
        ("tls://127.0.0.1", "'tls://127.0.0.1' names no port, and there is no usual one\n"),
    ] {
        let said = store.refuse(&["bind", NAME, "--to", "files", "--endpoint", endpoint]);
        assert!(said.contains(part), "{said}");
        assert!(!store.root().join(NAME).join("bindings.json").exists());
    }
    store.run(&["bind", NAME, "--to", "files", "--endpoint", "127.0.0.1:993"]);
    let said = store.refuse(&["bind", NAME, "--to", "stunnel", "--set", "port=x", "--set", "file=/stunnel.pem"]);
    assert!(said.contains("'x' in 'tls://127.0.0.1:x' is not a port\n"), "{said}");
}

/// `certfix bind` to the files of this name, and nginx is looked at.
fn bind(store: &KeyStore, key: &str, service: &str, nginx: &Nginx, name: &str) {
    let file = |value: &str, extension: &str| {
        format!("{value}={}", nginx.config.with_file_name(name).with_extension(extension).display())
    };
    let (certificate, private) = (file("fullchain_file", "pem"), file("key_file", "key"));
    let reload = format!("nginx -s reload -c {}", nginx.config.display());
    let endpoint = format!("https://127.0.0.1:{}", nginx.https);
    let flags = ["--set", &certificate, "--set", &private, "--reload", &reload, "--endpoint", &endpoint];
    store.run(&[&["bind", key, "--to", service][..], &flags].concat());
}

#[test]
fn a_renewal_tells_what_else_the_service_presents() {
    let other = rsa(&[NAME]);
    let nginx = nginx(|nginx| beside(nginx, "elliptic", &elliptic()) + &beside(nginx, "rsa", &other));
    let store = KeyStore::with(&elliptic());
    let password = store.beside("password");
    fs::write(&password, "secret\n").unwrap();
    let password = password.to_str().unwrap();
    store.run(&["ca", "init", "Contoso CA", "--key", "p-256", "--new-password-file", password]);
    store.run(&["csr", "--renew", NAME, "--ca", "private"]);
    let request = store.root().join(NAME).join("renewal/request.csr");
    store.run(&["ca", "sign", request.to_str().unwrap(), "--install", "--yes", "--password-file", password]);
    bind(&store, NAME, "files", &nginx, "elliptic");
    store.run(&["commit"]);
    let said = store.run(&["renew", NAME, "--now", "--password-file", password]);
    let remark = format!("clients that take RSA keys alone get another one, {}, which ends", print(&other));
    let place = format!("\n{NAME}: https://127.0.0.1:{}: {remark}", nginx.https);
    assert!(said.contains(&place), "{said}");
}

#[test]
fn a_commit_takes_no_service_from_another_binding() {
    let mut dovecot = Dovecot::start(&elliptic());
    let values = dovecot.values();
    let drop_in = |name: &str| dovecot.config.with_file_name(name);
    let (third, second) = (drop_in("98-third.conf"), drop_in("99-second.conf"));
    let mut config = OpenOptions::new().append(true).open(&dovecot.config).unwrap();
    writeln!(config, "!include_try {}\n!include_try {}", third.display(), second.display()).unwrap();
    let (store, other) = (KeyStore::with(&elliptic()), "imap.contoso.test");
    store.put(other, &Authority::new().issue(&Leaf::new(&["imap.contoso.test"])));
    let bind = |key: &str, service: &str, path: &Path| {
        let mut arguments = vec!["bind", key, "--to", service];
        let file = format!("drop_in={}", path.display());
        let own = values.iter().filter(|value| !value.starts_with("drop_in=")).chain([&file]);
        own.for_each(|value| arguments.extend(["--set", value]));
        store.run(&arguments);
    };
    let first = drop_in("99-certfix.conf");
    bind(NAME, "dovecot", &first);
    store.run(&["commit"]);
    bind(other, "dovecot:b", &second);
    let said = store.refuse(&["commit", "--patience", "3"]);
    let cause = format!("the commit takes the certificate of '{NAME}' from dovecot: imap");
    assert!(said.contains(&cause) && said.contains("everything was put back"), "{said}");
    assert!(said.contains("hint: give each an address of its own with --address, or "), "{said}");
    assert!(!second.exists());
    // One that was wrong before does not keep the others from theirs.
    fs::write(&third, fs::read_to_string(&first).unwrap().replace(NAME, other)).unwrap();
    dovecot.reload();
    let said = store.run(&["commit"]);
    assert!(said.contains(&format!("dovecot:b has {other}\n")), "{said}");
    assert!(store.refuse(&["commit", "--patience", "3"]).contains("nothing to commit, but imap"));
}

#[test]
fn where_nothing_is_bound_a_commit_says_how_to_bind() {
    let store = KeyStore::with(&elliptic());
    for how in [&["commit"][..], &["commit", "--dry-run"]] {
        let said = store.run(how);
        assert!(said.starts_with("Nothing to commit: no key is bound"), "{said}");
        assert!(said.contains(&format!("certfix bind {NAME} --to SERVICE --store ")), "{said}");
    }
}
