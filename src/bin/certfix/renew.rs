//! `certfix renew`: each key that is due, by its own way, then one commit.

use std::process::ExitCode;

use certfix::Error;
use certfix::authority::acme::{self, Window};
use certfix::authority::{Way, due_from};
use certfix::deploy::{self, Manners};
use certfix::facts::{Certificate, Evidence, Item, Moment};
use certfix::report::json;
use certfix::report::text::{self, Installed, Outcome, Renewed};
use certfix::rules::Authority;
use certfix::store::{self, Contents, KeyFolder, Slot, Store};

use crate::args::{Csr, Format, Install, Manner, Renew, parsed};
use crate::terminal::{self, Progress};
use crate::{ca, install, keys, order, renewal};

pub(crate) fn run(args: &Renew) -> Result<ExitCode, Error> {
    let store = Store::open(&args.place.store);
    if !args.place.dry_run {
        keys::recover(&store);
    }
    let folders = match args.names.is_empty() {
        true => store.keys()?,
        false => args.names.iter().map(|typed| keys::named(&store, typed)).collect::<Result<_, _>>()?,
    };
    let mut round = Round { args, now: args.clock.now(), store, progress: Progress::new(), keys: Vec::new() };
    folders.iter().for_each(|folder| round.visit(folder));
    let failed = round.commit().err();
    round.say(failed.as_ref())
}

/// One walk through the store.
struct Round<'a> {
    args: &'a Renew,
    now: Moment,
    store: Store,
    progress: Progress,
    keys: Vec<Renewed>,
}

impl Round<'_> {
    /// Renews one key, if it is due. What fails does not keep the others from being renewed.
    fn visit(&mut self, folder: &KeyFolder) {
        let contents = folder.contents();
        // Without a certificate there is nothing to renew.
        let Some(cert) = contents.newest() else { return };
        let way = Way::of(folder);
        let due = due_from(cert, way.as_ref().ok().and_then(|way| self.window(way.as_ref(), cert)).as_ref());
        if due > self.now && !self.args.now {
            return;
        }
        self.progress.show(&format!("renewing {}", folder.name()));
        let outcome = way.and_then(|way| self.renew(&contents, way.as_ref()));
        let outcome = outcome.unwrap_or_else(|error| {
            terminal::complain_about(&folder.name(), &error);
            Outcome::Failed(error.to_string())
        });
        let ends = cert.not_after;
        self.keys.push(Renewed { name: folder.name(), due, ends, outcome, services: Vec::new() });
    }

    /// When the authority itself wants to be asked, where it says so. One that cannot be asked now says nothing.
    fn window(&self, way: Option<&Way>, cert: &Certificate) -> Option<Window> {
        let Some(Way::Acme(online)) = way else { return None };
        acme::window(&online.directory, cert, &order::reach(online, &self.manner(), self.now)).ok().flatten()
    }

    fn renew(&self, contents: &Contents, way: Option<&Way>) -> Result<Outcome, Error> {
        if self.args.place.dry_run {
            return Ok(Outcome::Due(words(way)));
        }
        if contents.renewal.is_none() {
            renewal::ask(&self.request(contents, way)?, contents)?;
        }
        let folder = &contents.folder;
        let request = folder.slot(Slot::Renewal).join(store::REQUEST);
        match way {
            None => Ok(Outcome::Asked { request }),
            Some(Way::Acme(online)) => {
                let then = |installed: &Installed<'_>, _| Ok(outcome(folder, installed));
                order::place(
                    &self.store,
                    &folder.contents(),
                    online,
                    &self.manner(),
                    &self.args.clock,
                    &self.progress,
                    then,
                )
            }
            Some(Way::Private { name }) => {
                let contents = folder.contents();
                let request = acme::request(&contents)?;
                self.install(folder, ca::again(&self.store, name, request, &self.args.password, self.now)?)
            }
        }
    }

    /// How an online authority is spoken to: as the account there was made.
    fn manner(&self) -> Manner {
        Manner {
            email: None,
            agree_tos: false,
            eab_kid: None,
            eab_key_file: None,
            yes: false,
            wait: self.args.patience_online,
            timeout: self.args.timeout,
            resolver: self.args.resolver,
        }
    }

    fn install(&self, folder: &KeyFolder, answer: Evidence) -> Result<Outcome, Error> {
        let args = Install::quiet(self.store.root(), &self.args.clock);
        let name = keys::name(&folder.name())?;
        let signer = Some(Authority::Private);
        install::put(&self.store, Some(&name), &[answer], &args, signer, |installed, _| Ok(outcome(folder, installed)))
    }

    /// The arguments of `certfix csr --renew` for this key.
    fn request(&self, contents: &Contents, way: Option<&Way>) -> Result<Csr, Error> {
        let is_public = contents.newest().map(|cert| Authority::of(Item::Certificate(cert)));
        let profile = match way {
            Some(Way::Private { .. }) => "private",
            None if is_public != Some(Authority::Public) => "private",
            _ => "public",
        };
        let store = self.args.place.store.as_os_str().to_owned();
        let flags = ["--renew".into(), contents.folder.name().into(), "--ca".into(), profile.into()];
        parsed(flags.into_iter().chain(["--store".into(), store]))
    }

    /// Gives services their new certificates, also those that an earlier round could not give them.
    fn commit(&mut self) -> Result<(), Error> {
        let Renew { place, patience, no_commit, .. } = self.args;
        if place.dry_run || *no_commit {
            return Ok(());
        }
        let staged = deploy::staged(&self.store)?;
        // What was bound and never committed waits for the person who bound it.
        if !staged.services.iter().any(|staged| staged.binding.committed.is_some()) {
            return Ok(());
        }
        let manners = Manners { wait: place.wait, patience: patience.patience };
        let done = deploy::commit(&self.store, manners, &mut |step| self.progress.show(step))?;
        for committed in done.services {
            let key = self.keys.iter_mut().find(|key| key.name == committed.key);
            key.into_iter().for_each(|key| key.services.push(committed.binding.to_string()));
        }
        Ok(())
    }

    fn say(self, failed: Option<&Error>) -> Result<ExitCode, Error> {
        drop(self.progress);
        match self.args.place.output.format {
            Format::Json => {
                let errors: Vec<String> = failed.iter().map(ToString::to_string).collect();
                terminal::print(&json::renewed(&self.keys, &errors))?;
            }
            Format::Text => terminal::text(|page| text::renewed(&self.keys, page))?,
        }
        failed.into_iter().for_each(terminal::complain);
        let has = |wanted: fn(&Outcome) -> bool| self.keys.iter().any(|key| wanted(&key.outcome));
        Ok(ExitCode::from(match () {
            () if failed.is_some() || has(|outcome| matches!(outcome, Outcome::Failed(_))) => 2,
            () if has(Outcome::needs_a_person) => 1,
            () => 0,
        }))
    }
}

fn outcome(folder: &KeyFolder, installed: &Installed<'_>) -> Outcome {
    Outcome::Installed {
        until: installed.certificate.not_after,
        undone: installed.undone,
        certificate: folder.path.join(store::CERTIFICATE),
    }
}

fn words(way: Option<&Way>) -> String {
    match way {
        Some(Way::Acme(online)) => format!("certfix orders the next one from {}", online.directory),
        Some(Way::Private { name }) => format!("the private CA {name} signs the next one"),
        None => "certfix makes a request, which somebody brings to the CA".to_owned(),
    }
}
