//! Responses of Exchange's Autodiscover: plain XML of every schema (Microsoft's POX Autodiscover reference) and SOAP.

use super::finds::{Encryption, set_encryption, set_port, shortened};
use super::web_address;
use super::xml::{self, Element};
use super::{Fault, Finds, Format};
use crate::facts::{Account, Target, Text};

/// `<Autodiscover>` or a SOAP envelope.
pub(super) const FORMAT: Format = Format { id: "autodiscover", fits, read };

fn fits(bytes: &[u8]) -> bool {
    let root = xml::root(bytes).unwrap_or_default();
    root.eq_ignore_ascii_case("Autodiscover") || root == "Envelope"
}

fn read(bytes: &[u8], finds: &mut Finds<'_>) -> Result<(), Fault> {
    let root = xml::parse(bytes)?;
    walk(&root, "", finds);
    Ok(())
}

/// Reads an element and what is in it; `part` says in which part of the response it stands. The depth is bounded by that of
/// the tree.
fn walk(element: &Element, part: &str, finds: &mut Finds<'_>) {
    let part = if element.is("Protocol") {
        let part = format!("Protocol {}", shortened(protocol_type(element)));
        read_protocol(element, &part, finds);
        part
    } else if element.is("UserSetting") {
        let part = shortened(element.value("Name"));
        read_connections(element, &part, finds);
        part
    } else {
        part.to_owned()
    };
    if web_address::parse(element.text()).is_some() {
        finds.add_web(element.text(), format!("{part} {}", element.name).trim_start());
    }
    element.children.iter().for_each(|child| walk(child, &part, finds));
}

/// The type stands in an element, and in an attribute for MAPI over HTTP.
fn protocol_type(protocol: &Element) -> &str {
    let element = protocol.value("Type");
    if element.is_empty() { protocol.attribute("Type") } else { element }
}

fn read_protocol(protocol: &Element, part: &str, finds: &mut Finds<'_>) {
    let server = protocol.value("Server");
    let place = format!("{part} Server");
    let scheme = match &*protocol_type(protocol).to_ascii_uppercase() {
        "IMAP" | "IMAP4" => "imap",
        "POP" | "POP3" => "pop3",
        "SMTP" => "submission",
        "NNTP" => "nntp",
        "LDAP" => "ldap",
        "EXPR" | "EXHTTP" => "https",
        "EXCH" => "rpc",
        _ => return,
    };
    // Web addresses are taken where they stand.
    if server.contains("://") {
        return;
    }
    let mut account = finds.server(scheme, server, &place);
    set_port(&mut account, protocol.value("Port"));
    set_principal(&mut account, protocol.value("CertPrincipalName"));
    if scheme == "rpc" {
        account.ports.clear();
        account.skipped = Some("Outlook speaks RPC with it, which does not begin with TLS");
    } else {
        set_ssl(&mut account, protocol);
    }
    finds.add(account);
}

/// SSL is on unless it is off (SSL (POX)). Encryption says more, where it is written.
fn set_ssl(account: &mut Account, protocol: &Element) {
    let ssl = if protocol.value("SSL").eq_ignore_ascii_case("off") { Encryption::Off } else { Encryption::Ssl };
    match protocol.value("Encryption") {
        "" => set_encryption(account, ssl),
        method => set_method(account, "Encryption", method),
    }
}

/// Sets what an element says whose values Microsoft's reference does not list.
fn set_method(account: &mut Account, element: &str, method: &str) {
    let encryption = match &*method.to_ascii_uppercase() {
        "SSL" => Some(Encryption::Implicit),
        "TLS" => Some(Encryption::StartTls),
        "NONE" => Some(Encryption::Off),
        _ => None,
    };
    let method = shortened(method);
    let note = match encryption {
        Some(Encryption::Off) => None,
        Some(_) => Some(format!("how TLS begins is surmised from {element} '{method}'")),
        None => Some(format!("{element} '{method}' leaves open how TLS begins")),
    };
    account.notes.extend(note.map(|note| Text::from(&*note)));
    if let Some(encryption) = encryption {
        set_encryption(account, encryption);
    }
}

fn set_principal(account: &mut Account, name: &str) {
    if name.is_empty() || name.eq_ignore_ascii_case("none") {
        return;
    }
    account.principal = Some(principal(name));
}

/// The name without the `msstd:` that RPC puts before it.
pub(super) fn principal(name: &str) -> Target {
    let bare = match name.split_once(':') {
        Some((kind, bare)) if kind.eq_ignore_ascii_case("msstd") => bare,
        _ => name,
    };
    Target::typed(shortened(bare.trim()).as_bytes())
}

