//! The register of what was signed: the certificates, one file for each call.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::{ISSUED, Private, SETTINGS};
use crate::Error;
use crate::error::Signing;
use crate::facts::{Certificate, Moment, Name, Revocation, RevocationList, Serial, Text, Verification, from_hex};
use crate::input::{LIMIT, file_bytes, read_file};
use crate::issue;
use crate::store::{Secrecy, ensure_private, is_there, write_new};

/// A certificate that the CA signed.
#[derive(Debug)]
pub struct Registered {
    /// The certificate.
    pub certificate: Certificate,
    /// The file that it is in.
    pub file: PathBuf,
    /// Since when and why it is revoked, when it is.
    pub revoked: Option<Revocation>,
}

/// What has become of a signed certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It may be used.
    Valid,
    /// Its life has not begun: perhaps a clock went back.
    NotYetValid,
    /// It has ended.
    Expired,
    /// It was revoked.
    Revoked,
}

/// What somebody may want to look at in one file.
const MOST_IN_FILE: usize = 1000;

impl State {
    /// `valid`, `not-yet-valid`, `expired`, `revoked`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::NotYetValid => "not-yet-valid",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }
}

impl Registered {
    /// What has become of it as of `now`.
    pub fn state(&self, now: Moment) -> State {
        match &self.certificate {
            _ if self.revoked.is_some() => State::Revoked,
            cert if cert.not_after < now => State::Expired,
            cert if cert.not_before > now => State::NotYetValid,
            _ => State::Valid,
        }
    }
}

/// True for a file in the register of a CA: what it signed, in use or not.
pub fn is_in_register(path: &Path) -> bool {
    let register = path.parent().filter(|folder| folder.ends_with(ISSUED));
    register.is_some_and(|folder| folder.with_file_name(SETTINGS).is_file())
}

impl Private {
    /// All that it signed, oldest first.
    ///
    /// # Errors
    /// [`Error::File`], [`Error::Damaged`], and those of reading a file.
    pub fn register(&self) -> Result<Vec<Registered>, Error> {
        let list = self.revocation_list()?;
        let mut found = Vec::new();
        for file in self.register_files()? {
            let signed = read_file(&file, None)?.certificates.into_iter().filter(|cert| !cert.identity.is_ca());
            found.extend(signed.map(|certificate| {
                let revoked = list.find(&certificate.serial).cloned();
                Registered { certificate, file: file.clone(), revoked }
            }));
        }
        Ok(found)
    }

    /// The certificate that is meant: by its serial number, its file, or a name that only one in force has; where
    /// none has it, the last one that was revoked.
    ///
    /// # Errors
    /// [`Signing::NotSigned`], [`Signing::ManySigned`], and as [`Private::register`].
    pub fn find(&self, what: &str, now: Moment) -> Result<Registered, Error> {
        let mut all = self.register()?;
        let path = Path::new(what);
        if path.is_file() {
            let meant: Vec<Serial> = read_file(path, None)?.certificates.into_iter().map(|cert| cert.serial).collect();
            all.retain(|one| meant.contains(&one.certificate.serial));
        } else if let Some(octets) =
            octets(what).filter(|octets| all.iter().any(|one| one.certificate.serial.is_number(octets)))
        {
            all.retain(|one| one.certificate.serial.is_number(&octets));
        } else {
            let name = Name::parse(what).ok();
            let is_named = |text: &Text| text.as_str().and_then(|text| Name::parse(text).ok()) == name;
            let names = |one: &Registered| one.certificate.identity.names.dns().any(is_named);
            all.retain(|one| name.is_some() && one.state(now) != State::Expired && names(one));
            if all.iter().any(|one| one.revoked.is_none()) {
                all.retain(|one| one.revoked.is_none());
            } else if let Some(last) = all.pop() {
                all = vec![last];
            }
        }
        if all.len() > 1 {
            let serials = all.iter().map(|one| one.certificate.serial.to_string()).collect();
            return Err(Signing::ManySigned { what: what.to_owned(), serials }.into());
        }
        let none = || Signing::NotSigned { what: what.to_owned(), name: self.name.clone() };
        all.pop().ok_or_else(|| none().into())
    }

    /// How many of these that are in force live no longer because the CA itself ends.
    pub fn cut_short(&self, register: &[Registered], now: Moment) -> usize {
        let in_force = register.iter().filter(|one| one.state(now) == State::Valid);
        in_force.filter(|one| self.cuts_short(&one.certificate)).count()
    }

