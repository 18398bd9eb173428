//! Live sources: what was named on the command line, where it is, and one look at all of it.

use std::collections::HashSet;
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use certfix::dns::Resolver;
use certfix::facts::{
    Cause, Endpoint, Evidence, GeneralName, Host, Lookup, Name, Ports, Resolved, Source, Step, Survey, Target, Trouble,
};
use certfix::judge::lost;
use certfix::probe::{self, Asked, Errand, Manners};
use certfix::{Error, accounts};
use signal_hook::consts::SIGINT;
use signal_hook::flag;

use crate::args::Reach;
use crate::terminal;

/// A live source as it was named, and what that means.
pub(crate) struct Named {
    pub(crate) typed: String,
    pub(crate) asked: Asked,
}

/// Endings of certificate files, none of them a top level domain.
const FILES: &str = " cer crt pem der pfx p12 p7b p7c p7s csr req key txt prf xml mobileconfig ";

/// What a source asks for when it is live; None when it is a file. What is there is a file, whatever it is called.
///
/// # Errors
/// It can only be live, and cannot be understood.
pub(crate) fn asked(path: &Path) -> Result<Option<Named>, Error> {
    let Some(typed) = path.to_str().filter(|typed| *typed != "-") else { return Ok(None) };
    let live = |asked| Ok(Some(Named { typed: typed.to_owned(), asked }));
    if typed.contains("://") {
        return live(Asked::parse(typed)?);
    }
    if typed.is_empty() || typed.contains(['/', '\\']) || path.symlink_metadata().is_ok() {
        return Ok(None);
    }
    match Asked::parse(typed) {
        Ok(asked @ Asked::HostPort { .. }) => live(asked),
        Ok(Asked::Host(host)) if is_host(&host, typed) => live(Asked::Host(host)),
        Err(error @ Error::BadPort { .. }) => Err(error),
        _ => Ok(None),
    }
}

/// A word alone is a file that is not there, and so is what ends like one.
fn is_host(host: &Target, typed: &str) -> bool {
    match host.host() {
        Host::Address(_) => true,
        Host::Malformed(_) => false,
        Host::Name(_) => match typed.trim_end_matches('.').rsplit_once('.') {
            Some((_, ending)) => !FILES.contains(&format!(" {} ", ending.to_ascii_lowercase())),
            None => typed.eq_ignore_ascii_case("localhost"),
        },
    }
}

/// The services that an account file names, each as a source of its own, and its servers. What cannot be looked at is told.
///
/// # Errors
/// The file cannot be read.
pub(crate) fn accounts(path: &Path) -> Result<(Vec<Named>, Vec<Target>), Error> {
    let (mut named, mut servers) = (Vec::new(), Vec::new());
    for account in accounts::read_file(path)? {
        let place = format!("{} in {}", account.place, account.source);
        for note in &account.notes {
            terminal::remark(&format!("{place}: {note}"));
        }
        if let Some(principal) = account.principal.as_ref().filter(|principal| **principal != account.server) {
            terminal::remark(&format!(
                "{place}: Outlook Anywhere wants the common name {principal} there, not {}; what is said of it below is not \
                 about that name",
                account.server
            ));
        }
        let services = account.services();
        match (account.skipped, Asked::any_of(&services)) {
            (None, Some(asked)) => {
                let addresses: Vec<String> = services.iter().map(ToString::to_string).collect();
                named.push(Named { typed: format!("{} ({place})", addresses.join(", ")), asked });
            }
            (reason, _) => {
                let reason = reason.unwrap_or("its protocol is not one that certfix looks at");
                terminal::remark(&format!("{place}: {} is not looked at: {reason}", account.server));
            }
        }
        if account.skipped.is_none() && !servers.contains(&account.server) {
            servers.push(account.server);
        }
    }
    Ok((named, servers))
}

