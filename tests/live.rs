//! What `certfix` tells of live servers beyond who presents what: keys, versions, trust; and what is made from them.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

#[path = "support/asked.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod asked;
#[path = "support/authority.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod authority;
#[path = "support/name_servers.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod name_servers;
#[path = "support/servers/mod.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod servers;

use std::fs;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::Stdio;
use std::sync::mpsc::{self, Sender};
use std::thread;
use std::time::{Duration, Instant};

use asked::{MAIL, at, certfix, colons, json};
use authority::{Authority, Key, Leaf};
use name_servers::{NameServer, OddServer};
use rustix::process::{Pid, Signal, kill_process};
use servers::presenter::{Presenter, issue, presented};
use servers::relay::{Protocol, Relay};
use servers::s_server::SServer;

/// Only a hang takes longer.
const HANG: Duration = Duration::from_secs(60);

#[test]
fn both_certificates_of_a_server_with_two_kinds_of_key_are_shown() {
    let authority = Authority::new();
    let elliptic = authority.issue(&Leaf::new(MAIL));
    let rsa = authority.issue(&Leaf { key: Key::Rsa2048, ..Leaf::new(MAIL) });
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (certificate, key) = (file("rsa.pem", &rsa.certificate), file("rsa.key", &rsa.key));
    for old in [&[][..], &["-tls1_2"], &["-tls1", "-cipher", "ALL:@SECLEVEL=0"]] {
        let mut options = vec!["-dcert", &*certificate, "-dkey", &key, "-dcert_chain"];
        let issuers = file("issuers.pem", &rsa.issuers);
        options.push(&issuers);
        options.extend(old);
        let server = SServer::start(&elliptic, &options);
        let relay = Relay::start(Protocol::Smtp, server.port);
        for source in [at("imaps", server.port), at("smtp", relay.port)] {
            let answer = json(&["inspect", &source, "--connect", "127.0.0.1"]);
            let seen = answer.only();
            let mut leaves: Vec<String> =
                seen.answers(seen.endpoint(0)).into_iter().map(|(_, _, chain)| chain[0].clone()).collect();
            leaves.sort();
            leaves.dedup();
            let mut expected = [colons(&elliptic.chain[0]), colons(&rsa.chain[0])];
            expected.sort();
            assert_eq!(leaves, expected, "{old:?} {source}");
        }
    }
}

#[test]
fn a_server_with_one_kind_of_key_shows_one_certificate() {
    for key in [Key::P256, Key::Rsa2048] {
        let credentials = Authority::new().issue(&Leaf { key, ..Leaf::new(MAIL) });
        let server = SServer::start(&credentials, &[]);
        let answer = json(&["inspect", &at("imaps", server.port), "--connect", "127.0.0.1"]);
        let seen = answer.only();
        assert_eq!(seen.certificates.len(), 1);
        assert!(seen.answers(seen.endpoint(0)).len() > 1);
    }
}

#[test]
fn old_versions_are_told_as_what_they_are() {
    let credentials = Authority::new().issue(&Leaf { key: Key::Rsa2048, ..Leaf::new(MAIL) });
    let old = SServer::start(&credentials, &["-tls1", "-cipher", "ALL:@SECLEVEL=0"]);
    let relay = Relay::start(Protocol::Imap, old.port);
    let answer = json(&["check", &at("imap", relay.port), "--connect", "127.0.0.1"]);
    let seen = answer.only();
    assert_eq!(seen.found("old-tls"), ["nothing newer than TLS 1.0 is answered"]);
    let words = "not checked: the handshake was left before the proof, as with old versions of TLS";
    assert_eq!(seen.found("key-not-proved"), [words]);
    let both = SServer::start(&credentials, &["-cipher", "ALL:@SECLEVEL=0"]);
    let answer = json(&["check", &at("imaps", both.port), "--connect", "127.0.0.1"]);
    assert_eq!(answer.only().found("old-tls"), ["beside TLS 1.3 it answers TLS 1.0 and TLS 1.1"]);
    assert_eq!(answer.only().found("key-not-proved"), [""; 0]);
}

