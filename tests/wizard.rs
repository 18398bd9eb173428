//! `certfix new` on a real terminal: somebody who answers, changes their mind, and walks away.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

#[path = "support/name_servers.rs"]
mod name_servers;
#[path = "support/pages.rs"]
mod pages;
#[path = "support/terminal.rs"]
mod terminal;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use name_servers::{NameServer, OddServer};
use pages::{CTRL_C, DOWN, desk, first_pages, is_empty, last_page, middle_pages, openssl, run};
use terminal::Session;

const ESCAPE: &str = "\u{1b}";
const NAME: &str = "remote.contoso.com";

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// Names and subject as OpenSSL reads them.
fn identity(folder: &Path, request: &str) -> String {
    openssl(folder, &format!("req -verify -noout -subject -in {request}"))
        + &openssl(folder, &format!("req -noout -text -in {request}"))
            .lines()
            .filter(|line| line.contains("DNS:"))
            .collect::<String>()
}

#[test]
fn makes_what_its_printed_command_makes() {
    let desk = desk();
    let folder = desk.path();
    let mut session = Session::start(folder, 100, &["new"]);
    first_pages(&mut session);
    middle_pages(&mut session);
    last_page(&mut session);
    let summary = session.sees("Make it:");
    assert!(is_empty(folder), "something was written before the last yes");
    for part in [
        "accepts  Outlook 2007 ",
        "accepts  Thunderbird ",
        "names       1 remote.contoso.com        added\n              2 autodiscover.contoso.com  added\n",
        r"subject     C=US, ST=Washington, L=Redmond, O=Contoso\, Ltd, CN=remote.contoso.com",
        "folder      keys/remote.contoso.com",
        "contact     webmaster@contoso.com, +1 425 555 0100",
    ] {
        assert!(summary.contains(part), "{part:?} is not in\n{summary}");
    }
    session.types("\r");
    let (status, text) = session.ends();
    assert_eq!(status, 0, "{text}");
    assert_eq!(mode(&folder.join("keys/remote.contoso.com/key.pem")), 0o600);
    let made = identity(folder, "keys/remote.contoso.com/request.csr");
    assert!(made.contains("DNS:remote.contoso.com, DNS:autodiscover.contoso.com"), "{made}");

    let command = text.lines().find(|line| line.starts_with("certfix csr ")).unwrap();
    let again = command.replacen("certfix", env!("CARGO_BIN_EXE_certfix"), 1).replace("--store keys", "--store again");
    let output = run(folder, "sh", &["-c", &again]);
    assert!(output.status.success(), "{again}: {}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(identity(folder, "again/remote.contoso.com/request.csr"), made);
    let header = |store: &str| {
        let text = fs::read_to_string(folder.join(store).join(NAME).join("NewKeyRq.txt")).unwrap();
        text.split_once("-----BEGIN").unwrap().0.to_owned()
    };
    assert_eq!(header("again"), header("keys"));
}

#[test]
fn writes_the_file_of_key_manager_around_the_same_request() {
    let desk = desk();
    let mut session = Session::start(desk.path(), 100, &["new"]);
    first_pages(&mut session);
    middle_pages(&mut session);
    last_page(&mut session);
    session.answers("Make it:", "");
    assert_eq!(session.ends().0, 0);
    let folder = desk.path().join("keys").join(NAME);
    let text = fs::read_to_string(folder.join("NewKeyRq.txt")).unwrap();
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
    let header: Vec<&str> = text.lines().filter(|line| line.contains(": ")).collect();
    assert_eq!(
        header,
        [
            "Webmaster: webmaster@contoso.com",
            "Phone: +1 425 555 0100",
            "Server: Microsoft Key Manager for IIS Version 4.0",
            "Common-name: remote.contoso.com",
            "Organization Unit: ",
            "Organization: Contoso, Ltd",
            "Locality: Redmond",
            "State: Washington",
            "Country: US",
        ]
    );
    assert!(text.contains("-----BEGIN NEW CERTIFICATE REQUEST-----"), "{text}");
    assert_eq!(
        openssl(&folder, "req -verify -pubkey -in NewKeyRq.txt"),
        openssl(&folder, "req -verify -pubkey -in request.csr")
    );
}

#[test]
fn goes_back_and_keeps_every_other_answer() {
    let desk = desk();
    let mut session = Session::start(desk.path(), 100, &["new"]);
    first_pages(&mut session);
    middle_pages(&mut session);
    session.answers("Your e-mail address:", "<");
    session.answers("City [Redmond]:", "<");
    session.answers("State or province [Washington]:", "<");
    session.answers("Country [US]:", "<");
    session.sees("Ask DNS for these names?");
    session.types(ESCAPE);
    session.answers("More names (commas between) [autodiscover.contoso.com]:", "<");
    session.answers("Common name [remote.contoso.com]:", "<");
    // The name that was offered follows the domain.
    session.answers("Domain (behind the @) [contoso.com]:", "fabrikam.com");
    session.answers("Common name [remote.fabrikam.com]:", "");
    session.answers("More names (commas between) [autodiscover.contoso.com]:", ".");
    session.sees("Ask DNS for these names?");
    session.types("n");
    session.answers("Country [US]:", "");
    session.answers("State or province [Washington]:", "");
    session.answers("City [Redmond]:", "");
    last_page(&mut session);
    // From the summary too.
    session.answers("Make it:", DOWN);
    session.answers("Your telephone number [+1 425 555 0100]:", "");
    session.answers("Make it:", "");
    let (status, text) = session.ends();
    assert_eq!(status, 0, "{text}");
    let made = identity(desk.path(), "keys/remote.fabrikam.com/request.csr");
    assert!(made.contains("Contoso, Ltd") && made.contains("DNS:remote.fabrikam.com"), "{made}");
    assert!(!made.contains("autodiscover"), "{made}");
}

#[test]
fn says_at_once_what_is_wrong_with_an_answer() {
    let desk = desk();
    fs::create_dir_all(desk.path().join("keys/mail.contoso.com")).unwrap();
    let mut session = Session::start(desk.path(), 100, &["new", "--store", "keys"]);
    session.answers("The request goes to:", "");
    session.answers("It is signed by:", "");
    session.answers("Folder for keys [keys]:", "");
    session.sees("Protect the key with a password?");
    session.types("y");
    session.answers("Password for the key file:", "one");
    session.answers("Once more:", "two");
    session.sees("the two differ");
    session.answers("Password for the key file:", "geheimnis");
    session.answers("Once more:", "geheimnis");
    session.answers("Kind and length of the key:", &DOWN.repeat(3));
    session.answers("Organization:", &"x".repeat(65));
    session.sees("is longer than the 64 characters that X.509 allows");
    session.answers("Organization:", "Contoso");
    session.answers("Organizational unit:", "");
    session.answers("Domain (behind the @):", "co.uk");
    session.sees("'co.uk' is a public suffix");
    session.answers("Domain (behind the @):", "");
    for (wrong, why) in [
        ("192.0.2.1", "is an IP address"),
        ("*.contoso.com", "is a wildcard"),
        ("server.contoso.local", "will not be signed by a public CA"),
        ("mail.contoso.com", "'keys/mail.contoso.com' already exists"),
    ] {
        session.answers("Common name:", wrong);
        session.sees(why);
    }
    session.answers("Common name:", "imap.contoso.com");
    session.answers("More names (commas between):", "server.contoso.local");
    session.sees("will not be signed by a public CA");
    session.answers("More names (commas between):", "");
    session.sees("Ask DNS for these names?");
    session.types("n");
    session.answers("Country:", "USA");
    session.sees("write the two letters of its code");
    session.answers("Country:", "uk");
    session.sees("the code of the United Kingdom is GB");
    session.answers("Country:", "gb");
    session.answers("State or province:", "");
    session.answers("City:", "");
    session.answers("Your e-mail address:", "nobody");
    session.sees("write it like hostmaster@contoso.com");
    session.answers("Your e-mail address:", "");
    session.answers("Your telephone number:", "");
    session.answers("Make it:", "");
    let (status, text) = session.ends();
    assert_eq!(status, 0, "{text}");
    assert!(!text.contains("geheimnis") && text.contains("--encrypt-key"), "{text}");
    let key = "keys/imap.contoso.com/key.pem";
    openssl(desk.path(), &format!("pkey -noout -in {key} -passin pass:geheimnis"));
}

#[test]
fn writes_nothing_after_a_no() {
    let desk = desk();
    let mut session = Session::start(desk.path(), 100, &["new"]);
    first_pages(&mut session);
    middle_pages(&mut session);
    last_page(&mut session);
    session.answers("Make it:", &DOWN.repeat(2));
    let (status, text) = session.ends();
    assert!(text.contains("certfix: nothing was written"), "{text}");
    assert_eq!(status, 0);
    assert!(is_empty(desk.path()));
}

#[test]
fn ends_cleanly_wherever_somebody_presses_ctrl_c() {
    type Steps = fn(&mut Session);
    let places: [Steps; 5] = [
        |session| drop(session.sees("nobody: self-signed")),
        |session| {
            first_pages(session);
            session.sees("Organization:");
            session.types("Conto");
        },
        |session| {
            session.answers("The request goes to:", "");
            session.answers("It is signed by:", "");
            session.answers("Folder for keys [.]:", "");
            session.sees("Protect the key with a password?");
        },
        |session| {
            session.answers("The request goes to:", "");
            session.answers("It is signed by:", "");
            session.answers("Folder for keys [.]:", "");
            session.sees("Protect the key with a password?");
            session.types("y");
            session.sees("Password for the key file:");
            session.types("gehei");
        },
        |session| {
            first_pages(session);
            middle_pages(session);
            last_page(session);
            session.sees("no, write nothing");
        },
    ];
    for (place, steps) in places.into_iter().enumerate() {
        let desk = desk();
        let mut session = Session::start(desk.path(), 100, &["new"]);
        steps(&mut session);
        session.types(CTRL_C);
        let (status, text) = session.ends();
        assert!(text.contains("certfix: error: stopped by Ctrl-C\n"), "place {place}: {text}");
        assert!(!text.contains("gehei"), "{text}");
        assert_eq!(status, 130, "place {place}");
        assert!(is_empty(desk.path()), "place {place}");
    }
}

#[test]
fn makes_a_self_signed_certificate() {
    let desk = desk();
    let mut session = Session::start(desk.path(), 100, &["new"]);
    session.answers("The request goes to:", &DOWN.repeat(2));
    session.answers("Folder for keys [.]:", "");
    session.sees("Protect the key with a password?");
    session.types("n");
    session.answers("Kind and length of the key:", &DOWN.repeat(3));
    session.answers("Organization:", "");
    session.answers("Organizational unit:", "");
    session.answers("Domain (behind the @):", "contoso.local");
    session.answers("Common name [remote.contoso.local]:", "server.contoso.local");
    session.answers("More names (commas between):", "192.168.0.5");
    session.sees("Ask DNS for these names?");
    session.types("n");
    session.answers("Country:", "");
    session.answers("State or province:", "");
    session.answers("City:", "");
    // Nobody has to be contacted.
    let summary = session.sees("Make it:");
    assert!(
        summary.contains("Judged as if it were trusted: install it") && !summary.contains("Your e-mail address"),
        "{summary}"
    );
    session.types("\r");
    let (status, text) = session.ends();
    assert_eq!(status, 0, "{text}");
    let command = "certfix self-signed --fqdn server.contoso.local --san 192.168.0.5 --key p-256\n";
    assert!(text.ends_with(command), "{text}");
    let shown = openssl(desk.path(), "x509 -noout -ext subjectAltName -in server.contoso.local/cert.pem");
    assert!(shown.contains("DNS:server.contoso.local, IP Address:192.168.0.5"), "{shown}");
}

/// Says yes to DNS, and gives what is shown of it.
fn asks_dns(session: &mut Session) -> String {
    first_pages(session);
    session.answers("Organization:", "");
    session.answers("Organizational unit:", "");
    session.answers("Domain (behind the @):", "contoso.com");
    session.answers("Common name [remote.contoso.com]:", "");
    session.answers("More names (commas between):", "autodiscover.contoso.com");
    session.sees("Ask DNS for these names?");
    session.types("y");
    session.sees("Country:")
}

#[test]
fn asks_dns_only_when_told_to() {
    let server = NameServer::start(&[("contoso.com", "remote A 192.0.2.10")]);
    let desk = desk();
    let address = server.address.to_string();
    let mut session = Session::start(desk.path(), 100, &["new", "--resolver", &address]);
    let shown = asks_dns(&mut session);
    assert!(shown.contains("remote.contoso.com: 192.0.2.10\n"), "{shown}");
    assert!(shown.contains("autodiscover.contoso.com: DNS does not know it\n"), "{shown}");
    session.types(CTRL_C);
    assert_eq!(session.ends().0, 130);
}

#[test]
fn goes_on_when_dns_fails() {
    const SERVER_FAILURE: [u8; 2] = [0x81, 0x82];
    for server in [OddServer::start(|_| None), OddServer::with_flags(SERVER_FAILURE)] {
        let desk = desk();
        let arguments = ["new", "--resolver", &server.address.to_string(), "--timeout", "0.5"];
        let mut session = Session::start(desk.path(), 100, &arguments);
        let shown = asks_dns(&mut session);
        assert!(shown.contains("remote.contoso.com: not checked: "), "{shown}");
        session.types(CTRL_C);
        assert_eq!(session.ends().0, 130);
    }
}

#[test]
fn fits_a_narrow_terminal() {
    let desk = desk();
    let mut session = Session::start(desk.path(), 40, &["new"]);
    let mut shown = String::new();
    for (question, keys) in [
        ("The request goes to:", "\r"),
        ("It is signed by:", "\r"),
        ("Folder for keys [.]:", "\r"),
        ("Protect the key with a password?", "n"),
        ("Kind and length of the key:", "\u{1b}[B\u{1b}[B\u{1b}[B\r"),
        ("Organization:", "\r"),
        ("Organizational unit:", "\r"),
        ("Domain (behind the @):", "contoso.com\r"),
        ("Common name [remote.contoso.com]:", "\r"),
        ("More names (commas between):", "\r"),
        ("Ask DNS for these names?", "n"),
        ("Country:", "us\r"),
        ("State or province:", "\r"),
        ("City:", "\r"),
        ("Your e-mail address:", "hostmaster@contoso.com\r"),
        ("Your telephone number:", "\r"),
    ] {
        shown.push_str(&session.sees(question));
        session.types(keys);
    }
    for line in shown.lines().filter(|line| !line.contains(':') && !line.contains("[y/N]")) {
        assert!(line.chars().count() <= 40, "{line:?}");
    }
    session.answers("Make it:", "");
    assert_eq!(session.ends().0, 0);
    let made = identity(desk.path(), "remote.contoso.com/request.csr");
    assert!(made.contains("DNS:remote.contoso.com"), "{made}");
}

#[test]
fn names_the_flags_where_there_is_no_terminal() {
    let desk = desk();
    let output = run(desk.path(), env!("CARGO_BIN_EXE_certfix"), &["new"]);
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(text.starts_with("certfix: error: there is no terminal to ask questions on\ncertfix: hint: "), "{text}");
    for flag in ["--fqdn", "--domain", "--san", "--subject", "--key", "--encrypt-key", "--store", "--new-key-rq"] {
        assert!(text.contains(flag), "{flag} is not in {text}");
    }
    assert!(output.stdout.is_empty() && is_empty(desk.path()));
}

#[test]
fn other_questions_leave_the_terminal_as_it_was() {
    let desk = desk();
    let mut session = Session::start(desk.path(), 100, &["self-signed", "--fqdn", NAME, "--key", "p-256", "--pfx"]);
    session.sees("Password for the PKCS#12 file:");
    session.types(&format!("gehei{CTRL_C}"));
    assert_eq!(session.ends().0, 130);
    assert!(is_empty(desk.path()));
    let names = "-subj /O=Contoso -addext subjectAltName=DNS:mail.contoso.com,DNS:imap.contoso.com";
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem";
    openssl(desk.path(), &format!("req -x509 -days 3650 {key} {names} -out two.pem"));
    let before = fs::read_dir(desk.path()).unwrap().count();
    let mut session = Session::start(desk.path(), 100, &["csr", "--from", "two.pem"]);
    session.sees("Which name do people type into their mail client?");
    session.types(CTRL_C);
    let (status, text) = session.ends();
    assert!(text.contains("stopped by Ctrl-C"), "{text}");
    assert_eq!((status, fs::read_dir(desk.path()).unwrap().count()), (130, before));
}
