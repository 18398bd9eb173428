//! The address of a live service, as people type it.

use std::net::Ipv6Addr;

use super::{Protocol, by_scheme};
use crate::error::Error;
use crate::facts::{Host, Opening, Service, Target};

/// What was asked to be looked at.
#[derive(Clone, Debug)]
pub enum Asked {
    /// A service: `imaps://mail.contoso.com`.
    Service {
        /// What it speaks.
        protocol: &'static Protocol,
        /// How TLS begins there.
        opening: Opening,
        /// The host as typed.
        host: Target,
        /// The TCP port, typed or usual.
        port: u16,
    },
    /// A port, whose protocol is to be found out: `mail.contoso.com:993`.
    HostPort {
        /// The host as typed.
        host: Target,
        /// The TCP port.
        port: u16,
    },
    /// A host, whose services are to be found out: `mail.contoso.com`.
    Host(Target),
    /// A host, and the services on it that a client would try, of which some may not be there.
    AnyOf {
        /// What they speak, how TLS begins there, and their ports.
        services: Vec<(&'static Protocol, Opening, u16)>,
        /// The host as typed.
        host: Target,
    },
}

impl Asked {
    /// The host of it.
    pub fn host(&self) -> &Target {
        match self {
            Self::Service { host, .. } | Self::HostPort { host, .. } | Self::Host(host) | Self::AnyOf { host, .. } => {
                host
            }
        }
    }

    /// What a client would try that knows these services of one host; None when there is none among them.
    pub fn any_of(services: &[Service]) -> Option<Self> {
        let known = |service: &Service| Some((by_scheme(service.scheme).ok()?.0, service.opening, service.port));
        match (services, services.iter().filter_map(known).collect::<Vec<_>>()) {
            ([only], known) => known.first().map(|&(protocol, opening, port)| Self::Service {
                protocol,
                opening,
                host: only.host.clone(),
                port,
            }),
            ([first, ..], services) => Some(Self::AnyOf { services, host: first.host.clone() }),
            ([], _) => None,
        }
    }

    /// Reads `imaps://host:port`, `imap://[2001:db8::1]`, `host:port`, `host` or an IP address.
    ///
    /// # Errors
    /// The protocol, the host or the port is missing or wrong, or there is more than that.
    pub fn parse(typed: &str) -> Result<Self, Error> {
        let Some((scheme, rest)) = typed.split_once("://") else {
            let (host, port) = host_and_port(typed, typed)?;
            return Ok(match port {
                Some(port) => Self::HostPort { host, port },
                None => Self::Host(host),
            });
        };
        let (protocol, opening, usual) = by_scheme(scheme)?;
        let (host, port) = host_and_port(typed, without_path(scheme, rest))?;
        let port = port.or(usual).ok_or_else(|| Error::NoPort { address: typed.to_owned() })?;
        Ok(Self::Service { protocol, opening, host, port })
    }
}

/// Pages of a web server share its certificate, so that their addresses may be given as they are. Elsewhere a path
/// means a mailbox or a message, which is not looked at.
fn without_path<'a>(scheme: &str, rest: &'a str) -> &'a str {
    if scheme.eq_ignore_ascii_case("https") {
        return rest.split(['/', '?', '#']).next().unwrap_or_default();
    }
    rest.strip_suffix('/').unwrap_or(rest)
}

fn host_and_port(address: &str, rest: &str) -> Result<(Target, Option<u16>), Error> {
    let surplus = |host: &str, part| Err(Error::MoreThanHost { host: host.to_owned(), part });
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    // What stands before the sign may hold a password, and is not repeated.
    if let Some((_, host)) = authority.rsplit_once('@') {
        return surplus(host, "a user name");
    }
    if !path.is_empty() {
        return surplus(authority, "a path");
    }
    let (host, port) = split(authority);
    let port = port.map(|port| number(port).ok_or_else(|| bad_port(address, port))).transpose()?;
    if host.is_empty() {
        return Err(Error::NoHost { address: address.to_owned() });
    }
    let target = Target::typed(host.as_bytes());
    match target.host() {
        Host::Malformed(fault) => Err(Error::BadName { name: host.to_owned(), fault: fault.to_string() }),
        Host::Name(_) | Host::Address(_) => Ok((target, port)),
    }
}

/// The host without brackets, and what follows its colon. An IPv6 address without brackets has colons of its own.
fn split(rest: &str) -> (&str, Option<&str>) {
    if let Some((host, after)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return match after.strip_prefix(':') {
            Some(port) => (host, Some(port)),
            None if after.is_empty() => (host, None),
            None => (rest, None),
        };
    }
    let without_zone = rest.split('%').next().unwrap_or_default();
    if without_zone.parse::<Ipv6Addr>().is_ok() {
        return (rest, None);
    }
    rest.rsplit_once(':').map_or((rest, None), |(host, port)| (host, Some(port)))
}

