//! `certfix ca` on a store: what is signed and what is not, where it goes, what is kept.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

#[expect(dead_code, reason = "other tests use more of it")]
#[path = "support/desk.rs"]
mod desk;

use std::collections::BTreeSet;
use std::fs;
use std::process::Stdio;

use certfix::facts::{Certificate, Request, Verification};
use certfix::input::read_file;
use certfix::judge::changes;
use desk::{Desk, NAME, mode};

const CA: &str = "store/_ca/contoso-internal-ca";
const REQUEST: &str = "store/remote.contoso.com/request.csr";
const PASSWORD: [&str; 2] = ["--password-file", "password"];

fn init(desk: &Desk, name: &str, options: &[&str]) -> String {
    let init = ["ca", "init", name, "--key", "p-256", "--new-password-file", "password"];
    desk.answer(0, &[&init[..], options].concat())
}

fn made(options: &[&str]) -> Desk {
    let desk = Desk::new();
    init(&desk, "Contoso Internal CA", options);
    desk
}

fn sign(desk: &Desk, options: &[&str]) -> String {
    desk.answer(0, &[&["ca", "sign"][..], options, &PASSWORD, &["--yes"]].concat())
}

fn refusal(desk: &Desk, request: &str) -> String {
    desk.refusal(&[&["ca", "sign", request][..], &PASSWORD, &["--yes"]].concat())
}

fn request(desk: &Desk, file: &str) -> Request {
    read_file(&desk.path(file), None).unwrap().requests.remove(0)
}

fn certificate(desk: &Desk, file: &str) -> Certificate {
    read_file(&desk.path(file), None).unwrap().certificates.remove(0)
}

