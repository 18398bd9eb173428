//! What is made is accepted and read alike by OpenSSL and GnuTLS, and its names stand in the planned order.
#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

#[path = "support/issue.rs"]
mod support;

use std::fs;
use std::path::Path;
use std::process::Command;

use certfix::facts::{
    Certificate, DistinguishedName, GeneralName, Item, Moment, Name, PrivateKey, Purpose, Request, Text, Verification,
};
use certfix::issue::{self, Contact, Emit, For, KeyChoice};
use certfix::plan::{Output, Plan, Wish, plan};
use certfix::profiles;
use support::{printed_names, run, walked_names};

fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

fn dns(text: &str) -> GeneralName {
    GeneralName::Dns(Text::from(text))
}

fn planned(target: &str, extra: &[GeneralName], subject: &str) -> Plan {
    plan(&Wish {
        target: name(target),
        extra: extra.to_vec(),
        old: None,
        subject: Some(DistinguishedName::parse(subject).unwrap()),
        profile: profiles::find("private").unwrap(),
        output: Output::Request,
    })
    .unwrap()
}

fn now() -> Moment {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    Moment::from_unix(now.as_secs().try_into().unwrap())
}

/// Plans of every shape, each with a host that it must cover.
fn plans() -> Vec<(Plan, &'static str)> {
    let address = |text: &str| GeneralName::Address(text.parse().unwrap());
    let many = [dns("zeta.contoso.com"), dns("autodiscover.contoso.com"), address("192.0.2.5"), dns("a.contoso.com")];
    let long = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbbbbb.contoso.com";
    let kinds = [
        GeneralName::Email(Text::from("admin@contoso.com")),
        GeneralName::Uri(Text::from("https://contoso.com/?a=1&b=2")),
        GeneralName::Srv(Text::from("_imaps.contoso.com")),
        GeneralName::Upn(Text::from("svc@contoso.com")),
        address("2001:db8::25"),
    ];
    vec![
        (planned("remote.contoso.com", &[], ""), "remote.contoso.com"),
        (planned("remote.contoso.com", &many, "O=Contoso Ltd,L=Redmond,ST=Washington,C=US"), "zeta.contoso.com"),
        (planned("remote.contoso.com", &kinds, "DC=local,DC=contoso,OU=Mail,OU=Web,O=A+L=B"), "remote.contoso.com"),
        (planned("*.contoso.com", &[dns("contoso.com")], "C=US"), "mail.contoso.com"),
        (planned("bücher.com", &[dns("bücher.de")], "O=Bücher & Söhne"), "xn--bcher-kva.com"),
        (planned(long, &[], ""), long),
    ]
}

/// The order on the wire, by a walk of the DER that shares no code with certfix.
fn assert_order(plan: &Plan, der: &[u8], printed: &str) {
    let walked = walked_names(der);
    assert_eq!(walked.len(), plan.names.len());
    assert_eq!(walked[0], (0x82, plan.target.as_str().as_bytes().to_vec()));
    for (walked, planned) in walked.iter().zip(plan.general_names()) {
        if let Some(text) = planned.dns() {
            assert_eq!(*walked, (0x82, text.as_bytes().to_vec()));
        }
    }
    let planned: Vec<String> =
        plan.general_names().filter(|name| name.dns().is_some()).map(|name| format!("DNS:{name}")).collect();
    let printed: Vec<String> = printed_names(printed).into_iter().filter(|name| name.starts_with("DNS:")).collect();
    assert_eq!(printed, planned);
}

fn write_key(folder: &Path, key: &PrivateKey) {
    fs::write(folder.join("key.pem"), issue::pkcs8_pem(key).as_bytes()).unwrap();
}

