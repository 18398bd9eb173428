//! Dovecot: IMAP, POP3, LMTP and ManageSieve.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

use super::process::{Process, retry};
use super::{Files, Offer, folder, is_root, output, ports};
use crate::authority::Credentials;

/// A running Dovecot.
pub(crate) struct Dovecot {
    pub(crate) imap: u16,
    pub(crate) imaps: u16,
    pub(crate) pop3: u16,
    pub(crate) pop3s: u16,
    pub(crate) lmtp: u16,
    pub(crate) sieve: u16,
    pub(crate) files: Files,
    /// Its configuration file.
    pub(crate) config: PathBuf,
    process: Process,
    _folder: TempDir,
}

impl Dovecot {
    /// Starts it with one certificate for all ports.
    pub(crate) fn start(credentials: &Credentials) -> Self {
        retry(|| Self::attempt(credentials, Offer::StartTls))
    }

    /// Starts it without TLS on its plain ports.
    pub(crate) fn start_in_the_clear(credentials: &Credentials) -> Self {
        retry(|| Self::attempt(credentials, Offer::Nothing))
    }

    /// Shows the files as they are now, soon.
    pub(crate) fn reload(&mut self) {
        self.process.hang_up();
    }

    /// What `certfix bind --to dovecot` is told of this one, which from now on reads the file that the template writes.
    pub(crate) fn values(&self) -> Vec<String> {
        let drop_in = self.config.with_file_name("99-certfix.conf");
        let config = fs::read_to_string(&self.config).unwrap();
        fs::write(&self.config, format!("{config}!include_try {}\n", drop_in.display())).unwrap();
        let ports = [
            ("imap", self.imap),
            ("imaps", self.imaps),
            ("pop3", self.pop3),
            ("pop3s", self.pop3s),
            ("sieve", self.sieve),
        ];
        let ports = ports.iter().map(|(name, port)| format!("{name}={port}"));
        [format!("config={}", self.config.display()), format!("drop_in={}", drop_in.display())]
            .into_iter()
            .chain(ports)
            .collect()
    }

    fn attempt(credentials: &Credentials, offer: Offer) -> Result<Self, String> {
        let temporary = folder();
        let path = temporary.path();
        let files = Files::write(path, "server", credentials);
        let [imap, imaps, pop3, pop3s, lmtp, sieve] = ports();
        let config = path.join("dovecot.conf");
        let text = format!(
            "{own}\
             protocols = imap pop3 lmtp sieve\n\
             listen = 127.0.0.1\n\
             base_dir = {folder}/base\n\
             state_dir = {folder}/state\n\
             log_path = {folder}/log\n\
             {users}\
             ssl = {offer}\n\
             {imap_login}{pop3_login}{sieve_login}\
             service lmtp {{\n  inet_listener lmtp {{\n    port = {lmtp}\n  }}\n}}\n\
             service anvil {{\n  chroot =\n}}\n\
             service stats {{\n  chroot =\n}}\n",
            folder = path.display(),
            own = of_this_version(&files),
            offer = if offer == Offer::StartTls { "yes" } else { "no" },
            users = users(),
            imap_login = login("imap", imap, Some(imaps)),
            pop3_login = login("pop3", pop3, Some(pop3s)),
            sieve_login = login("managesieve", sieve, None),
        );
        fs::write(&config, text).unwrap();
        let mut command = Command::new("/usr/sbin/dovecot");
        command.arg("-F").arg("-c").arg(&config);
        let open = [imap, pop3, lmtp, sieve]
            .into_iter()
            .chain([imaps, pop3s].into_iter().filter(|_| offer == Offer::StartTls));
        let process = Process::start(command, &path.join("log"), &open.collect::<Vec<u16>>())?;
        Ok(Self { imap, imaps, pop3, pop3s, lmtp, sieve, files, config, process, _folder: temporary })
    }
}

/// The settings that Dovecot 2.4 calls otherwise than 2.3 does. Nobody logs in, but logins must be set up.
fn of_this_version(files: &Files) -> String {
    let (certificate, key) = (files.certificate.display(), files.key.display());
    if output("/usr/sbin/dovecot", &["--version"]).starts_with("2.3.") {
        return format!(
            "ssl_cert = <{certificate}\n\
             ssl_key = <{key}\n\
             passdb {{\n  driver = static\n  args = password=test\n}}\n\
             userdb {{\n  driver = static\n  args = home=/nonexistent\n}}\n"
        );
    }
    format!(
        "dovecot_config_version = 2.4.0\n\
         dovecot_storage_version = 2.4.0\n\
         ssl_server_cert_file = {certificate}\n\
         ssl_server_key_file = {key}\n\
         passdb static {{\n  password = test\n}}\n\
         userdb static {{\n  fields {{\n    home = /nonexistent\n  }}\n}}\n"
    )
}

/// Without root's rights everything runs as one user.
fn users() -> String {
    if is_root() {
        return String::new();
    }
    let (user, group) = (output("id", &["-un"]), output("id", &["-gn"]));
    format!("default_login_user = {user}\ndefault_internal_user = {user}\ndefault_internal_group = {group}\n")
}

fn login(protocol: &str, port: u16, tls: Option<u16>) -> String {
    // ManageSieve's listener is named after its protocol, not its service.
    let name = if protocol == "managesieve" { "sieve" } else { protocol };
    let tls = tls.map(|port| format!("  inet_listener {name}s {{\n    port = {port}\n    ssl = yes\n  }}\n"));
    format!(
        "service {protocol}-login {{\n  chroot =\n  inet_listener {name} {{\n    port = {port}\n  }}\n{}}}\n",
        tls.unwrap_or_default()
    )
}
