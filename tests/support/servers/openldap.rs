//! OpenLDAP's slapd, which holds no entries.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

use super::process::{Process, retry};
use super::{Files, Offer, folder, ports};
use crate::authority::Credentials;

/// A running slapd.
pub(crate) struct OpenLdap {
    pub(crate) ldap: u16,
    pub(crate) ldaps: u16,
    pub(crate) files: Files,
    /// Its configuration file.
    pub(crate) config: PathBuf,
    process: Process,
    _folder: TempDir,
}

impl OpenLdap {
    /// Starts it with one certificate for both ports.
    pub(crate) fn start(credentials: &Credentials) -> Self {
        retry(|| Self::attempt(credentials, Offer::StartTls))
    }

    /// Starts it without TLS on its plain ports.
    pub(crate) fn start_in_the_clear(credentials: &Credentials) -> Self {
        retry(|| Self::attempt(credentials, Offer::Nothing))
    }

    /// Shows the files as they are now: slapd reads them at its start only.
    pub(crate) fn reload(&mut self) {
        self.process.restart();
    }

    fn attempt(credentials: &Credentials, offer: Offer) -> Result<Self, String> {
        let temporary = folder();
        let path = temporary.path();
        let files = Files::write(path, "server", credentials);
        let [ldap, ldaps] = ports();
        let config = path.join("slapd.conf");
        let tls = format!(
            "tlscertificatefile {}\nTlsCertificateKeyFile {}\nTLSVerifyClient never\n",
            files.certificate.display(),
            files.key.display(),
        );
        let tls = if offer == Offer::StartTls { tls } else { String::new() };
        let text = format!("pidfile {folder}/pid\nargsfile {folder}/arguments\n{tls}", folder = path.display());
        fs::write(&config, text).unwrap();
        let urls = format!("ldap://127.0.0.1:{ldap}/ ldaps://127.0.0.1:{ldaps}/");
        let mut command = Command::new("/usr/sbin/slapd");
        // Any debug level, even none, keeps slapd in the foreground.
        command.args(["-d", "0", "-h", &urls, "-f"]).arg(&config);
        let process = Process::start(command, &path.join("log"), &[ldap, ldaps])?;
        Ok(Self { ldap, ldaps, files, config, process, _folder: temporary })
    }
}
