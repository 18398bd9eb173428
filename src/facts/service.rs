//! A service that people connect to: what it speaks, how TLS begins there, its host and port.

use std::fmt;

use super::Target;

/// How TLS begins on a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Opening {
    /// With the first byte (RFC 8314 §3).
    Implicit,
    /// After a command in plain text: STARTTLS, STLS or an LDAP extended request.
    StartTls,
}

/// A service on a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// What it speaks, as in addresses: `imap`, `imaps`, `submission`, `tls`.
    pub scheme: &'static str,
    /// What people call the protocol: `IMAP`.
    pub protocol: &'static str,
    /// How TLS begins.
    pub opening: Opening,
    /// The host as typed.
    pub host: Target,
    /// The TCP port.
    pub port: u16,
}

/// `imaps://mail.contoso.com:993`, `ldap://[2001:db8::1]:389`.
impl fmt::Display for Service {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { scheme, host, port, .. } = self;
        match host.address() {
            Some(address) if address.is_ipv6() => write!(out, "{scheme}://[{address}]:{port}"),
            _ => write!(out, "{scheme}://{host}:{port}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_an_address_that_can_be_typed_again() {
        let service = |host: &str| Service {
            scheme: "ldap",
            protocol: "LDAP",
            opening: Opening::StartTls,
            host: Target::typed(host.as_bytes()),
            port: 389,
        };
        assert_eq!(service("mail.contoso.com").to_string(), "ldap://mail.contoso.com:389");
        assert_eq!(service("[2001:db8::1]").to_string(), "ldap://[2001:db8::1]:389");
        assert_eq!(service("192.0.2.5").to_string(), "ldap://192.0.2.5:389");
    }
}
