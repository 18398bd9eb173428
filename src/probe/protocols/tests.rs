//! What holds for every protocol: the list, the names, and that no server can hold or fool us.

use std::collections::HashSet;
use std::io::{Read, Write};
use std::thread;

use super::*;
use crate::probe::script::{Act, Server, expect, open, send};
use crate::probe::{LINE_LIMIT, STEP_LIMIT};

/// Files in this folder that hold what protocols share.
const SHARED: [&str; 3] = ["mod", "talk", "tests"];

/// A server that does all as it should, and a line after which a client waits for more, from the given act on.
struct Case {
    scheme: &'static str,
    acts: Vec<Act>,
    endless: &'static [u8],
    from: usize,
}

fn cases() -> Vec<Case> {
    let case = |scheme, acts, endless: &'static str, from| Case { scheme, acts, endless: endless.as_bytes(), from };
    let smtp = |hello: &'static str| {
        let offer = send("250-mx\r\n250 STARTTLS\r\n");
        vec![send("220 mx\r\n"), expect(hello), offer, expect("STARTTLS"), send("220 go\r\n")]
    };
    let request = b"\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037".to_vec();
    let response = b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00".to_vec();
    let list = send("* CAPABILITY STARTTLS\r\na1 OK\r\n");
    let imap = vec![send("* OK hi\r\n"), expect("a1"), list, expect("a2"), send("a2 OK\r\n")];
    let list = send("+OK\r\nSTLS\r\n.\r\n");
    let pop3 = vec![send("+OK hi\r\n"), expect("CAPA"), list, expect("STLS"), send("+OK\r\n")];
    let sieve = vec![send("\"STARTTLS\"\r\nOK\r\n"), expect("STARTTLS"), send("OK\r\n")];
    let list = send("101\r\nSTARTTLS\r\n.\r\n");
    let nntp = vec![send("200 hi\r\n"), expect("CAPABILITIES"), list, expect("STARTTLS"), send("382\r\n")];
    vec![
        case("imap", imap, "* OK\r\n", 0),
        case("pop3", pop3, "+OK\r\n", 0),
        case("submission", smtp("EHLO"), "220-\r\n", 0),
        case("lmtp", smtp("LHLO"), "250-\r\n", 2),
        case("smtp", smtp("EHLO"), "220-\r\n", 0),
        case("sieve", sieve, "\"SASL\"\r\n", 0),
        case("nntp", nntp, "101 x\r\n", 2),
        case("ldap", vec![Act::ExpectBytes(request), Act::Send(response)], "\x30\x7f", 1),
    ]
}

impl Case {
    fn protocol(&self) -> &'static Protocol {
        by_scheme(self.scheme).unwrap().0
    }

    /// The acts before each one that fits.
    fn cut(&self, fits: fn(&Act) -> bool) -> impl Iterator<Item = Vec<Act>> {
        let places = self.acts.iter().enumerate().filter(move |(_, act)| fits(act));
        places.map(|(at, _)| self.acts[..at].to_vec())
    }
}

fn is_sent(act: &Act) -> bool {
    matches!(act, Act::Send(_))
}

#[test]
fn lists_exactly_the_files_of_this_folder() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/probe/protocols");
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let stems = entries.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned());
    let there: HashSet<String> = stems.filter(|stem| !SHARED.contains(&stem.as_str())).collect();
    let first = |protocol: &&'static Protocol| protocol.openings().next().unwrap().1.name.to_owned();
    let listed: HashSet<String> = ALL.iter().map(first).collect();
    assert_eq!(listed, there);
    assert_eq!(listed.len(), ALL.len(), "a scheme is there twice");
}

