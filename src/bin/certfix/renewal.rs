//! `certfix csr --renew`: a request like the last one, beside the key that services go on reading. What it shares with
//! `certfix self-signed --renew` is here too.

mod self_signed;

use std::path::PathBuf;
use std::process::ExitCode;

use certfix::authority::{Way, acme};
use certfix::facts::{Item, PrivateKey, Request};
use certfix::input::Password;
use certfix::issue::{self, KeyChoice, SigningKey};
use certfix::judge::first_name;
use certfix::plan::{DropReason, Output, Plan, plan};
use certfix::profiles::{self, Profile};
use certfix::report::text::{self, Kept};
use certfix::store::{self, Contents, KeyFolder, NewFile, Secrecy, Slot, Store};
use certfix::{Error, input};
use zeroize::Zeroizing;

pub(crate) use self::self_signed::self_signed;
use crate::args::{Csr, MadeOptions, Renewal};
use crate::make::{Work, wish};
use crate::write::{self, Product, generate};
use crate::{keys, password, terminal};

pub(crate) fn run(args: &Csr, typed: &str) -> Result<ExitCode, Error> {
    let made = &args.made;
    let store = Store::open(&made.store);
    if !made.dry_run {
        keys::recover(&store);
    }
    let mut contents = keys::named(&store, typed)?.contents();
    contents.folder.ensure_own()?;
    match !args.renewal.same_key && is_given_up(&store, &contents) {
        true if made.dry_run => {}
        true => contents = ask_anew(&contents)?,
        false => contents.folder.ensure_unasked()?,
    }
    let item = last(&contents);
    let plan = planned(args, &contents, item)?;
    let (key, request) = signed(args, &contents, &plan)?;
    let mut plan = plan.for_key(key.public.kind.clone());
    // What services have is what people know, not what was asked for.
    let before = contents.newest().map(Item::Certificate);
    match before {
        Some(before) => plan = plan.compared_with(before.identity()),
        None if item.is_some() => plan.notes.insert(0, FIRST_WAITS.to_owned()),
        None => {}
    }
    let files = match made.dry_run {
        true => Vec::new(),
        false => write(args, &contents, &key, &request)?,
    };
    let product = Product::request(&plan, key, request);
    let old_key = contents.folder.path.join(store::KEY);
    let key_from = args.renewal.same_key.then_some(&*old_key);
    let (old, next) = (before.or(item), next_step(args, &contents)?);
    Work { command: "csr", old, report: None, key_from, next, args: made }.say(&[product], &[files])
}

/// The command by which the signer that is recorded gets the request, where nobody named another kind of CA.
fn next_step(args: &Csr, contents: &Contents) -> Result<Option<String>, Error> {
    let folder = &contents.folder;
    let Some(way) = recorded(args, folder)? else { return Ok(None) };
    let Kept { name, store_flag, .. } = keys::kept(&args.made.store, folder);
    Ok(Some(match way {
        Way::Acme(_) => format!("certfix order {name}{store_flag}"),
        Way::Private { name: ca } => {
            let request = folder.slot(Slot::Renewal).join(store::REQUEST);
            let request = text::argument_of(&request.display().to_string());
            format!("certfix ca sign {request} --install --ca {}{store_flag}", text::quoted(&ca))
        }
    }))
}

/// Who signs for the key as its record says, unless a kind of CA was named.
fn recorded(args: &Csr, folder: &KeyFolder) -> Result<Option<Way>, Error> {
    if args.request.ca.is_some() { Ok(None) } else { Way::of(folder) }
}

/// The profile of who signs for a key.
pub(crate) fn profile(way: &Way) -> Result<&'static Profile, Error> {
    match way {
        Way::Private { .. } => profiles::find("private"),
        // A profile of the authority may sign what its usual one does not.
        Way::Acme(online) if online.profile.is_some() && acme::profile_of(online)?.is_public() => {
            profiles::find("public")
        }
        Way::Acme(online) => acme::profile_of(online),
    }
}

/// What becomes of a request that has no answer yet.
const FIRST_WAITS: &str = "the request of before has no certificate yet: it stays, and certfix install takes the answer to \
                           either of the two";

/// What to do where a person has to look at the request.
const BY_HAND: &str = "where that may be, make the request: certfix csr --renew NAME";

