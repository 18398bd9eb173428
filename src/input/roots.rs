//! The roots that this machine trusts.

use crate::facts::{Certificate, TrustStore};

/// The trusted roots of the system: those of `SSL_CERT_FILE` and `SSL_CERT_DIR` where these are set, as with OpenSSL. None
/// when there are no roots, as on a machine without the package `ca-certificates`.
pub fn system_roots() -> Option<TrustStore> {
    let found = rustls_native_certs::load_native_certs().certs;
    // One that cannot be read is one that nothing leads to.
    let store = TrustStore::new(found.iter().filter_map(|der| Certificate::from_der(der).ok()));
    (!store.is_empty()).then_some(store)
}
