//! The search for ways from a certificate to trusted roots.

use super::obstacle::{Met, Obstacle, Place, obstacles};
use super::trust::{CertificationPath, Checks, LONGEST_CHAIN, TrustStore};
use super::{Certificate, Moment};

/// As [`TrustStore::ways`].
pub(super) fn search<'a>(
    trust: &'a TrustStore,
    leaf: &'a Certificate,
    pool: &[&'a Certificate],
    now: Moment,
) -> Vec<CertificationPath<'a>> {
    let mut search = Search { trust, pool, now, checks: Checks::default(), found: Vec::new() };
    search.extend(&mut CertificationPath { certificates: vec![leaf], is_proved: true, obstacles: Vec::new() });
    search.found
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
    /// over: the way that was found last is open.
    fn extend(&mut self, way: &mut CertificationPath<'a>) -> bool {
        let Some(&last) = way.certificates.last() else { return false };
        let below = way.certificates.len() - 1;
        let same_name = self.trust.named(&last.identity.subject);
        let same = |root: &&Certificate| root.identity.key == last.identity.key;
        if below == 0 {
            // A server's own certificate has to be the very one: another with its key is not trusted.
            if self.trust.holds(last) && self.end_in_itself(way.clone()) {
                return true;
            }
            if last.is_self_signed() {
                return false;
            }
        // The same name and key are the same CA, whoever signed its certificate.
        } else if let Some(root) = same_name.iter().filter(same).max_by_key(|root| root.is_self_signed()) {
            let mut whole = way.clone();
            // What this certificate says of the CA is of no matter.
            whole.obstacles.retain(|met| !std::ptr::eq(met.authority, last));
            self.meet(&mut whole, root, below - 1, true);
            let is_open = self.end(whole);
            if is_open || root.is_self_signed() {
                return is_open;
            }
        }
        // Those that are no roots are between, too.
        for root in self.trust.named(&last.issuer).iter().filter(|root| root.is_self_signed()) {
            let Some(is_proved) = self.checks.signed(last, root) else { continue };
            let mut whole = way.clone();
            whole.is_proved &= is_proved;
            self.meet(&mut whole, root, below, true);
            whole.certificates.push(root);
            if self.end(whole) {
                return true;
            }
        }
        way.certificates.len() < LONGEST_CHAIN && !last.is_self_signed() && self.extend_between(way, last)
    }

    fn extend_between(&mut self, way: &mut CertificationPath<'a>, last: &'a Certificate) -> bool {
        let trusted = self.trust.named(&last.issuer).iter().filter(|root| !root.is_self_signed());
        let mut passed: Vec<Obstacle> = Vec::new();
        let place = self.pool.iter().rposition(|sent| sent.der == last.der);
        // What is trusted comes first.
        let sent = self.pool.iter().map(|sent| (*sent, true));
        for (issuer, is_sent) in trusted.map(|held| (held, false)).chain(sent) {
            if way.certificates.iter().any(|seen| seen.der == issuer.der) {
                continue;
            }
            let Some(is_proved) = self.checks.signed(last, issuer) else {
                let is_namesake = is_sent && issuer.identity.subject.is_same(&last.issuer);
                if is_namesake && issuer.identity.is_ca() && issuer.is_valid_at(self.now) {
                    pass(&mut passed, Obstacle::AfterNamesake);
                }
                continue;
            };
            // In this order: how many are looked at closely is bounded by the signatures.
            let (before, few) = (way.is_proved, way.obstacles.len());
            way.is_proved &= is_proved;
            self.meet(way, issuer, way.certificates.len() - 1, false);
            let detour = self.detour_after(&way.obstacles[few..], issuer);
            let is_behind = |place: usize| self.pool[place..].iter().any(|sent| sent.der == issuer.der);
            let backwards = (is_sent && !place.is_none_or(is_behind)).then_some(Obstacle::Backwards);
            let met = |obstacle| Met { authority: issuer, place: Place::Between, obstacle };
            way.obstacles.extend(passed.iter().copied().chain(backwards).map(met));
            pass(&mut passed, detour);
            way.certificates.push(issuer);
            if self.extend(way) {
                return true;
            }
            way.certificates.pop();
            way.obstacles.truncate(few);
            way.is_proved = before;
        }
        false
    }

    /// What stands in the way of those that come after this CA, which has these obstacles.
    fn detour_after(&self, met: &[Met<'_>], authority: &Certificate) -> Obstacle {
        let is_unfit = |met: &Met<'_>| {
            matches!(met.obstacle, Obstacle::NotAuthority | Obstacle::Unstated | Obstacle::Bare | Obstacle::NoCertSign)
        };
        match authority.is_valid_at(self.now) {
            false => Obstacle::AfterLapsed,
            true if met.iter().any(is_unfit) => Obstacle::AfterUnfit,
            true => Obstacle::AfterOther,
        }
    }

    fn meet(&self, way: &mut CertificationPath<'a>, authority: &'a Certificate, below: usize, is_root: bool) {
        let place = if is_root { Place::Root } else { Place::Between };
        let met = |obstacle| Met { authority, place, obstacle };
        let signed = way.certificates[below];
        way.obstacles.extend(signed.issuer.apart(&authority.identity.subject).map(Obstacle::Rewritten).map(met));
        way.obstacles.extend((!signed.identifies_key(authority)).then(|| met(Obstacle::KeyIdentifier)));
        way.obstacles.extend((!signed.identifies_certificate(authority)).then(|| met(Obstacle::IssuerAndSerial)));
        way.obstacles.extend(obstacles(authority, way.certificates[0], below, self.now).map(met));
        way.obstacles.extend((is_root && !authority.is_self_signed()).then(|| met(Obstacle::Unrooted)));
    }

    fn end_in_itself(&mut self, mut way: CertificationPath<'a>) -> bool {
        let own = way.certificates[0];
        let is_alone = !self.pool.iter().any(|other| own.names_as_issuer(other));
        let obstacle = if is_alone { Obstacle::OwnAlone } else { Obstacle::OwnUnrooted };
        let met = Met { authority: own, place: Place::Root, obstacle };
        way.obstacles.extend((!own.is_self_signed()).then_some(met));
        self.end(way)
    }

    fn end(&mut self, way: CertificationPath<'a>) -> bool {
        let is_open = way.is_open();
        self.found.push(way);
        is_open
    }
}

/// Each kind once, however many certificates share a name.
fn pass(passed: &mut Vec<Obstacle>, detour: Obstacle) {
    if !passed.contains(&detour) {
        passed.push(detour);
    }
}
