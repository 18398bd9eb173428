//! `openssl s_server`, which can be held to one version of TLS.

use std::fs;
use std::process::Command;

use tempfile::TempDir;

use super::process::{Process, retry};
use super::{Files, folder, ports};
use crate::authority::Credentials;

/// A running s_server.
pub(crate) struct SServer {
    pub(crate) port: u16,
    _process: Process,
    _folder: TempDir,
}

impl SServer {
    /// Starts it with more options, e.g. `-tls1`.
    pub(crate) fn start(credentials: &Credentials, options: &[&str]) -> Self {
        retry(|| Self::attempt(credentials, options))
    }

    fn attempt(credentials: &Credentials, options: &[&str]) -> Result<Self, String> {
        let temporary = folder();
        let path = temporary.path();
        let files = Files::write(path, "server", credentials);
        // Of the certificate's file, only the first certificate is read.
        let issuers = path.join("issuers.pem");
        fs::write(&issuers, &credentials.issuers).unwrap();
        let [port] = ports();
        let mut command = Command::new("openssl");
        command.args(["s_server", "-quiet", "-www", "-accept", &format!("127.0.0.1:{port}")]).args(options);
        command.arg("-cert").arg(&files.certificate).arg("-key").arg(&files.key).arg("-cert_chain").arg(&issuers);
        let process = Process::start(command, &path.join("log"), &[port])?;
        Ok(Self { port, _process: process, _folder: temporary })
    }
}
