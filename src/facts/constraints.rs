//! Which names a CA may sign.

use std::fmt;
use std::net::IpAddr;

use super::{Name, NameFault};

/// The names that a CA may sign (RFC 5280 §4.2.1.10): all of them, or those below some domains and in some networks.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Constraints {
    /// Domains, each with all names below it. None at all: any name.
    pub domains: Vec<Name>,
    /// Networks. None at all where there are domains: no address.
    pub networks: Vec<Network>,
}

/// A range of IP addresses: those that begin with the same bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    /// The first address.
    pub first: IpAddr,
    /// How many bits are the same.
    pub bits: u8,
}

impl Constraints {
    /// Adds a domain (`contoso.com`) or a network (`192.0.2.0/24`), as people type it.
    ///
    /// # Errors
    /// What is wrong with it as a domain.
    pub fn add(&mut self, typed: &str) -> Result<(), NameFault> {
        if let Some(network) = Network::parse(typed) {
            self.networks.push(network);
            return Ok(());
        }
        let name = Name::parse_for_certificate(typed)?;
        if name.is_wildcard() {
            return Err(NameFault::Star { position: 1 });
        }
        self.domains.push(name);
        Ok(())
    }

    /// True when nothing is forbidden.
    pub fn is_empty(&self) -> bool {
        self.domains.is_empty() && self.networks.is_empty()
    }

    /// True when this name may be signed; of a wildcard, all that it covers.
    pub fn permit_name(&self, name: &Name) -> bool {
        let name = name.as_str();
        let name = name.strip_prefix("*.").unwrap_or(name);
        let below = |domain: &Name| {
            name.strip_suffix(domain.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        self.is_empty() || self.domains.iter().any(below)
    }

    /// True when this address may be signed.
    pub fn permit_address(&self, address: IpAddr) -> bool {
        self.is_empty() || self.networks.iter().any(|network| network.holds(address))
    }
}

/// The entries, comma separated.
impl fmt::Display for Constraints {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let domains = self.domains.iter().map(Name::to_string);
        let entries: Vec<String> = domains.chain(self.networks.iter().map(Network::to_string)).collect();
        out.write_str(&entries.join(", "))
    }
}

impl Network {
    /// Reads `192.0.2.0/24`, `2001:db8::/32`, or one address. None when it is none, or has bits beyond its length.
    pub fn parse(text: &str) -> Option<Self> {
        let (address, bits) = text.split_once('/').unwrap_or((text, ""));
        let first: IpAddr = address.parse().ok()?;
        let most = if first.is_ipv4() { 32 } else { 128 };
        let bits = if text.contains('/') { bits.parse().ok()? } else { most };
        let network = Self { first, bits };
        (bits <= most && number(first) & !network.mask() == 0).then_some(network)
    }

    /// True when the address is one of them.
    pub fn holds(self, address: IpAddr) -> bool {
        address.is_ipv4() == self.first.is_ipv4() && number(address) & self.mask() == number(self.first)
    }

    /// The bits that are the same, in the lowest 32 bits for IPv4.
    fn mask(self) -> u128 {
        let (all, most) = if self.first.is_ipv4() { (u128::from(u32::MAX), 32) } else { (u128::MAX, 128) };
        all & all.checked_shl(most - u32::from(self.bits)).unwrap_or(0)
    }
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u32::from(address).into(),
        IpAddr::V6(address) => address.into(),
    }
}

impl fmt::Display for Network {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}", self.first, self.bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn constraints(entries: &[&str]) -> Constraints {
        let mut constraints = Constraints::default();
        entries.iter().for_each(|entry| constraints.add(entry).unwrap());
        constraints
    }

    #[test]
    fn permits_a_domain_and_what_is_below_it() {
        let only = constraints(&["contoso.com"]);
        for (name, permitted) in [
            ("contoso.com", true),
            ("mail.contoso.com", true),
            ("*.contoso.com", true),
            ("notcontoso.com", false),
            ("contoso.com.example", false),
            ("com", false),
            ("*.com", false),
        ] {
            assert_eq!(only.permit_name(&Name::parse(name).unwrap()), permitted, "{name}");
        }
        assert!(!only.permit_address("192.0.2.1".parse().unwrap()));
        assert!(Constraints::default().permit_name(&Name::parse("com").unwrap()));
    }

    #[test]
    fn permits_what_is_in_a_network() {
        let only = constraints(&["contoso.com", "192.0.2.0/24", "2001:db8::/32", "198.51.100.7", "10.0.0.0/8"]);
        for (address, permitted) in [
            ("192.0.2.255", true),
            ("192.0.3.0", false),
            ("198.51.100.7", true),
            ("198.51.100.8", false),
            ("10.255.0.1", true),
            ("2001:db8:ffff::1", true),
            ("2001:db9::1", false),
            ("::c000:201", false),
        ] {
            assert_eq!(only.permit_address(address.parse().unwrap()), permitted, "{address}");
        }
        assert!(Network::parse("0.0.0.0/0").unwrap().holds("255.255.255.255".parse().unwrap()));
    }

    #[test]
    fn refuses_what_is_neither_domain_nor_network() {
        for wrong in ["", "*.contoso.com", "192.0.2.1/24", "192.0.2.0/33", "2001:db8::/129", "contoso.com/24"] {
            assert!(Constraints::default().add(wrong).is_err(), "{wrong}");
        }
    }
}
