//! `certfix install`: the CA's answer goes to its key.

use std::path::PathBuf;
use std::process::ExitCode;

use certfix::error::Signing;
use certfix::facts::{Certificate, Evidence, Item, KeyEntry, Moment, Name, Source, Subject, Target};
use certfix::issue::SigningKey;
use certfix::judge::{Chain, Panel, chain, changes, ensure_whole, judge, newness, undoes_the_order};
use certfix::report::json;
use certfix::report::text::{self, Installed, Next};
use certfix::rules::{Authority, Context, Level};
use certfix::store::{self, Contents, Fault, NewFile, Secrecy, Slot, Store};
use certfix::{Error, deploy, input, issue};
use zeroize::Zeroizing;

use crate::args::{Format, Install};
use crate::keys::{self, recover, report_interrupted};
use crate::{password, sources, terminal};

pub(crate) fn run(args: &Install) -> Result<ExitCode, Error> {
    let store = Store::open(&args.store);
    match args.dry_run {
        true => report_interrupted(&store),
        false => recover(&store),
    }
    let (named, files) = named(&args.answer, &store)?;
    let known = password::given(&args.password)?;
    let answers: Vec<Evidence> =
        files.iter().map(|file| sources::read_file(file, known.as_ref())).collect::<Result<_, _>>()?;
    if !args.yes && !is_meant(&store, named.as_ref(), &answers, args)? {
        return Ok(ExitCode::SUCCESS);
    }
    put(&store, named.as_ref(), &answers, args, None, |installed, now| {
        match args.output.format {
            Format::Json => terminal::print(&json::installed(installed, now))?,
            Format::Text => terminal::text(|page| text::installed(installed, page))?,
        }
        Ok(ExitCode::from(u8::from(has_findings(installed))))
    })
}

/// Asks where the certificate in use would be missed: answers may come in another order than the CA gave them. Nothing is locked
/// meanwhile.
fn is_meant(store: &Store, named: Option<&Name>, answers: &[Evidence], args: &Install) -> Result<bool, Error> {
    let now = args.clock.now();
    let all: Vec<Contents> = store.keys()?.iter().map(store::KeyFolder::contents).collect();
    // What is wrong with an answer is said when it is put there.
    let Ok(place) = place(&all, named, answers, now) else { return Ok(true) };
    let revoked = keys::revoked(store);
    let is_good = |cert: &Certificate| cert.not_after >= now && revoked.find(cert).is_none();
    let Some((used, why)) = place.better().filter(|(used, _)| is_good(used) && is_good(place.leaf)) else {
        return Ok(true);
    };
    let [until, instead] = [place.leaf, used].map(|cert| cert.not_after.date());
    let action = format!("put the certificate until {until} in the place of the one until {instead}, which {why}");
    if args.dry_run {
        terminal::remark(&format!("--yes would be needed to {action}"));
        return Ok(true);
    }
    keys::confirmed(&action)
}

/// True when clients will complain of what was installed.
pub(crate) fn has_findings(installed: &Installed<'_>) -> bool {
    installed.report.worst() >= Some(Level::Warning)
}

