//! A CA that stands in for another one, so that what would be signed can be shown and is worth nothing.

use super::init::INTERMEDIATE_NAME;
use super::{Private, ROOT_KEY};
use crate::Error;
use crate::facts::{Certificate, KeyKind, Moment, PrivateKey};
use crate::issue::{EARLIER, Issuer, KeyChoice, NewAuthority, generate};

impl Private {
    /// The same CA with keys of the same kind that are thrown away, and the one that signs. No password is needed.
    ///
    /// # Errors
    /// [`Error::Issue`]
    pub fn draft(&self) -> Result<(Self, PrivateKey), Error> {
        let root_key = generate(kind(&self.root))?;
        let new = NewAuthority {
            name: &self.name,
            constraints: &self.only,
            path_length: u8::from(self.intermediate.is_some()),
            end: self.root.not_after,
        };
        let root = new.root(&root_key, begin(&self.root))?;
        let (intermediate, key) = match &self.intermediate {
            None => (None, root_key),
            Some(between) => {
                let key = generate(kind(between))?;
                let name = format!("{}{INTERMEDIATE_NAME}", self.name);
                let new = NewAuthority { name: &name, path_length: 0, end: between.not_after, ..new };
                let issuer = Issuer::new(&root, &root_key, ROOT_KEY)?;
                (Some(new.below(&issuer, &key.public, begin(between))?), key)
            }
        };
        let (folder, name) = (self.folder.clone(), self.name.clone());
        let draft = Self { folder, name, only: self.only.clone(), list: self.list.clone(), root, intermediate };
        Ok((draft, key.into()))
    }
}

/// How long an RSA key is makes no difference to what is shown, and long ones take seconds.
fn kind(cert: &Certificate) -> KeyChoice {
    match &cert.identity.key.kind {
        KeyKind::Rsa { .. } => KeyChoice::Rsa2048,
        other => KeyChoice::like(other).unwrap_or_default(),
    }
}

fn begin(cert: &Certificate) -> Moment {
    cert.not_before.plus_seconds(EARLIER)
}
