//! Account files of mail clients: what they name, signed or not, and that nothing made to harm does.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use certfix::Error;
use certfix::accounts::{read, read_file};
use certfix::facts::{Account, Opening, Source};
use support::openssl::Workshop;
use support::processor;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/accounts").join(name)
}

/// Where each server stands, how TLS begins according to the file, and the services that are meant.
fn shown(accounts: &[Account]) -> Vec<String> {
    let opening = |opening: Option<Opening>| opening.map_or("open".to_owned(), |opening| format!("{opening:?}"));
    let line = |account: &Account| {
        let services: Vec<String> = account.services().iter().map(ToString::to_string).collect();
        let means = if services.is_empty() { account.server.to_string() } else { services.join(" ") };
        format!("{} | {} | {means}", account.place, opening(account.opening))
    };
    accounts.iter().map(line).collect()
}

fn servers(name: &str) -> Vec<String> {
    shown(&read_file(&fixture(name)).unwrap())
}

#[test]
fn outlooks_profile_names_what_its_lists_name() {
    let expected = [
        "[Account1] POP3Server | Implicit | pop3s://pop.contoso.com:995",
        "[Account1] SMTPServer | open | smtp://smtp.contoso.com:25",
        "[Account2] IMAPServer | Implicit | imaps://imap.contoso.com:993",
        "[Account2] SMTPServer | StartTls | submission://smtp.contoso.com:587",
        "[Account3] HttpServer | Implicit | https://web.contoso.com:443",
        "[ServiceEGS] HomeServer | open | exchange1.contoso.local",
        "[ServiceEGS] RPCProxyServer | open | https://mail.contoso.com:443",
        "[Service2] ServerName | Implicit | ldaps://ldap.contoso.com:636",
    ];
    assert_eq!(servers("outlook2003.prf"), expected);
    let accounts = read_file(&fixture("outlook2003.prf")).unwrap();
    assert_eq!(accounts[6].principal.as_ref().unwrap().to_string(), "mail.contoso.com");
}

#[test]
fn outlooks_profile_reads_alike_in_every_encoding() {
    let expected = [
        "[Account1] POP3Server | open | pop3://mail.contoso.com:110",
        "[Account1] SMTPServer | open | smtp://mail.contoso.com:25",
    ];
    let text = fs::read_to_string(fixture("outlook2000.prf")).unwrap();
    let utf16 = |order: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(order).collect::<Vec<u8>>();
    let little = utf16(u16::to_le_bytes);
    for bytes in [
        text.clone().into_bytes(),
        text.replace("\r\n", "\n").into_bytes(),
        [b"\xef\xbb\xbf", text.as_bytes()].concat(),
        [b"\xff\xfe", &*little].concat(),
        little,
        utf16(u16::to_be_bytes),
    ] {
        assert_eq!(shown(&read(&bytes, Source::Stdin).unwrap()), expected);
    }
}

#[test]
fn thunderbirds_autoconfig_names_its_servers() {
    let expected = [
        "incomingServer type=imap | Implicit | imaps://imap.contoso.com:993",
        "incomingServer type=pop3 | StartTls | pop3://pop.contoso.com:110",
        "incomingServer type=imap | open | %EMAILLOCALPART%.contoso.com",
        "outgoingServer type=smtp | StartTls | submission://smtp.contoso.com:587",
    ];
    assert_eq!(servers("thunderbird.xml"), expected);
}

const PROFILE: [&str; 4] = [
    "com.apple.mail.managed IncomingMailServerHostName | Implicit | imaps://imap.contoso.com:993",
    "com.apple.mail.managed OutgoingMailServerHostName | open | \
     smtp://smtp.contoso.com:25 submission://smtp.contoso.com:587 smtps://smtp.contoso.com:465",
    "com.apple.eas.account Host | Implicit | https://mail.contoso.com:443",
    "com.apple.ldap.account LDAPAccountHostName | open | ldap://ldap.contoso.com:389",
];

#[test]
fn apples_profile_names_its_servers_in_xml_and_binary() {
    assert_eq!(servers("contoso.mobileconfig"), PROFILE);
    assert_eq!(servers("contoso-binary.mobileconfig"), PROFILE);
}

#[test]
fn autodiscover_names_its_servers_in_plain_xml_and_soap() {
    let expected = [
        "Protocol EXCH Server | open | exchange1.contoso.local",
        "Protocol EXCH EwsUrl | Implicit | https://exchange1.contoso.local:443",
        "Protocol EXPR Server | Implicit | https://mail.contoso.com:443",
        "Protocol WEB OWAUrl | Implicit | https://owa.contoso.com:443",
        "Protocol IMAP Server | Implicit | imaps://imap.contoso.com:993",
        "Protocol SMTP Server | StartTls | submission://smtp.contoso.com:587",
    ];
    assert_eq!(servers("autodiscover.xml"), expected);
    let expected = [
        "ExternalEwsUrl Value | Implicit | https://mail.contoso.com:443",
        "ExternalImap4Connections Hostname | Implicit | imaps://imap.contoso.com:993",
        "ExternalImap4Connections Hostname | StartTls | imap://imap.contoso.com:143",
    ];
    assert_eq!(servers("autodiscover-soap.xml"), expected);
}

