//! What services present: before a commit, and until they present what was committed.

use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::error::{Deploying, io_cause};
use crate::facts::{
    Cause, Certificate, Hello, KeysOffered, Name, Opening, Sni, Step, Target, Text, TlsVersion, Trouble, sha256_hex,
};
use crate::probe::{Asked, Protocol, Wire, by_port, other_keys, tls};

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
    /// What it presented besides, to clients of the other kind of key.
    #[serde(default)]
    beside: Vec<String>,
    /// True when it has to answer: somebody named it, or it answered before.
    pub must_answer: bool,
    /// The server name that is sent.
    name: Option<String>,
}

/// What a place presents in the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// The certificate that was committed.
    Committed {
        /// What else is to be known of it.
        remarks: Vec<String>,
    },
    /// Nothing listens there, as before.
    Silent,
}

/// What a place has to present.
pub(super) struct Wanted<'a> {
    /// SHA-256 of the certificate, in hexadecimal digits.
    pub(super) sha256: String,
    /// The name that people type.
    pub(super) target: &'a str,
    /// The certificates that other bindings commit: a service may have one of each kind of key.
    pub(super) others: &'a [String],
}

/// A certificate, and the keys that clients take who get it.
struct Presented {
    sha256: String,
    der: Vec<u8>,
    keys: KeysOffered,
}

impl Watch {
    /// Looks once, before anything changes.
    ///
    /// # Errors
    /// The endpoint cannot be understood.
    pub(super) fn begin(endpoint: &str, name: Option<&Name>, is_named: bool) -> Result<Self, Error> {
        place(endpoint)?;
        let name = name.map(|name| name.as_str().to_owned());
        let (endpoint, beside) = (endpoint.to_owned(), Vec::new());
        let mut watch = Self { endpoint, before: None, beside, must_answer: true, name };
        let seen = watch.look();
        let is_silent = seen.as_ref().is_err_and(|trouble| trouble.step == Step::Connect);
        watch.must_answer = is_named || !is_silent;
        let mut seen = seen.into_iter().flatten().map(|one| one.sha256);
        watch.before = seen.next();
        watch.beside = seen.collect();
        Ok(watch)
    }

    /// The same, where nothing was changed: what it presents now is not from before.
    pub(super) fn without_past(self) -> Self {
        Self { before: None, beside: Vec::new(), ..self }
    }

    /// Looks until what was there before is there to stay.
    ///
    /// # Errors
    /// [`Deploying::NotPresented`] when it is not there in time.
    pub(super) fn wait_for(&self, sha256: &str, patience: Duration) -> Result<Shown, Error> {
        self.wait(sha256, patience, |_| Ok(Vec::new()))
    }

    /// Looks until clients of every kind of key get what they shall get.
    ///
    /// # Errors
    /// [`Deploying::NotPresented`] when they do not in time.
    pub(super) fn prove(&self, wanted: &Wanted<'_>, patience: Duration) -> Result<Shown, Error> {
        self.wait(&wanted.sha256, patience, |seen| self.remarks(seen, wanted))
    }

