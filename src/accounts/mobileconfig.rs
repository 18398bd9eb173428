//! Apple's configuration profiles, also signed (Apple's device management schema, payloads `com.apple.mail.managed`,
//! `com.apple.eas.account`, `com.apple.ews.account` and `com.apple.ldap.account`).

use super::finds::{Encryption, set_encryption, set_port};
use super::plist::{self, Value};
use super::{Fault, Finds, Format};
use crate::facts::Account;
use crate::input::signed_content;

/// A profile in XML, binary, or inside PKCS#7 in DER, BER or PEM.
pub(super) const FORMAT: Format = Format { id: "mobileconfig", fits, read };

fn fits(bytes: &[u8]) -> bool {
    plist::fits(bytes) || is_ber(bytes) || is_pem(bytes)
}

/// A SEQUENCE of more than 127 octets or of indefinite length, which is no text.
fn is_ber(bytes: &[u8]) -> bool {
    matches!(bytes, [0x30, 0x80..=0x84, ..])
}

fn is_pem(bytes: &[u8]) -> bool {
    let start = bytes.trim_ascii_start();
    [&b"-----BEGIN PKCS7"[..], b"-----BEGIN CMS", b"-----BEGIN PKCS #7"].iter().any(|begin| start.starts_with(begin))
}

fn read(bytes: &[u8], finds: &mut Finds<'_>) -> Result<(), Fault> {
    if plist::fits(bytes) {
        return read_plist(bytes, finds);
    }
    let content = if is_pem(bytes) {
        let block = pem::parse(bytes).map_err(|_| Fault::from("its PEM cannot be read"))?;
        signed_content(block.contents())
    } else {
        signed_content(bytes)
    };
    let content = content.map_err(Fault::from)?;
    if !plist::fits(&content) {
        return Err("what it signs is not a configuration profile".into());
    }
    finds.note = Some("the file is signed; by whom, and whether the signature holds, was not checked");
    read_plist(&content, finds)
}

fn read_plist(bytes: &[u8], finds: &mut Finds<'_>) -> Result<(), Fault> {
    let profile = plist::parse(bytes)?;
    if profile.at("EncryptedPayloadContent").is_some() {
        return Err("its payloads are encrypted".into());
    }
    walk(&profile, finds);
    Ok(())
}

/// Reads every payload, wherever it is. The depth is that of the list, which is bounded.
fn walk(value: &Value, finds: &mut Finds<'_>) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| walk(value, finds)),
        Value::Dictionary(_) => {
            match value.text_at("PayloadType") {
                "com.apple.mail.managed" => mail(value, finds),
                "com.apple.eas.account" => {
                    exchange(value, finds, "com.apple.eas.account", ["Host", "Port", "SSL"]);
                }
                "com.apple.ews.account" => {
                    exchange(value, finds, "com.apple.ews.account", ["Host", "Port", "SSL"]);
                    exchange(value, finds, "com.apple.ews.account", ["ExternalHost", "ExternalPort", "ExternalSSL"]);
                }
                "com.apple.ldap.account" => ldap(value, finds),
                _ => {}
            }
            if let Some(content) = value.at("PayloadContent") {
                walk(content, finds);
            }
        }
        _ => {}
    }
}

fn mail(payload: &Value, finds: &mut Finds<'_>) {
    let scheme = match payload.text_at("EmailAccountType") {
        kind if kind.eq_ignore_ascii_case("EmailTypePOP") => "pop3",
        _ => "imap",
    };
    let incoming = "com.apple.mail.managed IncomingMailServerHostName";
    let mut account = finds.server(scheme, payload.text_at("IncomingMailServerHostName"), incoming);
    set_port(&mut account, &payload.number_at("IncomingMailServerPortNumber"));
    // The schema's default is false.
    set_ssl(&mut account, payload.is_true("IncomingMailServerUseSSL").unwrap_or_default());
    finds.add(account);

    let outgoing = "com.apple.mail.managed OutgoingMailServerHostName";
    let mut account = finds.server("submission", payload.text_at("OutgoingMailServerHostName"), outgoing);
    set_port(&mut account, &payload.number_at("OutgoingMailServerPortNumber"));
    if account.ports.is_empty() {
        account.ports = vec![25, 587, 465];
        account.notes.push("no port is given: 25, 587 and 465 are tried in this order".into());
    }
    set_ssl(&mut account, payload.is_true("OutgoingMailServerUseSSL").unwrap_or_default());
    finds.add(account);
}

