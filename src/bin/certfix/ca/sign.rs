//! `certfix ca sign`: shows what it will sign, asks, keeps it, and only then hands it out.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use certfix::authority::Way;
use certfix::authority::private::{Asked, Private, Registered, State, examine};
use certfix::error::Signing;
use certfix::facts::{
    Certificate, Evidence, Item, Moment, Name, PublicKey, Request, Source, Subject, Target, TrustStore,
};
use certfix::judge::{Panel, changes, first_name, infer_target, judge};
use certfix::report::json;
use certfix::report::text::{self, Answer, Page};
use certfix::rules::{Authority, Context};
use certfix::store::{KeyFolder, write_all_new};
use certfix::{Error, input, issue};
use rayon::prelude::*;

use super::{Desk, key};
use crate::args::ca::CaSign;
use crate::args::{Clock, Format, Install};
use crate::keys::{compromised, confirmed, tell_unread};
use crate::printed::store_flag;
use crate::{install, terminal, write};

/// One request that nothing speaks against.
struct Case {
    source: Source,
    request: Request,
    asked: Asked,
    /// The key of the store that it is for.
    key: Option<Name>,
    notes: Vec<String>,
}

impl Desk {
    pub(super) fn sign(&self, args: &CaSign) -> Result<(), Error> {
        let ca = self.named(args.which.ca.as_deref())?;
        ca.ensure_valid(self.now)?;
        let mut cases = self.cases(&ca, args)?;
        let places = args
            .output
            .as_deref()
            .map(|output| places(&cases, output).map_err(write::if_there(write::OTHER_OUTPUT)))
            .transpose()?;
        // What was signed by the CA itself must not leave without being registered, not even to be looked at.
        let draft = args.dry_run.then(|| ca.draft()).transpose()?;
        let (signer, key) = match draft {
            Some((ref draft, ref key)) => (draft, key.clone()),
            None => (&ca, key(&ca, &args.password)?),
        };
        let requests: Vec<(&Request, &Asked)> = cases.iter().map(|case| (&case.request, &case.asked)).collect();
        let signed = signer.sign(&key, &requests, self.now, args.days)?;
        note(&mut cases, &ca, signed.certificates(), self.now, args.days)?;
        let evidence: Vec<Evidence> =
            cases.iter().zip(signed.certificates()).map(|(case, cert)| evidence(case, cert, signer)).collect();
        let subjects: Vec<Subject<'_>> = evidence.iter().map(subject).collect();
        let targets: Vec<Option<Target>> =
            cases.iter().zip(&subjects).map(|(case, subject)| target(case, subject)).collect();
        // Whoever is to use them trusts it.
        let trust = TrustStore::new([signer.root.clone()]);
        let answers = self.judged(&cases, &trust, &subjects, &targets);
        match (self.format, args.yes || args.dry_run) {
            (Format::Text, true) => terminal::text(|page| show(&answers, page))?,
            (Format::Text, false) => terminal::text_to_agree(|page| show(&answers, page))?,
            (Format::Json, false) => terminal::aside(|page| show(&answers, page))?,
            (Format::Json, true) => {}
        }
        if args.dry_run {
            return match self.format {
                Format::Json => terminal::print(&json::signed(&ca, &answers, &[], &[], self.now)),
                Format::Text => terminal::text(|page| page.field("wrote", "nothing (--dry-run)")),
            };
        }
        let what =
            if answers.len() == 1 { "this request".to_owned() } else { format!("these {} requests", answers.len()) };
        if !args.yes && !confirmed(&format!("sign {what} with {}", ca.id()))? {
            return Ok(());
        }
        let registered = signed.register()?;
        let files = hand_out(&registered, &ca, args.output.as_deref(), places)?;
        let (installed, steps) = match args.install {
            true => self.install(&ca, &cases, evidence.iter().zip(&registered))?,
            false => Default::default(),
        };
        match self.format {
            Format::Json => terminal::print(&json::signed(&ca, &answers, &files, &installed, self.now)),
            Format::Text => {
                let flag = store_flag(self.store.root());
                terminal::text(|page| text::answered(&answers, &files, &installed.concat(), &steps, &flag, page))
            }
        }
    }

