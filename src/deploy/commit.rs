//! Commits and undoes.
//!
//! Order of steps: the lock; whatever an interrupted program left is put back; everything that can fail without a change is
//! done, which takes time, so that files are compared with what they were; the journal is written; then files, the turn of each key whose next generation waits, checks, reloads, a look at
//! every place, the record in the key's folder; at last the journal is kept. Any error in between puts every file and key
//! back and reloads again.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::back::PutBack;
use super::binding::{self, Binding};
use super::disk::{self, Present};
use super::due::{Due, Scope, Work, due};
use super::journal::{self, Journal, Service};
use super::material::Material;
use super::neighbours::Neighbour;
use super::prove::{Shown, Wanted, Watch};
use super::sight::Sight;
use super::stage::{Change, Staged};
use super::turn::Turn;
use crate::Error;
use crate::error::Deploying;
use crate::facts::{Revoked, sha256_hex};
use crate::store::{BINDINGS, KeyFolder, Lock, Store};
use crate::told::{Tell, Told};

/// How to commit and undo.
#[derive(Clone, Copy, Debug)]
pub struct Manners {
    /// How long to wait for another program that holds the lock.
    pub wait: Duration,
    /// How long a service may take to present its new certificate.
    pub patience: Duration,
}

/// A service that was committed.
#[derive(Clone, Debug)]
pub struct Committed {
    /// The name of the key's folder.
    pub key: String,
    /// The binding.
    pub binding: Binding,
    /// The files that were written.
    pub files: Vec<PathBuf>,
    /// The places that were looked at.
    pub places: Vec<(String, Shown)>,
}

/// Gives every service the certificate that it is bound to, unless that is among the `revoked`. `tell` hears of each step, and
/// of what an interrupted program left.
///
/// # Errors
/// [`Deploying::Locked`]; what [`staged`](super::staged) may say; [`Deploying::NothingToCommit`] when a service has what it is bound to, but
/// presents something else; [`Deploying::ChangedMeanwhile`], and nothing is written; [`Deploying::PutBack`] when a step failed and everything is as before;
/// [`Deploying::NotPutBack`] when that failed too.
pub fn commit(
    store: &Store,
    scope: Scope<'_>,
    revoked: &Revoked,
    manners: Manners,
    tell: Tell<'_>,
) -> Result<Work<Committed>, Error> {
    let lock = store.lock("commit", manners.wait)?;
    recover(store, &lock, Force::No, tell)?;
    let Due { work, in_place } = due(store, scope, revoked, &Sight::NOW)?;
    if work.is_empty() {
        let wrong = |cause| Error::from(Deploying::NothingToCommit { cause: Box::new(cause) });
        ensure_presented(store, &in_place, manners, tell).map_err(wrong)?;
        return Ok(Work { turns: Vec::new(), services: Vec::new() });
    }
    let due = &work.services;
    tell(Told::Step("looking at what the services present now"));
    let watches = due.iter().map(|(material, staged)| watches(material, staged)).collect::<Result<Vec<_>, _>>()?;
    let services = due.iter().zip(&watches).map(|((_, staged), watches)| service(staged, watches)).collect();
    let files = files(due);
    let records = records(scope.keys(store)?, due)?;
    let others = others(store, due)?;
    let neighbours = Neighbour::all(&in_place, due, &others)?;
    files.iter().try_for_each(|change| change.ensure_untouched())?;
    let mut journal = Journal::write(store.root(), services, &work.turns, &files, &records)?;
    let done = write(&lock, &files, &work.turns, tell);
    let done = done.and_then(|()| apply(due, &watches, &records, &others, &neighbours, manners, tell));
    let kept = done.and_then(|places| journal.keep().map(|()| places));
    match kept {
        Ok(places) => Ok(Work { turns: work.turns, services: committed(work.services, places) }),
        Err(cause) => {
            tell(Told::Step("putting everything back"));
            Err(put_back(journal, &lock, manners, cause, tell))
        }
    }
}

/// Puts back what the last commit changed, and reloads. A second undo takes back the commit before that one.
///
/// # Errors
/// [`Deploying::NothingToUndo`]; [`Deploying::ChangedSince`] when somebody else changed a file, and [`Deploying::FolderGone`],
/// unless `force`; a file that cannot be put back.
pub fn undo(store: &Store, manners: Manners, force: Force, tell: Tell<'_>) -> Result<PutBack, Error> {
    let lock = store.lock("undo", manners.wait)?;
    if let Some(recovered) = recover(store, &lock, force, tell)? {
        return Ok(recovered);
    }
    let mut last = Journal::last(store.root())?.ok_or(Error::from(Deploying::NothingToUndo))?;
    if force == Force::No
        && let Some(path) = last.changed()?.into_iter().next()
    {
        return Err(Error::from(Deploying::ChangedSince { path }));
    }
    last.begin_undo()?;
    PutBack::all(last, &lock, force, Some(manners.patience), tell)
}

