//! Which files of a folder are passed over: who names a folder does not mean everything in it.

use std::path::Path;

use certfix::facts::{Certificate, Evidence};
use certfix::{Error, input, store};

/// Why a file of a folder was passed over.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Passed {
    /// It holds no certificate; whether its name says that it does.
    SomethingElse { is_misnamed: bool },
    /// It holds certificates of CAs alone.
    Authorities,
    /// It holds what another beside it holds too.
    Repeated,
    /// It tells of former times.
    Former,
}

impl Passed {
    /// Of a file for which this is no error. A key is not misnamed: it may be called `.pem` rightly.
    pub(super) fn something_else(error: &Error, path: &Path) -> Self {
        let is_misnamed = matches!(error, Error::NotACertificate { .. }) && input::is_named_like_one(path);
        Self::SomethingElse { is_misnamed }
    }
}

/// True when what was read is neither a certificate nor a request, and does not claim to be one. An empty file claims it by its
/// name; a full disk leaves such. But certfix itself leaves the chain of a certificate empty that a root signed.
pub(super) fn is_something_else(error: &Error, path: &Path) -> bool {
    match error {
        Error::NotACertificate { is_damaged, .. } => !is_damaged,
        Error::Empty { .. } => {
            let is_empty_chain = path.ends_with(store::CHAIN) && path.with_file_name(store::FULL_CHAIN).is_file();
            is_empty_chain || !input::is_named_like_one(path)
        }
        Error::OnlyKeys { .. } => true,
        _ => false,
    }
}

/// True when there is no certificate of a server in it, and nothing that is to be one.
pub(super) fn is_of_authorities_alone(evidence: &Evidence) -> bool {
    let certificates = &evidence.certificates;
    let is_whole = evidence.damaged.is_none() && evidence.requests.is_empty() && !certificates.is_empty();
    is_whole && certificates.iter().all(Certificate::is_plainly_an_authority)
}
