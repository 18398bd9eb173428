//! `certfix::dns` and `certfix names` against real and misbehaving name servers on loopback.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "support/name_servers.rs"]
mod name_servers;

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use certfix::Error;
use certfix::dns::Resolver;
use certfix::facts::{Discovery, Lookup, Name, Resolved};
use name_servers::{NameServer, OddServer};

const CONTOSO: (&str, &str) = (
    "contoso.com",
    r"
@ A 198.51.100.7
@ MX 20 mx.provider.net.
@ MX 10 mx
@ MX 30 bad\032name\027[31m
@ MX 40 192.0.2.1.
mx A 192.0.2.10
remote A 192.0.2.10
remote AAAA 2001:db8::10
Mail CNAME HOST
host CNAME remote
imap AAAA 2001:db8::10
pop CNAME loop-a
loop-a CNAME loop-b
loop-b CNAME loop-a
smtp CNAME gone
autoconfig A 203.0.113.9
under_score A 192.0.2.10
odd CNAME a\.b\000c
text TXT words
_imaps._tcp SRV 10 1 993 remote
_imaps._tcp SRV 5 1 9930 under_score
_submissions._tcp SRV 0 1 465 remote
_pop3._tcp SRV 0 0 0 .
",
);
const PROVIDER: (&str, &str) = ("provider.net", "mx A 203.0.113.25\n");
const WILD: (&str, &str) = ("wild.com", "* A 192.0.2.20\nremote A 192.0.2.21\nimap A 192.0.2.21\n");

fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

/// Long, because it is not waited for: the servers here answer.
fn ask(server: SocketAddr) -> Resolver {
    Resolver::at(server, Duration::from_secs(30)).unwrap()
}

fn addresses(server: SocketAddr, names: &[&str]) -> Vec<Lookup> {
    let names: Vec<Name> = names.iter().map(|text| name(text)).collect();
    ask(server).addresses(&names)
}

fn found(addresses: &[&str]) -> Resolved {
    Resolved::Addresses(addresses.iter().map(|text| text.parse().unwrap()).collect())
}

fn shown<T: ToString>(items: &[T]) -> Vec<String> {
    items.iter().map(T::to_string).collect()
}

#[test]
fn tells_apart_what_dns_says_of_a_name() {
    let server = NameServer::start(&[CONTOSO]);
    let circle = Resolved::Failed("its CNAME records run in a circle".to_owned());
    for (asked, answer, aliases) in [
        ("remote.contoso.com", found(&["192.0.2.10", "2001:db8::10"]), vec![]),
        ("imap.contoso.com", found(&["2001:db8::10"]), vec![]),
        ("mail.contoso.com", found(&["192.0.2.10", "2001:db8::10"]), vec!["host.contoso.com", "remote.contoso.com"]),
        ("text.contoso.com", Resolved::NoAddress, vec![]),
        ("_tcp.contoso.com", Resolved::NoAddress, vec![]),
        ("nobody.contoso.com", Resolved::Unknown, vec![]),
        ("smtp.contoso.com", Resolved::Unknown, vec!["gone.contoso.com"]),
        ("pop.contoso.com", circle, vec!["loop-a.contoso.com", "loop-b.contoso.com", "loop-a.contoso.com"]),
        ("odd.contoso.com", Resolved::Unknown, vec!["a\\.b\\000c.contoso.com"]),
    ] {
        let lookup = addresses(server.address, &[asked]).remove(0);
        assert_eq!((lookup.answer, shown(&lookup.aliases)), (answer, shown(&aliases)), "{asked}");
    }
}

#[test]
fn many_names_are_answered_in_their_order() {
    let server = NameServer::start(&[CONTOSO]);
    let names: Vec<String> = (0..500).map(|number| format!("n{number}.contoso.com")).collect();
    let mut asked: Vec<&str> = names.iter().map(String::as_str).collect();
    asked.insert(250, "remote.contoso.com");
    let lookups = addresses(server.address, &asked);
    assert!(lookups.iter().map(|lookup| lookup.name.as_str()).eq(asked.iter().copied()));
    let there: Vec<usize> = (0..lookups.len()).filter(|index| lookups[*index].exists()).collect();
    assert_eq!(there, [250]);
    assert!(lookups.iter().enumerate().all(|(index, lookup)| index == 250 || lookup.answer == Resolved::Unknown));
}

#[test]
fn finds_the_records_of_a_domain() {
    let server = NameServer::start(&[CONTOSO, PROVIDER]);
    let found = ask(server.address).discover(&name("contoso.com"), &name("remote.contoso.com")).unwrap();
    let mail_servers: Vec<String> =
        found.mail_servers.iter().map(|mx| format!("{} {}", mx.preference, mx.host.as_ref().unwrap())).collect();
    let bad = "30 bad\\032name\\027[31m.contoso.com";
    assert_eq!(mail_servers, ["10 mx.contoso.com", "20 mx.provider.net", bad, "40 192.0.2.1"]);
    let services: Vec<String> = found
        .services
        .iter()
        .map(|srv| format!("{} {} {}", srv.label, srv.port, srv.host.as_ref().map_or(".".into(), ToString::to_string)))
        .collect();
    let expected = [
        "_imaps._tcp 9930 under_score.contoso.com",
        "_imaps._tcp 993 remote.contoso.com",
        "_pop3._tcp 0 .",
        "_submissions._tcp 465 remote.contoso.com",
    ];
    assert_eq!(services, expected);
    assert_eq!((found.failures, found.wildcard), (vec![], None));
}

#[test]
fn long_answers_come_by_tcp_and_have_a_limit() {
    let long = "m".repeat(60);
    let records = |count| -> String { (0..count).map(|number| format!("@ MX {number} {long}{number}\n")).collect() };
    let services: String = (0..60).map(|number| format!("_imaps._tcp SRV 0 1 993 i{number}\n")).collect();
    let (many, crowd) = (records(40), records(60) + &services);
    let server = NameServer::start(&[("many.com", &many), ("crowd.com", &crowd)]);
    let discover = |domain| -> Discovery { ask(server.address).discover(&name(domain), &name(domain)).unwrap() };
    let many = discover("many.com");
    assert_eq!((many.mail_servers.len(), many.failures.len()), (40, 0));
    let crowd = discover("crowd.com");
    assert_eq!((crowd.mail_servers.len(), crowd.services.len()), (50, 50));
    let failures: Vec<&str> = crowd.failures.iter().map(|failure| &*failure.question).collect();
    assert_eq!(failures[..2], ["MX of crowd.com", "SRV _imaps._tcp of crowd.com"]);
    assert!(failures[2].starts_with("addresses of "), "{failures:?}");
    assert!(crowd.lookups.len() < 100);
}

#[test]
fn a_name_may_be_as_long_as_dns_allows() {
    let label = "a".repeat(63);
    let long = format!("{}.{label}.{label}.{label}", "b".repeat(45));
    let server = NameServer::start(&[("contoso.com", &format!("{long} A 192.0.2.10\n{long} MX 10 {long}\n"))]);
    let domain = name(&format!("{long}.contoso.com"));
    assert_eq!(domain.as_str().len(), 249);
    let found = ask(server.address).discover(&domain, &domain).unwrap();
    assert_eq!(found.mail_servers[0].host.as_ref().unwrap().name(), Some(&domain));
    assert!(found.lookup(&domain).unwrap().exists());
}

#[test]
fn sees_a_wildcard() {
    let server = NameServer::start(&[WILD]);
    let discovery = ask(server.address).discover(&name("wild.com"), &name("remote.wild.com")).unwrap();
    let by_wildcard: Vec<&str> =
        discovery.lookups.iter().filter(|own| discovery.is_wildcard_alone(own)).map(|own| own.name.as_str()).collect();
    let expected = ["mail.wild.com", "smtp.wild.com", "pop.wild.com", "autodiscover.wild.com", "autoconfig.wild.com"];
    assert_eq!(by_wildcard, expected);
}

#[test]
fn a_silent_server_is_not_waited_for_longer_than_asked() {
    let server = OddServer::start(|_| None);
    let resolver = Resolver::at(server.address, Duration::from_millis(200)).unwrap();
    let begun = Instant::now();
    let names: Vec<Name> = (0..30).map(|number| name(&format!("n{number}.contoso.com"))).collect();
    for lookup in resolver.addresses(&names) {
        assert_eq!(lookup.answer, Resolved::Failed("timed out".to_owned()));
        assert_eq!(lookup.points_at("192.0.2.10".parse().unwrap()), None);
    }
    let error = resolver.discover(&name("contoso.com"), &name("remote.contoso.com")).unwrap_err();
    assert!(matches!(error, Error::DnsSilent { .. }), "{error}");
    // Sixty questions, thirty-two at once, and eight more: well below a second, however slow the machine is.
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}

#[test]
fn a_server_that_cannot_answer_is_a_failure_not_a_no() {
    for (flags, cause) in [([0x81, 0x82], "SERVFAIL"), ([0x81, 0x85], "REFUSED"), ([0x81, 0x81], "Form Error")] {
        let server = OddServer::with_flags(flags);
        let answer = addresses(server.address, &["contoso.com"]).remove(0).answer;
        assert!(matches!(&answer, Resolved::Failed(said) if said.contains(cause)), "{answer:?}");
    }
}

#[test]
fn a_truncated_answer_without_tcp_is_a_failure() {
    let server = OddServer::with_flags([0x83, 0x80]);
    let answer = addresses(server.address, &["contoso.com"]).remove(0).answer;
    assert!(matches!(answer, Resolved::Failed(_)), "{answer:?}");
}

#[test]
fn garbage_is_a_failure() {
    let mut state = 1_u64;
    let server = OddServer::start(move |question| {
        let mut answer = question[..2].to_vec();
        let length = state % 300;
        answer.extend((0..length).map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 56) as u8
        }));
        state += 1;
        Some(answer)
    });
    let resolver = Resolver::at(server.address, Duration::from_millis(300)).unwrap();
    let names: Vec<Name> = (0..100).map(|number| name(&format!("n{number}.contoso.com"))).collect();
    for lookup in resolver.addresses(&names) {
        assert!(matches!(lookup.answer, Resolved::Failed(_)), "{:?}", lookup.answer);
    }
}