/// What an undo would put back.
///
/// # Errors
/// [`Deploying::NothingToUndo`], or it cannot be read.
pub fn undoable(store: &Store) -> Result<PutBack, Error> {
    let last = match Journal::at_work(store.root())? {
        Some(interrupted) => Some(interrupted),
        None => Journal::last(store.root())?,
    };
    Ok(PutBack::planned(&last.ok_or(Error::from(Deploying::NothingToUndo))?))
}

/// Whether files that somebody else changed are put back too, and all the others where the folder of one is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Force {
    /// They are, and what they held is kept; so is the copy of files whose folder is gone.
    Yes,
    /// They keep everything from being put back.
    No,
}

/// Puts back what an interrupted commit or undo left. The lock is held.
fn recover(store: &Store, lock: &Lock, force: Force, tell: Tell<'_>) -> Result<Option<PutBack>, Error> {
    journal::sweep(store.root())?;
    let Some(journal) = Journal::at_work(store.root())? else { return Ok(None) };
    tell(Told::Remark("a commit or undo was interrupted: putting everything back"));
    let back = PutBack::all(journal, lock, force, None, tell)?;
    back.troubles.iter().for_each(|trouble| tell(Told::Remark(trouble)));
    Ok(Some(back))
}

/// Files that are in their places say nothing of what services make of them.
fn ensure_presented(
    store: &Store,
    in_place: &[(Material, Staged)],
    manners: Manners,
    tell: Tell<'_>,
) -> Result<(), Error> {
    let others = others(store, in_place)?;
    for one @ (material, staged) in in_place {
        let watches: Vec<Watch> = watches(material, staged)?.into_iter().map(Watch::without_past).collect();
        for (place, shown) in prove(one, &watches, &others, manners, tell)? {
            if let Shown::Committed { remarks } = shown {
                remarks.iter().for_each(|remark| tell(Told::Remark(&format!("{place}: {remark}"))));
            }
        }
    }
    Ok(())
}

fn watches(material: &Material, staged: &Staged) -> Result<Vec<Watch>, Error> {
    let name = material.server_name();
    let is_named = !staged.binding.endpoints.is_empty();
    staged.endpoints.iter().map(|endpoint| Watch::begin(endpoint, name.as_ref(), is_named)).collect()
}

fn service(staged: &Staged, watches: &[Watch]) -> Service {
    Service {
        key: staged.key.clone(),
        service: staged.binding.to_string(),
        reload: staged.reload.clone(),
        watches: watches.to_vec(),
    }
}

/// Every file once: as the last binding that changes it leaves it, in the order of the first.
fn files(due: &[(Material, Staged)]) -> Vec<&Change> {
    let mut files: Vec<&Change> = Vec::new();
    for change in due.iter().flat_map(|(_, staged)| &staged.files) {
        match files.iter().position(|known| known.path == change.path) {
            Some(at) => files[at] = change,
            None => files.push(change),
        }
    }
    files.retain(|change| !change.is_in_place());
    files
}

/// The bindings of each key as they are after the commit.
fn records(keys: Vec<KeyFolder>, due: &[(Material, Staged)]) -> Result<Vec<Change>, Error> {
    let mut records = Vec::new();
    for (key, mut bindings) in binding::bound(keys)? {
        let name = key.folder_name();
        let committed: Vec<&(Material, Staged)> = due.iter().filter(|(_, staged)| staged.key == name).collect();
        if committed.is_empty() {
            continue;
        }
        for (material, staged) in committed {
            for binding in bindings.iter_mut().filter(|binding| binding.is_same(&staged.binding)) {
                binding.committed = Some(sha256_hex(&material.leaf.der));
            }
        }
        let failed = |cause| Error::File { action: "find", path: key.path.clone(), cause };
        let path = key.path.canonicalize().map_err(failed)?.join(BINDINGS);
        let after = Present { contents: binding::page(&bindings).into(), rights: disk::private() };
        let before = disk::look(&path)?;
        records.push(Change::new(path, before, after));
    }
    Ok(records)
}

/// The certificates that bindings have after the commit, each perhaps beside another one at the same place. Keys that nobody
/// may read are left out.
fn others(store: &Store, due: &[(Material, Staged)]) -> Result<Vec<String>, Error> {
    let mut others: Vec<String> = due.iter().map(|(material, _)| sha256_hex(&material.leaf.der)).collect();
    let readable = store.keys()?.into_iter().filter(|key| key.ensure_readable().is_ok()).collect();
    for (key, bindings) in binding::bound(readable)? {
        if due.iter().all(|(_, staged)| staged.key != key.folder_name()) {
            others.extend(bindings.into_iter().filter_map(|binding| binding.committed));
        }
    }
    Ok(others)
}

