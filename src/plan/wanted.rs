//! Discovery → the names that the certificate needs, in order, each with who will use it.

mod words;

use crate::facts::{Discovery, GUESSES, Host, Lookup, MailServer, Name, NameFault, Resolved, ServiceRecord, Target};

/// What the certificate of a mail domain needs, as DNS tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The domain.
    pub domain: Name,
    /// The names in the order of the new certificate. The first, always there, is the one that people type.
    pub names: Vec<WantedName>,
    /// Why the first name is the first.
    pub choice: Choice,
    /// Names that the certificate does not need.
    pub left_out: Vec<UnwantedName>,
    /// What else the reader should know.
    pub notes: Vec<String>,
}

/// A name that the certificate needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedName {
    /// The name.
    pub name: Name,
    /// Who uses it; never empty.
    pub uses: Vec<Use>,
    /// What DNS said of it.
    pub lookup: Lookup,
}

/// A name that the certificate does not need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnwantedName {
    /// The name as DNS has it.
    pub name: Target,
    /// Who would use it.
    pub uses: Vec<Use>,
    /// Why it is left out.
    pub reason: Unwanted,
}

/// Who uses a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Use {
    /// People type it into their mail client.
    Typed,
    /// An SRV record leads to it.
    Service {
        /// Service and protocol: `_imaps._tcp`.
        label: &'static str,
        /// The TCP port.
        port: u16,
    },
    /// An MX record leads to it.
    MailServer {
        /// Lower comes first.
        preference: u16,
    },
    /// The first label is a usual one: `imap`.
    Guess(&'static str),
    /// A CNAME record of this name leads to it.
    AliasOf(Name),
}

/// Why a name is not needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unwanted {
    /// Its domain is another's; so is its certificate.
    NotYours,
    /// What DNS said: no such name, no address, no answer, or an alias of such a name.
    NotThere(Lookup),
    /// It leads to other addresses than the names that are needed.
    Elsewhere(Resolved),
    /// It is there only because every name below the domain is.
    Wildcard,
    /// No public CA signs it.
    Internal,
    /// Clients compare the name typed, not where it leads (RFC 2595 §2.4).
    Alias,
    /// An IP address where a name has to be.
    Address,
    /// It cannot stand in a certificate.
    Malformed(NameFault),
}

/// Why the first name is the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Somebody said so.
    Given,
    /// It is the usual word before the domain, and DNS knows it.
    Usual,
    /// The usual name is not in DNS; this one is.
    Found {
        /// The usual name.
        instead_of: Name,
    },
    /// No name is in DNS that could be typed; this is the usual one, to be made.
    NotInDns(Resolved),
}

/// Who said which name comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chosen {
    /// A person: it stays first whatever DNS says.
    ByPerson,
    /// Habit: another is taken when DNS does not know it.
    ByHabit,
}

/// Names that are candidates, with all that use them.
#[derive(Default)]
struct Candidates(Vec<(Target, Vec<Use>)>);

/// The names that the certificate needs. `chosen` says where [`Discovery::target`] comes from.
pub fn wanted(found: &Discovery, chosen: Chosen) -> Wanted {
    let (target, choice) = first_name(found, chosen);
    let mut candidates = Candidates::default();
    candidates.add(Target::from(&target), Use::Typed);
    for ServiceRecord { label, host, port, .. } in &found.services {
        if let Some(host) = host {
            candidates.add(host.clone(), Use::Service { label, port: *port });
        }
    }
    for MailServer { preference, host } in &found.mail_servers {
        if let Some(host) = host {
            candidates.add(host.clone(), Use::MailServer { preference: *preference });
        }
    }
    for label in GUESSES {
        if let Some(name) = below(found, label) {
            candidates.add(Target::from(&name), Use::Guess(label));
        }
    }
    let mut wanted =
        Wanted { domain: found.domain.clone(), names: Vec::new(), choice, left_out: Vec::new(), notes: Vec::new() };
    for (name, uses) in candidates.0 {
        match wanted.place(&name, &uses, found, &target) {
            Ok(lookup) => wanted.names.push(WantedName { name: lookup.name.clone(), uses, lookup }),
            Err(reason) => wanted.left_out.push(UnwantedName { name, uses, reason }),
        }
    }
    wanted.leave_out_aliases();
    wanted.notes = words::notes(found, &wanted);
    wanted
}