#[test]
fn openssl_and_gnutls_accept_every_request_and_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for choice in [KeyChoice::Rsa2048, KeyChoice::Rsa3072, KeyChoice::P256, KeyChoice::P384, KeyChoice::Ed25519] {
        let key = issue::generate(choice).unwrap();
        write_key(folder, &key);
        run("openssl", folder, &["pkey", "-in", "key.pem", "-check", "-noout"]);
        for (plan, host) in plans() {
            let request = issue::request(&plan, &key).unwrap();
            assert_eq!(request.verify(), Verification::Holds);
            fs::write(folder.join("request.csr"), issue::request_pem(&request)).unwrap();
            run("openssl", folder, &["req", "-verify", "-noout", "-in", "request.csr"]);
            let text = run("openssl", folder, &["req", "-in", "request.csr", "-noout", "-text"]);
            assert!(!text.contains("Basic Constraints") && text.contains("TLS Web Server Authentication"), "{text}");
            assert_order(&plan, &request.der, &text);
            run("certtool", folder, &["--crq-info", "--infile", "request.csr"]);

            let cert = issue::self_signed(&plan, &key, now(), issue::SELF_SIGNED_DAYS).unwrap();
            assert_eq!(cert.verify_with(&key.public), Verification::Holds);
            fs::write(folder.join("cert.pem"), issue::certificate_pem(&cert)).unwrap();
            let text = run("openssl", folder, &["x509", "-in", "cert.pem", "-noout", "-text"]);
            assert!(text.contains("CA:FALSE"), "{text}");
            assert_order(&plan, &cert.der, &text);
            run(
                "openssl",
                folder,
                &["verify", "-CAfile", "cert.pem", "-verify_hostname", host, "-x509_strict", "cert.pem"],
            );
            // GnuTLS takes CA:FALSE certificates as trusted only when they are pinned, which certtool cannot do.
            let read = run("certtool", folder, &["--certificate-info", "--infile", "cert.pem"]);
            let names = plan.general_names().filter_map(GeneralName::dns).map(|text| format!("DNSname: {text}"));
            let read: Vec<&str> = read.lines().map(str::trim).filter(|line| line.starts_with("DNSname: ")).collect();
            assert!(names.eq(read.iter().map(|line| line.split(" (").next().unwrap_or_default())), "{read:?}");
        }
    }
}

#[test]
fn self_signed_certificates_stay_inside_every_limit() {
    let key = issue::generate(KeyChoice::P256).unwrap();
    let plan = planned("remote.contoso.com", &[], "");
    let at = Moment::parse("2026-09-01").unwrap();
    let [one, two] = [(); 2].map(|()| issue::self_signed(&plan, &key, at, issue::SELF_SIGNED_DAYS).unwrap());
    assert_ne!(one.serial, two.serial);
    assert!(one.serial.bits() >= 128 && !one.serial.is_negative());
    assert!(one.not_before < at && one.not_before.days_until(one.not_after.plus_seconds(1)) == 397);
    assert_eq!(one.authority_key_id, one.subject_key_id);
    assert_eq!(one.identity.purposes, Some(vec![Purpose::ServerAuth]));
    assert!(issue::self_signed(&plan, &key, at, 0).is_err());
    assert!(issue::self_signed(&plan, &key, at, i64::MAX).is_err());
}

/// A subject that rcgen and openssl would not write: repeated attributes, several in one relative name, old strings.
const OLD_SUBJECT: &[u8] = b"\x30\x81\x81\
    \x31\x15\x30\x13\x06\x0a\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x19\x16\x05local\
    \x31\x17\x30\x15\x06\x0a\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x19\x16\x07contoso\
    \x31\x0d\x30\x0b\x06\x03\x55\x04\x0b\x1e\x04\0M\0\xe4\
    \x31\x18\x30\x08\x06\x03\x55\x04\x0b\x14\x01\xe4\x30\x0c\x06\x03\x55\x04\x0a\x13\x05Forks\
    \x31\x26\x30\x0b\x06\x03\x55\x04\x07\x0c\x04City\x30\x17\x06\x03\x55\x04\x03\x13\x10server.contoso.x";

#[test]
fn carries_an_old_subject_octet_for_octet() {
    let key = issue::generate(KeyChoice::P256).unwrap();
    let first = planned("server.contoso.x", &[dns("remote.contoso.com")], "");
    let mut old = issue::request(&first, &key).unwrap();
    // The same request with the old subject in it.
    let at = old.der.windows(first.subject.der.len()).position(|part| *part == *first.subject.der).unwrap();
    let info = [&old.der[at - 3..at], OLD_SUBJECT, &old.der[at + first.subject.der.len()..]].concat();
    let length = |size: usize| [0x30, 0x82, (size >> 8) as u8, size as u8];
    let end = info.len() - (old.der.len() - signature_start(&old.der));
    let body = [&length(end)[..], &info[..end]].concat();
    let rest = &info[end..];
    let der = [&length(body.len() + rest.len())[..], &body, rest].concat();
    old = Request::from_der(&der).unwrap();
    assert_eq!(&*old.identity.subject.der, OLD_SUBJECT);

    let wish = Wish {
        target: name("remote.contoso.com"),
        extra: Vec::new(),
        old: Some(Item::Request(&old)),
        subject: None,
        profile: profiles::find("private").unwrap(),
        output: Output::Request,
    };
    let plan = plan(&wish).unwrap();
    let request = issue::request(&plan, &key).unwrap();
    let subject = &request.identity.subject;
    assert_eq!(subject.rdns.len(), 5);
    // All before the last relative name is untouched.
    let untouched = &OLD_SUBJECT[3..OLD_SUBJECT.len() - 0x28];
    assert!(subject.der.windows(untouched.len()).any(|part| part == untouched), "{subject}");
    assert_eq!(subject.to_string(), "DC=local, DC=contoso, OU=Mä, OU=ä + O=Forks, L=City + CN=remote.contoso.com");
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("request.csr"), issue::request_pem(&request)).unwrap();
    run("openssl", folder.path(), &["req", "-verify", "-noout", "-in", "request.csr"]);
}

