//! What a certificate and a request have in common.

use super::{DistinguishedName, KeyUsage, Names, PublicKey, Purpose};

/// Who it is for and what the key may do: the part that a certificate and a request share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The subject as written.
    pub subject: DistinguishedName,
    /// The subjectAltName in wire order.
    pub names: Names,
    /// The public key.
    pub key: PublicKey,
    /// keyUsage, when the extension is there.
    pub key_usage: Option<KeyUsage>,
    /// extKeyUsage, when the extension is there.
    pub purposes: Option<Vec<Purpose>>,
    /// basicConstraints, when the extension is there.
    pub basic_constraints: Option<BasicConstraints>,
}

/// The basicConstraints extension (RFC 5280 §4.2.1.9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BasicConstraints {
    /// The cA boolean.
    pub ca: bool,
    /// pathLenConstraint, when given.
    pub path_length: Option<u32>,
}

impl Identity {
    /// True when basicConstraints says cA TRUE.
    pub fn is_ca(&self) -> bool {
        self.basic_constraints.is_some_and(|constraints| constraints.ca)
    }
}
