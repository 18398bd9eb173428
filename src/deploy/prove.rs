//! What services present: before a commit, and until they present what was committed.

use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::error::{Deploying, io_cause};
use crate::facts::{Cause, Hello, KeysOffered, Name, Opening, Sni, Step, Target, TlsVersion, Trouble, sha256_hex};
use crate::probe::{Asked, Protocol, Wire, by_port, tls};

/// The longest step of one look.
const STEP: Duration = Duration::from_secs(5);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(100);
/// How often in a row the certificate has to be there: processes that a service lets go may still answer.
const IN_A_ROW: u32 = 3;

/// A place where a service shows its certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watch {
    /// As it was named: `imaps://127.0.0.1:993`.
    pub endpoint: String,
    /// What it presented before: SHA-256 in hexadecimal digits; None when nothing could be had of it.
    pub before: Option<String>,
    /// True when it has to answer: somebody named it, or it answered before.
    pub must_answer: bool,
    /// The server name that is sent.
    name: Option<String>,
}

/// What a place presents in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// The certificate that was committed.
    Committed,
    /// Nothing listens there, as before.
    Silent,
}

impl Watch {
    /// Looks once, before anything changes.
    ///
    /// # Errors
    /// The endpoint cannot be understood.
    pub(super) fn begin(endpoint: &str, name: Option<&Name>, is_named: bool) -> Result<Self, Error> {
        place(endpoint)?;
        let name = name.map(|name| name.as_str().to_owned());
        let mut watch = Self { endpoint: endpoint.to_owned(), before: None, must_answer: true, name };
        let seen = watch.look();
        let is_silent = seen.as_ref().is_err_and(|trouble| trouble.step == Step::Connect);
        watch.must_answer = is_named || !is_silent;
        watch.before = seen.ok();
        Ok(watch)
    }

    /// Looks until the certificate is there to stay.
    ///
    /// # Errors
    /// [`Deploying::NotPresented`] when it is not there in time.
    pub(super) fn wait_for(&self, sha256: &str, patience: Duration) -> Result<Shown, Error> {
        let deadline = Instant::now() + patience;
        let mut in_a_row = 0;
        loop {
            let seen = self.look();
            if seen.as_ref().is_ok_and(|seen| seen == sha256) {
                in_a_row += 1;
                if in_a_row == IN_A_ROW {
                    return Ok(Shown::Committed);
                }
                sleep(PAUSE);
                continue;
            }
            in_a_row = 0;
            let cause = match seen {
                Ok(seen) if self.before.as_ref() == Some(&seen) => "it still presents the one from before".to_owned(),
                Ok(seen) => format!("it presents {seen}"),
                Err(trouble) if trouble.step == Step::Connect && !self.must_answer => return Ok(Shown::Silent),
                Err(trouble) => format!("{} failed: {}", trouble.step, trouble.cause),
            };
            if Instant::now() >= deadline {
                return Err(Error::from(Deploying::NotPresented {
                    endpoint: self.endpoint.clone(),
                    sha256: sha256.to_owned(),
                    cause,
                }));
            }
            sleep(PAUSE);
        }
    }

    /// SHA-256 of the certificate that is presented now.
    fn look(&self) -> Result<String, Trouble> {
        let at_connect = |cause| Trouble { step: Step::Connect, cause };
        let (protocol, opening, address) = place(&self.endpoint)
            .and_then(|(protocol, opening, host, port)| Ok((protocol, opening, find(&self.endpoint, &host, port)?)))
            .map_err(|error| at_connect(Cause::Io(error.to_string())))?;
        let name = self.name.as_deref().and_then(|name| Name::parse(name).ok());
        let sni = name.map_or(Sni::Absent, Sni::Target);
        let look = |newest| {
            let wire = Wire::connect(address, STEP, Arc::new(AtomicBool::new(false)));
            let mut wire = wire.map_err(at_connect)?;
            protocol.open(&mut wire, opening).ready?;
            let hello = Hello { sni: sni.clone(), keys: KeysOffered::Any, newest };
            tls::shake(&mut wire, &hello)
        };
        // Old servers know neither today's versions nor a polite way to say so.
        let seen = look(TlsVersion::Tls13)
            .or_else(|trouble| if tls::wants_legacy(&trouble) { look(TlsVersion::Tls10) } else { Err(trouble) })?;
        Ok(sha256_hex(seen.chain.first().map_or(&[], Vec::as_slice)))
    }
}

/// What an endpoint means. Its protocol has to be beyond doubt.
fn place(endpoint: &str) -> Result<(&'static Protocol, Opening, Target, u16), Error> {
    match Asked::parse(endpoint)? {
        Asked::Service { protocol, opening, host, port } => Ok((protocol, opening, host, port)),
        Asked::HostPort { host, port } => match by_port(port) {
            Some((protocol, opening)) => Ok((protocol, opening, host, port)),
            None => Err(Error::NoPort { address: endpoint.to_owned() }),
        },
        Asked::Host(_) | Asked::AnyOf { .. } => Err(Error::NoPort { address: endpoint.to_owned() }),
    }
}

fn find(endpoint: &str, host: &Target, port: u16) -> Result<SocketAddr, Error> {
    if let Some(address) = host.address() {
        return Ok(SocketAddr::new(address, port));
    }
    let unknown = |cause: String| Error::NoAddress { host: endpoint.to_owned(), cause };
    let name = host.name().ok_or_else(|| Error::NoHost { address: endpoint.to_owned() })?;
    let mut found = (name.as_str(), port).to_socket_addrs().map_err(|cause| unknown(io_cause(&cause)))?;
    found.next().ok_or_else(|| unknown("it has no address".to_owned()))
}
