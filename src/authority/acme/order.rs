//! A request becomes a certificate: an order, proofs of its names, the request itself, the download.

use std::time::{Duration, Instant};

use instant_acme::{Identifier, NewOrder, OrderStatus};

use super::account::{Account, LOST, Owner};
use super::begun::Begun;
use super::challenge::Means;
use super::directory::Directory;
use super::http::{Http, Reach};
use super::talk::{Authorization, Talk};
use super::{problem, renewal_information};
use crate::Error;
use crate::authority::{Challenge, Online, Way};
use crate::dns::Resolver;
use crate::error::Ordering;
use crate::facts::{GeneralName, Request};
use crate::store::{Contents, KeyFolder, Lock, Store};
use crate::told::{Tell, Told};

/// What an order needs beside key and authority.
pub struct Desk<'a> {
    /// The accounts are kept here.
    pub store: &'a Store,
    /// How the authority is reached.
    pub reach: Reach<'a>,
    /// Whose account it is.
    pub owner: Owner<'a>,
    /// Whom to ask whether DNS shows a record.
    pub resolver: &'a dyn Fn() -> Result<Resolver, Error>,
    /// How long to wait for DNS, and for each answer that the authority takes its time for.
    pub wait: Duration,
}

/// The request that a certificate is ordered with: that of the renewal that waits, or the last.
///
/// # Errors
/// [`Ordering::NoRequest`]
pub fn request(key: &Contents) -> Result<&Request, Error> {
    let request = key.renewal.as_ref().or_else(|| key.newest_request());
    request.ok_or_else(|| Ordering::NoRequest { key: key.folder.name() }.into())
}

/// Orders a certificate for the key's request, or goes on with the order that was begun: the certificate with its chain, in
/// PEM. [`finished`] is to be called when it is installed.
///
/// # Errors
/// Those of [`Ordering`], and then the next call goes on; [`Error::File`].
pub fn order(desk: &mut Desk<'_>, key: &Contents, online: &Online, tell: Tell<'_>) -> Result<String, Error> {
    let request = request(key)?;
    let names = identifiers(&request.identity.names.entries, &online.challenge)?;
    if names.is_empty() {
        return Err(Ordering::NoRequest { key: key.folder.name() }.into());
    }
    let _lock = Lock::take(&key.folder.path, "order", Duration::ZERO)?;
    let before = Begun::of(&key.folder)?;
    let means = Means { resolver: desk.resolver, patience: desk.wait };
    let (directory, http) = Directory::get(&online.directory, &desk.reach)?;
    let account = Account::open(desk.store, &online.directory, (&directory, &http), &mut desk.owner, tell)?;
    let mut begun = Begun::new(&online.directory, online.profile.as_deref(), request);
    let mut known = None;
    if let Some(mut before) = before {
        if before.is_like(&begun)
            && let Some(url) = before.order.take()
        {
            known = again(&account, &http, &url, tell)?;
            begun.told.append(&mut before.told);
        }
        // While it is pending the authority may be looking for what was shown.
        if known.as_mut().is_none_or(|talk| talk.status() != OrderStatus::Pending) {
            before.clean(&key.folder, tell)?;
            // A hook that is gone, say: it was tried twice, and told.
            before.left.clear();
        }
        begun.left = before.left;
    }
    let mut talk = match known {
        Some(talk) => talk,
        None => begin(key, online, &names, (&directory, &account, &http), tell)?,
    };
    begun.order = Some(talk.url().to_owned());
    begun.record(&key.folder)?;
    Work { key, online, request, names, means, http: &http, wait: desk.wait }.finish(&mut talk, &mut begun, tell)
}

/// Writes down how the key came to its certificate, and that no order is under way any more.
///
/// # Errors
/// [`Error::File`]
pub fn finished(key: &KeyFolder, online: &Online) -> Result<(), Error> {
    Way::Acme(online.clone()).record(key)?;
    match Begun::of(key)? {
        // What could not be taken away is tried again by the next order.
        Some(begun) if !begun.left.is_empty() => Begun { order: None, ..begun }.record(key),
        _ => Begun::forget(key),
    }
}

/// The order of a run before this one, unless it came to nothing.
fn again<'a>(account: &Account, http: &'a Http, url: &str, tell: Tell<'_>) -> Result<Option<Talk<'a>>, Error> {
    let lost = match Talk::again(account, http, url) {
        Ok(mut talk) => match talk.status() {
            OrderStatus::Invalid => "has come to nothing",
            _ => {
                tell(Told::Remark("going on with the order that was begun"));
                return Ok(Some(talk));
            }
        },
        // What it does not know any more it calls by many names.
        Err(error)
            if problem::kind_of(&error).is_some_and(|kind| !matches!(kind, "rateLimited" | "serverInternal")) =>
        {
            "is forgotten"
        }
        Err(error) => return Err(error),
    };
    tell(Told::Remark(&format!("the order that was begun {lost}; making another")));
    Ok(None)
}