/// The connections in a user setting such as `ExternalImap4Connections`.
fn read_connections(setting: &Element, name: &str, finds: &mut Finds<'_>) {
    let lower = name.to_ascii_lowercase();
    let scheme = match () {
        () if lower.contains("imap") => "imap",
        () if lower.contains("pop") => "pop3",
        () if lower.contains("smtp") => "submission",
        () => return,
    };
    let connections = setting.children.iter().filter(|child| child.is("ProtocolConnections"));
    for connection in connections.flat_map(|list| &list.children).filter(|child| child.is("ProtocolConnection")) {
        let mut account = finds.server(scheme, connection.value("Hostname"), &format!("{name} Hostname"));
        set_port(&mut account, connection.value("Port"));
        match connection.value("EncryptionMethod") {
            "" => set_encryption(&mut account, Encryption::Off),
            method => set_method(&mut account, "EncryptionMethod", method),
        }
        finds.add(account);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{Opening, Source};

    fn accounts(inside: &str) -> Vec<Account> {
        let text = format!("<Autodiscover><Response><Account>{inside}</Account></Response></Autodiscover>");
        let source = Source::Stdin;
        let mut finds = Finds::new(&source);
        read(text.as_bytes(), &mut finds).unwrap();
        finds.finish()
    }

    fn protocol(kind: &str, inside: &str) -> Account {
        let inside = format!("<Protocol><Type>{kind}</Type><Server>m.example</Server>{inside}</Protocol>");
        accounts(&inside).remove(0)
    }

    #[test]
    fn reads_how_tls_begins() {
        for (inside, opening) in [
            ("<Port>993</Port>", Some(Opening::Implicit)),
            ("<Port>993</Port><SSL>off</SSL>", None),
            ("<Port>143</Port><SSL>on</SSL>", None),
            ("<Port>143</Port><SSL>on</SSL><Encryption>TLS</Encryption>", Some(Opening::StartTls)),
            ("<Port>9143</Port><SSL>on</SSL><Encryption>SSL</Encryption>", Some(Opening::Implicit)),
            ("<Port>143</Port><Encryption>Auto</Encryption>", None),
        ] {
            assert_eq!(protocol("IMAP", inside).opening, opening, "{inside}");
        }
    }

    #[test]
    fn says_when_that_is_surmised() {
        let notes = |inside: &str| protocol("IMAP", inside).notes.iter().map(ToString::to_string).collect::<Vec<_>>();
        let surmised = "how TLS begins is surmised from Encryption 'TLS'";
        assert_eq!(notes("<Encryption>TLS</Encryption>"), [surmised]);
        assert_eq!(notes("<Encryption>Auto</Encryption>"), ["Encryption 'Auto' leaves open how TLS begins"]);
        assert_eq!(notes("<SSL>on</SSL>"), [""; 0]);
    }

    #[test]
    fn takes_the_principal_name_of_outlook_anywhere() {
        let account = protocol("EXPR", "<SSL>On</SSL><CertPrincipalName>msstd:mail.contoso.com</CertPrincipalName>");
        assert_eq!(account.services()[0].to_string(), "https://m.example:443");
        assert_eq!(account.principal, Some(Target::typed(b"mail.contoso.com")));
        assert_eq!(protocol("EXPR", "<CertPrincipalName>none</CertPrincipalName>").principal, None);
    }

    #[test]
    fn looks_at_no_service_of_rpc() {
        let account = protocol("EXCH", "");
        assert_eq!((account.scheme, account.services().len()), ("rpc", 0));
    }

    #[test]
    fn takes_web_addresses_wherever_they_stand_and_each_host_once() {
        let accounts = accounts(
            "<Protocol><Type>WEB</Type><External><OWAUrl>https://owa.contoso.com/owa</OWAUrl><Protocol><Type>EXPR</Type>\
             <ASUrl>https://owa.contoso.com/EWS</ASUrl></Protocol></External></Protocol>\
             <Protocol Type='mapiHttp'><MailStore><InternalUrl>https://ex.contoso.local/mapi</InternalUrl></MailStore></Protocol>",
        );
        let shown: Vec<String> =
            accounts.iter().map(|account| format!("{}: {}", account.place, account.server)).collect();
        assert_eq!(shown, ["Protocol WEB OWAUrl: owa.contoso.com", "Protocol mapiHttp InternalUrl: ex.contoso.local"]);
    }
}
