//! What templates give to services: the user's own, those with files of their own, and scripts for Windows.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

#[path = "support/authority.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod authority;
#[path = "support/key_store.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod key_store;
#[path = "support/one_file_server.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod one_file_server;

use std::fs;

use authority::{Authority, Credentials, Leaf};
use key_store::{KeyStore, NAME, snapshot};
use one_file_server::Server;

fn credentials() -> Credentials {
    credentials_of(&[NAME])
}

fn credentials_of(names: &'static [&'static str]) -> Credentials {
    Authority::new().issue(&Leaf::new(names))
}

#[test]
fn a_template_of_the_users_own_is_found_again_by_the_commit() {
    let store = KeyStore::with(&credentials());
    let own = store.beside("templates");
    fs::create_dir(&own).unwrap();
    let path = store.beside("mine.conf");
    let template = format!(
        "about = \"Mine\"\nreload = \"echo {{{{ name | shell }}}} > {}\"\n[[file]]\npath = \"{}\"\ntext = \"key = {{{{ key }}}}\\n\"\n",
        store.beside("reloaded").display(),
        path.display()
    );
    fs::write(own.join("mine.toml"), template).unwrap();
    store.run(&["bind", NAME, "--to", "mine", "--templates", own.to_str().unwrap()]);
    store.run(&["commit"]);
    let key = store.root().join(NAME).join("key.pem");
    assert_eq!(fs::read_to_string(path).unwrap(), format!("key = {}\n", key.display()));
    assert_eq!(fs::read_to_string(store.beside("reloaded")).unwrap(), format!("{NAME}\n"));
}

#[test]
fn only_a_wildcards_own_folder_is_shown_with_a_star() {
    let store = KeyStore::with(&credentials());
    let own = store.beside("templates");
    fs::create_dir(&own).unwrap();
    let path = store.beside("name");
    let template = format!("about = \"Name\"\n[[file]]\npath = \"{}\"\ntext = \"{{{{ name }}}}\\n\"\n", path.display());
    fs::write(own.join("name.toml"), template).unwrap();
    for (folder, names) in
        [("a_wildcard.contoso.test", &["a_wildcard.contoso.test"]), ("_wildcard.contoso.test", &["*.contoso.test"])]
    {
        let [name] = *names;
        store.put(folder, &credentials_of(names));
        store.run(&["bind", name, "--to", "name", "--templates", own.to_str().unwrap()]);
        store.run(&["commit"]);
        assert_eq!(fs::read_to_string(&path).unwrap(), format!("{name}\n"));
        store.run(&["bind", name, "--to", "name", "--templates", own.to_str().unwrap(), "--remove"]);
    }
}

#[test]
fn windows_gets_scripts_with_everything_quoted() {
    let store = KeyStore::with(&credentials());
    let sha1 = {
        let evidence = certfix::input::read_file(&store.root().join(NAME).join("cert.pem"), None).unwrap();
        evidence.certificates[0].sha1().iter().map(|byte| format!("{byte:02X}")).collect::<String>()
    };
    let said = store.run(&["bind", NAME, "--to", "exchange-2013", "--set", "pfx=it's.pfx"]);
    assert!(
        said.contains("'it''s.pfx'") && said.contains(&format!("-Thumbprint '{sha1}' -Services 'POP,IMAP,SMTP,IIS'"))
    );
    assert!(said.contains("Restart-Service MSExchangePOP3, MSExchangePOP3BE,"), "{said}");
    assert!(said.lines().count() > 5 && said.matches('\n').count() == said.matches("\r\n").count());
    let said = store.run(&["bind", NAME, "--to", "exchange-2007"]);
    assert!(said.contains("Restart-Service MSExchangePOP3, MSExchangeIMAP4\r\n"), "{said}");
    store.put("_wildcard.contoso.test", &credentials_of(&["*.contoso.test"]));
    let wild = ["bind", "*.contoso.test", "--to", "exchange-2013"];
    let said = store.run(&wild);
    assert!(said.contains("-Services 'SMTP,IIS'") && !said.contains("Set-PopSettings"), "{said}");
    let said = store.run(&[&wild[..], &["--set", "mail_name=pop.contoso.test"]].concat());
    assert!(said.contains("Set-PopSettings -X509CertificateName 'pop.contoso.test'\r\n"), "{said}");
    let said = store.run(&["bind", NAME, "--to", "iis", "--set", "site=Bob's"]);
    assert!(said.contains("-Name 'Bob''s' -Protocol https"), "{said}");
    let said = store.run(&["bind", NAME, "--to", "certreq", "--set", "file=100%.cer"]);
    assert!(said.contains("certreq -accept -machine \"100%%.cer\"\r\n"), "{said}");
    assert!(store.refuse(&["bind", NAME, "--to", "iis", "--set", "https=443; calc"]).contains("is not a number"));
    assert!(store.refuse(&["bind", NAME, "--to", "certreq", "--set", "file=a\" & calc"]).contains("cannot be quoted"));
    assert!(store.refuse(&["bind", NAME, "--to", "iis", "--set", "site=B\u{fc}ro"]).contains("which is ASCII"));
    assert!(!store.root().join(NAME).join("bindings.json").exists(), "a script binds nothing here");
}

