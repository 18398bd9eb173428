//! `certfix order`: a certificate from an online authority, for a request in the store.

mod one_per_name;
mod preview;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use certfix::Error;
use certfix::authority::acme::{self, Binding, Desk, Owner, Reach};
use certfix::authority::{Challenge, Online, Way};
use certfix::error::Ordering;
use certfix::facts::{Moment, Source, Text};
use certfix::input::{self, Password};
use certfix::report::json::{self, Failure, Ordered};
use certfix::report::text::{self, Installed};
use certfix::rules::Authority;
use certfix::store::{Contents, FULL_CHAIN, Store};

use crate::args::{Clock, Format, Install, Manner, Order};
use crate::terminal::Progress;
use crate::{ask, install, keys, printed, terminal};

pub(crate) fn run(args: &Order) -> Result<ExitCode, Error> {
    let store = Store::open(&args.store);
    if !args.dry_run {
        keys::recover(&store);
    }
    let key = keys::named(&store, &args.name)?.contents();
    key.folder.ensure_own()?;
    let online = online(args, &key)?;
    online.challenge.ensure_there()?;
    let profile = acme::profile_of(&online)?;
    let preview = preview::preview(&key, profile, &online)?;
    acme::ensure_provable(preview.names.iter().map(|planned| &planned.name), &online.challenge)?;
    let splits = args.one_per_name || preview::splits(&preview, args)?;
    if args.dry_run {
        return preview::say(&key, &preview, &online, splits, args.output.format);
    }
    let names = match splits {
        true => one_per_name::requests(&store, &key, &preview, args.clock.now())?,
        false => vec![key.folder.name()],
    };
    let mut done = Vec::new();
    let mut failures = Vec::new();
    for name in &names {
        let key = keys::named(&store, name)?.contents();
        match one(&store, &key, &online, args) {
            Ok(one) => done.push(one),
            // Whoever stops it means all of it.
            Err(error) if names.len() == 1 || matches!(error, Error::Interrupted) => return Err(error),
            // The others can be had all the same.
            Err(error) => {
                terminal::complain_about(name, store.root(), &error);
                let hint = printed::hint(&error, Some(store.root()), Some(name));
                failures.push(Failure { error: format!("{}: {error}", Text::from(&**name)), hint });
            }
        }
    }
    if args.output.format == Format::Json {
        let entries: Vec<Ordered> = done.iter().map(|one| one.entry.clone()).collect();
        terminal::print(&json::ordered(&entries, &failures))?;
    }
    let worst = done.iter().any(|one| one.has_findings);
    Ok(ExitCode::from(if failures.is_empty() { u8::from(worst) } else { 2 }))
}

/// A certificate that was ordered and installed.
pub(crate) struct Placed {
    /// For JSON.
    pub(crate) entry: Ordered,
    /// True when what was installed has a finding of the level warning or worse.
    pub(crate) has_findings: bool,
}

/// Orders one certificate; in text, it is shown.
fn one(store: &Store, key: &Contents, online: &Online, args: &Order) -> Result<Placed, Error> {
    let name = key.folder.name();
    place(store, key, online, &args.manner, &args.clock, &Progress::new(), |installed, now| {
        let mut entry = entry(&name, online);
        entry.installed = Some(json::installed_entry(installed, now));
        if args.output.format == Format::Text {
            terminal::text(|page| text::ordered(installed, &online.directory, page))?;
        }
        Ok(Placed { entry, has_findings: install::has_findings(installed) })
    })
}

