//! `certfix install`: the CA's answer goes to its key.

mod place;

use std::path::PathBuf;
use std::process::ExitCode;

use certfix::authority::private;
use certfix::error::Signing;
use certfix::facts::{
    Certificate, Evidence, Item, KeyEntry, KeyFile, Moment, Name, Source, Subject, Target, TrustStore,
};
use certfix::issue::SigningKey;
use certfix::judge::{Chain, Panel, chain, changes, ensure_whole, judge, undoes_the_order};
use certfix::report::json;
use certfix::report::text::{self, Installed, Next};
use certfix::rules::{Authority, Context, Level};
use certfix::store::{self, Contents, NewFile, Secrecy, Slot, Store};
use certfix::{Error, deploy, input, issue};
use zeroize::Zeroizing;

use crate::args::{Format, Install};
use crate::keys::{self, recover, report_interrupted};
use crate::{password, sources, terminal};
use place::{Place, place, shown};

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
    let (roots, own) = (input::system_roots(), private::certificates(store));
    let chain = chain(place.leaf, &pool(answers, &all, &own), roots.as_ref(), now);
    let files = match place.is_there(&chain) && !args.pfx {
        true => Vec::new(),
        false => place.files(&chain, args)?,
    };
    if let Some(lock) = lock.filter(|_| !files.is_empty()) {
        let new: Vec<NewFile<'_>> = files.iter().map(File::wanted).collect();
        place.key.folder.install(&lock, place.slot, &new)?;
    }
    let authority = signer.unwrap_or_else(|| {
        let strangers = roots.iter().flat_map(|roots| strangers(answers, roots));
        Authority::among(
            &TrustStore::new(own.iter().cloned().chain(strangers)),
            Item::Certificate(place.leaf),
            &chain.certificates,
        )
    });
    place.answer(&chain, keys, files.iter().map(|file| file.name), args, authority, then)
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

/// Certificates that may stand in the chain: those of the answer first, then those that came with other answers, then those of the
/// store's own CAs.
fn pool<'a>(answers: &'a [Evidence], all: &'a [Contents], own: &'a [Certificate]) -> Vec<&'a Certificate> {
    let known = all.iter().flat_map(|key| &key.chain);
    answers.iter().flat_map(|file| &file.certificates).chain(known).chain(own).collect()
}

/// The roots that came along and that this machine does not know: no public CA's.
fn strangers<'a>(answers: &'a [Evidence], roots: &'a TrustStore) -> impl Iterator<Item = Certificate> {
    let came = answers.iter().flat_map(|file| &file.certificates);
    came.filter(|cert| cert.is_self_signed() && !roots.holds(cert)).cloned()
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
        keys::open(&self.key_path(), &args.password)
    }

    fn key_path(&self) -> PathBuf {
        self.key.folder.slot(self.slot).join(store::KEY)
    }

    /// What was installed, what the CA changed, and what clients will do.
    fn answer<T>(
        &self,
        chain: &Chain<'_>,
        keys: Vec<KeyEntry>,
        files: impl Iterator<Item = &'static str>,
        args: &Install,
        authority: Authority,
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
        let path = self.key_path();
        let mut keys = evidence.keys_of(item);
        keys.beside = keys.own.map(|_| KeyFile { path: &path, mode: input::mode(&path) });
        let subject = Subject { evidence: &evidence, item, chain: above, before: 0, keys };
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
