//! A CA's answer: its chain put in order, and what the CA made of the request.

use std::collections::HashSet;
use std::fmt;

use crate::Error;
use crate::facts::extension::{UNIVERSAL, extension_name};
use crate::facts::{
    Certificate, Checks, DistinguishedName, GeneralName, Identity, KeyUsage, LONGEST_CHAIN, Moment, Name, ObjectId,
    Purpose, Request, TrustStore, extension,
};

/// The certificates above a leaf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain<'a> {
    /// Each signed by the next; roots are left out, because clients have their own.
    pub certificates: Vec<&'a Certificate>,
    /// Whose certificate comes next and is not here; none when the next is a root, or the leaf is one.
    pub missing: Option<&'a DistinguishedName>,
}

/// The best chain above `leaf` out of `pool`, as long as it gets without roots. Signatures are checked.
///
/// Of several CAs' certificates that fit, such as cross-signed and renewed ones, those are taken that are valid at `now`, then
/// those that lead to a root, then those that last longest, as far as the leaf itself lasts; then the first of the pool.
pub fn chain<'a>(
    leaf: &'a Certificate,
    pool: &[&'a Certificate],
    roots: Option<&TrustStore>,
    now: Moment,
) -> Chain<'a> {
    // Each once: signatures that were checked count.
    let mut known = HashSet::from([&*leaf.der]);
    let pool = pool.iter().copied().filter(|cert| known.insert(&cert.der)).collect();
    Climb { pool, roots, now, checks: Checks::default() }.above(&mut vec![leaf])
}

/// Fails when the issuer that came along did not sign it, though both name one key: an octet in one of them was changed.
///
/// # Errors
/// [`Error::Conflict`]
pub fn ensure_whole<'a>(leaf: &Certificate, came: impl Iterator<Item = &'a Certificate>) -> Result<(), Error> {
    let came: Vec<&Certificate> = came.collect();
    match leaf.not_signed_by(&came).filter(|issuer| leaf.points_to_key(issuer)) {
        Some(_) => Err(Error::Conflict {
            cause: format!(
                "the signature of {} does not fit the key of {}, which came along",
                leaf.identity.subject, leaf.issuer
            ),
            hint: "get the answer from the CA once more: something in it was changed on its way",
        }),
        None => Ok(()),
    }
}

/// The way up from a leaf.
struct Climb<'a, 'b> {
    pool: Vec<&'a Certificate>,
    roots: Option<&'b TrustStore>,
    now: Moment,
    checks: Checks,
}

impl<'a> Climb<'a, '_> {
    /// The best chain above the last of `way`.
    fn above(&mut self, way: &mut Vec<&'a Certificate>) -> Chain<'a> {
        let end = Chain { certificates: Vec::new(), missing: None };
        let Some(&last) = way.last().filter(|last| !last.is_self_signed() && way.len() <= LONGEST_CHAIN) else {
            return end;
        };
        let checks = &mut self.checks;
        let signers = self.pool.iter().copied().filter(|issuer| checks.is_signed(last, issuer));
        let (own_roots, others): (Vec<_>, Vec<_>) = signers.partition(|issuer| issuer.is_self_signed());
        let mut best: Option<(_, Chain<'a>)> = None;
        for issuer in others {
            if way.iter().any(|seen| seen.der == issuer.der) {
                continue;
            }
            way.push(issuer);
            let mut found = self.above(way);
            way.pop();
            found.certificates.insert(0, issuer);
            let merit = self.merit(&found, way[0]);
            if best.as_ref().is_none_or(|(other, _)| merit > *other) {
                best = Some((merit, found));
            }
        }
        let is_rooted = || !own_roots.is_empty() || self.roots.is_some_and(|roots| roots.has_issuer_of(last));
        match best {
            // Beside a root, one that is not valid serves nobody.
            Some((merit, found)) if merit.0 || !is_rooted() => found,
            Some(_) => end,
            None => Chain { missing: (!is_rooted()).then_some(&last.issuer), ..end },
        }
    }

    /// Whether all of a chain is valid, whether it leads to a root, and how long `leaf` is served by it.
    fn merit(&self, chain: &Chain<'_>, leaf: &Certificate) -> (bool, bool, Moment) {
        let lasts = chain.certificates.iter().map(|cert| cert.not_after).fold(leaf.not_after, Moment::min);
        (chain.certificates.iter().all(|cert| cert.is_valid_at(self.now)), chain.missing.is_none(), lasts)
    }
}

/// How new a certificate is: of several for one key the newest is meant.
pub fn newness(cert: &Certificate) -> (Moment, Moment) {
    (cert.not_before, cert.not_after)
}

/// Something that the CA did not sign as it was asked to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A name that was not asked for.
    NameAdded(GeneralName),
    /// A name that was asked for is not there.
    NameDropped(GeneralName),
    /// The names stand in another order.
    Reordered,
    /// The subject is another one.
    Subject {
        /// What the request said.
        asked: DistinguishedName,
        /// What the certificate says.
        got: DistinguishedName,
    },
    /// The subject has the same attributes in another order, as the Baseline Requirements have one (BR 7.1.4.2).
    SubjectReordered,
    /// A use of the key that was not asked for.
    UsageAdded(String),
    /// A use of the key that was asked for is not allowed.
    UsageDropped(String),
    /// This extension, which was asked for, is not there, so that nothing limits the key.
    Unlimited(&'static str),
    /// Another extension that was asked for is not there.
    ExtensionDropped(ObjectId),
}

impl Change {
    /// `name-added`, `name-dropped`, `reordered`, `subject`, `subject-reordered`, `usage-added`, `usage-dropped`,
    /// `usage-unlimited`, `extension-dropped`.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::NameAdded(_) => "name-added",
            Self::NameDropped(_) => "name-dropped",
            Self::Reordered => "reordered",
            Self::Subject { .. } => "subject",
            Self::SubjectReordered => "subject-reordered",
            Self::UsageAdded(_) => "usage-added",
            Self::UsageDropped(_) => "usage-dropped",
            Self::Unlimited(_) => "usage-unlimited",
            Self::ExtensionDropped(_) => "extension-dropped",
        }
    }

    /// True for what is worth knowing and changes nothing.
    pub const fn is_note(&self) -> bool {
        matches!(self, Self::SubjectReordered)
    }
}

