//! Roots that are trusted, and whether a chain leads to one.

use std::collections::HashMap;

use super::obstacle::{Met, Obstacle, Place, obstacles};
use super::{Certificate, Moment, Verification};

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
            store.by_subject.entry(root.identity.subject.der.clone()).or_default().push(root);
        }
        store
    }

    /// True when nothing is trusted.
    pub fn is_empty(&self) -> bool {
        self.by_subject.is_empty()
    }

    /// The ways from `leaf` to trusted roots, using those of `pool` for what is between, each with what stands in it at
    /// `now`; the last one alone may be without obstacles, for there the search ends.
    ///
    /// Where a signature cannot be checked, because algorithm or key are not supported, the issuer counts only when
    /// names and key identifiers, present in both, say that it is the one; the way is then not proved.
    pub fn ways<'a>(
        &'a self,
        leaf: &'a Certificate,
        pool: &[&'a Certificate],
        now: Moment,
    ) -> Vec<CertificationPath<'a>> {
        let mut search = Search { trust: self, pool, now, checks: Checks::default(), found: Vec::new() };
        search.extend(&mut CertificationPath { certificates: vec![leaf], is_proved: true, obstacles: Vec::new() });
        search.found
    }

    /// A way to a trusted root in which nothing stands.
    pub fn path<'a>(
        &'a self,
        leaf: &'a Certificate,
        pool: &[&'a Certificate],
        now: Moment,
    ) -> Option<CertificationPath<'a>> {
        self.ways(leaf, pool, now).pop().filter(|way| way.obstacles.is_empty())
    }

    /// True when one of the roots signed `cert`, or is the same CA.
    pub fn has_issuer_of(&self, cert: &Certificate) -> bool {
        let same_name = self.named(&cert.identity.subject.der);
        // Nothing is between, whose life would have to be looked at.
        same_name.iter().any(|root| root.identity.key == cert.identity.key)
            || !self.ways(cert, &[], cert.not_before).is_empty()
    }

    /// True when `cert` itself is trusted, whoever signed it.
    pub fn holds(&self, cert: &Certificate) -> bool {
        self.named(&cert.identity.subject.der).iter().any(|root| root.der == cert.der)
    }

    /// True when a root has the name of the issuer of `cert`, whatever its key.
    pub fn knows_issuer_of(&self, cert: &Certificate) -> bool {
        self.by_subject.contains_key(&cert.issuer.der)
    }

    /// The root that `cert` names as its issuer; the signature is not checked.
    pub(crate) fn named_issuer(&self, cert: &Certificate) -> Option<&Certificate> {
        let roots = self.by_subject.get(&cert.issuer.der)?;
        roots.iter().find(|root| cert.names_as_issuer(root))
    }

    fn named(&self, name: &[u8]) -> &[Certificate] {
        self.by_subject.get(name).map(Vec::as_slice).unwrap_or_default()
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

/// The ways that were found, and what is left to try.
struct Search<'a, 'b> {
    trust: &'a TrustStore,
    pool: &'b [&'a Certificate],
    now: Moment,
    checks: Checks,
    found: Vec<CertificationPath<'a>>,
}

