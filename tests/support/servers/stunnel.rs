//! stunnel, in front of a port where nobody listens.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

use super::process::{Process, retry};
use super::{combined, folder, ports};
use crate::authority::Credentials;

/// A running stunnel.
pub(crate) struct Stunnel {
    pub(crate) port: u16,
    /// Key and certificate.
    pub(crate) file: PathBuf,
    process: Process,
    _folder: TempDir,
}

impl Stunnel {
    /// Starts it with one certificate.
    pub(crate) fn start(credentials: &Credentials) -> Self {
        retry(|| Self::attempt(credentials))
    }

    /// What its unit does at a reload.
    pub(crate) fn reload_command(&self) -> String {
        format!("kill -HUP {}", self.process.id().as_raw_nonzero())
    }

    fn attempt(credentials: &Credentials) -> Result<Self, String> {
        let temporary = folder();
        let path = temporary.path();
        let file = path.join("server.pem");
        combined(&file, credentials);
        let [port, behind] = ports();
        let text = format!(
            "foreground = yes\npid =\n[imaps]\naccept = 127.0.0.1:{port}\nconnect = 127.0.0.1:{behind}\ncert = {}\n",
            file.display()
        );
        let config = path.join("stunnel.conf");
        fs::write(&config, text).unwrap();
        let mut command = Command::new("/usr/bin/stunnel4");
        command.arg(&config);
        let process = Process::start(command, &path.join("log"), &[port])?;
        Ok(Self { port, file, process, _folder: temporary })
    }
}