#[test]
fn tells_a_protocol_by_its_scheme() {
    for (typed, name, opening, port) in [
        ("imap", "IMAP", Opening::StartTls, Some(143)),
        ("IMAPS", "IMAP", Opening::Implicit, Some(993)),
        ("pop", "POP3", Opening::StartTls, Some(110)),
        ("smtps", "SMTP", Opening::Implicit, Some(465)),
        ("managesieve", "ManageSieve", Opening::StartTls, Some(4190)),
        ("snews", "NNTP", Opening::Implicit, Some(563)),
        ("tls", "TLS", Opening::Implicit, None),
    ] {
        let found = by_scheme(typed).unwrap();
        assert_eq!((found.0.name, found.1, found.2), (name, opening, port), "{typed}");
    }
}

#[test]
fn suggests_the_scheme_that_was_meant_and_names_them_all() {
    for (typed, meant) in
        [("imasp", Some("imap")), ("nntpss", Some("nntps")), ("Submision", Some("submission")), ("x", None)]
    {
        let error = by_scheme(typed).unwrap_err();
        assert!(matches!(&error, Error::Unknown { nearest, .. } if *nearest == meant), "{error}");
        let hint = error.hint();
        let known: HashSet<&str> = hint.split([' ', ',']).collect();
        assert!(every().all(|(_, _, scheme)| known.contains(scheme.name)), "{hint}");
    }
}

#[test]
fn tells_a_protocol_by_its_port() {
    for (port, found) in [
        (25, Some(("SMTP", Opening::StartTls))),
        (465, Some(("SMTP submission", Opening::Implicit))),
        (587, Some(("SMTP submission", Opening::StartTls))),
        (636, Some(("LDAP", Opening::Implicit))),
        (8443, None),
    ] {
        assert_eq!(by_port(port).map(|(protocol, opening)| (protocol.name, opening)), found, "{port}");
    }
}

#[test]
fn looks_at_each_usual_port_once() {
    let ports: Vec<u16> = usual().map(|(_, _, port)| port).collect();
    assert_eq!(ports, [143, 993, 110, 995, 587, 465, 25, 4190]);
}

#[test]
fn tells_a_protocol_by_its_greeting() {
    for (greeting, name) in [
        ("* OK ready\r\n", "IMAP"),
        ("+OK ready\r\n", "POP3"),
        ("220 mx.contoso.com ESMTP\r\n", "SMTP"),
        ("220-mx.contoso.com\r\n", "SMTP"),
        ("220 mx.contoso.com Cyrus LMTP\r\n", "LMTP"),
        ("201 news\r\n", "NNTP"),
        ("\"IMPLEMENTATION\" \"Pigeonhole\"\r\n", "ManageSieve"),
    ] {
        let server = Server::start(vec![send(greeting)]);
        let (protocol, opening) = detect(&mut server.connect()).unwrap();
        assert_eq!((protocol.name, opening), (name, Opening::StartTls), "{greeting}");
        server.finish();
    }
}

#[test]
fn takes_silence_for_tls() {
    let server = Server::start(vec![Act::Silence]);
    let (protocol, opening) = detect(&mut server.connect_in_a_hurry()).unwrap();
    assert_eq!((protocol.name, opening), ("TLS", Opening::Implicit));
    server.finish();
}

#[test]
fn says_what_no_protocol_greets_with() {
    for (acts, cause) in [
        (vec![send("SSH-2.0-OpenSSH\r\n")], Cause::NotThisProtocol("SSH-2.0-OpenSSH".into())),
        (vec![send("gone")], Cause::NotThisProtocol("gone".into())),
        (vec![], Cause::Closed),
        (vec![Act::Flood(b"A")], Cause::TooLong { limit: LINE_LIMIT }),
    ] {
        let server = Server::start(acts);
        assert_eq!(detect(&mut server.connect()).unwrap_err(), Trouble { step: Step::Greeting, cause });
        server.finish();
    }
}

#[test]
fn says_what_a_server_began_with_that_never_ends_its_line() {
    let server = Server::start(vec![send("\n\x05hello"), Act::Silence]);
    let mut wire = server.connect();
    // The start of the line has come along with the end of the one before it.
    assert_eq!(wire.read_line().unwrap(), b"");
    wire.hurry();
    let cause = Cause::NotThisProtocol("\x05hello".into());
    assert_eq!(detect(&mut wire).unwrap_err(), Trouble { step: Step::Greeting, cause });
}