/// Where signatureAlgorithm begins: after the outer head and the request info.
fn signature_start(der: &[u8]) -> usize {
    let head = |at: usize| match der[at + 1] {
        0x81 => (3, usize::from(der[at + 2])),
        0x82 => (4, usize::from(der[at + 2]) << 8 | usize::from(der[at + 3])),
        short => (2, usize::from(short)),
    };
    let outer = head(0).0;
    let (inner, length) = head(outer);
    outer + inner + length
}

#[test]
fn openssl_opens_an_encrypted_key() {
    let folder = tempfile::tempdir().unwrap();
    let key = issue::generate(KeyChoice::P256).unwrap();
    let pem = issue::encrypted_pkcs8_pem(&key, "pass wörd").unwrap();
    fs::write(folder.path().join("key.pem"), pem.as_bytes()).unwrap();
    run("openssl", folder.path(), &["pkey", "-in", "key.pem", "-passin", "pass:pass wörd", "-noout"]);
}

#[test]
fn openssl_reads_both_kinds_of_pfx() {
    let folder = tempfile::tempdir().unwrap();
    for choice in [KeyChoice::Rsa2048, KeyChoice::P256] {
        let key = issue::generate(choice).unwrap();
        let plan = planned("remote.contoso.com", &[], "O=Contoso");
        let cert: Certificate = issue::self_signed(&plan, &key, now(), 90).unwrap();
        for (reader, kinds) in [
            (For::Today, ["AES-256-CBC", "MAC: sha256"]),
            (For::OldWindows, ["pbeWithSHA1And3-KeyTripleDES-CBC", "MAC: sha1"]),
        ] {
            let pfx = issue::pfx(&key, &cert, &[], "secret", "remote.contoso.com", reader).unwrap();
            fs::write(folder.path().join("key.pfx"), pfx).unwrap();
            let text = run(
                "openssl",
                folder.path(),
                &["pkcs12", "-in", "key.pfx", "-passin", "pass:secret", "-nodes", "-info"],
            );
            for kind in kinds {
                assert!(text.contains(kind), "{kind}: {text}");
            }
            assert!(!text.contains("RC2-CBC") && text.contains("PRIVATE KEY") && text.contains("BEGIN CERTIFICATE"));
        }
    }
}

#[test]
fn a_password_that_a_pfx_cannot_have_is_named() {
    let key = issue::generate(KeyChoice::P256).unwrap();
    let cert = issue::self_signed(&planned("remote.contoso.com", &[], ""), &key, now(), 90).unwrap();
    let made = |password: &str| issue::pfx(&key, &cert, &[], password, "remote.contoso.com", For::Today);
    assert!(made("pässwörd€").is_ok());
    assert!(made("pässwörd😀").unwrap_err().to_string().starts_with("the password holds '😀'"));
}

#[test]
fn openssl_makes_the_same_request_from_the_emitted_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let odd = r#"DC=local,DC=contoso,OU=a $HOME # b,OU=it's \"x\" \\ y,O=Bücher\, Ltd+L=Town,C=US"#;
    // Every kind of attribute that has a name here, then those of extended validation and others without one.
    let every = "O=a,OU=b,C=US,ST=c,L=d,DC=e,emailAddress=f@contoso.com,STREET=g 1,postalCode=h,serialNumber=i,SN=j,GN=k,\
                 title=l,STREET=m+postalCode=n,0.9.2342.19200300.100.1.1=o,2.5.4.43=p,2.5.4.97=q,2.5.4.15=r,\
                 1.3.6.1.4.1.311.60.2.1.1=s,1.3.6.1.4.1.311.60.2.1.2=t,1.3.6.1.4.1.311.60.2.1.3=US,1.2.3.4.5=u+1.2.3.4.6=v";
    let mut all = plans();
    all.push((planned("remote.contoso.com", &[dns("b.contoso.com"), dns("a.contoso.com")], odd), ""));
    all.push((planned("remote.contoso.com", &[], every), ""));
    let key = issue::generate(KeyChoice::P256).unwrap();
    write_key(folder, &key);
    for (plan, _) in all {
        let text = issue::emit(&plan, KeyChoice::P256, Emit::OpensslCnf).unwrap();
        fs::write(folder.join("request.cnf"), &text).unwrap();
        let mut arguments =
            vec!["req", "-new", "-config", "request.cnf", "-key", "key.pem", "-outform", "DER", "-out", "out.der"];
        if plan.subject.is_empty() {
            arguments.extend(["-subj", "/"]);
        }
        run("openssl", folder, &arguments);
        let made = Request::from_der(&fs::read(folder.join("out.der")).unwrap()).unwrap();
        assert!(plan.general_names().eq(&made.identity.names.entries), "{text}");
        assert_eq!(made.identity.subject.to_string(), plan.subject.to_string(), "{text}");
    }
}

