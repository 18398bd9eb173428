//! What the program says of its arguments, and the commands that it tells people to run.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

#[path = "support/desk.rs"]
#[expect(dead_code, reason = "nothing is signed here")]
mod desk;

use std::fs;
use std::process::{Command, Stdio};

use desk::{Desk, NAME};

const SBS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/sbs2008.cer");
const AT: [&str; 2] = ["--at", "2026-09-01"];

/// The line that tells how to cure it.
fn cure(desk: &Desk, arguments: &[&str], input: Stdio) -> String {
    let output = desk.run(&[arguments, &AT].concat(), input);
    let text = String::from_utf8(output.stdout).unwrap();
    let line = text.lines().find(|line| line.trim_start().starts_with("fix "));
    line.unwrap_or_else(|| panic!("{arguments:?}: {text}")).trim_start()["fix ".len()..].trim_start().to_owned()
}

/// The commands that a help lists, with what it says of them.
fn listed(help: &str) -> Vec<(&str, &str)> {
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let lines = lines.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    lines.map(|line| line.trim_start().split_once(' ').unwrap()).filter(|(name, _)| *name != "help").collect()
}

/// A doc comment on a struct of flags takes the place of what a command says of itself.
#[test]
fn every_command_says_in_its_help_what_the_list_of_commands_says_of_it() {
    let desk = Desk::new();
    let list = desk.answer(0, &["--help"]);
    let commands = listed(&list);
    assert!(commands.len() >= 20, "{list}");
    for (name, says) in commands {
        let help = desk.answer(0, &[name, "--help"]);
        // Each wraps at another place.
        let begins: Vec<&str> = help.split_whitespace().take(4).collect();
        assert_eq!(begins, says.split_whitespace().take(4).collect::<Vec<_>>(), "{name}");
    }
}

/// There is one page, so that it has to hold everything.
#[test]
fn the_manual_has_every_command_with_its_flags_and_names_no_other_page() {
    let desk = Desk::new();
    let page = desk.answer(0, &["man"]).replace("\\-", "-");
    assert!(!page.contains("(1)"), "it names a page that nobody makes");
    let mut left = vec![Vec::<String>::new()];
    let mut seen = 0;
    while let Some(command) = left.pop() {
        let arguments: Vec<&str> = command.iter().map(String::as_str).chain(["--help"]).collect();
        let help = desk.answer(0, &arguments);
        for (name, _) in listed(&help) {
            left.push(command.iter().cloned().chain([name.to_owned()]).collect());
        }
        if command.is_empty() {
            continue;
        }
        seen += 1;
        let heading = format!("\n.SH \"CERTFIX {}\"\n", command.join(" ").to_uppercase());
        let (_, section) = page.split_once(&heading).unwrap_or_else(|| panic!("no section {heading}"));
        let section = section.split("\n.SH ").next().unwrap();
        // What is said of a flag stands further in.
        let flags = help.lines().filter(|line| !line.starts_with("       ")).map(str::trim_start);
        for line in flags.filter(|line| line.starts_with('-')) {
            let flag = line.split([' ', ',']).find(|word| word.starts_with("--")).unwrap();
            assert!(section.contains(&format!("\\fB{flag}\\fR")), "{command:?}: {flag}");
        }
    }
    assert!(seen > 30, "{seen}");
}

