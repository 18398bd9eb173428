//! The rules about live services.

use std::collections::HashSet;

use crate::facts::{Cause, Endpoint, Ports, Step, Survey, Trouble};
use crate::rules::{self, Check, Context, Hit, Level, Rule};

/// What was found about the services of one source, beside what they present.
#[derive(Debug)]
pub struct Services<'a> {
    /// What was seen.
    pub survey: &'a Survey,
    /// Faults, worst first, then in the order of [`rules::ALL`].
    pub findings: Vec<Placed>,
    /// Endpoints that could not be looked at, and why. Where the ports were not named, not those where nothing listens.
    pub lost: Vec<(&'a Endpoint, &'a Trouble)>,
}

/// One fault of services.
#[derive(Debug)]
pub struct Placed {
    /// The rule that found it.
    pub rule: &'static Rule,
    /// How bad, what exactly, and the remedy.
    pub hit: Hit,
    /// Positions in the survey's endpoints, ascending.
    pub endpoints: Vec<usize>,
}

impl Services<'_> {
    /// The worst level found.
    pub fn worst(&self) -> Option<Level> {
        self.findings.iter().map(|finding| finding.hit.level).max()
    }
}

/// Asks every rule about services.
pub fn judge_services<'a>(survey: &'a Survey, ctx: &Context<'_>) -> Services<'a> {
    let mut findings = Vec::new();
    let mut explained = HashSet::new();
    for &rule in rules::ALL {
        let placed = match rule.check {
            Check::Survey(check) => check(survey, ctx),
            Check::Defeat(check) => {
                let placed = rules::each(survey, |endpoint| check(endpoint.defeat()?, endpoint, survey));
                explained.extend(placed.iter().flat_map(|placed| placed.endpoints.iter().copied()));
                placed
            }
            _ => continue,
        };
        findings.extend(placed.into_iter().map(|rules::Placed { hit, endpoints }| Placed { rule, hit, endpoints }));
    }
    // Stable: equal levels stay in the order of the list.
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.hit.level));
    let lost = lost(survey, |index| explained.contains(&index));
    Services { survey, findings, lost }
}

/// The endpoints that could not be looked at, and why, but for those that are `explained` otherwise and for usual ports
/// that this server does not have.
pub fn lost(survey: &Survey, explained: impl Fn(usize) -> bool) -> Vec<(&Endpoint, &Trouble)> {
    let rest = survey.endpoints.iter().enumerate().filter(|(index, _)| !explained(*index));
    let lost = rest.filter_map(|(_, endpoint)| Some((endpoint, endpoint.defeat()?)));
    lost.filter(|(_, trouble)| !is_only_closed(survey, trouble)).collect()
}

/// A usual port that this server does not have. When it has none of them, all are missed.
fn is_only_closed(survey: &Survey, trouble: &Trouble) -> bool {
    let reached = |endpoint: &Endpoint| endpoint.defeat().is_none_or(|trouble| trouble.step != Step::Connect);
    survey.ports == Ports::Usual
        && trouble.step == Step::Connect
        && trouble.cause != Cause::Stopped
        && survey.endpoints.iter().any(reached)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::{answers, day, fails, survey};
    use crate::rules::Authority;

    fn context() -> Context<'static> {
        Context { now: day("2026-09-01"), authority: Authority::Unknown, target: None, trust: None }
    }

    #[test]
    fn puts_the_worst_first() {
        let mut injected = answers("smtp", 1);
        injected.injected = Some("250 OK".into());
        let survey = survey([answers("imaps", 0), injected, fails("pop3s", Step::Handshake, Cause::Closed)]);
        let services = judge_services(&survey, &context());
        let levels: Vec<Level> = services.findings.iter().map(|finding| finding.hit.level).collect();
        assert_eq!(levels, [Level::Refused, Level::Warning, Level::Note]);
        assert!(services.lost.is_empty());
    }

    #[test]
    fn loses_what_no_rule_explains() {
        let survey = survey([answers("imaps", 0), fails("pop3s", Step::Handshake, Cause::TimedOut)]);
        let services = judge_services(&survey, &context());
        assert_eq!(services.lost.len(), 1);
        assert_eq!(services.lost[0].1.cause, Cause::TimedOut);
    }

    #[test]
    fn misses_usual_ports_only_when_all_are_closed() {
        let closed = || fails("pop3s", Step::Connect, Cause::Refused);
        let mut survey = survey([answers("imaps", 0), closed()]);
        assert_eq!(judge_services(&survey, &context()).lost.len(), 1);
        survey.ports = Ports::Usual;
        assert_eq!(judge_services(&survey, &context()).lost.len(), 0);
        survey.endpoints.remove(0);
        assert_eq!(judge_services(&survey, &context()).lost.len(), 1);
    }
}
