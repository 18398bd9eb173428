//! One request for each name of a request, as `certfix csr --one-per-name` makes them.

use certfix::facts::{Moment, Name};
use certfix::issue::{self, KeyChoice};
use certfix::plan::Plan;
use certfix::store::{self, Contents, KeyFolder, NewFile, Secrecy, State, Store};
use certfix::{Error, authority};

use crate::write;

/// Makes the requests that are missing; the keys to order for. A key whose certificate is for its name alone, and is not
/// about to end, is left out: an order of before, of which a part failed, is gone on with.
pub(super) fn requests(store: &Store, key: &Contents, plan: &Plan, now: Moment) -> Result<Vec<String>, Error> {
    if key.is_locked {
        let cause =
            format!("the key of '{}' is encrypted, and so would those of the single names be", key.folder.name());
        let hint = "make the requests with certfix csr --one-per-name --encrypt-key, and order for each";
        return Err(Error::Conflict { cause, hint });
    }
    let kind = key.public().and_then(|public| KeyChoice::like(&public.kind)).unwrap_or_default();
    let mut names = Vec::new();
    for plan in plan.split_one_per_name()? {
        let there = store.key(&plan.target)?.map(|folder| folder.contents());
        match there {
            Some(there) if is_for(&there, &plan) => {
                let is_done = there.renewal.is_none()
                    && matches!(there.state(now), State::Installed | State::Bound | State::NotYetValid);
                if is_done {
                    continue;
                }
            }
            Some(there) if there.folder == key.folder && there.renewal.is_none() => {
                make(&plan, kind, |files| there.folder.renew(files).map(drop))?;
            }
            Some(there) => return Err(in_the_way(&there.folder, &plan.target)),
            None => make(&plan, kind, |files| store.create(&plan.target, files).map(drop))?,
        }
        names.push(plan.target.to_string());
    }
    Ok(names)
}

/// True when the request of this key asks for just the names of the plan.
fn is_for(key: &Contents, plan: &Plan) -> bool {
    let request = authority::acme::request(key);
    request.is_ok_and(|request| plan.general_names().eq(&request.identity.names.entries))
}

fn in_the_way(folder: &KeyFolder, name: &Name) -> Error {
    let cause = format!("the request of '{}' is for more than {name}", folder.name());
    Error::Conflict { cause, hint: "order without --one-per-name, or move that key away: certfix keys rename" }
}

fn make(plan: &Plan, kind: KeyChoice, keep: impl FnOnce(&[NewFile<'_>]) -> Result<(), Error>) -> Result<(), Error> {
    let key = write::generate(kind)?;
    let request = issue::request_pem(&issue::request(plan, &key)?);
    let private = issue::pkcs8_pem(&key);
    keep(&[
        NewFile { name: store::KEY, contents: private.as_bytes(), secrecy: Secrecy::Secret },
        NewFile { name: store::REQUEST, contents: request.as_bytes(), secrecy: Secrecy::Public },
    ])
}