#[test]
fn flags_that_would_do_nothing_are_refused() {
    let desk = Desk::new();
    desk.openssl("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out own.key");
    let new = "mail.contoso.com";
    let refusal = |arguments: &[&str]| desk.refusal(&[&["csr", "--fqdn", new], arguments].concat());
    // Whoever names a password believes that the key is encrypted.
    assert!(refusal(&["--new-password-file", "password"]).contains("needs --encrypt-key"));
    assert!(refusal(&["--key-file", "own.key", "--emit", "openssl-cnf"]).contains("--key-file goes with"));
    for format in ["openssl-cnf", "certreq-inf", "exchange-ps1"] {
        assert!(refusal(&["--encrypt-key", "--emit", format]).contains("--encrypt-key goes with"), "{format}");
    }
    let copy = ["--encrypt-key", "--new-password-file", "password", "--key-file", "own.key", "--emit", "newkeyrq"];
    assert!(refusal(&copy).contains("writes no copy"));
    assert!(refusal(&["--subject", "O=Contoso,CN=other.contoso.com"]).contains("not other.contoso.com"));
    desk.answer(0, &["csr", "--fqdn", new, "--subject", "O=Contoso,CN=Mail.contoso.com", "--key", "p-256"]);
    let config = ["--emit", "openssl-cnf", "--format", "json"];
    let emit = desk.run(&[&["csr", "--fqdn", new], &config[..]].concat(), Stdio::null());
    assert!(emit.status.code() == Some(2) && String::from_utf8_lossy(&emit.stderr).contains("leave --format json out"));
    let fix = |arguments: &[&str]| desk.refusal(&[&["fix", SBS, "--fqdn", NAME], arguments].concat());
    assert!(fix(&["--days", "30"]).contains("--days needs --self-signed"));
    assert!(fix(&["--pfx"]).contains("--pfx needs --self-signed"));
    let own = ["--self-signed", "--days", "30", "--store", "own", "--key", "p-256"];
    desk.answer(0, &[&["fix", SBS, "--fqdn", NAME], &own[..]].concat());
    let usual = format!("[default: {}]", certfix::issue::SELF_SIGNED_DAYS);
    assert!(desk.answer(0, &["self-signed", "--help"]).contains(&usual));
    // These are known to conflict before anything is looked at.
    for conflict in [
        &["csr", "--fqdn", NAME, "--prefix", "mail"][..],
        &["csr", "--fqdn", "x.contoso.com", "--key-file", "own.key", "--key", "p-384"],
        &["csr", "--renew", NAME, "--same-key", "--encrypt-key", "--new-password-file", "password"],
        &["csr", "--renew", NAME, "--same-key", "--key", "p-384"],
        &["csr", "--renew", NAME, "--new-key-rq"],
        &["csr", "--renew", NAME, "--contact", "admin@contoso.com"],
        &["csr", "--renew", NAME, "--phone", "1"],
    ] {
        let output = desk.run(conflict, Stdio::null());
        assert_eq!(output.status.code(), Some(2), "{conflict:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("cannot be used with"), "{conflict:?}");
    }
}

#[test]
fn a_dry_run_fails_where_the_run_would() {
    let desk = Desk::new();
    assert!(desk.refusal(&["csr", "--fqdn", NAME, "--dry-run"]).contains("already exists"));
}

#[test]
fn a_name_never_leads_out_of_the_store() {
    let desk = Desk::new();
    let outside =
        format!("／{}", desk.path("outside").display().to_string().trim_start_matches('/').replace('/', "／"));
    desk.refusal(&["keys", "rename", NAME, &outside]);
}

#[test]
fn the_command_that_cures_it_can_be_run_as_it_stands() {
    let desk = Desk::new();
    fs::copy(SBS, desk.path("-old.cer")).unwrap();
    fs::copy(SBS, desk.path("old.cer")).unwrap();
    let asked = |source| ["check", "--fqdn", NAME, source];
    assert_eq!(cure(&desk, &asked("old.cer"), Stdio::null()), format!("certfix fix old.cer --fqdn {NAME}"));
    let stdin = || Stdio::from(fs::File::open(SBS).unwrap());
    // By then there is nothing left in it.
    let text = String::from_utf8(desk.run(&[&asked("-")[..], &AT].concat(), stdin()).stdout).unwrap();
    let cure = format!("  fix         put it into a file, and then:\n              certfix fix FILE --fqdn {NAME}\n");
    assert!(text.contains(&cure) && !text.contains("certfix fix -"), "{text}");
    let dashed = [&["check", "--fqdn", NAME], &AT[..], &["--", "-old.cer"]].concat();
    let text = String::from_utf8(desk.run(&dashed, Stdio::null()).stdout).unwrap();
    assert!(text.contains(&format!("certfix fix ./-old.cer --fqdn {NAME}")), "{text}");
    // Two certificates that do not belong together: `fix` takes one.
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout k.pem -days 90";
    desk.openssl(&format!(
        "req -x509 {key} -subj /CN=a.contoso.com -addext subjectAltName=DNS:a.contoso.com -out a.pem"
    ));
    desk.openssl(&format!(
        "req -x509 {key} -subj /CN=b.contoso.com -addext subjectAltName=DNS:b.contoso.com -out b.pem"
    ));
    desk.put("two.pem", &(desk.text("a.pem") + &desk.text("b.pem")));
    let text = String::from_utf8(desk.run(&["check", "two.pem", "--fqdn", NAME], Stdio::null()).stdout).unwrap();
    assert!(text.contains("refused[name-mismatch]") && !text.contains("certfix fix"), "{text}");
}

#[test]
fn what_ca_private_keeps_the_printed_command_keeps() {
    let desk = Desk::new();
    let check = ["check", SBS, "--fqdn", NAME];
    let private = cure(&desk, &[&check[..], &["--ca", "private"]].concat(), Stdio::null());
    assert_eq!(private, cure(&desk, &check, Stdio::null()) + " --ca private");
}

#[test]
fn fix_judges_as_check_did_by_the_rules_of_the_ca_that_was_named() {
    let desk = Desk::new();
    desk.openssl(
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout k.pem -days 90 -subj /CN=mail.contoso.com \
         -addext subjectAltName=DNS:mail.contoso.com -addext extendedKeyUsage=serverAuth,emailProtection \
         -addext basicConstraints=critical,CA:FALSE -addext keyUsage=digitalSignature -out mixed.pem",
    );
    let check = ["check", "mixed.pem", "--fqdn", "mail.contoso.com", "--ca", "public"];
    let text = String::from_utf8(desk.run(&check, Stdio::null()).stdout).unwrap();
    assert!(text.contains("refused[purpose-beyond-tls]"), "{text}");
    let command = "certfix fix mixed.pem --fqdn mail.contoso.com --ca public";
    assert!(text.contains(command), "{text}");
    let arguments: Vec<&str> = command.split(' ').skip(1).chain(["--dry-run"]).collect();
    let plan = desk.answer(0, &arguments);
    assert!(plan.contains("refused[purpose-beyond-tls]") && plan.contains("After"), "{plan}");
}

#[test]
fn roots_are_asked_of_a_file_that_holds_some() {
    let desk = Desk::new();
    let refusal = desk.refusal(&["check", "root.pem", "--ca-file", "root.key"]);
    assert!(refusal.contains("'root.key' is not a certificate"), "{refusal}");
}

#[test]
fn a_certificate_without_the_one_above_it_is_not_all_clear_where_roots_were_given() {
    let desk = Desk::new();
    desk.sign(&format!("store/{NAME}"), "leaf.pem", None);
    let first = |arguments: &[&str]| {
        let text = desk.answer(0, &[&["check", "--ca", "private", "--fqdn", NAME], arguments].concat());
        text.split("\n\n").next().unwrap().replace('\n', " ")
    };
    let unknown = format!(
        "leaf.pem: whether clients trust it is not known, for the certificate of CN=Between is not here; nothing wrong \
         otherwise for {NAME} To know it, put that certificate into the same file, after the server's."
    );
    assert_eq!(first(&["leaf.pem", "--ca-file", "root.pem"]), unknown);
    assert_eq!(first(&["leaf.pem"]), format!("leaf.pem: nothing wrong for {NAME}"));
    // Clients that complain of it all the same are told of, as where trust is known.
    let template = "subjectAltName=critical,DNS:remote.contoso.com\nextendedKeyUsage=serverAuth\n";
    desk.openssl("req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout bare.key -out bare.csr -subj /");
    desk.put("bare.ext", template);
    desk.openssl("x509 -req -in bare.csr -CA between.pem -CAkey between.key -set_serial 78 -days 90 -extfile bare.ext -out bare.pem");
    let bare = first(&["bare.pem", "--ca-file", "root.pem"]);
    assert!(bare.contains("; 3 clients complain all the same, their rows say why To know it"), "{bare}");
    desk.put("whole.pem", &(desk.text("leaf.pem") + &desk.text("between.pem")));
    assert_eq!(first(&["whole.pem", "--ca-file", "root.pem"]), format!("whole.pem: nothing wrong for {NAME}"));
}

#[test]
fn an_empty_name_is_refused_and_not_looked_for() {
    let desk = Desk::new();
    for arguments in [&["check", SBS][..], &["csr"], &["self-signed"], &["fix", SBS]] {
        let refusal = desk.refusal(&[arguments, &["--fqdn", ""]].concat());
        assert_eq!(refusal, "--fqdn is empty", "{arguments:?}");
    }
}

#[test]
fn columns_say_how_wide_text_is_that_goes_to_no_terminal() {
    let widest = |columns: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_certfix"));
        command.args(["check", SBS, "--fqdn", NAME, "--at", "2026-09-01"]).env("COLUMNS", columns);
        let text = String::from_utf8(command.output().unwrap().stdout).unwrap();
        // Headings and commands are never broken.
        text.lines()
            .filter(|line| line.starts_with("  ") && !line.contains("certfix "))
            .map(|line| line.chars().count())
            .max()
            .unwrap()
    };
    for (columns, least, most) in [("60", 50, 60), ("", 90, 100), ("x", 90, 100), ("0", 90, 100), ("999", 90, 120)] {
        assert!((least..=most).contains(&widest(columns)), "{columns}: {}", widest(columns));
    }
}

