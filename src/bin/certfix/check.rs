//! `certfix check`: what is wrong with it, and what each client will do.

use std::borrow::Cow;
use std::process::ExitCode;

use certfix::clients::{self, Client};
use certfix::facts::{Audience, Evidence, Moment, Subject, Survey, Target, TrustStore};
use certfix::judge::{Panel, Report, infer_target, judge, judge_services};
use certfix::report::json;
use certfix::report::text::{self, Kept, Page};
use certfix::rules::{Authority, Context};
use certfix::{Error, input};

use crate::args::{Check, Format};
use crate::sources::{Described, Ring, Seen};
use crate::{keys, live, password, sources, terminal};

pub(crate) fn run(args: &Check) -> Result<ExitCode, Error> {
    let clients = clients::select(&args.client)?;
    let typed = args.target.typed()?;
    let known = password::given(&args.password)?;
    let trust = match &args.ca_file {
        Some(path) => {
            let roots = input::read_file(path, None)?.certificates;
            if roots.is_empty() {
                let source = path.display().to_string();
                return Err(Error::NotACertificate { source, cause: None, is_damaged: false });
            }
            Some(TrustStore::new(roots))
        }
        None => None,
    };
    let mut sources = sources::expand(&args.sources)?;
    let mut servers = Vec::new();
    if let Some(path) = &args.profile {
        let (services, named) = live::accounts(path)?;
        if services.is_empty() && args.sources.is_empty() {
            return Err(Error::NamesNoServer { source: path.display().to_string() });
        }
        sources.add_live(services);
        servers = named;
    }
    if let Some(name) = typed.as_ref().and_then(Target::name) {
        sources.add_name(name);
    }
    let bench = Bench {
        args,
        panel: Panel::new(&clients, typed.as_ref()),
        clients: &clients,
        typed,
        servers,
        now: args.clock.now(),
        // What a live service presents is judged as a client does that trusts what this machine trusts.
        system: if trust.is_none() && sources.has_live() { input::system_roots() } else { None },
        trust,
        own: keys::own_authorities(),
        ring: Ring::of(&sources, known.as_ref()),
        width: terminal::width(),
    };
    let format = args.output.format;
    let describe = |seen: &Seen<'_>, out: &mut Vec<u8>| match seen {
        Seen::Evidence(evidence) => bench.file(evidence, out),
        Seen::Survey(survey) => bench.services(survey, out),
    };
    let tally = sources::answer("check", &sources, known.as_ref(), &args.reach, format, &describe)?;
    let found = tally.levels.iter().any(|worst| args.fail_on.fails(*worst));
    Ok(ExitCode::from(if tally.has_failed() { 2 } else { u8::from(found) }))
}

/// What every source is judged with.
struct Bench<'a> {
    args: &'a Check,
    clients: &'a [&'static Client],
    panel: Panel,
    typed: Option<Target>,
    /// The servers that the account file names.
    servers: Vec<Target>,
    now: Moment,
    /// The roots of `--ca-file`.
    trust: Option<TrustStore>,
    /// The system's roots, when there are live sources and no `--ca-file`.
    system: Option<TrustStore>,
    /// The CAs of the store that commands take when none is named.
    own: TrustStore,
    /// Private keys in files of their own.
    ring: Ring,
    width: usize,
}

