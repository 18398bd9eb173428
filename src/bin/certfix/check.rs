//! `certfix check`: what is wrong with it, and what each client will do.

use std::process::ExitCode;

use certfix::clients;
use certfix::facts::TrustStore;
use certfix::judge::{infer_target, judge};
use certfix::report::json;
use certfix::report::text::{self, Page};
use certfix::rules::{Authority, Context};
use certfix::{Error, input};

use crate::args::{Check, Format};
use crate::{password, sources, terminal};

pub(crate) fn run(args: &Check) -> Result<ExitCode, Error> {
    let clients = clients::select(&args.client)?;
    let typed = args.target.typed()?;
    let known = password::given(&args.password)?;
    let trust = match &args.ca_file {
        Some(path) => Some(TrustStore::new(input::read_file(path, None)?.certificates)),
        None => None,
    };
    let sources = sources::expand(&args.sources)?;
    let now = args.clock.now();
    let width = terminal::width();
    let format = args.output.format;
    let tally = sources::answer("check", &sources, known.as_ref(), format, &|evidence, out| {
        let subjects = evidence.subjects();
        if subjects.is_empty() {
            return Err(Error::OnlyKeys { source: evidence.source.to_string() });
        }
        let mut worst = None;
        for (index, subject) in subjects.iter().enumerate() {
            let inferred = if typed.is_none() { infer_target(subject).certain() } else { None };
            let context = Context {
                now,
                authority: args.ca.given().unwrap_or_else(|| Authority::of(subject.item)),
                target: typed.as_ref().or(inferred.as_ref()),
                trust: trust.as_ref(),
            };
            let report = judge(subject, &clients, &context);
            if index > 0 {
                out.extend(sources::separator(format));
            }
            match format {
                Format::Text => text::check(&report, &mut Page::new(out, width)).map_err(terminal::unwritten)?,
                Format::Json => json::entry(&json::check(&report, now), out),
            }
            worst = worst.max(report.worst());
        }
        Ok(worst)
    })?;
    let found = tally.levels.iter().any(|worst| args.fail_on.fails(*worst));
    Ok(ExitCode::from(if tally.has_failed() { 2 } else { u8::from(found) }))
}
