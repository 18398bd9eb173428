//! HAProxy, which answers HTTPS by itself.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

use super::process::{Process, retry};
use super::{combined, folder, ports};
use crate::authority::Credentials;

/// A running HAProxy.
pub(crate) struct HaProxy {
    pub(crate) https: u16,
    /// Its configuration file.
    pub(crate) config: PathBuf,
    /// Key and certificate.
    pub(crate) file: PathBuf,
    process: Process,
    _folder: TempDir,
}

impl HaProxy {
    /// Starts it with one certificate.
    pub(crate) fn start(credentials: &Credentials) -> Self {
        retry(|| Self::attempt(credentials))
    }

    /// What its unit does at a reload.
    pub(crate) fn reload_command(&self) -> String {
        format!("kill -USR2 {}", self.process.id().as_raw_nonzero())
    }

    fn attempt(credentials: &Credentials) -> Result<Self, String> {
        let temporary = folder();
        let path = temporary.path();
        let file = path.join("server.pem");
        combined(&file, credentials);
        let [https] = ports();
        let text = format!(
            "defaults\n    mode http\n    timeout connect 5s\n    timeout client 5s\n    timeout server 5s\n\
             frontend https\n    bind 127.0.0.1:{https} ssl crt {}\n    http-request return status 200\n",
            file.display()
        );
        let config = path.join("haproxy.cfg");
        fs::write(&config, text).unwrap();
        let mut command = Command::new("/usr/sbin/haproxy");
        // A master that takes new workers, in the foreground.
        command.args(["-W", "-db", "-f"]).arg(&config);
        let process = Process::start(command, &path.join("log"), &[https])?;
        Ok(Self { https, config, file, process, _folder: temporary })
    }
}
