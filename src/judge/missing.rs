//! What a rule had too little of.

/// Evidence that a rule lacked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// No target was given and none could be inferred.
    Target,
    /// It is a request, not a certificate. A report does not list what can never be asked of one.
    Certificate,
    /// Only the certificate itself was there.
    Chain,
    /// No roots to trust were given.
    Trust,
    /// A signature of the chain is of a kind that certfix cannot check.
    Proof,
    /// The signature of the request is of a kind that certfix cannot check.
    Possession,
    /// No private key came with it.
    Key,
    /// The private key that came with it is encrypted.
    OpenKey,
    /// The key came from another file, or from none with permission bits.
    Permissions,
}

impl Missing {
    /// Why, for people: `no --fqdn was given`.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Target => "no --fqdn was given",
            Self::Certificate => "it is a request",
            Self::Chain => "the other certificates of its chain are not here",
            Self::Trust => "no trusted roots were given",
            Self::Proof => "a signature of its chain is of a kind that certfix cannot check",
            Self::Possession => "its signature is of a kind that certfix cannot check",
            Self::Key => "no private key is here",
            Self::OpenKey => "the private key is encrypted",
            Self::Permissions => "the permissions of the key's file are not known",
        }
    }
}