#[test]
fn ends_where_tls_begins() {
    for case in cases() {
        let mut acts = case.acts.clone();
        acts.extend([expect("\u{16}ClientHello"), send("ServerHello")]);
        let server = Server::start(acts);
        let mut wire = server.connect();
        let opened = case.protocol().open(&mut wire, Opening::StartTls);
        assert_eq!((opened.ready, opened.injected), (Ok(()), None), "{}", case.scheme);
        wire.write_all(b"\x16ClientHello\r\n").unwrap();
        let mut answer = String::new();
        wire.read_to_string(&mut answer).unwrap();
        assert_eq!(answer, "ServerHello");
        server.finish();
    }
}

#[test]
fn takes_injected_text_off_the_wire() {
    for case in cases() {
        let mut acts = case.acts.clone();
        let Some(Act::Send(last)) = acts.last_mut() else { panic!("{} ends otherwise", case.scheme) };
        last.extend(b"* evil\r\n\x1b");
        acts.extend([expect("\u{16}ClientHello"), send("ServerHello")]);
        let server = Server::start(acts);
        let mut wire = server.connect();
        let opened = case.protocol().open(&mut wire, Opening::StartTls);
        assert_eq!(opened.ready, Ok(()), "{}", case.scheme);
        assert_eq!(opened.injected, Some("* evil\r\n\u{1b}".into()), "{}", case.scheme);
        wire.write_all(b"\x16ClientHello\r\n").unwrap();
        let mut answer = String::new();
        wire.read_to_string(&mut answer).unwrap();
        assert_eq!(answer, "ServerHello");
        server.finish();
    }
}

#[test]
fn says_when_a_server_leaves_at_any_step() {
    for case in cases() {
        for acts in case.cut(is_sent) {
            let said = format!("{} {acts:?}", case.scheme);
            assert_eq!(open(case.protocol(), acts).ready.unwrap_err().cause, Cause::Closed, "{said}");
        }
    }
}

#[test]
fn says_when_a_server_resets_at_any_step() {
    for case in cases() {
        for mut acts in case.cut(|act| !is_sent(act)) {
            acts.push(Act::Reset);
            let said = format!("{} {acts:?}", case.scheme);
            assert_eq!(open(case.protocol(), acts).ready.unwrap_err().cause, Cause::Reset, "{said}");
        }
    }
}

#[test]
fn waits_for_silent_servers_no_longer_than_told() {
    thread::scope(|scope| {
        for case in cases() {
            scope.spawn(move || {
                for mut acts in case.cut(is_sent) {
                    acts.push(Act::Silence);
                    let server = Server::start(acts);
                    let opened = case.protocol().open(&mut server.connect_in_a_hurry(), Opening::StartTls);
                    assert_eq!(opened.ready.unwrap_err().cause, Cause::TimedOut, "{}", case.scheme);
                }
            });
        }
    });
}

#[test]
fn reads_no_more_than_its_limits() {
    for case in cases() {
        let mut endless = case.acts[..case.from].to_vec();
        endless.push(Act::Flood(case.endless));
        let cause = open(case.protocol(), endless).ready.unwrap_err().cause;
        let ended = matches!(cause, Cause::TooLong { limit: STEP_LIMIT } | Cause::NotThisProtocol(_));
        assert!(ended, "{} {cause:?}", case.scheme);
        let mut line = case.acts[..case.from].to_vec();
        line.push(Act::Flood(b"A"));
        let cause = open(case.protocol(), line).ready.unwrap_err().cause;
        let ended = matches!(cause, Cause::TooLong { limit: LINE_LIMIT } | Cause::NotThisProtocol(_));
        assert!(ended, "{} {cause:?}", case.scheme);
    }
}
