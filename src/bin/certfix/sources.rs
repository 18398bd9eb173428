//! From the sources that were named to answers, many at once, in the order named.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use certfix::Error;
use certfix::facts::{Evidence, Subject};
use certfix::input::{self, Password};
use certfix::report::json::{Envelope, Failure};
use certfix::report::text::summary;
use certfix::rules::Level;
use rayon::prelude::*;

use crate::args::Format;
use crate::{password, terminal};

/// One thing to look at.
pub(crate) struct Named {
    path: PathBuf,
    /// True when it was found in a folder rather than named: what is no certificate there is passed over.
    found: bool,
}

/// What came of one source.
#[derive(Default)]
struct Answer {
    text: Vec<u8>,
    worst: Option<Level>,
    failure: Option<Error>,
    passed_over: bool,
}

/// How many sources are worked on before their answers are written; their texts together fit a processor's cache.
const BATCH: usize = 128;

/// Files as they were named, folders as the files in them.
pub(crate) fn expand(sources: &[PathBuf]) -> Result<Vec<Named>, Error> {
    let mut list = Vec::new();
    for path in sources {
        if path.as_os_str() != "-" && path.is_dir() {
            let files = input::files_in(path)?;
            list.extend(files.into_iter().map(|path| Named { path, found: true }));
        } else {
            list.push(Named { path: path.clone(), found: false });
        }
    }
    Ok(list)
}

/// Reads one source; `-` is standard input. Asks for a missing password when somebody is there to answer.
pub(crate) fn read(path: &Path, known: Option<&Password>) -> Result<Evidence, Error> {
    if path.as_os_str() == "-" {
        return input::read_stdin(known);
    }
    match input::read_file(path, known) {
        Err(Error::NeedsPassword { source }) if terminal::can_ask() => {
            let Some(typed) = password::ask(&source) else { return Err(Error::NeedsPassword { source }) };
            input::read_file(path, Some(&typed))
        }
        answer => answer,
    }
}

/// How a command turns what a source held into text of the format asked for. Gives the worst level found.
pub(crate) type Describe<'a> = dyn Fn(&Evidence, &mut Vec<u8>) -> Result<Option<Level>, Error> + Sync + 'a;

/// What came of all sources.
#[derive(Default)]
pub(crate) struct Tally {
    /// The worst level of each source that could be read.
    pub(crate) levels: Vec<Option<Level>>,
    failures: Vec<Failure>,
    passed_over: usize,
    written: bool,
}

impl Tally {
    /// True when a source could not be read.
    pub(crate) fn has_failed(&self) -> bool {
        !self.failures.is_empty()
    }

    /// Writes one answer and counts it.
    fn take(&mut self, answer: &mut Answer, format: Format, out: &mut dyn Write) -> io::Result<()> {
        if !answer.text.is_empty() {
            if self.written {
                out.write_all(separator(format))?;
            }
            self.written = true;
            out.write_all(&answer.text)?;
        }
        if let Some(error) = answer.failure.take() {
            out.flush()?;
            terminal::complain(&error);
            self.failures.push(Failure { error: error.to_string(), hint: error.hint() });
        } else if answer.passed_over {
            self.passed_over += 1;
        } else {
            self.levels.push(answer.worst);
        }
        Ok(())
    }

    fn summary(&self) -> String {
        let with_findings = self.levels.iter().filter(|level| level.is_some()).count();
        summary(self.levels.len() + self.failures.len(), with_findings, self.failures.len(), self.passed_over)
    }
}

/// Looks at every source and writes the answers in the order named.
pub(crate) fn answer(
    command: &str,
    sources: &[Named],
    known: Option<&Password>,
    format: Format,
    describe: &Describe<'_>,
) -> Result<Tally, Error> {
    let mut tally = Tally::default();
    // Kept from batch to batch, because their memory is.
    let mut answers: Vec<Answer> = std::iter::repeat_with(Answer::default).take(sources.len().min(BATCH)).collect();
    let mut write = |out: &mut dyn Write| -> io::Result<()> {
        if format == Format::Json {
            out.write_all(Envelope::head(command).as_bytes())?;
        }
        for batch in sources.chunks(BATCH) {
            let answers = &mut answers[..batch.len()];
            match batch {
                // One source alone may ask for its password.
                [alone] if sources.len() == 1 => answers[0].fill(alone, describe, |path| read(path, known)),
                many => many.par_iter().zip(answers.par_iter_mut()).for_each(|(named, answer)| {
                    answer.fill(named, describe, |path| read_quietly(path, known));
                }),
            }
            for answer in answers {
                tally.take(answer, format, out)?;
            }
        }
        if format == Format::Json {
            out.write_all(Envelope::tail(&tally.failures).as_bytes())?;
        } else if sources.len() > 1 {
            writeln!(out, "\n{}", tally.summary())?;
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
    /// Looks at one source.
    fn fill(&mut self, named: &Named, describe: &Describe<'_>, read: impl Fn(&Path) -> Result<Evidence, Error>) {
        self.text.clear();
        (self.worst, self.failure, self.passed_over) = (None, None, false);
        match read(&named.path).and_then(|evidence| describe(&evidence, &mut self.text)) {
            Ok(worst) => self.worst = worst,
            Err(Error::NotACertificate { .. } | Error::Empty { .. } | Error::OnlyKeys { .. }) if named.found => {
                self.passed_over = true;
            }
            Err(error) => self.failure = Some(error),
        }
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

/// The one certificate or request of a source, where one is meant.
///
/// # Errors
/// [`Error::ManyCertificates`] with their names, [`Error::OnlyKeys`].
pub(crate) fn the_one(evidence: &Evidence) -> Result<Subject<'_>, Error> {
    let mut subjects = evidence.subjects();
    let source = evidence.source.to_string();
    match subjects.len() {
        0 => Err(Error::OnlyKeys { source }),
        1 => Ok(subjects.remove(0)),
        _ => {
            let names = subjects.iter().map(|subject| subject.item.identity().subject.to_string()).collect();
            Err(Error::ManyCertificates { source, names })
        }
    }
}
