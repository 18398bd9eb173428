//! Many services at once: every service on every address of every source, each by a thread of its own.

use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use super::protocols::{BARE_TLS, SILENT};
use super::tls::{self, Seen};
use super::tour::{self, Tried};
use super::{Asked, Protocol, Wire, by_port, detect, usual};
use crate::facts::{
    Answer, Cause, Certificate, Endpoint, Evidence, Hello, KeysOffered, Look, Opening, Ports, Service, Sni, Source,
    Step, Survey, Target, Text, TlsVersion, Trouble,
};

/// One live source and where it is.
#[derive(Clone, Debug)]
pub struct Errand {
    /// As it was named.
    pub named: String,
    /// What that means.
    pub asked: Asked,
    /// Where its host is.
    pub addresses: Vec<IpAddr>,
    /// The port to connect to instead of the service's own.
    pub port: Option<u16>,
}

/// How to look.
#[derive(Clone, Debug)]
pub struct Manners {
    /// For each step: connecting, each reply, the handshake.
    pub timeout: Duration,
    /// Ends the run when it becomes true; what was seen so far is kept.
    pub stop: Arc<AtomicBool>,
}

/// Endpoints that are looked at at the same time; bounds memory, and the load on one server.
const AT_ONCE: usize = 48;

/// How often the flag to stop is looked at.
const SLICE: Duration = Duration::from_millis(100);

/// How long the threads may take to hand in what they have when the run is stopped; they see it within [`SLICE`].
const LAST_WORDS: Duration = Duration::from_millis(500);

/// Looks at everything at once. `progress` is told how many of how many endpoints are done. The surveys come in the order
/// of the errands.
///
/// Threads that are still waiting when the run is stopped end by themselves within moments.
pub fn survey(errands: &[Errand], manners: &Manners, progress: &mut dyn FnMut(usize, usize)) -> Vec<Survey> {
    let places: Vec<Vec<Place>> = errands.iter().map(places).collect();
    let queue: Vec<(usize, usize, Place)> = places
        .iter()
        .enumerate()
        .flat_map(|(errand, places)| {
            places.iter().enumerate().map(move |(index, place)| (errand, index, place.clone()))
        })
        .collect();
    let total = queue.len();
    let mut visits: Vec<Vec<Option<Visit>>> =
        places.iter().map(|places| std::iter::repeat_with(|| None).take(places.len()).collect()).collect();
    let (sender, receiver) = mpsc::channel();
    employ(queue, manners, &sender);
    drop(sender);
    let mut done = 0;
    let mut end = None;
    progress(done, total);
    while end.is_none_or(|end| Instant::now() < end) {
        match receiver.recv_timeout(SLICE) {
            Ok((errand, index, visit)) => {
                visits[errand][index] = Some(visit);
                done += 1;
                progress(done, total);
            }
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {}
        }
        if end.is_none() && manners.stop.load(Ordering::Relaxed) {
            end = Some(Instant::now() + LAST_WORDS);
        }
    }
    let visited = visits.into_iter().zip(places).map(|(visits, places)| {
        let visit = |(visit, place): (Option<Visit>, Place)| visit.unwrap_or_else(|| Visit::not_made(&place));
        visits.into_iter().zip(places).map(visit).collect()
    });
    errands.iter().zip(visited).map(|(errand, visits)| put_together(errand, visits)).collect()
}

type Report = (usize, usize, Visit);

/// Starts the threads. They share the queue.
fn employ(queue: Vec<(usize, usize, Place)>, manners: &Manners, sender: &Sender<Report>) {
    let hands = queue.len().min(AT_ONCE);
    let queue = Arc::new(Mutex::new(queue.into_iter()));
    for _ in 0..hands {
        let (queue, manners, sender) = (Arc::clone(&queue), manners.clone(), sender.clone());
        thread::spawn(move || {
            loop {
                // A thread that failed while it held the queue left it whole.
                let next = queue.lock().unwrap_or_else(|broken| broken.into_inner()).next();
                let Some((errand, index, place)) = next else { return };
                if sender.send((errand, index, place.visit(&manners))).is_err() {
                    return;
                }
            }
        });
    }
}

