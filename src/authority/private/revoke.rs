//! The CRL: what was revoked, and a new one before the old one ends.

use std::collections::HashSet;

use super::{Private, Registered};
use crate::Error;
use crate::error::Signing;
use crate::facts::{Moment, PrivateKey, PublicKey, Reason, Revocation, RevocationList, Revoked};
use crate::issue::Issuer;
use crate::store::{Lock, Secrecy, Store, replace};

/// What the CAs of a store have revoked, and why it is not known of some of them.
pub fn revoked(store: &Store) -> (Revoked, Vec<Error>) {
    let (lists, unknown) = of_each(store, Private::revocation_list);
    (Revoked(lists), unknown)
}

/// The public keys that somebody else may have: those of certificates that a CA of the store has revoked for that. And why it
/// is not known of some CAs.
pub fn compromised(store: &Store) -> (HashSet<PublicKey>, Vec<Error>) {
    let is_compromised = |revoked: &Revocation| revoked.reason == Some(Reason::KeyCompromise);
    let keys = |ca: &Private| {
        // Hardly any CA has one, and a register may be large.
        if !ca.revocation_list()?.revoked.iter().any(is_compromised) {
            return Ok(Vec::new());
        }
        let signed = ca.register()?.into_iter().filter(|one| one.revoked.as_ref().is_some_and(is_compromised));
        Ok(signed.map(|one| one.certificate.identity.key).collect())
    };
    let (keys, unknown) = of_each(store, keys);
    (keys.into_iter().flatten().collect(), unknown)
}

/// What each CA of the store answers, and why some do not.
fn of_each<T>(store: &Store, ask: impl Fn(&Private) -> Result<T, Error>) -> (Vec<T>, Vec<Error>) {
    let all = Private::all(store).unwrap_or_else(|error| vec![Err(error)]);
    let (mut answers, mut unknown) = (Vec::new(), Vec::new());
    for answer in all.into_iter().map(|one| one.and_then(|one| ask(&one))) {
        match answer {
            Ok(answer) => answers.push(answer),
            Err(error) => unknown.push(error),
        }
    }
    (answers, unknown)
}

/// What the next CRL lists.
#[derive(Clone, Copy, Debug)]
pub enum Listed<'a> {
    /// What the one in the store lists.
    Same,
    /// What this copy lists, and the one in the store, as far as that can be read.
    Copy(&'a RevocationList),
    /// Nothing: the one in the store cannot be read, and there is no copy.
    Nothing,
}

/// Days until a CRL has to be renewed, unless told otherwise.
pub const LIST_DAYS: i64 = 30;

impl Private {
    /// Revokes a certificate of the register: it is on the CRL, and that on the disk, when this returns.
    ///
    /// # Errors
    /// [`Signing::AlreadyRevoked`], [`Error::File`]; the CRL is then the old one, or whole and the new one.
    pub fn revoke(
        &self,
        key: &PrivateKey,
        registered: &Registered,
        reason: Option<Reason>,
        at: Moment,
    ) -> Result<RevocationList, Error> {
        let serial = &registered.certificate.serial;
        let _lock = Lock::take(&self.folder, "ca", Store::WAIT)?;
        let mut list = self.revocation_list()?;
        if let Some(before) = list.find(serial) {
            let (serial, since) = (serial.to_string(), before.since.date());
            return Err(Signing::AlreadyRevoked { serial, since }.into());
        }
        list.revoked.push(Revocation { serial: serial.clone(), since: at, reason });
        self.renew(key, list.number, &list.revoked, at, LIST_DAYS)
    }

    /// Makes the CRL again, for `days` days from `at`.
    ///
    /// # Errors
    /// [`Signing::NoList`]; [`Signing::ListIsThere`] where it shall list nothing and the one in the store is whole;
    /// [`Error::File`]. The CRL is then the old one, or whole and the new one.
    pub fn renew_list(
        &self,
        key: &PrivateKey,
        listed: Listed<'_>,
        at: Moment,
        days: i64,
    ) -> Result<RevocationList, Error> {
        let _lock = Lock::take(&self.folder, "ca", Store::WAIT)?;
        let (number, revoked) = self.before(listed, at)?;
        self.renew(key, number, &revoked, at, days)
    }

    /// Fails where the CRL is there and whole, so that none begins anew.
    ///
    /// # Errors
    /// [`Signing::ListIsThere`]
    pub fn ensure_unlisted(&self) -> Result<(), Error> {
        self.revocation_list().map_or(Ok(()), |_| Err(self.still_listed()))
    }

    fn still_listed(&self) -> Error {
        Signing::ListIsThere { path: self.list_path() }.into()
    }

    /// The number of the list that the next one follows, and what the next one lists.
    fn before(&self, listed: Listed<'_>, at: Moment) -> Result<(Option<u64>, Vec<Revocation>), Error> {
        match (self.revocation_list(), listed) {
            (own, Listed::Same) => own.map(|own| (own.number, own.revoked)),
            (Ok(_), Listed::Nothing) => Err(self.still_listed()),
            (Ok(own), Listed::Copy(copy)) => {
                let lacking = copy.revoked.iter().filter(|one| own.find(&one.serial).is_none());
                let revoked = own.revoked.iter().chain(lacking).cloned().collect();
                Ok((own.number.max(copy.number), revoked))
            }
            (Err(Error::Signing(Signing::NoList { .. })), Listed::Copy(copy)) => {
                Ok((copy.number, copy.revoked.clone()))
            }
            // It counts up from 1, so that the seconds since 1970 are more than any before.
            (Err(Error::Signing(Signing::NoList { .. })), Listed::Nothing) => {
                Ok((u64::try_from(at.unix()).ok(), Vec::new()))
            }
            (Err(error), _) => Err(error),
        }
    }

    fn renew(
        &self,
        key: &PrivateKey,
        number: Option<u64>,
        revoked: &[Revocation],
        at: Moment,
        days: i64,
    ) -> Result<RevocationList, Error> {
        self.ensure_valid(at)?;
        let issuer = Issuer::new(self.issuer(), key, &self.key_path().display().to_string())?;
        // RFC 5280 §5.2.3: it only ever rises.
        let number = number.unwrap_or_default() + 1;
        let new = issuer.revocation_list(number, revoked, at, at.plus_days(days))?;
        replace(&self.list_path(), &new.der, Secrecy::Public)?;
        Ok(new)
    }
}
