//! Flags of commands that ask DNS and look at live services.

use std::ffi::OsString;
use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
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

// Whom to ask, and how long.
#[derive(Debug, Args)]
pub(crate) struct Network {
    /// Ask this DNS server alone, and not the hosts file [default: as the system is set up]
    #[arg(long, value_name = "ADDR:PORT", value_parser = server)]
    pub(crate) resolver: Option<SocketAddr>,
    /// Longest wait for each answer and in each step of a connection
    #[arg(long, value_name = "SECONDS", default_value = "5", value_parser = seconds)]
    pub(crate) timeout: Duration,
}

// How live services are reached.
#[derive(Debug, Args)]
pub(crate) struct Reach {
    /// Connect to this address instead of those in DNS
    #[arg(long, value_name = "ADDR[:PORT]", value_parser = place)]
    pub(crate) connect: Option<Place>,
    #[command(flatten)]
    pub(crate) network: Network,
}

/// Where to connect to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) address: IpAddr,
    /// None: the port of the service.
    pub(crate) port: Option<u16>,
}

impl Reach {
    /// What has to follow a live source for another command to reach the same: ` --connect ADDRESS`, or nothing.
    pub(crate) fn flags(&self) -> String {
        let connect = self.connect.map(|place| match place.port {
            Some(port) => format!(" --connect {}", SocketAddr::new(place.address, port)),
            None => format!(" --connect {}", place.address),
        });
        let resolver = self.network.resolver.map(|server| format!(" --resolver {server}"));
        [connect, resolver].into_iter().flatten().collect()
    }
}

impl Network {
    /// The DNS client that was asked for.
    pub(crate) fn resolver(&self) -> Result<Resolver, Error> {
        resolver(self.resolver, self.timeout)
    }
}

/// A client of this DNS server, or of those that the system names.
pub(super) fn resolver(server: Option<SocketAddr>, limit: Duration) -> Result<Resolver, Error> {
    match server {
        Some(server) => Resolver::at(server, limit),
        None => Resolver::system(limit),
    }
}

/// An address with or without a port; DNS has 53.
pub(super) fn server(text: &str) -> Result<SocketAddr, String> {
    const DNS: u16 = 53;
    let Place { address, port } = place(text)?;
    Ok(SocketAddr::new(address, port.unwrap_or(DNS)))
}

/// An address with or without a port.
fn place(text: &str) -> Result<Place, String> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let alone = bare.parse().map(|address| Place { address, port: None });
    let both = || text.parse::<SocketAddr>().map(|both| Place { address: both.ip(), port: Some(both.port()) });
    match alone.or_else(|_| both()) {
        Ok(place) if place.port != Some(0) => Ok(place),
        _ => Err("write an address like 192.0.2.53, 192.0.2.53:5353 or [2001:db8::53]:53".to_owned()),
    }
}

pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    seconds_within(text, 0.1..=600.0)
}

/// A number of seconds that was typed.
pub(super) fn seconds_within(text: &str, range: RangeInclusive<f64>) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().ok().filter(|seconds| range.contains(seconds));
    let wanted = || format!("write seconds from {} to {}", range.start(), range.end());
    seconds.map(Duration::from_secs_f64).ok_or_else(wanted)
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
