//! Roots that are trusted, and whether a chain leads to one.

use std::collections::HashMap;

use super::obstacle::{Met, Obstacle, Place, obstacles};
use super::search::search;
use super::{Certificate, DistinguishedName, Moment, Verification};

/// Trusted root certificates, found by subject.
#[derive(Debug, Default)]
pub struct TrustStore {
    by_subject: HashMap<Box<[u8]>, Vec<Certificate>>,
}

/// No chain of a server is longer; also the bound of the search.
pub(crate) const LONGEST_CHAIN: usize = 12;
/// Signatures checked for one path, however many certificates share a name.
const MOST_CHECKS: usize = 100;
/// No more certificates are looked at on one level of a chain; bounds what files can ask for.
const MOST_OF_ONE_NAME: usize = 32;

impl TrustStore {
    /// A store of these roots.
    pub fn new(roots: impl IntoIterator<Item = Certificate>) -> Self {
        let mut store = Self::default();
        for root in roots {
            store.by_subject.entry(root.identity.subject.folded()).or_default().push(root);
        }
        store
    }

    /// True when nothing is trusted.
    pub fn is_empty(&self) -> bool {
        self.by_subject.is_empty()
    }

    /// The ways from `leaf` to trusted roots, using those of `pool` for what is between, each with what stands in it at
    /// `now`; the last one alone may be open, for there the search ends.
    ///
    /// Where a signature cannot be checked, because algorithm or key are not supported, the issuer counts only when
    /// names and key identifiers, present in both, say that it is the one; the way is then not proved.
    pub fn ways<'a>(
        &'a self,
        leaf: &'a Certificate,
        pool: &[&'a Certificate],
        now: Moment,
    ) -> Vec<CertificationPath<'a>> {
        search(self, leaf, pool, now)
    }

    /// A way to a trusted root in which nothing stands but that others come first.
    pub fn path<'a>(
        &'a self,
        leaf: &'a Certificate,
        pool: &[&'a Certificate],
        now: Moment,
    ) -> Option<CertificationPath<'a>> {
        self.ways(leaf, pool, now).pop().filter(CertificationPath::is_open)
    }

    /// True when one of the roots signed `cert`, or is the same CA.
    pub fn has_issuer_of(&self, cert: &Certificate) -> bool {
        let same_name = self.named(&cert.identity.subject);
        // Nothing is between, whose life would have to be looked at.
        same_name.iter().any(|root| root.identity.key == cert.identity.key)
            || !self.ways(cert, &[], cert.not_before).is_empty()
    }

    /// True when `cert` itself is trusted, whoever signed it.
    pub fn holds(&self, cert: &Certificate) -> bool {
        self.named(&cert.identity.subject).iter().any(|root| root.der == cert.der)
    }

    /// True when a root has the name of the issuer of `cert`, whatever its key.
    pub fn knows_issuer_of(&self, cert: &Certificate) -> bool {
        !self.named(&cert.issuer).is_empty()
    }

    /// The root that `cert` names as its issuer; the signature is not checked.
    pub(crate) fn named_issuer(&self, cert: &Certificate) -> Option<&Certificate> {
        self.named(&cert.issuer).iter().find(|root| cert.names_as_issuer(root))
    }

    pub(super) fn named(&self, name: &DistinguishedName) -> &[Certificate] {
        self.by_subject.get(&name.folded()).map(Vec::as_slice).unwrap_or_default()
    }
}

/// A way from a certificate to a trusted root (RFC 5280 §3.2).
#[derive(Clone, Debug)]
pub struct CertificationPath<'a> {
    /// The certificate first, the root last, each signed by the next.
    pub certificates: Vec<&'a Certificate>,
    /// False when a signature on the way is of a kind that cannot be checked here.
    pub is_proved: bool,
    /// What stands in the way for some clients or for all, from the certificate up.
    pub obstacles: Vec<Met<'a>>,
}

impl CertificationPath<'_> {
    /// True when nothing stands in it but that others come first, and what not all programs know.
    pub fn is_open(&self) -> bool {
        self.obstacles.iter().all(|met| met.obstacle.is_passable())
    }
}

/// The CAs between a certificate and its root by their names, as far as `pool` has them; no signature is checked. What
/// stands above one that a root of `trust` has signed is of no matter.
pub(crate) fn issuers<'a>(
    cert: &'a Certificate,
    pool: &'a [&'a Certificate],
    trust: Option<&'a TrustStore>,
) -> impl Iterator<Item = &'a Certificate> {
    let above = move |last: &&'a Certificate| {
        let ends = trust.is_some_and(|trust| trust.named_issuer(last).is_some());
        if ends { None } else { issuer_in(pool, last).filter(|one| !one.is_self_signed()) }
    };
    // Certificates that name each other as issuer would lead in circles.
    std::iter::successors(above(&cert), above).take(LONGEST_CHAIN)
}

