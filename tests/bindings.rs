//! Where a live server binds which certificate: by name, address, service and port, and where it binds none.
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

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::thread;

use asked::{MAIL, at, certfix, json};
use authority::{Authority, Leaf};
use name_servers::NameServer;
use servers::dovecot::Dovecot;
use servers::nginx::Nginx;
use servers::openldap::OpenLdap;
use servers::postfix::Postfix;
use servers::presenter::{Presented, Presenter, issue};
use servers::relay::Protocol;

#[test]
fn a_server_that_needs_sni_is_told() {
    let authority = Authority::new();
    let default = authority.issue(&Leaf::new(&["other.contoso.com"]));
    let nginx = Nginx::start(&default, "mail.contoso.com", &authority.issue(&Leaf::new(MAIL)));
    let answer = json(&["check", &at("https", nginx.https), "--connect", "127.0.0.1"]);
    let seen = answer.only();
    assert_eq!(seen.found("needs-sni"), ["without a server name it presents other.contoso.com"]);
    let judges = |client: &str| {
        let verdicts = seen.certificates.iter().map(|certificate| certificate["verdicts"].as_array().unwrap());
        verdicts.map(|all| all.iter().any(|verdict| verdict["client"] == client)).collect::<Vec<_>>()
    };
    assert_eq!((judges("chrome"), judges("postfix-verify")), (vec![true, false], vec![true, true]));
    // What is printed comes to the same server, and to the certificate that it would mend.
    let page = certfix(&["check", &at("https", nginx.https), "--connect", "127.0.0.1"]).output().unwrap();
    let page = String::from_utf8(page.stdout).unwrap();
    let (_, default) = page.split_once("Certificate 2 of 2, for clients that do not name the server\n").unwrap();
    assert!(default.contains("refused[name-mismatch]") && !default.contains("certfix fix "), "{page}");
    assert!(
        page.contains(&format!("certfix fix {} --fqdn ", at("https", nginx.https) + " --connect 127.0.0.1")),
        "{page}"
    );
    let page = certfix(&["inspect", &at("https", nginx.https), "--connect", "127.0.0.1"]).output().unwrap();
    let page = String::from_utf8(page.stdout).unwrap();
    for title in ["certificate 1 of 2\n", "certificate 2 of 2, for clients that do not name the server\n"] {
        assert!(page.contains(&format!("\n{}: {title}", at("https", nginx.https))), "{page}");
    }
    let answer = json(&["check", &format!("https://127.0.0.1:{}", nginx.https)]);
    let seen = answer.only();
    assert_eq!(seen.found("needs-sni"), [""; 0]);
    // An address is never sent as SNI, so the default is what everybody gets.
    assert_eq!(seen.certificates[0]["common_name"], "other.contoso.com");
    assert!(seen.endpoint(0)["looks"].as_array().unwrap().iter().all(|look| look["sni"].is_null()));
}

#[test]
fn addresses_of_one_name_are_compared() {
    let authority = Authority::new();
    let good = issue(&authority, &["mail.contoso.com", "gone.contoso.com", "far.contoso.com"]);
    let zone = "mail A 127.0.0.1\nmail A 127.0.0.2\nmail A 127.0.0.3\nmail AAAA ::1\nfar A 192.0.2.99\n";
    let names = NameServer::start(&[("contoso.com", zone)]);
    let (first, second) = loop {
        let first = Presenter::anywhere(None, &good);
        // Another test may have the port on the other address.
        let address = SocketAddr::from(([127, 0, 0, 2], first.address.port()));
        if let Ok(second) = Presenter::start(address, None, &issue(&authority, &["old.contoso.com"])) {
            break (first, second);
        }
    };
    let port = second.address.port();
    let answer = json(&["check", &at("imaps", port), "--resolver", &names.address.to_string()]);
    let seen = answer.only();
    let both = seen.found("differs-between-addresses");
    assert_eq!(both.len(), 1, "{both:?}");
    assert!(both[0].contains("127.0.0.2 presents old.contoso.com"), "{both:?}");
    let silent = seen.found("address-does-not-answer");
    assert!(silent.contains(&&*format!("127.0.0.3:{port}: connection refused")), "{silent:?}");
    assert!(silent.iter().any(|detail| detail.starts_with("[::1]:")), "{silent:?}");
    assert_eq!(seen.found("unknown-to-dns"), ["the certificate lists gone.contoso.com, old.contoso.com"]);
    assert_eq!(answer.status, Some(1), "{:#}", answer.json["errors"]);
    let to_far = format!("imaps://{}", first.address);
    let answer = json(&["check", &to_far, "--fqdn", "far.contoso.com", "--resolver", &names.address.to_string()]);
    assert_eq!(answer.only().found("points-elsewhere"), ["far.contoso.com leads to 192.0.2.99"]);
}

