//! What is in a key folder, and what is wrong with it.

use std::fmt;
use std::path::Path;

use super::generation::CURRENT;
use super::{CERTIFICATE, CHAIN, FULL_CHAIN, KEY, KeyFolder, RENEWAL, REQUEST, Slot};
use crate::Error;
use crate::facts::{
    Certificate, Evidence, Identity, KeyEntry, Moment, OPEN_TO_OTHERS, PrivateKey, PublicKey, Request, Revocation,
    Revoked,
};
use crate::input::read_file;

/// What a key folder holds.
#[derive(Debug)]
pub struct Contents {
    /// The folder.
    pub folder: KeyFolder,
    /// The private key, when it is there and not encrypted.
    pub private: Option<PrivateKey>,
    /// True when the private key is encrypted.
    pub is_locked: bool,
    /// The request.
    pub request: Option<Request>,
    /// The certificate.
    pub certificate: Option<Certificate>,
    /// The certificates above it, in order.
    pub chain: Vec<Certificate>,
    /// The generation that waits for a commit.
    pub waiting: Option<Waiting>,
    /// The request of a renewal that waits for the CA's answer.
    pub renewal: Option<Request>,
    /// Since when and why the certificate is revoked, once [`Contents::mark`] was told.
    pub revoked: Option<Revocation>,
    /// The private CA of the store that will end with the newest certificate, so that no renewal can live longer. Only
    /// `authority` can tell.
    pub ends_with: Option<String>,
    /// What is wrong.
    pub faults: Vec<Fault>,
}

/// A generation that services get with the next commit.
#[derive(Debug)]
pub struct Waiting {
    /// Its number.
    pub generation: u32,
    /// Its request.
    pub request: Option<Request>,
    /// Its certificate.
    pub certificate: Certificate,
    /// The certificates above it, in order.
    pub chain: Vec<Certificate>,
    /// Since when and why its certificate is revoked, once [`Contents::mark`] was told.
    pub revoked: Option<Revocation>,
}

/// What is wrong with a key folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The link to the generation in use leads nowhere, and the one that it most likely led to: see [`KeyFolder::ensure_led`].
    NoCurrent(u32),
    /// There is no private key.
    NoKey,
    /// There is a certificate, and not the file that most servers read.
    NoFullChain,
    /// A file cannot be read, and why.
    Unreadable(String),
    /// Everybody on the machine can read or change the private key; its permission bits.
    OpenToOthers(u32),
    /// The certificate is for another key.
    ForeignCertificate,
    /// The request is for another key.
    ForeignRequest,
    /// A file that is none of the current generation, and so would not change with the others: see [`KeyFolder::ensure_own`].
    Stray(&'static str),
}

/// How far a key has come. It follows from the files and the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Key and request; the CA's answer is awaited.
    Pending,
    /// The CA's certificate is there.
    Installed,
    /// The certificate signs itself.
    SelfSigned,
    /// The certificate is there, and services use it.
    Bound,
    /// A CA of this store has revoked its certificate: see [`Contents::revoked`].
    Revoked,
    /// Its certificate ends soon: see [`Certificate::ends_soon`].
    Expiring,
    /// Its certificate has ended.
    Expired,
    /// Its certificate's life has not begun: perhaps a clock went back.
    NotYetValid,
    /// Something is wrong: see [`Contents::faults`].
    Broken,
    /// A key alone.
    Bare,
}

impl State {
    /// `pending`, `installed`, `self-signed`, `bound`, `revoked`, `expiring`, `expired`, `not-yet-valid`, `broken`, `bare`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Installed => "installed",
            Self::SelfSigned => "self-signed",
            Self::Bound => "bound",
            Self::Revoked => "revoked",
            Self::Expiring => "expiring",
            Self::Expired => "expired",
            Self::NotYetValid => "not-yet-valid",
            Self::Broken => "broken",
            Self::Bare => "bare",
        }
    }
}

