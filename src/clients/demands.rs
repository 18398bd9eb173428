//! What clients demand of a certificate beyond its name.

use crate::facts::Moment;

/// What a client demands beyond the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Demands {
    /// Least bits of an RSA key; 0 when any will do.
    pub rsa_bits: u32,
    /// Whether SHA-1 and older signatures are taken.
    pub old_digests: OldDigests,
    /// Whether serverAuth must be among the purposes.
    pub server_auth: ServerAuth,
    /// Longest lives, by date of issue.
    pub lives: &'static [LifeLimit],
}

impl Demands {
    /// Nothing is known to be demanded; models name what they demand.
    pub const NONE: Self =
        Self { rsa_bits: 0, old_digests: OldDigests::Accepted, server_auth: ServerAuth::Ignored, lives: &[] };
}

/// Whether SHA-1 and older signatures are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OldDigests {
    /// Taken, or not known.
    Accepted,
    /// Refused.
    Refused,
}

/// Whether serverAuth must be among the extended key usages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServerAuth {
    /// Not looked at, or not known.
    Ignored,
    /// Must be listed when the extension is there.
    IfPresent,
    /// Must be listed in certificates issued after this moment; before it, when the extension is there.
    RequiredFrom(Moment),
}

/// A longest life, for certificates whose notBefore is at or after a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LifeLimit {
    /// First notBefore that it holds for.
    pub issued_from: Moment,
    /// Days of 86,400 s.
    pub days: i64,
    /// Which roots it holds for.
    pub roots: Roots,
}

/// Which roots a limit holds for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Roots {
    /// All, those added by an administrator too.
    All,
    /// Only those that the system brings along.
    Preinstalled,
}
