//! The cipher suites of old clients, by the key that authenticates the server.
//!
//! No byte is ever encrypted with them, so weak ones are as good as any: they only have to be shared. Those without a
//! certificate are left out. Numbers are those of the IANA registry of TLS cipher suites.

use crate::facts::{KeysOffered, TlsVersion};

/// Says that renegotiation is safe, and is no cipher suite (RFC 5746 §3.3).
const RENEGOTIATION_INFO: u16 = 0x00ff;

/// For RSA keys, from TLS 1.2 on: ECDHE, DHE and plain RSA with AES-GCM, ChaCha20 and AES-CBC with SHA-2.
const RSA_12: &[u16] =
    &[0xc02f, 0xc030, 0xcca8, 0xc027, 0xc028, 0x009e, 0x009f, 0xccaa, 0x0067, 0x006b, 0x009c, 0x009d, 0x003c, 0x003d];
/// For RSA keys, in all versions: ECDHE, DHE and plain RSA with AES, 3DES, RC4, Camellia, SEED, IDEA, DES and export
/// keys.
const RSA_OLD: &[u16] = &[
    0xc013, 0xc014, 0x0033, 0x0039, 0x002f, 0x0035, 0x000a, 0x0005, 0x0004, 0xc012, 0xc011, 0x0016, 0x0041, 0x0084,
    0x0045, 0x0088, 0x0096, 0x0007, 0x0009, 0x0015, 0x0064, 0x0062, 0x0003, 0x0006, 0x0008, 0x0014,
];
/// For elliptic keys, from TLS 1.2 on.
const ECDSA_12: &[u16] = &[0xc02b, 0xc02c, 0xcca9, 0xc023, 0xc024, 0xc0ac, 0xc0ad];
/// For elliptic keys, in all versions: ECDHE, and static ECDH.
const ECDSA_OLD: &[u16] = &[0xc009, 0xc00a, 0xc008, 0xc007, 0xc004, 0xc005];
/// For DSA keys, in all versions.
const DSA_OLD: &[u16] = &[0x0032, 0x0038, 0x0013];

/// What to offer to see a certificate with such a key. Elliptic curves came with RFC 4492, after SSL 3.0.
pub(super) fn offered(keys: KeysOffered, newest: TlsVersion) -> Vec<u16> {
    let rsa = [(RSA_12, TlsVersion::Tls12), (RSA_OLD, TlsVersion::Ssl3)];
    let ecdsa = [(ECDSA_12, TlsVersion::Tls12), (ECDSA_OLD, TlsVersion::Tls10)];
    let dsa = [(DSA_OLD, TlsVersion::Ssl3)];
    let lists = match keys {
        KeysOffered::Any => [&ecdsa[..], &rsa, &dsa].concat(),
        KeysOffered::Rsa => rsa.to_vec(),
        KeysOffered::Ecdsa => ecdsa.to_vec(),
    };
    let taken = lists.iter().filter(|(_, since)| newest >= *since).flat_map(|(suites, _)| *suites);
    taken.copied().chain([RENEGOTIATION_INFO]).collect()
}

#[cfg(test)]
mod tests {
    use tls_parser::{TlsCipherAu, TlsCipherKx, TlsCipherSuite};

    use super::*;

    #[test]
    fn every_suite_is_known_and_asks_for_the_key_of_its_list() {
        for (suites, fits) in [
            (RSA_12, &[TlsCipherAu::Rsa][..]),
            (RSA_OLD, &[TlsCipherAu::Rsa]),
            (ECDSA_12, &[TlsCipherAu::Ecdsa]),
            (ECDSA_OLD, &[TlsCipherAu::Ecdsa]),
            (DSA_OLD, &[TlsCipherAu::Dss]),
        ] {
            for number in suites {
                let suite = TlsCipherSuite::from_id(*number);
                let suite = suite.unwrap_or_else(|| panic!("{number:#06x} is no cipher suite"));
                assert!(fits.contains(&suite.au), "{number:#06x} is {}", suite.name);
                assert_ne!(suite.kx, TlsCipherKx::Null, "{number:#06x}");
                assert!(!suite.name.contains("_NULL_") && !suite.name.contains("anon"), "{}", suite.name);
            }
        }
    }

    #[test]
    fn offers_suites_once_and_only_where_they_exist() {
        for keys in [KeysOffered::Any, KeysOffered::Rsa, KeysOffered::Ecdsa] {
            let mut all = offered(keys, TlsVersion::Tls12);
            assert_eq!(all.pop(), Some(RENEGOTIATION_INFO));
            all.sort_unstable();
            assert!(all.windows(2).all(|pair| pair[0] != pair[1]), "{keys:?} has one twice");
            let old = offered(keys, TlsVersion::Tls11);
            assert!(!old.iter().any(|suite| RSA_12.contains(suite) || ECDSA_12.contains(suite)));
        }
        assert_eq!(offered(KeysOffered::Ecdsa, TlsVersion::Ssl3), [RENEGOTIATION_INFO]);
    }
}
