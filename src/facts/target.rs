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
    /// As IDNA 2003 maps it, where that is another name.
    older: Option<Box<Name>>,
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
        let typed = Text::new(bytes);
        Self { host: host(bytes), older: typed.as_str().and_then(as_of_2003).map(Box::new), typed }
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

    /// The name as programs know it that map by IDNA 2003 (RFC 3490, RFC 3491): `fass.example` for `faß.example`. None when it is
    /// no name.
    pub fn name_of_2003(&self) -> Option<&Name> {
        self.older.as_deref().or_else(|| self.name())
    }

    /// The address, when it is one.
    pub fn address(&self) -> Option<IpAddr> {
        match self.host {
            Host::Address(address) => Some(address),
            Host::Name(_) | Host::Malformed(_) => None,
        }
    }

    /// The host in what is no name, where that is an address of the Web, a name with a port, or one with spaces around it. None
    /// for an address of mail: its host is a domain, seldom a server.
    pub fn host_within(&self) -> Option<String> {
        let typed = self.typed.as_str().filter(|_| matches!(self.host, Host::Malformed(_)))?.trim();
        let bare = typed.split_once("://").map_or(typed, |(_, rest)| rest);
        let authority = bare.split(['/', '?', '#', '\\']).next()?;
        let host = match authority.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
            _ => authority,
        };
        let host = Self::typed(host.as_bytes());
        (!matches!(host.host, Host::Malformed(_))).then(|| host.to_string())
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

/// The name by IDNA 2003, where that is another.
fn as_of_2003(typed: &str) -> Option<Name> {
    match mapped_of_2003(typed) {
        Cow::Borrowed(_) => None,
        Cow::Owned(mapped) => Name::parse(&mapped).ok(),
    }
}

/// With the four characters mapped that IDNA 2008 maps no longer (UTS 46 §2.3).
pub(crate) fn mapped_of_2003(text: &str) -> Cow<'_, str> {
    const DEVIATIONS: [char; 5] = ['\u{df}', '\u{1e9e}', '\u{3c2}', '\u{200c}', '\u{200d}'];
    if text.is_ascii() || !text.contains(DEVIATIONS) {
        return Cow::Borrowed(text);
    }
    let mapped = text.replace(['\u{df}', '\u{1e9e}'], "ss").replace('\u{3c2}', "\u{3c3}");
    Cow::Owned(mapped.replace(['\u{200c}', '\u{200d}'], ""))
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
    fn knows_names_as_idna_2003_maps_them() {
        let both = |typed: &str| {
            let target = Target::typed(typed.as_bytes());
            [target.name(), target.name_of_2003()].map(|name| name.map(Name::to_string).unwrap_or_default())
        };
        assert_eq!(both("Fa\u{df}.example"), ["xn--fa-hia.example", "fass.example"]);
        assert_eq!(both("\u{3b2}\u{3cc}\u{3bb}\u{3bf}\u{3c2}.com"), ["xn--nxasmm1c.com", "xn--nxasmq6b.com"]);
        assert_eq!(both("mail.b\u{fc}cher.example"), ["mail.xn--bcher-kva.example"; 2]);
        assert_eq!(both("fass.example"), ["fass.example"; 2]);
        assert_eq!(both("192.0.2.5"), [""; 2]);
    }

    #[test]
    fn finds_the_host_in_what_was_pasted() {
        let within = |typed: &str| Target::typed(typed.as_bytes()).host_within();
        for pasted in [
            "https://mail.contoso.com/owa",
            "mail.contoso.com:993",
            " mail.contoso.com",
            "imaps://mail.contoso.com:993?x",
        ] {
            assert_eq!(within(pasted).as_deref(), Some("mail.contoso.com"), "{pasted}");
        }
        assert_eq!(within("[2001:db8::5]:993").as_deref(), Some("[2001:db8::5]"));
        for other in
            ["mail.contoso.com", "192.0.2.5", "", "a b", "*.contoso.com", "info@contoso.com", "mail..contoso.com"]
        {
            assert_eq!(within(other), None, "{other}");
        }
    }

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
