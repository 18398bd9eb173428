//! Files of a folder that tell nothing new: most keys stand there with their certificate in several.

use std::fs;
use std::path::Path;

use certfix::authority::private;
use certfix::facts::{Evidence, Item};
use certfix::{input, store};

use super::passed::Passed;

/// Why a file that was found in `folder` need not be judged. Who names the folder that such files are in means them.
pub(super) fn spare(path: &Path, folder: &Path) -> Option<Passed> {
    let is_below = |levels: usize| path.ancestors().nth(levels).is_some_and(|above| above.starts_with(folder));
    if is_below(2) && private::is_in_register(path) || is_below(3) && store::is_former(path) {
        return Some(Passed::Former);
    }
    let is_spare = match path.file_name()?.to_str()? {
        store::CERTIFICATE => begins(&path.with_file_name(store::FULL_CHAIN), path),
        store::REQUEST => is_answered(path),
        _ => false,
    };
    is_spare.then_some(Passed::Repeated)
}

/// True when the file `whole` begins with all that is in `part`.
fn begins(whole: &Path, part: &Path) -> bool {
    // First what costs little.
    let is_longer =
        fs::metadata(whole).is_ok_and(|whole| fs::metadata(part).is_ok_and(|part| part.len() <= whole.len()));
    let read = |path| read(path).map(|evidence| evidence.certificates);
    is_longer && read(part).zip(read(whole)).is_some_and(|(part, whole)| !part.is_empty() && whole.starts_with(&part))
}

/// True for a request whose certificate stands beside it, with all that was asked for.
fn is_answered(path: &Path) -> bool {
    let answer = path.with_file_name(store::CERTIFICATE);
    let both = || read(path).zip(read(&answer).filter(|_| answer.is_file()));
    both().is_some_and(|(asked, got)| match (&*asked.requests, got.certificates.first()) {
        ([request], Some(cert)) => {
            let (asked, got) = (&request.identity, Item::Certificate(cert).identity());
            asked.key == got.key && asked.names == got.names && asked.subject == got.subject
        }
        _ => false,
    })
}

fn read(path: &Path) -> Option<Evidence> {
    input::read_file(path, None).ok()
}