#[test]
fn another_name_that_outlook_anywhere_wants_is_told_wherever_the_server_stood_first() {
    let workshop = Workshop::new();
    let expr = "<Type>EXPR</Type><Server>mail.contoso.com</Server><SSL>On</SSL>\
                <CertPrincipalName>msstd:other.contoso.com</CertPrincipalName>";
    let exch = "<Type>EXCH</Type><EwsUrl>https://mail.contoso.com/EWS/Exchange.asmx</EwsUrl>";
    for protocols in [[exch, expr], [expr, exch]] {
        let protocols = protocols.map(|inside| format!("<Protocol>{inside}</Protocol>")).concat();
        let xml = format!(
            "<Autodiscover xmlns=\"http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006\"><Response \
             xmlns=\"http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a\"><Account>\
             {protocols}</Account></Response></Autodiscover>"
        );
        fs::write(workshop.file("file.xml"), xml).unwrap();
        // A port at which nobody listens: what the file says is told all the same.
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_certfix"));
        command.args(["check", "--profile", "file.xml", "--connect", "127.0.0.1:9", "--timeout", "2"]);
        let output = command.current_dir(workshop.folder()).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains("Outlook Anywhere wants the common name other.contoso.com there"), "{said}");
    }
}

/// The profiles, signed by `openssl` in each of its ways.
fn signed() -> Workshop {
    let workshop = Workshop::new();
    workshop.run("req -new -x509 -newkey rsa:2048 -nodes -keyout key.pem -subj /CN=contoso -out cert.pem");
    let signer = "-sign -binary -signer cert.pem -inkey key.pem";
    for name in ["contoso.mobileconfig", "contoso-binary.mobileconfig"] {
        fs::copy(fixture(name), workshop.file(name)).unwrap();
        workshop.run(&format!("smime {signer} -nodetach -in {name} -outform DER -out {name}.der"));
        workshop.run(&format!("smime {signer} -nodetach -in {name} -outform PEM -out {name}.pem"));
        workshop.run(&format!("cms {signer} -nodetach -in {name} -outform PEM -out {name}.cms.pem"));
        workshop.run(&format!("cms {signer} -stream -nodetach -in {name} -outform DER -out {name}.ber"));
        workshop.run(&format!("cms {signer} -in {name} -outform DER -out {name}.detached"));
    }
    workshop
}

#[test]
fn a_signed_profile_names_the_same_servers_and_says_that_it_is_signed() {
    let workshop = signed();
    // This one is of indefinite length, its content in pieces.
    assert!(fs::read(workshop.file("contoso.mobileconfig.ber")).unwrap().starts_with(&[0x30, 0x80]));
    for name in ["contoso.mobileconfig", "contoso-binary.mobileconfig"] {
        for way in ["der", "pem", "cms.pem", "ber"] {
            let accounts = read_file(&workshop.file(&format!("{name}.{way}"))).unwrap();
            assert_eq!(shown(&accounts), PROFILE, "{way}");
            let signed = "the file is signed; by whom, and whether the signature holds, was not checked";
            assert!(accounts.iter().all(|account| account.notes.last().unwrap().as_str() == Some(signed)));
        }
    }
}

#[test]
fn what_is_signed_elsewhere_is_missed() {
    let workshop = signed();
    let error = read_file(&workshop.file("contoso.mobileconfig.detached")).unwrap_err().to_string();
    let cause = "is not an account file: read as mobileconfig: its PKCS#7 is a signature without what it signs";
    assert!(error.ends_with(cause), "{error}");
    let error = read_file(&workshop.file("cert.pem")).unwrap_err();
    assert!(matches!(error, Error::NotAnAccountFile { cause: None, .. }));
    assert!(error.hint().contains(".mobileconfig"));
}

#[test]
fn a_file_without_servers_says_so() {
    for empty in [
        "<clientConfig/>",
        "<clientConfig version='1.1'><emailProvider><incomingServer type='imap'/></emailProvider></clientConfig>",
        "<plist><dict/></plist>",
        "<Autodiscover><Response><Error><ErrorCode>500</ErrorCode></Error></Response></Autodiscover>",
        "[Internet Account List]\nAccount1=I_Mail\n",
    ] {
        let error = read(empty.as_bytes(), Source::Stdin).unwrap_err();
        assert_eq!(error.to_string(), "'standard input' names no server", "{empty}");
    }
}