fn exchange(payload: &Value, finds: &mut Finds<'_>, kind: &str, [host, port, ssl]: [&str; 3]) {
    let mut account = finds.server("https", payload.text_at(host), &format!("{kind} {host}"));
    set_port(&mut account, &payload.number_at(port));
    // Left out it is false for eas and true for ews: only a false that was written is noted.
    match payload.is_true(ssl) {
        Some(false) => set_encryption(&mut account, Encryption::Off),
        Some(true) | None => set_encryption(&mut account, Encryption::Implicit),
    }
    finds.add(account);
}

fn ldap(payload: &Value, finds: &mut Finds<'_>) {
    let place = "com.apple.ldap.account LDAPAccountHostName";
    let mut account = finds.server("ldap", payload.text_at("LDAPAccountHostName"), place);
    // The schema's default is true, and it knows no port.
    set_ssl(&mut account, payload.is_true("LDAPAccountUseSSL").unwrap_or(true));
    finds.add(account);
}

fn set_ssl(account: &mut Account, ssl: bool) {
    set_encryption(account, if ssl { Encryption::Ssl } else { Encryption::Off });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{Opening, Source};

    fn accounts(payload: &str) -> Vec<Account> {
        let text =
            format!("<plist><dict><key>PayloadContent</key><array><dict>{payload}</dict></array></dict></plist>");
        let source = Source::Stdin;
        let mut finds = Finds::new(&source);
        read(text.as_bytes(), &mut finds).unwrap();
        finds.finish()
    }

    fn keys(pairs: &[(&str, &str)]) -> String {
        pairs.iter().map(|(key, value)| format!("<key>{key}</key>{value}")).collect()
    }

    #[test]
    fn reads_both_servers_of_a_mail_account() {
        let accounts = accounts(&keys(&[
            ("PayloadType", "<string>com.apple.mail.managed</string>"),
            ("EmailAccountType", "<string>EmailTypePOP</string>"),
            ("IncomingMailServerHostName", "<string>pop.contoso.com</string>"),
            ("IncomingMailServerUseSSL", "<true/>"),
            ("OutgoingMailServerHostName", "<string>smtp.contoso.com</string>"),
            ("OutgoingMailServerPortNumber", "<integer>587</integer>"),
            ("OutgoingMailServerUseSSL", "<true/>"),
        ]));
        assert_eq!((accounts[0].scheme, accounts[0].opening), ("pop3", Some(Opening::Implicit)));
        // What SSL means on this port is left open, and the port says it.
        assert_eq!((accounts[1].scheme, accounts[1].opening), ("submission", None));
        assert_eq!(accounts[1].services()[0].to_string(), "submission://smtp.contoso.com:587");
    }

    #[test]
    fn tries_three_ports_when_the_outgoing_one_is_missing() {
        let accounts = accounts(&keys(&[
            ("PayloadType", "<string>com.apple.mail.managed</string>"),
            ("OutgoingMailServerHostName", "<string>smtp.contoso.com</string>"),
            ("OutgoingMailServerUseSSL", "<true/>"),
        ]));
        let services: Vec<String> = accounts[0].services().iter().map(ToString::to_string).collect();
        let expected =
            ["smtp://smtp.contoso.com:25", "submission://smtp.contoso.com:587", "smtps://smtp.contoso.com:465"];
        assert_eq!(services, expected);
    }

    #[test]
    fn reads_exchange_and_directory_accounts() {
        let exchange = accounts(&keys(&[
            ("PayloadType", "<string>com.apple.ews.account</string>"),
            ("Host", "<string>ex.contoso.local</string>"),
            ("ExternalHost", "<string>mail.contoso.com</string>"),
            ("ExternalPort", "<integer>444</integer>"),
        ]));
        assert_eq!(exchange[0].services()[0].to_string(), "https://ex.contoso.local:443");
        assert_eq!(exchange[1].services()[0].to_string(), "https://mail.contoso.com:444");
        let ldap = accounts(&keys(&[
            ("PayloadType", "<string>com.apple.ldap.account</string>"),
            ("LDAPAccountHostName", "<string>ldap.contoso.com</string>"),
        ]));
        assert_eq!(ldap[0].services()[0].to_string(), "ldaps://ldap.contoso.com:636");
    }

    #[test]
    fn says_when_the_payloads_are_encrypted() {
        let text = b"<plist><dict><key>EncryptedPayloadContent</key><data>AA==</data></dict></plist>";
        let source = Source::Stdin;
        assert_eq!(read(text, &mut Finds::new(&source)).unwrap_err().0, "its payloads are encrypted");
    }
}