/// Installs what was answered, wherever it came from, and hands what came of it to `then`. `signer`: whose CA it is, where that
/// is known.
pub(crate) fn put<T>(
    store: &Store,
    named: Option<&Name>,
    answers: &[Evidence],
    args: &Install,
    signer: Option<Authority>,
    then: impl FnOnce(&Installed<'_>, Moment) -> Result<T, Error>,
) -> Result<T, Error> {
    // From the first look to the last write, no commit comes between.
    let lock = if args.dry_run { None } else { Some(store.lock_whole("install", Store::WAIT)?) };
    let all: Vec<Contents> = store.keys()?.iter().map(store::KeyFolder::contents).collect();
    let now = args.clock.now();
    let place = place(&all, named, answers, now).inspect_err(|_| keys::tell_unread(store))?;
    if place.leaf.not_after < now {
        return Err(Error::Ended { certificate: shown(place.leaf), date: place.leaf.not_after.date() });
    }
    if let Some(revocation) = keys::revoked(store).find(place.leaf) {
        let certificate = shown(place.leaf);
        return Err(Signing::Revoked { certificate, since: revocation.since.date() }.into());
    }
    ensure_whole(place.leaf, answers.iter().flat_map(|answer| &answer.certificates))?;
    let keys = place.key.folder.ensure_key(place.slot, &place.leaf.identity.key)?;
    let roots = input::system_roots();
    let chain = chain(place.leaf, &pool(answers, &all), roots.as_ref(), now);
    let files = match place.is_there(&chain) && !args.pfx {
        true => Vec::new(),
        false => place.files(&chain, args)?,
    };
    if let Some(lock) = lock.filter(|_| !files.is_empty()) {
        let new: Vec<NewFile<'_>> = files.iter().map(File::wanted).collect();
        place.key.folder.install(&lock, place.slot, &new)?;
    }
    place.answer(&chain, keys, files.iter().map(|file| file.name), args, signer, then)
}

/// The key's name, when the first argument is one, and the files.
fn named(arguments: &[PathBuf], store: &Store) -> Result<(Option<Name>, Vec<PathBuf>), Error> {
    let Some((first, rest)) = arguments.split_first() else { return Err(Error::NoNames) };
    let name = first.to_str().filter(|_| !first.is_file()).and_then(|typed| Name::parse(typed).ok());
    let Some(name) = name else { return Ok((None, arguments.to_vec())) };
    // A file that is not there is missed more often than a key named without a file.
    if rest.is_empty() && store.key(&name)?.is_none() {
        return Ok((None, arguments.to_vec()));
    }
    store.named(&name)?;
    if rest.is_empty() {
        return Err(Error::NoAnswer { source: name.to_string() });
    }
    Ok((Some(name), rest.to_vec()))
}

/// Where an answer belongs.
struct Place<'a> {
    key: &'a Contents,
    slot: Slot,
    leaf: &'a Certificate,
    /// The file that the leaf came in.
    source: Source,
}

/// Finds the key by its public half. Of several certificates for one key the newest is meant. Where only CAs' came, it is the key
/// whose certificate they are above.
fn place<'a>(
    all: &'a [Contents],
    named: Option<&Name>,
    answers: &'a [Evidence],
    now: Moment,
) -> Result<Place<'a>, Error> {
    let slots = all.iter().flat_map(|key| {
        let current = key.public().map(|public| (key, Slot::Current, public));
        let next = key.waiting.as_ref().map(|next| (key, Slot::Next, &next.certificate.identity.key));
        let renewal = key.renewal.as_ref().map(|request| (key, Slot::Renewal, &request.identity.key));
        current.into_iter().chain(next).chain(renewal)
    });
    let slots: Vec<_> = slots.collect();
    let certificates = || answers.iter().flat_map(|file| file.certificates.iter().map(|cert| (cert, &file.source)));
    let Some((first, _)) = certificates().next() else {
        let source = answers.first().map(|file| file.source.to_string()).unwrap_or_default();
        return Err(Error::NoAnswer { source });
    };
    let mut places: Vec<Place<'a>> = Vec::new();
    for (leaf, source) in certificates() {
        let own = slots.iter().filter(|(_, _, public)| **public == leaf.identity.key);
        places.extend(own.map(|(key, slot, _)| Place { key, slot: *slot, leaf, source: source.clone() }));
    }
    let wanted = |place: &&Place<'_>| named.is_none_or(|name| place.key.folder.name() == name.as_str());
    let mut keys: Vec<String> = places.iter().filter(wanted).map(|place| place.key.folder.name()).collect();
    keys.dedup();
    if let [_, _, ..] = keys.as_slice() {
        return Err(several(&keys));
    }
    let best = places.iter().filter(wanted).max_by_key(|place| (newness(place.leaf), place.rank()));
    let Some(best) = best.map(|best| (best.leaf.der.clone(), best.slot, best.key.folder.clone())) else {
        let leaf = places.first().map_or(first, |place| place.leaf);
        let foreign = Error::NotForKey {
            certificate: shown(leaf),
            named: named.map(Name::to_string),
            owner: places.first().map(|place| place.key.folder.name()),
        };
        if !places.is_empty() || !certificates().all(|(cert, _)| cert.identity.is_ca()) {
            return Err(foreign);
        }
        let hint = "it is a certificate of a CA: install it together with the server's, in one command";
        let alone = || Error::Conflict { cause: foreign.to_string(), hint };
        return below(all, named, answers, now)?.ok_or_else(alone);
    };
    let is_best = |place: &Place<'_>| (&place.leaf.der, place.slot, &place.key.folder) == (&best.0, best.1, &best.2);
    places.into_iter().find(is_best).ok_or(Error::NoNames)
}