#[test]
fn files_cut_anywhere_and_changed_anywhere_are_answered() {
    let workshop = signed();
    let files = fs::read_dir(fixture("")).unwrap().map(|entry| entry.unwrap().path());
    let signed = ["der", "ber"].map(|way| workshop.file(&format!("contoso.mobileconfig.{way}")));
    let mut whole = 0;
    for file in files.chain(signed) {
        let bytes = fs::read(&file).unwrap();
        whole += usize::from(read(&bytes, Source::Stdin).is_ok());
        for end in 0..bytes.len() {
            answer(&bytes[..end]);
        }
        let mut changed = bytes.clone();
        for at in 0..bytes.len() {
            for value in [bytes[at] ^ 0x01, 0xff] {
                changed[at] = value;
                answer(&changed);
            }
            changed[at] = bytes[at];
        }
    }
    assert_eq!(whole, 9, "all but the README are account files");
}

/// Reads, and shows what was read: neither may act on a terminal.
fn answer(bytes: &[u8]) {
    let said = match read(bytes, Source::Stdin) {
        Ok(accounts) => {
            let notes = accounts.iter().flat_map(|account| &account.notes).map(ToString::to_string);
            shown(&accounts).into_iter().chain(notes).collect::<String>()
        }
        Err(error) => error.to_string(),
    };
    assert!(!said.chars().any(char::is_control), "{said:?}");
}

/// Asserts that it is answered in a few seconds of the processor's time, and gives the answer.
fn answered(bytes: &[u8]) -> Result<Vec<Account>, Error> {
    let mut answer = None;
    let spent = processor::time(|| answer = Some(read(bytes, Source::Stdin)));
    assert!(spent < Duration::from_secs(20), "it took {spent:?}");
    answer.unwrap()
}

#[test]
fn nothing_is_expanded() {
    let mut bomb = "<!DOCTYPE clientConfig [<!ENTITY a0 'lol'>".to_owned();
    for level in 1..20 {
        let inner = format!("&a{};", level - 1).repeat(10);
        bomb.push_str(&format!("<!ENTITY a{level} '{inner}'>"));
    }
    bomb.push_str("]><clientConfig><emailProvider><incomingServer type='imap'><hostname>&a19;</hostname>");
    bomb.push_str("</incomingServer></emailProvider></clientConfig>");
    assert_eq!(answered(bomb.as_bytes()).unwrap()[0].server.to_string(), "&a19;");
}

#[test]
fn files_nested_without_end_are_refused() {
    for text in [
        format!("<plist>{}", "<array>".repeat(10_000)),
        format!("<plist>{}{}", "<dict><key>PayloadContent</key>".repeat(10_000), "</dict>".repeat(10_000)),
        format!("<clientConfig>{}", "<emailProvider>".repeat(1_000_000)),
        format!("<Autodiscover>{}", "<Protocol>".repeat(1_000_000)),
        format!("<Autodiscover>{}", "<Protocol/>".repeat(1_000_000)),
        format!("[Service List]\n{}", "a=\n".repeat(1_000_000)),
        format!("<plist {}/>", "a='' ".repeat(1_000_000)),
    ] {
        assert!(answered(text.as_bytes()).is_err(), "{}", &text[..40]);
    }
    for tag in [[0x30, 0x80], [0x24, 0x80], [0xa0, 0x80]] {
        assert!(answered(&[&[0x30, 0x80][..], &tag.repeat(1_000_000)].concat()).is_err());
    }
}

#[test]
fn names_without_end_are_shortened_and_not_looked_at() {
    let long = "a".repeat(4 << 20);
    for text in [
        format!(
            "<clientConfig><emailProvider><domain>{long}</domain><incomingServer type='imap'><hostname>%EMAILDOMAIN%\
                 </hostname><port>{long}</port></incomingServer></emailProvider></clientConfig>"
        ),
        format!("[Internet Account List]\n{long}=IMAP_I_Mail\n[{long}]\nIMAPServer={long}\nIMAPPort={long}"),
        format!("<Autodiscover><Protocol><Type>WEB</Type><Url>https://{long}</Url></Protocol></Autodiscover>"),
    ] {
        let accounts = answered(text.as_bytes()).unwrap();
        assert_eq!((accounts.len(), accounts[0].skipped), (1, Some("no host name is that long")));
        assert!(format!("{:?}", accounts[0]).len() < 3000);
    }
}

#[test]
fn what_is_in_a_name_cannot_act_on_a_terminal() {
    let text = "<clientConfig><emailProvider><incomingServer type='imap'><hostname>a&#27;[31m\u{202e}.example</hostname>\
                <port>\u{1b}</port><socketType>&#7;</socketType></incomingServer></emailProvider></clientConfig>";
    let accounts = read(text.as_bytes(), Source::Stdin).unwrap();
    assert_eq!(accounts[0].server.to_string(), "a\\u{1b}[31m\\u{202e}.example");
    answer(text.as_bytes());
    answer(b"[Service List]\na\x1b[31m=LDAP\n[a\x1b[31m]\nServerName=a\x07b\nConnectionPort=\x1b\nUseSSL=\x1b");
}