/// A key and a request by `openssl`, with these further arguments.
fn asked(desk: &Desk, file: &str, key: &str, rest: &[&str]) {
    let arguments = format!("req -new -newkey {key} -nodes -keyout {file}.key -out {file}");
    let mut command = std::process::Command::new("openssl");
    command.args(arguments.split(' ')).args(rest).current_dir(desk.path("."));
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

const EC: &str = "ec -pkeyopt ec_paramgen_curve:P-256";

#[test]
fn keeps_its_keys_encrypted_and_to_itself() {
    let desk = made(&["--intermediate", "--only", "contoso.com"]);
    for (file, bits) in [("", 0o700), ("root-key.pem", 0o600), ("intermediate-key.pem", 0o600), ("root.pem", 0o644)] {
        assert_eq!(mode(&desk.path(CA).join(file)), bits, "{file}");
    }
    for key in ["root-key.pem", "intermediate-key.pem"] {
        assert!(desk.text(&format!("{CA}/{key}")).starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----"));
        desk.openssl(&format!("pkey -in {CA}/{key} -passin file:password -noout"));
    }
    assert!(!desk.answer(0, &["keys"]).contains("_ca"), "a CA is no key");
    let again = desk.refusal(&["ca", "init", "Contoso internal CA", "--new-password-file", "password"]);
    assert!(again.ends_with("contoso-internal-ca' already exists"), "{again}");
    let nobody = desk.refusal(&["ca", "init", "Other"]);
    assert_eq!(nobody, "the CA's key needs a password");
    desk.put("empty", "\n");
    let empty = desk.refusal(&["ca", "init", "Other", "--new-password-file", "empty"]);
    assert_eq!(empty, "the CA's key needs a password, and the one given is empty");
    let plain = desk.answer(0, &["ca", "init", "Plain", "--key", "p-256", "--plain-key"]);
    assert!(plain.contains("any name"), "{plain}");
    assert!(desk.text("store/_ca/plain/root-key.pem").starts_with("-----BEGIN PRIVATE KEY-----"));
}

#[test]
fn no_key_takes_the_place_of_the_cas() {
    let desk = Desk::new();
    let taken = desk.refusal(&["keys", "rename", NAME, "_ca"]);
    assert_eq!(taken, "'_ca' is the name of a folder of certfix's own");
    init(&desk, "current", &[]);
    init(&desk, "key.pem", &[]);
    let keys = desk.json(0, &["keys"]);
    assert_eq!(keys["keys"].as_array().unwrap().len(), 1, "{keys}");
}

#[test]
fn signs_without_the_root_key() {
    let desk = made(&["--intermediate"]);
    fs::rename(desk.path(&format!("{CA}/root-key.pem")), desk.path("offline.pem")).unwrap();
    sign(&desk, &[REQUEST, "-o", "leaf.pem"]);
    desk.openssl(&format!("verify -CAfile {CA}/root.pem -untrusted leaf.pem leaf.pem"));
    desk.answer(0, &[&["ca", "revoke", "leaf.pem", "--yes"][..], &PASSWORD].concat());
    fs::remove_file(desk.path(&format!("{CA}/intermediate-key.pem"))).unwrap();
    assert!(refusal(&desk, REQUEST).ends_with("intermediate-key.pem', is not there"));
}

#[test]
fn signs_exactly_what_was_asked() {
    let desk = made(&[]);
    // Order, case and doubles are the requester's; nothing sorts.
    let names = "subjectAltName=DNS:z.contoso.com,IP:192.0.2.1,DNS:A.contoso.com,email:a@contoso.com,DNS:z.contoso.com,URI:imap://z";
    let subject = ["-subj", "/DC=local/DC=contoso/O=Contoso/OU=Mail/OU=Web/CN=z.contoso.com"];
    let usage = ["-addext", "keyUsage=critical,digitalSignature,nonRepudiation"];
    let purposes = ["-addext", "extendedKeyUsage=clientAuth,serverAuth"];
    asked(&desk, "a.csr", EC, &[&subject[..], &["-addext", names], &usage, &purposes].concat());
    asked(&desk, "b.csr", "rsa:2048", &["-subj", "/", "-addext", "subjectAltName=critical,DNS:b.contoso.com"]);
    for file in ["a.csr", "b.csr", REQUEST] {
        let out = format!("{}.pem", file.replace('/', "-"));
        let said = sign(&desk, &[file, "-o", &out]);
        assert!(said.contains("nothing: it is as the request asked"), "{said}");
        let (request, cert) = (request(&desk, file), certificate(&desk, &out));
        assert_eq!(changes(&request, &cert), []);
        assert_eq!(request.identity.subject.der, cert.identity.subject.der);
        let names = &request.subject_alt_names()[0];
        assert!(cert.der.windows(names.len()).any(|part| *part == **names), "{file}: names octet for octet");
        assert!(!cert.identity.is_ca() && cert.authority_key_id.is_some() && cert.subject_key_id.is_some());
    }
}

#[test]
fn names_an_extension_that_it_leaves_out() {
    let desk = made(&[]);
    let names = ["-subj", "/CN=y.contoso.com", "-addext", "subjectAltName=DNS:y.contoso.com"];
    let others = ["-addext", "tlsfeature=status_request", "-addext", "subjectKeyIdentifier=hash"];
    asked(&desk, "staple.csr", EC, &[&names[..], &others].concat());
    let said = sign(&desk, &["staple.csr", "-o", "staple.pem"]);
    assert!(said.contains("the extension tlsfeature was dropped") && !said.contains("subjectKey"), "{said}");
}

#[test]
fn lives_inside_every_limit_and_the_cas_own() {
    let desk = made(&["--days", "200"]);
    let said = sign(&desk, &[REQUEST, "-o", "leaf.pem"]);
    assert!(said.contains("days instead of 397: the CA itself ends on"), "{said}");
    let root = certificate(&desk, &format!("{CA}/root.pem"));
    let leaf = certificate(&desk, "leaf.pem");
    assert_eq!((leaf.not_after, leaf.not_before), (root.not_after, leaf.not_before.max(root.not_before)));
    let ended = desk.refusal(&[&["ca", "sign", REQUEST, "--yes", "--at", "2090-01-01"][..], &PASSWORD].concat());
    assert!(ended.starts_with("the CA 'Contoso Internal CA' ended on"), "{ended}");
    let early = desk.refusal(&[&["ca", "sign", REQUEST, "--yes", "--at", "2001-01-01"][..], &PASSWORD].concat());
    assert!(early.starts_with("the CA 'Contoso Internal CA' begins on"), "{early}");
    let long = desk.run(&["ca", "sign", REQUEST, "--days", "826"], Stdio::null());
    assert_eq!(long.status.code(), Some(2));
    let longer = Desk::new();
    init(&longer, "Contoso Internal CA", &[]);
    sign(&longer, &[REQUEST, "-o", "leaf.pem"]);
    let leaf = certificate(&longer, "leaf.pem");
    assert_eq!(leaf.not_before.days_until(leaf.not_after.plus_seconds(1)), 397);
}

#[test]
fn refuses_each_bad_request_and_says_why() {
    let desk = made(&["--only", "contoso.com"]);
    let subject = ["-subj", "/CN=mail.contoso.com"];
    let with = |file: &str, key: &str, rest: &[&str]| asked(&desk, file, key, &[&subject[..], rest].concat());
    with("short.csr", "rsa:1024", &[]);
    with("small.csr", "rsa:2048 -pkeyopt rsa_keygen_pubexp:3", &[]);
    with("curve.csr", "ec -pkeyopt ec_paramgen_curve:secp256k1", &[]);
    with("md5.csr", "rsa:2048", &["-md5"]);
    with("ca.csr", EC, &["-addext", "basicConstraints=CA:TRUE"]);
    with("signs.csr", EC, &["-addext", "keyUsage=digitalSignature,keyCertSign"]);
    with("code.csr", EC, &["-addext", "extendedKeyUsage=serverAuth,codeSigning"]);
    with("client.csr", EC, &["-addext", "extendedKeyUsage=clientAuth"]);
    with("outside.csr", EC, &["-addext", "subjectAltName=DNS:mail.contoso.com,DNS:mail.contoso.example"]);
    with("address.csr", EC, &["-addext", "subjectAltName=DNS:mail.contoso.com,IP:192.0.2.1"]);
    with("email.csr", EC, &["-addext", "subjectAltName=DNS:mail.contoso.com,email:a@contoso.com"]);
    with("malformed.csr", EC, &["-addext", "subjectAltName=DNS:mail_.contoso..com"]);
    with("long.csr", EC, &["-addext", "subjectAltName=DER:30811282106d61696c2e636f6e746f736f2e636f6d"]);
    with("followed.csr", EC, &["-addext", "subjectAltName=DER:300f820d612e636f6e746f736f2e636f6d30088206622e74657374"]);
    with("dot.csr", EC, &["-addext", "subjectAltName=DNS:mail.contoso.com."]);
    asked(&desk, "common.csr", EC, &["-subj", "/CN=mail.example.org", "-addext", "subjectAltName=DNS:a.contoso.com"]);
    asked(&desk, "first.csr", EC, &["-subj", "/CN=www.bank.example/CN=mail.contoso.com"]);
    with("star.csr", EC, &["-subj", "/CN=mail*.bank.example", "-addext", "subjectAltName=DNS:mail.contoso.com"]);
    asked(&desk, "nobody.csr", EC, &["-subj", "/O=Contoso"]);
    asked(&desk, "words.csr", EC, &["-subj", "/CN=Mail of Contoso"]);
    // Whoever sends this has not the key: another one has signed.
    with("good.csr", EC, &[]);
    let good = fs::read_to_string(desk.path("good.csr")).unwrap();
    let mut der = pem::parse(&good).unwrap().into_contents();
    let last = der.len() - 1;
    der[last] ^= 1;
    desk.put("forged.csr", &pem::encode(&pem::Pem::new("CERTIFICATE REQUEST", der)));
    for (file, reason) in [
        ("short.csr", "the key is RSA 1024, and 2048 bits are the least"),
        ("small.csr", "the key's exponent is 3"),
        ("curve.csr", "the key is EC 1.3.132.0.10"),
        ("md5.csr", "its signature, md5WithRSAEncryption, does not prove who has the key"),
        ("forged.csr", "its signature is not by its own key"),
        ("ca.csr", "it asks to be a CA (CA:TRUE)"),
        ("signs.csr", "it asks to sign certificates"),
        ("code.csr", "it asks for the purpose codeSigning"),
        ("client.csr", "but not for that of a server"),
        ("outside.csr", "the name mail.contoso.example is not in contoso.com"),
        ("address.csr", "the address 192.0.2.1 is not in contoso.com"),
        ("email.csr", "it asks for a rfc822Name (a@contoso.com)"),
        ("malformed.csr", "'mail_.contoso..com' is not a DNS name"),
        ("long.csr", "takes more octets than it needs"),
        ("followed.csr", "something follows the list of its names"),
        ("dot.csr", "it ends in a dot"),
        ("common.csr", "the common name mail.example.org is not in contoso.com"),
        ("first.csr", "the common name www.bank.example is not in contoso.com"),
        ("star.csr", "the common name mail*.bank.example is not in contoso.com"),
        ("nobody.csr", "it asks for no name"),
        ("words.csr", "'Mail of Contoso' is none that clients look for"),
        ("root.pem", "holds no certificate request"),
    ] {
        let said = refusal(&desk, file);
        assert!(said.contains(reason) && said.starts_with(&format!("'{file}' ")), "{file}: {said}");
    }
    sign(&desk, &["good.csr"]);
}

#[test]
fn one_bad_request_of_many_is_enough_for_none() {
    let desk = made(&["--only", "contoso.com"]);
    asked(&desk, "one.csr", EC, &["-subj", "/CN=mail.example.org"]);
    asked(&desk, "two.csr", "rsa:1024", &["-subj", "/CN=two.example.org"]);
    let before = desk.contents();
    let output =
        desk.run(&[&["ca", "sign", "one.csr", REQUEST, "two.csr", "--yes"][..], &PASSWORD].concat(), Stdio::null());
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), desk.contents() == before), (Some(2), true), "{text}");
    for words in ["'one.csr' is not signed", "RSA 1024", "two.example.org is not in", "nothing was signed: 2 of 3"] {
        assert!(text.contains(words), "{text}");
    }
}