fn begin<'a>(
    key: &Contents,
    online: &Online,
    names: &[Identifier],
    (directory, account, http): (&Directory, &Account, &'a Http),
    tell: Tell<'_>,
) -> Result<Talk<'a>, Error> {
    let new = |names| {
        let new = NewOrder::new(names);
        match &online.profile {
            Some(profile) => new.profile(profile),
            None => new,
        }
    };
    if let Some(profile) = &online.profile
        && !directory.meta.profiles.contains_key(profile)
    {
        return Err(unknown_profile(profile, directory, http));
    }
    tell(Told::Step(&format!("ordering at {}", http.authority())));
    let replaced = key.renewal.as_ref().and(key.newest());
    let same_way = matches!(Way::of(&key.folder), Ok(Some(Way::Acme(way))) if way.directory == online.directory);
    let replaced = replaced.filter(|_| same_way && directory.renewal_info.is_some());
    if let Some(replaced) = replaced.and_then(renewal_information::identifier) {
        match Talk::begin(account, http, &new(names).replaces(replaced)) {
            // That it replaces another is a courtesy (RFC 9773 §5); without it the order is as good.
            Err(Error::Ordering(Ordering::Refused(found))) if found.kind != "rateLimited" => {}
            Err(Error::Ordering(Ordering::NotAcme { .. })) => {}
            other => return other,
        }
    }
    Talk::begin(account, http, &new(names)).map_err(|error| account.gone(http, &[LOST], error))
}

fn unknown_profile(profile: &str, directory: &Directory, http: &Http) -> Error {
    let offered: Vec<&str> = directory.meta.profiles.keys().map(String::as_str).collect();
    let detail = match offered.is_empty() {
        true => format!("'{profile}', and it offers none"),
        false => format!("'{profile}', but {}", offered.join(", ")),
    };
    let kind = "invalidProfile".to_owned();
    let authority = http.authority().to_owned();
    let problem = crate::error::Problem { authority, kind, detail, names: Vec::new(), retry_at: None, instance: None };
    Ordering::Refused(Box::new(problem)).into()
}

/// Fails where one of these names cannot be proved in this way, which nobody has to be asked for.
///
/// # Errors
/// [`Ordering::NotForName`]
pub fn ensure_provable<'a>(
    names: impl IntoIterator<Item = &'a GeneralName>,
    challenge: &Challenge,
) -> Result<(), Error> {
    identifiers(names, challenge).map(drop)
}

/// The names that are ordered, in their order.
fn identifiers<'a>(
    entries: impl IntoIterator<Item = &'a GeneralName>,
    challenge: &Challenge,
) -> Result<Vec<Identifier>, Error> {
    let mut names: Vec<Identifier> = Vec::new();
    let not_for = |name: String, cause| Ordering::NotForName { name, challenge: challenge.word(), cause };
    for entry in entries {
        let identifier = match entry {
            GeneralName::Address(address) => Identifier::Ip(*address),
            other => match other.name() {
                Some(name) if name.is_wildcard() && !matches!(challenge, Challenge::DnsHook(_)) => {
                    return Err(not_for(name.to_string(), "wildcards are proved in DNS alone").into());
                }
                Some(name) => Identifier::Dns(name.to_string()),
                // What is no DNS name the authority finds in the request, and says so.
                None => continue,
            },
        };
        if let (Identifier::Ip(address), Challenge::DnsHook(_) | Challenge::TlsAlpn(_)) = (&identifier, challenge) {
            return Err(not_for(address.to_string(), "it is an address").into());
        }
        if !names.contains(&identifier) {
            names.push(identifier);
        }
    }
    Ok(names)
}

/// What does not change while an order is worked on.
struct Work<'a> {
    key: &'a Contents,
    online: &'a Online,
    request: &'a Request,
    names: Vec<Identifier>,
    means: Means<'a>,
    http: &'a Http,
    wait: Duration,
}

