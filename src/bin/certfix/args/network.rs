//! Flags of commands that ask DNS.

use std::ffi::OsString;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use certfix::Error;
use certfix::dns::Resolver;
use clap::Args;

use super::Output;

#[derive(Debug, Args)]
pub(crate) struct Names {
    /// The mail domain: what stands behind the @ of its addresses
    pub(crate) domain: String,
    /// The server name that people type into their mail client, if it is not PREFIX.DOMAIN
    #[arg(long, value_name = "NAME", conflicts_with = "prefix")]
    pub(crate) fqdn: Option<OsString>,
    /// The word put before the domain
    #[arg(long, value_name = "LABEL", default_value = "remote")]
    pub(crate) prefix: String,
    #[command(flatten)]
    pub(crate) network: Network,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// Whom to ask, and how long.
#[derive(Debug, Args)]
pub(crate) struct Network {
    /// Ask this DNS server alone, and not the hosts file [default: as the system is set up]
    #[arg(long, value_name = "ADDR:PORT", value_parser = server)]
    pub(crate) resolver: Option<SocketAddr>,
    /// Longest wait for an answer
    #[arg(long, value_name = "SECONDS", default_value = "5", value_parser = clap::value_parser!(u64).range(1..=600))]
    pub(crate) timeout: u64,
}

impl Network {
    /// The longest wait for an answer.
    pub(crate) fn limit(&self) -> Duration {
        Duration::from_secs(self.timeout)
    }

    /// The DNS client that was asked for.
    pub(crate) fn resolver(&self) -> Result<Resolver, Error> {
        match self.resolver {
            Some(server) => Resolver::at(server, self.limit()),
            None => Resolver::system(self.limit()),
        }
    }
}

/// An address with or without a port; DNS has 53.
fn server(text: &str) -> Result<SocketAddr, String> {
    const DNS: u16 = 53;
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let address = text.parse().or_else(|_| bare.parse::<IpAddr>().map(|address| SocketAddr::new(address, DNS)));
    match address {
        Ok(address) if address.port() != 0 => Ok(address),
        _ => Err("write an address like 192.0.2.53, 192.0.2.53:5353 or [2001:db8::53]:53".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_may_come_without_its_port() {
        for (text, address) in [
            ("192.0.2.53", "192.0.2.53:53"),
            ("192.0.2.53:5353", "192.0.2.53:5353"),
            ("2001:db8::53", "[2001:db8::53]:53"),
            ("[2001:db8::53]", "[2001:db8::53]:53"),
            ("[2001:db8::53]:5353", "[2001:db8::53]:5353"),
        ] {
            assert_eq!(server(text).unwrap().to_string(), address);
        }
        for text in ["", "dns.contoso.com", "192.0.2.53:", "192.0.2.53:99999", "192.0.2.53:0"] {
            assert!(server(text).is_err(), "{text}");
        }
    }
}
