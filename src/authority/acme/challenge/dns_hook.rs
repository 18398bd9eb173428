//! DNS-01 (RFC 8555 §8.4) by a program that adds and removes TXT records.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use super::{Means, Proof, Prover, Trace, pause};
use crate::error::Ordering;
use crate::issue::base64url;
use crate::told::{Tell, Told};
use crate::{Error, command};

const ADD: &str = "add";
pub(super) const REMOVE: &str = "remove";
/// How long the hook may take. The interfaces of some providers are slow.
const LONGEST: Duration = Duration::from_secs(120);
/// Between two looks at DNS.
const STEP: Duration = Duration::from_secs(2);
/// The first looks come faster.
const FIRST_STEP: Duration = Duration::from_millis(200);

pub(super) struct Hook<'a> {
    program: &'a Path,
    means: &'a Means<'a>,
    /// Record and value. A wildcard and its base name share a record.
    shown: Vec<(String, String)>,
}

impl<'a> Hook<'a> {
    pub(super) fn new(program: &'a Path, means: &'a Means<'a>) -> Self {
        Self { program, means, shown: Vec::new() }
    }
}

impl Prover for Hook<'_> {
    fn trace(&self, proof: &Proof) -> Option<Trace> {
        let (name, value) = record(proof);
        Some(Trace::Record { hook: self.program.to_owned(), name, value })
    }

    fn show(&mut self, proof: &Proof) -> Result<(), Error> {
        let (name, value) = record(proof);
        run(self.program, ADD, &name, &value)?;
        self.shown.push((name, value));
        Ok(())
    }

    fn settle(&mut self, tell: Tell<'_>) -> Result<(), Error> {
        let deadline = Instant::now() + self.means.patience;
        let resolver = (self.means.resolver)()?;
        let mut step = FIRST_STEP;
        for (record, value) in &self.shown {
            tell(Told::Step(&format!("waiting until DNS shows {record}")));
            loop {
                let seen = match resolver.texts(record) {
                    Ok(texts) if texts.iter().any(|text| text == value.as_bytes()) => break,
                    Ok(texts) if texts.is_empty() => "there is none".to_owned(),
                    Ok(texts) => format!("there are {} others", texts.len()),
                    Err(cause) => cause,
                };
                if !pause(step, deadline) {
                    let (record, value) = (record.clone(), value.clone());
                    let seconds = self.means.patience.as_secs();
                    return Err(Ordering::NotInDns { record, value, seconds, seen }.into());
                }
                step = (step * 2).min(STEP);
            }
        }
        Ok(())
    }
}

fn record(proof: &Proof) -> (String, String) {
    (format!("_acme-challenge.{}", proof.name), base64url(&proof.digest))
}

/// Runs the hook, without a shell.
pub(super) fn run(program: &Path, action: &'static str, record: &str, value: &str) -> Result<(), Error> {
    let mut hook = Command::new(program);
    hook.args([action, record, value]);
    let failed = |cause| Ordering::Hook { hook: program.to_owned(), action, record: record.to_owned(), cause };
    command::run(hook, LONGEST).map_err(failed)?;
    Ok(())
}