impl fmt::Display for Change {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NameAdded(name) => write!(out, "the name {name} was added"),
            Self::NameDropped(name) => write!(out, "the name {name} was dropped"),
            Self::Reordered => out.write_str("the names are in another order than asked for"),
            Self::Subject { asked, got } => write!(out, "the subject is {got}, asked for was {asked}"),
            Self::SubjectReordered => out.write_str("the subject has the same attributes in another order"),
            Self::UsageAdded(usage) => write!(out, "the key may be used for {usage}, which was not asked for"),
            Self::Unlimited(extension) => {
                write!(out, "{extension} was left out: the key is not limited to what was asked for")
            }
            Self::ExtensionDropped(oid) => write!(out, "the extension {} was dropped", extension_name(oid)),
            Self::UsageDropped(usage) => write!(out, "the key may not be used for {usage}, which was asked for"),
        }
    }
}

/// What differs between a request and the certificate that came of it.
pub fn changes(asked: &Request, got: &Certificate) -> Vec<Change> {
    let mut found = changed_identity(&asked.identity, &got.identity);
    for (position, oid) in asked.extensions.iter().enumerate() {
        let is_there = got.extensions.contains(oid) || asked.extensions[..position].contains(oid);
        if !is_there && !OF_THE_CA.contains(&&**oid) && !UNIVERSAL.contains(&&**oid) {
            found.push(Change::ExtensionDropped(oid.clone()));
        }
    }
    found
}

/// What a CA sets itself, whatever is asked for.
const OF_THE_CA: [&str; 2] = [extension::SUBJECT_KEY, extension::AUTHORITY_KEY];

fn changed_identity(asked: &Identity, got: &Identity) -> Vec<Change> {
    let words = |identity: &Identity| identity.names.entries.iter().map(comparable).collect::<Vec<String>>();
    let (wanted, signed) = (words(asked), words(got));
    let set = |words: &[String]| words.iter().cloned().collect::<HashSet<String>>();
    let (in_wanted, in_signed) = (set(&wanted), set(&signed));
    let others = |identity: &Identity, words: &[String], known: &HashSet<String>| -> Vec<GeneralName> {
        let names = identity.names.entries.iter().zip(words);
        names.filter(|(_, word)| !known.contains(*word)).map(|(name, _)| name.clone()).collect()
    };
    let mut found: Vec<Change> = Vec::new();
    found.extend(others(asked, &wanted, &in_signed).into_iter().map(Change::NameDropped));
    found.extend(others(got, &signed, &in_wanted).into_iter().map(Change::NameAdded));
    let in_both = |word: &&String| in_wanted.contains(*word) && in_signed.contains(*word);
    if !wanted.iter().filter(in_both).eq(signed.iter().filter(in_both)) {
        found.push(Change::Reordered);
    }
    // How the text is encoded is the CA's business.
    if asked.subject.to_string() != got.subject.to_string() {
        found.push(match attributes(&asked.subject) == attributes(&got.subject) {
            true => Change::SubjectReordered,
            false => Change::Subject { asked: asked.subject.clone(), got: got.subject.clone() },
        });
    }
    // Who did not ask leaves it to the CA.
    match (asked.key_usage, got.key_usage) {
        (Some(wanted), Some(signed)) => usages(&key_usages(wanted), &key_usages(signed), &mut found),
        (Some(_), None) => found.push(Change::Unlimited("keyUsage")),
        (None, _) => {}
    }
    match (&asked.purposes, &got.purposes) {
        (Some(wanted), Some(signed)) => usages(&purposes(wanted), &purposes(signed), &mut found),
        (Some(_), None) => found.push(Change::Unlimited("extKeyUsage")),
        (None, _) => {}
    }
    found
}

