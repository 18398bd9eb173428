//! `certfix renew`: each key that is due, by its own way, then one commit.

use std::process::ExitCode;

use certfix::Error;
use certfix::authority::acme::{self, Window};
use certfix::authority::{Way, due_from, is_marked, mark, unmark};
use certfix::deploy::{self, Committed, Manners, Scope, Shown};
use certfix::facts::{Certificate, Evidence, Item, Moment, Revoked, Text};
use certfix::report::json;
use certfix::report::text::{self, Installed, Outcome, Renewed};
use certfix::rules::Authority;
use certfix::store::{self, Contents, KeyFolder, Slot, Store};
use certfix::told::Told;

use crate::args::{Csr, Format, Install, Manner, Renew, parsed};
use crate::terminal::{self, Progress};
use crate::{ca, install, keys, order, printed, renewal, sources};

pub(crate) fn run(args: &Renew) -> Result<ExitCode, Error> {
    if args.now && args.names.is_empty() {
        // Each renewal counts at an authority, and a whole store at once may reach its limits.
        let cause = "--now renews keys that are not due yet, and wants their names".to_owned();
        return Err(Error::Conflict { cause, hint: "name them: certfix renew --now NAME" });
    }
    let store = Store::open(&args.place.store);
    // Cron and a timer may call at once. Whoever comes second looks at what the first has left.
    let _round = match args.place.dry_run {
        true => None,
        false => Some(store.lock_renewals(args.place.wait)?),
    };
    if !args.place.dry_run {
        keys::recover(&store);
    }
    let folders = match args.names.is_empty() {
        true => store.keys()?,
        false => args.names.iter().map(|typed| keys::named(&store, typed)).collect::<Result<_, _>>()?,
    };
    let mut round = Round {
        args,
        now: args.clock.now(),
        revoked: keys::revoked(&store),
        store,
        progress: Progress::new(),
        keys: Vec::new(),
        unread: Vec::new(),
    };
    folders.iter().try_for_each(|folder| round.visit(folder))?;
    let failed = round.commit().err();
    round.say(failed.as_ref())
}

/// One walk through the store.
struct Round<'a> {
    args: &'a Renew,
    now: Moment,
    store: Store,
    /// What the store's own CAs have revoked.
    revoked: Revoked,
    progress: Progress,
    keys: Vec<Renewed>,
    /// Why keys and certificates could not be read.
    unread: Vec<String>,
}

