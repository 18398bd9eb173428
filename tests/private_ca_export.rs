//! What `certfix ca export` writes does what it says, and requests of other programs are signed like certfix's own.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

#[expect(dead_code, reason = "other tests use more of it")]
#[path = "support/desk.rs"]
mod desk;

use std::fs;
use std::process::{Command, Stdio};

use certfix::error::Signing;
use certfix::facts::{Certificate, KeyUsage, Purpose, Request};
use certfix::input::read_file;
use desk::{Desk, NAME};

const CA: &str = "store/_ca/contoso-internal-ca";

fn made() -> Desk {
    let desk = Desk::new();
    desk.answer(0, &["ca", "init", "Contoso Internal CA", "--key", "p-256", "--new-password-file", "password"]);
    desk
}

fn sign(desk: &Desk, request: &str) -> (Certificate, String) {
    let out = format!("{}.pem", request.replace('/', "-"));
    let said = desk.answer(0, &["ca", "sign", request, "--yes", "--password-file", "password", "-o", &out]);
    desk.openssl(&format!("verify -x509_strict -purpose sslserver -CAfile {CA}/root.pem {out}"));
    (read_file(&desk.path(&out), None).unwrap().certificates.remove(0), said)
}

fn run(desk: &Desk, program: &str, arguments: &[&str]) -> String {
    let mut command = Command::new(program);
    let output = command.args(arguments).current_dir(desk.path(".")).stdin(Stdio::null()).output().unwrap();
    let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(output.status.success(), "{program} {arguments:?}: {text}");
    text
}

fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut length = vec![content.len() as u8];
    if content.len() >= 0x80 {
        length = vec![0x82, (content.len() >> 8) as u8, content.len() as u8];
    }
    [vec![tag], length, content.to_vec()].concat()
}

/// A request with RSA 2048 as certreq and Xenroll wrote it: extensions in Microsoft's own attribute, the label, CRLF.
fn certreq(desk: &Desk, extensions: &[u8], digest: &str) -> String {
    desk.openssl("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out certreq.key");
    desk.openssl("pkey -in certreq.key -pubout -outform DER -out certreq.pub");
    let common_name = [vec![6, 3, 0x55, 4, 3], element(19, NAME.as_bytes())].concat();
    let subject = element(0x30, &element(0x31, &element(0x30, &common_name)));
    let attribute =
        [vec![6, 10, 0x2b, 6, 1, 4, 1, 0x82, 0x37, 2, 1, 14], element(0x31, &element(0x30, extensions))].concat();
    let version = [6, 10, 0x2b, 6, 1, 4, 1, 0x82, 0x37, 13, 2, 3].to_vec();
    let version = element(0x30, &[version, element(0x31, &element(0x16, b"5.0.2195.2"))].concat());
    let attributes = match extensions {
        [] => version,
        _ => [version, element(0x30, &attribute)].concat(),
    };
    let key = fs::read(desk.path("certreq.pub")).unwrap();
    let info = element(0x30, &[vec![2, 1, 0], subject, key, element(0xa0, &attributes)].concat());
    fs::write(desk.path("info"), &info).unwrap();
    desk.openssl(&format!("dgst -{digest} -sign certreq.key -out signature info"));
    let signature = [vec![0], fs::read(desk.path("signature")).unwrap()].concat();
    let oid = if digest == "sha1" { 5 } else { 11 };
    let algorithm = [0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, oid, 5, 0];
    let der = element(0x30, &[info, algorithm.to_vec(), element(3, &signature)].concat());
    pem::encode(&pem::Pem::new("NEW CERTIFICATE REQUEST", der))
}

/// subjectAltName of two names, and keyUsage as Xenroll asked for it.
fn extensions() -> Vec<u8> {
    let name = |text: &str| element(0x82, text.as_bytes());
    let names = element(0x30, &[name(NAME), name("autodiscover.contoso.com")].concat());
    let names = element(0x30, &[vec![6, 3, 0x55, 0x1d, 17], element(4, &names)].concat());
    let usage = element(0x30, &[vec![6, 3, 0x55, 0x1d, 15, 1, 1, 0xff], element(4, &[3, 2, 4, 0xf0])].concat());
    [names, usage].concat()
}

