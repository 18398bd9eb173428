//! rustls servers, in memory.

use std::io::{self, Read, Write};
use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::*;
use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P384_SHA384, PKCS_RSA_SHA256, SignatureAlgorithm};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ServerConfig, ServerConnection, SupportedProtocolVersion};

use super::*;
use crate::facts::fixture::name;
use crate::facts::{KeysOffered, Sni};

const TLS12: &SupportedProtocolVersion = &rustls::version::TLS12;
const TLS13: &SupportedProtocolVersion = &rustls::version::TLS13;

#[test]
fn a_key_that_is_the_certificates_is_proved() {
    for algorithm in [&PKCS_ECDSA_P384_SHA384, &PKCS_RSA_SHA256] {
        for (version, expected) in [(TLS12, TlsVersion::Tls12), (TLS13, TlsVersion::Tls13)] {
            let (leaf, key) = pair(algorithm);
            let seen = shake(&mut Server::with(version, vec![leaf.clone()], &key), &hello(KeysOffered::Any)).unwrap();
            assert_eq!(seen, Seen { version: expected, chain: vec![leaf], possession: Possession::Proved });
        }
    }
}

#[test]
fn another_key_than_the_certificates_is_caught_and_the_chain_shown() {
    for algorithm in [&PKCS_ECDSA_P384_SHA384, &PKCS_RSA_SHA256] {
        for (version, expected) in [(TLS12, TlsVersion::Tls12), (TLS13, TlsVersion::Tls13)] {
            let (leaf, _) = pair(algorithm);
            let (_, stranger) = pair(algorithm);
            let chain = vec![leaf, b"issuer".to_vec()];
            let seen = shake(&mut Server::with(version, chain.clone(), &stranger), &hello(KeysOffered::Any)).unwrap();
            assert_eq!(seen, Seen { version: expected, chain, possession: Possession::Failed });
        }
    }
}

#[test]
fn certificates_that_cannot_be_read_are_shown_as_sent() {
    for version in [TLS12, TLS13] {
        let (_, key) = pair(&PKCS_ECDSA_P384_SHA384);
        let chain = vec![b"no DER at all".to_vec(), vec![0x30, 0x84]];
        let seen = shake(&mut Server::with(version, chain.clone(), &key), &hello(KeysOffered::Any)).unwrap();
        assert_eq!(seen.chain, chain);
        assert_eq!(seen.possession, Possession::NotChecked("the certificate cannot be read"));
    }
}

#[test]
fn a_certificate_of_the_wrong_kind_of_key_is_not_handed_out() {
    for version in [TLS12, TLS13] {
        let (leaf, key) = pair(&PKCS_RSA_SHA256);
        assert!(shake(&mut Server::with(version, vec![leaf.clone()], &key), &hello(KeysOffered::Rsa)).is_ok());
        let trouble = shake(&mut Server::with(version, vec![leaf], &key), &hello(KeysOffered::Ecdsa)).unwrap_err();
        assert_eq!(trouble.cause, Cause::Alert(40));
        assert!(wants_legacy(&trouble));
    }
}

#[test]
fn a_chain_too_long_for_rustls_is_left_to_the_old_handshake() {
    let (leaf, key) = pair(&PKCS_ECDSA_P384_SHA384);
    let chain = vec![leaf; 300];
    for version in [TLS12, TLS13] {
        let trouble = shake(&mut Server::with(version, chain.clone(), &key), &hello(KeysOffered::Any)).unwrap_err();
        assert_eq!(trouble.cause, Cause::TooLong { limit: modern::MESSAGE_LIMIT });
        assert!(wants_legacy(&trouble));
    }
    let seen = legacy::ask(&mut Server::with(TLS12, chain.clone(), &key), &hello(KeysOffered::Any)).unwrap();
    assert_eq!(seen, Seen { version: TlsVersion::Tls12, chain, possession: Possession::NotAsked });
}

type Ask = fn(&mut Server, &Hello) -> Result<Seen, Trouble>;

#[test]
fn the_name_is_told_unless_it_is_absent() {
    let (leaf, key) = pair(&PKCS_ECDSA_P384_SHA384);
    for ask in [modern::ask as Ask, legacy::ask] {
        let told = |sni: Sni| {
            let mut server = Server::with(TLS12, vec![leaf.clone()], &key);
            ask(&mut server, &Hello { sni, ..hello(KeysOffered::Any) }).unwrap();
            server.connection.server_name().map(str::to_owned)
        };
        assert_eq!(told(Sni::Target(name("mail.contoso.com"))).as_deref(), Some("mail.contoso.com"));
        assert_eq!(told(Sni::Other(name("other.example"))).as_deref(), Some("other.example"));
        assert_eq!(told(Sni::Absent), None);
    }
}