/// The certificate of `pool` that `cert` names as its issuer; where none has the right key identifier, one that signed it.
fn issuer_in<'a>(pool: &[&'a Certificate], cert: &Certificate) -> Option<&'a Certificate> {
    let named = || pool.iter().copied().filter(|one| cert.issuer.is_same(&one.identity.subject));
    let signed = |one: &&Certificate| cert.verify_with(&one.identity.key) == Verification::Holds;
    named().find(|one| cert.identifies_key(one)).or_else(|| named().take(MOST_OF_ONE_NAME).find(signed))
}

/// The last certificate on the way up, as [`issuers`] goes it, whose issuer is not in `pool`; none where the way comes to an end
/// in a certificate that is its own issuer.
pub(crate) fn loose_end<'a>(cert: &'a Certificate, pool: &'a [&'a Certificate]) -> Option<&'a Certificate> {
    let last = issuers(cert, pool, None).last().unwrap_or(cert);
    let is_held = last.is_self_signed() || issuer_in(pool, last).is_some();
    (!is_held).then_some(last)
}

/// What stands in the way between a certificate and its root, as [`issuers`] goes it.
pub(crate) fn standing<'a>(
    cert: &'a Certificate,
    pool: &'a [&'a Certificate],
    now: Moment,
) -> impl Iterator<Item = Met<'a>> {
    issuers(cert, pool, None).enumerate().flat_map(move |(below, authority)| {
        obstacles(authority, cert, below, now).map(move |obstacle| Met { authority, place: Place::Between, obstacle })
    })
}

