//! What one client does, and how that follows from what it complains of.

use std::iter;

use super::Finding;
use crate::clients::{Aspect, Client, Comparison, Demands, Fault, Group, KeyFamily, Mark, Meeting, Message, Reaction};
use crate::facts::{
    Certificate, CertificationPath, KeyKind, Moment, Obstacle, Omission, Order, Subject, Target, TrustStore, issuers,
    standing,
};
use crate::rules::{Context, Level};

/// What one client does.
#[derive(Debug)]
pub struct Verdict<'a> {
    /// The client.
    pub client: &'static Client,
    /// What it compared, and whether that fits.
    pub comparison: Comparison<'a>,
    /// What it does.
    pub outcome: Outcome,
    /// What it complains of first, when it does not accept.
    pub fault: Option<Fault>,
    /// How sure we are of that.
    pub certainty: Mark,
    /// The words that its user sees.
    pub message: Option<Message<'a>>,
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

impl Outcome {
    /// `accepts`, `warns`, `refuses`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Accepts => "accepts",
            Self::Warns => "warns",
            Self::Refuses => "refuses",
        }
    }
}

/// Where nobody knows what a client demands, it is not certain that it takes what is wrong beside the name; nor is it whether
/// its version already knows ML-DSA.
pub(super) fn certainty(
    client: &Client,
    comparison: &Comparison<'_>,
    target: &Target,
    fault: Option<Fault>,
    meeting: Meeting,
    key: &KeyKind,
    is_doubtful: bool,
) -> Mark {
    let certainty = match (fault, meeting) {
        (Some(Fault::Version), Meeting::Never(mark)) => return mark,
        (_, Meeting::Sometimes) => client.certainty(comparison, target, fault).max(Mark::Inferred),
        _ => client.certainty(comparison, target, fault),
    };
    let looks = client.reaction != Reaction::GoesOn && client.group != Group::Standard;
    match fault {
        None if is_doubtful && looks => certainty.max(Mark::Inferred),
        None | Some(Fault::UnusableKey) if looks && KeyFamily::of(key) == Some(KeyFamily::MlDsa) => {
            certainty.max(Mark::Inferred)
        }
        _ => certainty,
    }
}

/// Why nobody trusts it, as far as some clients have words of their own for that. `is_rooted`: there is a way to a trusted
/// root, and something stands in it.
pub(super) fn distrust(subject: &Subject<'_>, is_rooted: bool, ctx: &Context<'_>) -> Fault {
    let Some(cert) = subject.item.certificate() else { return Fault::Untrusted };
    let top = issuers(cert, &subject.chain, None).last().unwrap_or(cert);
    let is_known = ctx.trust.is_some_and(|trust| trust.knows_issuer_of(cert));
    if cert.is_self_signed() {
        // Where another of its name is trusted, each says something else.
        if is_known { Fault::SpoiltChain } else { Fault::SelfSigned }
    } else if is_rooted || standing(cert, &subject.chain, ctx.now).any(|met| Demands::NONE.minds(&met)) {
        Fault::SpoiltChain
    } else if subject.chain.iter().any(|one| one.is_self_signed() && top.names_as_issuer(one)) {
        Fault::UnknownRoot
    } else {
        Fault::Untrusted
    }
}

/// The ways to trusted roots. In which order certificates are sent, a file without one does not tell.
pub(super) fn ways<'a>(
    trust: &'a TrustStore,
    cert: &'a Certificate,
    subject: &Subject<'a>,
    now: Moment,
) -> Vec<CertificationPath<'a>> {
    let mut ways = trust.ways(cert, &subject.chain, now);
    if subject.evidence.order == Order::None {
        ways.iter_mut().for_each(|way| way.obstacles.retain(|met| met.obstacle != Obstacle::Backwards));
    }
    ways
}