impl KeyFolder {
    /// Reads what is there. What cannot be read is a fault, not an error.
    pub fn contents(&self) -> Contents {
        let mut contents = Contents {
            folder: self.clone(),
            private: None,
            is_locked: false,
            request: None,
            certificate: None,
            chain: Vec::new(),
            waiting: None,
            renewal: None,
            revoked: None,
            ends_with: None,
            faults: Vec::new(),
        };
        if let Err(error) = self.ensure_readable() {
            contents.faults.push(Fault::Unreadable(error.to_string()));
            return contents;
        }
        if let Some(number) = self.lost() {
            contents.faults.push(Fault::NoCurrent(number));
            return contents;
        }
        contents.read_key(&self.path.join(KEY));
        let faults = &mut contents.faults;
        (contents.request, contents.certificate, contents.chain) = public_files(&self.path, faults);
        if let Some(generation) = self.waiting()
            && let (request, Some(certificate), chain) = public_files(&self.slot(Slot::Next), faults)
        {
            contents.waiting = Some(Waiting { generation, request, certificate, chain, revoked: None });
        }
        let renewal = read(&self.path.join(RENEWAL).join(REQUEST), faults);
        contents.renewal = renewal.and_then(|file| file.requests.into_iter().next());
        contents.compare();
        contents
    }
}

impl KeyFolder {
    /// The private key in `slot`. Fails when it is not this one: no certificate for it would be of use there. One that is encrypted
    /// is taken for it.
    ///
    /// # Errors
    /// [`Error::Damaged`], or it cannot be read.
    pub fn ensure_key(&self, slot: Slot, key: &PublicKey) -> Result<Vec<KeyEntry>, Error> {
        let path = self.slot(slot).join(KEY);
        let evidence = match read_file(&path, None) {
            Err(Error::NeedsPassword { .. }) => return Ok(Vec::new()),
            other => other?,
        };
        let is_other = evidence.open_keys().next().map(|private| private.public != *key);
        let cause = match is_other {
            Some(true) => "it is not the key that the certificate is for",
            None if evidence.keys.is_empty() => "there is no private key in it",
            _ => return Ok(evidence.keys),
        };
        Err(Error::Damaged { path, cause: cause.to_owned() })
    }
}

impl Contents {
    /// Notes what is revoked. Only `authority` can tell what the CAs of the store have revoked.
    pub fn mark(&mut self, revoked: &Revoked) {
        let find = |cert: &Certificate| revoked.find(cert).cloned();
        self.revoked = self.certificate.as_ref().and_then(find);
        if let Some(next) = &mut self.waiting {
            next.revoked = find(&next.certificate);
        }
    }

    /// The certificate that services have, or will have after the commit that waits.
    pub fn newest(&self) -> Option<&Certificate> {
        let waiting = self.waiting.as_ref().map(|next| &next.certificate);
        waiting.or(self.certificate.as_ref())
    }

    /// The request for [`Contents::newest`].
    pub fn newest_request(&self) -> Option<&Request> {
        let waiting = self.waiting.as_ref().and_then(|next| next.request.as_ref());
        waiting.or(self.request.as_ref())
    }

    /// The public key: that of the private key, or of what was made with it where that is encrypted.
    pub fn public(&self) -> Option<&PublicKey> {
        let private = self.private.as_ref().map(|key| &key.public);
        private.or_else(|| self.identity().map(|identity| &identity.key))
    }

    /// The names and subject: the certificate's, before it is there the request's.
    pub fn identity(&self) -> Option<&Identity> {
        let certificate = self.certificate.as_ref().map(|cert| &cert.identity);
        certificate.or_else(|| self.request.as_ref().map(|request| &request.identity))
    }

    /// How far the key has come, as of `now`.
    pub fn state(&self, now: Moment) -> State {
        if !self.faults.is_empty() {
            return State::Broken;
        }
        let Some(cert) = &self.certificate else {
            return if self.request.is_some() { State::Pending } else { State::Bare };
        };
        match cert.not_after {
            _ if self.revoked.is_some() => State::Revoked,
            end if end < now => State::Expired,
            _ if cert.not_before > now => State::NotYetValid,
            _ if cert.ends_soon(now) => State::Expiring,
            _ if self.folder.is_bound() => State::Bound,
            _ if cert.is_self_signed() => State::SelfSigned,
            _ => State::Installed,
        }
    }

