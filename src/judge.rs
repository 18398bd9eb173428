//! Every rule for every client: evidence becomes a report.

mod answer;
mod missing;
mod panel;
mod services;
mod target;
mod verdict;

use std::cell::{LazyCell, OnceCell};

use crate::clients::{Client, CommonName, Comparison, Demands, Fault, Meeting, Presented, Reaction};
use crate::facts::{Certificate, CertificationPath, Identity, Item, Source, Subject, Target, Verification, loose_end};
use crate::rules::{self, Authority, Check, Context, Coverage, Hit, Level, Mismatch, Named, Rule};
use panel::Member;
use verdict::{certainty, date, distrust, missed, outcome, raised, signed, surmises_ways, wants_staple, ways};

pub use answer::{Chain, Change, chain, changes, ensure_whole, newness, undoes_the_order};
pub use missing::Missing;
pub use panel::Panel;
pub use services::{Placed, Services, judge_services, lost};
pub use target::{Inference, first_name, infer_target};
pub use verdict::{Outcome, Verdict};

/// What was found about one certificate or request.
#[derive(Debug)]
pub struct Report<'a> {
    /// What was judged.
    pub subject: &'a Subject<'a>,
    /// The name people type, when it is known.
    pub target: Option<&'a Target>,
    /// Whose certificate it was taken for.
    pub authority: Authority,
    /// Faults, worst first, then in the order of [`rules::ALL`].
    pub findings: Vec<Finding>,
    /// One per client, in the order asked for. Empty when there is no target.
    pub verdicts: Vec<Verdict<'a>>,
    /// Rules that lacked evidence, and which.
    pub not_checked: Vec<(&'static Rule, Missing)>,
}

/// One fault.
#[derive(Debug)]
pub struct Finding {
    /// The rule that found it.
    pub rule: &'static Rule,
    /// How bad, what exactly, and the remedy; the worst where clients differ.
    pub hit: Hit,
    /// The clients that complain of it.
    pub clients: Vec<&'static Client>,
}

impl Report<'_> {
    /// The worst level found.
    pub fn worst(&self) -> Option<Level> {
        self.findings.iter().map(|finding| finding.hit.level).max()
    }
}

/// More findings than this are rare; where there are, the list grows.
const FEW: usize = 8;

/// Asks every rule about `subject`, for every client where clients differ.
pub fn judge<'a>(subject: &'a Subject<'a>, panel: &'a Panel, ctx: &Context<'a>) -> Report<'a> {
    let identity = subject.item.identity();
    let coverage = ctx.target.map(|target| Coverage::of(target, identity));
    let presented = ctx.target.map(|target| Presented::of(identity, target));
    let views = Vec::with_capacity(panel.members().len());
    let mut bench = Bench { subject, ctx, panel, identity, presented, coverage, views, ways: OnceCell::new() };
    for member in panel.members() {
        let view = bench.view(member);
        bench.views.push(view);
    }
    let (mut findings, mut not_checked) = (Vec::with_capacity(FEW), Vec::with_capacity(FEW));
    for &rule in rules::ALL {
        match bench.ask(rule) {
            Ok(None) => {}
            Ok(Some(finding)) => {
                bench.note_complaints(&finding);
                findings.push(finding);
            }
            // No more evidence could make a certificate of it.
            Err(Missing::Certificate) => {}
            Err(missing) => not_checked.push((rule, missing)),
        }
    }
    // Stable: equal levels stay in the order of the list.
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.hit.level));
    let (target, authority) = (ctx.target, ctx.authority);
    let verdicts = bench.verdicts(&findings);
    Report { subject, target, authority, findings, verdicts, not_checked }
}

/// A subject before its judges.
struct Bench<'a, 'b> {
    subject: &'a Subject<'a>,
    ctx: &'b Context<'a>,
    panel: &'a Panel,
    identity: &'a Identity,
    /// None without a target.
    presented: Option<Presented<'a>>,
    /// None without a target.
    coverage: Option<Coverage>,
    views: Vec<View<'a>>,
    /// The ways to trusted roots, once they were looked for.
    ways: OnceCell<Vec<CertificationPath<'a>>>,
}

/// One client while the rules are asked.
struct View<'a> {
    member: &'a Member,
    /// None without a target.
    comparison: Option<Comparison<'a>>,
    /// Why no name fits, when it complains of that.
    mismatch: Option<Mismatch>,
    /// Whether it shares a version of TLS with the services.
    meeting: Meeting,
    /// What it complains of first.
    fault: Option<Fault>,
}

