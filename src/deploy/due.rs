//! What a commit has to do, and what is as it should be already.

use super::binding::{self, Binding};
use super::material::Material;
use super::sight::Sight;
use super::stage::{self, Staged};
use super::turn::Turn;
use crate::Error;
use crate::error::Deploying;
use crate::facts::{Certificate, Revoked};
use crate::store::{KeyFolder, Store};

/// How much is committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope<'a> {
    /// Everything that is staged.
    All,
    /// The services of these keys that had a commit before: what was bound since waits for whoever bound it.
    Renewed(&'a [KeyFolder]),
}

impl Scope<'_> {
    /// The keys that it is about. What is wrong with others is none of its business.
    pub(super) fn keys(self, store: &Store) -> Result<Vec<KeyFolder>, Error> {
        match self {
            Self::All => store.keys(),
            Self::Renewed(keys) => Ok(keys.to_vec()),
        }
    }

    fn covers(self, binding: &Binding) -> bool {
        self == Self::All || binding.committed.is_some()
    }
}

/// What a commit will do, in order, or has done; nothing when every service has what it is bound to.
#[derive(Clone, Debug)]
pub struct Work<T> {
    /// The keys whose next generation takes the place of the current one.
    pub turns: Vec<Turn>,
    /// The services.
    pub services: Vec<T>,
}

impl<T> Work<T> {
    /// True when there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.turns.is_empty() && self.services.is_empty()
    }
}

/// Everything that a commit would do, which first puts back what an interrupted one left.
///
/// # Errors
/// A binding that cannot be committed: its template, its key, or a file of the service; [`Deploying::Revoked`].
pub fn staged(store: &Store, scope: Scope<'_>, revoked: &Revoked) -> Result<Work<Staged>, Error> {
    let Work { turns, services } = due(store, scope, revoked, &Sight::ahead(store)?)?.work;
    Ok(Work { turns, services: services.into_iter().map(|(_, staged)| staged).collect() })
}

/// What there is to do, and the bindings for which there is nothing to do.
pub(super) struct Due {
    pub(super) work: Work<(Material, Staged)>,
    pub(super) in_place: Vec<(Material, Staged)>,
}

/// Tells the bindings that are not as they should be from the others. A new certificate in the store needs a reload where no file changes.
pub(super) fn due(store: &Store, scope: Scope<'_>, revoked: &Revoked, sight: &Sight) -> Result<Due, Error> {
    let (mut due, mut in_place): (Vec<(Material, Staged)>, Vec<_>) = (Vec::new(), Vec::new());
    let mut all: Vec<Staged> = Vec::new();
    let keys = scope.keys(store)?;
    // Those of keys whose last binding was taken away are among them.
    let turns = keys.iter().map(Turn::of).filter_map(Result::transpose).collect::<Vec<_>>();
    for (key, bindings) in binding::bound(keys)? {
        if !bindings.iter().any(|binding| scope.covers(binding)) {
            continue;
        }
        let material = Material::read(&key)?;
        for binding in bindings.iter().filter(|binding| scope.covers(binding)) {
            let staged = stage::stage(&material, binding, &all, sight)?;
            all.push(staged.clone());
            let is_new = material.turn.is_some() || !binding.has(&material.leaf) || sight.takes_from(&staged);
            if is_new {
                ensure_in_force(&key, &material.leaf, revoked)?;
            }
            let is_due = is_new || staged.files.iter().any(|change| !change.is_in_place());
            if is_due { &mut due } else { &mut in_place }.push((material.clone(), staged));
        }
    }
    stage::ensure_lasting(&all)?;
    let turns = turns.into_iter().collect::<Result<Vec<Turn>, _>>()?;
    let is_meant =
        |turn: &Turn| scope == Scope::All || due.iter().any(|(_, staged)| staged.key == turn.at().folder_name());
    let turns: Vec<Turn> = turns.into_iter().chain(sight.turns()).filter(is_meant).collect();
    turns.iter().try_for_each(Turn::ensure_own)?;
    for key in turns.iter().map(Turn::at) {
        if let Some(next) = key.contents().waiting {
            ensure_in_force(&key, &next.certificate, revoked)?;
        }
    }
    Ok(Due { work: Work { turns, services: due }, in_place })
}

/// Fails where a revoked certificate would be given out. Services that have it go on with it until there is another.
fn ensure_in_force(key: &KeyFolder, leaf: &Certificate, revoked: &Revoked) -> Result<(), Error> {
    match revoked.find(leaf) {
        None => Ok(()),
        Some(revocation) => Err(Deploying::Revoked { key: key.name(), since: revocation.since.date() }.into()),
    }
}