#[test]
fn nothing_leaves_without_a_yes() {
    let desk = made(&[]);
    let before = desk.contents();
    let output = desk.run(&[&["ca", "sign", REQUEST][..], &PASSWORD].concat(), Stdio::null());
    let (out, text) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(text.contains("nobody is there to confirm") && text.contains("--yes"), "{text}");
    assert!(out.contains("What clients do when asked for remote.contoso.com"), "{out}");
    assert_eq!((output.status.code(), desk.contents() == before), (Some(2), true));
    let dry = desk.answer(0, &["ca", "sign", REQUEST, "--dry-run"]);
    assert!(dry.ends_with("nothing (--dry-run)\n") && desk.contents() == before, "{dry}");
    // What a dry run shows is no certificate of the CA.
    let shown = desk.json(0, &["ca", "sign", REQUEST, "--dry-run"]);
    desk.put("shown.pem", shown["signed"][0]["judged"]["certificate"]["pem"].as_str().unwrap());
    let (shown, root) = (certificate(&desk, "shown.pem"), certificate(&desk, &format!("{CA}/root.pem")));
    assert_eq!((&shown.issuer, shown.verify_with(&root.identity.key)), (&root.identity.subject, Verification::Fails));
    fs::remove_file(desk.path("shown.pem")).unwrap();
    desk.put("wrong", "no\n");
    let wrong = desk.refusal(&["ca", "sign", REQUEST, "--yes", "--password-file", "wrong"]);
    assert!(wrong.starts_with("the password does not open"), "{wrong}");
    let none = desk.refusal(&["ca", "sign", REQUEST, "--yes"]);
    assert!(none.ends_with("root-key.pem' is protected by a password"), "{none}");
}

