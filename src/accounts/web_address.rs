//! Host and port of a web address (RFC 3986 §3.2).

/// Where an `https` address leads.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct WebAddress<'a> {
    pub(super) host: &'a str,
    pub(super) port: Option<u16>,
}

/// The host and port of `https://host:port/path`; `None` for anything else.
pub(super) fn parse(text: &str) -> Option<WebAddress<'_>> {
    const SCHEME: &str = "https://";
    let (scheme, rest) = text.split_at_checked(SCHEME.len())?;
    if !scheme.eq_ignore_ascii_case(SCHEME) {
        return None;
    }
    let authority = rest.split(['/', '?', '#', '\\']).next()?;
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    // The colons of an IPv6 address stand in brackets.
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, port),
        _ => (authority, ""),
    };
    let port = if port.is_empty() { None } else { Some(port.parse().ok().filter(|port| *port > 0)?) };
    (!host.is_empty()).then_some(WebAddress { host, port })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_host_and_port_out() {
        for (text, host, port) in [
            ("https://mail.contoso.com/EWS/Exchange.asmx", "mail.contoso.com", None),
            ("HTTPS://mail.contoso.com:444", "mail.contoso.com", Some(444)),
            ("https://mail.contoso.com:/owa", "mail.contoso.com", None),
            ("https://user@mail.contoso.com?x=https://a", "mail.contoso.com", None),
            ("https://[2001:db8::1]:8443/", "[2001:db8::1]", Some(8443)),
            ("https://[2001:db8::1]", "[2001:db8::1]", None),
        ] {
            assert_eq!(parse(text), Some(WebAddress { host, port }), "{text}");
        }
    }

    #[test]
    fn takes_nothing_else_for_a_web_address() {
        for text in
            ["", "http://a.example", "a.example", "https://", "https:///owa", "https://a:70000", "https://a:b", "ä://"]
        {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