#[test]
fn the_emitted_command_overwrites_no_key() {
    let folder = tempfile::tempdir().unwrap();
    let plan = planned("remote.contoso.com", &[], "");
    let text = issue::emit(&plan, KeyChoice::P256, Emit::OpensslCnf).unwrap();
    fs::write(folder.path().join("remote.contoso.com.cnf"), &text).unwrap();
    let command = text.lines().next().unwrap().strip_prefix("# ").unwrap();
    let is_run = || {
        let run = Command::new("sh").args(["-c", command]).current_dir(folder.path()).output().unwrap();
        (run.status.success(), fs::read(folder.path().join("remote.contoso.com.key")).unwrap())
    };
    let (first, second) = (is_run(), is_run());
    assert!(first.0 && !second.0, "{command}");
    assert_eq!(first.1, second.1);
    assert!(folder.path().join("remote.contoso.com.csr").is_file());
}

#[test]
fn emits_what_windows_tools_read() {
    let plan = planned("remote.contoso.com", &[dns("autodiscover.contoso.com")], "O=Contoso\\, Ltd's,L=100% Town,C=US");
    let inf = issue::emit(&plan, KeyChoice::Rsa2048, Emit::CertreqInf).unwrap();
    assert!(
        inf.contains("_continue_ = \"dns=remote.contoso.com&\"\r\n_continue_ = \"dns=autodiscover.contoso.com\"\r\n")
    );
    assert!(
        inf.contains("Subject = \"CN=remote.contoso.com,O=\"\"Contoso, Ltd's\"\",L=100%% Town,C=US\"\r\n"),
        "{inf}"
    );
    assert!(inf.lines().all(|line| !line.ends_with(' ')) && inf.is_ascii());
    let script = issue::emit(&plan, KeyChoice::Rsa2048, Emit::ExchangePs1).unwrap();
    assert!(script.contains("-DomainName 'remote.contoso.com','autodiscover.contoso.com' -KeySize 2048"), "{script}");
    assert!(script.contains("O=\"Contoso, Ltd''s\""), "{script}");
    assert!(issue::emit(&plan, KeyChoice::P256, Emit::ExchangePs1).is_err());
    let umlaut = planned("remote.contoso.com", &[], "O=Bücher");
    assert!(issue::emit(&umlaut, KeyChoice::Rsa2048, Emit::CertreqInf).is_err());
    let wildcard = issue::emit(&planned("*.contoso.com", &[], ""), KeyChoice::Rsa2048, Emit::CertreqInf).unwrap();
    assert!(
        wildcard.contains("-new _wildcard.contoso.com.inf") && wildcard.contains("dns=*.contoso.com"),
        "{wildcard}"
    );
    let control = planned("remote.contoso.com", &[], "O=a\nb");
    assert!(issue::emit(&control, KeyChoice::Rsa2048, Emit::OpensslCnf).is_err());
}

#[test]
fn emits_the_header_of_key_manager_around_the_request() {
    let key = issue::generate(KeyChoice::Rsa2048).unwrap();
    let plan = planned("remote.contoso.com", &[], "C=US,ST=Washington,L=Redmond,O=Contoso,OU=Mail");
    let request = issue::request(&plan, &key).unwrap();
    let text = issue::emit(&plan, KeyChoice::Rsa2048, Emit::NewKeyRq(&request, Contact::default())).unwrap();
    let headers: Vec<&str> = text.lines().filter_map(|line| line.split_once(':').map(|(key, _)| key)).collect();
    assert_eq!(
        headers,
        [
            "Webmaster",
            "Phone",
            "Server",
            "Common-name",
            "Organization Unit",
            "Organization",
            "Locality",
            "State",
            "Country"
        ]
    );
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("NewKeyRq.txt"), text).unwrap();
    run("openssl", folder.path(), &["req", "-verify", "-noout", "-in", "NewKeyRq.txt"]);
}

#[test]
fn takes_no_contact_that_would_add_a_line_to_the_header() {
    let key = issue::generate(KeyChoice::P256).unwrap();
    let plan = planned("remote.contoso.com", &[], "");
    let request = issue::request(&plan, &key).unwrap();
    let with = |contact| issue::new_key_request(&plan, &request, contact);
    let text = with(Contact { email: Some("a@contoso.com"), phone: Some("+1 425 555 0100") }).unwrap();
    assert!(text.contains("Webmaster: a@contoso.com\r\nPhone: +1 425 555 0100\r\n"), "{text}");
    assert!(with(Contact { email: None, phone: Some("1\r\nServer: x") }).is_err());
}
