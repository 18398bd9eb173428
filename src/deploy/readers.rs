//! Files of services that name the files of a key, bound or not: without them a service does not start again.

use std::path::Path;

use super::binding::Binding;
use super::disk;
use super::journal;
use super::material::Material;
use super::sight::Sight;
use super::stage::{self, Change};
use crate::Error;
use crate::error::Deploying;
use crate::store::{KeyFolder, Store};
use crate::told::{Tell, Told};

/// Fails where a service that has no binding any more reads the files of the key: a file that a commit has written names them.
/// A key with bindings stays where it is by itself. `verb` is what is about to be done to it: `removed`.
///
/// # Errors
/// [`Deploying::StillRead`].
pub fn ensure_unread(store: &Store, key: &KeyFolder, verb: &'static str) -> Result<(), Error> {
    let Ok(folder) = key.path.canonicalize() else { return Ok(()) };
    if key.is_bound() {
        return Ok(());
    }
    match journal::written(store.root()).into_iter().find(|path| names(path, &folder)) {
        Some(path) => Err(Deploying::StillRead { key: key.name(), path, verb }.into()),
        None => Ok(()),
    }
}

/// Says which services read the files of the key also without these bindings. What cannot be told is left out.
pub(super) fn tell_of(store: &Store, key: &KeyFolder, unbound: &[Binding], tell: Tell<'_>) {
    let Ok(material) = Material::read(key) else { return };
    let written = journal::written(store.root());
    for binding in unbound {
        let Ok(staged) = stage::stage(&material, binding, &[], &Sight::NOW) else { continue };
        // A file that it shares with another binding names the key for that one too.
        let is_its_own = |change: &&Change| binding.committed.is_some() || change.is_in_place();
        for change in staged.files.iter().filter(is_its_own).filter(|change| names(&change.path, &material.folder)) {
            let back = if written.contains(&change.path) { "put back with certfix undo, or " } else { "" };
            let (name, path) = (key.name(), change.path.display());
            let remark = format!(
                "{binding} reads the files of {name}, which '{path}' names, until that is {back}changed by hand"
            );
            tell(Told::Remark(&remark));
        }
    }
}

/// True when there is such a file and it names one in this folder.
fn names(path: &Path, folder: &Path) -> bool {
    let Ok(Some(there)) = disk::look(path) else { return false };
    let inside = [folder.as_os_str().as_encoded_bytes(), b"/"].concat();
    there.contents.windows(inside.len()).any(|part| part == inside)
}
