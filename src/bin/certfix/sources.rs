//! From the sources that were named to answers, many at once, in the order named.

mod keys;
mod passed;
mod ring;
mod spare;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use certfix::Error;
use certfix::facts::{Evidence, Name, Subject, Survey};
use certfix::input::{self, Password};
use certfix::report::json::{Envelope, Failure};
use certfix::report::text::{PassedOver, summary};
use certfix::rules::Level;
use rayon::prelude::*;

pub(crate) use self::keys::{is_locked, key, open_key};
use self::passed::{Passed, is_of_authorities_alone, is_something_else};
pub(crate) use self::ring::Ring;
use self::spare::spare;
use crate::args::{Format, Reach};
use crate::in_order::in_order;
use crate::{live, password, terminal};

/// One thing to look at.
enum Named {
    File {
        path: PathBuf,
        /// The folder that it was found in, when it was not named itself: what is something else is passed over.
        folder: Option<usize>,
    },
    /// A live source, by position.
    Live(usize),
}

/// What was named on the command line.
pub(crate) struct Sources {
    list: Vec<Named>,
    folders: Vec<PathBuf>,
    live: Vec<live::Named>,
    /// Names that people are to use for the live ones.
    people: Vec<Name>,
}

impl Sources {
    /// Live sources that were named elsewhere than on the command line.
    pub(crate) fn add_live(&mut self, named: Vec<live::Named>) {
        self.list.extend((self.live.len()..).take(named.len()).map(Named::Live));
        self.live.extend(named);
    }

    /// A name that people are to use for the live ones.
    pub(crate) fn add_name(&mut self, name: &Name) {
        self.people.push(name.clone());
    }

    /// True when there are live ones among them.
    pub(crate) fn has_live(&self) -> bool {
        !self.live.is_empty()
    }
}

/// What one source turned out to hold.
pub(crate) enum Seen<'a> {
    /// A file, or standard input.
    Evidence(&'a Evidence),
    /// Live services.
    Survey(&'a Survey),
}

/// What a command makes of one source, beside its text.
#[derive(Default)]
pub(crate) struct Described {
    /// The worst level found.
    pub(crate) worst: Option<Level>,
    /// Parts that could not be looked at.
    pub(crate) failures: Vec<Error>,
}

/// What came of one source.
#[derive(Default)]
struct Answer {
    /// Begins with what separates it from the answer before it, so that both are written in one piece.
    text: Vec<u8>,
    described: Described,
    /// True when it could be looked at, at least in part.
    seen: bool,
    passed_over: Option<Passed>,
}

/// The most sources that one core looks at before their answers are written; their texts fit its cache.
const PORTION: usize = 16;

/// Files as they were named, folders as the files in them, live sources as what they ask for.
pub(crate) fn expand(sources: &[PathBuf]) -> Result<Sources, Error> {
    let (mut list, mut folders, mut live) = (Vec::new(), Vec::new(), Vec::new());
    for path in sources {
        if let Some(asked) = live::asked(path)? {
            list.push(Named::Live(live.len()));
            live.push(asked);
        } else if path.as_os_str() != "-" && path.is_dir() {
            let folder = Some(folders.len());
            list.extend(input::files_in(path)?.into_iter().map(|path| Named::File { path, folder }));
            folders.push(path.clone());
        } else {
            list.push(Named::File { path: path.clone(), folder: None });
        }
    }
    Ok(Sources { list, folders, live, people: Vec::new() })
}

/// What one source holds, a file or a live service. Asks for a missing password when somebody is there to answer.
pub(crate) fn read(path: &Path, known: Option<&Password>, reach: &Reach) -> Result<Evidence, Error> {
    match live::asked(path)? {
        Some(asked) => live::evidence(asked, reach),
        None => read_file(path, known),
    }
}

/// Reads one file; `-` is standard input. Asks for a missing password when somebody is there to answer.
pub(crate) fn read_file(path: &Path, known: Option<&Password>) -> Result<Evidence, Error> {
    if path.as_os_str() == "-" {
        return input::read_stdin(known);
    }
    match input::read_file(path, known) {
        Err(Error::NeedsPassword { source }) if terminal::can_ask() => {
            let Some(typed) = password::ask(&source)? else { return Err(Error::NeedsPassword { source }) };
            input::read_file(path, Some(&typed))
        }
        answer => answer,
    }
}

/// How a command turns what a source held into text of the format asked for.
pub(crate) type Describe<'a> = dyn Fn(&Seen<'_>, &mut Vec<u8>) -> Result<Described, Error> + Sync + 'a;