#[test]
fn services_with_files_of_their_own_get_what_they_read() {
    let new = credentials();
    let store = KeyStore::with(&new);
    let (one, two) = (store.beside("one"), store.beside("two"));
    let value = |name: &str, path: &std::path::Path| format!("{name}={}", path.display());
    let both = format!("{}{}", new.certificate, new.issuers);
    for (service, values, expected) in [
        ("haproxy", vec![value("file", &one)], vec![format!("{both}{}", new.key)]),
        ("stunnel", vec![value("file", &one)], vec![format!("{}{both}", new.key)]),
        (
            "exim",
            vec![value("certificate_file", &one), value("key_file", &two), "group=0".to_owned()],
            vec![both.clone(), new.key.clone()],
        ),
    ] {
        let shown = store.beside("shown.pem");
        fs::write(&shown, format!("{}{}", new.key, new.certificate)).unwrap();
        let server = Server::start(&shown);
        let endpoint = format!("tls://127.0.0.1:{}", server.port);
        let mut arguments = vec!["bind", NAME, "--to", service, "--check", "true", "--reload", "true"];
        arguments.extend(["--endpoint", &endpoint]);
        arguments.extend(values.iter().flat_map(|value| ["--set", value]));
        store.run(&arguments);
        let said = store.run(&["commit"]);
        assert!(said.contains(&format!("{endpoint} presents it")), "{said}");
        let found = [&one, &two].into_iter().filter_map(|path| fs::read_to_string(path).ok());
        assert_eq!(found.collect::<Vec<_>>(), expected, "{service}");
        for path in [&one, &two].into_iter().filter(|path| path.exists()) {
            assert_eq!(snapshot(path).unwrap().1 & 0o007, 0, "{service}");
        }
        store.run(&["undo"]);
        store.run(&["bind", NAME, "--to", service, "--remove"]);
    }
}

#[test]
fn server_blocks_of_nginx_for_other_names_are_left_alone() {
    let store = KeyStore::with(&credentials());
    let site = store.beside("site");
    let block = |name: &str| format!("server {{ listen 443 ssl; server_name {name}; ssl_certificate {name}.pem; }}\n");
    fs::write(&site, block(NAME) + &block("other.contoso.test")).unwrap();
    let value = format!("site={}", site.display());
    let bind = ["bind", NAME, "--to", "nginx", "--dry-run", "--set", &value];
    let said = store.run(&bind);
    assert!(said.contains("    - server { ") && !said.contains("other.contoso.test"), "{said}");
    let said = store.run(&[&bind[..], &["--set", "server_name=other.contoso.test"]].concat());
    assert!(said.contains("server_name other.contoso.test; ssl_certificate /"), "somebody named it: {said}");
    fs::write(&site, block("other.contoso.test")).unwrap();
    let said = store.refuse(&bind);
    assert!(said.contains("no server block that speaks TLS is for a name of the certificate"), "{said}");
    assert!(said.contains("--set server_name=NAME"), "{said}");
}
