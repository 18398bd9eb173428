//! What a check may know beside the facts: the moment, the target, whose certificate it is.

use time::macros::date;

use super::Level;
use crate::facts::{Certificate, Item, Moment, Target, TrustStore, issuers};

/// What a check may know beside the facts.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The moment that is "now".
    pub now: Moment,
    /// Whose certificate it is.
    pub authority: Authority,
    /// The name people type, when it is known.
    pub target: Option<&'a Target>,
    /// Roots to trust, when they are known.
    pub trust: Option<&'a TrustStore>,
}

impl Context<'_> {
    /// When the CA signed the item; a request is signed now.
    pub(super) fn issued(&self, item: Item<'_>) -> Moment {
        item.not_before().unwrap_or(self.now)
    }

    /// True while public CAs might have signed it with internal names and reserved addresses: before November 2015, to
    /// be revoked by October 2016 (BR, table of effective dates).
    pub(super) fn precedes_the_ban_of_internal_names(&self, item: Item<'_>) -> bool {
        const SIGNED_UNTIL: Moment = Moment::from_date(date!(2015 - 11 - 01));
        const REVOKED_BY: Moment = Moment::from_date(date!(2016 - 10 - 01));
        self.issued(item) < SIGNED_UNTIL && self.now < REVOKED_BY
    }

    /// True where the profile of a server's certificate in the Baseline Requirements binds: a public CA signs it, on
    /// 15 September 2023 or later (BR 2.0.0, ballot SC-62). CAs themselves have other profiles.
    pub(super) fn is_under_profile(&self, item: Item<'_>) -> bool {
        const PROFILES_FROM: Moment = Moment::from_date(date!(2023 - 09 - 15));
        self.authority == Authority::Public && !item.identity().is_ca() && self.issued(item) >= PROFILES_FROM
    }
}

/// What kind of CA stands behind a certificate, or will.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authority {
    /// One that the Baseline Requirements bind.
    Public,
    /// One of its own, or the key itself.
    Private,
    /// It cannot be told.
    Unknown,
}

impl Authority {
    /// Tells from the certificate: CA/B Forum policies (BR 7.1.6.1) or embedded timestamps mean a public CA,
    /// issuer = subject means its own key, or that of a CA of its name.
    pub fn of(item: Item<'_>) -> Self {
        let Some(cert) = item.certificate() else { return Self::Unknown };
        if cert.is_self_issued() {
            return Self::Private;
        }
        let reserved = |policy: &str| policy.starts_with("2.23.140.1.2.") || policy == "2.23.140.1.1";
        if cert.has_timestamps || cert.policies.iter().any(|policy| reserved(policy)) {
            return Self::Public;
        }
        Self::Unknown
    }

    /// The same of a certificate with those that may stand above it, where the CAs of `own` are known to be somebody's own.
    pub fn among(own: &TrustStore, item: Item<'_>, chain: &[&Certificate]) -> Self {
        let is_own = |cert: &Certificate| own.has_issuer_of(cert);
        match (Self::of(item), item.certificate()) {
            (Self::Unknown, Some(cert)) if is_own(cert) || issuers(cert, chain, None).any(is_own) => Self::Private,
            (authority, _) => authority,
        }
    }

    /// How bad it is when only public CAs forbid something: nothing on a private one.
    pub(super) const fn forbids(self) -> Option<Level> {
        match self {
            Self::Public => Some(Level::Refused),
            Self::Unknown => Some(Level::Warning),
            Self::Private => None,
        }
    }

    /// How bad it is when everybody advises against something that public CAs forbid.
    pub(super) const fn forbids_or_warns(self) -> Level {
        match self {
            Self::Public => Level::Refused,
            Self::Unknown | Self::Private => Level::Warning,
        }
    }
}

#[cfg(test)]
impl Context<'_> {
    /// 2026-09-01, a CA that cannot be told, no target, no roots.
    pub(super) fn plain() -> Self {
        Self { now: crate::facts::fixture::day("2026-09-01"), authority: Authority::Unknown, target: None, trust: None }
    }

    /// The same with a public CA.
    pub(super) fn public() -> Self {
        Self { authority: Authority::Public, ..Self::plain() }
    }

    /// The same with a private CA.
    pub(super) fn private() -> Self {
        Self { authority: Authority::Private, ..Self::plain() }
    }

    /// The same on another day.
    pub(super) fn on(day: &str) -> Self {
        Self { now: crate::facts::fixture::day(day), ..Self::plain() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::BasicConstraints;
    use crate::facts::fixture::{day, issued, leaf, subject};

    #[test]
    fn holds_servers_of_public_authorities_to_their_profile_from_its_day_on() {
        let mut cert = leaf(["mail.contoso.com"]);
        let bound = |cert: &_, ctx: &Context<'_>| ctx.is_under_profile(Item::Certificate(cert));
        assert!(bound(&cert, &Context::public()));
        assert!(!bound(&cert, &Context::plain()) && !bound(&cert, &Context::private()));
        cert.not_before = day("2023-09-15");
        assert!(bound(&cert, &Context::public()));
        cert.not_before = day("2023-09-14");
        assert!(!bound(&cert, &Context::public()));
        cert.not_before = day("2023-09-15");
        cert.identity.basic_constraints = Some(BasicConstraints { ca: true, path_length: None });
        assert!(!bound(&cert, &Context::public()));
    }

    #[test]
    fn tells_public_from_private_authorities() {
        let mut cert = leaf(["mail.contoso.com"]);
        assert_eq!(Authority::of(Item::Certificate(&cert)), Authority::Unknown);
        cert.policies = vec!["2.23.140.1.2.1".into()];
        assert_eq!(Authority::of(Item::Certificate(&cert)), Authority::Public);
        cert.issuer = subject(&["mail.contoso.com"]);
        assert_eq!(Authority::of(Item::Certificate(&cert)), Authority::Private);
    }

    #[test]
    fn knows_what_a_ca_of_ones_own_signed() {
        let signed = |name: &str, by: &str| {
            let mut cert = issued(name, by);
            cert.identity.key.spki = name.as_bytes().into();
            (cert.subject_key_id, cert.authority_key_id) = (Some(name.as_bytes().into()), Some(by.as_bytes().into()));
            cert
        };
        let (mut mail, between) = (signed("mail", "Between"), signed("Between", "Root"));
        let own = TrustStore::new([signed("Root", "Root")]);
        let told = |mail: &Certificate, chain: &[&Certificate]| Authority::among(&own, Item::Certificate(mail), chain);
        assert_eq!(told(&mail, &[&between]), Authority::Private);
        assert_eq!(told(&mail, &[]), Authority::Unknown);
        assert_eq!(told(&mail, &[&signed("Between", "Other")]), Authority::Unknown);
        assert_eq!(told(&signed("mail", "Root"), &[]), Authority::Private);
        mail.has_timestamps = true;
        assert_eq!(told(&mail, &[&between]), Authority::Public);
    }
}