/// The CA where every way up from `cert` by names breaks off, because no certificate of it in `pool` is valid at `now`. None
/// where one goes on, or ends at a root or where `pool` has no more: above, nobody knows.
pub(crate) fn lapsed<'a>(cert: &'a Certificate, pool: &[&'a Certificate], now: Moment) -> Option<Met<'a>> {
    if pool.iter().all(|authority| authority.is_valid_at(now)) {
        return None;
    }
    let mut level = vec![cert];
    for _ in 0..LONGEST_CHAIN {
        let mut above: Vec<&Certificate> = Vec::new();
        for last in level {
            let before = above.len();
            above.extend(
                pool.iter().copied().filter(|authority| last.names_as_issuer(authority)).take(MOST_OF_ONE_NAME),
            );
            if above.len() == before || above[before..].iter().any(|authority| authority.is_self_signed()) {
                return None;
            }
        }
        let (valid, lapsed): (Vec<_>, Vec<_>) = above.into_iter().partition(|authority| authority.is_valid_at(now));
        if valid.is_empty() {
            let authority = lapsed.into_iter().max_by_key(|authority| authority.not_after)?;
            let obstacle = if authority.not_before > now { Obstacle::NotYetValid } else { Obstacle::Expired };
            return Some(Met { authority, place: Place::Between, obstacle });
        }
        level = valid;
        level.truncate(MOST_OF_ONE_NAME);
    }
    None
}

/// The signatures that may still be checked for one chain.
#[derive(Debug)]
pub(crate) struct Checks(usize);

impl Default for Checks {
    fn default() -> Self {
        Self(MOST_CHECKS)
    }
}

impl Checks {
    /// Whether `issuer` signed `cert`, as far as the signatures left to check allow.
    pub(crate) fn is_signed(&mut self, cert: &Certificate, issuer: &Certificate) -> bool {
        self.signed(cert, issuer).is_some()
    }

    /// Whether it is proved that `issuer` signed `cert`; none when it did not.
    pub(super) fn signed(&mut self, cert: &Certificate, issuer: &Certificate) -> Option<bool> {
        if !cert.issuer.is_same(&issuer.identity.subject) || self.0 == 0 {
            return None;
        }
        self.0 -= 1;
        match cert.verify_with(&issuer.identity.key) {
            Verification::Holds => Some(true),
            Verification::Fails => None,
            Verification::Unsupported => {
                let is_told = cert.authority_key_id.is_some() && issuer.subject_key_id.is_some();
                (is_told && cert.identifies_key(issuer)).then_some(false)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};

    use super::*;
    use crate::facts::KeyUsage;

    type Ca = CertifiedIssuer<'static, KeyPair>;

    fn parameters(name: &str, is_ca: IsCa) -> CertificateParams {
        let mut parameters = CertificateParams::new(Vec::new()).unwrap();
        parameters.distinguished_name.push(DnType::CommonName, name);
        parameters.is_ca = is_ca;
        parameters
    }

    fn ca(name: &str) -> CertificateParams {
        parameters(name, IsCa::Ca(BasicConstraints::Unconstrained))
    }

    fn root(name: &str) -> Ca {
        Ca::self_signed(ca(name), KeyPair::generate().unwrap()).unwrap()
    }

    fn read(cert: &rcgen::Certificate) -> Certificate {
        Certificate::from_der(cert.der()).unwrap()
    }

    /// While what rcgen makes is valid.
    const NOW: Moment = Moment::from_unix(1_800_000_000);

    fn below(name: &str, key: &KeyPair, issuer: &Ca) -> Certificate {
        read(&ca(name).signed_by(key, issuer).unwrap())
    }

    fn mail(issuer: &Ca) -> Certificate {
        let key = KeyPair::generate().unwrap();
        read(&parameters("mail", IsCa::ExplicitNoCa).signed_by(&key, issuer).unwrap())
    }

    #[test]
    fn finds_the_right_root_and_no_wrong_one_of_the_same_name() {
        let (right, wrong) = (root("Root"), root("Root"));
        let leaf = mail(&right);
        assert_eq!(TrustStore::new([read(right.as_ref())]).path(&leaf, &[], NOW).unwrap().certificates.len(), 2);
        assert!(TrustStore::new([read(wrong.as_ref())]).path(&leaf, &[], NOW).is_none());
    }

    #[test]
    fn tries_every_way_through_cross_signed_certificates() {
        let (trusted, stranger) = (root("Trusted"), root("Stranger"));
        let between = Ca::signed_by(ca("Between"), KeyPair::generate().unwrap(), &stranger).unwrap();
        let dead_end = read(between.as_ref());
        let way_out = below("Between", between.key(), &trusted);
        let leaf = mail(&between);
        let store = TrustStore::new([read(trusted.as_ref())]);
        assert!(store.path(&leaf, &[&dead_end], NOW).is_none());
        assert_eq!(store.path(&leaf, &[&dead_end, &way_out], NOW).unwrap().certificates.len(), 3);
        let met = |pool: [&Certificate; 2]| {
            let ways = store.ways(&leaf, &pool, NOW);
            let met = ways.iter().flat_map(|way| &way.obstacles).map(|met| met.obstacle);
            met.filter(|obstacle| !matches!(obstacle, Obstacle::Lacks(_))).collect::<Vec<_>>()
        };
        assert_eq!(met([&dead_end, &way_out]), [Obstacle::AfterOther]);
        assert_eq!(met([&way_out, &dead_end]), []);
        let spoilt = |spoil: fn(&mut Certificate)| {
            let mut cert = dead_end.clone();
            spoil(&mut cert);
            met([&cert, &way_out])
        };
        assert_eq!(spoilt(|cert| cert.not_after = Moment::from_unix(0)), [Obstacle::AfterLapsed]);
        assert_eq!(spoilt(|cert| cert.identity.key_usage = Some(KeyUsage(1))), [Obstacle::AfterUnfit]);
        assert_eq!(met([&read(root("Between").as_ref()), &way_out]), [Obstacle::AfterNamesake]);
    }

    #[test]
    fn ends_where_certificates_sign_each_other() {
        let (one, other) = (root("One"), root("Other"));
        let crossed = [below("One", one.key(), &other), below("Other", other.key(), &one)];
        let pool: Vec<&Certificate> = crossed.iter().collect();
        let store = TrustStore::new([read(root("Trusted").as_ref())]);
        assert!(store.path(&mail(&one), &pool, NOW).is_none());
    }

    #[test]
    fn trusts_what_it_cannot_check_by_key_identifiers_only() {
        let trusted = read(root("Trusted").as_ref());
        let mut leaf = trusted.clone();
        leaf.identity.key = super::super::fixture::leaf([]).identity.key;
        leaf.identity.subject = super::super::fixture::subject(&["mail"]);
        leaf.signature.digest = super::super::Digest::Md5;
        leaf.authority_key_id = None;
        let store = TrustStore::new([trusted.clone()]);
        assert!(store.path(&leaf, &[], NOW).is_none());
        leaf.authority_key_id = trusted.subject_key_id.clone();
        assert!(store.path(&leaf, &[], NOW).is_some_and(|path| !path.is_proved));
    }

    #[test]
    fn goes_by_no_certificate_that_may_not_sign() {
        let trusted = root("Trusted");
        let mut parameters = ca("Between");
        parameters.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        let between = Ca::signed_by(parameters, KeyPair::generate().unwrap(), &trusted).unwrap();
        let (leaf, good) = (mail(&between), read(between.as_ref()));
        let store = TrustStore::new([read(trusted.as_ref())]);
        assert!(store.path(&leaf, &[&good], NOW).unwrap().is_proved);
        let spoilt = |spoil: fn(&mut Certificate)| {
            let mut cert = good.clone();
            spoil(&mut cert);
            assert!(store.path(&leaf, &[&cert], NOW).is_none());
            obstacles(&cert, &leaf, 0, NOW).next().unwrap()
        };
        assert_eq!(spoilt(|cert| cert.identity.basic_constraints = None), Obstacle::Bare);
        assert_eq!(spoilt(|cert| cert.identity.key_usage = Some(KeyUsage(1))), Obstacle::NoCertSign);
        assert_eq!(spoilt(|cert| cert.not_after = Moment::from_unix(0)), Obstacle::Expired);
        assert_eq!(spoilt(|cert| cert.not_before = Moment::from_unix(1_900_000_000)), Obstacle::NotYetValid);
        assert_eq!(obstacles(&good, &leaf, 1, NOW).next(), Some(Obstacle::TooDeep));
    }
}