/// Orders a certificate for the request of `key` (that of its renewal, where one waits), installs it, and records the way it
/// came; hands what was installed to `then`. Asks only for the terms of an authority where there is no account yet.
pub(crate) fn place<T>(
    store: &Store,
    key: &Contents,
    online: &Online,
    manner: &Manner,
    clock: &Clock,
    line: &Progress,
    then: impl FnOnce(&Installed<'_>, Moment) -> Result<T, Error>,
) -> Result<T, Error> {
    let binding = manner.eab_kid.as_deref().zip(manner.eab_key_file.as_deref());
    let mut agrees = |url: &str| {
        // A line that moves and a question do not go together.
        line.end();
        agrees(url, manner)
    };
    let mut desk = Desk {
        store,
        reach: reach(online, manner, clock.now()),
        owner: Owner {
            email: manner.email.as_deref(),
            binding: binding.map(|(kid, path)| Binding::read(kid, path)).transpose()?,
            agrees: &mut agrees,
        },
        resolver: &|| manner.resolver(),
        wait: manner.wait,
    };
    let about = format!("{}: ", key.folder.name());
    let pem = acme::order(&mut desk, key, online, &mut |told| line.tell(&about, told));
    line.end();
    let pem = pem?;
    let answer = input::read(pem.as_bytes(), Source::File(key.folder.path.join(FULL_CHAIN)), None::<&Password>)?;
    let target = keys::name(&key.folder.name())?;
    // What was signed just now is not to be judged as of the moment before.
    let args = Install::quiet(store.root(), clock);
    // An authority of somebody's own may sign what a public one may not.
    let signer = (!acme::profile_of(online)?.is_public()).then_some(Authority::Private);
    install::put(store, Some(&target), &[answer], &args, signer, |installed, now| {
        // Before anything is printed: whatever becomes of that, the next renewal has to know the way.
        acme::finished(&key.folder, online)?;
        then(installed, now)
    })
}

/// An order as JSON has it, before anything has come of it.
fn entry(name: &str, online: &Online) -> Ordered {
    Ordered {
        key: name.to_owned(),
        directory: online.directory.clone(),
        challenge: online.challenge.word(),
        profile: online.profile.clone(),
        installed: None,
        names: None,
        notes: Vec::new(),
    }
}

/// How the authority is reached, with the recorded roots.
pub(crate) fn reach<'a>(online: &'a Online, manner: &Manner, now: Moment) -> Reach<'a> {
    Reach { roots: online.roots.as_deref(), limit: manner.timeout, now }
}

/// What was said; where nothing was, what was recorded the last time.
fn online(args: &Order, key: &Contents) -> Result<Online, Error> {
    let before = match Way::of(&key.folder)? {
        Some(Way::Acme(online)) => Some(online),
        _ => None,
    };
    let name = key.folder.name();
    let directory = match (&args.acme, &before) {
        (Some(typed), _) => acme::directory(typed)?,
        (None, Some(before)) => before.directory.clone(),
        (None, None) => return Err(Ordering::NoDirectory { key: name }.into()),
    };
    let before = before.filter(|before| before.directory == directory);
    let said = challenge(args)?.or_else(|| before.as_ref().map(|before| before.challenge.clone()));
    let Some(challenge) = said else { return Err(Ordering::NoChallenge { key: name }.into()) };
    let (profile, ca, roots) = before.map_or((None, None, None), |before| (before.profile, before.ca, before.roots));
    Ok(Online {
        directory,
        challenge,
        profile: args.acme_profile.clone().or(profile),
        ca: args.ca.clone().or(ca),
        roots: args.acme_ca_file.as_deref().map(absolute).transpose()?.or(roots),
    })
}

/// The way of proving names that was named.
pub(crate) fn challenge(args: &Order) -> Result<Option<Challenge>, Error> {
    let from = &args.challenge;
    Ok(match (&from.webroot, &from.listen, &from.dns_hook, &from.tls_alpn) {
        (Some(folder), ..) => Some(Challenge::Webroot(absolute(folder)?)),
        (_, Some(place), ..) => Some(Challenge::Listen(place.clone())),
        (_, _, Some(hook), _) => Some(Challenge::DnsHook(absolute(hook)?)),
        (.., Some(place)) => Some(Challenge::TlsAlpn(place.clone())),
        _ => None,
    })
}

fn absolute(path: &Path) -> Result<PathBuf, Error> {
    std::path::absolute(path).map_err(|cause| Error::File { action: "find", path: path.to_owned(), cause })
}

fn agrees(url: &str, manner: &Manner) -> Result<bool, Error> {
    if manner.agree_tos || manner.yes {
        terminal::remark(&format!("agreed to the terms at {}", Text::from(url)));
        return Ok(true);
    }
    if !terminal::can_ask() {
        return Ok(false);
    }
    Ok(ask::yes(&format!("Agree to the terms of this authority, {} ?", Text::from(url)), false)? == Some(true))
}