impl Bench<'_> {
    /// Each certificate and request of a file.
    fn file(&self, evidence: &Evidence, out: &mut Vec<u8>) -> Result<Described, Error> {
        let mut subjects = evidence.subjects();
        self.ring.lend(&mut subjects);
        if subjects.is_empty() && self.ring.is_compared(&evidence.source) {
            if self.format() == Format::Text {
                let line = format!("{}: private key, compared with what is named beside it", evidence.source);
                Page::new(out, self.width).line(&line).map_err(terminal::unwritten)?;
            }
            return Ok(Described::default());
        }
        if subjects.is_empty() {
            return Err(sources::without_subject(evidence));
        }
        let mut worst = None;
        let before = out.len();
        for (subject, target) in subjects.iter().flat_map(|subject| self.targets(subject)) {
            let report = judge(subject, &self.panel, &self.context(subject, target.as_deref(), self.trust.as_ref()));
            if out.len() > before {
                out.extend(sources::separator(self.format()));
            }
            match self.format() {
                Format::Text => {
                    let page = &mut Page::new(out, self.width);
                    let flags = password::flags(&self.args.password);
                    text::check_kept(&report, kept(&report).as_ref(), &flags, page).map_err(terminal::unwritten)?;
                }
                Format::Json => json::entry(&json::check(&report, self.now), out),
            }
            worst = worst.max(report.worst());
        }
        Ok(Described { worst, failures: Vec::new() })
    }

    /// The names that people type: given, or those of the account file, or beyond doubt, or none.
    fn targets<'a>(&'a self, subject: &'a Subject<'a>) -> Vec<(&'a Subject<'a>, Option<Cow<'a, Target>>)> {
        match (&self.typed, &*self.servers) {
            (Some(typed), _) => vec![(subject, Some(Cow::Borrowed(typed)))],
            (None, []) => vec![(subject, infer_target(subject).certain().map(Cow::Owned))],
            (None, servers) => servers.iter().map(|server| (subject, Some(Cow::Borrowed(server)))).collect(),
        }
    }

    /// Live services, and each chain that they present.
    fn services(&self, survey: &Survey, out: &mut Vec<u8>) -> Result<Described, Error> {
        let target = Some(self.typed.as_ref().unwrap_or(&survey.host));
        let trust = self.trust.as_ref().or(self.system.as_ref());
        let context = Context { now: self.now, authority: Authority::Unknown, target, trust };
        let services = judge_services(survey, &context);
        let subjects: Vec<Vec<Subject<'_>>> = survey.chains.iter().map(Evidence::subjects).collect();
        let leaves = subjects.iter().enumerate().filter_map(|(chain, subjects)| Some((chain, subjects.first()?)));
        let panels: Vec<Cow<'_, Panel>> = survey.chains.iter().map(|chain| self.shown(chain.audience)).collect();
        let reports: Vec<(usize, Report<'_>)> = leaves
            .filter(|(chain, _)| !panels[*chain].is_empty())
            .map(|(chain, subject)| (chain, judge(subject, &panels[chain], &self.context(subject, target, trust))))
            .collect();
        let failures = live::failures(survey, &services.lost);
        if reports.is_empty() && services.findings.is_empty() {
            return Ok(Described { worst: None, failures });
        }
        match self.format() {
            Format::Text => text::services_kept(
                &services,
                &reports,
                kept,
                &self.args.reach.flags(),
                &mut Page::new(out, self.width),
            )
            .map_err(terminal::unwritten)?,
            Format::Json => {
                json::entry(&json::services(&services), out);
                for (chain, report) in &reports {
                    out.extend(sources::separator(Format::Json));
                    json::entry(&json::check(report, self.now).of_chain(*chain), out);
                }
            }
        }
        let of_certificates = reports.iter().filter_map(|(_, report)| report.worst()).max();
        Ok(Described { worst: services.worst().max(of_certificates), failures })
    }

    /// The clients to which services present what they have for this audience.
    fn shown(&self, audience: Audience) -> Cow<'_, Panel> {
        if audience == Audience::All {
            return Cow::Borrowed(&self.panel);
        }
        let shown = |client: &&&'static Client| client.versions.is_among(audience);
        let shown: Vec<&'static Client> = self.clients.iter().filter(shown).copied().collect();
        Cow::Owned(Panel::new(&shown, self.typed.as_ref()))
    }

    fn context<'a>(
        &self,
        subject: &Subject<'_>,
        target: Option<&'a Target>,
        trust: Option<&'a TrustStore>,
    ) -> Context<'a> {
        let authority = self.args.ca.given();
        let authority = authority.unwrap_or_else(|| Authority::among(&self.own, subject.item, &subject.chain));
        Context { now: self.now, authority, target, trust }
    }

    fn format(&self) -> Format {
        self.args.output.format
    }
}

/// The key of the store that it belongs to; only where there is something to cure.
fn kept(report: &Report<'_>) -> Option<Kept> {
    let name = report.target.and_then(Target::name).filter(|_| !report.findings.is_empty())?;
    keys::usually_kept(name, &report.subject.item.identity().key)
}