impl Round<'_> {
    /// Renews one key, if it is due. What fails does not keep the others from being renewed; Ctrl-C does.
    fn visit(&mut self, folder: &KeyFolder) -> Result<(), Error> {
        if let Err(error) = folder.ensure_readable() {
            self.progress.end();
            if folder.is_stranger() {
                terminal::remark(&error.to_string());
            } else {
                self.unread.push(error.to_string());
                terminal::complain(&error);
            }
            return Ok(());
        }
        // An order for it may be at work, and about to give it what it needs.
        let is_free = match self.args.place.dry_run {
            true => Ok(()),
            false => folder.wait_for("renew", self.args.place.wait),
        };
        let contents = folder.contents();
        // Without a certificate there is nothing to renew. One that is there and cannot be read may be about to end.
        let Some(cert) = contents.newest() else {
            let path = folder.path.join(store::CERTIFICATE);
            let unread = || {
                let cause = "it holds no certificate".to_owned();
                let is_there = path.symlink_metadata().is_ok();
                is_there.then(|| sources::read_file(&path, None).err().unwrap_or(Error::Damaged { path, cause }))
            };
            if let Some(error) = folder.ensure_led().err().or_else(unread) {
                self.progress.end();
                self.unread.push(error.to_string());
                terminal::complain_about(&folder.name(), self.store.root(), &error);
            } else if self.args.now {
                self.keys.push(self.awaited(folder));
            }
            return Ok(());
        };
        let way = Way::of(folder);
        let window = way.as_ref().ok().and_then(|way| self.window(way.as_ref(), cert));
        let (due, why) = self.due(cert, window);
        let name = folder.name();
        let mut renewed = Renewed {
            name: name.clone(),
            due,
            ends: Some(cert.not_after),
            outcome: Outcome::Waits,
            services: Vec::new(),
            waiting: Vec::new(),
            remarks: Vec::new(),
            limit: None,
            why,
        };
        if due > self.now && !self.args.now {
            // What somebody took back stays back, but not without a word.
            if let Some(current) = contents.certificate.as_ref().filter(|_| contents.waiting.is_some())
                && let (due, why) = self.due(current, None)
                && due <= self.now
                && !is_marked(folder)
            {
                (renewed.due, renewed.ends, renewed.why) = (due, Some(current.not_after), why);
                self.keys.push(renewed);
            }
            return Ok(());
        }
        self.progress.show(&format!("renewing {}", Text::from(&*name)));
        let outcome = is_free.and(way).and_then(|way| {
            let outcome = self.renew(&contents, way.as_ref())?;
            if let (Outcome::Installed { .. }, Some(Way::Private { name })) = (&outcome, &way) {
                renewed.limit = ca::limit(&self.store, name, folder);
            }
            Ok(outcome)
        });
        renewed.outcome = match outcome {
            Ok(outcome) => outcome,
            Err(Error::Interrupted) => return Err(self.stopped()),
            Err(error) => {
                self.progress.end();
                terminal::complain_about(&name, self.store.root(), &error);
                Outcome::Failed(error.to_string())
            }
        };
        self.keys.push(renewed);
        Ok(())
    }

    /// What is to be said of a key that was named and has no certificate to renew.
    fn awaited(&self, folder: &KeyFolder) -> Renewed {
        let request = folder.path.join(store::REQUEST);
        Renewed {
            name: folder.name(),
            due: self.now,
            ends: None,
            outcome: if request.is_file() { Outcome::Asked { request } } else { Outcome::Bare },
            services: Vec::new(),
            waiting: Vec::new(),
            remarks: Vec::new(),
            limit: None,
            why: None,
        }
    }

    /// Says what was renewed before somebody pressed Ctrl-C.
    fn stopped(&self) -> Error {
        self.progress.end();
        let flag = printed::store_flag(self.store.root());
        for key in self.keys.iter().filter(|key| matches!(key.outcome, Outcome::Installed { .. })) {
            let name = Text::from(&*key.name);
            terminal::remark(&format!("{name}: renewed; the next certfix renew{flag} gives it to its services"));
        }
        Error::Interrupted
    }

    /// When the authority itself wants to be asked, where it says so. One that cannot be asked now says nothing.
    fn window(&self, way: Option<&Way>, cert: &Certificate) -> Option<Window> {
        let Some(Way::Acme(online)) = way else { return None };
        acme::window(&online.directory, cert, &order::reach(online, &self.manner(), self.now)).ok().flatten()
    }

    /// From when on a certificate is due, and why, where its CA has revoked it or its authority says so.
    fn due(&self, cert: &Certificate, window: Option<Window>) -> (Moment, Option<String>) {
        match self.revoked.find(cert) {
            Some(revocation) => (revocation.since.min(self.now), Some(revocation.to_string())),
            None => (due_from(cert, window.as_ref()), window.and_then(|window| window.explanation)),
        }
    }

    fn renew(&self, contents: &Contents, way: Option<&Way>) -> Result<Outcome, Error> {
        // Clients trust that certificate alone: somebody has to give them the next one before services have it.
        let is_own = contents.newest().is_some_and(Certificate::is_self_signed);
        if way.is_none() && is_own && contents.renewal.is_none() {
            return Ok(Outcome::SelfSigned);
        }
        if self.args.place.dry_run {
            return Ok(Outcome::Due(words(way)));
        }
        // Whoever is at work now is waited for, and half a commit is not built upon, before anybody signs.
        drop(self.store.lock_whole("renew", self.args.place.wait)?);
        let folder = &contents.folder;
        folder.ensure_own()?;
        let anew = match renewal::is_given_up(&self.store, contents) {
            true => {
                self.progress.end();
                Some(renewal::ask_anew(contents)?)
            }
            false => None,
        };
        let contents = anew.as_ref().unwrap_or(contents);
        if contents.renewal.is_none() {
            if contents.is_locked {
                let cause = format!("the key of '{}' is encrypted, and so would the next one be", folder.name());
                let hint = "make the request with certfix csr --renew NAME, then install the answer";
                return Err(Error::Conflict { cause, hint });
            }
            renewal::ask(&self.request(contents, way)?, contents)?;
        }
        let Some(way) = way else {
            let request = folder.slot(Slot::Renewal).join(store::REQUEST);
            return Ok(Outcome::Asked { request });
        };
        let contents = folder.contents();
        let request = acme::request(&contents)?;
        mark(folder, &request.identity.key)?;
        match way {
            Way::Acme(online) => {
                let then = |installed: &Installed<'_>, _| Ok(outcome(folder, installed));
                let Renew { clock, .. } = self.args;
                order::place(&self.store, &contents, online, &self.manner(), clock, &self.progress, then)
            }
            Way::Private { name } => {
                self.install(folder, ca::again(&self.store, name, &contents, &self.args.password, self.now)?)
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
        let signer = contents.newest().map(|cert| Authority::of(Item::Certificate(cert)));
        let profile = match way {
            Some(way) => renewal::profile(way)?.id,
            None if signer == Some(Authority::Public) => "public",
            None => "private",
        };
        let store = self.args.place.store.as_os_str().to_owned();
        let flags = ["--renew".into(), contents.folder.name().into(), "--ca".into(), profile.into()];
        parsed(flags.into_iter().chain(["--store".into(), store]))
    }

    /// Gives services what was renewed, also by an earlier round that could not give it to them. Nothing else is committed:
    /// neither what somebody bound, nor what somebody took back.
    fn commit(&mut self) -> Result<(), Error> {
        let Renew { place, patience, no_commit, .. } = self.args;
        if place.dry_run {
            return Ok(());
        }
        let mut marked = Vec::new();
        // One that is revoked since waits for the renewal that has just failed.
        let is_revoked =
            |folder: &KeyFolder| folder.contents().newest().is_some_and(|cert| self.revoked.find(cert).is_some());
        let is_meant = |folder: &KeyFolder| is_marked(folder) && !is_revoked(folder);
        for folder in self.store.keys()?.into_iter().filter(is_meant) {
            let bindings = deploy::bindings(&folder)?;
            let waiting = bindings.iter().filter(|binding| binding.committed.is_none());
            let name = folder.name();
            if let Some(key) = self.keys.iter_mut().find(|key| key.name == name) {
                key.waiting = waiting.map(ToString::to_string).collect();
            }
            marked.push(folder);
        }
        if marked.is_empty() {
            return Ok(());
        }
        if !no_commit {
            let manners = Manners { wait: place.wait, patience: patience.patience };
            let progress = &self.progress;
            let mut tell = |told: Told<'_>| progress.tell("", told);
            let done = deploy::commit(&self.store, Scope::Renewed(&marked), &self.revoked, manners, &mut tell)?;
            for committed in done.services {
                self.presents(&committed);
            }
        }
        marked.iter().try_for_each(unmark)
    }

    /// Notes that a service has what was renewed: in this round, or in an earlier one.
    fn presents(&mut self, committed: &Committed) {
        let remarks = committed.places.iter().flat_map(|(place, shown)| match shown {
            Shown::Committed { remarks } => remarks.iter().map(|remark| format!("{place}: {remark}")).collect(),
            Shown::Silent => Vec::new(),
        });
        let folder = KeyFolder { path: self.store.root().join(&committed.key) };
        let name = folder.name();
        if let Some(key) = self.keys.iter_mut().find(|key| key.name == name) {
            key.services.push(committed.binding.to_string());
            key.remarks.extend(remarks);
            return;
        }
        let Some(cert) = folder.contents().certificate else { return };
        self.keys.push(Renewed {
            name,
            due: due_from(&cert, None),
            ends: Some(cert.not_after),
            outcome: outcome_of(&folder, &cert, false),
            services: vec![committed.binding.to_string()],
            waiting: Vec::new(),
            remarks: remarks.collect(),
            limit: None,
            why: None,
        });
    }

    fn say(self, failed: Option<&Error>) -> Result<ExitCode, Error> {
        drop(self.progress);
        let shown = match self.args.place.output.format {
            Format::Json => {
                let errors: Vec<String> = self.unread.iter().cloned().chain(failed.map(ToString::to_string)).collect();
                terminal::print(&json::renewed(&self.keys, &errors))
            }
            Format::Text => {
                let flag = printed::store_flag(self.store.root());
                terminal::text(|page| text::renewed(&self.keys, &flag, self.now, page))
            }
        };
        failed.into_iter().for_each(|error| terminal::complain_in(self.store.root(), error));
        shown?;
        let has = |wanted: fn(&Outcome) -> bool| self.keys.iter().any(|key| wanted(&key.outcome));
        Ok(ExitCode::from(match () {
            () if failed.is_some()
                || !self.unread.is_empty()
                || has(|outcome| matches!(outcome, Outcome::Failed(_))) =>
            {
                2
            }
            () if self.keys.iter().any(Renewed::needs_a_person) => 1,
            () => 0,
        }))
    }
}

fn outcome(folder: &KeyFolder, installed: &Installed<'_>) -> Outcome {
    outcome_of(folder, installed.certificate, installed.undone)
}

fn outcome_of(folder: &KeyFolder, cert: &Certificate, undone: bool) -> Outcome {
    Outcome::Installed { until: cert.not_after, undone, certificate: folder.path.join(store::CERTIFICATE) }
}

fn words(way: Option<&Way>) -> String {
    match way {
        Some(Way::Acme(online)) => format!("certfix orders the next one from {}", online.directory),
        Some(Way::Private { name }) => format!("the private CA {name} signs the next one"),
        None => "certfix makes a request, which somebody brings to the CA".to_owned(),
    }
}