#[test]
fn signs_requests_of_all_programs_alike() {
    let desk = made();
    desk.openssl(&format!(
        "req -new -newkey rsa:2048 -nodes -keyout o.key -out openssl.csr -subj /CN={NAME} \
         -addext subjectAltName=DNS:{NAME},DNS:autodiscover.contoso.com"
    ));
    desk.put("template", &format!("cn={NAME}\ndns_name={NAME}\ndns_name=autodiscover.contoso.com\ntls_www_server\n"));
    run(&desk, "certtool", &["--generate-privkey", "--rsa", "--bits", "2048", "--outfile", "c.key"]);
    let generate =
        ["--generate-request", "--load-privkey", "c.key", "--template", "template", "--outfile", "certtool.csr"];
    run(&desk, "certtool", &generate);
    desk.put("certreq.csr", &certreq(&desk, &extensions(), "sha256"));
    desk.put("xenroll.csr", &certreq(&desk, &extensions(), "sha1").replace('\n', "\r\n"));
    let own = format!("store/{NAME}/request.csr");
    for request in ["openssl.csr", "certtool.csr", "certreq.csr", "xenroll.csr", &own] {
        let (cert, said) = sign(&desk, request);
        let names: Vec<String> = cert.identity.names.entries.iter().map(ToString::to_string).collect();
        assert_eq!(names, [NAME, "autodiscover.contoso.com"], "{request}");
        assert_eq!(cert.identity.purposes, Some(vec![Purpose::ServerAuth]), "{request}");
        assert!(cert.identity.key_usage.unwrap().contains(KeyUsage::DIGITAL_SIGNATURE), "{request}");
        assert!(said.contains("nothing: it is as the request asked"), "{request}: {said}");
    }
}

#[test]
fn a_request_of_key_manager_gets_its_common_name_as_its_name() {
    let desk = made();
    let pem = certreq(&desk, &[], "sha1");
    desk.put(
        "NewKeyRq.txt",
        &format!("Webmaster: admin@contoso.com\nPhone: 555\nServer: Microsoft Key Manager\n\n{pem}"),
    );
    let (cert, said) = sign(&desk, "NewKeyRq.txt");
    assert!(said.contains("the request lists no names: its common name remote.contoso.com is put there"), "{said}");
    let names: Vec<String> = cert.identity.names.entries.iter().map(ToString::to_string).collect();
    assert_eq!(names, [NAME]);
    desk.openssl(&format!("verify -verify_hostname {NAME} -CAfile {CA}/root.pem NewKeyRq.txt.pem"));
}

/// Requests that others collected: each is signed as it asks, or refused with a reason; nothing panics.
#[test]
fn has_an_answer_to_every_request_of_the_corpora() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpora");
    let (mut signed, mut refused) = (0, 0);
    for file in certfix::input::files_in(&folder).unwrap() {
        let requests: Vec<Request> = read_file(&file, None).map(|evidence| evidence.requests).unwrap_or_default();
        for request in requests {
            let (only, compromised) = (certfix::facts::Constraints::default(), std::collections::HashSet::new());
            match certfix::authority::private::examine(&request, "request", &only, &compromised) {
                Ok(asked) => {
                    let own = request.subject_alt_names();
                    assert!(own.is_empty() || own.contains(&asked.names) && asked.from_common_name.is_none());
                    signed += 1;
                }
                Err(refusal) => {
                    let has_reasons = matches!(&refusal, Signing::Refused { reasons, .. } if !reasons.is_empty());
                    assert!(has_reasons, "{}", file.display());
                    refused += 1;
                }
            }
        }
    }
    println!("{signed} requests would be signed, {refused} are refused");
    assert!(signed > 10 && refused > 10, "{signed} {refused}");
}

fn exported(desk: &Desk, flag: &str) -> String {
    desk.answer(0, &["ca", "export", flag])
}

#[test]
fn the_nss_script_has_a_profile_trust_it() {
    let desk = made();
    sign(&desk, &format!("store/{NAME}/request.csr"));
    desk.put("trust.sh", &exported(&desk, "--nss"));
    for profile in ["one", "two"] {
        fs::create_dir(desk.path(profile)).unwrap();
        run(&desk, "certutil", &["-N", "-d", &format!("sql:{profile}"), "--empty-password"]);
    }
    // Twice does no harm.
    for _ in 0..2 {
        let said = run(&desk, "sh", &["trust.sh", "one", "two"]);
        assert!(said.contains("one trusts Contoso Internal CA."), "{said}");
    }
    let leaf = format!("store-{NAME}-request.csr.pem");
    run(&desk, "certutil", &["-A", "-d", "sql:two", "-t", ",,", "-n", "leaf", "-i", &leaf]);
    run(&desk, "certutil", &["-V", "-u", "V", "-e", "-d", "sql:two", "-n", "leaf"]);
    let none = Command::new("sh").args(["trust.sh", "three"]).current_dir(desk.path(".")).output().unwrap();
    assert!(!none.status.success());
}

