//! A server named in an account file: what a mail client would connect to if it were given the file.

use super::{Opening, Service, Source, Target, Text};

/// One server named in an account file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The file.
    pub source: Source,
    /// Where in the file it stands: `[Account1] POP3Server`.
    pub place: Text,
    /// The protocol: `imap`, `pop3`, `smtp`, `submission`, `ldap`, `nntp`, `https`, or `rpc` for Exchange.
    pub scheme: &'static str,
    /// The server as it is written there.
    pub server: Target,
    /// How TLS begins, where the file says so.
    pub opening: Option<Opening>,
    /// The ports in the order in which the client tries them. Empty: the protocol's own.
    pub ports: Vec<u16>,
    /// The name that the certificate must be for, where it need not be the server's: Outlook Anywhere's principal name
    /// without its `msstd:`.
    pub principal: Option<Target>,
    /// Why there is no service to look at, where there is none.
    pub skipped: Option<&'static str>,
    /// What else the file says or leaves open.
    pub notes: Vec<Text>,
}

impl Account {
    /// A server of which nothing but its name is known.
    pub fn new(source: Source, scheme: &'static str, server: Target, place: Text) -> Self {
        Self {
            source,
            place,
            scheme,
            server,
            opening: None,
            ports: Vec::new(),
            principal: None,
            skipped: None,
            notes: Vec::new(),
        }
    }

    /// The services that it means, in the order in which the client tries them; it stays with the first that answers. Empty
    /// when it is skipped.
    pub fn services(&self) -> Vec<Service> {
        let Some(protocol) = PROTOCOLS.iter().find(|protocol| protocol.scheme == self.scheme) else {
            return Vec::new();
        };
        match &*self.ports {
            _ if self.skipped.is_some() => Vec::new(),
            [] => vec![self.service(protocol, None)],
            ports => ports.iter().map(|port| self.service(protocol, Some(*port))).collect(),
        }
    }

    fn service(&self, protocol: &Protocol, port: Option<u16>) -> Service {
        let implicit = match (self.opening, port) {
            _ if protocol.plain == protocol.implicit => true,
            (Some(opening), _) => opening == Opening::Implicit,
            (None, Some(port)) => begins_with_tls(port),
            (None, None) => false,
        };
        let (scheme, own) = if implicit { protocol.implicit } else { protocol.plain };
        // Submission has a port of its own; on 25 it is SMTP, whoever speaks it (RFC 6409 §3.1).
        let scheme = if port == Some(25) && scheme == "submission" { "smtp" } else { scheme };
        Service {
            scheme,
            protocol: protocol.name,
            opening: if implicit { Opening::Implicit } else { Opening::StartTls },
            host: self.server.clone(),
            port: port.unwrap_or(own),
        }
    }
}

/// True for the ports on which TLS begins with the first byte (RFC 8314 §3.3, RFC 4642 §1, RFC 9110 §4.2.2, and IANA's
/// registry for LDAP).
pub fn begins_with_tls(port: u16) -> bool {
    PROTOCOLS.iter().any(|protocol| protocol.implicit.1 == port)
}

/// True for the ports on which these protocols begin in plain text.
pub fn begins_in_plain_text(port: u16) -> bool {
    !begins_with_tls(port) && PROTOCOLS.iter().any(|protocol| protocol.plain.1 == port)
}

/// A protocol, its names in addresses and its own ports, without and with TLS from the first byte.
struct Protocol {
    scheme: &'static str,
    name: &'static str,
    plain: (&'static str, u16),
    implicit: (&'static str, u16),
}

const PROTOCOLS: &[Protocol] = &[
    Protocol { scheme: "imap", name: "IMAP", plain: ("imap", 143), implicit: ("imaps", 993) },
    Protocol { scheme: "pop3", name: "POP3", plain: ("pop3", 110), implicit: ("pop3s", 995) },
    Protocol { scheme: "smtp", name: "SMTP", plain: ("smtp", 25), implicit: ("smtps", 465) },
    Protocol { scheme: "submission", name: "SMTP", plain: ("submission", 587), implicit: ("smtps", 465) },
    Protocol { scheme: "ldap", name: "LDAP", plain: ("ldap", 389), implicit: ("ldaps", 636) },
    Protocol { scheme: "nntp", name: "NNTP", plain: ("nntp", 119), implicit: ("nntps", 563) },
    Protocol { scheme: "https", name: "HTTPS", plain: ("https", 443), implicit: ("https", 443) },
];

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(scheme: &'static str, opening: Option<Opening>, ports: &[u16]) -> Vec<String> {
        let mut account = Account::new(Source::Stdin, scheme, Target::typed(b"m.example"), "here".into());
        account.opening = opening;
        account.ports = ports.to_vec();
        account.services().iter().map(|service| format!("{service} {:?}", service.opening)).collect()
    }

    #[test]
    fn takes_the_protocols_own_port_where_none_is_given() {
        use Opening::{Implicit, StartTls};
        for (scheme, opening, address) in [
            ("imap", Some(Implicit), "imaps://m.example:993 Implicit"),
            ("imap", Some(StartTls), "imap://m.example:143 StartTls"),
            ("imap", None, "imap://m.example:143 StartTls"),
            ("pop3", Some(Implicit), "pop3s://m.example:995 Implicit"),
            ("smtp", None, "smtp://m.example:25 StartTls"),
            ("smtp", Some(Implicit), "smtps://m.example:465 Implicit"),
            ("submission", None, "submission://m.example:587 StartTls"),
            ("submission", Some(Implicit), "smtps://m.example:465 Implicit"),
            ("ldap", Some(Implicit), "ldaps://m.example:636 Implicit"),
            ("nntp", None, "nntp://m.example:119 StartTls"),
            ("https", None, "https://m.example:443 Implicit"),
            ("https", Some(StartTls), "https://m.example:443 Implicit"),
        ] {
            assert_eq!(addresses(scheme, opening, &[]), [address]);
        }
    }

    #[test]
    fn tells_by_the_port_how_tls_begins_where_the_file_does_not() {
        let tried = addresses("submission", None, &[25, 587, 465, 2525]);
        let expected = [
            "smtp://m.example:25 StartTls",
            "submission://m.example:587 StartTls",
            "smtps://m.example:465 Implicit",
            "submission://m.example:2525 StartTls",
        ];
        assert_eq!(tried, expected);
    }

    #[test]
    fn means_no_service_when_it_is_skipped_or_spoken_to_without_tls() {
        let mut account = Account::new(Source::Stdin, "imap", Target::typed(b"m.example"), "here".into());
        account.skipped = Some("for a reason");
        assert!(account.services().is_empty());
        assert!(addresses("rpc", None, &[]).is_empty());
    }
}
