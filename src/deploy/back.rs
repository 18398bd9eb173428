//! What a journal puts back, for whoever asked: files, generations, and what the services then make of them.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::binding;
use super::commit::Force;
use super::journal::Journal;
use super::turn::Turn;
use crate::Error;
use crate::error::Deploying;
use crate::store::{KeyFolder, Lock};
use crate::told::Tell;

/// What was put back.
#[derive(Clone, Debug, Default)]
pub struct PutBack {
    /// Services by key and name.
    pub services: Vec<(String, String)>,
    /// Those of them that are bound no more, so that no commit does it again.
    pub unbound: Vec<(String, String)>,
    /// The keys that have their generation of before; the other one waits for the next commit.
    pub turns: Vec<Turn>,
    /// The files as they were before the commit.
    pub files: Vec<PathBuf>,
    /// Those of them that were not there before, so that they are removed.
    pub removed: Vec<PathBuf>,
    /// Files whose folder is gone, reloads that failed, and places that do not present what they did before.
    pub troubles: Vec<String>,
}

impl PutBack {
    /// Puts everything of this journal back, with the reloads, after which it is not needed any more. `tell` hears where a file
    /// is kept that somebody changed.
    pub(super) fn all(
        mut journal: Journal,
        lock: &Lock,
        force: Force,
        patience: Option<Duration>,
        tell: Tell<'_>,
    ) -> Result<Self, Error> {
        let mut back = Self::planned(&journal);
        let put = journal.put_back(lock, force, tell);
        // Services whose files are back go on with them, whatever became of the others.
        back.reload(&journal, patience.filter(|_| put.is_ok()));
        let lost = put?;
        if lost.is_empty() {
            journal.discard()?;
            return Ok(back);
        }
        journal.set_aside()?;
        back.files.retain(|path| !lost.contains(path));
        let trouble = |path: &PathBuf| {
            let gone = Error::from(Deploying::FolderGone { path: path.clone() });
            format!("{gone}; its copy is in '{}'", journal.folder().display())
        };
        back.troubles.splice(..0, lost.iter().map(trouble));
        Ok(back)
    }

    /// Reloads every service of a journal whose files are back; with `patience`, looks whether they present what they did.
    fn reload(&mut self, journal: &Journal, patience: Option<Duration>) {
        let page = &journal.page;
        let mut reloaded = Vec::new();
        for command in page.services.iter().filter_map(|service| service.reload.as_ref()) {
            if !reloaded.contains(&command) {
                self.note(command.run());
                reloaded.push(command);
            }
        }
        let Some(patience) = patience else { return };
        for watch in page.services.iter().flat_map(|service| &service.watches) {
            if let Some(before) = &watch.before {
                self.note(watch.wait_for(before, patience));
            }
        }
    }

    /// What would be put back.
    pub(super) fn planned(journal: &Journal) -> Self {
        let page = &journal.page;
        let services = page.services.iter().map(|service| (service.key.clone(), service.service.clone()));
        // One that cannot be looked at is tried.
        let files = || page.files.iter().filter(|entry| !entry.is_left_aside().unwrap_or(false));
        Self {
            services: services.clone().collect(),
            unbound: services.filter(|(key, service)| is_unbound(&journal.store.join(key), service)).collect(),
            turns: page.turns.iter().filter(|turn| turn.is_there()).cloned().collect(),
            files: files().map(|entry| entry.path.clone()).collect(),
            removed: files().filter(|entry| entry.is_new()).map(|entry| entry.path.clone()).collect(),
            troubles: Vec::new(),
        }
    }

    fn note<T>(&mut self, result: Result<T, Error>) {
        self.troubles.extend(result.err().map(|error| error.to_string()));
    }
}

/// True when the key in this folder is not bound to the service. Where that cannot be read it is taken for bound.
fn is_unbound(folder: &Path, service: &str) -> bool {
    let bindings = binding::bindings(&KeyFolder { path: folder.to_owned() });
    bindings.is_ok_and(|bindings| bindings.iter().all(|binding| binding.to_string() != service))
}