impl<'a> Search<'a, '_> {
    /// Goes on from the last of `way` to roots, back and another way where one ends (cross-signed CAs). True when the search is
    /// over: nothing stands in the way that was found last.
    fn extend(&mut self, way: &mut CertificationPath<'a>) -> bool {
        let Some(&last) = way.certificates.last() else { return false };
        let below = way.certificates.len() - 1;
        let same_name = self.trust.named(&last.identity.subject.der);
        let same = |root: &&Certificate| root.identity.key == last.identity.key;
        if below == 0 {
            // A server's own certificate has to be the very one: another with its key is not trusted.
            if self.trust.holds(last) && self.end_in_itself(way.clone()) {
                return true;
            }
            if last.is_self_issued() {
                return false;
            }
        // The same name and key are the same CA, whoever signed its certificate.
        } else if let Some(root) = same_name.iter().filter(same).max_by_key(|root| root.is_self_issued()) {
            let mut whole = way.clone();
            // What this certificate says of the CA is of no matter.
            whole.obstacles.retain(|met| !std::ptr::eq(met.authority, last));
            self.meet(&mut whole, root, below - 1, true);
            let is_open = self.end(whole);
            if is_open || root.is_self_issued() {
                return is_open;
            }
        }
        // Those that are no roots are between, too.
        for root in self.trust.named(&last.issuer.der).iter().filter(|root| root.is_self_issued()) {
            let Some(is_proved) = self.checks.signed(last, root) else { continue };
            let mut whole = way.clone();
            whole.is_proved &= is_proved;
            self.meet(&mut whole, root, below, true);
            whole.certificates.push(root);
            if self.end(whole) {
                return true;
            }
        }
        way.certificates.len() < LONGEST_CHAIN && !last.is_self_issued() && self.extend_between(way, last)
    }

    fn extend_between(&mut self, way: &mut CertificationPath<'a>, last: &'a Certificate) -> bool {
        let trusted = self.trust.named(&last.issuer.der).iter().filter(|root| !root.is_self_issued());
        for issuer in self.pool.iter().copied().chain(trusted) {
            if way.certificates.iter().any(|seen| seen.der == issuer.der) {
                continue;
            }
            let Some(is_proved) = self.checks.signed(last, issuer) else { continue };
            // In this order: how many are looked at closely is bounded by the signatures.
            let (before, met) = (way.is_proved, way.obstacles.len());
            way.is_proved &= is_proved;
            self.meet(way, issuer, way.certificates.len() - 1, false);
            way.certificates.push(issuer);
            if self.extend(way) {
                return true;
            }
            way.certificates.pop();
            way.obstacles.truncate(met);
            way.is_proved = before;
        }
        false
    }

    fn meet(&self, way: &mut CertificationPath<'a>, authority: &'a Certificate, below: usize, is_root: bool) {
        let place = if is_root { Place::Root } else { Place::Between };
        let met = |obstacle| Met { authority, place, obstacle };
        way.obstacles.extend(obstacles(authority, way.certificates[0], below, self.now).map(met));
        way.obstacles.extend((is_root && !authority.is_self_issued()).then(|| met(Obstacle::Unrooted)));
    }

    fn end_in_itself(&mut self, mut way: CertificationPath<'a>) -> bool {
        let own = way.certificates[0];
        let is_alone = !self.pool.iter().any(|other| own.names_as_issuer(other));
        let obstacle = if is_alone { Obstacle::OwnAlone } else { Obstacle::OwnUnrooted };
        let met = Met { authority: own, place: Place::Root, obstacle };
        way.obstacles.extend((!own.is_self_issued()).then_some(met));
        self.end(way)
    }

    fn end(&mut self, way: CertificationPath<'a>) -> bool {
        let is_open = way.obstacles.is_empty();
        self.found.push(way);
        is_open
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
        let mut others = pool.iter().copied().filter(|_| !ends);
        others.find(|one| last.names_as_issuer(one) && !one.is_self_issued())
    };
    // Certificates that name each other as issuer would lead in circles.
    std::iter::successors(above(&cert), above).take(LONGEST_CHAIN)
}

/// The last certificate on the way up, as [`issuers`] goes it, whose issuer is not in `pool`; none where the way comes to an end
/// in a certificate that is its own issuer.
pub(crate) fn loose_end<'a>(cert: &'a Certificate, pool: &'a [&'a Certificate]) -> Option<&'a Certificate> {
    let last = issuers(cert, pool, None).last().unwrap_or(cert);
    let is_held = last.is_self_issued() || pool.iter().any(|one| last.names_as_issuer(one));
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
            if above.len() == before || above[before..].iter().any(|authority| authority.is_self_issued()) {
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
    fn signed(&mut self, cert: &Certificate, issuer: &Certificate) -> Option<bool> {
        if !cert.names_as_issuer(issuer) || self.0 == 0 {
            return None;
        }
        self.0 -= 1;
        match cert.verify_with(&issuer.identity.key) {
            Verification::Holds => Some(true),
            Verification::Fails => None,
            // `names_as_issuer` has compared them.
            Verification::Unsupported => {
                (cert.authority_key_id.is_some() && issuer.subject_key_id.is_some()).then_some(false)
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
