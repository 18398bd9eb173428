//! Which versions of TLS clients offer, and whether they name the server.

use std::fmt;

use super::Mark;
use crate::facts::{Answered, Audience, TlsVersion};

/// The versions of TLS that a client offers when nobody told it otherwise, and whether it says which server it wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Versions {
    /// The oldest and the newest that it offers wherever it runs, with every cipher suite.
    pub always: (TlsVersion, TlsVersion),
    /// The oldest and the newest that it offers somewhere: on some systems, or with some cipher suites.
    pub ever: (TlsVersion, TlsVersion),
    /// How sure we are of `ever`.
    pub mark: Mark,
    /// Whether it names the server (RFC 6066 §3); clients that are older than TLS 1.1 do not know how.
    pub names_server: bool,
}

impl Versions {
    /// Not known, or no program: nothing keeps it from a service.
    pub const UNKNOWN: Self = Self::new(TlsVersion::Ssl3, TlsVersion::Tls13, Mark::Inferred);

    /// Those of programs that leave it to Windows, whose versions before 8.1 offer nothing newer than TLS 1.0 unless told.
    pub const OF_WINDOWS: Self =
        Self::new(TlsVersion::Tls10, TlsVersion::Tls10, Mark::Inferred).or(TlsVersion::Ssl3, TlsVersion::Tls13);

    /// From the oldest to the newest, wherever it runs.
    pub const fn new(oldest: TlsVersion, newest: TlsVersion, mark: Mark) -> Self {
        Self { always: (oldest, newest), ever: (oldest, newest), mark, names_server: knows_names(newest) }
    }

    /// The same, and somewhere these too.
    pub const fn or(self, oldest: TlsVersion, newest: TlsVersion) -> Self {
        Self { ever: (oldest, newest), names_server: knows_names(newest), ..self }
    }

    /// Whether it is new enough to say which server it wants.
    pub(super) const fn knows_names(&self) -> bool {
        knows_names(self.ever.1)
    }

    /// The same, of a client that does not name the server although it could.
    pub const fn without_name(self) -> Self {
        Self { names_server: false, ..self }
    }

    /// Whether a client with these versions gets an answer from the services that present a certificate to this audience;
    /// with none, as with a file, it does.
    pub fn meet(&self, services: &[Answered], audience: Audience) -> Meeting {
        if services.is_empty() || *self == Self::UNKNOWN {
            return Meeting::Always;
        }
        let is_presented = services.iter().any(|one| one.is_named == self.names_server);
        let asked = services.iter().filter(|one| one.is_named == self.names_server || !is_presented);
        let meeting = asked.map(|one| self.meet_one(one)).reduce(Meeting::and).unwrap_or(Meeting::Always);
        // Clients that do what this one does, here at least, are presented with something else.
        let is_elsewhere = !is_presented && (!self.names_server || audience == Audience::Unnamed);
        if is_elsewhere { meeting.and(Meeting::Sometimes) } else { meeting }
    }

    /// Whether services present to it, somewhere at least, what they have for these clients.
    pub fn is_among(&self, audience: Audience) -> bool {
        match audience {
            Audience::All => true,
            Audience::Unnamed => !self.names_server || !knows_names(self.always.1) || *self == Self::UNKNOWN,
            Audience::Nobody => false,
        }
    }

    fn meet_one(&self, service: &Answered) -> Meeting {
        // Clients of today offer fewer cipher suites than there are.
        let is_usual = service.is_modern || service.newest < TlsVersion::Tls12;
        match (service.shares(self.always), service.shares(self.ever)) {
            (_, Some(false)) if service.is_sure => Meeting::Never(self.mark),
            (_, Some(false)) => Meeting::Never(self.mark.max(Mark::Inferred)),
            (Some(true), _) if is_usual => Meeting::Always,
            _ => Meeting::Sometimes,
        }
    }
}

/// Clients that have nothing newer than TLS 1.0 are older than the server name indication.
const fn knows_names(newest: TlsVersion) -> bool {
    newest as u8 > TlsVersion::Tls10 as u8
}

/// Whether a client and services share a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meeting {
    /// Wherever the client runs.
    Always,
    /// On some systems, with some cipher suites, or with some of the services; or it is not known.
    Sometimes,
    /// Nowhere: it sees no certificate. How sure we are of that.
    Never(Mark),
}

impl Meeting {
    /// With both of two services.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Never(one), Self::Never(another)) => Self::Never(one.max(another)),
            (one, another) if one == another => one,
            _ => Self::Sometimes,
        }
    }
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
