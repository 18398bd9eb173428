//! Why a CA of the store did not do what was asked.

use std::fmt::{self, Write};
use std::path::PathBuf;

use super::{Error, listed};

/// Why a private CA could not be made, or did not sign or revoke.
#[derive(Debug)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the variant and its message say what each value is")]
pub enum Signing {
    /// The store has no CA.
    NoAuthority { store: PathBuf },
    /// The store has no CA of this name.
    NoSuchAuthority { name: String, known: Vec<String> },
    /// The store has several, and none was named.
    WhichAuthority { names: Vec<String> },
    /// A name of a CA that no certificate can hold, or of which no folder's name can be made.
    BadAuthorityName { name: String, cause: String },
    /// A domain or network to which a CA cannot be limited.
    BadConstraint { typed: String, cause: String },
    /// The key that signs is not there.
    KeyAway { path: PathBuf },
    /// The CA's certificate has ended, or has not begun.
    NotValid { name: String, since: Option<String>, until: String },
    /// A request that is not signed.
    Refused { source: String, reasons: Vec<String> },
    /// A request with a key that was given up with a certificate.
    CompromisedKey { source: String },
    /// Some of several requests are not signed, so that none is.
    NothingSigned { refused: usize, of: usize },
    /// It holds no request.
    NoRequest { source: String },
    /// Two requests would be answered in the same file.
    SameFile { path: PathBuf },
    /// The CA did not sign such a certificate.
    NotSigned { what: String, name: String },
    /// The CA signed several such certificates.
    ManySigned { what: String, serials: Vec<String> },
    /// The CRL of a CA, which is the register of what it has revoked, cannot be had.
    NoList { path: PathBuf, cause: &'static str },
    /// A CRL is to begin anew, and the CA has a whole one.
    ListIsThere { path: PathBuf },
    /// It is revoked already.
    AlreadyRevoked { serial: String, since: String },
    /// A certificate that its CA has revoked, and that is to be used.
    Revoked { certificate: String, since: String },
}

impl Signing {
    pub(super) fn hint(&self) -> &'static str {
        match self {
            Self::NoAuthority { .. } => "make one with certfix ca init NAME, or name another store with --store DIR",
            Self::NoSuchAuthority { .. } => "certfix ca list shows all of them",
            Self::WhichAuthority { .. } => "name one with --ca NAME",
            Self::BadAuthorityName { .. } => "write it like \"Contoso Internal CA\"",
            Self::BadConstraint { .. } => "write it like --only contoso.com, or --only 192.0.2.0/24 beside a domain",
            Self::KeyAway { .. } => "put the file back for as long as it is needed",
            Self::NotValid { since: Some(_), .. } => {
                "see that the clock of this machine is right; where --at is given, name a later day"
            }
            Self::NotValid { since: None, .. } => {
                "make a new CA with certfix ca init NAME, have clients trust it, then: \
                 certfix ca sign REQUEST --ca NAME --install"
            }
            Self::NothingSigned { .. } => "sign the others without them, or mend them first",
            Self::NoRequest { .. } => "name the file of a certificate request; certfix csr makes one",
            Self::SameFile { .. } => "sign them in two calls, with two folders",
            Self::NotSigned { .. } => "certfix ca list shows what was signed",
            Self::ManySigned { .. } => "name the serial number; certfix ca list shows all",
            Self::CompromisedKey { .. } => {
                "make a new key where the old one is: certfix csr --renew NAME --new-key; then sign renewal/request.csr there"
            }
            Self::Refused { .. } => {
                "make another request: certfix csr --from REQUEST --ca private; names outside --only need another CA"
            }
            Self::Revoked { .. } => {
                "ask for another with certfix csr --renew NAME, and install what is signed for that"
            }
            Self::NoList { .. } => {
                "take what was revoked from a copy, a backup or what clients get: certfix ca crl --ca NAME --from FILE; with none left, begin anew: certfix ca crl --ca NAME --begin-anew"
            }
            Self::ListIsThere { .. } => "certfix ca crl alone makes the next one, with what was revoked",
            Self::AlreadyRevoked { .. } => "nothing is left to do; certfix ca list shows all that was signed",
        }
    }

    pub(super) fn describe(&self, out: &mut impl Write) -> fmt::Result {
        match self {
            Self::NoAuthority { store } => write!(out, "the store '{}' has no CA", store.display()),
            Self::NoSuchAuthority { name, known } => {
                write!(out, "no CA is called '{name}', but: {}", listed(known))
            }
            Self::WhichAuthority { names } => {
                write!(out, "the store has {} CAs, and one is meant: {}", names.len(), listed(names))
            }
            Self::BadAuthorityName { name, cause } => write!(out, "'{name}' cannot be the name of a CA: {cause}"),
            Self::BadConstraint { typed, cause } => {
                write!(out, "a CA cannot be limited to '{typed}': {cause}")
            }
            Self::KeyAway { path } => write!(out, "the key that signs, '{}', is not there", path.display()),
            Self::NotValid { name, since: None, until } => write!(out, "the CA '{name}' ended on {until}"),
            Self::NotValid { name, since: Some(since), .. } => write!(out, "the CA '{name}' begins on {since}"),
            Self::Refused { source, reasons } => write!(out, "'{source}' is not signed: {}", reasons.join("; ")),
            Self::CompromisedKey { source } => write!(
                out,
                "'{source}' is not signed: somebody else may have its key, for a certificate with it was revoked for key-compromise"
            ),
            Self::NothingSigned { refused, of } => {
                write!(out, "nothing was signed: {refused} of {of} requests are refused")
            }
            Self::NoRequest { source } => write!(out, "'{source}' holds no certificate request"),
            Self::SameFile { path } => write!(out, "two of the answers would be '{}'", path.display()),
            Self::NotSigned { what, name } => write!(out, "the CA '{name}' signed no certificate '{what}'"),
            Self::ManySigned { what, serials } => {
                write!(out, "there are {} certificates for '{what}' in force: {}", serials.len(), listed(serials))
            }
            Self::NoList { path, cause } => write!(out, "the CRL '{}' cannot be used: {cause}", path.display()),
            Self::ListIsThere { path } => write!(out, "the CRL '{}' is whole, and is not begun anew", path.display()),
            Self::AlreadyRevoked { serial, since } => write!(out, "the certificate {serial} is revoked since {since}"),
            Self::Revoked { certificate, since } => {
                write!(out, "the certificate {certificate} is revoked since {since} by a CA of this store")
            }
        }
    }
}

impl From<Signing> for Error {
    fn from(signing: Signing) -> Self {
        Self::Signing(signing)
    }
}
