//! Whether a chain leads to a trusted root, held to what OpenSSL says of the same files.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

#[path = "support/openssl.rs"]
mod openssl;

use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use certfix::clients::Client;
use certfix::facts::{Certificate, Moment, TrustStore};
use certfix::input::read_file;
use openssl::Workshop;

/// What is special about the CA between, and about the leaf.
const CASES: &[(&str, &str)] = &[
    ("basicConstraints=critical,CA:TRUE", "DNS:mail.contoso.com"),
    ("basicConstraints=critical,CA:FALSE", "DNS:mail.contoso.com"),
    ("subjectKeyIdentifier=hash", "DNS:mail.contoso.com"),
    ("basicConstraints=CA:TRUE\nkeyUsage=keyCertSign", "DNS:mail.contoso.com"),
    ("basicConstraints=CA:TRUE\nkeyUsage=digitalSignature,cRLSign", "DNS:mail.contoso.com"),
    ("basicConstraints=CA:TRUE,pathlen:0", "DNS:mail.contoso.com"),
    ("basicConstraints=CA:TRUE\nnameConstraints=permitted;DNS:contoso.com", "DNS:mail.contoso.com"),
    ("basicConstraints=CA:TRUE\nnameConstraints=permitted;DNS:contoso.com", "DNS:contoso.com,DNS:a.b.contoso.com"),
    ("basicConstraints=CA:TRUE\nnameConstraints=permitted;DNS:contoso.com", "DNS:mail.contoso.com,DNS:notcontoso.com"),
    ("basicConstraints=CA:TRUE\nnameConstraints=permitted;DNS:contoso.com", "DNS:mail.contoso.com,IP:192.0.2.1"),
    ("basicConstraints=CA:TRUE\nnameConstraints=excluded;DNS:contoso.com", "DNS:mail.contoso.com"),
    ("basicConstraints=CA:TRUE\nnameConstraints=excluded;DNS:fabrikam.com", "DNS:mail.contoso.com"),
    (
        "basicConstraints=CA:TRUE\nnameConstraints=permitted;IP:192.0.2.0/255.255.255.0",
        "DNS:mail.contoso.com,IP:192.0.2.9",
    ),
    (
        "basicConstraints=CA:TRUE\nnameConstraints=permitted;IP:192.0.2.0/255.255.255.0",
        "DNS:mail.contoso.com,IP:198.51.100.9",
    ),
    (
        "basicConstraints=CA:TRUE\nnameConstraints=critical,permitted;IP:2001:db8::/ffff:ffff::",
        "DNS:mail.contoso.com,IP:2001:db9::1",
    ),
    ("basicConstraints=CA:TRUE\n1.2.3.4=critical,ASN1:NULL", "DNS:mail.contoso.com"),
];

fn read(workshop: &Workshop, name: &str) -> Certificate {
    read_file(&workshop.file(name), None).unwrap().certificates.remove(0)
}

#[test]
fn a_chain_leads_to_a_root_where_openssl_says_so() {
    let workshop = Workshop::new();
    // Ten days from now, when the CA that is made for one day has ended.
    let at = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() + 10 * 86400;
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
    workshop.run(&format!("req -x509 {key} -keyout root.key -subj /CN=Root -days 9000 -out root.pem"));
    workshop.run(&format!("req -new {key} -keyout between.key -subj /CN=Between -out between.csr"));
    workshop.run(&format!("req -new {key} -keyout leaf.key -subj /CN=mail.contoso.com -out leaf.csr"));
    let mut accepted = 0;
    // The last CA has ended by then.
    for (days, between, names) in
        CASES.iter().map(|(between, names)| ("9000", *between, *names)).chain([("1", CASES[0].0, CASES[0].1)])
    {
        std::fs::write(workshop.file("between.ext"), between).unwrap();
        std::fs::write(workshop.file("leaf.ext"), format!("subjectAltName={names}\nextendedKeyUsage=serverAuth"))
            .unwrap();
        workshop.run(&format!(
            "x509 -req -in between.csr -CA root.pem -CAkey root.key -set_serial 2 -days {days} -extfile between.ext -out between.pem"
        ));
        workshop.run("x509 -req -in leaf.csr -CA between.pem -CAkey between.key -set_serial 3 -days 8000 -extfile leaf.ext -out leaf.pem");
        let verify = format!("verify -attime {at} -CAfile root.pem -untrusted between.pem leaf.pem");
        let output = Command::new("openssl").args(verify.split(' ')).current_dir(workshop.folder()).output().unwrap();
        let theirs = output.status.success();
        let (leaf, between_read) = (read(&workshop, "leaf.pem"), read(&workshop, "between.pem"));
        let trust = TrustStore::new([read(&workshop, "root.pem")]);
        let now = Moment::from_unix(i64::try_from(at).unwrap());
        let openssl = &Client::find("openssl").unwrap().demands;
        let pool = [&between_read];
        let ways = trust.ways(&leaf, &pool, now);
        let ours = ways.iter().any(|way| way.is_proved && openssl.hindrance(way).is_none());
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(ours, theirs, "{between} {names} {days}: {said}");
        accepted += usize::from(theirs);
    }
    assert!((5..=10).contains(&accepted), "{accepted}");
}

