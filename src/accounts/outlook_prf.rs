//! Outlook's profile files, which `outlook.exe /importprf` and Newprof.exe read (KB Q259957): lists of services and accounts,
//! then a section of values for each. The sections that map keys to MAPI properties hold no values.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use super::autodiscover::principal;
use super::finds::{Encryption, number, set_encryption, set_port, shortened};
use super::{Fault, Finds, Format};
use crate::facts::{Account, Text};
use crate::input::characters;

/// `.prf`, of Outlook 97 and later.
pub(super) const FORMAT: Format = Format { id: "outlook-prf", fits, read };

const ACCOUNTS: &str = "internet account list";
const SERVICES: &str = "service list";

/// Lines of one file.
const MOST: usize = 100_000;

fn fits(bytes: &[u8]) -> bool {
    let text = characters(bytes);
    text.lines().filter_map(section).any(|section| [ACCOUNTS, SERVICES].contains(&&*section))
}

fn read(bytes: &[u8], finds: &mut Finds<'_>) -> Result<(), Fault> {
    let text = characters(bytes);
    let profile = Profile::parse(&text)?;
    for (section, kind) in profile.listed(ACCOUNTS, Kind::of) {
        read_account(&section, kind, finds);
    }
    for (section, is_directory) in profile.listed(SERVICES, |kind| kind.to_ascii_lowercase().contains("ldap")) {
        read_service(&section, is_directory, finds);
    }
    Ok(())
}

/// The sections of a file, by name in lower case. Keys keep their case and their order.
struct Profile<'a> {
    sections: HashMap<String, Vec<(&'a str, &'a str)>>,
}

impl<'a> Profile<'a> {
    fn parse(text: &'a str) -> Result<Self, Fault> {
        let mut sections: HashMap<String, Vec<(&str, &str)>> = HashMap::new();
        let mut current = sections.entry(String::new()).or_default();
        for (index, line) in text.lines().enumerate() {
            if index >= MOST {
                return Err(Fault(format!("it has more than {MOST} lines")));
            }
            if let Some(section) = section(line) {
                current = sections.entry(section).or_default();
            } else if let Some((key, value)) =
                line.split_once('=').filter(|(key, _)| !key.trim_start().starts_with(';'))
            {
                current.push((key.trim(), unquoted(value)));
            }
        }
        Ok(Self { sections })
    }

    /// The sections that a list names, each with what its kind means. One that is named again with the same meaning says nothing
    /// new, and a list of strangers may name a long one thousands of times.
    fn listed<K: Copy + Eq + Hash>(&self, list: &str, mean: impl Fn(&str) -> K) -> Vec<(Section<'_>, K)> {
        let mut seen = HashSet::new();
        let mut listed = Vec::new();
        for (name, kind) in self.sections.get(list).into_iter().flatten() {
            let (section, kind) = (name.to_lowercase(), mean(kind));
            if let Some(values) = self.sections.get(&section).filter(|_| seen.insert((section.clone(), kind))) {
                listed.push((Section { name, values }, kind));
            }
        }
        listed
    }
}

/// The values of one account or service.
struct Section<'a> {
    name: &'a str,
    values: &'a [(&'a str, &'a str)],
}

impl Section<'_> {
    /// The first value of a key, as Windows reads such files; empty when there is none.
    fn value(&self, key: &str) -> &str {
        let found = self.values.iter().find(|(name, _)| name.eq_ignore_ascii_case(key));
        found.map(|(_, value)| *value).unwrap_or_default()
    }

    fn place(&self, key: &str) -> String {
        format!("[{}] {key}", shortened(self.name))
    }

    /// The server at a key, with the port at another.
    fn server(&self, finds: &Finds<'_>, scheme: &'static str, key: &str, port: &str) -> Account {
        let mut account = finds.server(scheme, self.value(key), &self.place(key));
        set_port(&mut account, self.value(port));
        account
    }

    /// Sets what a key of the form `IMAPUseSSL` says.
    fn set_ssl(&self, account: &mut Account, key: &str) {
        match &*self.value(key).to_ascii_lowercase() {
            "" => {}
            "true" | "yes" => set_encryption(account, Encryption::Ssl),
            "false" | "no" => set_encryption(account, Encryption::Off),
            other => match number(other) {
                Some(0) => set_encryption(account, Encryption::Off),
                Some(_) => set_encryption(account, Encryption::Ssl),
                None => account.notes.push(Text::from(&*format!("{key} '{}' is not known", shortened(other)))),
            },
        }
    }
}