/// Looks at all of them at once. Ctrl-C leaves what was seen so far. DNS is asked for the names in them, and for `people`:
/// names that people are to use.
///
/// # Errors
/// Nothing could be looked at. What keeps one source from being looked at stands in its place.
pub(crate) fn survey(named: &[Named], people: &[Name], reach: &Reach) -> Result<Vec<Result<Survey, Error>>, Error> {
    if named.is_empty() {
        return Ok(Vec::new());
    }
    let stop = stop_on_interrupt();
    let errand = |(named, addresses): (&Named, Result<Vec<IpAddr>, Error>)| {
        let port = reach.connect.and_then(|place| place.port);
        if let (Some(port), Asked::Host(_)) = (port, &named.asked) {
            let cause = format!("--connect names port {port}, and '{}' means several services", named.typed);
            return Err(Error::Conflict { cause, hint: "name one service, as imaps://HOST, or leave the port out" });
        }
        Ok(Errand { named: named.typed.clone(), asked: named.asked.clone(), addresses: addresses?, port })
    };
    let mut dns = Dns::new(reach);
    let errands: Vec<Result<Errand, Error>> = named.iter().zip(dns.addresses(named)?).map(errand).collect();
    let possible: Vec<Errand> = errands.iter().flatten().cloned().collect();
    let manners = Manners { timeout: reach.network.timeout, stop: Arc::clone(&stop) };
    let line = terminal::Progress::new();
    let mut surveys = probe::survey(&possible, &manners, &mut |done, total| {
        line.show(&format!("looked at {done} of {total} services"));
    });
    if !stop.load(Ordering::Relaxed) {
        line.show("asking DNS");
        dns.describe(&mut surveys, people);
    }
    let mut surveys = surveys.into_iter();
    Ok(errands.into_iter().filter_map(|errand| errand.map(|_| surveys.next()).transpose()).collect())
}

/// The certificates of one live source, where one certificate is meant.
///
/// # Errors
/// It could not be looked at, or its services present different certificates.
pub(crate) fn evidence(named: Named, reach: &Reach) -> Result<Evidence, Error> {
    let mut surveys = survey(std::slice::from_ref(&named), &[], reach)?;
    let survey = surveys.pop().unwrap_or(Err(Error::NoCertificateShown { source: named.typed.clone() }))?;
    let mut leaves: Vec<usize> = Vec::new();
    for answer in survey.endpoints.iter().filter_map(Endpoint::main_answer) {
        let leaf = |chain: usize| survey.chains[chain].certificates.first().map(|leaf| &leaf.der);
        if !leaves.iter().any(|known| leaf(*known) == leaf(answer.chain)) {
            leaves.push(answer.chain);
        }
    }
    if leaves.len() > 1 {
        let names = leaves.iter().filter_map(|chain| survey.chains[*chain].certificates.first());
        let names = names.map(|leaf| leaf.identity.subject.to_string()).collect();
        return Err(Error::ManyPresented { source: named.typed, names });
    }
    match leaves.first() {
        Some(chain) => {
            let mut chains = survey.chains;
            Ok(chains.swap_remove(*chain))
        }
        None => {
            let failure = failures(&survey, &lost(&survey, |_| false)).into_iter().next();
            Err(failure.unwrap_or(Error::NoCertificateShown { source: named.typed }))
        }
    }
}

/// The host of a live source, when it is a name that the world can use: who looks at a server by this name types it.
pub(crate) fn public_host(source: &Source) -> Option<Name> {
    let Source::Live(typed) = source else { return None };
    let host = Asked::parse(typed).ok()?.host().name()?.clone();
    (!host.is_internal() && !host.is_single_label() && !host.is_public_suffix()).then_some(host)
}

/// What kept endpoints from being looked at, one error for each.
pub(crate) fn failures(survey: &Survey, lost: &[(&Endpoint, &Trouble)]) -> Vec<Error> {
    // Where nothing answers on any usual port, one error says so.
    if survey.ports == Ports::Usual
        && lost.len() == survey.endpoints.len()
        && let Some((_, trouble)) = lost.first()
        && lost.iter().all(|(_, other)| other == trouble)
    {
        return vec![Error::Unreachable { service: survey.named.clone(), cause: trouble.cause.to_string() }];
    }
    let stopped = survey.endpoints.iter().filter(|endpoint| endpoint.defeat().is_none());
    let stopped = stopped.filter_map(|endpoint| Some((endpoint, endpoint.interruption()?)));
    lost.iter().copied().chain(stopped).map(|(endpoint, trouble)| error(endpoint, trouble)).collect()
}

fn error(endpoint: &Endpoint, trouble: &Trouble) -> Error {
    let service = format!("{} ({})", endpoint.service, endpoint.address);
    match (&trouble.step, &trouble.cause) {
        (_, Cause::Stopped) => Error::Stopped { service },
        (Step::Connect, cause) => Error::Unreachable { service, cause: cause.to_string() },
        (step, cause) => Error::Lost { service, step: step.to_string(), cause: cause.to_string() },
    }
}

/// DNS as one run asks it: through one resolver, and for no name twice.
struct Dns<'a> {
    reach: &'a Reach,
    resolver: Option<Resolver>,
    known: Vec<Lookup>,
}