#[test]
fn a_host_is_told_in_one_table() {
    // As root a test may have the usual ports of an address that nobody else uses.
    let authority = Authority::new();
    let (new, old) = (issue(&authority, MAIL), issue(&authority, &["mail.contoso.com", "old.contoso.com"]));
    let zone = "mail A 127.0.0.9\nautodiscover CNAME mail\nold A 127.0.0.9\n@ A 127.0.0.9\n";
    let names = NameServer::start(&[("contoso.com", zone)]);
    let start = |port: u16, protocol: Option<Protocol>, presented: &Presented| {
        let address = SocketAddr::from(([127, 0, 0, 9], port));
        Presenter::start(address, protocol, presented).unwrap_or_else(|error| panic!("{address}: {error}: be root"))
    };
    let _running = [
        start(993, None, &new),
        start(995, None, &old),
        start(465, None, &new),
        start(25, Some(Protocol::Smtp), &new),
        start(143, Some(Protocol::Imap), &new),
    ];
    let resolver = names.address.to_string();
    let answer = json(&["check", "mail.contoso.com", "--resolver", &resolver]);
    let seen = answer.only();
    let differs = "mail.contoso.com on imap, imaps, submissions, smtp; mail.contoso.com, old.contoso.com on pop3s";
    assert_eq!(seen.found("differs-between-services"), [differs]);
    let missing = seen.found("missing-alias");
    assert!(missing.iter().any(|detail| detail.contains("autodiscover.contoso.com")), "{missing:?}");
    assert_eq!(answer.json["errors"].as_array().unwrap().len(), 0, "closed usual ports are no errors");
    let page = certfix(&["check", "mail.contoso.com", "--resolver", &resolver, "--at", "2026-09-01"]).output().unwrap();
    let page = String::from_utf8(page.stdout).unwrap();
    let table: Vec<&str> = page.lines().skip_while(|line| !line.starts_with("What the services")).collect();
    assert_eq!(table[0], "What the services of mail.contoso.com present");
    for service in ["imap (STARTTLS)", "imaps ", "pop3s ", "smtp (STARTTLS)"] {
        let row = table.iter().find(|row| row.trim_start().starts_with(service));
        assert!(row.is_some_and(|row| row.contains("127.0.0.9:") && row.contains("certificate ")), "{page}");
    }
    assert!(table.iter().any(|row| row.trim_start().starts_with("nothing answers: ")), "{page}");
}

#[test]
fn plain_services_without_tls_are_told() {
    let credentials = Authority::new().issue(&Leaf::new(MAIL));
    let dovecot = Dovecot::start_in_the_clear(&credentials);
    let postfix = Postfix::start_in_the_clear(&credentials);
    let openldap = OpenLdap::start_in_the_clear(&credentials);
    for (source, code) in [
        (at("imap", dovecot.imap), "starttls-not-offered"),
        (at("pop3", dovecot.pop3), "starttls-not-offered"),
        (at("lmtp", dovecot.lmtp), "starttls-not-offered"),
        (at("sieve", dovecot.sieve), "starttls-not-offered"),
        (at("smtp", postfix.smtp), "starttls-not-offered"),
        (at("ldap", openldap.ldap), "starttls-refused"),
        (at("ldaps", openldap.ldaps), "no-certificate"),
    ] {
        let answer = json(&["check", &source, "--connect", "127.0.0.1"]);
        assert_eq!(answer.status, Some(1), "{source}: {:#}", answer.json);
        assert_eq!(answer.only().codes(), [code], "{source}: {:#}", answer.json);
    }
}

#[test]
fn a_service_that_stops_answering_is_told() {
    let postfix = Postfix::start_limited(&Authority::new().issue(&Leaf::new(MAIL)));
    let answer = json(&["check", &at("smtp", postfix.smtp), "--connect", "127.0.0.1"]);
    let seen = answer.only();
    let told = seen.found("stops-answering").join("");
    assert!(
        told.contains("during the greeting: the server answered '421 4.7.0 ") && told.contains("too many"),
        "{told}"
    );
    assert!(!seen.codes().contains(&"needs-sni"), "{:#}", answer.json);
}

#[test]
fn services_that_fail_when_tls_is_due_are_told_in_the_words_of_the_time() {
    let refuses = scripted("554 Unable to initialize security subsystem\r\n");
    let answer = json(&["check", &at("smtp", refuses), "--connect", "127.0.0.1"]);
    let words = ["STARTTLS was answered with '554 Unable to initialize security subsystem'"];
    assert_eq!(answer.only().found("starttls-refused"), words);
    let hangs_up = scripted("220 go ahead\r\n");
    let answer = json(&["check", &at("smtp", hangs_up), "--connect", "127.0.0.1"]);
    let found = answer.only().found("no-certificate").join("");
    assert!(found.contains("the server closed the connection during the TLS handshake"), "{found}");
    let event = "An attempt to connect an SSL client failed because the server does not have a valid certificate.";
    assert!(found.contains("event 13002") && found.contains(event), "{found}");
}

/// An SMTP server that answers STARTTLS so, waits for a message, and hangs up.
fn scripted(answer: &'static str) -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            let mut lines = BufReader::new(client.try_clone().unwrap());
            let mut client = client;
            for said in ["220 sbs.contoso.com\r\n", "250-sbs.contoso.com\r\n250 STARTTLS\r\n", answer] {
                let _ = client.write_all(said.as_bytes());
                let _ = lines.read_until(b'\n', &mut Vec::new());
            }
        }
    });
    port
}
