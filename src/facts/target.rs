//! The host that people type into their client.

use std::borrow::Cow;
use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

use super::{Name, NameFault, Text};

/// What was typed as the server's name, and what a client takes it for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    typed: Text,
    host: Host,
}

/// What kind of host a target is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Host {
    /// A well-formed DNS name (never a wildcard).
    Name(Name),
    /// An IP address literal; never sent as SNI (RFC 6066 §3).
    Address(IpAddr),
    /// Neither: clients differ in what they do with it.
    Malformed(NameFault),
}

impl Target {
    /// Takes the bytes as typed. Never fails: a malformed host is a fact about what was typed.
    pub fn typed(bytes: &[u8]) -> Self {
        Self { host: host(bytes), typed: Text::new(bytes) }
    }

    /// The bytes as typed.
    pub fn text(&self) -> &Text {
        &self.typed
    }

    /// What it is.
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// The name, when it is one.
    pub fn name(&self) -> Option<&Name> {
        match &self.host {
            Host::Name(name) => Some(name),
            Host::Address(_) | Host::Malformed(_) => None,
        }
    }

    /// The address, when it is one.
    pub fn address(&self) -> Option<IpAddr> {
        match self.host {
            Host::Address(address) => Some(address),
            Host::Name(_) | Host::Malformed(_) => None,
        }
    }

    /// True when it was typed with a dot at the end.
    pub fn has_trailing_dot(&self) -> bool {
        self.typed.as_bytes().ends_with(b".")
    }
}

impl From<&Name> for Target {
    fn from(name: &Name) -> Self {
        Self::typed(name.as_str().as_bytes())
    }
}

impl fmt::Display for Target {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.typed.fmt(out)
    }
}

fn host(bytes: &[u8]) -> Host {
    // Old terminals send Latin-1, where each byte is the character of its number.
    let typed = &*match std::str::from_utf8(bytes) {
        Ok(typed) => Cow::Borrowed(typed),
        Err(_) => Cow::Owned(bytes.iter().copied().map(char::from).collect()),
    };
    let bare = typed.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(typed);
    if let Ok(address) = bare.parse() {
        return Host::Address(address);
    }
    // A zone means something on this machine only (RFC 6874 §1); certificates know none.
    if let Some(Ok(address)) = bare.split_once('%').map(|(address, _)| address.parse::<Ipv6Addr>()) {
        return Host::Address(address.into());
    }
    match Name::parse(typed) {
        Ok(name) if name.is_wildcard() => Host::Malformed(NameFault::Wildcard),
        Ok(name) => Host::Name(name),
        Err(fault) => Host::Malformed(fault),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_names_addresses_and_malformed_hosts_apart() {
        assert!(Target::typed(b"Mail.Contoso.com.").name().is_some());
        assert_eq!(Target::typed(b"b\xfccher.example").name().unwrap().as_str(), "xn--bcher-kva.example");
        assert_eq!(Target::typed(b"192.0.2.5").address(), Some("192.0.2.5".parse().unwrap()));
        assert_eq!(Target::typed(b"[::1]").address(), Some("::1".parse().unwrap()));
        assert_eq!(Target::typed(b"fe80::1%eth0").address(), Some("fe80::1".parse().unwrap()));
        for malformed in [b"*.contoso.com".as_slice(), b"", b"a b", b"a\xa0b", b"300.1.1.1"] {
            assert!(matches!(Target::typed(malformed).host(), Host::Malformed(_)));
        }
    }
}
