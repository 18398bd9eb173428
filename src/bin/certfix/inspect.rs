//! `certfix inspect`: what is in it.

use std::process::ExitCode;

use certfix::Error;
use certfix::report::json;
use certfix::report::text::{self, Page};

use crate::args::{Format, Inspect};
use crate::{password, sources, terminal};

pub(crate) fn run(args: &Inspect) -> Result<ExitCode, Error> {
    let known = password::given(&args.password)?;
    let sources = sources::expand(&args.sources)?;
    let now = args.clock.now();
    let width = terminal::width();
    let format = args.output.format;
    let tally = sources::answer("inspect", &sources, known.as_ref(), format, &|evidence, out| {
        let subjects = evidence.subjects();
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
        Ok(None)
    })?;
    Ok(ExitCode::from(if tally.has_failed() { 2 } else { 0 }))
}
