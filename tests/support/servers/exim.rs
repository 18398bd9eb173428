//! Exim, which takes no mail.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

use super::process::{Process, retry};
use super::{Files, demand_root, folder, output, ports};
use crate::authority::Credentials;

/// Where `tests/install` unpacks the package.
pub(crate) const PROGRAM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/exim/usr/sbin/exim4");
/// The group that reads its key.
const GROUP: &str = "Debian-exim";

/// A running Exim.
pub(crate) struct Exim {
    pub(crate) smtp: u16,
    pub(crate) submission: u16,
    pub(crate) submissions: u16,
    pub(crate) files: Files,
    /// Its configuration file.
    pub(crate) config: PathBuf,
    _process: Process,
    _folder: TempDir,
}

impl Exim {
    /// Starts it with one certificate for all ports.
    pub(crate) fn start(credentials: &Credentials) -> Self {
        // Anybody else's configuration is read without rights.
        demand_root("Exim");
        retry(|| Self::attempt(credentials))
    }

    fn attempt(credentials: &Credentials) -> Result<Self, String> {
        let temporary = folder();
        let path = temporary.path();
        let files = Files::write(path, "server", credentials);
        let group = output("getent", &["group", GROUP]);
        let group: u32 = group.split(':').nth(2).unwrap().parse().unwrap();
        chown(&files.key, None, Some(group)).unwrap();
        fs::set_permissions(&files.key, Permissions::from_mode(0o640)).unwrap();
        let spool = path.join("spool");
        fs::create_dir(&spool).unwrap();
        chown(&spool, None, Some(group)).unwrap();
        fs::set_permissions(&spool, Permissions::from_mode(0o770)).unwrap();
        let [smtp, submission, submissions] = ports();
        let text = format!(
            "primary_hostname = mail.contoso.test\n\
             local_interfaces = 127.0.0.1\n\
             daemon_smtp_ports = {smtp} : {submission} : {submissions}\n\
             tls_on_connect_ports = {submissions}\n\
             tls_advertise_hosts = *\n\
             tls_certificate = {certificate}\n\
             tls_privatekey = {key}\n\
             host_lookup =\n\
             rfc1413_query_timeout = 0s\n\
             spool_directory = {folder}/spool\n\
             log_file_path = {folder}/spool/%slog\n\
             pid_file_path = {folder}/pid\n",
            certificate = files.certificate.display(),
            key = files.key.display(),
            folder = path.display(),
        );
        let config = path.join("exim.conf");
        fs::write(&config, text).unwrap();
        let mut command = Command::new(PROGRAM);
        command.arg("-C").arg(&config).arg("-bdf");
        let process = Process::start(command, &path.join("log"), &[smtp, submission, submissions])?;
        Ok(Self { smtp, submission, submissions, files, config, _process: process, _folder: temporary })
    }
}
