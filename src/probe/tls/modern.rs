//! TLS 1.2 and 1.3 by rustls, left as soon as the certificate and the proof of its key were seen.

use std::io::{Read, Write};
use std::sync::{Arc, OnceLock};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{ClientConfig, ClientConnection, Resumption};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CipherSuite, DigitallySignedStruct, Error, InvalidMessage, SignatureScheme};

use super::{Seen, during_handshake, opening, proof, receive};
use crate::facts::{Cause, Hello, KeysOffered, Possession, Sni, TlsVersion, Trouble};
use crate::probe::wire;

/// Bytes of a handshake message that rustls reads at most.
pub const MESSAGE_LIMIT: usize = 0xffff;

/// Asks for a certificate in a handshake of TLS 1.2 or, where the hello allows it, 1.3.
///
/// # Errors
/// Why there was no certificate.
pub fn ask(stream: &mut (impl Read + Write), hello: &Hello) -> Result<Seen, Trouble> {
    look(stream, hello).map_err(during_handshake)
}

fn look(stream: &mut (impl Read + Write), hello: &Hello) -> Result<Seen, Cause> {
    let recorder = Arc::new(Recorder::new(schemes(hello)));
    let mut config = shared(hello).clone();
    config.dangerous().set_certificate_verifier(recorder.clone());
    let name = match &hello.sni {
        Sni::Target(name) | Sni::Other(name) => name.as_str(),
        Sni::Absent => {
            config.enable_sni = false;
            "absent.invalid"
        }
    };
    let name = ServerName::try_from(name.to_owned()).map_err(|error| Cause::Io(error.to_string()))?;
    let mut connection = ClientConnection::new(Arc::new(config), name).map_err(|error| cause(&error))?;
    let ended = exchange(stream, &mut connection, &recorder);
    if ended.is_ok() {
        connection.send_close_notify();
    }
    // Only manners: all that is wanted was seen.
    let _ = send(stream, &mut connection);
    let Some(chain) = recorder.chain.get() else {
        ended?;
        return Err(Cause::NoCertificate);
    };
    let possession = recorder.possession.get().cloned();
    Ok(Seen {
        version: connection
            .protocol_version()
            .and_then(|number| TlsVersion::from_wire(number.into()))
            .unwrap_or(hello.newest),
        chain: chain.clone(),
        possession: possession.unwrap_or(Possession::NotChecked("the handshake broke off before it")),
    })
}

/// Runs the handshake until the proof of the key was seen.
fn exchange(
    stream: &mut (impl Read + Write),
    connection: &mut ClientConnection,
    recorder: &Recorder,
) -> Result<(), Cause> {
    send(stream, connection)?;
    let mut bytes = opening(stream)?;
    loop {
        let mut rest = &bytes[..];
        while !rest.is_empty() {
            if connection.read_tls(&mut rest).map_err(|error| wire::cause(&error))? == 0 {
                return Err(Cause::Closed);
            }
            let processed = connection.process_new_packets();
            if recorder.possession.get().is_some() {
                return Ok(());
            }
            processed.map_err(|error| cause(&error))?;
        }
        send(stream, connection)?;
        bytes.clear();
        receive(stream, &mut bytes)?;
    }
}

fn send(stream: &mut impl Write, connection: &mut ClientConnection) -> Result<(), Cause> {
    while connection.wants_write() {
        connection.write_tls(stream).map_err(|error| wire::cause(&error))?;
    }
    stream.flush().map_err(|error| wire::cause(&error))
}

fn cause(error: &Error) -> Cause {
    match error {
        Error::AlertReceived(alert) => Cause::Alert(u8::from(*alert)),
        Error::NoCertificatesPresented => Cause::NoCertificate,
        Error::InvalidMessage(
            InvalidMessage::HandshakePayloadTooLarge | InvalidMessage::CertificatePayloadTooLarge,
        ) => Cause::TooLong { limit: MESSAGE_LIMIT },
        other => Cause::Malformed(other.to_string()),
    }
}

