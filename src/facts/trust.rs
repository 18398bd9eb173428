//! Roots that are trusted, and whether a chain leads to one.

use std::collections::HashMap;

use super::limits::forbids;
use super::{Certificate, KeyUsage, Moment, Purpose, Verification};

/// Trusted root certificates, found by subject.
#[derive(Debug, Default)]
pub struct TrustStore {
    by_subject: HashMap<Box<[u8]>, Vec<Certificate>>,
}

/// No chain of a server is longer; also the bound of the search.
pub(crate) const LONGEST_CHAIN: usize = 12;
/// Signatures checked for one path, however many certificates share a name.
const MOST_CHECKS: usize = 100;

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

    /// The way from `leaf` to a trusted root, using those of `pool` for what is between that may sign it at `now`.
    ///
    /// Where a signature cannot be checked, because algorithm or key are not supported, the issuer counts only when
    /// names and key identifiers, present in both, say that it is the one; the way is then not proved.
    pub fn path<'a>(
        &'a self,
        leaf: &'a Certificate,
        pool: &[&'a Certificate],
        now: Moment,
    ) -> Option<CertificationPath<'a>> {
        let mut path = vec![leaf];
        let mut checks = Checks::default();
        if !self.extend(&mut path, pool, now, &mut checks) {
            return None;
        }
        let proved = |pair: &[&Certificate]| pair[0].verify_with(&pair[1].identity.key) == Verification::Holds;
        Some(CertificationPath { is_proved: path.windows(2).all(proved), certificates: path })
    }

    /// True when one of the roots signed `cert`, or is the same CA.
    pub fn has_issuer_of(&self, cert: &Certificate) -> bool {
        // Nothing is between, whose life would have to be looked at.
        self.path(cert, &[], cert.not_before).is_some()
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

    /// Goes on from the last of `path` to a root, back and another way where one ends (cross-signed CAs).
    fn extend<'a>(
        &'a self,
        path: &mut Vec<&'a Certificate>,
        pool: &[&'a Certificate],
        now: Moment,
        checks: &mut Checks,
    ) -> bool {
        let Some(&last) = path.last() else { return false };
        let anchors = |name: &[u8]| self.by_subject.get(name).map(Vec::as_slice).unwrap_or_default();
        let same_name = anchors(&last.identity.subject.der);
        if path.len() == 1 && last.is_self_issued() {
            // A server's own certificate has to be the very one: another with its key is not trusted.
            return same_name.iter().any(|root| root.der == last.der);
        }
        // The same name and key are the same CA, whoever signed its certificate.
        if same_name.iter().any(|root| root.identity.key == last.identity.key) {
            return true;
        }
        let allows = |root: &Certificate| !forbids(root, &path[0].identity.names.entries);
        let is_above = |root: &&Certificate| checks.is_signed(last, root) && allows(root);
        if let Some(root) = anchors(&last.issuer.der).iter().find(is_above) {
            path.push(root);
            return true;
        }
        if path.len() >= LONGEST_CHAIN || last.is_self_issued() {
            return false;
        }
        for issuer in pool {
            let is_seen = path.iter().any(|seen| seen.der == issuer.der);
            // In this order: how many are looked at closely is bounded by the signatures.
            if is_seen || !checks.is_signed(last, issuer) || obstacle(issuer, path[0], path.len() - 1, now).is_some() {
                continue;
            }
            path.push(issuer);
            if self.extend(path, pool, now, checks) {
                return true;
            }
            path.pop();
        }
        false
    }
}

/// A way from a certificate to a trusted root (RFC 5280 §3.2).
#[derive(Debug)]
pub struct CertificationPath<'a> {
    /// The certificate first, the root last, each signed by the next.
    pub certificates: Vec<&'a Certificate>,
    /// False when a signature on the way is of a kind that cannot be checked here.
    pub is_proved: bool,
}

/// Why a certificate between `leaf` and its root may not sign it at `now` (RFC 5280 §6.1.4), with `below` others between:
/// `is not a CA`.
pub(crate) fn obstacle(issuer: &Certificate, leaf: &Certificate, below: usize, now: Moment) -> Option<&'static str> {
    let identity = &issuer.identity;
    // Not in RFC 5280, but most clients hold CAs to their purposes.
    let serves = |purpose: &Purpose| matches!(purpose, Purpose::ServerAuth | Purpose::Any) || purpose.is_gated();
    let longest = identity.basic_constraints.and_then(|constraints| constraints.path_length);
    if !identity.is_ca() {
        Some("is not a CA")
    } else if identity.key_usage.is_some_and(|usage| !usage.contains(KeyUsage::KEY_CERT_SIGN)) {
        Some("may not sign certificates")
    } else if longest.is_some_and(|longest| below > longest as usize) {
        Some("may not have that many CAs below it")
    } else if identity.purposes.as_ref().is_some_and(|list| !list.iter().any(serves)) {
        Some("may not sign for servers")
    } else if !issuer.unknown_critical.is_empty() {
        Some("has a critical extension that programs do not know")
    } else if issuer.not_before > now {
        Some("is not valid yet")
    } else if issuer.not_after < now {
        Some("has expired")
    } else {
        forbids(issuer, &leaf.identity.names.entries).then_some("may not sign these names")
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
        if !cert.names_as_issuer(issuer) || self.0 == 0 {
            return false;
        }
        self.0 -= 1;
        match cert.verify_with(&issuer.identity.key) {
            Verification::Holds => true,
            Verification::Fails => false,
            // `names_as_issuer` has compared them.
            Verification::Unsupported => cert.authority_key_id.is_some() && issuer.subject_key_id.is_some(),
        }
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};

    use super::*;

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
            obstacle(&cert, &leaf, 0, NOW).unwrap()
        };
        assert_eq!(spoilt(|cert| cert.identity.basic_constraints = None), "is not a CA");
        assert_eq!(spoilt(|cert| cert.identity.key_usage = Some(KeyUsage(1))), "may not sign certificates");
        assert_eq!(spoilt(|cert| cert.not_after = Moment::from_unix(0)), "has expired");
        assert_eq!(spoilt(|cert| cert.not_before = Moment::from_unix(1_900_000_000)), "is not valid yet");
        assert_eq!(obstacle(&good, &leaf, 1, NOW), Some("may not have that many CAs below it"));
    }
}
