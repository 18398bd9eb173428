//! Requests become certificates: exactly what was asked for, and into the register before anybody gets them.

use std::collections::HashSet;

use rayon::prelude::*;

use super::{Asked, Private, Registered, examine};
use crate::Error;
use crate::facts::{Certificate, Identity, KeyKind, KeyUsage, Moment, PrivateKey, PublicKey, Purpose, Request};
use crate::issue::{EARLIER, Issuer, Leaf};
use crate::store::{Lock, Store};

/// Certificates that were signed and have not left: nobody has them until they are in the register.
#[derive(Debug)]
pub struct Signed<'a> {
    authority: &'a Private,
    certificates: Vec<Certificate>,
}

impl Private {
    /// Signs requests that nothing speaks against (see [`super::examine`]), for `days` days of 86,400 s from an hour
    /// before `at`, but never beyond the CA's own life.
    ///
    /// # Errors
    /// [`Signing::NotValid`](crate::error::Signing::NotValid), [`Error::ForeignKey`], [`Error::Issue`]
    pub fn sign<'a>(
        &'a self,
        key: &PrivateKey,
        requests: &[(&Request, &Asked)],
        at: Moment,
        days: i64,
    ) -> Result<Signed<'a>, Error> {
        self.ensure_valid(at)?;
        let issuer = Issuer::new(self.issuer(), key, &self.key_path().display().to_string())?;
        let earliest = at.plus_seconds(-EARLIER);
        let begin = earliest.max(self.root.not_before).max(self.issuer().not_before);
        // Both ends count (RFC 5280 §4.1.2.5).
        let end = earliest.plus_days(days).plus_seconds(-1).min(self.end());
        let certificates = requests.par_iter().map(|(request, asked)| {
            let identity = &request.identity;
            let purposes = identity.purposes.as_deref().unwrap_or(&[Purpose::ServerAuth]);
            let list = self.list.as_deref();
            issuer.leaf(&Leaf { request, names: &asked.names, usage: usage(identity), purposes, begin, end, list })
        });
        Ok(Signed { authority: self, certificates: certificates.collect::<Result<_, Error>>()? })
    }

    /// Signs one request, unless its key is `compromised`, and registers the certificate, for whoever has nobody to ask;
    /// `source` names the request. What is above it is [`Private::chain`].
    ///
    /// # Errors
    /// Those of [`examine`], [`Private::sign`] and [`Signed::register`].
    pub fn answer(
        &self,
        key: &PrivateKey,
        request: &Request,
        source: &str,
        compromised: &HashSet<PublicKey>,
        at: Moment,
        days: i64,
    ) -> Result<Registered, Error> {
        let asked = examine(request, source, &self.only, compromised)?;
        let registered = self.sign(key, &[(request, &asked)], at, days)?.register()?;
        registered.into_iter().next().ok_or_else(|| Error::NoAnswer { source: source.to_owned() })
    }
}

impl Signed<'_> {
    /// What was signed, to be looked at, in the order of the requests.
    pub fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }

    /// Puts them into the register. Only now may they leave.
    ///
    /// # Errors
    /// [`Error::File`], [`Error::Issue`] when a serial number was given before; none of them has then left.
    pub fn register(self) -> Result<Vec<Registered>, Error> {
        let _lock = Lock::take(&self.authority.folder, "ca sign", Store::WAIT)?;
        let mut serials: HashSet<Box<[u8]>> =
            self.authority.register()?.into_iter().map(|one| one.certificate.serial.0).collect();
        if !self.certificates.iter().all(|cert| serials.insert(cert.serial.0.clone())) {
            return Err(Error::Issue {
                cause: "a serial number came twice: this machine has no randomness".to_owned(),
            });
        }
        self.authority.enter(self.certificates)
    }
}

/// What was asked for, less what a key of this kind cannot do (RFC 4055 §3, RFC 5480 §3, RFC 8410 §5); what is usual for a
/// server, where nothing of it remains.
fn usage(identity: &Identity) -> KeyUsage {
    let signs = KeyUsage::DIGITAL_SIGNATURE.with(KeyUsage::CONTENT_COMMITMENT);
    let (possible, usual) = match identity.key.kind {
        KeyKind::Rsa { .. } => (
            signs.with(KeyUsage::KEY_ENCIPHERMENT).with(KeyUsage::DATA_ENCIPHERMENT),
            KeyUsage::DIGITAL_SIGNATURE.with(KeyUsage::KEY_ENCIPHERMENT),
        ),
        KeyKind::Ec(_) => (signs.with(KeyUsage::KEY_AGREEMENT), KeyUsage::DIGITAL_SIGNATURE),
        _ => (signs, KeyUsage::DIGITAL_SIGNATURE),
    };
    match identity.key_usage.map(|asked| KeyUsage(asked.0 & possible.0)) {
        Some(KeyUsage(0)) | None => usual,
        Some(asked) => asked,
    }
}