const ELLIPTIC: &[SignatureScheme] = &[
    SignatureScheme::ECDSA_NISTP256_SHA256,
    SignatureScheme::ECDSA_NISTP384_SHA384,
    SignatureScheme::ECDSA_NISTP521_SHA512,
    SignatureScheme::ED25519,
    SignatureScheme::ED448,
];
const RSA: &[SignatureScheme] = &[
    SignatureScheme::RSA_PSS_SHA256,
    SignatureScheme::RSA_PSS_SHA384,
    SignatureScheme::RSA_PSS_SHA512,
    // rsa_pss_pss_sha256, _sha384 and _sha512, which rustls has no names for
    SignatureScheme::Unknown(0x0809),
    SignatureScheme::Unknown(0x080a),
    SignatureScheme::Unknown(0x080b),
    SignatureScheme::RSA_PKCS1_SHA256,
    SignatureScheme::RSA_PKCS1_SHA384,
    SignatureScheme::RSA_PKCS1_SHA512,
];

/// The signature algorithms to offer. SHA-1 stands last (RFC 8446 §4.2.3).
fn schemes(hello: &Hello) -> Vec<SignatureScheme> {
    const ELLIPTIC_OLD: &[SignatureScheme] = &[SignatureScheme::ECDSA_SHA1_Legacy];
    const RSA_OLD: &[SignatureScheme] = &[SignatureScheme::RSA_PKCS1_SHA1];
    match hello.keys {
        // In TLS 1.2 the cipher suite alone tells the key, and the signatures of the chain may be of the other kind.
        _ if hello.newest < TlsVersion::Tls13 => [ELLIPTIC, RSA, ELLIPTIC_OLD, RSA_OLD].concat(),
        KeysOffered::Any => [ELLIPTIC, RSA, ELLIPTIC_OLD, RSA_OLD].concat(),
        KeysOffered::Rsa => [RSA, RSA_OLD].concat(),
        KeysOffered::Ecdsa => [ELLIPTIC, ELLIPTIC_OLD].concat(),
    }
}

/// The settings for such a hello, made once.
fn shared(hello: &Hello) -> &'static ClientConfig {
    static SETTINGS: [OnceLock<ClientConfig>; 6] = [const { OnceLock::new() }; 6];
    let newest = usize::from(hello.newest >= TlsVersion::Tls13);
    let keys = match hello.keys {
        KeysOffered::Any => 0,
        KeysOffered::Rsa => 2,
        KeysOffered::Ecdsa => 4,
    };
    SETTINGS[keys + newest].get_or_init(|| settings(hello))
}

fn settings(hello: &Hello) -> ClientConfig {
    let mut provider = aws_lc_rs::default_provider();
    provider.cipher_suites.retain(|suite| fits(suite.suite(), hello.keys));
    let versions: &[_] = match hello.newest {
        TlsVersion::Tls13 => &[&rustls::version::TLS13, &rustls::version::TLS12],
        _ => &[&rustls::version::TLS12],
    };
    let mut settings = ClientConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(versions)
        .expect("each kind of key leaves cipher suites of both versions")
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Recorder::new(schemes(hello))))
        .with_no_client_auth();
    settings.resumption = Resumption::disabled();
    settings
}

/// Whether a cipher suite can come with such a key. Those of TLS 1.3 say nothing about keys.
fn fits(suite: CipherSuite, keys: KeysOffered) -> bool {
    let elliptic = matches!(
        suite,
        CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
            | CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384
            | CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256
    );
    let rsa = matches!(
        suite,
        CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
            | CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384
            | CipherSuite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256
    );
    match keys {
        KeysOffered::Any => true,
        KeysOffered::Rsa => !elliptic,
        KeysOffered::Ecdsa => !rsa,
    }
}

/// Writes down the chain and the proof of one handshake, and takes both whatever they are.
#[derive(Debug)]
struct Recorder {
    schemes: Vec<SignatureScheme>,
    chain: OnceLock<Vec<Vec<u8>>>,
    possession: OnceLock<Possession>,
}

impl Recorder {
    const fn new(schemes: Vec<SignatureScheme>) -> Self {
        Self { schemes, chain: OnceLock::new(), possession: OnceLock::new() }
    }

    fn check(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> HandshakeSignatureValid {
        self.possession.get_or_init(|| proof::check(signed.scheme, leaf, message, signed.signature()));
        HandshakeSignatureValid::assertion()
    }
}

impl ServerCertVerifier for Recorder {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.chain.get_or_init(|| std::iter::once(leaf).chain(others).map(|cert| cert.to_vec()).collect());
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(self.check(message, leaf, signed))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(self.check(message, leaf, signed))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.schemes.clone()
    }
}
