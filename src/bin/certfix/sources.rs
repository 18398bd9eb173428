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
struct Answer {
    text: Vec<u8>,
    worst: Option<Level>,
    failure: Option<Error>,
    passed_over: bool,
}

/// How many sources are worked on before their answers are written.
const BATCH: usize = 512;

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

/// Looks at every source and writes the answers in order. Gives the worst level of each source that could be read, and
/// whether any could not.
pub(crate) fn answer(
    command: &str,
    sources: &[Named],
    known: Option<&Password>,
    format: Format,
    describe: &Describe<'_>,
) -> Result<(Vec<Option<Level>>, bool), Error> {
    let mut levels = Vec::with_capacity(sources.len());
    let mut failures = Vec::new();
    let mut failed = 0;
    let mut passed_over = 0;
    let mut written = false;
    let mut write = |out: &mut dyn Write| -> io::Result<()> {
        if format == Format::Json {
            out.write_all(Envelope::head(command).as_bytes())?;
        }
        for batch in sources.chunks(BATCH) {
            let answers: Vec<Answer> = match batch {
                // One source alone may ask for its password.
                [alone] if sources.len() == 1 => vec![one(alone, known, describe, read)],
                many => many.par_iter().map(|named| one(named, known, describe, read_quietly)).collect(),
            };
            for answer in answers {
                if !answer.text.is_empty() {
                    if written {
                        out.write_all(separator(format))?;
                    }
                    written = true;
                    out.write_all(&answer.text)?;
                }
                if let Some(error) = answer.failure {
                    failed += 1;
                    out.flush()?;
                    terminal::complain(&error);
                    failures.push(failure(&error));
                } else if answer.passed_over {
                    passed_over += 1;
                } else {
                    levels.push(answer.worst);
                }
            }
        }
        if format == Format::Json {
            out.write_all(Envelope::tail(&failures).as_bytes())?;
        } else if sources.len() > 1 {
            let with_findings = levels.iter().filter(|level| level.is_some()).count();
            writeln!(out, "\n{}", summary(levels.len() + failed, with_findings, failed, passed_over))?;
        }
        Ok(())
    };
    match format {
        Format::Json => terminal::raw(write)?,
        Format::Text => terminal::coloured(&mut write)?,
    }
    Ok((levels, failed > 0))
}

/// Looks at one source.
fn one(
    named: &Named,
    known: Option<&Password>,
    describe: &Describe<'_>,
    read: impl Fn(&Path, Option<&Password>) -> Result<Evidence, Error>,
) -> Answer {
    let mut answer = Answer { text: Vec::new(), worst: None, failure: None, passed_over: false };
    let evidence = match read(&named.path, known) {
        Ok(evidence) => evidence,
        Err(Error::NotACertificate { .. } | Error::Empty { .. }) if named.found => {
            answer.passed_over = true;
            return answer;
        }
        Err(error) => {
            answer.failure = Some(error);
            return answer;
        }
    };
    match describe(&evidence, &mut answer.text) {
        Ok(worst) => answer.worst = worst,
        Err(Error::OnlyKeys { .. }) if named.found => answer.passed_over = true,
        Err(error) => answer.failure = Some(error),
    }
    answer
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

fn failure(error: &Error) -> Failure {
    Failure { error: error.to_string(), hint: error.hint() }
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
