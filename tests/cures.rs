//! The commands that are printed with findings about keys of the store, run as they stand.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

#[path = "support/desk.rs"]
#[expect(dead_code, reason = "not everything is looked at here")]
mod desk;

use std::path::Path;
use std::process::{Command, Stdio};

use desk::{Desk, NAME};
use rcgen::string::Ia5String;
use rcgen::{CertificateParams, KeyPair, SanType};

const SORTED: &str =
    "subjectAltName=DNS:autodiscover.contoso.com,DNS:remote.contoso.com\nextendedKeyUsage=serverAuth\n";

/// Every line of `text` that holds a command that begins like this, from there on.
fn commands(text: &str, beginning: &str) -> Vec<String> {
    text.lines().filter_map(|line| line.find(beginning).map(|at| line[at..].to_owned())).collect()
}

/// Runs a line as a shell does.
fn run(desk: &Desk, line: &str) {
    let folder = Path::new(env!("CARGO_BIN_EXE_certfix")).parent().unwrap();
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
    let mut command = Command::new("sh");
    command.args(["-c", line]).current_dir(desk.path(".")).env("CERTFIX_STORE", "store").env("PATH", path);
    let output = command.stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn the_cure_of_a_key_of_the_store_is_its_renewal() {
    let desk = Desk::new();
    desk.sign(&format!("store/{NAME}"), "leaf.pem", Some(SORTED));
    let text = desk.answer(1, &["install", "leaf.pem", "between.pem", "root.pem"]);
    assert_eq!(commands(&text, "certfix fix"), [""; 0], "{text}");
    // The root that came along is no public CA's.
    let next = format!("certfix csr --renew {NAME} --ca private --store store");
    assert_eq!(commands(&text, "certfix csr --renew"), [next], "{text}");
    let installed = format!("store/{NAME}/fullchain.pem");
    let check = ["check", &installed, "--fqdn", NAME];
    let cures = commands(&desk.answer(1, &check), "certfix csr --renew");
    assert_eq!(cures, [format!("certfix csr --renew {NAME} --store store")]);
    run(&desk, &cures[0]);
    assert!(desk.path(&format!("store/{NAME}/renewal/request.csr")).is_file());
    // It was done: a second request would be refused.
    let text = desk.answer(1, &check);
    assert!(commands(&text, "certfix csr").is_empty() && text.contains("the request that waits"), "{text}");
}

#[test]
fn the_cure_names_the_store_where_it_is_not_the_usual_one() {
    let desk = Desk::new();
    desk.answer(0, &["csr", "--fqdn", "mail.contoso.com", "--key", "p-256", "--store", "other keys"]);
    std::fs::create_dir(desk.path("copy")).unwrap();
    std::fs::copy(desk.path("other keys/mail.contoso.com/request.csr"), desk.path("copy/request.csr")).unwrap();
    desk.sign("copy", "leaf.pem", Some("subjectAltName=DNS:www.contoso.com\n"));
    let text = desk.answer(1, &["install", "leaf.pem", "between.pem", "root.pem", "--store", "other keys"]);
    let cures = commands(&text, "certfix csr --renew");
    assert_eq!(cures[0], "certfix csr --renew mail.contoso.com --ca private --store 'other keys'");
    run(&desk, &cures[0]);
}

#[test]
fn what_works_where_the_ca_undid_the_order_can_be_run() {
    let desk = Desk::new();
    desk.sign(&format!("store/{NAME}"), "leaf.pem", Some(SORTED));
    let text = desk.answer(1, &["install", "leaf.pem", "between.pem", "root.pem"]);
    let ways = [commands(&text, "certfix csr --from"), commands(&text, "certfix self-signed")].concat();
    assert_eq!(ways.len(), 2, "{text}");
    ways.iter().for_each(|way| run(&desk, way));
    assert!(desk.path("one-per-name/autodiscover.contoso.com/request.csr").is_file());
    assert!(desk.path(&format!("self-signed/{NAME}/cert.pem")).is_file());
}

#[test]
fn what_a_new_certificate_does_not_cure_is_left_to_people() {
    let desk = Desk::new();
    desk.sign(&format!("store/{NAME}"), "leaf.pem", None);
    desk.put("shuffled.pem", &(desk.text("between.pem") + &desk.text("leaf.pem")));
    desk.put("gap.pem", &(desk.text("leaf.pem") + &desk.text("root.pem")));
    let key = desk.text(&format!("store/{NAME}/key.pem"));
    desk.put("loose.pem", &(desk.text("leaf.pem") + &desk.text("between.pem") + &key));
    std::fs::set_permissions(desk.path("loose.pem"), std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    for (file, code, cure) in [
        ("shuffled.pem", "warning[chain-out-of-order]", "by hand     Write the server's certificate first"),
        ("gap.pem", "warning[incomplete-chain]", "by hand     Get the intermediate certificate"),
        ("loose.pem", "warning[key-readable-by-others]", "by hand     Take the right away with `chmod o= loose.pem`"),
    ] {
        let fix = ["fix", file, "--fqdn", NAME, "--store", "again"];
        let text = desk.answer(0, &fix);
        let last = format!("{file}: a new certificate is no cure; nothing was written\n");
        assert!(text.starts_with(code) && text.contains(cure) && text.ends_with(&last), "{text}");
        assert!(desk.json(0, &fix)["made"].as_array().unwrap().is_empty());
        assert!(!desk.path("again").exists(), "{file}");
        // What is asked for beside it is made all the same.
        let text = desk.answer(0, &[&fix[..], &["--san", "pop.contoso.com", "--dry-run"]].concat());
        assert!(text.contains("2 autodiscover.contoso.com  kept\n") && text.contains("pop.contoso.com"), "{text}");
    }
}

#[test]
fn fix_writes_where_check_finds_something_and_nowhere_else() {
    let desk = Desk::new();
    let mut written = 0;
    for subject in
        ["CN=mail.contoso.com", "CN=Mail.Contoso.com/O=Contoso", "O=Contoso/OU=IT/CN=mail.contoso.com", "CN=other"]
    {
        desk.openssl(&format!("req -new -key root.key -subj /{subject} -out request.csr"));
        for names in
            ["mail.contoso.com", "MAIL.contoso.com,DNS:pop", "pop.contoso.com,DNS:mail.contoso.com", "*.contoso.com"]
        {
            let names = format!("subjectAltName=DNS:{names}\nextendedKeyUsage=serverAuth\nkeyUsage=digitalSignature\n");
            desk.sign(".", "old.pem", Some(&names));
            for ca in [&[][..], &["--ca", "private"], &["--ca", "public"]] {
                let old = [&["old.pem", "--fqdn", "mail.contoso.com"], ca].concat();
                let check = desk.run(&[&["check"], &old[..]].concat(), Stdio::null());
                let found = String::from_utf8(check.stdout).unwrap().lines().next().unwrap().to_owned();
                let fixed = desk.answer(0, &[&["fix"], &old[..], &["--key", "p-256", "--dry-run"]].concat());
                let wrote = !fixed.ends_with("old.pem: nothing wrong for mail.contoso.com; nothing was written\n");
                assert_eq!(wrote, found.contains('['), "{subject} {names} {ca:?}: {found}\n{fixed}");
                assert!(!wrote || fixed.starts_with(&found), "{subject} {names} {ca:?}: {found}\n{fixed}");
                written += usize::from(wrote);
            }
        }
    }
    assert!((10..40).contains(&written), "{written} of 48");
}

#[test]
fn a_fix_that_is_printed_can_be_run_whatever_was_asked_for() {
    let desk = Desk::new();
    let extensions = "subjectAltName=DNS:www.contoso.com\nextendedKeyUsage=serverAuth\n";
    desk.sign(&format!("store/{NAME}"), "signed.pem", Some(extensions));
    desk.answer(0, &["self-signed", "--fqdn", "www.contoso.com", "--key", "p-256", "--store", "own"]);
    std::fs::copy(desk.path("own/www.contoso.com/cert.pem"), desk.path("own.pem")).unwrap();
    let mut fixes = 0;
    for typed in [
        "my_server.contoso.com",
        "_smtp.contoso.com",
        "co.uk",
        "com",
        "exchange",
        "localhost",
        "github.io",
        "mail.ab--cd.de",
        "5.2.0.192.in-addr.arpa",
        "mail.contoso.local",
        "bücher.example",
        "https://mail.contoso.com",
        "mail contoso.com",
        "192.0.2.5",
        "mail.contoso.com.",
    ] {
        for file in ["own.pem", "signed.pem"] {
            for ca in [&[][..], &["--ca", "private"], &["--ca", "public"]] {
                let text = desk.answer(1, &[&["check", file, "--fqdn", typed], ca].concat());
                let lines = commands(&text, "certfix fix");
                fixes += lines.len();
                lines.iter().for_each(|line| run(&desk, &format!("{line} --dry-run")));
                let by_hand = text.contains("public suffix") || text.contains("will not be signed by a public CA");
                let is_odd = text.contains("which is no name") || text.contains("[connects-by-address]");
                assert!(!lines.is_empty() || by_hand || is_odd, "{typed} {file} {ca:?}: {text}");
            }
        }
    }
    assert!(fixes > 50, "{fixes}");
}

#[test]
fn what_comes_next_names_the_store_and_runs_where_it_is_pasted() {
    let desk = Desk::new();
    let other = ["--store", "other"];
    let made = desk.answer(0, &[&["csr", "--fqdn", "mail.contoso.com", "--key", "p-256"][..], &other].concat());
    assert!(made.ends_with("Next: send other/mail.contoso.com/request.csr to a public CA.\n"), "{made}");
    let shown = desk.answer(0, &[&["keys", "show", "mail.contoso.com"][..], &other].concat());
    assert_eq!(last(&shown), "Next: certfix install mail.contoso.com FILE --store other");
    desk.sign("other/mail.contoso.com", "leaf.pem", None);
    desk.put("between-and-root.pem", &(desk.text("between.pem") + &desk.text("root.pem")));
    let arguments = last(&shown).trim_start_matches("Next: certfix ").replace("FILE", "leaf.pem between-and-root.pem");
    let installed = desk.answer(0, &arguments.split(' ').collect::<Vec<_>>());
    assert_eq!(last(&installed), "Next: certfix bind mail.contoso.com --to SERVICE --store other");
    let set = format!("key_file={}", desk.path("key.pem").display());
    let bound = desk.answer(0, &["bind", "mail.contoso.com", "--to", "files", "--set", &set, "--store", "other"]);
    assert_eq!(last(&bound), "Do it: certfix commit --store other");
    run(&desk, last(&bound).trim_start_matches("Do it: "));
    let password = ["--password-file", "password"];
    let init = ["ca", "init", "Contoso", "--key", "p-256", "--new-password-file", "password"];
    let made = desk.answer(0, &[&init[..], &other].concat());
    run(&desk, last(&made).split(": ").last().unwrap());
    desk.answer(0, &[&["csr", "--fqdn", "b.contoso.com", "--key", "p-256", "--ca", "private"][..], &other].concat());
    let sign = ["ca", "sign", "other/b.contoso.com/request.csr", "--yes"];
    let signed = desk.answer(0, &[&sign[..], &password, &other].concat());
    run(&desk, last(&signed).trim_start_matches("Next: "));
    let refused = desk.run(&["ca", "revoke", "nobody.contoso.com", "--store", "other"], Stdio::null());
    let refused = String::from_utf8(refused.stderr).unwrap();
    assert!(refused.contains("hint: certfix ca list --store other shows what was signed"), "{refused}");
}

fn last(text: &str) -> &str {
    text.lines().next_back().unwrap_or_default()
}

#[test]
fn an_entry_without_content_is_called_by_its_kind() {
    let desk = Desk::new();
    let mut params = CertificateParams::new(["mail.contoso.com".to_owned()]).unwrap();
    params.subject_alt_names.extend([
        SanType::DnsName(Ia5String::try_from(String::new()).unwrap()),
        SanType::Rfc822Name(Ia5String::try_from(String::new()).unwrap()),
    ]);
    let cert = params.self_signed(&KeyPair::generate().unwrap()).unwrap();
    desk.put("old.pem", &cert.pem());
    let said = desk.answer(0, &["fix", "old.pem", "--fqdn", "mail.contoso.com", "--dry-run"]);
    assert!(said.contains("an empty dNSName: ") && said.contains("an empty rfc822Name: "), "{said}");
}