impl Work<'_> {
    /// From whatever state the order is in to the certificate.
    fn finish(&self, talk: &mut Talk<'_>, begun: &mut Begun, tell: Tell<'_>) -> Result<String, Error> {
        if talk.status() == OrderStatus::Pending {
            let proved = self.prove(talk, begun, tell);
            // The authority may look for it yet; the next run takes it away.
            let is_open =
                matches!(&proved, Err(Error::Ordering(Ordering::Pending { .. } | Ordering::Unreachable { .. })));
            if !is_open {
                begun.clean(&self.key.folder, tell)?;
            }
            proved?;
        }
        if talk.status() == OrderStatus::Ready {
            tell(Told::Step("the names are proved; sending the request"));
            match talk.finalize(&self.request.der) {
                // Another run was faster, or an answer was lost.
                Err(error) if problem::kind_of(&error) == Some("orderNotReady") => talk.refresh()?,
                other => other?,
            }
        }
        if !talk.wait(OrderStatus::Processing, self.deadline())? {
            return Err(self.pending("it is being made"));
        }
        match talk.status() {
            OrderStatus::Valid => talk.certificate(),
            OrderStatus::Invalid => Err(self.lost(talk, begun)),
            OrderStatus::Processing => Err(self.pending("it is being made")),
            OrderStatus::Ready | OrderStatus::Pending => Err(self.pending("the order waits")),
        }
    }

    /// Shows what the authority wants to see, and waits until it has looked.
    fn prove(&self, talk: &mut Talk<'_>, begun: &mut Begun, tell: Tell<'_>) -> Result<(), Error> {
        let (kind, word) = (self.online.challenge.kind(), self.online.challenge.word());
        let wanted = talk.authorizations(&kind, self.names.len())?;
        wanted.iter().try_for_each(|one| self.check(one))?;
        let mut prover = self.online.challenge.prover(&self.means)?;
        let proofs = wanted.iter().filter_map(|one| one.proof.as_ref());
        proofs.clone().filter_map(|proof| prover.trace(proof)).for_each(|trace| begun.leaves(trace));
        begun.record(&self.key.folder)?;
        for proof in proofs {
            prover.show(proof)?;
        }
        prover.settle(tell)?;
        let mut unheard = None;
        for (index, one) in wanted.iter().enumerate().filter(|(_, one)| !one.is_told) {
            let Some(proof) = one.proof.as_ref().filter(|proof| !begun.has_told(word, proof)) else { continue };
            tell(Told::Step(&format!("proving {}", one.name)));
            match talk.ready(index, &kind) {
                // A run before this one told it, and it is done with looking: the order says how it went.
                Err(error) if problem::kind_of(&error) == Some("malformed") => {
                    unheard.get_or_insert(self.named(&one.name, error));
                }
                Err(error) => return Err(self.named(&one.name, error)),
                Ok(()) => {
                    begun.told.push((word.to_owned(), proof.token.clone()));
                    begun.record(&self.key.folder)?;
                }
            }
        }
        talk.refresh()?;
        if !talk.wait(OrderStatus::Pending, self.deadline())? {
            return Err(unheard.unwrap_or_else(|| self.pending("it has not looked at all proofs yet")));
        }
        Ok(())
    }

    /// Whether a name can be proved, and was asked for: its proof is given to programs of the user.
    fn check(&self, one: &Authorization) -> Result<(), Error> {
        let asked = |name: &Identifier| name.authorized(false).to_string() == one.name;
        if !self.names.iter().any(asked) {
            return Err(self.http.not_acme(format!("it wants a proof for {}, which was not ordered", one.name)));
        }
        let plain = |token: &str| {
            (1..=255).contains(&token.len())
                && token.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        };
        if one.proof.as_ref().is_some_and(|proof| !plain(&proof.token)) {
            return Err(self.http.not_acme(format!("its token for {} is not one (RFC 8555 §8.1)", one.name)));
        }
        if one.is_offered || one.is_proved || one.is_lost {
            return Ok(());
        }
        let (name, challenge) = (one.name.clone(), self.online.challenge.word());
        Err(Ordering::NotOffered { name, challenge, offered: one.offered.join(", ") }.into())
    }

    /// Why an order came to nothing: the name that could not be proved, where there is one. The next run makes another.
    fn lost(&self, talk: &mut Talk<'_>, begun: &mut Begun) -> Error {
        begun.order = None;
        let recorded =
            if begun.left.is_empty() { Begun::forget(&self.key.folder) } else { begun.record(&self.key.folder) };
        if let Err(error) = recorded {
            return error;
        }
        let mut failed = match talk.authorizations(&self.online.challenge.kind(), self.names.len()) {
            Ok(all) => all.into_iter().filter(|one| one.is_lost).collect::<Vec<_>>(),
            Err(_) => Vec::new(),
        };
        failed.sort_by_key(|one| one.problem.is_none());
        if let Some(Authorization { name, problem: Some(problem), .. }) = failed.into_iter().next() {
            return self.not_proved(&name, problem);
        }
        match talk.problem() {
            Some(problem) => Ordering::Refused(Box::new(problem)).into(),
            None => {
                let (key, authority) = (self.key.folder.name(), self.http.authority().to_owned());
                Ordering::Invalid { key, authority }.into()
            }
        }
    }

    /// A refusal as that of one name's proof.
    fn named(&self, name: &str, error: Error) -> Error {
        match error {
            Error::Ordering(Ordering::Refused(problem)) => self.not_proved(name, *problem),
            other => other,
        }
    }

    fn not_proved(&self, name: &str, problem: crate::error::Problem) -> Error {
        let (name, challenge) = (name.to_owned(), self.online.challenge.word());
        Ordering::NotProved { name, challenge, problem: Box::new(problem) }.into()
    }

    fn pending(&self, state: &'static str) -> Error {
        let (key, authority) = (self.key.folder.name(), self.http.authority().to_owned());
        Ordering::Pending { key, authority, state, seconds: self.wait.as_secs() }.into()
    }

    fn deadline(&self) -> Instant {
        Instant::now() + self.wait
    }
}
