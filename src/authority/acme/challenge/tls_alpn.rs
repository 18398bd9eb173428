//! TLS-ALPN-01 (RFC 8737) by a TLS server of our own, which speaks nothing but the proof.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Read;
use std::sync::{Arc, Mutex, PoisonError};

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::server::{Guest, Server};
use super::{Proof, Prover};
use crate::Error;
use crate::authority::way::TLS_ALPN_01;
use crate::error::Ordering;
use crate::facts::Name;
use crate::issue;

const PROTOCOL: &[u8] = b"acme-tls/1";

pub(super) struct TlsServer {
    shown: Arc<Shown>,
    _server: Server,
}

/// Certificates by name.
#[derive(Default)]
struct Shown(Mutex<BTreeMap<String, Arc<CertifiedKey>>>);

impl TlsServer {
    pub(super) fn start(place: &str) -> Result<Self, Error> {
        let shown = Arc::new(Shown::default());
        let builder = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
        let versions = builder.with_safe_default_protocol_versions().map_err(|cause| failed(&cause))?;
        let known: Arc<dyn ResolvesServerCert> = shown.clone();
        let mut config = versions.with_no_client_auth().with_cert_resolver(known);
        config.alpn_protocols = vec![PROTOCOL.to_vec()];
        let config = Arc::new(config);
        let server = Server::start(place, "--tls-alpn", move |guest| serve(guest, &config))?;
        Ok(Self { shown, _server: server })
    }
}

impl Prover for TlsServer {
    fn show(&mut self, proof: &Proof) -> Result<(), Error> {
        let not_a_name = |_| Ordering::NotForName {
            name: proof.name.clone(),
            challenge: TLS_ALPN_01,
            cause: "certfix shows this proof for names alone",
        };
        let name = Name::parse(&proof.name).map_err(not_a_name)?;
        let (certificate, key) = issue::tls_alpn(&name, &proof.digest)?;
        let key = aws_lc_rs::sign::any_ecdsa_type(&PrivatePkcs8KeyDer::from(key.as_slice()).into());
        let key = CertifiedKey::new(vec![certificate.into()], key.map_err(|cause| failed(&cause))?);
        let mut shown = self.shown.0.lock().unwrap_or_else(PoisonError::into_inner);
        shown.insert(name.to_string(), Arc::new(key));
        Ok(())
    }
}

fn serve(guest: Guest, config: &Arc<ServerConfig>) {
    let Ok(connection) = ServerConnection::new(Arc::clone(config)) else { return };
    // The handshake is all of the proof; the authority hangs up after it (RFC 8737 §3).
    let _ = StreamOwned::new(connection, guest).read(&mut [0]);
}

fn failed(cause: &rustls::Error) -> Error {
    Error::Issue { cause: cause.to_string() }
}

impl ResolvesServerCert for Shown {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let is_asked = hello.alpn().is_some_and(|mut protocols| protocols.any(|protocol| protocol == PROTOCOL));
        let name = hello.server_name().filter(|_| is_asked)?.to_ascii_lowercase();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&name).cloned()
    }
}

impl fmt::Debug for Shown {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Shown")
    }
}