    fn read_key(&mut self, path: &Path) {
        let evidence = match read_file(path, None) {
            Ok(evidence) => evidence,
            Err(Error::NeedsPassword { .. }) => {
                self.is_locked = true;
                return;
            }
            Err(Error::File { cause, .. }) if cause.kind() == std::io::ErrorKind::NotFound => {
                self.faults.push(Fault::NoKey);
                return;
            }
            Err(error) => {
                self.faults.push(Fault::Unreadable(error.to_string()));
                return;
            }
        };
        if let Some(mode) = evidence.mode.filter(|mode| mode & OPEN_TO_OTHERS != 0) {
            self.faults.push(Fault::OpenToOthers(mode & 0o7777));
        }
        self.private = evidence.open_keys().next().cloned();
        self.is_locked = self.private.is_none() && !evidence.keys.is_empty();
        if self.private.is_none() && !self.is_locked {
            self.faults.push(Fault::NoKey);
        }
    }

    /// Whether the parts belong together. Where the key is encrypted, certificate and request are held to each other.
    fn compare(&mut self) {
        let private = self.private.as_ref().map(|key| &key.public);
        let request = self.request.as_ref().map(|request| &request.identity.key);
        let certificate = self.certificate.as_ref().map(|cert| &cert.identity.key);
        let differ = |one: Option<&PublicKey>, other: Option<&PublicKey>| {
            one.zip(other).is_some_and(|(one, other)| one != other)
        };
        if differ(private.or(request), certificate) {
            self.faults.push(Fault::ForeignCertificate);
        }
        if differ(private, request) {
            self.faults.push(Fault::ForeignRequest);
        }
        if self.certificate.is_some() && !self.folder.path.join(FULL_CHAIN).is_file() {
            self.faults.push(Fault::NoFullChain);
        }
        self.faults.extend(self.folder.strays().map(Fault::Stray));
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCurrent(_) => write!(out, "{CURRENT}, the link to the generation in use, leads nowhere"),
            Self::NoKey => write!(out, "{KEY} is missing"),
            Self::NoFullChain => write!(out, "{FULL_CHAIN} is missing"),
            Self::Unreadable(error) => out.write_str(error),
            Self::OpenToOthers(mode) => write!(out, "{KEY} is open to everybody on this machine: mode {mode:04o}"),
            Self::ForeignCertificate => write!(out, "{CERTIFICATE} is for another key"),
            Self::ForeignRequest => write!(out, "{REQUEST} is for another key"),
            Self::Stray(name) => write!(out, "{name} leads past the store's own file"),
        }
    }
}

/// Request, certificate and chain in a folder.
fn public_files(folder: &Path, faults: &mut Vec<Fault>) -> (Option<Request>, Option<Certificate>, Vec<Certificate>) {
    let request = read(&folder.join(REQUEST), faults).and_then(|file| file.requests.into_iter().next());
    let certificate = read(&folder.join(CERTIFICATE), faults).and_then(|file| file.certificates.into_iter().next());
    let chain = read(&folder.join(CHAIN), faults).map(|file| file.certificates).unwrap_or_default();
    (request, certificate, chain)
}

/// What is in a file, if the file is there.
fn read(path: &Path, faults: &mut Vec<Fault>) -> Option<Evidence> {
    match read_file(path, None) {
        Ok(evidence) => Some(evidence),
        Err(Error::File { cause, .. }) if cause.kind() == std::io::ErrorKind::NotFound => None,
        // An empty chain: the certificate was signed by a root.
        Err(Error::Empty { .. }) if path.ends_with(CHAIN) => None,
        Err(error) => {
            faults.push(Fault::Unreadable(error.to_string()));
            None
        }
    }
}