fn certfix(server: SocketAddr, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_certfix"));
    command.arg("names").args(arguments).args(["--resolver", &server.to_string()]).output().unwrap()
}

fn text(output: &Output, status: i32) -> String {
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(status), "{complaint}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn lists_the_names_in_order_and_ends_with_the_command() {
    let server = NameServer::start(&[CONTOSO, PROVIDER]);
    let said = text(&certfix(server.address, &["contoso.com"]), 0);
    let shown = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/names.txt");
    if std::env::var_os("CERTFIX_WRITE_DOCS").is_some() {
        std::fs::write(&shown, &said).unwrap();
    }
    assert_eq!(said, std::fs::read_to_string(&shown).unwrap());
    assert!(!said.contains('\u{1b}'), "{said}");
}

#[test]
fn the_command_line_decides_which_name_comes_first() {
    let server = NameServer::start(&[CONTOSO, PROVIDER, WILD]);
    for (arguments, first) in [
        (&["contoso.com", "--prefix", "mail"][..], "mail.contoso.com"),
        (&["contoso.com", "--prefix", "owa"], "remote.contoso.com"),
        (&["contoso.com", "--fqdn", "owa.contoso.com"], "owa.contoso.com"),
        (&["wild.com"], "remote.wild.com"),
        (&["wild.com", "--prefix", "owa"], "imap.wild.com"),
    ] {
        let said = text(&certfix(server.address, arguments), 0);
        let command = said.lines().last().unwrap();
        assert!(command.starts_with(&format!("certfix csr --fqdn {first}")), "{arguments:?}: {command}");
    }
}

