//! What DNS says about one name.

use std::fmt;
use std::net::IpAddr;

use super::{Name, Target};

/// A name that DNS was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lookup {
    /// The name asked for.
    pub name: Name,
    /// Where its CNAME records lead, in order. Clients never compare these (RFC 2595 §2.4).
    pub aliases: Vec<Target>,
    /// What is at the end.
    pub answer: Resolved,
}

/// What DNS said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolved {
    /// Its addresses, sorted; never empty.
    Addresses(Vec<IpAddr>),
    /// There is no such name (NXDOMAIN, RFC 2308 §2.1).
    Unknown,
    /// The name exists but has no address (RFC 2308 §2.2).
    NoAddress,
    /// It is not known, and why: timed out, SERVFAIL. Safe to print.
    Failed(String),
}

impl Lookup {
    /// Its addresses; none when there are none or DNS could not be asked.
    pub fn addresses(&self) -> &[IpAddr] {
        match &self.answer {
            Resolved::Addresses(addresses) => addresses,
            Resolved::Unknown | Resolved::NoAddress | Resolved::Failed(_) => &[],
        }
    }

    /// True when it has an address.
    pub fn exists(&self) -> bool {
        !self.addresses().is_empty()
    }

    /// Whether it leads to `address`; None when DNS could not be asked.
    pub fn points_at(&self, address: IpAddr) -> Option<bool> {
        let address = address.to_canonical();
        match &self.answer {
            Resolved::Failed(_) => None,
            _ => Some(self.addresses().iter().any(|own| own.to_canonical() == address)),
        }
    }

    /// True when the two have an address in common.
    pub fn meets(&self, other: &Self) -> bool {
        self.addresses().iter().any(|address| other.addresses().contains(address))
    }
}

/// `192.0.2.10, 2001:db8::10`, or why there is no address.
impl fmt::Display for Resolved {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Addresses(addresses) => {
                const SHOWN: usize = 6;
                let shown: Vec<String> = addresses.iter().take(SHOWN).map(IpAddr::to_string).collect();
                out.write_str(&shown.join(", "))?;
                match addresses.len().saturating_sub(SHOWN) {
                    0 => Ok(()),
                    more => write!(out, " and {more} more"),
                }
            }
            Self::Unknown => out.write_str("DNS does not know it"),
            Self::NoAddress => out.write_str("it has no address in DNS"),
            Self::Failed(cause) => write!(out, "not checked: {cause}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lookup(answer: Resolved) -> Lookup {
        Lookup { name: Name::parse("remote.contoso.com").unwrap(), aliases: Vec::new(), answer }
    }

    #[test]
    fn tells_elsewhere_from_not_known() {
        let here: IpAddr = "192.0.2.10".parse().unwrap();
        let there: IpAddr = "192.0.2.11".parse().unwrap();
        let found = lookup(Resolved::Addresses(vec![here]));
        assert_eq!(found.points_at("::ffff:192.0.2.10".parse().unwrap()), Some(true));
        assert_eq!(found.points_at(there), Some(false));
        assert_eq!(lookup(Resolved::Unknown).points_at(here), Some(false));
        assert_eq!(lookup(Resolved::Failed("timed out".to_owned())).points_at(here), None);
    }
}