    /// `judge` says what is to be remarked where the certificate is there, or why it does not count.
    fn wait(
        &self,
        sha256: &str,
        patience: Duration,
        judge: impl Fn(&[Presented]) -> Result<Vec<String>, String>,
    ) -> Result<Shown, Error> {
        let deadline = Instant::now() + patience;
        let mut in_a_row = 0;
        loop {
            let judged = match self.look() {
                Ok(seen) if seen.iter().any(|one| one.sha256 == sha256) => judge(&seen),
                Ok(seen) => Err(seen.first().map_or_else(String::new, |one| self.instead(one))),
                Err(trouble) if trouble.step == Step::Connect && !self.must_answer => return Ok(Shown::Silent),
                Err(trouble) => Err(format!("{} failed: {}", trouble.step, trouble.cause)),
            };
            let cause = match judged {
                Ok(remarks) => {
                    in_a_row += 1;
                    if in_a_row == IN_A_ROW {
                        return Ok(Shown::Committed { remarks });
                    }
                    sleep(PAUSE);
                    continue;
                }
                Err(cause) => cause,
            };
            in_a_row = 0;
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

    /// What there is to say where the wanted certificate is among those that are presented. One that stands beside it has to
    /// name the host too, and to be another binding's or to stay while an earlier one gives way.
    fn remarks(&self, seen: &[Presented], wanted: &Wanted<'_>) -> Result<Vec<String>, String> {
        let Some(other) = seen.iter().find(|one| one.sha256 != wanted.sha256) else { return Ok(Vec::new()) };
        let cert = Certificate::from_der(&other.der).ok().filter(|cert| names(cert, wanted.target));
        match cert {
            Some(_) if wanted.others.contains(&other.sha256) => Ok(Vec::new()),
            Some(cert) if !self.has_lost_nothing(seen, &wanted.sha256) => {
                let whom = clients(other.keys);
                Ok(vec![format!("{whom} get another one, {}, which ends {}", other.sha256, cert.not_after.date())])
            }
            _ => Err(self.instead(other)),
        }
    }

    /// True when the certificate came, and all that were there before are still there: none has given way to it.
    fn has_lost_nothing(&self, seen: &[Presented], sha256: &str) -> bool {
        let mut before = self.before.iter().chain(&self.beside);
        let is_there = |known: &String| known != sha256 && seen.iter().any(|one| one.sha256 == *known);
        self.before.is_some() && before.all(is_there)
    }

    /// What is said of a certificate that should not be there.
    fn instead(&self, one: &Presented) -> String {
        let what = if self.before.as_ref() == Some(&one.sha256) { "the one from before" } else { &one.sha256 };
        match (one.keys, what == one.sha256) {
            (KeysOffered::Any, true) => format!("it presents {what}"),
            (KeysOffered::Any, false) => format!("it still presents {what}"),
            (keys, true) => format!("{} get {what}", clients(keys)),
            (keys, false) => format!("{} still get {what}", clients(keys)),
        }
    }

    /// The certificates that are presented now, each once: that for clients which take any key, then that for those of
    /// the other kind of key, where they are answered.
    fn look(&self) -> Result<Vec<Presented>, Trouble> {
        let at_connect = |cause| Trouble { step: Step::Connect, cause };
        let (protocol, opening, address) = place(&self.endpoint)
            .and_then(|(protocol, opening, host, port)| Ok((protocol, opening, find(&self.endpoint, &host, port)?)))
            .map_err(|error| at_connect(Cause::Io(error.to_string())))?;
        let name = self.name.as_deref().and_then(|name| Name::parse(name).ok());
        let sni = name.map_or(Sni::Absent, Sni::Target);
        let look = |keys, newest| {
            let wire = Wire::connect(address, STEP, Arc::new(AtomicBool::new(false)));
            let mut wire = wire.map_err(at_connect)?;
            protocol.open(&mut wire, opening).ready?;
            tls::shake(&mut wire, &Hello { sni: sni.clone(), keys, newest })
        };
        // Old servers know neither today's versions nor a polite way to say so.
        let seen = look(KeysOffered::Any, TlsVersion::Tls13).or_else(|trouble| {
            if tls::wants_legacy(&trouble) { look(KeysOffered::Any, TlsVersion::Tls10) } else { Err(trouble) }
        })?;
        let mut all = vec![Presented::of(&seen, KeysOffered::Any)];
        if let Some(keys) = other_keys(&seen) {
            // Up to TLS 1.2 the kind of key is told apart from the signatures of the chain; protocol_version says that
            // there is no such version.
            match look(keys, seen.version.min(TlsVersion::Tls12)).or_else(|trouble| {
                if trouble.cause == Cause::Alert(70) { look(keys, seen.version) } else { Err(trouble) }
            }) {
                Ok(seen) => all.push(Presented::of(&seen, keys)),
                Err(trouble) if trouble.may_answer_another() => {}
                Err(trouble) => return Err(trouble),
            }
            all.dedup_by(|second, first| second.sha256 == first.sha256);
        }
        Ok(all)
    }
}

impl Presented {
    fn of(seen: &tls::Seen, keys: KeysOffered) -> Self {
        let der = seen.chain.first().cloned().unwrap_or_default();
        Self { sha256: sha256_hex(&der), der, keys }
    }
}

fn clients(keys: KeysOffered) -> &'static str {
    match keys {
        KeysOffered::Any => "clients that take any key",
        KeysOffered::Rsa => "clients that take RSA keys alone",
        KeysOffered::Ecdsa => "clients that take elliptic keys alone",
    }
}

/// True when the name that people type is one of the certificate's, or the star of one stands for its first label.
fn names(cert: &Certificate, target: &str) -> bool {
    let below = target.split_once('.').map_or("", |(_, below)| below);
    cert.identity.names.dns().filter_map(Text::as_str).any(|name| {
        let is_below = |parent: &str| parent.eq_ignore_ascii_case(below);
        name.eq_ignore_ascii_case(target) || name.strip_prefix("*.").is_some_and(is_below)
    })
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