    /// The requests in these files. One that is refused is enough for none to be signed, and all refusals are told.
    fn cases(&self, ca: &Private, args: &CaSign) -> Result<Vec<Case>, Error> {
        let files: Vec<Evidence> = args.requests.par_iter().map(|path| read(path)).collect::<Result<_, Error>>()?;
        if let Some(empty) = files.iter().find(|file| file.requests.is_empty()) {
            return Err(Signing::NoRequest { source: empty.source.to_string() }.into());
        }
        let keys = match self.keys() {
            Err(error) if args.install => return Err(error),
            keys => keys.unwrap_or_default(),
        };
        let each = files.into_iter().flat_map(|file| {
            let source = file.source;
            file.requests.into_iter().map(move |request| (source.clone(), request))
        });
        let each: Vec<(Source, Request)> = each.collect();
        let of = each.len();
        let compromised = compromised(&self.store);
        let examined = each.into_par_iter().map(|(source, request)| {
            let asked = examine(&request, &source.to_string(), &ca.only, &compromised)?;
            let key = keys.get(&request.identity.key).cloned();
            Ok(Case { source, request, asked, key, notes: Vec::new() })
        });
        let (cases, mut refused) = examined.collect::<Vec<Result<Case, Error>>>().into_iter().fold(
            (Vec::new(), Vec::new()),
            |(mut cases, mut refused), one| {
                match one {
                    Ok(case) => cases.push(case),
                    Err(error) => refused.push(error),
                }
                (cases, refused)
            },
        );
        match (refused.len(), of) {
            (0, _) => {}
            (1, 1) => return Err(refused.remove(0)),
            (count, of) => {
                refused.iter().for_each(|error| terminal::complain_in(self.store.root(), error));
                return Err(Signing::NothingSigned { refused: count, of }.into());
            }
        }
        for name in cases.iter().filter(|_| args.install).filter_map(|case| case.key.as_ref()) {
            self.store.named(name)?.ensure_own()?;
        }
        match cases.iter().find(|case| args.install && case.key.is_none()) {
            Some(case) => {
                tell_unread(&self.store);
                Err(Error::Conflict {
                    cause: format!("--install: the request in '{}' is for none of the keys of this store", case.source),
                    hint: "leave --install out, and install the certificate in the store that has its key",
                })
            }
            None => Ok(cases),
        }
    }

    /// The names of the store's keys, by their public halves: of what waits for an answer first.
    fn keys(&self) -> Result<HashMap<PublicKey, Name>, Error> {
        let mut found = HashMap::new();
        for contents in self.store.keys()?.iter().map(KeyFolder::contents) {
            let Ok(name) = Name::parse(&contents.folder.name()) else { continue };
            let renewal = contents.renewal.as_ref().map(|request| &request.identity.key);
            for public in renewal.into_iter().chain(contents.public()) {
                found.insert(public.clone(), name.clone());
            }
        }
        Ok(found)
    }

    fn judged<'a>(
        &self,
        cases: &[Case],
        trust: &'a TrustStore,
        subjects: &'a [Subject<'a>],
        targets: &'a [Option<Target>],
    ) -> Vec<Answer<'a>> {
        let all = Panel::all();
        let answer = move |((case, subject), target): ((&Case, &'a Subject<'a>), &'a Option<Target>)| {
            let context =
                Context { now: self.now, authority: Authority::Private, target: target.as_ref(), trust: Some(trust) };
            let certificate = &subject.evidence.certificates[0];
            Answer {
                source: case.source.to_string(),
                certificate,
                changes: changes(&case.request, certificate),
                notes: case.notes.clone(),
                report: judge(subject, all, &context),
                key: case.key.as_ref().map(Name::to_string),
            }
        };
        cases.par_iter().zip(subjects).zip(targets).map(answer).collect()
    }

    /// Puts each certificate beside its key, and notes there who signs for it. Returns the files of each, and what follows.
    fn install<'a>(
        &self,
        ca: &Private,
        cases: &[Case],
        answers: impl Iterator<Item = (&'a Evidence, &'a Registered)>,
    ) -> Result<(Vec<Vec<PathBuf>>, Vec<String>), Error> {
        let args = Install::quiet(self.store.root(), &Clock { at: Some(self.now) });
        let (mut installed, mut steps) = (Vec::new(), Vec::new());
        for (case, (evidence, registered)) in cases.iter().zip(answers) {
            let Some(name) = &case.key else { continue };
            let mut answer = Evidence::new(Source::File(registered.file.clone()));
            answer.certificates = evidence.certificates.iter().chain([&ca.root]).cloned().collect();
            install::put(&self.store, Some(name), &[answer], &args, Some(Authority::Private), |done, _| {
                installed.push(done.files.clone());
                steps.extend(done.step());
                Ok(())
            })?;
            if let Some(folder) = self.store.key(name)? {
                Way::Private { name: ca.id() }.record(&folder)?;
            }
        }
        Ok((installed, steps))
    }
}

fn read(path: &Path) -> Result<Evidence, Error> {
    if path.as_os_str() == "-" { input::read_stdin(None) } else { input::read_file(path, None) }
}

/// What a reader should know of each answer.
fn note(cases: &mut [Case], ca: &Private, certificates: &[Certificate], now: Moment, days: i64) -> Result<(), Error> {
    let mut before: HashMap<PublicKey, Registered> = HashMap::new();
    for one in ca.register()?.into_iter().filter(|one| one.state(now) == State::Valid) {
        before.insert(one.certificate.identity.key.clone(), one);
    }
    for (case, cert) in cases.iter_mut().zip(certificates) {
        if let Some(name) = &case.asked.from_common_name {
            case.notes.push(format!(
                "the request lists no names: its common name {name} is put there, for today's clients read no other place"
            ));
        }
        let lives = cert.not_before.days_until(cert.not_after.plus_seconds(1));
        if lives < days {
            case.notes.push(format!("{lives} days instead of {days}: the CA itself ends on {}", ca.end().date()));
        }
        if let Some(one) = before.get(&case.request.identity.key) {
            let (serial, end) = (&one.certificate.serial, one.certificate.not_after.date());
            case.notes.push(format!("this key has a certificate already, {serial}, in force until {end}"));
        }
    }
    Ok(())
}