#[test]
fn a_key_of_the_store_gets_its_certificate_at_once() {
    let desk = made(&["--intermediate"]);
    let said = sign(&desk, &[REQUEST]);
    let next = said.lines().find(|line| line.starts_with("Next: certfix install")).unwrap_or_else(|| panic!("{said}"));
    let arguments: Vec<&str> = next.trim_start_matches("Next: certfix ").split(' ').collect();
    desk.answer(0, &arguments);
    assert_eq!(desk.state(), "installed");
    assert!(!desk.path(&format!("store/{NAME}/authority.json")).exists());
    desk.answer(0, &["csr", "--renew", NAME]);
    let document = desk.json(
        0,
        &[&["ca", "sign", "store/remote.contoso.com/renewal/request.csr", "--install", "--yes"][..], &PASSWORD]
            .concat(),
    );
    assert_eq!(document["signed"][0]["key"], NAME, "{document}");
    assert_eq!(document["signed"][0]["installed"].as_array().unwrap().len(), 3, "{document}");
    let way = desk.text(&format!("store/{NAME}/authority.json"));
    assert!(way.contains("\"private\"") && way.contains("\"contoso-internal-ca\""), "{way}");
    assert!(!desk.path(&format!("store/{NAME}/renewal")).exists());
    desk.openssl(&format!("verify -CAfile {CA}/root.pem -untrusted store/{NAME}/chain.pem store/{NAME}/cert.pem"));
    asked(&desk, "other.csr", EC, &["-subj", "/CN=other.contoso.com"]);
    let strange = desk.refusal(&[&["ca", "sign", "other.csr", "--install", "--yes"][..], &PASSWORD].concat());
    assert!(strange.contains("is for none of the keys of this store"), "{strange}");
}

