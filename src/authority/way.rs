//! How a key came to its certificate, and so how it comes to the next one. Kept in the key's folder.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::private::Private;
use super::record;
use crate::Error;
use crate::facts::{Certificate, Checks, Text};
use crate::store::{AUTHORITY, KeyFolder, Secrecy, Store};

/// Who signs for a key, and how it is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "authority", rename_all = "kebab-case")]
pub enum Way {
    /// An online authority.
    Acme(Online),
    /// A private CA of the same store.
    Private {
        /// Its folder's name.
        name: String,
    },
}

/// An online authority, and what it asked for when the name was proved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Online {
    /// The URL of its directory (RFC 8555 §7.1.1).
    pub directory: String,
    /// How names are proved.
    pub challenge: Challenge,
    /// The authority's own profile of certificates, where one was named (draft-ietf-acme-profiles).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// The profile of [`crate::profiles`] that says what is known of it, where the directory does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca: Option<String>,
    /// The file with the root of the directory's own certificate, where it is none of the system's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roots: Option<PathBuf>,
}

/// The names of the ways in ACME (RFC 8555 §8, RFC 8737 §3).
pub(super) const HTTP_01: &str = "http-01";
pub(super) const DNS_01: &str = "dns-01";
pub(super) const TLS_ALPN_01: &str = "tls-alpn-01";

/// How a name is proved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Challenge {
    /// HTTP-01: a file in the folder that a web server serves (RFC 8555 §8.3).
    Webroot(PathBuf),
    /// HTTP-01: an own web server at this address and port; a port alone is that of all addresses.
    Listen(String),
    /// DNS-01: a program adds and removes TXT records (RFC 8555 §8.4).
    DnsHook(PathBuf),
    /// TLS-ALPN-01: an own TLS server at this address and port, likewise (RFC 8737).
    TlsAlpn(String),
}

impl Challenge {
    /// Looks whether what it needs of this machine is there, as far as that can be told before an order.
    ///
    /// # Errors
    /// [`Error::File`] when there is no such folder or program, or it is something else.
    pub fn ensure_there(&self) -> Result<(), Error> {
        let path = match self {
            Self::Webroot(path) | Self::DnsHook(path) => path,
            Self::Listen(_) | Self::TlsAlpn(_) => return Ok(()),
        };
        let failed = |cause| Error::File { action: "find", path: path.clone(), cause };
        let found = path.metadata().map_err(failed)?;
        let is_folder = matches!(self, Self::Webroot(_));
        match found.is_dir() {
            there if there == is_folder => Ok(()),
            false => Err(failed(std::io::ErrorKind::NotADirectory.into())),
            true => Err(Error::IsDirectory { path: path.clone() }),
        }
    }

    /// What proves the names, for people: `http-01, by files in '/var/www/html'`.
    pub fn description(&self) -> String {
        let word = self.word();
        match self {
            Self::Webroot(folder) => format!("{word}, by files in {}", Text::of_path(folder)),
            Self::DnsHook(hook) => format!("{word}, by records that {} makes", Text::of_path(hook)),
            Self::Listen(place) | Self::TlsAlpn(place) => {
                let kind = if place.contains(':') { "" } else { "port " };
                format!("{word}, answered by certfix on {kind}{place}")
            }
        }
    }

    /// Its name in ACME.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Webroot(_) | Self::Listen(_) => HTTP_01,
            Self::DnsHook(_) => DNS_01,
            Self::TlsAlpn(_) => TLS_ALPN_01,
        }
    }
}

impl Way {
    /// How this key came to its certificate; None where it was installed by hand.
    ///
    /// # Errors
    /// [`Error::Damaged`] when what stands there cannot be understood; [`Error::File`] when it cannot be read.
    pub fn of(key: &KeyFolder) -> Result<Option<Self>, Error> {
        record::read(&key.path.join(AUTHORITY))
    }

    /// The private CA of the store that signed this certificate, if one did.
    ///
    /// # Errors
    /// As [`Private::all`].
    pub fn of_signed(cert: &Certificate, store: &Store) -> Result<Option<Self>, Error> {
        let mut checks = Checks::default();
        let signer = Private::all(store)?.into_iter().flatten().find(|ca| checks.is_signed(cert, ca.issuer()));
        Ok(signer.map(|ca| Self::Private { name: ca.id() }))
    }

    /// Writes it down, in the place of what was there.
    ///
    /// # Errors
    /// [`Error::File`]
    pub fn record(&self, key: &KeyFolder) -> Result<(), Error> {
        record::write(&key.path.join(AUTHORITY), self, Secrecy::Public)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{KEY, NewFile, Store};

    #[test]
    fn reads_what_it_wrote_and_takes_the_last() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path());
        let name = crate::facts::Name::parse("remote.contoso.com").unwrap();
        let key = NewFile { name: KEY, contents: b"x", secrecy: Secrecy::Secret };
        store.create(&name, &[key]).unwrap();
        let key = store.key(&name).unwrap().unwrap();
        assert_eq!(Way::of(&key).unwrap(), None);
        let online = Online {
            directory: "https://ca.example/dir".to_owned(),
            challenge: Challenge::Webroot("/var/www/html".into()),
            profile: None,
            ca: None,
            roots: None,
        };
        let ways = [Way::Acme(online), Way::Private { name: "contoso".to_owned() }];
        for way in ways {
            way.record(&key).unwrap();
            assert_eq!(Way::of(&key).unwrap(), Some(way));
        }
        std::fs::write(key.path.join(AUTHORITY), "{").unwrap();
        assert!(matches!(Way::of(&key), Err(Error::Damaged { .. })));
    }
}
