//! What is in the backup of a key.

use certfix::Error;
use certfix::facts::{PrivateKey, PublicKey, Text};
use certfix::input::Password;
use certfix::issue;
use certfix::store::Contents;
use zeroize::Zeroizing;

use crate::args::PfxArgument;
use crate::terminal;

/// A backup: PKCS#12, or, while there is no certificate of this key to put into one, encrypted PEM with the request.
pub(super) fn contents(
    key: &Contents,
    private: &PrivateKey,
    password: &Password,
    reader: PfxArgument,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let name = key.folder.name();
    let is_own = |what: &str, public: &PublicKey| {
        let is_own = *public == private.public;
        if !is_own {
            terminal::remark(&format!(
                "the {what} of {} is for another key: the backup is without it",
                Text::from(&*name)
            ));
        }
        is_own
    };
    if let Some(cert) = key.certificate.as_ref().filter(|cert| is_own("certificate", &cert.identity.key)) {
        let above: Vec<_> = key.chain.iter().collect();
        return issue::pfx(private, cert, &above, password.as_str(), &name, reader.into()).map(Zeroizing::new);
    }
    let mut pem = issue::encrypted_pkcs8_pem(private, password.as_str())?;
    if let Some(request) = key.request.as_ref().filter(|request| is_own("request", &request.identity.key)) {
        pem.push_str(&issue::request_pem(request));
    }
    Ok(Zeroizing::new(pem.as_bytes().to_vec()))
}
