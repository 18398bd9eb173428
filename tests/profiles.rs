//! `check --profile`: the servers that an account file names, each at its service.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

#[expect(dead_code, reason = "other tests need more of it")]
#[path = "support/authority.rs"]
mod authority;
#[expect(dead_code, reason = "other tests start the other servers")]
#[path = "support/servers/mod.rs"]
mod servers;

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use authority::{Authority, Leaf};
use servers::dovecot::Dovecot;

fn check(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_certfix")).args(["check", "--timeout", "20"]).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

struct Desk(tempfile::TempDir);

impl Desk {
    fn put(&self, name: &str, contents: &str) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, contents).unwrap();
        path
    }
}

#[test]
fn each_server_of_a_file_is_looked_at_where_clients_would() {
    let authority = Authority::new();
    let dovecot = Dovecot::start(&authority.issue(&Leaf::new(&["imap.contoso.test", "pop.contoso.test"])));
    let desk = Desk(tempfile::tempdir().unwrap());
    let root = desk.put("root.pem", &authority.root());
    let autoconfig = format!(
        "<clientConfig version=\"1.1\"><emailProvider id=\"contoso.test\"><domain>contoso.test</domain>\
         <incomingServer type=\"imap\"><hostname>imap.contoso.test</hostname><port>{}</port>\
         <socketType>STARTTLS</socketType></incomingServer>\
         <incomingServer type=\"pop3\"><hostname>mail.contoso.test</hostname><port>{}</port>\
         <socketType>SSL</socketType></incomingServer></emailProvider></clientConfig>",
        dovecot.imap, dovecot.pop3s
    );
    let profile = desk.put("config-v1.1.xml", &autoconfig);
    let output = check(&[
        "--profile",
        profile.to_str().unwrap(),
        "--connect",
        "127.0.0.1",
        "--ca-file",
        root.to_str().unwrap(),
        "--client",
        "thunderbird",
        "--at",
        "2026-09-01",
    ]);
    let (answer, errors) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(1), "{answer}\n{errors}");
    assert!(answer.contains("accepts  Thunderbird  dNSName imap.contoso.test"), "{answer}");
    let place = format!("pop3s://mail.contoso.test:{}", dovecot.pop3s);
    assert!(
        answer.contains(&format!("refused[name-mismatch]: the certificate is for another name\n  found on    {place}")),
        "{answer}"
    );
    assert!(answer.contains("asked for mail.contoso.test, found imap.contoso.test, pop.contoso.test"), "{answer}");
    assert!(answer.contains("incomingServer type=pop3 in "), "{answer}");
    let agree = "The names that have to agree\n  client      mail.contoso.test\n  DNS         not asked\n  \
                 certificate imap.contoso.test, pop.contoso.test (common name imap.contoso.test)\n";
    assert!(answer.contains(agree), "{answer}");
    assert!(
        answer.contains("\n2 sources: 1 with findings.") || answer.contains("\n2 sources: 2 with findings."),
        "{answer}"
    );
}

#[test]
fn what_services_present_is_told_as_the_schema_says() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/certfix.schema.json");
    let validator =
        jsonschema::validator_for(&serde_json::from_str(&fs::read_to_string(root).unwrap()).unwrap()).unwrap();
    let dovecot = Dovecot::start(&Authority::new().issue(&Leaf::new(&["imap.contoso.test"])));
    let (imap, pop3s) =
        (format!("imap://imap.contoso.test:{}", dovecot.imap), format!("mail.contoso.test:{}", dovecot.pop3s));
    for command in ["check", "inspect"] {
        let mut certfix = Command::new(env!("CARGO_BIN_EXE_certfix"));
        let flags = ["--connect", "127.0.0.1", "--timeout", "20", "--format", "json"];
        let output = certfix.args([command, &imap, &pop3s, "tls://127.0.0.1:9"]).args(flags).output().unwrap();
        let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let faults: Vec<String> =
            validator.iter_errors(&document).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
        assert!(faults.is_empty(), "{command}: {faults:#?}");
        let kinds: Vec<&str> =
            document["sources"].as_array().unwrap().iter().map(|entry| entry["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["services", "certificate", "services", "certificate"], "{command}");
        assert_eq!(document["errors"].as_array().unwrap().len(), 1, "{command}");
        let first = &document["sources"][0]["endpoints"][0];
        assert_eq!((&first["opening"], &first["looks"][0]["possession"]), (&"starttls".into(), &"proved".into()));
    }
}

#[test]
fn a_certificate_in_a_file_is_judged_for_each_server_named() {
    let desk = Desk(tempfile::tempdir().unwrap());
    let profile = desk.put(
        "outlook.prf",
        "[Internet Account List]\r\nAccount1=I_Mail\r\n[Account1]\r\nPOP3Server=remote.contoso.com\r\n\
         SMTPServer=smtp.contoso.com\r\n",
    );
    let sbs = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/sbs2008.cer");
    let arguments =
        [sbs, "--profile", profile.to_str().unwrap(), "--connect", "127.0.0.1:9", "--client", "outlook2007"];
    let output = check(&[&arguments[..], &["--at", "2009-01-01"]].concat());
    let answer = text(&output.stdout);
    assert!(answer.contains("when asked for remote.contoso.com"), "{answer}");
    assert!(answer.contains("when asked for smtp.contoso.com"), "{answer}");
    // Nothing listens where the file's own services are looked for.
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("cannot connect to pop3://remote.contoso.com:110 (127.0.0.1:9)"));
}

#[test]
fn what_cannot_be_looked_at_is_told() {
    let desk = Desk(tempfile::tempdir().unwrap());
    let profile =
        desk.put("exchange.prf", "[Service List]\nService1=Microsoft Exchange Server\n[Service1]\nHomeServer=EX01\n");
    let output = check(&["--profile", profile.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("EX01 is not looked at: "), "{}", text(&output.stderr));
    let nothing = desk.put("empty.prf", "");
    let output = check(&["--profile", nothing.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("is empty"));
}