#[test]
fn the_worst_is_told_first_whether_of_the_service_or_of_its_certificate() {
    let credentials = Authority::new().issue(&Leaf { key: Key::Rsa2048, ..Leaf::new(MAIL) });
    let server = SServer::start(&credentials, &["-cipher", "ALL:@SECLEVEL=0"]);
    let folder = tempfile::tempdir().unwrap();
    let stranger = folder.path().join("stranger.pem");
    fs::write(&stranger, Authority::new().root()).unwrap();
    let mut command = certfix(&["check", &at("imaps", server.port), "--connect", "127.0.0.1", "--fqdn", "other.test"]);
    let output = command.env("SSL_CERT_FILE", &stranger).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let codes: Vec<&str> =
        text.lines().filter_map(|line| line.split_once("]: ")?.0.split_once('[')).map(|two| two.0).collect();
    let mut sorted = codes.clone();
    sorted.sort_by_key(|level| ["refused", "warning", "note"].iter().position(|word| word == level));
    assert!(codes.len() > 2 && codes == sorted, "{text}");
    let place = |code: &str| text.find(&format!("[{code}]")).unwrap_or_else(|| panic!("{code}: {text}"));
    assert!(place("untrusted-issuer") < place("old-tls"), "{text}");
    assert!(text.contains("  clients     all ") && text.contains(" but "), "{text}");
}

#[test]
fn trust_is_told_apart_from_names() {
    let authority = Authority::new();
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (root, stranger) = (file("root.pem", &authority.root()), file("stranger.pem", &Authority::new().root()));
    let server = Presenter::anywhere(None, &issue(&authority, MAIL));
    let source = at("imaps", server.address.port());
    let check = |arguments: &[&str], trusted: &str| {
        let mut command =
            certfix(&["check", &source, "--connect", "127.0.0.1", "--format", "json", "--at", "2026-09-01"]);
        asked::answer(command.args(arguments).env("SSL_CERT_FILE", trusted).output().unwrap())
    };
    let words = |answer: &asked::Answer, client: &str| {
        let seen = answer.only();
        let verdicts = seen.certificates[0]["verdicts"].as_array().unwrap();
        let verdict = verdicts.iter().find(|verdict| verdict["client"] == client).unwrap();
        verdict["message"].as_str().unwrap_or_default().to_owned()
    };
    for trusting in [check(&["--ca-file", &root], &stranger), check(&[], &root)] {
        assert_eq!(trusting.only().found("untrusted-issuer"), [""; 0]);
        assert_eq!(words(&trusting, "outlook2007"), "");
    }
    let untrusting = check(&[], &stranger);
    assert_eq!(untrusting.only().found("untrusted-issuer").len(), 1);
    let other_name = check(&["--ca-file", &root, "--fqdn", "remote.contoso.com"], &stranger);
    assert_eq!(other_name.only().found("untrusted-issuer"), [""; 0]);
    for (client, cannot_be_verified, wrong_name) in [
        ("outlook2007", "cannot be verified. A certificate chain processed", "The target principal name is incorrect"),
        ("thunderbird", "does not come from a trusted source", "remote.contoso.com"),
    ] {
        let (untrusted, other) = (words(&untrusting, client), words(&other_name, client));
        assert!(untrusted.contains(cannot_be_verified) && !untrusted.contains(wrong_name), "{client}: {untrusted}");
        assert!(other.contains(wrong_name) && !other.contains(cannot_be_verified), "{client}: {other}");
    }
    let leaf = authority.issue(&Leaf::new(MAIL));
    let alone = Presenter::anywhere(None, &presented(&leaf.certificate, &leaf.key));
    let source = at("imaps", alone.address.port());
    let answer = json(&["check", &source, "--connect", "127.0.0.1", "--ca-file", &root]);
    assert_eq!(answer.only().found("incomplete-chain"), ["not here: CN=Test intermediate"]);
}

#[test]
fn requests_are_made_from_what_a_server_presents() {
    let authority = Authority::new();
    let server =
        Presenter::anywhere(Some(Protocol::Imap), &issue(&authority, &["sbs.contoso.com", "mail.contoso.com"]));
    let source = at("imap", server.address.port());
    let made = |arguments: &[&str]| {
        let folder = tempfile::tempdir().unwrap();
        let mut command = certfix(arguments);
        command.args(["--connect", "127.0.0.1", "--format", "json", "--at", "2026-09-01", "--store"]);
        let answer = asked::answer(command.arg(folder.path()).output().unwrap());
        assert_eq!(answer.status, Some(0), "{:#}", answer.json);
        let files = answer.json["made"][0]["files"].as_array().unwrap_or_else(|| panic!("{:#}", answer.json)).clone();
        let request = files.iter().map(|file| file.as_str().unwrap()).find(|file| file.ends_with(".csr"));
        let answer = json(&["inspect", request.unwrap()]);
        let names = answer.json["sources"][0]["names"].as_array().unwrap().clone();
        names.into_iter().map(|name| name["value"].as_str().unwrap().to_owned()).collect::<Vec<String>>()
    };
    // The host asked for is what people type.
    assert_eq!(made(&["csr", "--from", &source]), ["mail.contoso.com", "sbs.contoso.com"]);
    let fixed = ["remote.contoso.com", "sbs.contoso.com", "mail.contoso.com"];
    assert_eq!(made(&["fix", &source, "--domain", "contoso.com"]), fixed);
}