impl View<'_> {
    fn sees_it(&self) -> bool {
        self.fault != Some(Fault::Version)
    }
}

impl<'a> Bench<'a, '_> {
    fn view(&self, member: &'a Member) -> View<'a> {
        let client = member.client;
        let comparison = match self.views.get(member.alike) {
            Some(view) => view.comparison.clone(),
            None => self.presented.zip(self.ctx.target).map(|(names, target)| names.compare(&client.names, target)),
        };
        let misses = comparison.as_ref().is_some_and(|comparison| !comparison.matches);
        let meeting = client.versions.meet(&self.subject.evidence.answered, self.subject.evidence.audience);
        let fault = match meeting {
            Meeting::Never(_) => Some(Fault::Version),
            _ => (misses && member.urgency(Fault::Name).is_some()).then_some(Fault::Name),
        };
        let named = comparison.as_ref().filter(|_| misses && member.complains(Fault::Name));
        let mismatch = named.and_then(|comparison| self.named(client, comparison)?.mismatch());
        View { member, comparison, mismatch, meeting, fault }
    }

    /// The rule's finding, or what it lacked.
    fn ask(&self, rule: &'static Rule) -> Result<Option<Finding>, Missing> {
        let item = self.subject.item;
        let (hit, mut clients) = match rule.check {
            Check::Identity(check) => (check(self.identity, self.ctx), Vec::new()),
            Check::Certificate(check) => (check(certificate(item)?, self.ctx), Vec::new()),
            Check::Item(check) => (check(item, self.ctx), Vec::new()),
            Check::ClientItem(check) => self.each(rule, |demands| check(item, demands, self.ctx)),
            Check::ClientChain(check) => self.each(rule, |demands| check(item, &self.subject.chain, demands, self.ctx)),
            Check::ClientCertificate(check) => {
                let cert = certificate(item)?;
                self.each(rule, |demands| check(cert, demands, self.ctx))
            }
            Check::ClientSent(check) => {
                let cert = self.sent()?;
                self.each(rule, |demands| check(cert, &self.subject.chain, demands, self.ctx))
            }
            // With a target the name rules speak.
            Check::Nameless(_) if self.ctx.target.is_some() => return Ok(None),
            Check::Nameless(check) => {
                let reads_none = |view: &View<'a>| view.member.client.names.common_name == CommonName::Never;
                let clients = self.clients(|view| view.member.complains(Fault::Name) && reads_none(view));
                (check(item, self.ctx), clients)
            }
            Check::Name(mismatch, check) => self.each_name(mismatch, check)?,
            Check::Order(check) => {
                self.chained()?;
                (check(self.subject, self.ctx), Vec::new())
            }
            Check::Trust(check) => {
                let cert = certificate(item)?;
                let ways = self.trusted(cert)?;
                self.each_trusting(rule, ways, |demands| check(cert, &self.subject.chain, ways, demands, self.ctx))
            }
            Check::Key(check) => {
                self.has_key()?;
                (check(self.subject, self.ctx), Vec::new())
            }
            Check::KeyFile(check) => {
                self.has_key()?;
                if !self.subject.evidence.has_key_in_the_clear() && !self.is_lent_a_key() {
                    return Err(Missing::OpenKey);
                }
                let (mode, beside) = match self.subject.keys.beside {
                    Some(file) => (file.mode, Some(file.path)),
                    None => (self.subject.evidence.mode.filter(|_| !self.is_lent_a_key()), None),
                };
                (check(mode.ok_or(Missing::Permissions)?, beside, self.ctx), Vec::new())
            }
            Check::Possession(check) => match item {
                Item::Certificate(_) => return Ok(None),
                Item::Request(request) => match request.verify() {
                    Verification::Unsupported => return Err(Missing::Possession),
                    verified => (check(verified, self.ctx), Vec::new()),
                },
            },
            // About services, not about what they present: `judge_services` asks it.
            Check::Defeat(_) | Check::Survey(_) => return Ok(None),
        };
        let Some(hit) = hit else { return Ok(None) };
        if let (Some(fault), false) = (rule.fault, rule.check.is_per_client()) {
            let forgives = |client: &Client| self.is_trusted_itself() && client.demands.overlooks_in_roots(fault);
            clients = self.clients(|view| view.member.complains(fault) && !forgives(view.member.client));
        }
        Ok(Some(Finding { rule, hit, clients }))
    }

    /// The certificate, when its chain can be looked at.
    fn chained(&self) -> Result<&'a Certificate, Missing> {
        let cert = certificate(self.subject.item)?;
        let alone = self.subject.chain.is_empty() && !cert.is_self_signed();
        // A file may hold a part of what there is; a server sends all that it has. Whether more is needed, the roots tell.
        let all = matches!(self.subject.evidence.source, Source::Live(_)) && self.ctx.trust.is_some();
        if alone && !all { Err(Missing::Chain) } else { Ok(cert) }
    }

    /// The certificate, when its chain can be looked at up to its end: only the roots tell which CA above is one of them.
    fn sent(&self) -> Result<&'a Certificate, Missing> {
        let cert = self.chained()?;
        let is_open = |end: &Certificate| self.ctx.trust.is_none() && end.der != cert.der;
        if loose_end(cert, &self.subject.chain).is_some_and(is_open) { Err(Missing::Trust) } else { Ok(cert) }
    }

    /// The ways to trusted roots.
    fn trusted(&self, cert: &'a Certificate) -> Result<&[CertificationPath<'a>], Missing> {
        let (trust, chain) = (self.ctx.trust.ok_or(Missing::Trust)?, &self.subject.chain);
        let ways = self.ways.get_or_init(|| ways(trust, cert, self.subject, self.ctx.now));
        match &**ways {
            [] if chain.is_empty() && !cert.is_self_signed() && !trust.knows_issuer_of(cert) => Err(Missing::Chain),
            [.., last] if !last.is_proved && last.obstacles.is_empty() => Err(Missing::Proof),
            ways => Ok(ways),
        }
    }

    /// True when the certificate itself is trusted, whoever signed it.
    fn is_trusted_itself(&self) -> bool {
        let trusted = |cert| self.ctx.trust.is_some_and(|trust| trust.holds(cert));
        self.subject.item.certificate().is_some_and(trusted)
    }

    /// True when its key, or one that was taken for it, came in another file.
    fn is_lent_a_key(&self) -> bool {
        let keys = &self.subject.keys;
        self.subject.evidence.keys.is_empty() && (keys.own.is_some() || keys.stray.is_some())
    }

    fn has_key(&self) -> Result<(), Missing> {
        let evidence = self.subject.evidence;
        let missing = if evidence.keys.is_empty() { Missing::Key } else { Missing::OpenKey };
        if evidence.open_keys().next().is_some() || self.is_lent_a_key() { Ok(()) } else { Err(missing) }
    }

    /// Once by the standards, once by what each client demands that would complain.
    fn each(
        &self,
        rule: &Rule,
        check: impl Fn(Option<&Demands>) -> Option<Hit>,
    ) -> (Option<Hit>, Vec<&'static Client>) {
        let mut worst = check(None);
        let Some(fault) = rule.fault else { return (worst, Vec::new()) };
        let is_root =
            self.is_trusted_itself() || self.subject.item.certificate().is_some_and(Certificate::is_self_signed);
        let mut complaining: Vec<(usize, &'static Client)> = Vec::new();
        for demanded in self.panel.demanded() {
            if !demanded.heeds(fault) || is_root && demanded.demands.overlooks_in_roots(fault) {
                continue;
            }
            if let Some(hit) = check(Some(demanded.demands)) {
                complaining.extend(demanded.heeding(fault).filter(|(position, _)| self.views[*position].sees_it()));
                keep_worse(&mut worst, hit);
            }
        }
        complaining.sort_unstable_by_key(|(position, _)| *position);
        (worst, complaining.into_iter().map(|(_, client)| client).collect())
    }

    /// Once by the standards, once by what each client minds on the way to a root; once for all where there is none.
    fn each_trusting(
        &self,
        rule: &Rule,
        ways: &[CertificationPath<'_>],
        check: impl Fn(Option<&Demands>) -> Option<Hit>,
    ) -> (Option<Hit>, Vec<&'static Client>) {
        if ways.last().is_some_and(|way| way.obstacles.is_empty()) {
            return (None, Vec::new());
        }
        let mut worst = check(None);
        let heeds = |view: &View<'a>| rule.fault.is_some_and(|fault| view.member.complains(fault));
        let mut minds = |client: &'static Client| match check(Some(&client.demands)) {
            Some(hit) => {
                keep_worse(&mut worst, hit);
                true
            }
            None => false,
        };
        let mut clients = self.clients(heeds);
        if !ways.is_empty() {
            clients.retain(|client| minds(client));
        } else if worst.is_none() {
            clients.clear();
        }
        (worst, clients)
    }

    /// For all clients that mismatch in this way at once: what is found is the same for each.
    fn each_name(
        &self,
        mismatch: Mismatch,
        check: fn(&Named<'_>, &Context<'_>) -> Option<Hit>,
    ) -> Result<(Option<Hit>, Vec<&'static Client>), Missing> {
        if self.ctx.target.is_none() {
            return Err(Missing::Target);
        }
        let differs = |view: &View<'a>| view.mismatch == Some(mismatch);
        let first = self.views.iter().find(|view| differs(view));
        let hit = first.and_then(|view| check(&self.named(view.member.client, view.comparison.as_ref()?)?, self.ctx));
        let clients = if hit.is_some() { self.clients(differs) } else { Vec::new() };
        Ok((hit, clients))
    }

    fn clients(&self, wanted: impl Fn(&View<'a>) -> bool) -> Vec<&'static Client> {
        let mut clients = Vec::with_capacity(self.views.len());
        clients.extend(self.views.iter().filter(|view| view.sees_it() && wanted(view)).map(|view| view.member.client));
        clients
    }

    fn named<'c>(&'c self, client: &'c Client, comparison: &'c Comparison<'c>) -> Option<Named<'c>> {
        let (target, coverage) = (self.ctx.target?, self.coverage?);
        Some(Named { target, identity: self.identity, client, comparison, coverage })
    }

    fn note_complaints(&mut self, finding: &Finding) {
        let Some(fault) = finding.rule.fault else { return };
        // Both lists are in the order of the clients asked for.
        let mut complaining = finding.clients.iter().peekable();
        for view in &mut self.views {
            let complains = complaining.next_if(|client| std::ptr::eq(**client, view.member.client)).is_some();
            let sooner = |earlier| view.member.urgency(fault) < view.member.urgency(earlier);
            if complains && view.fault.is_none_or(sooner) {
                view.fault = Some(fault);
            }
        }
    }

    fn verdicts(self, findings: &[Finding]) -> Vec<Verdict<'a>> {
        let Some(target) = self.ctx.target else { return Vec::new() };
        let cert = self.subject.item.certificate();
        let (identity, views, is_aimed) = (self.identity, self.views, self.panel.is_aimed_at(target));
        let ways = self.ways.get().map_or(&[][..], Vec::as_slice);
        let distrusted = LazyCell::new(|| distrust(self.subject, !ways.is_empty(), self.ctx));
        let (is_unfit, is_untrusted) = (raised(Fault::Unfit, findings), raised(Fault::Untrusted, findings));
        let verdict = |view: View<'a>| {
            let client = view.member.client;
            let raised = is_unfit || is_untrusted && view.member.urgency(Fault::Untrusted).is_some();
            let is_doubtful =
                raised && !client.demands.is_whole || surmises_ways(client, ways) || wants_staple(client, cert);
            let fault = view.fault.filter(|_| client.reaction != Reaction::GoesOn);
            let fault = fault.map(|fault| match fault {
                Fault::Untrusted => missed(client, ways).unwrap_or(*distrusted),
                Fault::SpoiltChain => missed(client, ways).unwrap_or(fault),
                Fault::WeakSignature => signed(client, self.subject, self.ctx).unwrap_or(fault),
                fault => fault,
            });
            let date = |fault| cert.and_then(|cert| date(cert, fault));
            let message = fault.and_then(|fault| view.member.words(is_aimed, fault, target, identity, date(fault)));
            let (comparison, key) = (view.comparison?, &identity.key.kind);
            Some(Verdict {
                client,
                certainty: certainty(client, &comparison, target, fault, view.meeting, key, is_doubtful),
                comparison,
                outcome: outcome(fault, client),
                fault,
                message,
            })
        };
        let mut verdicts = Vec::with_capacity(views.len());
        verdicts.extend(views.into_iter().filter_map(verdict));
        verdicts
    }
}

fn certificate(item: Item<'_>) -> Result<&Certificate, Missing> {
    item.certificate().ok_or(Missing::Certificate)
}

fn keep_worse(worst: &mut Option<Hit>, hit: Hit) {
    if worst.as_ref().is_none_or(|worst| worst.level < hit.level) {
        *worst = Some(hit);
    }
}

#[cfg(test)]
mod tests;
