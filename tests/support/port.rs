//! A port of a real server, and whether real clients accept what it presents: `openssl s_client` and curl.

use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::key_store::{NAME, said};

/// Processes that a server lets go at a reload may answer for a moment.
pub(crate) fn eventually(complaint: &str, holds: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !holds() {
        assert!(Instant::now() < deadline, "{complaint}");
        sleep(Duration::from_millis(100));
    }
}

/// A port of a server as each program names it.
pub(crate) struct Port {
    pub(crate) scheme: &'static str,
    pub(crate) number: u16,
    /// The protocol before TLS, as `openssl s_client -starttls` calls it.
    starttls: Option<&'static str>,
    /// What curl calls it.
    curl: Option<&'static str>,
}

impl Port {
    pub(crate) fn new(scheme: &'static str, number: u16) -> Self {
        let starttls = match scheme {
            "submission" => Some("smtp"),
            "imap" | "pop3" | "smtp" | "sieve" | "ldap" | "nntp" => Some(scheme),
            _ => None,
        };
        let curl = match scheme {
            "submission" => Some("smtp"),
            "submissions" => Some("smtps"),
            "imap" | "imaps" | "pop3" | "pop3s" | "smtp" | "https" | "ldaps" => Some(scheme),
            _ => None,
        };
        Self { scheme, number, starttls, curl }
    }

    pub(crate) fn source(&self) -> String {
        format!("{}://{NAME}:{}", self.scheme, self.number)
    }

    /// Clients that know this root connect, all of them.
    pub(crate) fn accepts(&self, root: &Path) {
        eventually(&format!("openssl refuses {}", self.source()), || self.is_accepted_by_openssl(root));
        if let Some(scheme) = self.curl {
            eventually(&format!("curl refuses {}", self.source()), || self.is_accepted_by_curl(scheme, root));
        }
    }

    /// Clients that know this root do not connect, none of them.
    pub(crate) fn is_refused(&self, root: &Path) {
        eventually(&format!("openssl accepts {}", self.source()), || !self.is_accepted_by_openssl(root));
        if let Some(scheme) = self.curl {
            eventually(&format!("curl accepts {}", self.source()), || !self.is_accepted_by_curl(scheme, root));
        }
    }

    fn s_client(&self) -> Command {
        let mut command = Command::new("timeout");
        command.args(["15", "openssl", "s_client", "-connect", &format!("127.0.0.1:{}", self.number)]);
        command.args(["-servername", NAME]).stdin(Stdio::null());
        if let Some(protocol) = self.starttls {
            command.args(["-starttls", protocol]);
        }
        command
    }

    /// The certificate that it presents, PEM.
    pub(crate) fn presented(&self) -> String {
        let said = said(&self.s_client().output().unwrap());
        let begin = said.find("-----BEGIN CERTIFICATE-----").unwrap_or_else(|| panic!("{}: {said}", self.source()));
        said[begin..].split_inclusive("-----END CERTIFICATE-----").next().unwrap().to_owned()
    }

    fn is_accepted_by_openssl(&self, root: &Path) -> bool {
        let mut command = self.s_client();
        command.args(["-verify_return_error", "-verify_hostname", NAME, "-CAfile"]).arg(root);
        let output = command.output().unwrap();
        // Where nothing was verified, it says 0 too.
        output.status.success() && said(&output).contains("Verify return code: 0 (ok)")
    }

    fn is_accepted_by_curl(&self, scheme: &str, root: &Path) -> bool {
        let mut command = Command::new("curl");
        command.args([
            "-sv",
            "--max-time",
            "15",
            "--resolve",
            &format!("{NAME}:{}:127.0.0.1", self.number),
            "--cacert",
        ]);
        command.arg(root).args(["--ssl-reqd", &format!("{scheme}://{NAME}:{}/", self.number)]);
        // What it says after the handshake is not asked: nobody can log in.
        let output = command.stdin(Stdio::null()).output().unwrap();
        said(&output).contains("SSL certificate verify ok")
    }
}
