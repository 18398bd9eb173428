//! What users see when a client complains: its phrases, and how values are filled in.

use std::borrow::Cow;
use std::fmt::{Display, Write};

use memchr::memchr;

use super::{Client, Fault, Mark};
use crate::facts::{Identity, Moment, SanExtension, Target, Text, is_special};

/// Words that a user sees.
///
/// `{host}` is the target, `{names}` the dNSNames separated by commas, `{addresses}` the iPAddresses, `{rustls}` the
/// names as rustls lists them, `{cn}` the last common name, `{subject}` the whole subject, `{date}` the day the
/// life ended or begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Phrase {
    /// The text.
    pub text: &'static str,
    /// When it is the one shown.
    pub when: When,
    /// How sure we are of it.
    pub mark: Mark,
    /// What it leaves open.
    open: Open,
    /// As [`Message::plain`] has it.
    is_plain: bool,
}

/// What a phrase leaves open, to be filled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Open {
    Nothing,
    /// The target alone.
    Target,
    /// What stands in the certificate.
    Certificate,
}

impl Phrase {
    /// A text that is always shown.
    pub const fn new(mark: Mark, text: &'static str) -> Self {
        Self::only(When::Always, mark, text)
    }

    /// A text that is shown only then.
    pub const fn only(when: When, mark: Mark, text: &'static str) -> Self {
        Self { text, when, mark, open: Open::of(text.as_bytes()), is_plain: is_plain(text) }
    }

    /// What `client` shows its user when it complains of `fault`, and which of its phrases that is.
    pub(crate) fn of(
        client: &Client,
        fault: Fault,
        target: &Target,
        identity: &Identity,
    ) -> Option<(usize, &'static Self)> {
        let phrases = client.words.iter().enumerate().map(|(index, (of, phrase))| (index, *of, phrase));
        let mut fitting = phrases.filter(|(_, of, phrase)| *of == fault && phrase.when.holds(target, identity));
        fitting.next().map(|(index, _, phrase)| (index, phrase))
    }

    /// The phrase with every value filled in.
    pub(crate) fn filled(
        &'static self,
        target: &Target,
        identity: &Identity,
        date: Option<Moment>,
    ) -> Message<'static> {
        match self.open {
            Open::Nothing => Message { text: Cow::Borrowed(self.text), mark: self.mark, is_plain: self.is_plain },
            // It is shown once: to look whether it is plain would not pay.
            _ => Message {
                text: Cow::Owned(fill(self.text, target, Some((identity, date)))),
                mark: self.mark,
                is_plain: false,
            },
        }
    }

    /// The phrase with the target filled in, when it says nothing of the certificate.
    pub(crate) fn aimed(&'static self, target: &Target) -> Option<Message<'static>> {
        let text = (self.open == Open::Target).then(|| fill(self.text, target, None))?;
        Some(Message { is_plain: is_plain(&text), text: Cow::Owned(text), mark: self.mark })
    }
}

impl Open {
    const fn of(text: &[u8]) -> Self {
        let (mut open, mut at) = (Self::Nothing, 0);
        while at < text.len() {
            if text[at] == b'{' {
                let is_host = at + 5 < text.len()
                    && matches!(
                        [text[at + 1], text[at + 2], text[at + 3], text[at + 4], text[at + 5]],
                        [b'h', b'o', b's', b't', b'}']
                    );
                if !is_host {
                    return Self::Certificate;
                }
                open = Self::Target;
            }
            at += 1;
        }
        open
    }
}

/// What a client shows its user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message<'a> {
    text: Cow<'a, str>,
    mark: Mark,
    /// As [`Message::plain`] has it.
    is_plain: bool,
}

impl Message<'_> {
    /// The words, values filled in and escaped.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How sure we are of them.
    pub fn mark(&self) -> Mark {
        self.mark
    }

    /// The same, without words of its own.
    pub(crate) fn borrowed(&self) -> Message<'_> {
        Message { text: Cow::Borrowed(&self.text), ..*self }
    }

    /// The words, when it is known that nothing in them has to be escaped inside quotation marks.
    pub fn plain(&self) -> Option<&str> {
        self.is_plain.then_some(&*self.text)
    }
}

const fn is_plain(text: &str) -> bool {
    let (octets, mut at) = (text.as_bytes(), 0);
    while at < octets.len() {
        if is_special(octets[at]) {
            return false;
        }
        at += 1;
    }
    true
}

/// When a phrase is the one shown: some clients tell cases apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Always.
    Always,
    /// The target is an address and the certificate has no iPAddress.
    AddressWithoutAddresses,
    /// The target is an address and there is no SAN extension.
    AddressWithoutSan,
    /// The target is an address.
    Address,
    /// There is no SAN extension, and the common name is the target.
    OnlyCommonNameFits,
    /// The certificate has no dNSName.
    NoDnsName,
}

impl When {
    fn holds(self, target: &Target, identity: &Identity) -> bool {
        match self {
            Self::Always => true,
            Self::Address => target.address().is_some(),
            Self::AddressWithoutAddresses => target.address().is_some() && identity.names.addresses().next().is_none(),
            Self::AddressWithoutSan => target.address().is_some() && identity.names.extension == SanExtension::Absent,
            Self::OnlyCommonNameFits => {
                let typed = target.text().as_bytes();
                identity.names.extension == SanExtension::Absent
                    && identity.subject.common_names().any(|name| name.as_bytes().eq_ignore_ascii_case(typed))
            }
            Self::NoDnsName => !identity.names.has_dns(),
        }
    }
}