    /// Puts certificates into the register, and what is above them, so that each file is whole for `certfix install`. They
    /// are on the disk when this returns.
    pub(super) fn enter(&self, certificates: Vec<Certificate>) -> Result<Vec<Registered>, Error> {
        let folder = self.folder.join(ISSUED);
        ensure_private(&folder)?;
        let last = self.register_files()?.iter().filter_map(|file| number(file)).max().unwrap_or(0);
        let above: String = self.chain().iter().chain([&self.root]).map(issue::certificate_pem).collect();
        let texts: Vec<String> = certificates.iter().map(issue::certificate_pem).collect();
        let room = LIMIT.saturating_sub(above.len() as u64);
        let too_large = || Error::Issue { cause: "it is too large for the register".to_owned() };
        let shares = shares(texts.iter().map(|text| text.len() as u64), room).ok_or_else(too_large)?;
        let (mut texts, mut files) = (texts.into_iter(), Vec::new());
        for (share, number) in shares.into_iter().zip(last + 1..) {
            let text: String = texts.by_ref().take(share).collect();
            let path = folder.join(format!("{number:04}.pem"));
            write_new(&path, format!("{text}{above}").as_bytes(), Secrecy::Public)?;
            files.extend(std::iter::repeat_n(path, share));
        }
        let entered = certificates.into_iter().zip(files);
        Ok(entered.map(|(certificate, file)| Registered { certificate, file, revoked: None }).collect())
    }

    /// What was revoked.
    ///
    /// # Errors
    /// [`Signing::NoList`] when it is not there, not whole or not this CA's; [`Error::File`].
    pub fn revocation_list(&self) -> Result<RevocationList, Error> {
        self.list_in(&self.list_path())
    }

    /// A CRL of this CA, or a copy of one, in DER or PEM.
    ///
    /// # Errors
    /// As [`Private::revocation_list`].
    pub fn list_in(&self, path: &Path) -> Result<RevocationList, Error> {
        let none = |cause| Signing::NoList { path: path.to_owned(), cause };
        let bytes = match file_bytes(path) {
            Err(Error::File { cause, .. }) if cause.kind() == ErrorKind::NotFound => {
                return Err(none("it is not there").into());
            }
            read => read?.0,
        };
        let block = pem::parse(&bytes).ok().filter(|block| block.tag() == "X509 CRL");
        let der = block.as_ref().map_or(&bytes[..], |block| block.contents());
        let list = RevocationList::from_der(der).map_err(|_| none("it is no CRL, or not the whole of one"))?;
        match list.verify_with(&self.issuer().identity.key) {
            Verification::Holds => Ok(list),
            _ => Err(none("it is not signed by this CA").into()),
        }
    }

    fn register_files(&self) -> Result<Vec<PathBuf>, Error> {
        let folder = self.folder.join(ISSUED);
        let failed = |cause| Error::File { action: "read", path: folder.clone(), cause };
        if !is_there(&folder).map_err(failed)? {
            return Ok(Vec::new());
        }
        let mut files = Vec::new();
        for entry in std::fs::read_dir(&folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if let Some(number) = number(&path) {
                files.push((number, path));
            }
        }
        files.sort();
        Ok(files.into_iter().map(|(_, path)| path).collect())
    }
}

/// How many of these texts go into each file, so that it can be read again; none where one of them cannot.
fn shares(lengths: impl IntoIterator<Item = u64>, room: u64) -> Option<Vec<usize>> {
    let mut shares: Vec<usize> = Vec::new();
    let mut left = 0;
    for length in lengths {
        match shares.last_mut() {
            Some(share) if length <= left && *share < MOST_IN_FILE => *share += 1,
            _ => {
                left = room;
                shares.push(1);
            }
        }
        left = left.checked_sub(length)?;
    }
    Some(shares)
}

fn number(path: &Path) -> Option<u32> {
    let name = path.file_name()?.to_str()?.strip_suffix(".pem")?;
    name.bytes().all(|byte| byte.is_ascii_digit()).then(|| name.parse().ok())?
}

/// A serial number as `certfix`, OpenSSL and Windows show it: hexadecimal, with colons or without.
fn octets(text: &str) -> Option<Vec<u8>> {
    from_hex(&text.replace([':', ' '], "")).filter(|octets| !octets.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_file_is_larger_than_is_read() {
        assert_eq!(shares([40, 50, 10, 1, 100, 1], 100), Some(vec![3, 1, 1, 1]));
        assert_eq!(shares([1; 2500], 10_000), Some(vec![1000, 1000, 500]));
        assert_eq!(shares([1, 101], 100), None, "one alone is too large");
        assert_eq!(shares([], 100), Some(Vec::new()));
    }

    #[test]
    fn reads_serial_numbers_as_they_are_shown() {
        assert_eq!(octets("4f:0A:ff"), Some(vec![0x4f, 0x0a, 0xff]));
        assert_eq!(octets("4f0aff"), octets("4F 0A FF"));
        for wrong in ["+f", "", "4", "4f:0", "mail.contoso.com"] {
            assert_eq!(octets(wrong), None, "{wrong}");
        }
    }
}
