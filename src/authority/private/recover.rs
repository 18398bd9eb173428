//! What an interrupted run left of a CA is deleted: it was never used.

use std::fs;
use std::path::{Path, PathBuf};

use super::{INTERMEDIATE, INTERMEDIATE_KEY, ISSUED, LIST, ROOT, ROOT_KEY, SETTINGS};
use crate::facts::Text;
use crate::store::{Lock, Store, is_hidden, remove_left_folder};

/// Deletes what an interrupted run left, and says what. Does nothing while another run is at work.
pub fn recover(store: &Store) -> Vec<String> {
    let mut done = Vec::new();
    let folder = store.authorities();
    let Some(_lock) = Lock::take_at_once(&folder) else { return done };
    for path in left_in(&folder) {
        // It had no name yet.
        if path.is_dir() && !path.is_symlink() && is_ours(&path) && remove_left_folder(&path) {
            done.push(said(&path));
        }
    }
    for authority in entries(&folder) {
        // Whoever is at work there has not finished writing.
        let Some(_lock) = Lock::take_at_once(&authority) else { continue };
        for path in left_in(&authority).into_iter().chain(left_in(&authority.join(ISSUED))) {
            if path.is_file() && fs::remove_file(&path).is_ok() {
                done.push(said(&path));
            }
        }
    }
    done
}

fn said(path: &Path) -> String {
    format!("deleted {}, which an interrupted run left", Text::of_path(path))
}

fn left_in(folder: &Path) -> Vec<PathBuf> {
    let mut entries = entries(folder);
    entries.retain(|path| path.file_name().and_then(|name| name.to_str()).is_some_and(is_hidden));
    entries
}

/// True when nothing is in the folder that a new CA has not.
fn is_ours(folder: &Path) -> bool {
    const FILES: [&str; 6] = [SETTINGS, ROOT, ROOT_KEY, INTERMEDIATE, INTERMEDIATE_KEY, LIST];
    entries(folder).iter().all(|path| FILES.iter().any(|name| path.ends_with(name)))
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
}
