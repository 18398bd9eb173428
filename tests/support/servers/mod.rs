//! Real servers from Debian's packages, on loopback. Each has a folder, ports and a certificate of its own, and ends with
//! its handle.

pub(crate) mod dovecot;
pub(crate) mod exim;
pub(crate) mod haproxy;
pub(crate) mod inn;
pub(crate) mod nginx;
pub(crate) mod openldap;
pub(crate) mod pebble;
pub(crate) mod postfix;
pub(crate) mod presenter;
mod process;
pub(crate) mod relay;
pub(crate) mod s_server;
pub(crate) mod stunnel;

use std::fs::{self, Permissions};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::authority::Credentials;

/// Whether a server begins TLS on its plain ports.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Offer {
    StartTls,
    Nothing,
}

/// Where a server reads its certificate.
pub(crate) struct Files {
    /// The certificate and its issuers.
    pub(crate) certificate: PathBuf,
    /// The private key, readable by the owner only.
    pub(crate) key: PathBuf,
}

impl Files {
    /// Writes `name.pem` and `name.key`.
    fn write(folder: &Path, name: &str, credentials: &Credentials) -> Self {
        let file = |extension: &str| folder.join(name).with_extension(extension);
        let files = Self { certificate: file("pem"), key: file("key") };
        files.replace(credentials);
        files
    }

    /// Writes another certificate in their place, which the server shows after a reload.
    pub(crate) fn replace(&self, credentials: &Credentials) {
        fs::write(&self.certificate, format!("{}{}", credentials.certificate, credentials.issuers)).unwrap();
        fs::write(&self.key, &credentials.key).unwrap();
        fs::set_permissions(&self.key, Permissions::from_mode(0o600)).unwrap();
    }
}

/// Key and certificate in one file, as some servers want them.
fn combined(path: &Path, credentials: &Credentials) {
    let text = format!("{}{}{}", credentials.key, credentials.certificate, credentials.issuers);
    fs::write(path, text).unwrap();
    fs::set_permissions(path, Permissions::from_mode(0o600)).unwrap();
}

/// A folder that goes away. Servers give up root's rights, so that others must be able to look into it.
fn folder() -> TempDir {
    tempfile::Builder::new().permissions(Permissions::from_mode(0o755)).tempdir().unwrap()
}

/// Ports on 127.0.0.1 for a server that cannot choose them itself.
fn ports<const COUNT: usize>() -> [u16; COUNT] {
    std::array::from_fn(|_| {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        // A closed connection keeps the system from giving the port to anybody who does not ask for it by number.
        let client = TcpStream::connect(address).unwrap();
        drop(listener.accept().unwrap());
        drop(client);
        address.port()
    })
}

/// Standard output of a program that must succeed.
fn output(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().unwrap_or_else(|error| panic!("{program}: {error}"));
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Fails the test of a server that only root can start, rather than skip it.
fn demand_root(server: &str) {
    assert!(is_root(), "{server} can be started by root only: run the tests as root");
}

/// Whether the tests run as root.
fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}