#[test]
fn blanks_around_the_names_of_a_list_are_no_part_of_them() {
    let desk = Desk::new();
    let text = desk.answer(
        0,
        &[
            "csr",
            "--fqdn",
            "a.contoso.com",
            "--ca",
            "private",
            "--san",
            " b.contoso.com, c.contoso.com ,192.0.2.7",
            "--dry-run",
        ],
    );
    for line in ["2 b.contoso.com ", "3 c.contoso.com ", "4 192.0.2.7 "] {
        assert!(text.contains(line), "{line}: {text}");
    }
    let text = desk.refusal(&["csr", "--fqdn", "a.contoso.com", "--san", "b.contoso.com, c .contoso.com"]);
    assert!(text.contains("'c .contoso.com' is not a DNS name"), "{text}");
    let only = ["--only", "contoso.com, 192.0.2.0/24", "--key", "p-256", "--plain-key"];
    desk.answer(0, &[&["ca", "init", "Contoso CA"], &only[..]].concat());
}

#[test]
fn the_help_of_bind_names_every_service() {
    let output = Command::new(env!("CARGO_BIN_EXE_certfix")).args(["bind", "--help"]).output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    let words: Vec<&str> = help.split([' ', '\n', ',', ';']).collect();
    for service in certfix::deploy::services() {
        assert!(words.contains(&service), "{service}: {help}");
    }
}
