//! Which key of a store an error is about.

use std::borrow::Cow;

use super::{Deploying, Error};
use crate::facts::Name;

impl Error {
    /// The key that the commands of its hint are to name instead of `NAME`, where the error knows it.
    pub fn key(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Bound { key, .. }
            | Self::Deploying(Deploying::Revoked { key, .. } | Deploying::Unusable { key, .. }) => Some(key.into()),
            Self::Deploying(Deploying::NotOfOneKey { key, .. }) => {
                key.parent()?.file_name()?.to_str().map(Name::of_file_form)
            }
            Self::Exists { path, .. } => path.file_name()?.to_str().map(Name::of_file_form),
            _ => None,
        }
    }
}
