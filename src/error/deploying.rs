//! Why a service could not be given its certificate.

use std::fmt::{self, Write};
use std::path::PathBuf;

use super::{Error, listed};

/// Why binding, committing or undoing did not work.
#[derive(Debug)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the variant and its message say what each value is")]
pub enum Deploying {
    /// The store has no key of this name.
    NoSuchKey { name: String, store: PathBuf, known: Vec<String> },
    /// A key whose certificate has not come yet.
    NotInstalled { path: PathBuf },
    /// A key whose newest certificate its CA has revoked.
    Revoked { key: String, since: String },
    /// A key and a certificate that do not belong together, though the store has them as one.
    NotOfOneKey { key: PathBuf, certificate: PathBuf },
    /// Services cannot ask for a password.
    EncryptedKey { path: PathBuf },
    /// The service has another key.
    BoundElsewhere { service: String, key: String },
    /// The key has no such binding.
    NotBound { service: String, key: String },
    /// A template that cannot be read or filled.
    BadTemplate { source: String, cause: String },
    /// A binding whose template is gone, or does not fit it any more.
    Unusable { service: String, key: String, cause: Box<Error> },
    /// A value that the template does not know.
    NoValue { service: String, name: String, known: String },
    /// A binding by which a commit would do nothing.
    NothingSet { service: String, known: String },
    /// An address that leaves open what is spoken there.
    NoProtocol { endpoint: String },
    /// There is no such folder, and so no store.
    NoStore { path: PathBuf },
    /// A file of a service that cannot be changed safely.
    CannotEdit { path: PathBuf, cause: String },
    /// A device, a pipe or a socket where a file of a service should be.
    NotAFile { path: PathBuf },
    /// A file of the store that a service is to be given.
    InStore { service: String, path: PathBuf, store: PathBuf },
    /// A file of nginx of which no server block can be given the certificate.
    NoBlock { path: PathBuf, cause: String },
    /// Another program is at work.
    Locked { path: PathBuf, holder: String },
    /// A commit or undo that did not end.
    Interrupted { path: PathBuf },
    /// A program of a service failed.
    Command { command: String, cause: String },
    /// A service that does not present its new certificate.
    NotPresented { endpoint: String, sha256: String, cause: String },
    /// A service that a commit left alone, and that presents another certificate since.
    TakenAway { service: String, key: String, cause: Box<Error> },
    /// A service that could not be looked at anywhere.
    NothingListens { service: String },
    /// Every file is in its place, and yet a service does not do what it is bound to.
    NothingToCommit { cause: Box<Error> },
    /// A commit failed, and everything is as before.
    PutBack { cause: Box<Error>, troubles: Vec<String> },
    /// A commit failed, and so did putting back.
    NotPutBack { cause: Box<Error>, failure: Box<Error> },
    /// There is no commit to undo.
    NothingToUndo,
    /// A file that cannot be put back, because the service was uninstalled.
    FolderGone { path: PathBuf },
    /// Somebody changed a file after the commit.
    ChangedSince { path: PathBuf },
    /// Somebody changed a file after it was looked at and before it was written.
    ChangedMeanwhile { path: PathBuf },
    /// A key whose files a service reads, though it is not bound to it any more.
    StillRead { key: String, path: PathBuf, verb: &'static str },
}

impl Deploying {
    pub(super) fn hint(&self) -> &'static str {
        match self {
            Self::NoSuchKey { known, .. } if known.is_empty() => {
                "make it first: certfix csr --fqdn NAME; or name another store with --store DIR"
            }
            Self::NoSuchKey { .. } => {
                "name one of them, make another with certfix csr --fqdn NAME, or name another store with --store DIR"
            }
            Self::NotInstalled { .. } => {
                "put the CA's answer into the store first: certfix install FILE; certfix keys show NAME says what is missing"
            }
            Self::Revoked { .. } => "renew it first: certfix renew --now NAME",
            Self::NotOfOneKey { .. } => {
                "put the file back that somebody replaced, or make another key and certificate: certfix renew --now NAME"
            }
            Self::EncryptedKey { .. } => "bind a key that was made without --encrypt-key",
            Self::BoundElsewhere { .. } => {
                "take that binding away with --remove, or give this one a name: --to SERVICE:NAME"
            }
            Self::NotBound { .. } => "name the service as it was bound, with --address if it had one",
            Self::NothingSet { .. } => "pass --set NAME=VALUE",
            Self::NoProtocol { .. } => {
                "write it like imaps://mail.contoso.com:1993, or tls://mail.contoso.com:8443 where TLS begins at once"
            }
            Self::NoStore { .. } => "certfix csr makes it with its first key; name another with --store DIR",
            Self::NoValue { .. } => "--dry-run shows what a template writes",
            Self::Locked { .. } => "run it again when that has ended; bind, commit, undo and renew take --wait SECONDS",
            Self::Interrupted { .. } => "certfix undo puts everything back; certfix commit does so and begins again",
            Self::NothingListens { .. } => "start it, or say where to look with --endpoint PROTOCOL://HOST:PORT",
            Self::NothingToCommit { .. } => {
                "start the service or have it reload; if that does not help, other lines of its configuration name a certificate"
            }
            Self::TakenAway { .. } => {
                "give each an address of its own with --address, or take one of the bindings away with certfix bind --remove"
            }
            Self::PutBack { cause, .. } if matches!(**cause, Error::Deploying(Self::TakenAway { .. })) => cause.hint(),
            Self::PutBack { .. } => "correct what failed, then run certfix commit again",
            Self::NotPutBack { .. } => "the next certfix commit or certfix undo tries again to put everything back",
            Self::FolderGone { .. } => "make the folder again, or put back all but that file with certfix undo --force",
            Self::ChangedSince { .. } => {
                "pass --force to put it back all the same; what the file holds now is kept in .certfix-edited"
            }
            Self::ChangedMeanwhile { .. } => "run certfix commit again when nobody else is changing it",
            Self::StillRead { .. } => {
                "put that file back with certfix undo, or take those lines out by hand; then run the same command again"
            }
            Self::BadTemplate { .. } => "docs/deploy.md says what can stand in a template",
            Self::Unusable { .. } => {
                "put its template right, or take the binding away: certfix bind NAME --remove --to SERVICE, with --address \
                 if it has one"
            }
            Self::NoBlock { .. } => {
                "name another file with --set site=FILE, or other blocks of it with --set server_name=NAME or --address, or \
                 mend it by hand"
            }
            Self::CannotEdit { .. } => {
                "mend it by hand, or bind the service with other values, then run the same command again"
            }
            Self::NotAFile { .. } => "name another file, or move what is there out of its place",
            Self::InStore { .. } => {
                "name a file outside of it; one that reads the store's own files needs a reload alone: \
                 certfix bind NAME --to files --reload COMMAND"
            }
            Self::Command { .. } => "run the command by hand to see all that it says",
            Self::NotPresented { .. } => "certfix check with that address shows what it presents",
            Self::NothingToUndo => "certfix keys lists the keys and the services that are bound to them",
        }
    }

