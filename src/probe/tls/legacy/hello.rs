//! Writes the ClientHello of an old client (RFC 5246 §7.4.1.2), and the alert that ends the handshake.

use super::suites;
use crate::facts::{Hello, Sni, TlsVersion};

const CLIENT_HELLO: u8 = 1;

/// x25519, P-256, P-384, P-521, and after them the curves that few have: secp256k1, those of Brainpool, P-224 and P-192
/// (the registry of RFC 8422 §5.1.1). The one that the server picks is never used.
const GROUPS: &[u16] = &[29, 23, 24, 25, 22, 26, 27, 28, 21, 19];

/// ECDSA, Ed25519, Ed448, RSA-PSS and RSA with SHA-2, then DSA, SHA-1 and MD5 (RFC 8446 §4.2.3, RFC 5246 §7.4.1.4.1).
/// All of them whatever the key, because they are for the signatures of the chain as well.
const SIGNATURES: &[u16] = &[
    0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0804, 0x0805, 0x0806, 0x0809, 0x080a, 0x080b, 0x0401, 0x0501, 0x0601,
    0x0303, 0x0301, 0x0402, 0x0302, 0x0203, 0x0201, 0x0202, 0x0101,
];

/// A record with a ClientHello whose newest version is `newest`, which is TLS 1.2 or older.
pub(super) fn record(hello: &Hello, newest: TlsVersion, random: &[u8; 32]) -> Vec<u8> {
    let mut body = newest.wire().to_be_bytes().to_vec();
    body.extend_from_slice(random);
    // No session to resume.
    body.push(0);
    body.extend(sized(&numbers(&suites::offered(hello.keys, newest))));
    // One way of compression: none.
    body.extend([1, 0]);
    // Extensions came with RFC 3546; SSL 3.0 has no room for them.
    if newest > TlsVersion::Ssl3 {
        body.extend(sized(&extensions(&hello.sni, newest)));
    }
    let mut message = vec![CLIENT_HELLO, 0];
    message.extend(sized(&body));
    // A server may not have heard of newer versions when it sees the first record (RFC 5246 appendix E.1).
    let record_version = newest.min(TlsVersion::Tls10);
    [&[22][..], &record_version.wire().to_be_bytes(), &sized(&message)].concat()
}

/// A record with the warning `close_notify`.
pub(super) fn close_notify(version: TlsVersion) -> Vec<u8> {
    [&[21][..], &version.wire().to_be_bytes(), &[0, 2, 1, 0]].concat()
}

fn extensions(sni: &Sni, newest: TlsVersion) -> Vec<u8> {
    let mut all = Vec::new();
    if let Sni::Target(name) | Sni::Other(name) = sni {
        let entry = [&[0][..], &sized(name.as_str().as_bytes())].concat();
        all.extend(extension(0, &sized(&entry)));
    }
    all.extend(extension(10, &sized(&numbers(GROUPS))));
    // ec_point_formats: uncompressed alone.
    all.extend(extension(11, &[1, 0]));
    if newest >= TlsVersion::Tls12 {
        all.extend(extension(13, &sized(&numbers(SIGNATURES))));
    }
    all
}

fn extension(number: u16, content: &[u8]) -> Vec<u8> {
    [&number.to_be_bytes()[..], &sized(content)].concat()
}

/// Two octets of length, and the content: a few hundred bytes at most, because a name has 253.
fn sized(content: &[u8]) -> Vec<u8> {
    [&(content.len() as u16).to_be_bytes()[..], content].concat()
}

fn numbers(all: &[u16]) -> Vec<u8> {
    all.iter().flat_map(|number| number.to_be_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use tls_parser::{
        SNIType, TlsClientHelloContents, TlsExtension, TlsMessage, TlsMessageHandshake,
        parse_tls_client_hello_extensions, parse_tls_plaintext,
    };

    use super::*;
    use crate::facts::KeysOffered;
    use crate::facts::fixture::name;

    #[test]
    fn another_parser_reads_the_hello() {
        let mut hello = hello(KeysOffered::Any, Sni::Target(name("mail.contoso.com")));
        let record = record(&hello, TlsVersion::Tls12, &[7; 32]);
        let (parsed, extensions) = read(&record);
        assert_eq!(parsed.version.0, 0x0303);
        assert_eq!(parsed.random, [7; 32]);
        assert_eq!(parsed.ciphers.len(), suites::offered(KeysOffered::Any, TlsVersion::Tls12).len());
        assert!(extensions.contains(&TlsExtension::SNI(vec![(SNIType::HostName, b"mail.contoso.com")])));
        assert!(extensions.contains(&TlsExtension::SignatureAlgorithms(SIGNATURES.to_vec())));

        hello.sni = Sni::Absent;
        let record = super::record(&hello, TlsVersion::Tls10, &[7; 32]);
        let (parsed, extensions) = read(&record);
        assert_eq!(parsed.version.0, 0x0301);
        assert!(extensions.iter().all(|it| !matches!(it, TlsExtension::SNI(_) | TlsExtension::SignatureAlgorithms(_))));
        assert_eq!(extensions.len(), 2);
    }

    #[test]
    fn ssl3_has_no_extensions_and_tells_no_name() {
        let hello = hello(KeysOffered::Rsa, Sni::Target(name("mail.contoso.com")));
        let record = record(&hello, TlsVersion::Ssl3, &[7; 32]);
        let (parsed, extensions) = read(&record);
        assert_eq!((parsed.version.0, &record[1..3]), (0x0300, &[3, 0][..]));
        assert_eq!((parsed.ext, extensions.len()), (None, 0));
        assert!(!record.windows(7).any(|window| window == b"contoso"));
    }

    fn hello(keys: KeysOffered, sni: Sni) -> Hello {
        Hello { sni, keys, newest: TlsVersion::Tls12 }
    }

    fn read(record: &[u8]) -> (TlsClientHelloContents<'_>, Vec<TlsExtension<'_>>) {
        let (rest, parsed) = parse_tls_plaintext(record).unwrap();
        assert!(rest.is_empty());
        let [TlsMessage::Handshake(TlsMessageHandshake::ClientHello(hello))] = &parsed.msg[..] else {
            panic!("no hello")
        };
        let extensions = hello.ext.map(|octets| parse_tls_client_hello_extensions(octets).unwrap());
        assert!(extensions.as_ref().is_none_or(|(rest, _)| rest.is_empty()));
        (hello.clone(), extensions.map(|(_, extensions)| extensions).unwrap_or_default())
    }
}
