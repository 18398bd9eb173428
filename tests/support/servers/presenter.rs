//! A small TLS server in this process, on any address and port, with implicit TLS or the plain part of a protocol before it.

use std::io::{self, Read};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection};

use super::relay::{Protocol, starts_tls};
use crate::authority::{Authority, Leaf};

/// How long a peer may be silent.
const SILENCE: Duration = Duration::from_secs(20);

/// What a server presents.
pub(crate) type Presented = Arc<ServerConfig>;

/// A running server.
pub(crate) struct Presenter {
    pub(crate) address: SocketAddr,
    stopping: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Presenter {
    /// Starts one on this address; port 0 is a free one. Without a protocol, TLS begins at once.
    pub(crate) fn start(address: SocketAddr, protocol: Option<Protocol>, presented: &Presented) -> io::Result<Self> {
        let listener = TcpListener::bind(address)?;
        let address = listener.local_addr()?;
        let stopping = Arc::new(AtomicBool::new(false));
        let (stop, presented) = (Arc::clone(&stopping), Arc::clone(presented));
        let thread = thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                if stop.load(Ordering::Relaxed) {
                    return;
                }
                let presented = Arc::clone(&presented);
                // A client that hangs up or talks nonsense is no concern of the next one.
                thread::spawn(move || serve(protocol, client, presented));
            }
        });
        Ok(Self { address, stopping, thread: Some(thread) })
    }

    /// Starts one on a free port of 127.0.0.1.
    pub(crate) fn anywhere(protocol: Option<Protocol>, presented: &Presented) -> Self {
        Self::start((Ipv4Addr::LOCALHOST, 0).into(), protocol, presented).unwrap()
    }
}

impl Drop for Presenter {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::Relaxed);
        // Wakes the thread, which waits for a client.
        let _ = TcpStream::connect(self.address);
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

/// What is presented with this chain and key, both PEM, to everybody.
pub(crate) fn presented(chain: &str, key: &str) -> Presented {
    let chain = CertificateDer::pem_slice_iter(chain.as_bytes()).map(Result::unwrap).collect();
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
    let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    Arc::new(config.with_single_cert(chain, key).unwrap())
}

/// A certificate of this authority for these names, presented with its chain.
pub(crate) fn issue(authority: &Authority, names: &'static [&'static str]) -> Presented {
    let credentials = authority.issue(&Leaf::new(names));
    presented(&format!("{}{}", credentials.certificate, credentials.issuers), &credentials.key)
}

fn serve(protocol: Option<Protocol>, mut client: TcpStream, presented: Presented) -> io::Result<()> {
    client.set_read_timeout(Some(SILENCE))?;
    client.set_nodelay(true)?;
    if let Some(protocol) = protocol
        && !starts_tls(protocol, &mut client)?
    {
        return Ok(());
    }
    let mut connection = ServerConnection::new(presented).map_err(io::Error::other)?;
    connection.complete_io(&mut client)?;
    while client.read(&mut [0; 4096])? > 0 {}
    Ok(())
}