/// Which kind of distrust it is where a root could be reached: the client wants a root, tries no other way, or is strict.
pub(super) fn missed(client: &Client, ways: &[CertificationPath<'_>]) -> Option<Fault> {
    let obstacle = client.demands.hindrance_on_all(ways)?.obstacle;
    let own = ways.first()?.certificates[0];
    let names_nobody = Omission::AuthorityKey.is_of(own) && client.demands.wanted.contains(&Omission::AuthorityKey);
    match obstacle {
        _ if obstacle.is_unrooted() => Some(Fault::Unrooted),
        _ if obstacle.is_detour() => Some(Fault::Detour),
        // The issuer is not found.
        _ if obstacle.is_rewritten() => Some(Fault::Untrusted),
        _ if obstacle.is_misnomer() => Some(Fault::Misnomer),
        // From the server's own up.
        Obstacle::Lacks(_) if names_nobody => Some(Fault::NoAuthorityKey),
        Obstacle::Lacks(Omission::Mark) => Some(Fault::UnmarkedAuthority),
        Obstacle::Lacks(Omission::KeyUsage) => Some(Fault::UnlimitedAuthority),
        Obstacle::Lacks(Omission::AuthorityKey) => Some(Fault::UnlinkedAuthority),
        Obstacle::Lacks(Omission::SubjectKey) => Some(Fault::UnnamedAuthority),
        _ => None,
    }
}

/// Which fault it is where the client minds a signature: it is weak, or of a kind that it does not know.
pub(super) fn signed(client: &Client, subject: &Subject<'_>, ctx: &Context<'_>) -> Option<Fault> {
    let (cert, demands) = (subject.item.certificate()?, &client.demands);
    let mut digests = iter::once(cert).chain(issuers(cert, &subject.chain, ctx.trust)).map(|one| one.signature.digest);
    let minded = digests.find(|digest| !demands.takes(*digest))?;
    demands.unknown_digests.contains(&minded).then_some(Fault::UnknownSignature)
}

/// True when it is surmised how the client does with such ways to roots.
pub(super) fn surmises_ways(client: &Client, ways: &[CertificationPath<'_>]) -> bool {
    if ways.iter().any(|way| way.obstacles.is_empty()) {
        return false;
    }
    if ways.last().is_some_and(|way| !way.is_proved) {
        return true;
    }
    let mut obstacles = ways.iter().flat_map(|way| &way.obstacles).map(|met| met.obstacle);
    obstacles.any(|obstacle| {
        obstacle.is_unrooted() && client.surmises(Aspect::Unrooted)
            || obstacle.is_detour() && client.surmises(Aspect::Detours)
            || (obstacle.is_rewritten() || matches!(obstacle, Obstacle::Limited(..))) && client.surmises_finer_points()
    })
}

/// True when it depends on what the server staples, which is not looked at.
pub(super) fn wants_staple(client: &Client, cert: Option<&Certificate>) -> bool {
    client.demands.wants_staple && cert.is_some_and(|cert| cert.must_staple)
}

/// True when something of this kind was found. What strict clients alone complain of, all others have always done without.
pub(super) fn raised(kind: Fault, findings: &[Finding]) -> bool {
    let is_of_it = |finding: &Finding| finding.rule.fault.is_some_and(|fault| fault.is_a(kind));
    let is_strict = |client: &&Client| !client.demands.wanted.is_empty();
    let is_told = |finding: &Finding| finding.clients.is_empty() || !finding.clients.iter().all(is_strict);
    findings.iter().any(|finding| finding.hit.level > Level::Note && is_of_it(finding) && is_told(finding))
}

pub(super) fn outcome(fault: Option<Fault>, client: &Client) -> Outcome {
    match (fault, client.reaction) {
        (None, _) | (_, Reaction::GoesOn) => Outcome::Accepts,
        (Some(Fault::Version), _) => Outcome::Refuses,
        (Some(fault), Reaction::Asks) if !client.demands.unforgiven.contains(&fault) => Outcome::Warns,
        (Some(_), Reaction::Asks | Reaction::Stops) => Outcome::Refuses,
    }
}

/// The day that the words for this fault speak of.
pub(super) fn date(cert: &Certificate, fault: Fault) -> Option<Moment> {
    match fault {
        Fault::Expired => Some(cert.not_after),
        Fault::NotYetValid => Some(cert.not_before),
        _ => None,
    }
}
