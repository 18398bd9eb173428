//! Files of services as a commit will find them: what an interrupted one changed is put back before.

use std::path::Path;

use super::disk::{self, Present};
use super::journal::Journal;
use super::stage::Staged;
use super::turn::Turn;
use crate::Error;
use crate::store::Store;

/// What will be put back, if anything.
pub(super) struct Sight(Option<Journal>);

impl Sight {
    /// As they are now.
    pub(super) const NOW: Self = Self(None);

    /// As they are once everything is put back.
    pub(super) fn ahead(store: &Store) -> Result<Self, Error> {
        Ok(Self(if store.is_interrupted() { Journal::at_work(store.root())? } else { None }))
    }

    /// What will be there; None when nothing will.
    pub(super) fn look(&self, path: &Path) -> Result<Option<Present>, Error> {
        let Some(journal) = &self.0 else { return disk::look(path) };
        match journal.page.files.iter().find(|entry| entry.path == path) {
            Some(entry) => journal.before(entry),
            None => disk::look(path),
        }
    }

    /// True when the service will have what it had before.
    pub(super) fn takes_from(&self, staged: &Staged) -> bool {
        let service = staged.binding.to_string();
        let mut services = self.0.iter().flat_map(|journal| &journal.page.services);
        services.any(|known| known.key == staged.key && known.service == service)
    }

    /// The keys whose next generation will wait again.
    pub(super) fn turns(&self) -> impl Iterator<Item = Turn> {
        let turns = self.0.iter().flat_map(|journal| &journal.page.turns);
        turns.filter(|turn| turn.is_taken()).cloned()
    }
}
