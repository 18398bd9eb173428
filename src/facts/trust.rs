//! Roots that are trusted, and whether a chain leads to one.

use std::collections::HashMap;

use super::{Certificate, Verification};

/// Trusted root certificates, found by subject.
#[derive(Debug, Default)]
pub struct TrustStore {
    by_subject: HashMap<Box<[u8]>, Vec<Certificate>>,
}

/// No chain of a server is longer; also the bound of the search.
const LONGEST_CHAIN: usize = 12;

impl TrustStore {
    /// A store of these roots.
    pub fn new(roots: impl IntoIterator<Item = Certificate>) -> Self {
        let mut store = Self::default();
        for root in roots {
            store.by_subject.entry(root.identity.subject.der.clone()).or_default().push(root);
        }
        store
    }

    /// True when nothing is trusted.
    pub fn is_empty(&self) -> bool {
        self.by_subject.is_empty()
    }

    /// The certificates from `leaf` (first) to a trusted root (last), each signed by the next, using `pool` for what is
    /// between. Lives and constraints are not looked at.
    pub fn path<'a>(&'a self, leaf: &'a Certificate, pool: &[&'a Certificate]) -> Option<Vec<&'a Certificate>> {
        let mut path = vec![leaf];
        while path.len() <= LONGEST_CHAIN {
            let last = *path.last()?;
            let roots = self.by_subject.get(&last.issuer.der).map(Vec::as_slice).unwrap_or_default();
            let same = |root: &&Certificate| root.der == last.der || root.identity.key == last.identity.key;
            if self.by_subject.get(&last.identity.subject.der).is_some_and(|roots| roots.iter().any(|root| same(&root)))
            {
                return Some(path);
            }
            let signed = |issuer: &Certificate| {
                last.names_as_issuer(issuer) && last.verify_with(&issuer.identity.key) != Verification::Fails
            };
            if let Some(root) = roots.iter().find(|root| signed(root)) {
                path.push(root);
                return Some(path);
            }
            let next = pool.iter().find(|issuer| !path.contains(issuer) && signed(issuer))?;
            path.push(next);
        }
        None
    }
}
