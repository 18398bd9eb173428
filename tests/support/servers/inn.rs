//! INN's nnrpd, with an empty news spool.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::process::{Process, retry};
use super::{Files, demand_root, folder, ports};
use crate::authority::Credentials;

/// Where `tests/install` unpacks the package.
const NEWS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/inn/usr/lib/news");

/// A running nnrpd for each of the two ports.
pub(crate) struct Inn {
    pub(crate) nntp: u16,
    pub(crate) nntps: u16,
    pub(crate) files: Files,
    /// Its configuration file.
    pub(crate) config: PathBuf,
    processes: [Process; 2],
    _folder: TempDir,
}

impl Inn {
    /// Starts it with one certificate for both ports.
    pub(crate) fn start(credentials: &Credentials) -> Self {
        // Others bind through a program of INN that has to be set up as root's.
        demand_root("INN");
        retry(|| Self::attempt(credentials))
    }

    /// Shows the files as they are now.
    pub(crate) fn reload(&mut self) {
        self.processes.iter_mut().for_each(Process::restart);
    }

    /// A script in this folder that runs a program of INN, for those who do not know where its libraries are.
    pub(crate) fn wrapped(name: &str, folder: &Path) -> String {
        let script = folder.join(name);
        fs::write(&script, format!("#!/bin/sh\nLD_LIBRARY_PATH={NEWS} exec {NEWS}/bin/{name} \"$@\"\n")).unwrap();
        fs::set_permissions(&script, Permissions::from_mode(0o755)).unwrap();
        script.to_str().unwrap().to_owned()
    }

    fn attempt(credentials: &Credentials) -> Result<Self, String> {
        let temporary = folder();
        let path = temporary.path();
        let files = Files::write(path, "server", credentials);
        spool(path);
        let config = configure(path, &files);
        let history = format!("{}/history", path.display());
        let mut make = news("makehistory", &config);
        let made = make.args(["-b", "-O", "-x", "-f", &history]).output();
        let made = made.unwrap_or_else(|error| panic!("{make:?}: {error}; tests/install installs it"));
        assert!(made.status.success(), "makehistory: {}", String::from_utf8_lossy(&made.stderr));
        let [nntp, nntps] = ports();
        let start = |name: &str, port: u16, tls: &[&str]| {
            let mut command = news("nnrpd", &config);
            command.args(["-D", "-f", "-n", "-4", "127.0.0.1", "-p", &port.to_string()]).args(tls);
            command.arg("-P").arg(path.join(name).with_extension("pid"));
            Process::start(command, &path.join("log"), &[port])
        };
        let processes = [start("nntp", nntp, &[])?, start("nntps", nntps, &["-S"])?];
        Ok(Self { nntp, nntps, files, config, processes, _folder: temporary })
    }
}

/// A program of INN. Its libraries lie beside it, because the package is unpacked, not installed.
fn news(program: &str, config: &Path) -> Command {
    let mut command = Command::new(format!("{NEWS}/bin/{program}"));
    command.env("INNCONF", config).env("LD_LIBRARY_PATH", NEWS);
    command
}

fn spool(path: &Path) {
    for name in ["articles", "overview", "tmp"] {
        fs::create_dir(path.join(name)).unwrap();
    }
    for (name, text) in [
        ("active", "junk 0000000000 0000000001 y\ncontrol 0000000000 0000000001 y\n"),
        ("active.times", ""),
        ("newsgroups", ""),
        ("history", ""),
        ("storage.conf", "method tradspool {\n  newsgroups: *\n  class: 0\n}\n"),
        (
            "readers.conf",
            "auth all {\n  hosts: *\n  default: <user>\n}\naccess all {\n  users: *\n  newsgroups: *\n}\n",
        ),
    ] {
        fs::write(path.join(name), text).unwrap();
    }
}

fn configure(path: &Path, files: &Files) -> PathBuf {
    let text = format!(
        "domain: contoso.test\n\
         fromhost: news.contoso.test\n\
         pathhost: news.contoso.test\n\
         mta: /bin/true\n\
         ovmethod: tradindexed\n\
         hismethod: hisv6\n\
         runasuser: root\n\
         runasgroup: root\n\
         nnrpdloadlimit: 0\n\
         pathnews: {NEWS}\n\
         pathbin: {NEWS}/bin\n\
         pathetc: {folder}\n\
         pathrun: {folder}\n\
         pathdb: {folder}\n\
         pathlog: {folder}\n\
         pathspool: {folder}\n\
         patharticles: {folder}/articles\n\
         pathoverview: {folder}/overview\n\
         pathtmp: {folder}/tmp\n\
         tlscapath: {folder}\n\
         \x20  tlscertfile: {certificate}\n\
         \ttlskeyfile: {key}\n",
        folder = path.display(),
        certificate = files.certificate.display(),
        key = files.key.display(),
    );
    let config = path.join("inn.conf");
    fs::write(&config, text).unwrap();
    config
}