/// The name that people type, and why it is that one.
fn first_name(found: &Discovery, chosen: Chosen) -> (Name, Choice) {
    let usual = found.target.clone();
    let meant =
        |name: &Name| found.lookup(name).is_some_and(|lookup| lookup.exists() && !found.is_wildcard_alone(lookup));
    if chosen == Chosen::ByPerson {
        return (usual, Choice::Given);
    }
    if meant(&usual) {
        return (usual, Choice::Usual);
    }
    let services = found.services.iter().filter(|service| service.label != "_autodiscover._tcp");
    let services = services.filter_map(|service| service.host.as_ref()?.name().cloned());
    let mail_servers = found.mail_servers.iter().filter_map(|server| server.host.as_ref()?.name().cloned());
    let guesses = ["mail", "imap", "pop", "smtp"].into_iter().filter_map(|label| below(found, label));
    let mail = guesses.clone().take(1);
    let mut others = services.chain(mail).chain(mail_servers).chain(guesses.skip(1));
    match others.find(|name| meant(name) && is_yours(name, &found.domain) && fault(name).is_none()) {
        Some(name) => (name, Choice::Found { instead_of: usual }),
        None => {
            let answer = found.lookup(&usual).map_or(Resolved::Unknown, |lookup| lookup.answer.clone());
            let choice =
                if matches!(answer, Resolved::Addresses(_)) { Choice::Usual } else { Choice::NotInDns(answer) };
            (usual, choice)
        }
    }
}

impl Candidates {
    fn add(&mut self, name: Target, by: Use) {
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, uses)) if !uses.contains(&by) => uses.push(by),
            Some(_) => {}
            None => self.0.push((name, vec![by])),
        }
    }
}

impl Wanted {
    /// The name that people type.
    pub fn target(&self) -> &Name {
        // `wanted` puts the target in first and never takes it away.
        self.names.first().map_or(&self.domain, |first| &first.name)
    }

    /// What DNS said of the name, when the certificate needs it.
    fn place(&self, name: &Target, uses: &[Use], found: &Discovery, target: &Name) -> Result<Lookup, Unwanted> {
        let name = match name.host() {
            Host::Name(name) => name,
            Host::Address(_) => return Err(Unwanted::Address),
            Host::Malformed(fault) => return Err(Unwanted::Malformed(*fault)),
        };
        let unasked = || Resolved::Failed("not asked".to_owned());
        let lookup = found.lookup(name).cloned().unwrap_or_else(|| Lookup {
            name: name.clone(),
            aliases: Vec::new(),
            answer: unasked(),
        });
        if name == target {
            return Ok(lookup);
        }
        if let Some(fault) = fault(name) {
            return Err(Unwanted::Malformed(fault));
        }
        if name.is_internal() && !target.is_internal() {
            return Err(Unwanted::Internal);
        }
        if !is_yours(name, &found.domain) && !is_yours(name, target) {
            return Err(Unwanted::NotYours);
        }
        let announced = uses.iter().any(|by| matches!(by, Use::Service { .. } | Use::MailServer { .. }));
        if announced {
            // A name in a record is needed even while its address is not known.
            let absent = matches!(lookup.answer, Resolved::Unknown | Resolved::NoAddress);
            return if absent { Err(Unwanted::NotThere(lookup)) } else { Ok(lookup) };
        }
        if !lookup.exists() {
            return Err(Unwanted::NotThere(lookup));
        }
        if found.is_wildcard_alone(&lookup) {
            return Err(Unwanted::Wildcard);
        }
        let somewhere = self.names.iter().any(|known| known.lookup.exists());
        match somewhere && !self.names.iter().any(|known| known.lookup.meets(&lookup)) {
            true => Err(Unwanted::Elsewhere(lookup.answer)),
            false => Ok(lookup),
        }
    }

    /// Where CNAME records lead, unless it is needed for another reason.
    fn leave_out_aliases(&mut self) {
        for index in 0..self.names.len() {
            let WantedName { name, lookup, .. } = &self.names[index];
            let (from, aliases) = (name.clone(), lookup.aliases.clone());
            for alias in aliases {
                let known = alias.name().is_some_and(|alias| self.names.iter().any(|known| known.name == *alias));
                if !known && !self.left_out.iter().any(|known| known.name == alias) {
                    let uses = vec![Use::AliasOf(from.clone())];
                    self.left_out.push(UnwantedName { name: alias, uses, reason: Unwanted::Alias });
                }
            }
        }
    }

    /// The command that makes the request: `certfix csr --fqdn remote.contoso.com --san mail.contoso.com`.
    pub fn command(&self) -> String {
        let target = self.target();
        let mut command = format!("certfix csr --fqdn {target}");
        let others: Vec<&str> = self.names.iter().skip(1).map(|wanted| wanted.name.as_str()).collect();
        if !others.is_empty() {
            command.push_str(" --san ");
            command.push_str(&others.join(","));
        }
        if target.is_internal() || target.is_in_reverse_zone() {
            command.push_str(" --ca private");
        }
        command
    }
}

/// Why a name that DNS has cannot stand in a certificate.
fn fault(name: &Name) -> Option<NameFault> {
    Name::parse_for_certificate(name.as_str()).err()
}

/// True when one owner registered both.
fn is_yours(name: &Name, domain: &Name) -> bool {
    let below = name.as_str().strip_suffix(domain.as_str());
    let below = below.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    below || (name.registered_domain().is_some() && name.registered_domain() == domain.registered_domain())
}

fn below(found: &Discovery, label: &str) -> Option<Name> {
    Name::parse(&format!("{label}.{}", found.domain)).ok()
}

#[cfg(test)]
mod tests;