/// What `client` shows its user when it complains of `fault`. `date` is the day the life ended or begins.
pub fn words(
    client: &Client,
    fault: Fault,
    target: &Target,
    identity: &Identity,
    date: Option<Moment>,
) -> Option<Message<'static>> {
    let (_, phrase) = Phrase::of(client, fault, target, identity)?;
    Some(phrase.filled(target, identity, date))
}

/// Without a certificate, the target alone is filled in.
fn fill(text: &str, target: &Target, certificate: Option<(&Identity, Option<Moment>)>) -> String {
    let mut filled = String::with_capacity(text.len() + 256);
    let mut rest = text;
    while let Some((before, placeholder, after)) = placeholder(rest) {
        filled.push_str(before);
        match certificate {
            _ if placeholder == "host" => push(&mut filled, target.text()),
            Some((identity, date)) => push_value(&mut filled, placeholder, identity, date),
            None => {}
        }
        rest = after;
    }
    filled.push_str(rest);
    filled
}

fn push_value(out: &mut String, placeholder: &str, identity: &Identity, date: Option<Moment>) {
    let names = &identity.names;
    match placeholder {
        "names" => list(out, names.dns(), ", ", push),
        "addresses" => list(out, names.addresses(), ", ", push_shown),
        "rustls" => list(out, names.dns(), " or ", push_as_rustls),
        "cn" => identity.subject.common_names().next_back().into_iter().for_each(|name| push(out, name)),
        "subject" => push_shown(out, &identity.subject),
        "date" => date.into_iter().for_each(|date| out.push_str(&date.date())),
        unknown => push_shown(out, format_args!("{{{unknown}}}")),
    }
}

/// What stands before the first placeholder, the placeholder, and what stands behind it.
fn placeholder(text: &str) -> Option<(&str, &str, &str)> {
    let open = memchr(b'{', text.as_bytes())?;
    let (before, after) = (&text[..open], &text[open + 1..]);
    let close = memchr(b'}', after.as_bytes())?;
    Some((before, &after[..close], &after[close + 1..]))
}

fn push(out: &mut String, text: &Text) {
    match text.plain() {
        Some(plain) => out.push_str(plain),
        None => push_shown(out, text),
    }
}

fn push_shown(out: &mut String, value: impl Display) {
    // Writing to a String cannot fail.
    let _ = write!(out, "{value}");
}

/// A name as rustls shows it.
fn push_as_rustls(out: &mut String, name: &Text) {
    out.push_str("DnsName(\"");
    push(out, name);
    out.push_str("\")");
}

/// No message names more: a certificate may list thousands.
const LISTED: usize = 20;

fn list<T>(out: &mut String, values: impl Iterator<Item = T>, separator: &str, push: impl Fn(&mut String, T)) {
    for (index, value) in values.enumerate() {
        if index > 0 {
            out.push_str(separator);
        }
        if index == LISTED {
            return out.push_str("...");
        }
        push(out, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clients::ALL;
    use crate::facts::fixture::{day, identity, target};

    fn said(client: &str, host: &str, of: &Identity) -> String {
        let client = Client::find(client).unwrap();
        words(client, Fault::Name, &target(host), of, None).unwrap().text().to_owned()
    }

    #[test]
    fn outlook_2007_says_its_three_sentences() {
        let said = said("outlook2007", "remote.contoso.com", &identity(["server.contoso.local"]));
        assert_eq!(
            said,
            "The server you are connected to is using a security certificate that cannot be verified. The target \
             principal name is incorrect. Do you want to continue using this server?"
        );
    }

    #[test]
    fn go_and_rustls_list_the_names() {
        let two = identity(["a.example", "b.example"]);
        assert_eq!(said("go", "c.example", &two), "x509: certificate is valid for a.example, b.example, not c.example");
        assert!(
            said("rustls", "c.example", &two)
                .ends_with("only valid for DnsName(\"a.example\") or DnsName(\"b.example\")")
        );
        let none = "x509: cannot validate certificate for 192.0.2.5 because it doesn't contain any IP SANs";
        assert_eq!(said("go", "192.0.2.5", &two), none);
    }

    #[test]
    fn escapes_what_strangers_wrote() {
        let evil = identity(["a\u{1b}[31m.example"]);
        assert!(!said("go", "b\x07.example", &evil).contains(['\u{1b}', '\x07']));
    }

    #[test]
    fn says_of_a_target_what_it_says_of_target_and_certificate() {
        let of = identity(["a.example", "192.0.2.5"]);
        for host in ["b.example", "b\".example", "b\\.example", "b\x07.example"].map(target) {
            let aimed = |phrase: &'static Phrase| Some((phrase.aimed(&host)?, phrase));
            for (message, phrase) in ALL.iter().flat_map(|client| client.words).filter_map(|(_, phrase)| aimed(phrase))
            {
                assert_eq!(message.text(), phrase.filled(&host, &of, None).text());
                assert_eq!(message.plain().is_some(), !message.text().contains(['"', '\\']), "{}", message.text());
            }
        }
        let go = Client::find("go").unwrap().words.iter().find(|(_, phrase)| phrase.text.contains("{names}")).unwrap();
        assert_eq!(go.1.aimed(&target("b.example")), None);
    }

    #[test]
    fn fills_every_placeholder_of_every_phrase() {
        let (of, host) = (identity(["a.example", "192.0.2.5"]), target("b.example"));
        for client in ALL {
            for (_, phrase) in client.words {
                let filled = fill(phrase.text, &host, Some((&of, Some(day("2026-09-01")))));
                assert!(!filled.contains(['{', '}']), "{}: {filled}", client.id);
            }
        }
    }
}
