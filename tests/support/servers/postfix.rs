//! Postfix: SMTP, submission, and submission over implicit TLS. It takes no mail, only connections.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::process::{Process, retry};
use super::{Files, Offer, demand_root, folder, output, ports};
use crate::authority::Credentials;

/// A running Postfix.
pub(crate) struct Postfix {
    pub(crate) smtp: u16,
    pub(crate) submission: u16,
    pub(crate) smtps: u16,
    pub(crate) files: Files,
    /// The folder of its configuration.
    pub(crate) config: PathBuf,
    process: Process,
    _folder: TempDir,
}

impl Postfix {
    /// Starts it with one certificate for all ports.
    pub(crate) fn start(credentials: &Credentials) -> Self {
        demand_root("Postfix");
        retry(|| Self::attempt(credentials, Offer::StartTls, ""))
    }

    /// Starts it so that it answers one address few times a minute.
    pub(crate) fn start_limited(credentials: &Credentials) -> Self {
        demand_root("Postfix");
        // Some connections are those that wait until it listens.
        let limit = "smtpd_client_event_limit_exceptions =\nsmtpd_client_connection_rate_limit = 5\n";
        retry(|| Self::attempt(credentials, Offer::StartTls, limit))
    }

    /// Starts it without TLS on its plain ports.
    pub(crate) fn start_in_the_clear(credentials: &Credentials) -> Self {
        demand_root("Postfix");
        retry(|| Self::attempt(credentials, Offer::Nothing, ""))
    }

    /// Shows the files as they are now, soon.
    pub(crate) fn reload(&mut self) {
        self.process.hang_up();
    }

    fn attempt(credentials: &Credentials, offer: Offer, settings: &str) -> Result<Self, String> {
        let temporary = folder();
        let path = temporary.path();
        let files = Files::write(path, "server", credentials);
        let [smtp, submission, smtps] = ports();
        queue(path);
        let etc = path.join("etc");
        fs::create_dir(&etc).unwrap();
        let main = format!(
            "compatibility_level = 3.6\n\
             queue_directory = {folder}/spool\n\
             data_directory = {folder}/data\n\
             command_directory = /usr/sbin\n\
             daemon_directory = /usr/lib/postfix/sbin\n\
             maillog_file = {folder}/log\n\
             maillog_file_prefixes = {folder}\n\
             inet_interfaces = 127.0.0.1\n\
             inet_protocols = ipv4\n\
             myhostname = mail.contoso.test\n\
             mynetworks = 127.0.0.1/32\n\
             mydestination =\n\
             alias_maps =\n\
             local_recipient_maps =\n\
             smtpd_peername_lookup = no\n\
             smtpd_tls_security_level = {level}\n\
             smtpd_tls_cert_file = {certificate}\n\
             smtpd_tls_key_file = {key}\n\
             {settings}",
            folder = path.display(),
            level = if offer == Offer::StartTls { "may" } else { "none" },
            certificate = files.certificate.display(),
            key = files.key.display(),
        );
        fs::write(etc.join("main.cf"), main).unwrap();
        let master = format!(
            "127.0.0.1:{smtp} inet n - n - - smtpd\n\
             127.0.0.1:{submission} inet n - n - - smtpd -o smtpd_tls_security_level=encrypt\n\
             127.0.0.1:{smtps} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes\n\
             tlsmgr unix - - n 1000? 1 tlsmgr\n\
             rewrite unix - - n - - trivial-rewrite\n\
             anvil unix - - n - 1 anvil\n\
             postlog unix-dgram n - n - 1 postlogd\n",
        );
        fs::write(etc.join("master.cf"), master).unwrap();
        let mut command = Command::new("/usr/lib/postfix/sbin/master");
        command.arg("-d").arg("-c").arg(&etc);
        let process = Process::start(command, &path.join("log"), &[smtp, submission, smtps])?;
        Ok(Self { smtp, submission, smtps, files, config: etc, process, _folder: temporary })
    }
}

/// The folders that Postfix expects, with the owners that it demands.
fn queue(path: &Path) {
    let folder = |name: &str| path.join(name).to_str().unwrap().to_owned();
    let (private, public, data) = (folder("spool/private"), folder("spool/public"), folder("data"));
    fs::create_dir_all(folder("spool/pid")).unwrap();
    output("install", &["-d", "-o", "postfix", "-m", "700", &private, &data]);
    output("install", &["-d", "-o", "postfix", "-g", "postdrop", "-m", "710", &public]);
}