/// They stand in comments, which no shell looks at.
#[test]
fn every_command_that_the_texts_name_works() {
    let desk = made();
    let mut count = 0;
    for flag in ["--windows", "--macos", "--mobileconfig", "--debian", "--nss"] {
        let text = exported(&desk, flag);
        for (_, command) in text.lines().filter_map(|line| line.split_once("certfix ")) {
            let command = command.split(')').next().unwrap();
            desk.answer(0, &command.split_whitespace().collect::<Vec<_>>());
            count += 1;
        }
    }
    assert_eq!(count, 3, "commands in the texts");
}

/// The real script, with a folder of the desk in the place of /usr/local and a program that only says that it ran.
#[test]
fn the_debian_script_puts_the_root_where_it_is_looked_for() {
    let desk = made();
    let script = exported(&desk, "--debian").replace("/usr/local/", "local/");
    desk.put(
        "trust.sh",
        &script.replace("\nupdate-ca-certificates\n", "\nopenssl rehash local/share/ca-certificates\n"),
    );
    run(&desk, "sh", &["trust.sh"]);
    sign(&desk, &format!("store/{NAME}/request.csr"));
    let folder = "local/share/ca-certificates";
    desk.openssl(&format!("verify -CApath {folder} store-{NAME}-request.csr.pem"));
}

#[test]
fn the_profile_for_apple_holds_the_root() {
    let desk = made();
    desk.put("ca.mobileconfig", &exported(&desk, "--mobileconfig"));
    let script = "import plistlib,sys; page=plistlib.load(open('ca.mobileconfig','rb')); part=page['PayloadContent'][0]; \
                  assert part['PayloadType']=='com.apple.security.root'; sys.stdout.buffer.write(part['PayloadContent'])";
    let output = Command::new("python3").args(["-c", script]).current_dir(desk.path(".")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let root = read_file(&desk.path(&format!("{CA}/root.pem")), None).unwrap().certificates.remove(0);
    assert_eq!(output.stdout, root.der.to_vec());
}

#[test]
fn the_other_texts_hold_the_root_too() {
    let desk = made();
    let root = desk.text(&format!("{CA}/root.pem"));
    assert_eq!(desk.answer(0, &["ca", "export"]), root);
    let windows = exported(&desk, "--windows");
    assert!(windows.lines().count() > 20 && windows.matches("\r\n").count() == windows.matches('\n').count());
    let base64: Vec<&str> = root.lines().filter(|line| !line.starts_with('-')).collect();
    assert!(windows.contains(&base64.join("\r\n")), "{windows}");
    for way in ["certutil -addstore", "gpmc.msc", "certutil -dspublish"] {
        assert!(windows.contains(way), "{way}");
    }
    let mac = exported(&desk, "--macos");
    assert!(mac.contains(root.trim_end()) && mac.contains("security add-trusted-cert -d -r trustRoot"), "{mac}");
    for (flag, file) in [("--macos", "mac.sh"), ("--debian", "debian.sh"), ("--nss", "nss.sh")] {
        desk.put(file, &exported(&desk, flag));
        run(&desk, "sh", &["-n", file]);
    }
}

#[test]
fn a_program_gets_the_text_in_json() {
    let desk = Desk::new();
    desk.answer(0, &["ca", "init", "Contoso", "--plain-key", "--key", "p-256"]);
    for more in [&[][..], &["--debian"]] {
        let export = [&["ca", "export"], more].concat();
        let document = desk.json(0, &export);
        assert_eq!(document["text"], desk.answer(0, &export));
        assert_eq!((&document["action"], &document["ca"]), (&"export".into(), &"Contoso".into()));
    }
    let document = desk.json(0, &["ca", "export", "-o", "root.out"]);
    assert!(document["text"].is_null() && document["file"] == "root.out", "{document}");
}