#[test]
fn a_modern_flight_cut_anywhere_is_an_error() {
    let (leaf, key) = pair(&PKCS_ECDSA_P384_SHA384);
    for version in [TLS12, TLS13] {
        let mut whole = Server::with(version, vec![leaf.clone()], &key);
        shake(&mut whole, &hello(KeysOffered::Any)).unwrap();
        for limit in 0..whole.said {
            let mut server = Server { limit, ..Server::with(version, vec![leaf.clone()], &key) };
            match shake(&mut server, &hello(KeysOffered::Any)) {
                Ok(seen) => assert_eq!(seen.possession, Possession::Proved, "cut after {limit} bytes"),
                Err(trouble) => assert_eq!(trouble, Trouble { step: Step::Handshake, cause: Cause::Closed }),
            }
        }
    }
}

#[test]
fn what_is_not_tls_is_shown_and_alerts_are_named() {
    let cause = |said: &[u8]| shake(&mut Script(said), &hello(KeysOffered::Any)).unwrap_err().cause;
    assert_eq!(cause(b"* OK IMAP4 ready\r\n"), Cause::NotTls(Text::from("* OK IMAP4 ready\r\n")));
    assert_eq!(cause(&[21, 3, 1, 0, 2, 2, 70]), Cause::Alert(70));
    assert_eq!(cause(&[]), Cause::Closed);
    assert!(matches!(cause(&[22, 3, 1, 0, 4, 14, 0, 0, 0]), Cause::Malformed(_)));
}

#[test]
fn a_server_that_answers_with_an_old_version_is_left_to_the_old_handshake() {
    let head = [22, 3, 1, 0, 42, 2, 0, 0, 38, 3, 1];
    // A random, no session, TLS_RSA_WITH_AES_128_CBC_SHA, no compression.
    let answer = [&head[..], &[7; 32], &[0, 0, 0x2f, 0]].concat();
    let trouble = shake(&mut Script(&answer), &hello(KeysOffered::Any)).unwrap_err();
    assert!(matches!(trouble.cause, Cause::Malformed(_)), "{trouble:?}");
    assert!(wants_legacy(&trouble));
}

proptest! {
    #[test]
    fn any_bytes_come_to_an_end(bytes in vec(any::<u8>(), 0..400), kind in 20..24_u8, message in 0..20_u8) {
        let length = (bytes.len() as u16 + 4).to_be_bytes();
        let head = [kind, 3, 3, length[0], length[1], message, 0, 0, bytes.len() as u8];
        let framed = [&head[..], &bytes].concat();
        for said in [&bytes, &framed] {
            prop_assert!(modern::ask(&mut Script(said), &hello(KeysOffered::Any)).is_err());
            prop_assert!(legacy::ask(&mut Script(said), &hello(KeysOffered::Any)).is_err());
        }
    }
}

fn hello(keys: KeysOffered) -> Hello {
    Hello { sni: Sni::Target(name("mail.contoso.com")), keys, newest: TlsVersion::Tls13 }
}

/// A certificate and its private key.
fn pair(algorithm: &'static SignatureAlgorithm) -> (Vec<u8>, Vec<u8>) {
    let key = KeyPair::generate_for(algorithm).unwrap();
    let params = CertificateParams::new(vec!["mail.contoso.com".to_owned()]).unwrap();
    (params.self_signed(&key).unwrap().der().to_vec(), key.serialize_der())
}

/// A server on the other end of a stream that hangs up after `limit` bytes.
struct Server {
    connection: ServerConnection,
    said: usize,
    limit: usize,
}

impl Server {
    fn with(version: &'static SupportedProtocolVersion, chain: Vec<Vec<u8>>, key: &[u8]) -> Self {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let key = provider.key_provider.load_private_key(PrivatePkcs8KeyDer::from(key.to_vec()).into()).unwrap();
        let chain = chain.into_iter().map(CertificateDer::from).collect();
        let certified = Arc::new(CertifiedKey::new(chain, key));
        let config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[version])
            .unwrap()
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(Always(certified)));
        Self { connection: ServerConnection::new(Arc::new(config)).unwrap(), said: 0, limit: usize::MAX }
    }
}

impl Read for Server {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let room = buffer.len().min(self.limit - self.said);
        let length = self.connection.write_tls(&mut &mut buffer[..room]).unwrap_or(0);
        self.said += length;
        Ok(length)
    }
}

impl Write for Server {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let length = self.connection.read_tls(&mut &bytes[..])?;
        // What it has against the client it says in an alert.
        let _ = self.connection.process_new_packets();
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Hands out the same certificate and key to everybody, whether they belong together or not.
#[derive(Debug)]
struct Always(Arc<CertifiedKey>);

impl ResolvesServerCert for Always {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.clone())
    }
}

/// Says this, whatever it hears.
struct Script<'a>(&'a [u8]);

impl Read for Script<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl Write for Script<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