/// True when a renewal waits with the key in use, and that has been given up: nobody is to sign it.
pub(crate) fn is_given_up(store: &Store, contents: &Contents) -> bool {
    let Some(request) = &contents.renewal else { return false };
    let key = &request.identity.key;
    contents.public() == Some(key) && keys::compromised(store).contains(key)
}

/// Takes the waiting renewal away, so that another can be made.
pub(crate) fn ask_anew(contents: &Contents) -> Result<Contents, Error> {
    contents.folder.drop_renewal()?;
    terminal::remark(&format!(
        "the request of '{}' that waited is deleted: it had the key that was given up",
        contents.folder.name()
    ));
    Ok(contents.folder.contents())
}

/// The same without a word: the request is there afterwards, beside the key.
pub(crate) fn ask(args: &Csr, contents: &Contents) -> Result<(), Error> {
    let last = last(contents);
    // Nobody is there to see what would be in the next certificate and is not in the last, or the other way round.
    if last.and_then(first_name).is_none() {
        let cause = format!(
            "the last request of '{0}' is for no DNS name, the next one would be for {0}",
            contents.folder.name()
        );
        return Err(Error::Conflict { cause, hint: BY_HAND });
    }
    let plan = planned(args, contents, last)?;
    if let Some(dropped) = plan.dropped.iter().find(|dropped| dropped.reason != DropReason::Duplicate) {
        let cause = format!("the next certificate would lack {}: {}", dropped.name, dropped.reason);
        return Err(Error::Conflict { cause, hint: BY_HAND });
    }
    let (key, request) = signed(args, contents, &plan)?;
    write(args, contents, &key, &request).map(|_| ())
}

/// What the new request is made like; for a key alone there is nothing but its name.
fn last(contents: &Contents) -> Option<Item<'_>> {
    let item = contents.newest_request().map(Item::Request);
    item.or(contents.certificate.as_ref().map(Item::Certificate))
}

fn planned(args: &Csr, contents: &Contents, item: Option<Item<'_>>) -> Result<Plan, Error> {
    let target = keys::target(item, &contents.folder)?;
    let profile = match recorded(args, &contents.folder)? {
        Some(way) => profile(&way)?,
        None => args.request.profile()?,
    };
    plan(&wish(target, item, &args.made, profile, Output::Request)?)
}

fn signed(args: &Csr, contents: &Contents, plan: &Plan) -> Result<(SigningKey, Request), Error> {
    let key = key(&args.renewal, &args.made, contents)?;
    let request = issue::request(plan, &key)?;
    Ok((key, request))
}

fn write(args: &Csr, contents: &Contents, key: &PrivateKey, request: &Request) -> Result<Vec<PathBuf>, Error> {
    let private = private(args, contents, key)?;
    let request = issue::request_pem(request);
    let path = contents.folder.renew(&[
        NewFile { name: store::KEY, contents: &private, secrecy: Secrecy::Secret },
        NewFile { name: store::REQUEST, contents: request.as_bytes(), secrecy: Secrecy::Public },
    ])?;
    Ok([store::KEY, store::REQUEST].map(|name| path.join(name)).to_vec())
}

/// The old key, or a new one of its kind.
fn key(renewal: &Renewal, made: &MadeOptions, contents: &Contents) -> Result<SigningKey, Error> {
    if renewal.same_key {
        return keys::open(&contents.folder.path.join(store::KEY), &made.password);
    }
    let like = || contents.public().and_then(|public| KeyChoice::like(&public.kind)).unwrap_or_default();
    generate(made.key.unwrap_or_else(like))
}

/// The password for the key file: where it is wished, and where the old one was encrypted.
fn new_password(made: &MadeOptions, contents: &Contents) -> Result<Option<Password>, Error> {
    let is_wanted = made.encrypt_key || contents.is_locked;
    is_wanted.then(|| password::new(&made.new_password, "the key file")).transpose()
}

/// The key file: the old one as it stands, or a new one, encrypted where the old one was.
fn private(args: &Csr, contents: &Contents, key: &PrivateKey) -> Result<Zeroizing<Vec<u8>>, Error> {
    if args.renewal.same_key {
        let text = input::read_text(&contents.folder.path.join(store::KEY))?;
        return Ok(Zeroizing::new(text.as_bytes().to_vec()));
    }
    let pem = write::key_file(key, new_password(&args.made, contents)?.as_ref())?;
    Ok(Zeroizing::new(pem.as_bytes().to_vec()))
}
