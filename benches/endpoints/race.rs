//! The race itself. The services run in this process, so that both sides pay the same for them.

use std::ffi::OsStr;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::authority::{Authority, Leaf};
use crate::servers::presenter::{Presenter, presented};
use crate::servers::relay::Protocol;

/// Services.
const COUNT: usize = 200;
/// Endpoints that certfix looks at at the same time.
const AT_ONCE: usize = 48;
/// Runs of each, of which the middle counts.
const RUNS: usize = 7;
const GOAL: f64 = 0.25;
const NAME: &str = "mail.contoso.com";

/// The schemes, each with the plain part before TLS and its name in openssl.
const KINDS: [(&str, Option<(Protocol, &str)>); 10] = [
    ("imap", Some((Protocol::Imap, "imap"))),
    ("imaps", None),
    ("pop3", Some((Protocol::Pop3, "pop3"))),
    ("pop3s", None),
    ("smtp", Some((Protocol::Smtp, "smtp"))),
    ("smtps", None),
    ("ldap", Some((Protocol::Ldap, "ldap"))),
    ("ldaps", None),
    ("nntp", Some((Protocol::Nntp, "nntp"))),
    ("nntps", None),
];

/// Prints both times and their ratio.
pub(crate) fn run(certfix: &OsStr) {
    let authority = Authority::new();
    let credentials = authority.issue(&Leaf::new(&[NAME]));
    let presented = presented(&format!("{}{}", credentials.certificate, credentials.issuers), &credentials.key);
    let (mut sources, mut lines, mut running) = (Vec::new(), String::new(), Vec::new());
    for (scheme, plain) in KINDS.iter().cycle().take(COUNT) {
        let server = Presenter::anywhere(plain.map(|(protocol, _)| protocol), &presented);
        let port = server.address.port();
        sources.push(format!("{scheme}://{NAME}:{port}"));
        let starttls = plain.map(|(_, name)| format!(" -starttls {name}")).unwrap_or_default();
        writeln!(lines, "-connect 127.0.0.1:{port}{starttls}").unwrap();
        running.push(server);
    }
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root.pem");
    fs::write(&root, authority.root()).unwrap();
    let list = folder.path().join("list");
    fs::write(&list, lines).unwrap();
    let ours = middle(|| {
        let mut command = Command::new(certfix);
        command.args(["check", "--connect", "127.0.0.1", "--ca-file"]).arg(&root).args(&sources);
        // There are findings: the certificate lives too long.
        time(command, 1)
    });
    let theirs = middle(|| time(loop_of_openssl(&list), 0));
    println!(
        "check, {COUNT} live services     certfix {:7.0} ms   openssl {:7.0} ms   ratio {:5.2}   (goal: at most {GOAL}; \
         {AT_ONCE} at once)",
        ours.as_secs_f64() * 1e3,
        theirs.as_secs_f64() * 1e3,
        ours.as_secs_f64() / theirs.as_secs_f64(),
    );
}

/// One s_client for each line of the list.
fn loop_of_openssl(list: &Path) -> Command {
    let mut command = Command::new("xargs");
    command.arg("-a").arg(list).args(["-P", &AT_ONCE.to_string(), "-L", "1"]);
    command.args(["openssl", "s_client", "-showcerts", "-servername", NAME]);
    command
}

fn time(mut command: Command, expected: i32) -> Duration {
    let begun = Instant::now();
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
    assert_eq!(status.code(), Some(expected), "{command:?}");
    begun.elapsed()
}

fn middle(mut once: impl FnMut() -> Duration) -> Duration {
    let mut times: Vec<Duration> = (0..RUNS).map(|_| once()).collect();
    times.sort_unstable();
    times[RUNS / 2]
}