/// Which keys are mapped.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Pop3,
    Imap,
    Web,
    /// A kind of somebody's own may map all of them.
    Own,
}

impl Kind {
    fn of(word: &str) -> Self {
        match &*word.to_ascii_lowercase() {
            "i_mail" => Self::Pop3,
            "imap_i_mail" => Self::Imap,
            "inet_http" => Self::Web,
            _ => Self::Own,
        }
    }
}

fn read_account(section: &Section<'_>, kind: Kind, finds: &mut Finds<'_>) {
    if matches!(kind, Kind::Pop3 | Kind::Own) {
        let mut account = section.server(finds, "pop3", "POP3Server", "POP3Port");
        section.set_ssl(&mut account, "POP3UseSSL");
        finds.add(account);
    }
    if matches!(kind, Kind::Imap | Kind::Own) {
        let mut account = section.server(finds, "imap", "IMAPServer", "IMAPPort");
        section.set_ssl(&mut account, "IMAPUseSSL");
        finds.add(account);
    }
    if matches!(kind, Kind::Web | Kind::Own) {
        finds.add_web(section.value("HttpServer"), &section.place("HttpServer"));
    } else {
        read_outgoing(section, finds);
    }
}

/// `SMTPSecureConnection` since Outlook 2007, `SMTPUseSSL` before.
fn read_outgoing(section: &Section<'_>, finds: &mut Finds<'_>) {
    const SECURE: &str = "SMTPSecureConnection";
    let mut account = section.server(finds, "submission", "SMTPServer", "SMTPPort");
    match (section.value(SECURE), number(section.value(SECURE))) {
        ("", _) => section.set_ssl(&mut account, "SMTPUseSSL"),
        (_, Some(1)) => set_encryption(&mut account, Encryption::Implicit),
        (_, Some(2)) => set_encryption(&mut account, Encryption::StartTls),
        (other, _) => {
            account.notes.push(Text::from(&*format!("{SECURE} '{}' leaves open how TLS begins", shortened(other))));
        }
    }
    // Without a port, and without an encryption that has one of its own, it is SMTP's.
    if account.ports.is_empty() && !matches!(number(section.value(SECURE)), Some(1 | 2)) {
        account.scheme = "smtp";
        account.opening = None;
    }
    finds.add(account);
}

/// Exchange, Outlook Anywhere and directories.
fn read_service(section: &Section<'_>, is_directory: bool, finds: &mut Finds<'_>) {
    let mut home = finds.server("rpc", section.value("HomeServer"), &section.place("HomeServer"));
    home.skipped = Some("Outlook speaks RPC with it, which does not begin with TLS");
    finds.add(home);

    let mut proxy = finds.server("https", section.value("RPCProxyServer"), &section.place("RPCProxyServer"));
    let name = section.value("RPCProxyPrincipalName");
    proxy.principal = (!name.is_empty()).then(|| principal(name));
    finds.add(proxy);

    if is_directory || !section.value("ConnectionPort").is_empty() {
        let mut account = section.server(finds, "ldap", "ServerName", "ConnectionPort");
        section.set_ssl(&mut account, "UseSSL");
        finds.add(account);
    }
}

/// The name of the section that begins on this line, in lower case.
fn section(line: &str) -> Option<String> {
    let (name, _) = line.trim_start().strip_prefix('[')?.split_once(']')?;
    Some(name.trim().to_lowercase())
}