/// Why a file that was found in a folder, by position, is passed over: before and after it was read.
type Passes<'a> = dyn Fn(&Path, usize, Option<&Evidence>) -> Option<Passed> + Sync + 'a;

/// What came of the files of a folder.
#[derive(Clone, Copy, Default)]
struct InFolder {
    /// True when anything in it could be looked at or failed.
    is_answered: bool,
    has_authorities: bool,
}

/// What came of all sources.
#[derive(Default)]
pub(crate) struct Tally {
    /// The worst level of each source that could be read.
    pub(crate) levels: Vec<Option<Level>>,
    failures: Vec<Failure>,
    passed_over: PassedOver,
    written: bool,
    /// For each folder, what came of it.
    folders: Vec<InFolder>,
}

impl Tally {
    /// True when a source could not be read.
    pub(crate) fn has_failed(&self) -> bool {
        !self.failures.is_empty()
    }

    /// Writes answers and counts them; those about live sources stand in `surveyed`.
    fn take_all(
        &mut self,
        sources: &[Named],
        answers: &mut [Answer],
        surveyed: &mut [Answer],
        format: Format,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        sources.iter().zip(answers).try_for_each(|(named, answer)| match named {
            Named::File { .. } => self.take(named, answer, format, out),
            Named::Live(position) => self.take(named, &mut surveyed[*position], format, out),
        })
    }

    /// Writes one answer and counts it.
    fn take(&mut self, named: &Named, answer: &mut Answer, format: Format, out: &mut dyn Write) -> io::Result<()> {
        if let Named::File { folder: Some(folder), path } = named {
            let folder = &mut self.folders[*folder];
            folder.is_answered |= answer.passed_over.is_none();
            folder.has_authorities |= answer.passed_over == Some(Passed::Authorities);
            match answer.passed_over {
                Some(Passed::Authorities) => self.passed_over.authorities += 1,
                Some(Passed::Repeated) => self.passed_over.repeated += 1,
                Some(Passed::Former) => self.passed_over.former += 1,
                Some(Passed::SomethingElse { is_misnamed }) => {
                    self.passed_over.others += 1;
                    self.passed_over.misnamed.extend(is_misnamed.then(|| path.display().to_string()));
                }
                None => {}
            }
        }
        let separator = separator(format).len();
        if answer.text.len() > separator {
            let from = if self.written { 0 } else { separator };
            self.written = true;
            out.write_all(&answer.text[from..])?;
        }
        for error in answer.described.failures.drain(..) {
            self.fail(&error, out)?;
        }
        if answer.seen {
            self.levels.push(answer.described.worst);
        }
        Ok(())
    }

    fn fail(&mut self, error: &Error, out: &mut dyn Write) -> io::Result<()> {
        out.flush()?;
        terminal::complain(error);
        self.failures.push(Failure { error: error.to_string(), hint: error.hint().to_owned() });
        Ok(())
    }

    fn summary(&self, command: &str) -> String {
        let with_findings = self.levels.iter().filter(|level| level.is_some()).count();
        let with_findings = (command == "check").then_some(with_findings);
        summary(self.levels.len() + self.failures.len(), with_findings, self.failures.len(), &self.passed_over)
    }
}

