//! Servers that stall, flood, lie and hang up: each is answered in time and within bounds, and harms no other.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

#[path = "support/hostile.rs"]
mod hostile;

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use hostile::{Behaviour, Hostile};

/// A step of certfix in these tests, in seconds.
const STEP: &str = "0.4";
/// Far more than all steps of one endpoint together; only a hang takes longer.
const HANG: Duration = Duration::from_secs(60);
/// What certfix may take, in KiB.
const MEMORY: u64 = 64 << 10;

/// A good server beside the bad one, to see that it is not harmed.
struct Neighbour(Child, u16);

impl Neighbour {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (key, cert) = (folder.path().join("key"), folder.path().join("cert"));
        let made = Command::new("openssl")
            .args(
                "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 90 -subj /CN=localhost".split(' '),
            )
            .args(["-addext", "subjectAltName=DNS:localhost", "-keyout"])
            .arg(&key)
            .arg("-out")
            .arg(&cert)
            .output()
            .unwrap();
        assert!(made.status.success());
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut server = Command::new("openssl")
            .args(["s_server", "-accept", &format!("127.0.0.1:{port}"), "-www", "-cert"])
            .arg(&cert)
            .arg("-key")
            .arg(&key)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
        assert!(lines.any(|line| line.unwrap().contains("ACCEPT")), "the neighbour does not start");
        thread::spawn(move || lines.for_each(drop));
        Self(server, port)
    }
}

impl Drop for Neighbour {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

/// Runs `certfix check` on the service, and says what it took of memory in KiB.
fn check(sources: &[String]) -> (Output, u64) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_certfix"))
        .args(["check", "--connect", "127.0.0.1", "--timeout", STEP, "--client", "modern"])
        .args(sources)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", child.id());
    let (mut peak, since) = (0, Instant::now());
    // Its text is shorter than a pipe holds.
    while child.try_wait().unwrap().is_none() {
        let now = fs::read_to_string(&status).unwrap_or_default();
        let most = now.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        peak = most.and_then(|most| most.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0).max(peak);
        if since.elapsed() > HANG {
            child.kill().unwrap();
            panic!("certfix hangs on {sources:?}");
        }
        thread::sleep(Duration::from_millis(5));
    }
    (child.wait_with_output().unwrap(), peak)
}

/// Looks at a hostile server, alone and beside a good one, and holds the answer to `expected`: a part of standard output
/// when it is a finding (status 1), of standard error when it is a failure (status 2).
fn survives(scheme: &str, behaviour: Behaviour, status: i32, expected: &str) {
    let hostile = Hostile::start(behaviour);
    let neighbour = Neighbour::start();
    let sources = [format!("{scheme}://localhost:{}", hostile.port), format!("tls://localhost:{}", neighbour.1)];
    let (output, peak) = check(&sources);
    let (text, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(status), "{text}\n{errors}");
    let heard = if status == 1 { &text } else { &errors };
    assert!(heard.contains(expected), "{text}\n{errors}");
    assert!(
        text.contains("CN=localhost") || text.contains("found localhost") || text.contains("certificate 1"),
        "the neighbour is lost: {text}\n{errors}"
    );
    assert!(peak > 0 && peak < MEMORY, "certfix took {peak} KiB");
    assert!(errors.lines().count() <= 2, "more than an error and a hint: {errors}");
    for stream in [&text, &errors] {
        assert!(stream.chars().all(|letter| letter == '\n' || !letter.is_control()), "{stream:?} acts on a terminal");
    }
}

#[test]
fn silence_at_every_step_ends_in_time() {
    survives("smtp", |peer| peer.fall_silent(), 2, "during the greeting: timed out");
    survives(
        "smtp",
        |peer| {
            peer.smtp_until_ehlo();
            peer.fall_silent();
        },
        2,
        "during EHLO: timed out",
    );
    survives(
        "smtp",
        |peer| {
            peer.smtp_until_starttls();
            peer.fall_silent();
        },
        2,
        "during STARTTLS: timed out",
    );
    survives(
        "smtp",
        |peer| {
            peer.smtp_until_tls();
            peer.fall_silent();
        },
        2,
        "during the TLS handshake: timed out",
    );
    survives("tls", |peer| peer.fall_silent(), 2, "during the TLS handshake: timed out");
}

