//! Proofs that a name is ours, one kind per file.

mod dns_hook;
mod listen;
mod server;
mod tls_alpn;
mod trace;
mod webroot;

use std::time::{Duration, Instant};

use instant_acme::ChallengeType;

use crate::Error;
use crate::authority::Challenge;
use crate::dns::Resolver;
use crate::told::Tell;

pub(super) use trace::Trace;

/// What has to be shown for one name.
pub(super) struct Proof {
    /// The name or address, without the star of a wildcard.
    pub(super) name: String,
    /// Picked by the authority: characters of base64url alone, so that it can stand in a path.
    pub(super) token: String,
    /// Token and hash of the account's key (RFC 8555 §8.1).
    pub(super) authorization: String,
    /// SHA-256 over `authorization`.
    pub(super) digest: Vec<u8>,
}

/// What proofs need of their surroundings.
pub(super) struct Means<'a> {
    pub(super) resolver: &'a dyn Fn() -> Result<Resolver, Error>,
    /// How long to wait for what others have to see.
    pub(super) patience: Duration,
}

/// A way of proving names, ready for use. What it started ends with it.
pub(super) trait Prover {
    /// What the proof will leave behind, known before it is shown.
    fn trace(&self, _: &Proof) -> Option<Trace> {
        None
    }

    /// Shows one proof.
    fn show(&mut self, proof: &Proof) -> Result<(), Error>;

    /// Waits until others can see all that was shown.
    fn settle(&mut self, _: Tell<'_>) -> Result<(), Error> {
        Ok(())
    }
}

impl Challenge {
    /// Its name in ACME.
    pub(super) fn kind(&self) -> ChallengeType {
        match self {
            Self::Webroot(_) | Self::Listen(_) => ChallengeType::Http01,
            Self::DnsHook(_) => ChallengeType::Dns01,
            Self::TlsAlpn(_) => ChallengeType::TlsAlpn01,
        }
    }

    /// Makes everything ready. Ports are opened here, before the authority is asked for anything.
    pub(super) fn prover<'a>(&'a self, means: &'a Means<'a>) -> Result<Box<dyn Prover + 'a>, Error> {
        Ok(match self {
            Self::Webroot(folder) => Box::new(webroot::Webroot { folder }),
            Self::Listen(place) => Box::new(listen::Listener::start(place)?),
            Self::DnsHook(hook) => Box::new(dns_hook::Hook::new(hook, means)),
            Self::TlsAlpn(place) => Box::new(tls_alpn::TlsServer::start(place)?),
        })
    }
}

/// Waits a moment, but not past `deadline`; false when that has come.
pub(super) fn pause(step: Duration, deadline: Instant) -> bool {
    let left = deadline.saturating_duration_since(Instant::now());
    std::thread::sleep(step.min(left));
    !left.is_zero()
}