/// Looks at every source and writes the answers in the order named.
pub(crate) fn answer(
    command: &str,
    sources: &Sources,
    known: Option<&Password>,
    reach: &Reach,
    format: Format,
    describe: &Describe<'_>,
) -> Result<Tally, Error> {
    let Sources { list: sources, folders, live, people } = sources;
    let mut surveyed: Vec<Answer> =
        live::survey(live, people, reach)?.into_par_iter().map(|survey| Answer::of(survey, format, describe)).collect();
    let mut tally = Tally { folders: vec![InFolder::default(); folders.len()], ..Tally::default() };
    // Who looks at a folder to see what is there sees all; judged are certificates of servers, each once.
    let judges = command == "check";
    let passes = |path: &Path, folder: usize, evidence: Option<&Evidence>| match evidence {
        _ if !judges => None,
        Some(evidence) => is_of_authorities_alone(evidence).then_some(Passed::Authorities),
        None => spare(path, &folders[folder]),
    };
    let mut write = |out: &mut dyn Write| -> io::Result<()> {
        if format == Format::Json {
            out.write_all(Envelope::head(command).as_bytes())?;
        }
        if let [alone] = &**sources {
            // One source alone may ask for its password.
            let mut answer = Answer::default();
            answer.fill(alone, format, describe, &passes, |path| read_file(path, known));
            tally.take_all(sources, &mut [answer], &mut surveyed, format, out)?;
        } else {
            // In portions that are few enough to be cheap and many enough to keep all cores at work.
            let portion = sources.len().div_ceil(8 * rayon::current_num_threads()).clamp(1, PORTION);
            let portions: Vec<&[Named]> = sources.chunks(portion).collect();
            let fill = |number: usize, answers: &mut Vec<Answer>| {
                answers.resize_with(portions[number].len(), Answer::default);
                portions[number].iter().zip(answers).for_each(|(named, answer)| {
                    answer.fill(named, format, describe, &passes, |path| read_quietly(path, known));
                });
            };
            in_order(portions.len(), fill, |number, answers| {
                tally.take_all(portions[number], answers, &mut surveyed, format, out)
            })?;
        }
        for (index, path) in folders.iter().enumerate() {
            let InFolder { is_answered, has_authorities: authorities } = tally.folders[index];
            if !is_answered {
                tally.fail(&Error::NothingInFolder { path: path.clone(), authorities }, out)?;
            }
        }
        if format == Format::Json {
            out.write_all(Envelope::tail(&tally.failures).as_bytes())?;
        } else if sources.len() > 1 {
            writeln!(out, "\n{}", tally.summary(command))?;
        }
        Ok(())
    };
    match format {
        Format::Json => terminal::raw(write)?,
        Format::Text => terminal::coloured(&mut write)?,
    }
    Ok(tally)
}

impl Answer {
    /// Looks at one file; live sources were looked at before.
    fn fill(
        &mut self,
        named: &Named,
        format: Format,
        describe: &Describe<'_>,
        passes: &Passes<'_>,
        read: impl Fn(&Path) -> Result<Evidence, Error>,
    ) {
        self.text.clear();
        self.text.extend(separator(format));
        (self.described, self.seen, self.passed_over) = (Described::default(), false, None);
        let Named::File { path, folder } = named else { return };
        let passed = |evidence: Option<&Evidence>| folder.and_then(|folder| passes(path, folder, evidence));
        self.passed_over = passed(None);
        if self.passed_over.is_some() {
            return;
        }
        let evidence = read(path);
        self.passed_over = evidence.as_ref().ok().and_then(|evidence| passed(Some(evidence)));
        if self.passed_over.is_some() {
            return;
        }
        match evidence.and_then(|evidence| describe(&Seen::Evidence(&evidence), &mut self.text)) {
            Ok(described) => (self.described, self.seen) = (described, true),
            Err(error) if folder.is_some() && is_something_else(&error, path) => {
                self.passed_over = Some(Passed::something_else(&error, path));
            }
            Err(error) => self.described.failures.push(error),
        }
    }

    /// The answer about a live source.
    fn of(survey: Result<Survey, Error>, format: Format, describe: &Describe<'_>) -> Self {
        let mut answer = Self { text: separator(format).to_vec(), ..Self::default() };
        match survey.and_then(|survey| describe(&Seen::Survey(&survey), &mut answer.text)) {
            Ok(described) => (answer.seen, answer.described) = (answer.text.len() > separator(format).len(), described),
            Err(error) => answer.described.failures.push(error),
        }
        answer
    }
}

/// What separates two entries of one answer.
pub(crate) fn separator(format: Format) -> &'static [u8] {
    match format {
        Format::Json => b",",
        Format::Text => b"\n",
    }
}

fn read_quietly(path: &Path, known: Option<&Password>) -> Result<Evidence, Error> {
    if path.as_os_str() == "-" { input::read_stdin(known) } else { input::read_file(path, known) }
}

/// Why there is no certificate or request in what holds keys.
pub(crate) fn without_subject(evidence: &Evidence) -> Error {
    let source = evidence.source.to_string();
    match &evidence.damaged {
        Some(cause) => Error::NotACertificate { source, cause: Some(cause.clone()), is_damaged: true },
        None => Error::OnlyKeys { source },
    }
}

/// The one certificate or request of a source, where one is meant.
///
/// # Errors
/// [`Error::ManyCertificates`] with their names, [`Error::OnlyKeys`], [`Error::NotACertificate`].
pub(crate) fn the_one(evidence: &Evidence) -> Result<Subject<'_>, Error> {
    let mut subjects = evidence.subjects();
    let source = evidence.source.to_string();
    match subjects.len() {
        0 => Err(without_subject(evidence)),
        1 => Ok(subjects.remove(0)),
        _ => {
            let names = subjects.iter().map(|subject| subject.item.identity().subject.to_string()).collect();
            Err(Error::ManyCertificates { source, names })
        }
    }
}