#[test]
fn prints_the_json_that_the_schema_says() {
    let server = NameServer::start(&[CONTOSO, PROVIDER]);
    let said = text(&certfix(server.address, &["contoso.com", "--format", "json"]), 0);
    let document: serde_json::Value = serde_json::from_str(&said).unwrap();
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/certfix.schema.json");
    let schema = serde_json::from_str(&std::fs::read_to_string(schema).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let faults: Vec<String> =
        validator.iter_errors(&document).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
    assert!(faults.is_empty(), "{faults:#?}");
    assert_eq!(document["names"][0]["name"], "remote.contoso.com");
}

#[test]
fn says_why_it_could_not_ask() {
    let silent = OddServer::start(|_| None);
    for (arguments, error) in [
        (&["contoso.com", "--timeout", "1"][..], "no answer from the DNS server "),
        (&["co.uk"], "'co.uk' is a public suffix"),
        (&["contoso com"], "'contoso com' is not a DNS name"),
        (&["contoso.com", "--fqdn", "192.0.2.10"], "'192.0.2.10' is an IP address"),
        (&["contoso.com", "--prefix", "a b"], "'a b.contoso.com' is not a DNS name"),
    ] {
        let output = certfix(silent.address, arguments);
        assert_eq!(text(&output, 2), "");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.starts_with(&format!("certfix: error: {error}")), "{said}");
    }
    let refused =
        Command::new(env!("CARGO_BIN_EXE_certfix")).args(["names", "contoso.com", "--resolver", "dns"]).output();
    let refused = String::from_utf8(refused.unwrap().stderr).unwrap();
    assert!(refused.contains("write an address like 192.0.2.53"), "{refused}");
}

#[test]
fn half_an_answer_is_shown_and_is_no_success() {
    // NXDOMAIN for everything but MX, which fails.
    let server = OddServer::start(|question| {
        let mut answer = question.to_vec();
        let labels = question[12..].iter().position(|byte| *byte == 0).unwrap() + 12;
        let is_mx = question[labels + 1..labels + 3] == [0, 15];
        answer[2..4].copy_from_slice(if is_mx { &[0x81, 0x82] } else { &[0x81, 0x83] });
        Some(answer)
    });
    let said = text(&certfix(server.address, &["contoso.com"]), 2);
    assert!(said.contains("not checked MX of contoso.com: SERVFAIL"), "{said}");
    assert!(said.contains("DNS does not know contoso.com"), "{said}");
}
