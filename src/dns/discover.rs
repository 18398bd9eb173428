//! What DNS says clients will use for a domain.

use std::collections::HashSet;

use hickory_resolver::proto::rr::rdata::{MX, SRV};
use hickory_resolver::proto::rr::{RData, RecordType};

use super::answer::{Reply, host};
use super::{Question, Resolver};
use crate::Error;
use crate::facts::{Discovery, GUESSES, MailServer, Name, Resolved, SERVICES, ServiceRecord, Target, Unanswered};

/// Records of one kind that are read; more is no mail domain but a mischief.
const MOST_RECORDS: usize = 50;
/// Names whose addresses are asked for, so that a slow server cannot hold the reader up for minutes.
const MOST_NAMES: usize = 100;
/// A label that nobody gives to a server, so that only a wildcard answers for it.
const NOBODY: &str = "certfix-asks-for-a-wildcard";

impl Resolver {
    /// Asks for the MX and SRV records of `domain`, and for the addresses of the names in them, of `target`, of
    /// `domain` and of the guessed names.
    ///
    /// # Errors
    /// [`Error::DnsSilent`] when not one record could be asked for.
    pub fn discover(&self, domain: &Name, target: &Name) -> Result<Discovery, Error> {
        let mut found = Discovery {
            domain: domain.clone(),
            target: target.clone(),
            mail_servers: Vec::new(),
            services: Vec::new(),
            lookups: Vec::new(),
            wildcard: None,
            failures: Vec::new(),
        };
        self.read_records(&mut found)?;
        self.read_addresses(&mut found);
        Ok(found)
    }

    fn read_records(&self, found: &mut Discovery) -> Result<(), Error> {
        // Below a very long domain there is no room for a label.
        let services: Vec<(&str, Name)> =
            SERVICES.into_iter().filter_map(|label| Some((label, under(label, &found.domain)?))).collect();
        let mut questions = vec![Question::new(&found.domain, RecordType::MX)];
        questions.extend(services.iter().map(|(_, name)| Question::new(name, RecordType::SRV)));
        let mut replies = self.ask(questions).into_iter();
        let asked = replies.len();
        if let Some(reply) = replies.next() {
            let records = records(reply, format!("MX of {}", found.domain), &mut found.failures);
            found.mail_servers = records.iter().filter_map(mail_server).collect();
            found.mail_servers.sort_by_cached_key(|server| (server.preference, shown(&server.host)));
        }
        for ((label, _), reply) in services.into_iter().zip(replies) {
            let records = records(reply, format!("SRV {label} of {}", found.domain), &mut found.failures);
            let mut services: Vec<_> = records.iter().filter_map(|data| service(label, data)).collect();
            services.sort_by_cached_key(|service| (service.priority, shown(&service.host)));
            found.services.extend(services);
        }
        let nothing = found.mail_servers.is_empty() && found.services.is_empty();
        match found.failures.first() {
            Some(first) if nothing && found.failures.len() == asked => {
                Err(Error::DnsSilent { server: self.server.clone(), cause: first.cause.clone() })
            }
            _ => Ok(()),
        }
    }

    fn read_addresses(&self, found: &mut Discovery) {
        let nobody = under(NOBODY, &found.domain);
        let guesses = GUESSES.into_iter().filter_map(|label| under(label, &found.domain));
        let mut names: Vec<Name> = nobody.iter().cloned().collect();
        names.extend([found.domain.clone(), found.target.clone()]);
        names.extend(guesses);
        let services = found.services.iter().filter_map(|service| service.host.as_ref());
        let mail_servers = found.mail_servers.iter().filter_map(|server| server.host.as_ref());
        names.extend(services.chain(mail_servers).filter_map(|host| host.name().cloned()));
        let mut seen = HashSet::new();
        names.retain(|name| seen.insert(name.clone()));
        if names.len() > MOST_NAMES {
            let question = format!("addresses of {} more names", names.len() - MOST_NAMES);
            found.failures.push(Unanswered { question, cause: "too many; they were passed over".to_owned() });
            names.truncate(MOST_NAMES);
        }
        found.lookups = self.addresses(&names);
        if nobody.is_some() {
            let wildcard = found.lookups.remove(0);
            if let Resolved::Failed(cause) = &wildcard.answer {
                let question = format!("whether DNS has a wildcard for {}", found.domain);
                found.failures.push(Unanswered { question, cause: cause.clone() });
            }
            found.wildcard = wildcard.exists().then_some(wildcard);
        }
    }
}

/// The records of a reply; why there are none is kept when that is not known.
fn records(reply: Reply, question: String, failures: &mut Vec<Unanswered>) -> Vec<RData> {
    match reply {
        Reply::Records(records) => {
            if records.len() > MOST_RECORDS {
                let cause = format!("more than {MOST_RECORDS} records; the rest was passed over");
                failures.push(Unanswered { question, cause });
            }
            records.into_iter().take(MOST_RECORDS).map(|record| record.data).collect()
        }
        Reply::Unknown | Reply::NoData => Vec::new(),
        Reply::Failed(cause) => {
            failures.push(Unanswered { question, cause });
            Vec::new()
        }
    }
}

fn mail_server(data: &RData) -> Option<MailServer> {
    let RData::MX(MX { preference, exchange, .. }) = data else { return None };
    Some(MailServer { preference: *preference, host: (!exchange.is_root()).then(|| host(exchange)) })
}

fn service(label: &'static str, data: &RData) -> Option<ServiceRecord> {
    let RData::SRV(SRV { priority, weight, port, target, .. }) = data else { return None };
    let host = (!target.is_root()).then(|| host(target));
    Some(ServiceRecord { label, host, port: *port, priority: *priority, weight: *weight })
}

fn under(label: &str, domain: &Name) -> Option<Name> {
    Name::parse(&format!("{label}.{domain}")).ok()
}

fn shown(host: &Option<Target>) -> String {
    host.as_ref().map(ToString::to_string).unwrap_or_default()
}