#[test]
fn one_certificate_is_demanded_where_one_is_meant() {
    let authority = Authority::new();
    let (first, port) = loop {
        let first = Presenter::anywhere(None, &issue(&authority, MAIL));
        let address = SocketAddr::from(([127, 0, 0, 2], first.address.port()));
        if let Ok(second) = Presenter::start(address, None, &issue(&authority, &["old.contoso.com"])) {
            break ([first, second], address.port());
        }
    };
    let names = NameServer::start(&[("contoso.com", "mail A 127.0.0.1\nmail A 127.0.0.2\n")]);
    let mut command = certfix(&["csr", "--dry-run", "--from", &at("imaps", port), "--resolver"]);
    let output = command.arg(names.address.to_string()).output().unwrap();
    let complaint = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{complaint}");
    assert!(complaint.contains("present 2 certificates where one is meant"), "{complaint}");
    assert!(complaint.contains("name one service, such as imaps://HOST"), "{complaint}");
    drop(first);
}

#[test]
fn ctrl_c_leaves_the_results_so_far() {
    let server = Presenter::anywhere(None, &issue(&Authority::new(), MAIL));
    let (tell, told) = mpsc::channel();
    let answering = at("imaps", stalls_after(1, server.address, tell.clone()));
    let silent = at("pop3s", stalls_after(0, server.address, tell));
    let mut command = certfix(&["check", &answering, &silent, "--connect", "127.0.0.1", "--timeout", "600"]);
    let child = command.args(["--format", "json"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // The first one is asked a second time when it has answered.
    told.recv_timeout(HANG).unwrap();
    told.recv_timeout(HANG).unwrap();
    let begun = Instant::now();
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let answer = asked::answer(child.wait_with_output().unwrap());
    assert!(begun.elapsed() < HANG, "it went on for {:?}", begun.elapsed());
    assert_eq!(answer.status, Some(2));
    let seen = answer.only();
    assert_eq!(seen.services["source"], answering);
    assert_eq!(seen.certificates[0]["common_name"], "mail.contoso.com");
    let errors = answer.json["errors"].as_array().unwrap();
    let stopped: Vec<&str> = errors.iter().map(|error| error["error"].as_str().unwrap()).collect();
    assert_eq!(stopped.len(), 2, "{stopped:?}");
    for (source, words) in [answering, silent].iter().zip(stopped) {
        assert!(words.contains(source.as_str()) && words.contains("stopped"), "{words}");
    }
}

/// Passes so many connections on to a server, then takes connections and keeps them, and tells of each.
fn stalls_after(count: usize, server: SocketAddr, tell: Sender<()>) -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        let mut kept = Vec::new();
        for (index, client) in listener.incoming().map_while(Result::ok).enumerate() {
            if index < count {
                let server = TcpStream::connect(server).unwrap();
                let (mut to_client, mut to_server) = (client.try_clone().unwrap(), server.try_clone().unwrap());
                thread::spawn(move || io::copy(&mut &server, &mut to_client));
                thread::spawn(move || io::copy(&mut &client, &mut to_server));
            } else {
                kept.push(client);
                let _ = tell.send(());
            }
        }
    });
    port
}

#[test]
fn dns_is_asked_once_for_each_name() {
    let authority = Authority::new();
    let server = Presenter::anywhere(None, &issue(&authority, MAIL));
    let (sender, questions) = mpsc::channel();
    // Everything is at 127.0.0.1.
    let dns = OddServer::start(move |question| {
        let end = 12 + question[12..].iter().position(|byte| *byte == 0).unwrap() + 5;
        sender.send(question[12..end].to_ascii_lowercase()).unwrap();
        let is_a = question[end - 4..end - 2] == [0, 1];
        let header = [&question[..2], &[0x81, 0x80, 0, 1, 0, u8::from(is_a), 0, 0, 0, 0]].concat();
        let address: &[u8] = &[0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 1];
        Some([&header[..], &question[12..end], if is_a { address } else { &[] }].concat())
    });
    let source = at("imaps", server.address.port());
    let answer = json(&["check", &source, "--resolver", &dns.address.to_string()]);
    assert_eq!(
        answer.only().services["dns"][0]["name"],
        "mail.contoso.com",
        "the certificate's name was looked up too"
    );
    let mut asked: Vec<Vec<u8>> = questions.try_iter().collect();
    asked.sort();
    let all = asked.len();
    asked.dedup();
    assert!(all > 0 && asked.len() == all, "{asked:?}, {all} questions");
}
