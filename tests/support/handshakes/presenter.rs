//! A TLS server that presents whatever certificate it was given last, well made or not.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use rustls::crypto::aws_lc_rs::{default_provider, sign::any_supported_type};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::{CertifiedKey, SigningKey};
use rustls::{ServerConfig, ServerConnection, Stream};

/// A server on 127.0.0.1, on a port that the system picks. It ends with the test.
pub(crate) struct Presenter {
    key: Arc<dyn SigningKey>,
    shown: Arc<Shown>,
    port: u16,
}

/// What is presented.
#[derive(Debug, Default)]
struct Shown(Mutex<Option<Arc<CertifiedKey>>>);

impl ResolvesServerCert for Shown {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.0.lock().unwrap().clone()
    }
}

impl Presenter {
    /// Serves with this private key.
    pub(crate) fn start(key: PrivateKeyDer<'static>) -> Self {
        let shown = Arc::new(Shown::default());
        let builder = ServerConfig::builder_with_provider(Arc::new(default_provider()));
        let builder = builder.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
        let config = Arc::new(builder.with_cert_resolver(shown.clone()));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let config = config.clone();
                thread::spawn(move || serve(config, stream));
            }
        });
        Self { key: any_supported_type(&key).unwrap(), shown, port }
    }

    /// From now on this is presented.
    pub(crate) fn present(&self, cert: &[u8]) {
        let chain = vec![CertificateDer::from(cert.to_vec())];
        *self.shown.0.lock().unwrap() = Some(Arc::new(CertifiedKey::new(chain, self.key.clone())));
    }

    /// Where it listens.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }
}

/// A client may go away whenever it likes.
fn serve(config: Arc<ServerConfig>, mut stream: TcpStream) {
    let _ = stream.set_read_timeout(Some(Duration::from_secs(30)));
    let mut connection = ServerConnection::new(config).unwrap();
    let mut tls = Stream::new(&mut connection, &mut stream);
    let mut request = [0; 4096];
    if tls.read(&mut request).is_ok_and(|read| read > 0) {
        let _ = tls.write_all(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
        tls.conn.send_close_notify();
        let _ = tls.flush();
    }
}