/// The key whose certificate these CAs' are above; of several the one whose chain is not whole yet.
fn below<'a>(
    all: &'a [Contents],
    named: Option<&Name>,
    answers: &'a [Evidence],
    now: Moment,
) -> Result<Option<Place<'a>>, Error> {
    let given: Vec<&Certificate> = answers.iter().flat_map(|file| &file.certificates).collect();
    let (mut parts, mut wholes) = (Vec::new(), Vec::new());
    for key in all.iter().filter(|key| named.is_none_or(|name| key.folder.name() == name.as_str())) {
        let Some(leaf) = key.newest() else { continue };
        let slot = if key.waiting.is_some() { Slot::Next } else { Slot::Current };
        let source = Source::File(key.folder.slot(slot).join(store::CERTIFICATE));
        let place = Place { key, slot, leaf, source };
        let own = place.installed().map_or(&[][..], |(_, own)| own);
        let pool: Vec<&Certificate> = given.iter().copied().chain(own).collect();
        let chain = chain(leaf, &pool, None, now).certificates;
        let is_above = chain.iter().any(|cert| given.contains(cert));
        match is_above && chain.iter().any(|cert| !own.contains(cert)) {
            true => parts.push(place),
            false if is_above => wholes.push(place),
            false => {}
        }
    }
    if let [_, _, ..] = parts.as_slice() {
        return Err(several(&parts.iter().map(|place| place.key.folder.name()).collect::<Vec<_>>()));
    }
    Ok(parts.into_iter().chain(wholes).next())
}

fn several(keys: &[String]) -> Error {
    let cause = format!("there are certificates for several keys: {}", keys.join(", "));
    Error::Conflict { cause, hint: "name the key you mean before the files" }
}

/// Certificates that may stand in the chain: those of the answer first, then those that came with other answers.
fn pool<'a>(answers: &'a [Evidence], all: &'a [Contents]) -> Vec<&'a Certificate> {
    let known = all.iter().flat_map(|key| &key.chain);
    answers.iter().flat_map(|file| &file.certificates).chain(known).collect()
}

fn shown(cert: &Certificate) -> String {
    match cert.identity.subject.is_empty() {
        true => cert.identity.names.to_string(),
        false => cert.identity.subject.to_string(),
    }
}

/// One file to write.
struct File {
    name: &'static str,
    contents: Zeroizing<Vec<u8>>,
    secrecy: Secrecy,
}

impl File {
    fn wanted(&self) -> NewFile<'_> {
        NewFile { name: self.name, contents: &self.contents, secrecy: self.secrecy }
    }
}