/// True when the request put `target` first, for clients that read no other name, and the certificate does not.
pub fn undoes_the_order(asked: &Identity, got: &Identity, target: &Name) -> bool {
    let first = |identity: &Identity| {
        let text = identity.names.first_dns().and_then(|(_, text)| text.as_str()).map(str::to_ascii_lowercase);
        text.is_some_and(|text| text == target.as_str())
    };
    first(asked) && !first(got)
}

fn usages(asked: &[String], got: &[String], found: &mut Vec<Change>) {
    found.extend(asked.iter().filter(|usage| !got.contains(usage)).cloned().map(Change::UsageDropped));
    found.extend(got.iter().filter(|usage| !asked.contains(usage)).cloned().map(Change::UsageAdded));
}

fn key_usages(usage: KeyUsage) -> Vec<String> {
    usage.names().map(str::to_owned).collect()
}

fn purposes(list: &[Purpose]) -> Vec<String> {
    list.iter().map(ToString::to_string).collect()
}

/// Every attribute as it is shown, in an order of their own.
fn attributes(subject: &DistinguishedName) -> Vec<String> {
    let mut shown: Vec<String> = subject.attributes().map(ToString::to_string).collect();
    shown.sort_unstable();
    shown
}

/// Kind and value; the case of DNS names does not matter.
fn comparable(name: &GeneralName) -> String {
    let value = name.to_string();
    let value = if name.dns().is_some() { value.to_ascii_lowercase() } else { value };
    format!("{} {value}", name.kind())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::{day, issued, leaf, request, subject};

    fn cert(name: &str, issuer: &str) -> Certificate {
        let mut cert = issued(name, issuer);
        // No such signature can be checked: the identifiers decide.
        (cert.authority_key_id, cert.subject_key_id) = (Some((*b"id").into()), Some((*b"id").into()));
        cert
    }

    fn shown(leaf: &Certificate, pool: &[&Certificate]) -> (Vec<String>, Option<String>) {
        let chain = chain(leaf, pool, None, day("2026-09-01"));
        let names = chain.certificates.iter().map(|cert| cert.identity.subject.to_string()).collect();
        (names, chain.missing.map(ToString::to_string))
    }

    #[test]
    fn puts_a_shuffled_chain_in_order_and_leaves_the_root_out() {
        let (mail, low, high, root) =
            (cert("mail", "Low"), cert("Low", "High"), cert("High", "Root"), cert("Root", "Root"));
        let whole = (vec!["CN=Low".to_owned(), "CN=High".to_owned()], None);
        assert_eq!(shown(&mail, &[&root, &high, &mail, &low]), whole);
        assert_eq!(shown(&mail, &[&high, &low]), (whole.0, Some("CN=Root".to_owned())));
        assert_eq!(shown(&mail, &[&high]), (Vec::new(), Some("CN=Low".to_owned())));
        assert_eq!(shown(&root, &[&high]), (Vec::new(), None));
    }

    #[test]
    fn ends_where_issuers_go_in_circles() {
        let (mail, one, other) = (cert("mail", "One"), cert("One", "Other"), cert("Other", "One"));
        assert_eq!(shown(&mail, &[&one, &other]).0.len(), 2);
    }

    #[test]
    fn of_several_issuers_takes_the_valid_one_that_lasts() {
        let mail = Certificate { not_after: day("2027-05-01"), ..cert("mail", "Low") };
        let low = |by: &str, ends: &str| Certificate { not_after: day(ends), ..cert("Low", by) };
        let (ended, short, long) = (low("A", "2026-08-01"), low("B", "2026-09-20"), low("C", "2031-01-01"));
        let early = Certificate { not_before: day("2026-10-01"), ..low("D", "2041-01-01") };
        let longest = low("E", "2041-01-01");
        let taken = |pool: &[&Certificate]| {
            let chain = chain(&mail, pool, None, day("2026-09-01"));
            chain.certificates.first().map(|cert| cert.issuer.to_string())
        };
        let by = |name: &str| Some(format!("CN={name}"));
        assert_eq!(taken(&[&ended, &early, &short, &long]), by("C"));
        assert_eq!(taken(&[&early, &short, &ended]), by("B"));
        // None of both ends before the leaf: the first is what the answer brought.
        assert_eq!(taken(&[&long, &longest]), by("C"));
        assert_eq!(taken(&[&longest, &long]), by("E"));
        assert_eq!(taken(&[&ended, &low("F", "2026-07-01")]), by("A"));
        let root = cert("C", "C");
        assert_eq!(taken(&[&longest, &long, &root]), by("C"));
        assert_eq!(taken(&[&ended, &cert("Low", "Low")]), None);
    }

    #[test]
    fn looks_further_up_where_both_are_valid() {
        let mail = Certificate { not_after: day("2027-05-01"), ..cert("mail", "Low") };
        let until = |ends: &str, cert: Certificate| Certificate { not_after: day(ends), ..cert };
        let (one, other) = (until("2041-01-01", cert("Low", "One")), until("2031-01-01", cert("Low", "Other")));
        let (ended, good) = (until("2026-08-01", cert("One", "Root")), until("2031-01-01", cert("Other", "Root")));
        assert_eq!(shown(&mail, &[&one, &other, &ended, &good]).0, ["CN=Low", "CN=Other"]);
    }

    #[test]
    fn counts_copies_of_one_certificate_once() {
        let (mail, low, high) = (cert("mail", "Low"), cert("Low", "High"), cert("High", "Root"));
        let pool: Vec<&Certificate> = std::iter::repeat_n(&low, 200).chain([&high]).collect();
        assert_eq!(shown(&mail, &pool).0, ["CN=Low", "CN=High"]);
    }

    #[test]
    fn names_every_change() {
        let asked = leaf(["remote.contoso.com", "autodiscover.contoso.com", "old.contoso.com"]).identity;
        let mut got = leaf(["autodiscover.contoso.com", "Remote.contoso.com", "www.contoso.com"]).identity;
        got.subject = subject(&["other"]);
        got.purposes = Some(vec![Purpose::ServerAuth, Purpose::ClientAuth]);
        let asked = Identity { purposes: Some(vec![Purpose::ServerAuth]), ..asked };
        let kinds: Vec<&str> = changed_identity(&asked, &got).iter().map(Change::kind).collect();
        assert_eq!(kinds, ["name-dropped", "name-added", "reordered", "subject", "usage-added"]);
        assert!(undoes_the_order(&asked, &got, &Name::parse("remote.contoso.com").unwrap()));
        assert_eq!(changed_identity(&asked, &asked), []);
    }

    #[test]
    fn names_the_extensions_that_were_left_out_and_those_of_no_ca() {
        let with = |extensions: &[&str]| Certificate {
            extensions: extensions.iter().map(|oid| (*oid).into()).collect(),
            ..leaf(["remote.contoso.com"])
        };
        let feature = extension::TLS_FEATURE;
        let asked = request(Certificate::clone(&with(&[])));
        let asked = |oids: &[&str]| Request { extensions: with(oids).extensions, ..asked.clone() };
        let wanted = asked(&["2.5.29.17", "2.5.29.19", extension::SUBJECT_KEY, feature, "1.2.3.4", feature]);
        let told: Vec<String> = changes(&wanted, &with(&["2.5.29.17"])).iter().map(ToString::to_string).collect();
        assert_eq!(told, ["the extension tlsfeature was dropped", "the extension 1.2.3.4 was dropped"]);
        assert_eq!(changes(&wanted, &with(&["1.2.3.4", feature])), []);
    }

    #[test]
    fn another_order_of_the_same_attributes_is_a_note() {
        let named = |subject: &str| {
            let subject = DistinguishedName::parse(subject).unwrap();
            Identity { subject, ..leaf(["remote.contoso.com"]).identity }
        };
        let asked = named("O=Contoso,L=Redmond,C=US");
        assert_eq!(changed_identity(&asked, &named("C=US,L=Redmond,O=Contoso")), [Change::SubjectReordered]);
        assert!(Change::SubjectReordered.is_note());
        for other in ["C=US,L=Redmond", "C=US,L=Redmond,O=Contoso Ltd", "C=US,L=Redmond,O=Contoso,O=Contoso"] {
            let kinds: Vec<&str> = changed_identity(&asked, &named(other)).iter().map(Change::kind).collect();
            assert_eq!(kinds, ["subject"], "{other}");
        }
    }
}
