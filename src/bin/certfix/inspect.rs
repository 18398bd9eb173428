//! `certfix inspect`: what is in it.

use std::process::ExitCode;

use certfix::Error;
use certfix::facts::{Evidence, Moment, Survey};
use certfix::judge::lost;
use certfix::report::json;
use certfix::report::text::{self, Page};

use crate::args::{Format, Inspect};
use crate::sources::{Described, Ring, Seen};
use crate::{live, password, sources, terminal};

pub(crate) fn run(args: &Inspect) -> Result<ExitCode, Error> {
    let known = password::given(&args.password)?;
    let sources = sources::expand(&args.sources)?;
    let ring = Ring::of(&sources, known.as_ref());
    let now = args.clock.now();
    let width = terminal::width();
    let format = args.output.format;
    let tally = sources::answer("inspect", &sources, known.as_ref(), &args.reach, format, &|seen, out| match seen {
        Seen::Evidence(evidence) => {
            held(evidence, &ring, now, format, width, out)?;
            Ok(Described::default())
        }
        Seen::Survey(survey) => {
            presented(survey, now, format, width, out)?;
            Ok(Described { worst: None, failures: live::failures(survey, &lost(survey, |_| false)) })
        }
    })?;
    Ok(ExitCode::from(if tally.has_failed() { 2 } else { 0 }))
}

/// Everything that a file holds.
fn held(
    evidence: &Evidence,
    ring: &Ring,
    now: Moment,
    format: Format,
    width: usize,
    out: &mut Vec<u8>,
) -> Result<(), Error> {
    let mut subjects = evidence.subjects();
    ring.lend(&mut subjects);
    for (index, subject) in subjects.iter().enumerate() {
        if index > 0 {
            out.extend(sources::separator(format));
        }
        match format {
            Format::Text => text::inspect(subject, now, &mut Page::new(out, width)).map_err(terminal::unwritten)?,
            Format::Json => json::entry(&json::inspect(subject, now), out),
        }
    }
    if subjects.is_empty() {
        match format {
            Format::Text => text::keys(evidence, &mut Page::new(out, width)).map_err(terminal::unwritten)?,
            Format::Json => json::entry(&json::keys(evidence), out),
        }
    }
    Ok(())
}

/// The services, then each certificate that they present.
fn presented(survey: &Survey, now: Moment, format: Format, width: usize, out: &mut Vec<u8>) -> Result<(), Error> {
    if survey.chains.is_empty() {
        return Ok(());
    }
    match format {
        Format::Text => text::table(survey, &mut Page::new(out, width)).map_err(terminal::unwritten)?,
        Format::Json => json::entry(&json::survey(survey), out),
    }
    for (chain, evidence) in survey.chains.iter().enumerate() {
        let Some(subject) = evidence.subjects().into_iter().next() else { continue };
        out.extend(sources::separator(format));
        match format {
            Format::Text => text::inspect_presented(survey, chain, &subject, now, &mut Page::new(out, width))
                .map_err(terminal::unwritten)?,
            Format::Json => json::entry(&json::inspect(&subject, now).of_chain(chain), out),
        }
    }
    Ok(())
}