/// A protocol, and how TLS begins in it.
type Spoken = (&'static Protocol, Opening);

/// One service on one address, before anybody looked.
#[derive(Clone, Debug)]
struct Place {
    /// None: to be found out.
    protocol: Option<Spoken>,
    host: Target,
    /// The port of the service, which may be another one than that of `address`.
    port: u16,
    address: SocketAddr,
}

/// What came of looking there.
struct Visit {
    service: Service,
    address: SocketAddr,
    greeting: Option<Text>,
    injected: Option<Text>,
    tried: Vec<Tried>,
}

fn places(errand: &Errand) -> Vec<Place> {
    let host = errand.asked.host();
    let known = |(protocol, opening, port): (&'static Protocol, Opening, u16)| (Some((protocol, opening)), port);
    let services: Vec<(Option<Spoken>, u16)> = match &errand.asked {
        Asked::Service { protocol, opening, port, .. } => vec![known((*protocol, *opening, *port))],
        Asked::HostPort { port, .. } => vec![(by_port(*port), *port)],
        Asked::Host(_) => usual().map(known).collect(),
        Asked::AnyOf { services, .. } => services.iter().copied().map(known).collect(),
    };
    let place = |(protocol, port): (Option<Spoken>, u16)| {
        errand.addresses.iter().map(move |address| Place {
            protocol,
            host: host.clone(),
            port,
            address: SocketAddr::new(*address, errand.port.unwrap_or(port)),
        })
    };
    services.into_iter().flat_map(place).collect()
}

impl Place {
    fn visit(&self, manners: &Manners) -> Visit {
        if manners.stop.load(Ordering::Relaxed) {
            return Visit::not_made(self);
        }
        let (protocol, opening) = match self.protocol.map_or_else(|| self.find_out(manners), Ok) {
            Ok(known) => known,
            Err(trouble) => return Visit::failed(self, trouble),
        };
        let visit = self.tour(protocol, opening, manners);
        if self.protocol.is_none() && protocol.name == BARE_TLS.0.name && visit.is_hung_up() {
            let asked = self.tour(SILENT.0, SILENT.1, manners);
            if asked.is_understood() {
                return asked;
            }
        }
        visit
    }

    fn tour(&self, protocol: &'static Protocol, opening: Opening, manners: &Manners) -> Visit {
        let mut visit = Visit {
            service: protocol.service(opening, self.host.clone(), self.port),
            address: self.address,
            greeting: None,
            injected: None,
            tried: Vec::new(),
        };
        visit.tried = tour::handshakes(self.host.name(), |hello| {
            let connected = Wire::connect(self.address, manners.timeout, Arc::clone(&manners.stop));
            let mut wire = connected.map_err(|cause| Trouble { step: Step::Connect, cause })?;
            let opened = protocol.open(&mut wire, opening);
            if visit.greeting.is_none() {
                visit.greeting = opened.greeting;
            }
            if visit.injected.is_none() {
                visit.injected = opened.injected;
            }
            opened.ready?;
            tls::shake(&mut wire, hello)
        });
        visit
    }

    fn find_out(&self, manners: &Manners) -> Result<Spoken, Trouble> {
        let connected = Wire::connect(self.address, manners.timeout, Arc::clone(&manners.stop));
        let mut wire = connected.map_err(|cause| Trouble { step: Step::Connect, cause })?;
        detect(&mut wire)
    }
}

impl Visit {
    /// No ClientHello got an answer that belongs to TLS.
    fn is_hung_up(&self) -> bool {
        let hangs_up = |trouble: &Trouble| match trouble.cause {
            Cause::Closed | Cause::Reset | Cause::TimedOut | Cause::NotTls(_) => trouble.step == Step::Handshake,
            _ => false,
        };
        self.tried.iter().all(|(_, seen)| seen.as_ref().is_err_and(hangs_up))
    }

    /// The server knows the protocol that it was spoken to in, whatever it answers.
    fn is_understood(&self) -> bool {
        self.tried.iter().any(|(_, seen)| match seen {
            Ok(_) => true,
            Err(Trouble { step, cause }) => *step == Step::Handshake || matches!(cause, Cause::Denied(_)),
        })
    }

    fn not_made(place: &Place) -> Self {
        Self::failed(place, Trouble { step: Step::Connect, cause: Cause::Stopped })
    }

    fn failed(place: &Place, trouble: Trouble) -> Self {
        let (protocol, opening) = place.protocol.unwrap_or(BARE_TLS);
        let service = protocol.service(opening, place.host.clone(), place.port);
        let sni = place.host.name().map_or(Sni::Absent, |name| Sni::Target(name.clone()));
        let hello = Hello { sni, keys: KeysOffered::Any, newest: TlsVersion::Tls13 };
        let tried = vec![(hello, Err(trouble))];
        Self { service, address: place.address, greeting: None, injected: None, tried }
    }
}

/// The chains, each once, and which endpoint presented which.
fn put_together(errand: &Errand, visits: Vec<Visit>) -> Survey {
    let mut chains: Vec<Vec<Vec<u8>>> = Vec::new();
    let mut look = |(hello, seen): Tried| {
        let answer = seen.map(|Seen { version, chain, possession }| {
            let known = chains.iter().position(|known| *known == chain);
            let chain = known.unwrap_or_else(|| {
                chains.push(chain);
                chains.len() - 1
            });
            Answer { version, chain, possession }
        });
        Look { hello, answer }
    };
    let endpoints = visits
        .into_iter()
        .map(|Visit { service, address, greeting, injected, tried }| Endpoint {
            service,
            address,
            greeting,
            injected,
            looks: tried.into_iter().map(&mut look).collect(),
        })
        .collect();
    let ports = match &errand.asked {
        Asked::Service { .. } | Asked::HostPort { .. } => Ports::Named,
        Asked::Host(_) | Asked::AnyOf { .. } => Ports::Usual,
    };
    let host = errand.asked.host().clone();
    let chains = chains.iter().map(|chain| evidence(&errand.named, chain)).collect();
    let (lookups, guesses) = (Vec::new(), Vec::new());
    let mut survey = Survey { named: errand.named.clone(), host, ports, endpoints, lookups, guesses, chains };
    for chain in 0..survey.chains.len() {
        survey.chains[chain].answered =
            survey.presenting(chain).flat_map(|(_, endpoint)| endpoint.answered(chain)).collect();
        survey.chains[chain].audience = survey.audience(chain);
    }
    survey
}

/// A chain as a server sent it. When the leaf cannot be read, nothing else takes its place.
fn evidence(named: &str, chain: &[Vec<u8>]) -> Evidence {
    let mut evidence = Evidence::new(Source::Live(named.to_owned()));
    for (index, der) in chain.iter().enumerate() {
        match Certificate::from_der(der) {
            Ok(certificate) => evidence.certificates.push(certificate),
            Err(fault) => {
                evidence.ignored.push(format!("certificate {} of the chain: {fault}", index + 1));
                if index == 0 {
                    break;
                }
            }
        }
    }
    evidence
}
