//! Which certificates of a source issued which, whatever order they stand in.

use std::collections::HashMap;

use super::{Certificate, Subject};

/// A certificate beside the leaf, and what it is to the others.
#[derive(Debug)]
pub struct Link<'a> {
    /// The certificate.
    pub certificate: &'a Certificate,
    /// Where it stands, from 1, the leaf counted with the others.
    pub place: usize,
    /// The places of those that name it as their issuer; no signature is checked.
    pub issued: Vec<usize>,
    /// The place of one before it that is the same certificate.
    pub same_as: Option<usize>,
    /// True when no way leads to it from the leaf.
    pub is_stranger: bool,
}

/// No more certificates of one name are looked at for each that names them; bounds what files can ask for.
const MOST_OF_ONE_NAME: usize = 32;

impl<'a> Subject<'a> {
    /// Where the leaf stands, from 1.
    pub fn place(&self) -> usize {
        self.before + 1
    }

    /// The others as they stand, each with those that it issued.
    pub fn links(&self) -> Vec<Link<'a>> {
        let Some(leaf) = self.item.certificate() else { return Vec::new() };
        let (front, back) = self.chain.split_at(self.before.min(self.chain.len()));
        let all: Vec<&Certificate> = front.iter().copied().chain([leaf]).chain(back.iter().copied()).collect();
        let mut first: HashMap<&[u8], usize> = HashMap::from([(&*leaf.der, self.before)]);
        let mut by_subject: HashMap<Box<[u8]>, Vec<usize>> = HashMap::new();
        for (at, cert) in all.iter().enumerate() {
            first.entry(&cert.der).or_insert(at);
            by_subject.entry(cert.identity.subject.folded()).or_default().push(at);
        }
        let original = |at: usize| first.get(&*all[at].der).copied().unwrap_or(at);
        let issuers: Vec<Vec<usize>> = (0..all.len())
            .map(|at| {
                let named = by_subject.get(&all[at].issuer.folded()).into_iter().flatten().copied();
                let named = named.take(MOST_OF_ONE_NAME);
                named.filter(|&above| original(above) != original(at) && all[at].names_as_issuer(all[above])).collect()
            })
            .collect();
        let mut is_reached = vec![false; all.len()];
        let mut open = vec![self.before];
        while let Some(at) = open.pop() {
            if !std::mem::replace(&mut is_reached[at], true) {
                open.extend(&issuers[at]);
            }
        }
        let mut issued = vec![Vec::new(); all.len()];
        for (at, issuers) in issuers.iter().enumerate().filter(|(at, _)| original(*at) == *at) {
            issuers.iter().for_each(|&issuer| issued[issuer].push(at + 1));
        }
        let link = |(at, issued): (usize, Vec<usize>)| Link {
            certificate: all[at],
            place: at + 1,
            issued,
            same_as: Some(original(at)).filter(|&other| other != at).map(|other| other + 1),
            is_stranger: !is_reached[original(at)],
        };
        issued.into_iter().enumerate().filter(|(at, _)| *at != self.before).map(link).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::BasicConstraints;
    use crate::facts::fixture::{evidence, issued};

    fn cert(name: &str, issuer: &str) -> Certificate {
        let mut cert = issued(name, issuer);
        cert.identity.basic_constraints = Some(BasicConstraints { ca: name != "mail", path_length: None });
        cert
    }

    type Row = (usize, Vec<usize>, Option<usize>, bool);

    fn links(certificates: &[(&str, &str)]) -> (usize, Vec<Row>) {
        let evidence = evidence(certificates.iter().map(|(name, issuer)| cert(name, issuer)).collect());
        let subjects = evidence.subjects();
        let links = subjects[0].links().into_iter();
        (subjects[0].place(), links.map(|link| (link.place, link.issued, link.same_as, link.is_stranger)).collect())
    }

    #[test]
    fn says_who_issued_whom_in_any_order() {
        let in_order = links(&[("mail", "CA"), ("CA", "Root"), ("Root", "Root")]);
        assert_eq!(in_order, (1, vec![(2, vec![1], None, false), (3, vec![2], None, false)]));
        let backwards = links(&[("Root", "Root"), ("CA", "Root"), ("mail", "CA")]);
        assert_eq!(backwards, (3, vec![(1, vec![2], None, false), (2, vec![3], None, false)]));
    }

    #[test]
    fn tells_strangers_and_copies_from_issuers() {
        let mixed = links(&[("mail", "CA"), ("Other", "Root 2"), ("Root 2", "Root 2"), ("CA", "Root"), ("CA", "Root")]);
        let (_, rows) = mixed;
        assert_eq!(rows[0], (2, vec![], None, true));
        assert_eq!(rows[1], (3, vec![2], None, true));
        assert_eq!(rows[2], (4, vec![1], None, false));
        assert_eq!(rows[3], (5, vec![1], Some(4), false));
    }

    #[test]
    fn ends_where_issuers_go_in_circles() {
        let circle = links(&[("mail", "b"), ("b", "c"), ("c", "b")]);
        assert_eq!(circle.1, [(2, vec![1, 3], None, false), (3, vec![2], None, false)]);
    }
}
