//! nginx: HTTPS with two server blocks on one port, chosen by SNI.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

use super::process::{Process, retry};
use super::{Files, folder, ports};
use crate::authority::Credentials;

/// A running nginx.
pub(crate) struct Nginx {
    pub(crate) https: u16,
    /// What is shown without SNI, and for every name but one.
    pub(crate) default: Files,
    /// What is shown for the one name.
    pub(crate) named: Files,
    /// Its configuration file.
    pub(crate) config: PathBuf,
    process: Process,
    _folder: TempDir,
}

impl Nginx {
    /// Starts it with one certificate for everybody and another for those who ask for `name`.
    pub(crate) fn start(default: &Credentials, name: &str, named: &Credentials) -> Self {
        retry(|| Self::attempt(default, name, named))
    }

    /// Shows the files as they are now, and no more as they were.
    pub(crate) fn reload(&mut self) {
        self.process.replace_workers();
    }

    fn attempt(default: &Credentials, name: &str, named: &Credentials) -> Result<Self, String> {
        let temporary = folder();
        let path = temporary.path();
        let (default, named) = (Files::write(path, "default", default), Files::write(path, "named", named));
        let [https] = ports();
        let server = |address: &str, name: &str, files: &Files| {
            let (certificate, key) = (files.certificate.display(), files.key.display());
            format!(
                "server {{ listen {address}; server_name {name}; return 200 ok; \
                 ssl_certificate {certificate}; ssl_certificate_key {key}; }}\n"
            )
        };
        let text = format!(
            "daemon off;\n\
             pid {folder}/pid;\n\
             worker_processes 1;\n\
             events {{}}\n\
             http {{\n\
             access_log off;\n\
             client_body_temp_path {folder}/body;\n\
             proxy_temp_path {folder}/proxy;\n\
             fastcgi_temp_path {folder}/fastcgi;\n\
             uwsgi_temp_path {folder}/uwsgi;\n\
             scgi_temp_path {folder}/scgi;\n\
             {}{}}}\n",
            server(&format!("127.0.0.1:{https} ssl default_server"), "_", &default),
            server(&format!("127.0.0.1:{https} ssl"), name, &named),
            folder = path.display(),
        );
        let config = path.join("nginx.conf");
        fs::write(&config, text).unwrap();
        let mut command = Command::new("/usr/sbin/nginx");
        command.arg("-e").arg(path.join("log")).arg("-p").arg(path).arg("-c").arg(&config);
        let process = Process::start(command, &path.join("log"), &[https])?;
        Ok(Self { https, default, named, config, process, _folder: temporary })
    }
}
