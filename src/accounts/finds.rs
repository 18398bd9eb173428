//! What a format hands over: servers, and what they all need done.

use std::collections::HashSet;

use super::web_address;
use crate::facts::{Account, Opening, Source, Target, Text, begins_in_plain_text};

/// More servers than this are not one person's accounts.
const MOST: usize = 100;

/// The servers found so far.
pub(super) struct Finds<'a> {
    source: &'a Source,
    accounts: Vec<Account>,
    /// What has been found, so that each is kept once.
    known: HashSet<String>,
    /// A note for each server.
    pub(super) note: Option<&'static str>,
}

impl<'a> Finds<'a> {
    pub(super) fn new(source: &'a Source) -> Self {
        Self { source, accounts: Vec::new(), known: HashSet::new(), note: None }
    }

    /// A server that stands at `place`, to be completed and handed to [`Finds::add`].
    pub(super) fn server(&self, scheme: &'static str, host: &str, place: &str) -> Account {
        let host = host.trim();
        let shown = shortened(host);
        let mut account =
            Account::new(self.source.clone(), scheme, Target::typed(shown.as_bytes()), Text::from(&*shortened(place)));
        if shown != host {
            account.skipped = Some("no host name is that long");
        }
        account
    }

    /// Keeps the server, unless its name is empty or it is known; of one that is known, what its certificate must be for.
    pub(super) fn add(&mut self, account: Account) {
        let key = format!("{} {} {:?} {:?}", account.scheme, account.server, account.opening, account.ports);
        if account.server.text().is_empty() {
            return;
        }
        let is_same = |known: &&mut Account| {
            known.server == account.server
                && (known.scheme, known.opening, &known.ports) == (account.scheme, account.opening, &account.ports)
        };
        if self.known.insert(key) {
            if self.accounts.len() < MOST {
                self.accounts.push(account);
            }
        } else if account.principal.is_some()
            && let Some(known) = self.accounts.iter_mut().find(is_same)
        {
            known.principal = known.principal.take().or(account.principal);
        }
    }

    /// Keeps the host of a web address that begins with `https://`, or of `text` when it is a host itself.
    pub(super) fn add_web(&mut self, text: &str, place: &str) {
        let text = text.trim();
        let (host, port) = match web_address::parse(text) {
            Some(address) => (address.host, address.port),
            None if text.contains("://") => return,
            None => (text, None),
        };
        let mut account = self.server("https", host, place);
        account.ports.extend(port);
        account.opening = Some(Opening::Implicit);
        self.add(account);
    }

    /// The servers, in order.
    pub(super) fn finish(self) -> Vec<Account> {
        let Self { mut accounts, known, note, .. } = self;
        if let Some(note) = note {
            accounts.iter_mut().for_each(|account| account.notes.push(note.into()));
        }
        let more = known.len() - accounts.len();
        if let (1.., Some(last)) = (more, accounts.last_mut()) {
            last.notes.push(Text::from(&*format!("{more} more servers in this file are left out")));
        }
        accounts
    }
}

/// Takes the port from `text`, decimal or as `0x3e1`; what is none is noted.
pub(super) fn set_port(account: &mut Account, text: &str) {
    let text = text.trim();
    if text.is_empty() {
        return;
    }
    match number(text).and_then(|number| u16::try_from(number).ok()) {
        Some(port) if port > 0 => account.ports = vec![port],
        _ => account.notes.push(Text::from(&*format!("'{}' is not a port", shortened(text)))),
    }
}

/// A number, decimal or as `0x3e1`.
pub(super) fn number(text: &str) -> Option<u64> {
    let hexadecimal = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    match hexadecimal {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}

/// `text`, or its beginning when it is longer than host names are (RFC 1035 §2.3.4).
pub(super) fn shortened(text: &str) -> String {
    const LONGEST: usize = 300;
    let mut beginning: String = text.chars().take(LONGEST).collect();
    if beginning.len() < text.len() {
        beginning.push_str("...");
    }
    beginning
}

/// What a file says of encryption in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encryption {
    /// None.
    Off,
    /// "SSL", and no more than that.
    Ssl,
    /// TLS from the first byte.
    Implicit,
    /// TLS after a command.
    StartTls,
}

/// Sets how TLS begins. The port must be known.
///
/// "SSL" on a port where plain text begins is left open: Outlook Express 5 and Outlook 2000 learned to mean STARTTLS by it
/// on port 25 (KB Q218430).
pub(super) fn set_encryption(account: &mut Account, encryption: Encryption) {
    account.opening = match encryption {
        Encryption::Implicit => Some(Opening::Implicit),
        Encryption::StartTls => Some(Opening::StartTls),
        Encryption::Ssl if account.ports.iter().any(|port| begins_in_plain_text(*port)) => None,
        Encryption::Ssl => Some(Opening::Implicit),
        Encryption::Off => {
            account.notes.push("the file asks for no encryption".into());
            None
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_each_server_once_and_not_without_end() {
        let source = Source::Stdin;
        let mut finds = Finds::new(&source);
        for number in 0..300 {
            finds.add(finds.server("imap", &format!("m{}.example", number % 150), "here"));
        }
        let accounts = finds.finish();
        assert_eq!(accounts.len(), 100);
        assert_eq!(accounts[99].notes[0].as_str(), Some("50 more servers in this file are left out"));
    }

    #[test]
    fn reads_ports_and_notes_what_is_none() {
        let source = Source::Stdin;
        let finds = Finds::new(&source);
        for (text, ports) in
            [("993", vec![993]), (" 0x3E1 ", vec![993]), ("", vec![]), ("0", vec![]), ("70000", vec![])]
        {
            let mut account = finds.server("imap", "m.example", "here");
            set_port(&mut account, text);
            assert_eq!(account.ports, ports, "{text}");
            assert_eq!(account.notes.is_empty(), !ports.is_empty() || text.is_empty(), "{text}");
        }
    }

    #[test]
    fn leaves_open_what_ssl_means_where_plain_text_begins() {
        let source = Source::Stdin;
        let finds = Finds::new(&source);
        for (ports, opening) in [
            (vec![], Some(Opening::Implicit)),
            (vec![993], Some(Opening::Implicit)),
            (vec![9993], Some(Opening::Implicit)),
            (vec![143], None),
            (vec![25], None),
        ] {
            let mut account = finds.server("imap", "m.example", "here");
            account.ports = ports;
            set_encryption(&mut account, Encryption::Ssl);
            assert_eq!(account.opening, opening);
        }
    }
}