fn evidence(case: &Case, cert: &Certificate, ca: &Private) -> Evidence {
    let mut evidence = Evidence::new(case.source.clone());
    evidence.certificates.push(cert.clone());
    evidence.certificates.extend(ca.chain().iter().cloned());
    evidence
}

fn subject(evidence: &Evidence) -> Subject<'_> {
    let item = Item::Certificate(&evidence.certificates[0]);
    let keys = evidence.keys_of(item);
    Subject { evidence, item, chain: evidence.certificates[1..].iter().collect(), before: 0, keys }
}

/// The name that people type: the first of a key of the store, or what the certificate tells, or else the name that stands first.
fn target(case: &Case, subject: &Subject<'_>) -> Option<Target> {
    let first = || {
        let names = &subject.item.identity().names;
        names.entries.iter().find_map(|entry| entry.name().filter(|name| !name.is_wildcard()))
    };
    let own = case.key.as_ref().and_then(|_| first_name(Item::Request(&case.request)));
    let own = own.filter(|name| !name.is_wildcard()).as_ref().map(Target::from);
    own.or_else(|| infer_target(subject).certain()).or_else(|| first().as_ref().map(Target::from))
}

fn show(answers: &[Answer<'_>], page: &mut Page<'_>) -> std::io::Result<()> {
    match answers {
        [only] => text::order(only, page),
        several => text::orders(several, page),
    }
}

/// Where each answer goes: one into the file, or each into a file of its own in the folder. Fails before anything is
/// signed when something is there, or nothing can be put there.
fn places(cases: &[Case], output: &Path) -> Result<Vec<PathBuf>, Error> {
    let is_folder = cases.len() > 1 || output.is_dir() || output.as_os_str().as_encoded_bytes().ends_with(b"/");
    let places: Vec<PathBuf> = match is_folder {
        true => cases.iter().map(|case| output.join(file_name(case))).collect(),
        false => vec![output.to_owned()],
    };
    ensure_folder(output, is_folder)?;
    let mut seen = HashSet::new();
    if let Some(path) = places.iter().find(|path| !seen.insert(*path)) {
        return Err(Signing::SameFile { path: path.clone() }.into());
    }
    match places.iter().find(|path| path.symlink_metadata().is_ok()) {
        Some(path) => Err(Error::Exists { path: path.clone(), hint: None }),
        None => Ok(places),
    }
}

/// Fails where there is no folder for the output. That of several answers is made later, with those above it.
fn ensure_folder(output: &Path, is_folder: bool) -> Result<(), Error> {
    let is_missing = |folder: &Path| folder.symlink_metadata().is_err_and(|cause| cause.kind() == ErrorKind::NotFound);
    let folder = match is_folder {
        true => output.ancestors().find(|folder| !is_missing(folder)),
        false => output.parent().filter(|folder| !folder.as_os_str().is_empty()),
    };
    let cause = match folder.unwrap_or(Path::new(".")).metadata() {
        Ok(found) if found.is_dir() => return Ok(()),
        Ok(_) => ErrorKind::NotADirectory.into(),
        Err(cause) => cause,
    };
    Err(Error::File { action: "write", path: output.to_owned(), cause })
}

/// The key's name, or that of the request's file, and `.pem`.
fn file_name(case: &Case) -> String {
    let stem = match (&case.key, &case.source) {
        (Some(key), _) => key.file_form(),
        (None, Source::File(path)) => path.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
        (None, _) => "certificate".to_owned(),
    };
    format!("{stem}.pem")
}

/// Certificate and chain into the files that were asked for; without these they stay in the register.
fn hand_out(
    registered: &[Registered],
    ca: &Private,
    output: Option<&Path>,
    places: Option<Vec<PathBuf>>,
) -> Result<Vec<PathBuf>, Error> {
    let (Some(output), Some(places)) = (output, places) else {
        return Ok(registered.iter().map(|one| one.file.clone()).collect());
    };
    if places.first().is_some_and(|first| first != output) {
        fs::create_dir_all(output).map_err(|cause| Error::File { action: "make", path: output.to_owned(), cause })?;
    }
    let above: String = ca.chain().iter().map(issue::certificate_pem).collect();
    let contents = registered.iter().map(|one| (issue::certificate_pem(&one.certificate) + &above).into_bytes());
    let files: Vec<_> = places.iter().cloned().zip(contents).collect();
    write_all_new(&files).map_err(write::if_there(write::OTHER_OUTPUT))?;
    Ok(places)
}
