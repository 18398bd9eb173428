//! Replies become facts.

use std::collections::BTreeSet;
use std::net::IpAddr;

use hickory_resolver::lookup::Lookup as WireLookup;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::{Name as WireName, RData, Record};

use crate::facts::{Lookup, Name, Resolved, Target, Text};

/// What came of one question.
pub(super) enum Reply {
    /// At least one record, perhaps only of a CNAME chain.
    Records(Vec<Record>),
    /// No such name.
    Unknown,
    /// The name exists, without such a record.
    NoData,
    /// Why it is not known.
    Failed(String),
}

/// Addresses of one name that are kept.
const MOST_ADDRESSES: usize = 64;

impl Reply {
    pub(super) fn failed(cause: &NetError) -> Self {
        Self::Failed(words(cause))
    }
}

impl From<Result<WireLookup, NetError>> for Reply {
    fn from(result: Result<WireLookup, NetError>) -> Self {
        match result {
            Ok(lookup) if lookup.answers().is_empty() => Self::NoData,
            Ok(lookup) => Self::Records(lookup.answers().to_vec()),
            Err(cause) if cause.is_nx_domain() => Self::Unknown,
            Err(cause) if cause.is_no_records_found() => Self::NoData,
            Err(cause) => Self::failed(&cause),
        }
    }
}

/// What the replies for A and AAAA say together. One address is enough; otherwise a failure outweighs a "no".
pub(super) fn lookup(name: &Name, v4: &Reply, v6: &Reply) -> Lookup {
    let both = [v4, v6];
    let records =
        || both.into_iter().flat_map(|reply| if let Reply::Records(records) = reply { &**records } else { &[] });
    let addresses: BTreeSet<IpAddr> =
        records().filter_map(|record| record.data.ip_addr()).take(MOST_ADDRESSES).collect();
    let failure = both.into_iter().find_map(|reply| if let Reply::Failed(cause) = reply { Some(cause) } else { None });
    let answer = match failure {
        _ if !addresses.is_empty() => Resolved::Addresses(addresses.into_iter().collect()),
        Some(cause) => Resolved::Failed(cause.clone()),
        None if both.into_iter().any(|reply| matches!(reply, Reply::Unknown)) => Resolved::Unknown,
        None => Resolved::NoAddress,
    };
    let found = Lookup { name: name.clone(), aliases: Vec::new(), answer };
    if !found.exists() {
        return found;
    }
    Lookup { aliases: chain(name, records()), ..found }
}

/// The CNAME records that lead on from `name`, in order.
fn chain<'a>(name: &Name, records: impl Iterator<Item = &'a Record> + Clone) -> Vec<Target> {
    let mut aliases: Vec<Target> = Vec::new();
    let mut at = name.as_str().to_owned();
    while aliases.len() < super::LONGEST_CHAIN {
        let next = records.clone().find_map(|record| match &record.data {
            RData::CNAME(cname) if shown(&record.name) == at => Some(&cname.0),
            _ => None,
        });
        let Some(next) = next else { break };
        at = shown(next);
        aliases.push(Target::typed(at.as_bytes()));
    }
    aliases
}

/// Takes in what was said of the CNAME of the last name in a chain; the next name, when that may lead further.
pub(super) fn extend(lookup: &mut Lookup, reply: &Reply) -> Option<WireName> {
    let records = match reply {
        Reply::Records(records) => records,
        Reply::Unknown | Reply::NoData => return None,
        Reply::Failed(cause) => {
            lookup.answer = Resolved::Failed(cause.clone());
            return None;
        }
    };
    let next = records.iter().find_map(|record| match &record.data {
        RData::CNAME(cname) => Some(&cname.0),
        _ => None,
    })?;
    let alias = host(next);
    // A chain that comes back to itself has no end to speak of.
    let known = lookup.aliases.contains(&alias) || Target::from(&lookup.name) == alias;
    lookup.aliases.push(alias);
    if known {
        lookup.answer = Resolved::Failed("its CNAME records run in a circle".to_owned());
        return None;
    }
    Some(next.clone())
}

/// The host that a record names; malformed ones as a zone file would write them (RFC 1035 §5.1).
pub(super) fn host(name: &WireName) -> Target {
    Target::typed(shown(name).as_bytes())
}

/// In lower case, without the dot at the end, other bytes than those of names as `\DDD` or `\X` (RFC 1035 §5.1).
fn shown(name: &WireName) -> String {
    let mut text = String::new();
    for label in name.iter() {
        if !text.is_empty() {
            text.push('.');
        }
        for byte in label {
            match byte.to_ascii_lowercase() {
                b'.' | b'\\' => text.extend(['\\', char::from(*byte)]),
                graphic @ b'!'..=b'~' => text.push(char::from(graphic)),
                other => text.push_str(&format!("\\{other:03}")),
            }
        }
    }
    text
}

/// Why there is no answer, in few words that are safe to print.
pub(super) fn words(cause: &NetError) -> String {
    const LONGEST: usize = 200;
    let text = match cause {
        NetError::Timeout => "timed out".to_owned(),
        NetError::Dns(DnsError::ResponseCode(ResponseCode::ServFail)) => "SERVFAIL".to_owned(),
        NetError::Dns(DnsError::ResponseCode(ResponseCode::Refused)) => "REFUSED".to_owned(),
        NetError::Dns(DnsError::ResponseCode(code)) => format!("the server answered '{code}'"),
        NetError::Io(cause) => crate::error::io_cause(cause),
        NetError::Proto(_) => "the answer is malformed".to_owned(),
        other => other.to_string(),
    };
    let text = Text::from(&*text).to_string();
    text.chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_never_taken_for_no() {
        let name = Name::parse("contoso.com").unwrap();
        let timed_out = || Reply::failed(&NetError::Timeout);
        let unknown = lookup(&name, &Reply::Unknown, &Reply::Unknown).answer;
        assert_eq!(unknown, Resolved::Unknown);
        assert_eq!(lookup(&name, &Reply::NoData, &Reply::NoData).answer, Resolved::NoAddress);
        for other in [Reply::Unknown, Reply::NoData] {
            let failed = Resolved::Failed("timed out".to_owned());
            assert_eq!(lookup(&name, &timed_out(), &other).answer, failed);
            assert_eq!(lookup(&name, &other, &timed_out()).answer, failed);
        }
    }

    #[test]
    fn a_malformed_host_is_kept_as_a_zone_file_writes_it() {
        let labels: [&[u8]; 3] = [b"a b\x1b", b"Contoso", b"com"];
        let target = host(&WireName::from_labels(labels).unwrap());
        assert!(target.name().is_none());
        assert_eq!(target.to_string(), "a\\032b\\027.contoso.com");
        let dotted: [&[u8]; 2] = [b"a.b", b"com"];
        assert_eq!(host(&WireName::from_labels(dotted).unwrap()).to_string(), "a\\.b.com");
    }
}