impl Place<'_> {
    /// What is there already belongs where it is, though the key may be the same; anything else is an answer to what was
    /// asked last.
    fn rank(&self) -> (bool, u8) {
        let place = match self.slot {
            Slot::Current => 0,
            Slot::Next => 1,
            Slot::Renewal => 2,
        };
        (self.installed().is_some_and(|(cert, _)| cert.der == self.leaf.der), place)
    }

    /// Certificate and chain that are in this place.
    fn installed(&self) -> Option<(&Certificate, &[Certificate])> {
        match self.slot {
            Slot::Current => self.key.certificate.as_ref().map(|cert| (cert, &*self.key.chain)),
            Slot::Next => self.key.waiting.as_ref().map(|next| (&next.certificate, &*next.chain)),
            Slot::Renewal => None,
        }
    }

    /// The certificate in use, or that of the next commit, where it is newer than this one or lasts longer, and which of both. What
    /// was asked for anew takes its place in any case, and so does a CA's certificate that of a self-signed one.
    fn better(&self) -> Option<(&Certificate, &'static str)> {
        let used = self.key.newest().filter(|used| !used.is_self_signed())?;
        let is_there = self.installed().is_some_and(|(cert, _)| cert.der == self.leaf.der);
        if is_there || self.slot == Slot::Renewal || self.key.faults.contains(&Fault::ForeignCertificate) {
            return None;
        }
        match () {
            () if newness(used) > newness(self.leaf) => Some((used, "was issued later")),
            () if used.not_after > self.leaf.not_after => Some((used, "lasts longer")),
            () => None,
        }
    }

    /// True when this certificate with this chain is what the key has already.
    fn is_there(&self, chain: &Chain<'_>) -> bool {
        let same = |(cert, above): (&Certificate, &[Certificate])| {
            cert.der == self.leaf.der && above.iter().eq(chain.certificates.iter().copied())
        };
        self.key.faults.is_empty() && self.installed().is_some_and(same)
    }

    /// The file that the certificate is in afterwards.
    fn kept_in(&self, dry_run: bool) -> PathBuf {
        let folder = &self.key.folder;
        match &self.source {
            Source::File(path) if dry_run => path.clone(),
            _ if folder.waiting().is_some() => folder.slot(Slot::Next).join(store::CERTIFICATE),
            _ => folder.slot(Slot::Current).join(store::CERTIFICATE),
        }
    }

    /// What comes next, as things are now.
    fn next(&self) -> Option<Next> {
        // It is installed, whatever is the matter with them; the commit tells.
        let Ok(bindings) = deploy::bindings(&self.key.folder) else { return Some(Next::Commit) };
        let is_due = self.key.folder.waiting().is_some() || bindings.iter().any(|binding| !binding.has(self.leaf));
        match (is_due, bindings.is_empty()) {
            (true, _) => Some(Next::Commit),
            (false, true) if !self.key.is_locked => Some(Next::Bind),
            (false, _) => None,
        }
    }

    fn files(&self, chain: &Chain<'_>, args: &Install) -> Result<Vec<File>, Error> {
        let leaf = issue::certificate_pem(self.leaf);
        let above: String = chain.certificates.iter().map(|cert| issue::certificate_pem(cert)).collect();
        let public = |name, text: &str| File {
            name,
            contents: Zeroizing::new(text.as_bytes().to_vec()),
            secrecy: Secrecy::Public,
        };
        let mut files = vec![
            public(store::CERTIFICATE, &leaf),
            public(store::CHAIN, &above),
            public(store::FULL_CHAIN, &format!("{leaf}{above}")),
        ];
        if args.pfx && !args.dry_run {
            let key = self.private(args)?;
            let password = password::new(&args.new_password, "the PKCS#12 file")?;
            let name = self.key.folder.name();
            let reader = args.pfx_for.into();
            let pfx = issue::pfx(&key, self.leaf, &chain.certificates, password.as_str(), &name, reader)?;
            files.push(File { name: store::BUNDLE, contents: Zeroizing::new(pfx), secrecy: Secrecy::Secret });
        }
        Ok(files)
    }

    fn private(&self, args: &Install) -> Result<SigningKey, Error> {
        let path = self.key.folder.slot(self.slot).join(store::KEY);
        keys::open(&path, &args.password)
    }

    /// What was installed, what the CA changed, and what clients will do.
    fn answer<T>(
        &self,
        chain: &Chain<'_>,
        keys: Vec<KeyEntry>,
        files: impl Iterator<Item = &'static str>,
        args: &Install,
        signer: Option<Authority>,
        then: impl FnOnce(&Installed<'_>, Moment) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let now = args.clock.now();
        let name = self.key.folder.name();
        let request = match self.slot {
            Slot::Renewal => self.key.renewal.as_ref(),
            Slot::Next => self.key.waiting.as_ref().and_then(|next| next.request.as_ref()),
            Slot::Current => self.key.request.as_ref(),
        };
        let last = request.map(Item::Request).or(self.key.certificate.as_ref().map(Item::Certificate));
        let target = keys::target(last, &self.key.folder).ok();
        let typed = target.as_ref().map(Target::from);
        let mut evidence = Evidence::new(self.source.clone());
        evidence.certificates.push(self.leaf.clone());
        evidence.certificates.extend(chain.certificates.iter().map(|cert| (*cert).clone()));
        evidence.keys = keys;
        let above: Vec<&Certificate> = evidence.certificates[1..].iter().collect();
        let item = Item::Certificate(&evidence.certificates[0]);
        let keys = evidence.keys_of(item);
        let subject = Subject { evidence: &evidence, item, chain: above, before: 0, keys };
        let authority = signer.unwrap_or_else(|| Authority::of(subject.item));
        let context = Context { now, authority, target: typed.as_ref(), trust: None };
        let report = judge(&subject, Panel::all(), &context);
        let asked = request.map(|request| &request.identity);
        let got = &self.leaf.identity;
        let undone = asked.zip(target.as_ref()).is_some_and(|(asked, target)| undoes_the_order(asked, got, target));
        let installed = Installed {
            name: &name,
            certificate: self.leaf,
            chain: &chain.certificates,
            missing: chain.missing,
            changes: request.map(|asked| changes(asked, self.leaf)),
            undone,
            waits: self.key.folder.waiting(),
            next: if args.dry_run { None } else { self.next() },
            files: files.map(|file| self.key.folder.path.join(file)).collect(),
            dry_run: args.dry_run,
            report: &report,
            kept: keys::kept(&args.store, &self.key.folder),
            kept_in: self.kept_in(args.dry_run),
        };
        then(&installed, now)
    }
}