fn unquoted(value: &str) -> &str {
    let value = value.trim();
    ['"', '\''].into_iter().find_map(|quote| value.strip_prefix(quote)?.strip_suffix(quote)).unwrap_or(value).trim()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{Opening, Source};

    fn accounts(kind: &str, values: &str) -> Vec<Account> {
        let text = format!("[Internet Account List]\r\nAccount1={kind}\r\n[ACCOUNT1]\r\n{values}");
        let source = Source::Stdin;
        let mut finds = Finds::new(&source);
        read(text.as_bytes(), &mut finds).unwrap();
        finds.finish()
    }

    #[test]
    fn reads_the_keys_of_the_kind_alone() {
        let values =
            "POP3Server=pop.example\nIMAPServer=imap.example\nSMTPServer=smtp.example\nHttpServer=https://web.example/";
        for (kind, servers) in [
            ("I_Mail", vec!["pop.example", "smtp.example"]),
            ("IMAP_I_Mail", vec!["imap.example", "smtp.example"]),
            ("INET_HTTP", vec!["web.example"]),
        ] {
            let found: Vec<String> = accounts(kind, values).iter().map(|account| account.server.to_string()).collect();
            assert_eq!(found, servers, "{kind}");
        }
    }

    #[test]
    fn reads_how_the_outgoing_connection_is_secured() {
        for (values, address, opening) in [
            ("", "smtp://m.example:25", None),
            ("SMTPPort=587\nSMTPUseSSL=1", "submission://m.example:587", None),
            ("SMTPPort=465\nSMTPUseSSL=1", "smtps://m.example:465", Some(Opening::Implicit)),
            ("SMTPPort=25\nSMTPUseSSL=1", "smtp://m.example:25", None),
            ("SMTPUseSSL=1", "smtp://m.example:25", None),
            ("SMTPSecureConnection=1", "smtps://m.example:465", Some(Opening::Implicit)),
            ("SMTPSecureConnection=0x2", "submission://m.example:587", Some(Opening::StartTls)),
            ("SMTPPort=587\nSMTPSecureConnection=3\nSMTPUseSSL=1", "submission://m.example:587", None),
        ] {
            let accounts = accounts("I_Mail", &format!("SMTPServer=m.example\n{values}"));
            let account = &accounts[0];
            assert_eq!((account.services()[0].to_string(), account.opening), (address.to_owned(), opening), "{values}");
        }
    }

    #[test]
    fn takes_quotes_and_spaces_off_and_passes_comments_over() {
        let accounts = accounts("IMAP_I_Mail", "; IMAPServer=old.example\n imapserver = \" m.example \" \nIMAPPort=x");
        assert_eq!(accounts[0].server.to_string(), "m.example");
        assert_eq!(accounts[0].notes[0].to_string(), "'x' is not a port");
    }

    #[test]
    fn reads_no_section_that_is_not_listed() {
        let text = "[Service List]\n;Service1=LDAP Directory\n[Service1]\nServerName=a.example\n[I_Mail]\nPOP3Server=PT_STRING8";
        let source = Source::Stdin;
        let mut finds = Finds::new(&source);
        read(text.as_bytes(), &mut finds).unwrap();
        assert_eq!(finds.finish(), []);
    }

    #[test]
    fn reads_a_section_once_however_often_it_is_listed() {
        let lines = |line: fn(usize) -> String| (0..40_000).map(line).collect::<String>();
        let list = lines(|at| format!("Mine=Kind{at}\n"));
        let values = lines(|at| format!("Key{at}=1\n"));
        let text = format!("[Internet Account List]\n{list}[Mine]\n{values}POP3Server=m.example\n");
        let source = Source::Stdin;
        let mut finds = Finds::new(&source);
        let began = std::time::Instant::now();
        read(text.as_bytes(), &mut finds).unwrap();
        assert!(began.elapsed().as_secs() < 5, "{:?}", began.elapsed());
        let found: Vec<String> = finds.finish().iter().map(|account| account.server.to_string()).collect();
        assert_eq!(found, ["m.example"]);
    }
}
