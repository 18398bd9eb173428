//! Which versions of TLS clients offer.

use std::fmt;

use super::Mark;
use crate::facts::{Answered, TlsVersion};

/// The versions of TLS that a client offers when nobody told it otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Versions {
    /// The oldest and the newest that it offers wherever it runs, with every cipher suite.
    pub always: (TlsVersion, TlsVersion),
    /// The oldest and the newest that it offers somewhere: on some systems, or with some cipher suites.
    pub ever: (TlsVersion, TlsVersion),
    /// How sure we are of `ever`.
    pub mark: Mark,
}

impl Versions {
    /// Not known, or no program: nothing keeps it from a service.
    pub const UNKNOWN: Self = Self::new(TlsVersion::Ssl3, TlsVersion::Tls13, Mark::Inferred);

    /// Those of programs that leave it to Windows, whose versions before 8.1 offer nothing newer than TLS 1.0 unless told.
    pub const OF_WINDOWS: Self =
        Self::new(TlsVersion::Tls10, TlsVersion::Tls10, Mark::Inferred).or(TlsVersion::Ssl3, TlsVersion::Tls13);

    /// From the oldest to the newest, wherever it runs.
    pub const fn new(oldest: TlsVersion, newest: TlsVersion, mark: Mark) -> Self {
        Self { always: (oldest, newest), ever: (oldest, newest), mark }
    }

    /// The same, and somewhere these too.
    pub const fn or(self, oldest: TlsVersion, newest: TlsVersion) -> Self {
        Self { ever: (oldest, newest), ..self }
    }

    /// Whether it shares a version with one of the services; with none named, it does.
    pub fn meet(&self, services: &[Answered]) -> Meeting {
        let meets = |(oldest, newest)| services.is_empty() || services.iter().any(|one| one.meets(oldest, newest));
        match (meets(self.always), meets(self.ever)) {
            (true, _) => Meeting::Always,
            (false, true) => Meeting::Sometimes,
            (false, false) => Meeting::Never,
        }
    }
}

/// Whether a client and a service share a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meeting {
    /// Wherever the client runs.
    Always,
    /// On some systems, or with some cipher suites.
    Sometimes,
    /// Nowhere: it sees no certificate.
    Never,
}

/// `TLS 1.2 to TLS 1.3`, as far as it is offered anywhere.
impl fmt::Display for Versions {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.ever {
            (oldest, newest) if oldest == newest => oldest.fmt(out),
            (TlsVersion::Tls12, TlsVersion::Tls13) => out.write_str("TLS 1.2 and TLS 1.3"),
            (oldest, newest) => write!(out, "{oldest} to {newest}"),
        }
    }
}