#[test]
fn one_byte_now_and_then_gains_no_time() {
    survives("imap", |peer| peer.drip(b"* OK I am not done yet "), 2, "during the greeting: timed out");
    survives("pop3s", |peer| peer.drip(&[22, 3, 3, 0x40, 0, 2, 0, 0, 70]), 2, "during the TLS handshake: timed out");
}

#[test]
fn floods_are_not_read_to_their_end() {
    survives("imap", |peer| peer.flood(b"* OK and on and on ", 100 << 20), 2, "more than");
    survives("smtp", |peer| peer.flood(b"220-and another line\r\n", 100 << 20), 2, "more than");
    survives(
        "smtp",
        |peer| {
            peer.smtp_until_ehlo();
            peer.flood(b"250-AND-ANOTHER\r\n", 100 << 20);
        },
        2,
        "more than",
    );
}

#[test]
fn a_reset_at_every_step_is_told() {
    survives("smtp", |peer| peer.reset(), 1, "refused[no-certificate]");
    survives(
        "smtp",
        |peer| {
            peer.smtp_until_ehlo();
            peer.reset();
        },
        2,
        "during EHLO: the server reset the connection",
    );
    survives(
        "smtp",
        |peer| {
            peer.smtp_until_starttls();
            peer.reset();
        },
        1,
        "refused[starttls-refused]",
    );
    survives(
        "smtp",
        |peer| {
            peer.smtp_until_tls();
            peer.hear_anything();
            peer.reset();
        },
        1,
        "refused[no-certificate]",
    );
}

#[test]
fn text_after_the_reply_to_starttls_is_a_finding_of_its_own() {
    survives(
        "smtp",
        |peer| {
            peer.smtp_until_starttls();
            peer.say("220 go ahead\r\n250 \x1b[31minjected\r\n");
            peer.fall_silent();
        },
        2,
        "during the TLS handshake: timed out",
    );
    survives(
        "smtp",
        |peer| {
            peer.smtp_until_starttls();
            peer.say("220 go ahead\r\n250 \x1b[31minjected\r\n");
            peer.hear_anything();
        },
        1,
        "warning[text-after-starttls]",
    );
}

#[test]
fn what_is_not_tls_is_told_from_what_is() {
    survives("imaps", |peer| peer.say("* OK plain text here\r\n"), 1, "refused[not-tls]");
    survives(
        "imaps",
        |peer| {
            peer.hear_anything();
            peer.say("HTTP/1.1 400 Bad Request\r\n\r\n");
        },
        1,
        "it answers 'HTTP/1.1 400 Bad Request",
    );
    survives(
        "imaps",
        |peer| {
            peer.hear_anything();
            // A record that says it is longer than any may be (RFC 8446 §5.1).
            peer.send(&[22, 3, 3, 0xff, 0xff]);
            peer.flood(b"lies", 1 << 20);
        },
        1,
        "refused[not-tls]",
    );
    survives(
        "imaps",
        |peer| {
            peer.server_hello();
            // A message that says it is 16 MB long.
            peer.record(22, &[11, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
            peer.fall_silent();
        },
        2,
        "more than",
    );
}

#[test]
fn chains_too_long_and_chains_in_splinters_end() {
    survives(
        "imaps",
        |peer| {
            peer.server_hello();
            peer.certificate_message(&[[0x30; 700]; 10_000], 16_000);
            peer.fall_silent();
        },
        2,
        "more than",
    );
    survives(
        "imaps",
        |peer| {
            peer.server_hello();
            peer.certificate_message(&[[0x30, 0x03, 0x02, 0x01, 0x07]; 3], 1);
            peer.fall_silent();
        },
        1,
        "refused[certificate-unreadable]",
    );
}
