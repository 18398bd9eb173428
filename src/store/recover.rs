//! What an interrupted run left is finished or taken back, never a key with it.

use std::fs;
use std::path::Path;

use super::generation::{CURRENT, GENERATIONS, is_same};
use super::lock::NAME as LOCK;
use super::turn::NEXT;
use super::write::{is_hidden, remove_left, remove_left_folder};
use super::{
    AUTHORITY, BINDINGS, FILES, KEY, KeyFolder, NEW_KEY_REQUEST, ORDER, RENEWAL, RENEWING, REQUEST, Store, UNFINISHED,
};
use crate::facts::Text;

impl Store {
    /// Finishes or takes back what an interrupted run left, and says what. Does nothing while another run is at work.
    pub fn recover(&self) -> Vec<String> {
        let mut done = Vec::new();
        // That a folder has no keys, and nothing that a run left, is seen without a lock.
        let is_left = |name: &str| is_hidden(name) || name == LOCK;
        let may_be_key = |name: &str| KeyFolder { path: self.root().join(name) }.is_key().unwrap_or(true);
        if !names_in(self.root()).iter().any(|name| is_left(name) || may_be_key(name)) {
            return done;
        }
        let Some(_lock) = self.try_lock() else { return done };
        for name in names_in(self.root()).into_iter().filter(|name| is_hidden(name)) {
            let path = self.root().join(&name);
            // Its key was never used: the folder had no name yet, or no name any more.
            if is_folder(&path) && is_ours(&path) && remove_left_folder(&path) {
                done.push(format!("deleted {}, which an interrupted run left", Text::from(&*name)));
            }
        }
        for key in self.keys().into_iter().flatten() {
            key.recover(&mut done);
        }
        done
    }
}

impl KeyFolder {
    fn recover(&self, done: &mut Vec<String>) {
        if self.lost().is_some() {
            // What was in use cannot be told from what was not.
            return;
        }
        let mut say = |what: &str| done.push(format!("{}: {what}", Text::from(&*self.name())));
        let mut swept = false;
        for folder in [self.path.clone(), self.path.join(GENERATIONS)] {
            for path in names_in(&folder).iter().filter(|name| is_hidden(name)).map(|name| folder.join(name)) {
                // Links, or folders of links to files that have another name still.
                swept |= match is_folder(&path) {
                    true => is_ours(&path) && is_spare(&path) && fs::remove_dir_all(&path).is_ok(),
                    false if path.is_symlink() => fs::remove_file(&path).is_ok(),
                    false => is_draft(&path) && remove_left(&path),
                };
            }
        }
        if swept {
            say("deleted what an interrupted run left");
        }
        let current = self.generation();
        let next = self.path.join(NEXT);
        if next.is_symlink() && self.waiting().is_none() {
            // It has had its turn.
            let _ = fs::remove_file(&next);
        }
        let newest = current.max(self.waiting());
        for number in self.generations().into_iter().filter(|number| newest.is_none_or(|newest| *number > newest)) {
            let path = self.numbered(number);
            // A generation whose key is nowhere else was in use once. Without a current one, all was begun with plain files.
            let is_begun = newest.is_some() || self.is_copied_in(&path);
            if is_begun && is_ours(&path) && !is_last_of_its_key(&path) && fs::remove_dir_all(&path).is_ok() {
                say("took back an installation that was interrupted");
            }
        }
        if current.is_none() {
            // Empty, or not deleted.
            let _ = fs::remove_dir(self.path.join(GENERATIONS));
            return;
        }
        let request = self.path.join(RENEWAL).join(REQUEST);
        let is_taken = |folder: &Path| is_same(&request, &folder.join(REQUEST));
        if (is_taken(&self.path) || is_taken(&next)) && self.discard_renewal().is_ok() {
            say("finished an installation that was interrupted");
        }
        let _ = self.add_links(&self.path.join(CURRENT));
        self.drop_dead_links();
    }

    /// True when all files of this generation are files of the folder itself.
    fn is_copied_in(&self, generation: &Path) -> bool {
        let mut own = FILES.iter().filter(|name| generation.join(name).symlink_metadata().is_ok());
        own.all(|name| is_same(&generation.join(name), &self.path.join(name)))
    }
}

/// True when nothing is in the folder that certfix did not put there.
pub(super) fn is_ours(folder: &Path) -> bool {
    const OTHERS: [&str; 10] =
        [NEW_KEY_REQUEST, CURRENT, NEXT, GENERATIONS, RENEWAL, BINDINGS, AUTHORITY, ORDER, RENEWING, LOCK];
    // The last is what a run leaves that was interrupted while it wrote the bindings.
    let unfinished = |name: &str| is_hidden(name) || name.starts_with('.') && name.ends_with(UNFINISHED);
    let known = |name: &String| FILES.contains(&&**name) || OTHERS.contains(&&**name) || unfinished(name);
    folder.read_dir().is_ok() && names_in(folder).iter().all(known)
}

/// True for a hidden file that was to become the record of who signs for the key.
fn is_draft(path: &Path) -> bool {
    let prefix = format!(".{AUTHORITY}.");
    path.is_file() && path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&prefix))
}

/// True for a hidden folder whose key has another name, or never had one: a renewal that was not finished.
fn is_spare(folder: &Path) -> bool {
    let unfinished = folder.file_name().is_some_and(|name| name.to_string_lossy().starts_with(".renewal."));
    unfinished || !is_last_of_its_key(folder)
}

/// True when deleting this folder would delete a private key.
fn is_last_of_its_key(folder: &Path) -> bool {
    let Ok(metadata) = folder.join(KEY).symlink_metadata() else { return false };
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        metadata.nlink() < 2
    }
    #[cfg(not(unix))]
    {
        let _ = metadata;
        true
    }
}

fn is_folder(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|metadata| metadata.is_dir())
}

/// The names in a folder; one that is not Unicode is not ours, and becomes a name that is not.
fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_every_name_that_a_key_folder_is_written_with() {
        let named =
            |line: &'static str| line.strip_prefix("pub const ")?.split_once(": &str = \"")?.1.strip_suffix("\";");
        let public = include_str!("mod.rs").lines().filter_map(named).filter(|name| !name.starts_with('_'));
        let names: Vec<&str> = public.chain([CURRENT, NEXT, GENERATIONS, LOCK]).collect();
        assert!(names.len() > 15 && names.contains(&"NewKeyRq.txt"), "{names:?}");
        for name in names {
            let folder = tempfile::tempdir().unwrap();
            fs::write(folder.path().join(name), "").unwrap();
            assert!(is_ours(folder.path()), "{name}");
        }
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("notes.txt"), "").unwrap();
        assert!(!is_ours(folder.path()));
    }
}
