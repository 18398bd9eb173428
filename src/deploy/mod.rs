//! Services get the certificates of the store: bound, committed, proved on the wire, and put back if any of it fails.
//!
//! Promises: nothing of a service changes before its backup is on disk; a commit ends with every service presenting what it
//! is bound to, or with every file as it was, byte for byte, mode and owner too; what an interrupted program left is put
//! back by the next one; a backup goes only when its file is back in its place, so that no key is lost; no file with a key
//! is readable by everybody, not even for a moment. Programs of services are run without a shell unless a template or the
//! user says so, with limits on their time and on what they say.

mod account;
mod anchor;
mod back;
mod binding;
mod command;
mod commit;
mod copies;
mod difference;
mod disk;
mod due;
mod edit;
mod edited;
mod journal;
mod look;
mod material;
mod neighbours;
mod nginx;
mod page;
mod prove;
mod readers;
mod sight;
mod stage;
mod template;
mod turn;

use std::time::Duration;

use crate::Error;
use crate::error::Deploying;
use crate::facts::Name;
use crate::store::{KeyFolder, Store};
use crate::told::Tell;

use self::material::Material;
use self::sight::Sight;

pub use back::PutBack;
pub use binding::{Binding, bindings};
pub use commit::{Committed, Force, Manners, commit, undo, undoable};
pub use copies::copies;
pub use difference::Line;
pub use disk::Rights;
pub use due::{Scope, Work, staged};
pub use prove::{Shown, Watch};
pub use readers::ensure_unread;
pub use stage::{Change, Staged};
pub use template::{
    Block, Command, FileTemplate, Indented, Letters, Part, Place, Setting, Template, load, own, services,
};
pub use turn::Turn;

/// What came of binding a key to a service.
#[derive(Clone, Debug)]
pub enum Bound {
    /// The next commit will do this.
    Staged(Box<Staged>),
    /// A script for the machine where the service runs; nothing is bound here.
    Script {
        /// The service.
        service: String,
        /// The script as its system wants it.
        text: String,
    },
}

/// Whether bindings are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writing {
    /// They are; this is how long to wait for the lock.
    Yes(Duration),
    /// They are not: only what would be done is asked for.
    No,
}

/// Binds the key of this name to services. Nothing of a service changes until the commit.
///
/// # Errors
/// The key has no certificate or cannot be used by services, a template does not fit the machine, or another key has the
/// service.
pub fn bind(
    store: &Store,
    name: &Name,
    wanted: &[Binding],
    writing: Writing,
    tell: Tell<'_>,
) -> Result<Vec<Bound>, Error> {
    let key = store.named(name)?;
    let sight = match writing {
        Writing::Yes(wait) => commit::settle(store, wait, tell).map(|()| Sight::NOW),
        Writing::No => Sight::ahead(store),
    }?;
    let material = Material::read(&key)?;
    let mut bound = Vec::new();
    let mut staged: Vec<Staged> = Vec::new();
    for binding in wanted {
        if let Some(text) = stage::script(&material, binding)? {
            bound.push(Bound::Script { service: binding.service.clone(), text });
            continue;
        }
        ensure_free(store, &key, binding)?;
        let template = load(binding.template_name(), binding.template.as_deref())?;
        let one = stage::plan(&template, &material, binding, &staged, &sight)?;
        // One that reads the files of the store needs a reload alone.
        if one.files.is_empty() && one.check.is_none() && one.reload.is_none() && one.endpoints.is_empty() {
            let known = template.value_names().collect::<Vec<_>>().join(", ");
            return Err(Deploying::NothingSet { service: binding.to_string(), known }.into());
        }
        bound.push(Bound::Staged(Box::new(one.clone())));
        staged.push(one);
    }
    stage::ensure_lasting(&staged)?;
    if let (Writing::Yes(wait), false) = (writing, staged.is_empty()) {
        commit::rebind(store, &key, wait, tell, |bindings| {
            for one in &staged {
                // Another program may have bound it since.
                ensure_free(store, &key, &one.binding)?;
                // Bound again as it was, a service has what the last commit gave it. What differs nobody has committed.
                if !bindings.iter().any(|known| known.wants_the_same(&one.binding)) {
                    bindings.retain(|known| !known.is_same(&one.binding));
                    bindings.push(one.binding.clone());
                }
            }
            Ok(())
        })?;
    }
    Ok(bound)
}

/// Takes bindings away. The services keep what they have; `tell` hears which of them go on reading the files of the key.
///
/// # Errors
/// There is no such binding.
pub fn unbind(store: &Store, name: &Name, unwanted: &[Binding], writing: Writing, tell: Tell<'_>) -> Result<(), Error> {
    let key = store.named(name)?;
    let mut removed = Vec::new();
    let mut take_away = |bindings: &mut Vec<Binding>| {
        for one in unwanted {
            let there = bindings.iter().position(|known| known.is_same(one));
            let absent = || Deploying::NotBound { service: one.to_string(), key: name.to_string() };
            removed.push(bindings.remove(there.ok_or_else(absent)?));
        }
        Ok(())
    };
    match writing {
        Writing::Yes(wait) => commit::rebind(store, &key, wait, tell, take_away),
        Writing::No => take_away(&mut binding::bindings(&key)?),
    }?;
    readers::tell_of(store, &key, &removed, tell);
    Ok(())
}

/// Fails where another key of the store has the service.
fn ensure_free(store: &Store, key: &KeyFolder, binding: &Binding) -> Result<(), Error> {
    for (other, bindings) in binding::bound(store.keys()?)? {
        if other.path != key.path && bindings.iter().any(|known| known.is_same(binding)) {
            let key = other.folder_name().into_owned();
            return Err(Deploying::BoundElsewhere { service: binding.to_string(), key }.into());
        }
    }
    Ok(())
}
