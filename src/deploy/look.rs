//! One look at an endpoint: what it presents on each of its addresses, to clients of either kind of key.

use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use crate::Error;
use crate::error::{Deploying, io_cause};
use crate::facts::{Cause, Hello, KeysOffered, Opening, Sni, Step, Target, TlsVersion, Trouble, sha256_hex};
use crate::probe::{Asked, Protocol, Wire, by_port, other_keys, tls};

/// The longest step of one look.
const STEP: Duration = Duration::from_secs(5);

/// What an endpoint means.
pub(super) struct Endpoint {
    protocol: &'static Protocol,
    opening: Opening,
    host: Target,
    port: u16,
}

/// What was seen of an endpoint that answers somewhere.
pub(super) struct View {
    /// The addresses that take connections.
    pub(super) answers: Vec<(IpAddr, Result<Answer, Trouble>)>,
    /// Those that do not.
    pub(super) silent: Vec<IpAddr>,
}

/// What clients get of one address.
pub(super) struct Answer {
    /// The certificates, each once: that for clients which take any key, then that for those of the other kind of key.
    pub(super) presented: Vec<Presented>,
    /// The keys of clients that are turned away, because none of the certificates has such a key.
    pub(super) refused: Option<KeysOffered>,
}

/// A certificate, and the keys that clients take who get it.
pub(super) struct Presented {
    pub(super) sha256: String,
    pub(super) der: Vec<u8>,
    pub(super) keys: KeysOffered,
}

impl Endpoint {
    /// Reads `imaps://127.0.0.1:993`, or `127.0.0.1:993`, whose port tells the protocol. It has to be beyond doubt.
    ///
    /// # Errors
    /// It is not, or the address cannot be understood.
    pub(super) fn parse(typed: &str) -> Result<Self, Error> {
        let unclear = || Error::from(Deploying::NoProtocol { endpoint: typed.to_owned() });
        match Asked::parse(typed)? {
            Asked::Service { protocol, opening, host, port } => Ok(Self { protocol, opening, host, port }),
            Asked::HostPort { host, port } => {
                let (protocol, opening) = by_port(port).ok_or_else(unclear)?;
                Ok(Self { protocol, opening, host, port })
            }
            Asked::Host(_) | Asked::AnyOf { .. } => Err(unclear()),
        }
    }

    /// Looks at all addresses, the server name in each hello.
    ///
    /// # Errors
    /// Nothing takes a connection on any of them.
    pub(super) fn look(&self, sni: &Sni) -> Result<View, Trouble> {
        let addresses = self.addresses().map_err(|error| at_connect(Cause::Io(error.to_string())))?;
        self.look_at(&addresses, sni)
    }

    fn look_at(&self, addresses: &[SocketAddr], sni: &Sni) -> Result<View, Trouble> {
        let mut view = View { answers: Vec::new(), silent: Vec::new() };
        let mut refused = None;
        for address in addresses {
            match self.presented(*address, sni) {
                Err(trouble) if trouble.step == Step::Connect => {
                    view.silent.push(address.ip());
                    refused.get_or_insert(trouble);
                }
                seen => view.answers.push((address.ip(), seen)),
            }
        }
        match refused {
            Some(trouble) if view.answers.is_empty() => Err(trouble),
            _ => Ok(view),
        }
    }

    /// What is presented there to clients of either kind of key.
    fn presented(&self, address: SocketAddr, sni: &Sni) -> Result<Answer, Trouble> {
        let look = |keys, newest| {
            let wire = Wire::connect(address, STEP, Arc::new(AtomicBool::new(false)));
            let mut wire = wire.map_err(at_connect)?;
            self.protocol.open(&mut wire, self.opening).ready?;
            tls::shake(&mut wire, &Hello { sni: sni.clone(), keys, newest })
        };
        // Old servers know neither today's versions nor a polite way to say so.
        let seen = look(KeysOffered::Any, TlsVersion::Tls13).or_else(|trouble| {
            if tls::wants_legacy(&trouble) { look(KeysOffered::Any, TlsVersion::Tls10) } else { Err(trouble) }
        })?;
        let mut presented = vec![Presented::of(&seen, KeysOffered::Any)];
        let mut refused = None;
        if let Some(keys) = other_keys(&seen) {
            // Up to TLS 1.2 the kind of key is told apart from the signatures of the chain; protocol_version says that
            // there is no such version.
            match look(keys, seen.version.min(TlsVersion::Tls12)).or_else(|trouble| {
                if trouble.cause == Cause::Alert(70) { look(keys, seen.version) } else { Err(trouble) }
            }) {
                Ok(seen) => presented.push(Presented::of(&seen, keys)),
                Err(trouble) if trouble.may_answer_another() => refused = Some(keys),
                Err(trouble) => return Err(trouble),
            }
            presented.dedup_by(|second, first| second.sha256 == first.sha256);
        }
        Ok(Answer { presented, refused })
    }

    fn addresses(&self) -> Result<Vec<SocketAddr>, Error> {
        if let Some(address) = self.host.address() {
            return Ok(vec![SocketAddr::new(address, self.port)]);
        }
        let named = self.host.to_string();
        let name = self.host.name().ok_or_else(|| Error::NoHost { address: named.clone() })?;
        let unknown = |cause: String| Error::NoAddress { host: named.clone(), cause };
        let found = (name.as_str(), self.port).to_socket_addrs().map_err(|cause| unknown(io_cause(&cause)))?;
        let mut addresses: Vec<SocketAddr> = Vec::new();
        for address in found {
            if !addresses.contains(&address) {
                addresses.push(address);
            }
        }
        if addresses.is_empty() { Err(unknown("it has no address".to_owned())) } else { Ok(addresses) }
    }
}

impl Presented {
    fn of(seen: &tls::Seen, keys: KeysOffered) -> Self {
        let der = seen.chain.first().cloned().unwrap_or_default();
        Self { sha256: sha256_hex(&der), der, keys }
    }
}

fn at_connect(cause: Cause) -> Trouble {
    Trouble { step: Step::Connect, cause }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, TcpListener};

    use super::*;

    #[test]
    fn every_address_is_looked_at() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let open = listener.local_addr().unwrap();
        // It takes connections and hangs up; nobody listens on the port of tcpmux.
        std::thread::spawn(move || listener.incoming().for_each(drop));
        let closed = SocketAddr::from((Ipv4Addr::LOCALHOST, 1));
        let endpoint = Endpoint::parse("tls://localhost:1").unwrap();
        let trouble = endpoint.look_at(&[closed], &Sni::Absent).err().unwrap();
        assert_eq!(trouble, at_connect(Cause::Refused));
        let view = endpoint.look_at(&[closed, open, open], &Sni::Absent).unwrap();
        assert_eq!((view.silent.len(), view.answers.len()), (1, 2), "a silent one is passed over");
        assert!(
            view.answers.iter().all(|(_, seen)| seen.as_ref().is_err_and(|trouble| trouble.step == Step::Handshake))
        );
    }
}