/// Files that are trusted, and files that are sent.
const HELD: &[(&[&str], &[&str])] = &[
    (&["root"], &["between"]),
    (&["between"], &["between"]),
    (&["between"], &[]),
    (&["between"], &["between", "root"]),
    (&["between", "root"], &["between"]),
    (&["between", "root"], &[]),
    (&["leaf"], &["between"]),
    (&["leaf"], &[]),
    (&["leaf", "root"], &["between"]),
    (&["crossed"], &["between"]),
    (&["crossed"], &["between", "other"]),
    (&["crossed", "other"], &["between"]),
    (&["root", "crossed"], &["between", "crossed"]),
    (&["root"], &["between", "crossed"]),
    (&["other"], &["between", "crossed"]),
    (&["other"], &["between"]),
    // The CA between has two certificates, and OpenSSL tries one.
    (&["root"], &["detour", "between"]),
    (&["root"], &["between", "detour"]),
    (&["root", "other"], &["detour", "between"]),
    (&["root", "between"], &["detour"]),
    (&["between"], &["detour", "between"]),
    (&["detour", "root"], &["between"]),
];

#[test]
fn what_is_trusted_and_no_root_is_enough_where_openssl_says_so() {
    let workshop = Workshop::new();
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
    for name in ["root", "other"] {
        workshop.run(&format!("req -x509 {key} -keyout {name}.key -subj /CN={name} -days 90 -out {name}.pem"));
    }
    std::fs::write(workshop.file("ca.ext"), "basicConstraints=critical,CA:TRUE").unwrap();
    std::fs::write(workshop.file("leaf.ext"), "subjectAltName=DNS:mail.contoso.com").unwrap();
    // The other root has signed the key of the root.
    workshop.run("req -new -key root.key -subj /CN=root -out crossed.csr");
    for name in ["between", "leaf"] {
        workshop.run(&format!("req -new {key} -keyout {name}.key -subj /CN={name} -out {name}.csr"));
    }
    workshop.run("req -new -key between.key -subj /CN=between -out detour.csr");
    for (name, issuer, kind) in
        [("crossed", "other", "ca"), ("between", "root", "ca"), ("detour", "other", "ca"), ("leaf", "between", "leaf")]
    {
        workshop.run(&format!(
            "x509 -req -in {name}.csr -CA {issuer}.pem -CAkey {issuer}.key -days 60 -extfile {kind}.ext -out {name}.pem"
        ));
    }
    let now = Moment::from_unix(
        i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() + 3600).unwrap(),
    );
    let leaf = read(&workshop, "leaf.pem");
    let bundle = |file: &str, names: &[&str]| {
        let texts = names.iter().map(|name| std::fs::read_to_string(workshop.file(&format!("{name}.pem"))).unwrap());
        std::fs::write(workshop.file(file), texts.collect::<String>()).unwrap();
        names.iter().map(|name| read(&workshop, &format!("{name}.pem"))).collect::<Vec<_>>()
    };
    for (trusted, sent) in HELD {
        let trust = TrustStore::new(bundle("trusted", trusted));
        let sent_read = bundle("sent", sent);
        let pool: Vec<&Certificate> = sent_read.iter().collect();
        let ways = trust.ways(&leaf, &pool, now);
        for (client, options) in [("openssl", ""), ("curl", "-partial_chain ")] {
            let untrusted = if sent.is_empty() { "" } else { "-untrusted sent " };
            let verify = format!("verify {options}-CAfile trusted {untrusted}leaf.pem");
            let mut command = Command::new("openssl");
            let output = command.args(verify.split(' ')).current_dir(workshop.folder()).output().unwrap();
            let demands = &Client::find(client).unwrap().demands;
            let ours = ways.iter().any(|way| demands.hindrance(way).is_none());
            let said = String::from_utf8_lossy(&output.stderr);
            assert_eq!(ours, output.status.success(), "{client} {trusted:?} {sent:?}: {said}");
        }
    }
}