/// Gives services what they read: their own files, and those of the store.
fn write(lock: &Lock, files: &[&Change], turns: &[Turn], tell: Tell<'_>) -> Result<(), Error> {
    for change in files {
        tell(Told::Step(&format!("writing {}", change.path.display())));
        disk::replace(&change.path, &change.after.contents, &change.after.rights)?;
    }
    for turn in turns {
        let step = format!("{}: generation {} takes the place of {}", turn.key(), turn.after, turn.before);
        tell(Told::Step(&step));
        turn.take(lock)?;
    }
    Ok(())
}

fn apply(
    due: &[(Material, Staged)],
    watches: &[Vec<Watch>],
    records: &[Change],
    others: &[String],
    neighbours: &[Neighbour<'_>],
    manners: Manners,
    tell: Tell<'_>,
) -> Result<Vec<Vec<(String, Shown)>>, Error> {
    for command in due.iter().filter_map(|(_, staged)| staged.check.as_ref()) {
        tell(Told::Step(&format!("running {command}")));
        command.run()?;
    }
    let mut reloaded = Vec::new();
    for command in due.iter().filter_map(|(_, staged)| staged.reload.as_ref()) {
        if !reloaded.contains(&command) {
            tell(Told::Step(&format!("running {command}")));
            command.run()?;
            reloaded.push(command);
        }
    }
    let shown = due.iter().zip(watches).map(|(one, watches)| prove(one, watches, others, manners, tell));
    let shown = shown.collect::<Result<Vec<_>, _>>()?;
    neighbours.iter().try_for_each(|one| one.prove(others, manners.patience, tell))?;
    for record in records {
        disk::replace(&record.path, &record.after.contents, &record.after.rights)?;
    }
    Ok(shown)
}

/// Looks at every place of a service until it presents its certificate.
fn prove(
    (material, staged): &(Material, Staged),
    watches: &[Watch],
    others: &[String],
    manners: Manners,
    tell: Tell<'_>,
) -> Result<Vec<(String, Shown)>, Error> {
    let sha256 = sha256_hex(&material.leaf.der);
    let wanted = Wanted { sha256, target: &material.target, others };
    let mut places = Vec::new();
    for watch in watches {
        tell(Told::Step(&format!("looking at {}", watch.endpoint)));
        places.push((watch.endpoint.clone(), watch.prove(&wanted, manners.patience)?));
    }
    if !places.is_empty() && places.iter().all(|(_, shown)| *shown == Shown::Silent) {
        return Err(Error::from(Deploying::NothingListens { service: staged.binding.to_string() }));
    }
    Ok(places)
}

fn committed(due: Vec<(Material, Staged)>, places: Vec<Vec<(String, Shown)>>) -> Vec<Committed> {
    let committed = |((_, staged), places): ((Material, Staged), Vec<(String, Shown)>)| Committed {
        key: staged.key,
        binding: staged.binding,
        files: staged.files.into_iter().filter(|file| !file.is_in_place()).map(|file| file.path).collect(),
        places,
    };
    due.into_iter().zip(places).map(committed).collect()
}

fn put_back(journal: Journal, lock: &Lock, manners: Manners, cause: Error, tell: Tell<'_>) -> Error {
    let cause = Box::new(cause);
    let mut kept = Vec::new();
    let mut keep = |told: Told<'_>| {
        if let Told::Remark(words) = told {
            kept.push(words.to_owned());
        }
    };
    match PutBack::all(journal, lock, Force::No, Some(manners.patience), &mut keep) {
        Ok(back) => Error::from(Deploying::PutBack { cause, troubles: [kept, back.troubles].concat() }),
        Err(failure) => {
            kept.iter().for_each(|words| tell(Told::Remark(words)));
            Error::from(Deploying::NotPutBack { cause, failure: Box::new(failure) })
        }
    }
}

/// Puts back what an interrupted commit or undo left, if there is any.
pub(super) fn settle(store: &Store, wait: Duration, tell: Tell<'_>) -> Result<(), Error> {
    if store.is_interrupted() {
        let lock = store.lock("bind", wait)?;
        recover(store, &lock, Force::No, tell)?;
    }
    Ok(())
}

/// Changes the bindings of one key, under the lock.
pub(super) fn rebind(
    store: &Store,
    key: &KeyFolder,
    wait: Duration,
    tell: Tell<'_>,
    change: impl FnOnce(&mut Vec<Binding>) -> Result<(), Error>,
) -> Result<(), Error> {
    let lock = store.lock("bind", wait)?;
    recover(store, &lock, Force::No, tell)?;
    let mut bindings = binding::bindings(key)?;
    change(&mut bindings)?;
    binding::write(Path::new(&key.path), &bindings)
}