#[test]
fn never_writes_over_a_file() {
    let desk = made(&[]);
    desk.put("taken.pem", "mine");
    let options = [&["ca", "sign", REQUEST, "--yes", "-o", "taken.pem"][..], &PASSWORD].concat();
    assert_eq!(desk.refusal(&options), "'taken.pem' already exists");
    for (output, cause) in [
        ("nowhere/leaf.pem", "no such file or directory"),
        ("taken.pem/leaf.pem", "not a directory"),
        ("taken.pem/", "not a directory"),
        ("taken.pem/a/b/", "not a directory"),
    ] {
        let said = desk.refusal(&[&["ca", "sign", REQUEST, "-o", output, "--yes"][..], &PASSWORD].concat());
        assert_eq!(said, format!("cannot write '{output}': {cause}"));
    }
    fs::create_dir(desk.path("a")).unwrap();
    asked(&desk, "a/x.csr", EC, &["-subj", "/CN=a.contoso.com"]);
    asked(&desk, "x.csr", EC, &["-subj", "/CN=b.contoso.com"]);
    let same = desk.refusal(&[&["ca", "sign", "x.csr", "a/x.csr", "--yes", "-o", "out"][..], &PASSWORD].concat());
    assert_eq!(same, "two of the answers would be 'out/x.pem'");
    sign(&desk, &["x.csr", REQUEST, "-o", "out"]);
    let mut names: Vec<_> = fs::read_dir(desk.path("out")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["remote.contoso.com.pem", "x.pem"]);
    let export = ["ca", "export", "-o", "taken.pem"];
    assert_eq!(desk.refusal(&export), "'taken.pem' already exists");
}

#[test]
fn gives_no_serial_number_twice_and_keeps_all() {
    let desk = made(&[]);
    for index in 0..40 {
        asked(&desk, &format!("{index}.csr"), EC, &["-subj", &format!("/CN=h{index}.contoso.com")]);
    }
    let files: Vec<String> = (0..40).map(|index| format!("{index}.csr")).collect();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    for round in ["one", "two", "three"] {
        sign(&desk, &[&files[..], &["-o", round]].concat());
    }
    let listed = desk.json(0, &["ca", "list"]);
    let signed = listed["authorities"][0]["signed"].as_array().unwrap();
    let serials: BTreeSet<&str> = signed.iter().map(|one| one["serial"].as_str().unwrap()).collect();
    assert_eq!((signed.len(), serials.len()), (120, 120));
    for serial in &serials {
        let octets: Vec<&str> = serial.split(':').collect();
        assert!(octets.len() == 20 && u8::from_str_radix(octets[0], 16).unwrap() < 0x80, "{serial}");
    }
    for round in ["one", "two", "three"] {
        let left = certificate(&desk, &format!("{round}/7.pem")).serial.to_string();
        assert!(serials.contains(left.as_str()), "{left} left and is not in the register");
    }
}

