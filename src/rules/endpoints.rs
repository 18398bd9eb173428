//! What rules about live services share.

use super::{Hit, Placed};
use crate::facts::{Certificate, Endpoint, Survey};

/// Asks about each endpoint alone; what is found alike on several is one hit.
pub fn each(survey: &Survey, check: impl Fn(&Endpoint) -> Option<Hit>) -> Vec<Placed> {
    let mut placed: Vec<Placed> = Vec::new();
    for (index, endpoint) in survey.endpoints.iter().enumerate() {
        let Some(hit) = check(endpoint) else { continue };
        match placed.iter_mut().find(|known| known.hit == hit) {
            Some(known) => known.endpoints.push(index),
            None => placed.push(Placed { hit, endpoints: vec![index] }),
        }
    }
    placed
}

impl Survey {
    /// The leaf of a chain, when it can be read.
    pub(super) fn leaf(&self, chain: usize) -> Option<&Certificate> {
        self.chains.get(chain)?.certificates.first()
    }

    /// Positions of the endpoints that showed a certificate.
    pub(super) fn answering(&self) -> impl Iterator<Item = usize> {
        (0..self.endpoints.len()).filter(|index| self.endpoints[*index].defeat().is_none())
    }

    /// Two chains have the same leaf.
    pub(super) fn same_leaf(&self, one: usize, other: usize) -> bool {
        one == other || matches!((self.leaf(one), self.leaf(other)), (Some(one), Some(other)) if one.der == other.der)
    }

    /// A certificate in few words: its names, or its subject where it has none.
    pub(super) fn named(&self, chain: usize) -> String {
        match self.leaf(chain) {
            None => "a certificate that cannot be read".to_owned(),
            Some(leaf) if leaf.identity.names.entries.is_empty() => leaf.identity.subject.to_string(),
            Some(leaf) => crate::error::listed(&leaf.identity.names.entries),
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::rules::{Check, Context, Rule};

    /// What a rule finds in a survey.
    pub(crate) fn found(rule: &Rule, survey: &Survey) -> Vec<Placed> {
        match rule.check {
            Check::Survey(check) => check(survey, &Context::plain()),
            Check::Defeat(check) => each(survey, |endpoint| check(endpoint.defeat()?, endpoint, survey)),
            _ => panic!("{} is not about services", rule.code),
        }
    }

    /// The only thing that a rule finds.
    pub(crate) fn only(rule: &Rule, survey: &Survey) -> Placed {
        let mut found = found(rule, survey);
        assert_eq!(found.len(), 1, "{found:?}");
        found.remove(0)
    }

    /// That a rule finds nothing.
    pub(crate) fn nothing(rule: &Rule, survey: &Survey) {
        assert_eq!(found(rule, survey), []);
    }
}