    pub(super) fn describe(&self, out: &mut impl Write) -> fmt::Result {
        match self {
            Self::NoSuchKey { name, store, known } => {
                write!(out, "no key is called '{name}' in the store '{}'", store.display())?;
                if known.is_empty() { Ok(()) } else { write!(out, ", but: {}", listed(known)) }
            }
            Self::NotInstalled { path } => write!(out, "'{}' has no certificate yet", path.display()),
            Self::Revoked { key, since } => {
                write!(out, "services do not get the newest certificate of '{key}': it is revoked since {since}")
            }
            Self::NotOfOneKey { key, certificate } => {
                write!(out, "the key in '{}' is not the key of '{}'", key.display(), certificate.display())
            }
            Self::EncryptedKey { path } => {
                write!(out, "'{}' is encrypted, and a service cannot ask for its password", path.display())
            }
            Self::BoundElsewhere { service, key } => write!(out, "{service} is bound to '{key}' already"),
            Self::NotBound { service, key } => write!(out, "'{key}' is not bound to {service}"),
            Self::BadTemplate { source, cause } => write!(out, "the template '{source}' cannot be used: {cause}"),
            Self::Unusable { service, key, cause } => {
                write!(out, "{service}, bound to '{key}', cannot be used: {cause}")
            }
            Self::NoValue { service, name, known } if known.is_empty() => {
                write!(out, "{service} takes no value '{name}', nor any other")
            }
            Self::NoValue { service, name, known } => {
                write!(out, "{service} takes no value '{name}', but these: {known}")
            }
            Self::NothingSet { service, known } => {
                write!(out, "{service} has nothing to write, for none of these is set: {known}")
            }
            Self::NoProtocol { endpoint } => write!(out, "'{endpoint}' does not say which protocol is spoken there"),
            Self::NoStore { path } => write!(out, "there is no store in '{}'", path.display()),
            Self::CannotEdit { path, cause } | Self::NoBlock { path, cause } => {
                write!(out, "'{}' cannot be changed: {cause}", path.display())
            }
            Self::NotAFile { path } => write!(out, "'{}' is a device, a pipe or a socket, not a file", path.display()),
            Self::InStore { service, path, store } => {
                let (path, store) = (path.display(), store.display());
                write!(out, "{service} is to be given '{path}', which is in the store '{store}'")
            }
            Self::Locked { path, holder } => write!(out, "'{}' is being worked on by {holder}", path.display()),
            Self::Interrupted { path } => {
                write!(out, "a commit of '{}' was interrupted and has to be put back first", path.display())
            }
            Self::Command { command, cause } => write!(out, "'{command}' failed: {cause}"),
            Self::NotPresented { endpoint, sha256, cause } => {
                write!(out, "{endpoint} does not present the certificate {sha256}: {cause}")
            }
            Self::TakenAway { service, key, cause } => {
                write!(out, "the commit takes the certificate of '{key}' from {service}: {cause}")
            }
            Self::NothingListens { service } => write!(out, "{service} does not answer on any of its ports"),
            Self::NothingToCommit { cause } => write!(out, "nothing to commit, but {cause}"),
            Self::PutBack { cause, troubles } if troubles.is_empty() => {
                write!(out, "{cause}; everything was put back")
            }
            Self::PutBack { cause, troubles } => {
                write!(out, "{cause}; every file was put back, but {}", troubles.join("; "))
            }
            Self::NotPutBack { cause, failure } => write!(out, "{cause}; not everything was put back: {failure}"),
            Self::NothingToUndo => out.write_str("there is no commit to undo"),
            Self::FolderGone { path } => {
                write!(out, "'{}' cannot be put back: its folder is gone", path.display())
            }
            Self::ChangedSince { path } => write!(out, "'{}' was changed after the commit", path.display()),
            Self::ChangedMeanwhile { path } => {
                write!(out, "'{}' was changed while certfix was looking: nothing was written", path.display())
            }
            Self::StillRead { key, path, verb } => {
                write!(out, "'{key}' cannot be {verb} while '{}' names its files", path.display())
            }
        }
    }
}

impl From<Deploying> for Error {
    fn from(deploying: Deploying) -> Self {
        Self::Deploying(deploying)
    }
}