#[test]
fn revokes_by_serial_file_or_name_and_only_once() {
    let desk = made(&[]);
    let revoke = |what: &str| [&["ca", "revoke", what, "--yes"][..], &PASSWORD].concat().join("\n");
    let refused = |what: &str| desk.refusal(&revoke(what).split('\n').collect::<Vec<_>>());
    let done = |what: &str| desk.answer(0, &revoke(what).split('\n').collect::<Vec<_>>());
    assert_eq!(refused(NAME), format!("the CA 'Contoso Internal CA' signed no certificate '{NAME}'"));
    for file in ["one.pem", "two.pem", "three.pem"] {
        sign(&desk, &[REQUEST, "-o", file]);
    }
    assert!(refused(NAME).starts_with(&format!("there are 3 certificates for '{NAME}' in force: ")));
    assert!(done(&certificate(&desk, "one.pem").serial.to_string()).contains("CRL number 2"));
    assert!(done("two.pem").contains("CRL number 3"));
    assert!(done("Remote.Contoso.com").contains("CRL number 4"));
    assert!(refused("two.pem").contains("is revoked since"));
    let again = refused("Remote.Contoso.com");
    let third = certificate(&desk, "three.pem").serial.to_string();
    assert!(again.starts_with(&format!("the certificate {third} is revoked since ")), "{again}");
    assert!(refused("mail.contoso.com").contains("signed no certificate"));
    assert!(refused("root.pem").contains("signed no certificate"));
    let states = desk.json(0, &["ca", "list"]);
    let states = states["authorities"][0]["signed"].as_array().unwrap().iter().map(|one| one["state"].clone());
    assert_eq!(states.collect::<Vec<_>>(), ["revoked"; 3]);
    // A list that somebody changed is not believed.
    let path = desk.path(&format!("{CA}/ca.crl"));
    let mut list = fs::read(&path).unwrap();
    let last = list.len() - 1;
    list[last] ^= 1;
    fs::write(&path, list).unwrap();
    assert!(desk.refusal(&["ca", "list"]).ends_with("it is not signed by this CA"));
}

#[test]
fn of_several_cas_one_has_to_be_named() {
    let desk = Desk::new();
    let none = desk.refusal(&[&["ca", "sign", REQUEST, "--yes"][..], &PASSWORD].concat());
    assert_eq!(none, "the store 'store' has no CA");
    init(&desk, "First CA", &[]);
    init(&desk, "Second CA", &[]);
    assert_eq!(refusal(&desk, REQUEST), "the store has 2 CAs, and one is meant: first-ca, second-ca");
    sign(&desk, &[REQUEST, "--ca", "second-ca"]);
    sign(&desk, &[REQUEST, "--ca", "First CA"]);
    let wrong = desk.refusal(&["ca", "export", "--ca", "third"]);
    assert_eq!(wrong, "no CA is called 'third', but: first-ca, second-ca");
}

#[test]
fn prints_json_as_the_schema_says() {
    let desk = Desk::new();
    let init =
        ["ca", "init", "Contoso Internal CA", "--key", "p-256", "--intermediate", "--only", "contoso.com,192.0.2.0/24"];
    desk.json(0, &[&init[..], &["--new-password-file", "password"]].concat());
    desk.json(0, &[&["ca", "sign", REQUEST, "--dry-run"][..], &PASSWORD].concat());
    desk.json(0, &[&["ca", "sign", REQUEST, "--yes"][..], &PASSWORD].concat());
    desk.json(0, &["ca", "export", "--windows", "-o", "trust.ps1"]);
    desk.json(0, &[&["ca", "revoke", NAME, "--yes"][..], &PASSWORD].concat());
    desk.json(0, &[&["ca", "crl"][..], &PASSWORD].concat());
    desk.json(0, &["ca", "list"]);
}
