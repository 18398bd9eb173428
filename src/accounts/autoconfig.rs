//! Thunderbird's autoconfig, `config-v1.1.xml`, and what the IETF makes of it, version 1.2 (draft-ietf-mailmaint-autoconfig).

use super::finds::{Encryption, set_encryption, set_port, shortened};
use super::xml::{self, Element};
use super::{Fault, Finds, Format};
use crate::facts::{Account, Text};

/// `<clientConfig>`, of any version.
pub(super) const FORMAT: Format = Format { id: "autoconfig", fits, read };

fn fits(bytes: &[u8]) -> bool {
    xml::root(bytes).is_some_and(|root| root.eq_ignore_ascii_case("clientConfig"))
}

fn read(bytes: &[u8], finds: &mut Finds<'_>) -> Result<(), Fault> {
    let root = xml::parse(bytes)?;
    for provider in root.children.iter().filter(|child| child.is("emailProvider")) {
        let mut domains = provider.children.iter().filter(|child| child.is("domain"));
        let domain = domains.next().map(Element::text).filter(|_| domains.next().is_none());
        for server in &provider.children {
            if server.is("incomingServer") || server.is("outgoingServer") {
                read_server(server, domain, finds);
            }
        }
    }
    Ok(())
}

fn read_server(element: &Element, domain: Option<&str>, finds: &mut Finds<'_>) {
    let kind = element.attribute("type");
    let place = format!("{} type={}", element.name, shortened(kind));
    let scheme = match &*kind.to_ascii_lowercase() {
        "imap" => "imap",
        "pop3" => "pop3",
        "smtp" => "submission",
        "nntp" => "nntp",
        _ => {
            // Exchange and the like are named by web addresses.
            for child in element.children.iter().filter(|child| child.text().starts_with("https://")) {
                finds.add_web(child.text(), &format!("{place} {}", child.name));
            }
            return;
        }
    };
    let (host, unresolved) = resolved(element.value("hostname"), domain);
    let mut account = finds.server(scheme, &host, &place);
    account.skipped = account.skipped.or(unresolved);
    set_port(&mut account, element.value("port"));
    set_socket_type(&mut account, element.value("socketType"));
    finds.add(account);
}

/// The host with the domain put in, and why it is none when it still depends on the address.
fn resolved(host: &str, domain: Option<&str>) -> (String, Option<&'static str>) {
    const DOMAIN: &str = "%EMAILDOMAIN%";
    // Once is enough for a name, and keeps a long one from growing.
    let host = domain.map_or_else(|| host.to_owned(), |domain| host.replacen(DOMAIN, domain, 1));
    let depends = ["%EMAILADDRESS%", "%EMAILLOCALPART%", DOMAIN].iter().any(|placeholder| host.contains(placeholder));
    (host, depends.then_some("its name depends on the e-mail address"))
}

fn set_socket_type(account: &mut Account, socket_type: &str) {
    match &*socket_type.to_ascii_lowercase() {
        "ssl" => set_encryption(account, Encryption::Implicit),
        "starttls" => set_encryption(account, Encryption::StartTls),
        "plain" => set_encryption(account, Encryption::Off),
        "" => {}
        other => account.notes.push(Text::from(&*format!("socketType '{}' is not known", shortened(other)))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{Opening, Source};

    fn accounts(inside: &str) -> Vec<Account> {
        let text = format!("<clientConfig version='1.1'><emailProvider id='x'>{inside}</emailProvider></clientConfig>");
        let source = Source::Stdin;
        let mut finds = Finds::new(&source);
        read(text.as_bytes(), &mut finds).unwrap();
        finds.finish()
    }

    const IMAP: &str = "<incomingServer type='imap'><hostname>imap.%EMAILDOMAIN%</hostname><port>993</port>\
                        <socketType>SSL</socketType></incomingServer>";

    #[test]
    fn reads_socket_types() {
        for (socket_type, opening, notes) in [
            ("SSL", Some(Opening::Implicit), 0),
            ("STARTTLS", Some(Opening::StartTls), 0),
            ("plain", None, 1),
            ("odd", None, 1),
        ] {
            let accounts = accounts(&format!(
                "<outgoingServer type='smtp'><hostname>m.example</hostname><socketType>{socket_type}</socketType></outgoingServer>"
            ));
            assert_eq!((accounts[0].opening, accounts[0].notes.len()), (opening, notes), "{socket_type}");
        }
    }

    #[test]
    fn puts_the_domain_in_when_there_is_exactly_one() {
        let one = accounts(&format!("<domain>contoso.com</domain>{IMAP}"));
        assert_eq!(one[0].services()[0].to_string(), "imaps://imap.contoso.com:993");
        let two = accounts(&format!("<domain>contoso.com</domain><domain>contoso.net</domain>{IMAP}"));
        assert_eq!((two[0].skipped, two[0].services().len()), (Some("its name depends on the e-mail address"), 0));
        assert_eq!(two[0].server.to_string(), "imap.%EMAILDOMAIN%");
    }

    #[test]
    fn reads_web_addresses_of_exchange_servers() {
        let accounts =
            accounts("<incomingServer type='exchange'><ewsURL>https://ex.contoso.com/EWS</ewsURL></incomingServer>");
        assert_eq!(accounts[0].services()[0].to_string(), "https://ex.contoso.com:443");
        assert_eq!(accounts[0].place.to_string(), "incomingServer type=exchange ewsURL");
    }
}
