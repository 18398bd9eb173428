//! Every rule for every client: evidence becomes a report.

use crate::clients::{Client, Comparison, Fault, Mark, Reaction, compare};
use crate::facts::{Item, Subject, Target};
use crate::rules::{self, Check, Context, Hit, Level, Named, Rule};

/// What was found about one certificate or request.
#[derive(Debug)]
pub struct Report<'a> {
    /// What was judged.
    pub subject: &'a Subject<'a>,
    /// The name people type, when it is known.
    pub target: Option<&'a Target>,
    /// Faults, worst first, then in the order of [`rules::ALL`].
    pub findings: Vec<Finding>,
    /// One per client, in the order asked for. Empty when there is no target.
    pub verdicts: Vec<Verdict<'a>>,
    /// Rules that lacked evidence, and which.
    pub not_checked: Vec<(&'static Rule, Missing)>,
}

/// One fault.
#[derive(Debug)]
pub struct Finding {
    /// The rule that found it.
    pub rule: &'static Rule,
    /// How bad, what exactly, and the remedy; the worst where clients differ.
    pub hit: Hit,
    /// The clients that complain of it.
    pub clients: Vec<&'static Client>,
}

/// What one client does.
#[derive(Debug)]
pub struct Verdict<'a> {
    /// The client.
    pub client: &'static Client,
    /// What it compared, and whether that fits.
    pub comparison: Comparison<'a>,
    /// What it does.
    pub outcome: Outcome,
    /// The words that its user sees, values filled in, and how sure we are of them.
    pub message: Option<(String, Mark)>,
}

/// What a client does with a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Goes on without a word.
    Accepts,
    /// Asks its user, who may go on.
    Warns,
    /// Ends the connection.
    Refuses,
}

/// Evidence that a rule lacked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// No target was given and none could be inferred.
    Target,
    /// It is a request, not a certificate.
    Certificate,
    /// Only the certificate itself was there.
    Chain,
    /// No roots to trust were given.
    Trust,
    /// No private key came with it.
    Key,
}

impl Report<'_> {
    /// The worst level found.
    pub fn worst(&self) -> Option<Level> {
        self.findings.iter().map(|finding| finding.hit.level).max()
    }
}