impl<'a> Dns<'a> {
    fn new(reach: &'a Reach) -> Self {
        Self { reach, resolver: None, known: Vec::new() }
    }

    fn resolver(&mut self) -> Result<&Resolver, Error> {
        let resolver = match self.resolver.take() {
            Some(resolver) => resolver,
            None => self.reach.network.resolver()?,
        };
        Ok(self.resolver.insert(resolver))
    }

    /// The addresses of names, in their order.
    fn look_up(&mut self, names: &[Name]) -> Result<Vec<Lookup>, Error> {
        let is_new = |name: &&Name| !self.known.iter().any(|lookup| lookup.name == **name);
        let new: Vec<Name> = names.iter().filter(is_new).cloned().collect();
        if !new.is_empty() {
            let found = self.resolver()?.addresses(&new);
            self.known.extend(found);
        }
        let known = |name: &Name| self.known.iter().find(|lookup| lookup.name == *name).cloned();
        Ok(names.iter().filter_map(known).collect())
    }

    /// Where each host is.
    fn addresses(&mut self, named: &[Named]) -> Result<Vec<Result<Vec<IpAddr>, Error>>, Error> {
        if let Some(place) = self.reach.connect {
            return Ok(named.iter().map(|_| Ok(vec![place.address])).collect());
        }
        let names: Vec<Name> = named.iter().filter_map(|named| named.asked.host().name().cloned()).collect();
        let mut lookups = self.look_up(&names)?.into_iter();
        let find = |named: &Named| match named.asked.host().host() {
            Host::Address(address) => Ok(vec![*address]),
            Host::Name(_) => lookups.next().map_or(Ok(Vec::new()), located),
            Host::Malformed(fault) => {
                Err(Error::BadName { name: named.asked.host().to_string(), fault: fault.to_string() })
            }
        };
        Ok(named.iter().map(find).collect())
    }

    /// What DNS says of the names in the certificates, and of those that clients try for the domain. It is not asked where
    /// somebody said where the server is, unless a name server was named too.
    fn describe(&mut self, surveys: &mut [Survey], people: &[Name]) {
        if self.reach.connect.is_some() && self.reach.network.resolver.is_none() {
            return;
        }
        let mut seen = HashSet::new();
        let mut names: Vec<Name> = surveys.iter().flat_map(|survey| names_of(survey, people)).collect();
        names.retain(|name| seen.insert(name.clone()));
        names.truncate(MOST_NAMES);
        let Ok(lookups) = self.look_up(&names) else { return };
        for survey in surveys {
            let names: HashSet<Name> = names_of(survey, people).collect();
            survey.lookups = lookups.iter().filter(|lookup| names.contains(&lookup.name)).cloned().collect();
            if survey.ports == Ports::Usual
                && let Some(host) = survey.host.name()
                && let Some(domain) = host.registered_domain().and_then(|domain| Name::parse(domain).ok())
                && let Ok(resolver) = self.resolver()
                && let Ok(found) = resolver.discover(&domain, host)
            {
                let real = found.lookups.iter().filter(|lookup| !found.is_wildcard_alone(lookup));
                survey.guesses = real.cloned().collect();
            }
        }
    }
}

/// Names in certificates that are looked up at most.
const MOST_NAMES: usize = 200;

/// The names that people are to use, and those in the certificates.
fn names_of<'a>(survey: &'a Survey, people: &'a [Name]) -> impl Iterator<Item = Name> + 'a {
    let leaves = survey.chains.iter().filter_map(|chain| chain.certificates.first());
    let listed = leaves.flat_map(|leaf| leaf.identity.names.entries.iter().filter_map(GeneralName::name));
    let names = people.iter().chain(survey.host.name()).cloned().chain(listed);
    names.filter(|name| !name.is_wildcard())
}

fn located(lookup: Lookup) -> Result<Vec<IpAddr>, Error> {
    match lookup.answer {
        Resolved::Addresses(addresses) => Ok(addresses),
        answer => Err(Error::NoAddress { host: lookup.name.to_string(), cause: answer.to_string() }),
    }
}

/// Becomes true when somebody presses Ctrl-C; the second time ends the program as ever.
fn stop_on_interrupt() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    // Where no handler can be had, Ctrl-C ends the program, as it does without one. The order matters: the first handler
    // looks at the flag before the second sets it.
    let _ = flag::register_conditional_shutdown(SIGINT, INTERRUPTED, Arc::clone(&stop));
    let _ = flag::register(SIGINT, Arc::clone(&stop));
    stop
}

/// The exit status of a program that Ctrl-C ended, as shells give it.
const INTERRUPTED: i32 = 130;