fn number(port: &str) -> Option<u16> {
    let digits = port.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| port.parse().ok())?.filter(|port| *port != 0)
}

fn bad_port(address: &str, port: &str) -> Error {
    Error::BadPort { address: address.to_owned(), port: port.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What was understood, as it could be typed again.
    fn understood(typed: &str) -> String {
        match Asked::parse(typed) {
            Ok(Asked::Service { protocol, opening, host, port }) => protocol.service(opening, host, port).to_string(),
            Ok(Asked::HostPort { host, port }) => format!("{host} port {port}"),
            Ok(Asked::Host(host)) => host.to_string(),
            Ok(other @ Asked::AnyOf { .. }) => panic!("nobody types {other:?}"),
            Err(error) => {
                assert!(!error.hint().is_empty(), "{error}");
                format!("error: {error}")
            }
        }
    }

    #[test]
    fn reads_addresses_as_people_type_them() {
        for (typed, meant) in [
            ("imaps://mail.contoso.com", "imaps://mail.contoso.com:993"),
            ("IMAP://Mail.Contoso.com:1143/", "imap://Mail.Contoso.com:1143"),
            ("pop://[2001:db8::1]", "pop3://[2001:db8::1]:110"),
            ("ldaps://[2001:db8::1]:3269", "ldaps://[2001:db8::1]:3269"),
            ("smtp://2001:db8::1", "smtp://[2001:db8::1]:25"),
            ("https://mail.contoso.com/owa/?a=b@c#d", "https://mail.contoso.com:443"),
            ("tls://192.0.2.5:8443", "tls://192.0.2.5:8443"),
            ("mail.contoso.com", "mail.contoso.com"),
            ("mail.contoso.com.:993", "mail.contoso.com. port 993"),
            ("localhost:65535", "localhost port 65535"),
            ("192.0.2.5:25", "192.0.2.5 port 25"),
            ("2001:db8::1", "2001:db8::1"),
            ("fe80::1%eth0", "fe80::1%eth0"),
            ("[::1]:25", "::1 port 25"),
            ("[::1]", "::1"),
            ("bücher.example:25", "bücher.example port 25"),
        ] {
            assert_eq!(understood(typed), meant, "{typed}");
        }
    }

    #[test]
    fn says_what_is_wrong_with_an_address() {
        for (typed, complaint) in [
            ("imapz://host", "no protocol is called 'imapz': did you mean 'imap'"),
            ("gopher://host", "no protocol is called 'gopher'"),
            ("://host", "no protocol is called ''"),
            ("imap://", "'imap://' names no host"),
            ("", "'' names no host"),
            (":993", "':993' names no host"),
            ("[]:993", "'[]:993' names no host"),
            ("https:///owa", "'https:///owa' names no host"),
            ("tls://host", "'tls://host' names no port, and there is no usual one"),
            ("host:", "'' in 'host:' is not a port"),
            ("host:0", "'0' in 'host:0' is not a port"),
            ("host:65536", "'65536' in 'host:65536' is not a port"),
            ("imap://host:+25", "'+25' in 'imap://host:+25' is not a port"),
            ("imap://me@host:1", "'host:1' is given with a user name, where only a host and a port are looked at"),
            ("https://me:secret@host/", "'host' is given with a user name, where only a host and a port are looked at"),
            ("imap://host/me@host", "'host' is given with a path, where only a host and a port are looked at"),
            ("host/path", "'host' is given with a path, where only a host and a port are looked at"),
            ("*.contoso.com:25", "'*.contoso.com' is not a DNS name: a wildcard names no single host"),
            ("[::1]25", "'[::1]25' is not a DNS name: character 1 ('[') is not allowed"),
            ("a\u{1b}b", "'a\\u{1b}b' is not a DNS name: character 2 ('\\u{1b}') is not allowed"),
        ] {
            assert_eq!(understood(typed), format!("error: {complaint}"), "{typed}");
        }
    }

    #[test]
    fn takes_the_services_of_one_account_together() {
        let service = |scheme: &'static str, port| Service {
            scheme,
            protocol: "SMTP",
            opening: Opening::StartTls,
            host: Target::typed(b"smtp.contoso.com"),
            port,
        };
        let one = Asked::any_of(&[service("smtp", 25)]).unwrap();
        assert!(matches!(one, Asked::Service { port: 25, .. }), "{one:?}");
        let two = Asked::any_of(&[service("smtp", 25), service("submission", 587)]).unwrap();
        assert!(matches!(&two, Asked::AnyOf { services, .. } if services.len() == 2), "{two:?}");
        assert_eq!(two.host().to_string(), "smtp.contoso.com");
        assert!(Asked::any_of(&[]).is_none());
    }
}
