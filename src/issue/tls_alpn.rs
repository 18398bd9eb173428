//! The certificate that proves a name by TLS-ALPN-01 (RFC 8737 §3).

use rcgen::{CertificateParams, CustomExtension, KeyPair};
use zeroize::Zeroizing;

use super::failed;
use crate::Error;
use crate::facts::Name;

/// The certificate and its private key (PKCS#8), both DER. `digest` has 32 octets: SHA-256 over the key authorization.
pub(crate) fn tls_alpn(name: &Name, digest: &[u8]) -> Result<(Vec<u8>, Zeroizing<Vec<u8>>), Error> {
    let key = KeyPair::generate().map_err(failed)?;
    let mut params = CertificateParams::new([name.as_str().to_owned()]).map_err(failed)?;
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.custom_extensions = vec![CustomExtension::new_acme_identifier(digest)];
    let certificate = params.self_signed(&key).map_err(failed)?;
    Ok((certificate.der().to_vec(), Zeroizing::new(key.serialize_der())))
}
