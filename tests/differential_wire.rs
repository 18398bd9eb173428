//! Holds models to what programs really answer that compare names only within a handshake.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/openssl.rs"]
mod openssl;
#[path = "support/peers/pairs.rs"]
mod pairs;
#[path = "support/handshakes/postfix.rs"]
mod postfix;
#[path = "support/handshakes/presenter.rs"]
mod presenter;

use std::io::{BufRead, BufReader, Write};
use std::net::IpAddr;
use std::path::Path;
use std::process::{Command, Stdio};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair};
use certfix::clients::{Client, Compared, Fault, Mark, compare, words};
use certfix::facts::{Certificate, Identity, Target};
use openssl::Workshop;
use presenter::Presenter;
use rustls::pki_types::{PrivateKeyDer, PrivateSec1KeyDer};

/// Where a server presents a certificate, and the root of that.
struct Served<'a> {
    port: u16,
    root: &'a Path,
}

/// What a program makes of a host and a certificate.
enum Answer {
    Fits,
    /// No name fits; its words.
    Differs(String),
    /// It complains of something else, or cannot ask for such a host.
    Other,
}

#[test]
fn python_answers_as_its_model() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/handshakes/names.py");
    let mut child = Command::new("python3").arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let (mut asked, mut told) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
    // OpenSSL passes over what stands behind a space after an address.
    let fair = |host: &str, _: &Target| !host.contains(' ');
    let ask = |served: &Served<'_>, host: &str, _: &Target| {
        let host = host.bytes().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
        writeln!(asked, "{}\t{}\t{host}", served.port, served.root.display()).unwrap();
        let mut line = String::new();
        told.read_line(&mut line).unwrap();
        match line.trim_end_matches('\n').split_once('\t').unwrap() {
            ("1", _) => Answer::Fits,
            ("0", said) => Answer::Differs(said.to_owned()),
            (other, _) => {
                assert_eq!(other, "E");
                Answer::Other
            }
        }
    };
    no_difference("python", 3000, fair, ask);
    drop(asked);
    child.wait().unwrap();
}

#[test]
fn curl_answers_as_its_model() {
    // It writes addresses out that are written as fewer numbers.
    let is_number = |label: &str| label.starts_with("0x") || label.bytes().all(|byte| byte.is_ascii_digit());
    let is_short = |host: &str| host.trim_end_matches('.').rsplit('.').next().is_some_and(is_number);
    let fair = |host: &str, target: &Target| target.address().is_some() || !is_short(host);
    let ask = |served: &Served<'_>, host: &str, target: &Target| {
        let host = match target.address() {
            Some(IpAddr::V6(address)) => format!("[{address}]"),
            _ => host.to_owned(),
        };
        let mut command = Command::new("curl");
        command.args(["-sS", "-g", "--max-time", "30", "--cacert"]).arg(served.root);
        command.args(["--connect-to", &format!("::127.0.0.1:{}", served.port), &format!("https://{host}/")]);
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        match output.status.code() {
            Some(0) => Answer::Fits,
            // CURLE_PEER_FAILED_VERIFICATION, of the chain too.
            Some(60) if !said.contains("certificate problem") => Answer::Differs(said),
            _ => Answer::Other,
        }
    };
    no_difference("curl", 600, fair, ask);
}

#[test]
fn postfix_answers_as_its_model() {
    let folder = tempfile::tempdir().unwrap();
    let settings = folder.path().join("postfix");
    postfix::configure(&settings);
    // It does not take off brackets, and U-labels before a final dot or a number are nothing that mail is sent to.
    let is_plain = |host: &str, target: &Target| host.is_ascii() || target.name().is_some() && !host.ends_with('.');
    let fair = |host: &str, target: &Target| !host.starts_with('[') && is_plain(host, target);
    let ask = |served: &Served<'_>, host: &str, _: &Target| {
        let said = postfix::says(&settings, served.port, served.root, host);
        if said.contains("Verified TLS connection") {
            Answer::Fits
        } else if said.contains("num=62:hostname mismatch") {
            Answer::Differs(said)
        } else {
            Answer::Other
        }
    };
    no_difference("postfix-verify", 600, fair, ask);
}

/// Holds the model to what the program answers to `count` pairs, where the host is fair.
fn no_difference(
    model: &str,
    count: usize,
    fair: impl Fn(&str, &Target) -> bool,
    mut ask: impl FnMut(&Served<'_>, &str, &Target) -> Answer,
) {
    let model = Client::find(model).unwrap();
    let workshop = Workshop::new();
    let pairs = pairs::pairs(count, authority(&workshop));
    let server = Presenter::start(PrivateKeyDer::Sec1(PrivateSec1KeyDer::from(pairs::private_key())));
    let served = Served { port: server.port(), root: &workshop.file("root.pem") };
    let (mut compared, mut matched) = (0, 0);
    let mut differences = Vec::new();
    for (target, der) in &pairs {
        let Some(host) = target.text().as_str().filter(|host| fair(host, target)) else { continue };
        let Ok(Certificate { identity, .. }) = Certificate::from_der(der) else { continue };
        server.present(der);
        let (theirs, said) = match ask(&served, host, target) {
            Answer::Fits => (true, None),
            Answer::Differs(said) => (false, Some(said)),
            Answer::Other => continue,
        };
        compared += 1;
        matched += usize::from(theirs);
        let ours = compare(&model.names, &identity, target);
        let message = words(model, Fault::Name, target, &identity, None);
        // Where a host is refused, each program has words of another kind.
        let sure = message.filter(|message| message.mark() == Mark::Measured && ours.compared != Compared::HostRefused);
        let unsaid = said.zip(sure).filter(|(said, sure)| !is_said(said, sure.text()));
        if ours.matches != theirs || unsaid.is_some() {
            let Identity { names, subject, .. } = &identity;
            let of = format!("{:?} {names}; {:?}", names.extension, subject.rdns);
            differences.push(format!("{target:?}: {theirs}, {unsaid:?}; {of}; {ours:?}"));
        }
    }
    let shown = differences.iter().take(40).cloned().collect::<Vec<_>>().join("\n");
    assert!(differences.is_empty(), "{} of {compared} differ:\n{shown}", differences.len());
    // What is compared must be worth comparing.
    assert!(compared > count / 3 && matched > compared / 10, "{compared} {matched}");
}

/// Letters keep their case beside U-labels here and there; a place in the source goes on with a line.
fn is_said(said: &str, words: &str) -> bool {
    said.to_lowercase().contains(words.trim_end_matches(" (_ssl.c)").to_lowercase().as_str())
}

/// Makes a root and the key of every leaf; what signs with the root.
fn authority(workshop: &Workshop) -> impl Fn(&[u8]) -> Vec<u8> {
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout root.key";
    let about = "-addext keyUsage=critical,keyCertSign -config root.cnf -days 9000 -out root.pem";
    let names = format!("[req]\nprompt=no\ndistinguished_name=dn\n[dn]\nCN={}\n", pairs::ISSUER);
    std::fs::write(workshop.file("root.cnf"), names).unwrap();
    workshop.run(&format!("req -x509 {key} {about}"));
    workshop.run("pkcs8 -topk8 -nocrypt -in root.key -outform DER -out root.der");
    let pkcs8 = std::fs::read(workshop.file("root.der")).unwrap();
    let signer = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &pkcs8).unwrap();
    move |tbs: &[u8]| signer.sign(&SystemRandom::new(), tbs).unwrap().as_ref().to_vec()
}
