//! What users see when a client complains: its phrases, and how values are filled in.

use std::borrow::Cow;
use std::fmt::{Display, Write};

use memchr::memchr;

use super::lists::{list, rustls};
use super::{Client, Fault, Mark, When};
use crate::facts::{Identity, Moment, Target, Text, is_special};

/// Words that a user sees.
///
/// `{host}` is the target, `{mapped}` the target in A-labels by IDNA 2003, `{names}` the dNSNames separated by commas, `{addresses}`
/// the iPAddresses, `{rustls}` the names as rustls lists them, `{cn}` the last common name, `{subject}` the whole
/// subject, `{date}` the day the life ended or begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Phrase {
    /// The text.
    pub text: &'static str,
    /// When it is the one shown.
    pub when: When,
    /// How sure we are of it.
    pub mark: Mark,
    /// The only systems that show it, where others show something else.
    pub system: Option<&'static str>,
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
        Self { text, when, mark, system: None, open: Open::of(text.as_bytes()), is_plain: is_plain(text) }
    }

    /// The same, shown on this system alone.
    pub const fn on(self, system: &'static str) -> Self {
        Self { system: Some(system), ..self }
    }

    /// What `client` shows its user when it complains of `fault`, and which of its phrases that is.
    pub(crate) fn of(
        client: &Client,
        fault: Fault,
        target: &Target,
        identity: &Identity,
    ) -> Option<(usize, &'static Self)> {
        let fitting = |fault: Fault| {
            let mut phrases = client.words.iter().enumerate();
            phrases.find(|(_, (of, phrase))| *of == fault && phrase.when.holds(target, identity))
        };
        // Clients have many words for what can be wrong with a chain.
        let broader =
            fault.broader().filter(|_| !matches!(fault, Fault::SpoiltChain | Fault::Unrooted | Fault::Detour));
        let (index, (_, phrase)) = fitting(fault).or_else(|| fitting(broader?))?;
        Some((index, phrase))
    }

    /// The phrase with every value filled in.
    pub(crate) fn filled(
        &'static self,
        target: &Target,
        identity: &Identity,
        date: Option<Moment>,
    ) -> Message<'static> {
        match self.open {
            Open::Nothing => self.message(Cow::Borrowed(self.text), self.mark, self.is_plain),
            // It is shown once: to look whether it is plain would not pay.
            _ => {
                let Filled { text, is_whole } = fill(self.text, target, Some((identity, date)));
                // The client names more than is listed here: these are not its exact words.
                let mark = if is_whole { self.mark } else { self.mark.max(Mark::Inferred) };
                self.message(Cow::Owned(text), mark, false)
            }
        }
    }

    /// The phrase with the target filled in, when it says nothing of the certificate.
    pub(crate) fn aimed(&'static self, target: &Target) -> Option<Message<'static>> {
        let text = (self.open == Open::Target).then(|| fill(self.text, target, None).text)?;
        let is_plain = is_plain(&text);
        Some(self.message(Cow::Owned(text), self.mark, is_plain))
    }

    const fn message(&self, text: Cow<'static, str>, mark: Mark, is_plain: bool) -> Message<'static> {
        Message { text, mark, system: self.system, is_plain }
    }
}

impl Open {
    const fn of(text: &[u8]) -> Self {
        let (mut open, mut at) = (Self::Nothing, 0);
        while at < text.len() {
            if text[at] == b'{' {
                if !begins(text, at, b"{host}") && !begins(text, at, b"{mapped}") {
                    return Self::Certificate;
                }
                open = Self::Target;
            }
            at += 1;
        }
        open
    }
}

/// True when `word` stands at this place.
const fn begins(text: &[u8], at: usize, word: &[u8]) -> bool {
    let mut index = 0;
    while index < word.len() {
        if at + index >= text.len() || text[at + index] != word[index] {
            return false;
        }
        index += 1;
    }
    true
}

/// What a client shows its user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message<'a> {
    text: Cow<'a, str>,
    mark: Mark,
    system: Option<&'static str>,
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

    /// The only systems that show them, where others show something else.
    pub fn system(&self) -> Option<&'static str> {
        self.system
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

/// A text with its values.
struct Filled {
    text: String,
    /// False when a list was cut short.
    is_whole: bool,
}

/// Without a certificate, the target alone is filled in.
fn fill(text: &str, target: &Target, certificate: Option<(&Identity, Option<Moment>)>) -> Filled {
    let mut filled = Filled { text: String::with_capacity(text.len() + 256), is_whole: true };
    let mut rest = text;
    while let Some((before, placeholder, after)) = placeholder(rest) {
        filled.text.push_str(before);
        match (placeholder, certificate) {
            ("host", _) => push(&mut filled.text, target.text()),
            ("mapped", _) => push_mapped(&mut filled.text, target),
            (_, Some((identity, date))) => filled.push_value(placeholder, identity, date),
            (_, None) => {}
        }
        rest = after;
    }
    filled.text.push_str(rest);
    filled
}

impl Filled {
    fn push_value(&mut self, placeholder: &str, identity: &Identity, date: Option<Moment>) {
        let (out, names) = (&mut self.text, &identity.names);
        match placeholder {
            "names" => self.is_whole &= list(out, names.dns(), push),
            "addresses" => self.is_whole &= list(out, names.addresses(), push_shown),
            "rustls" => self.is_whole &= rustls(out, &names.entries),
            "cn" => identity.subject.common_names().next_back().into_iter().for_each(|name| push(out, name)),
            "subject" => push_shown(out, &identity.subject),
            "date" => date.into_iter().for_each(|date| out.push_str(&date.date())),
            unknown => push_shown(out, format_args!("{{{unknown}}}")),
        }
    }
}

/// By IDNA 2003; what is ASCII is left as it was typed (RFC 3490 §4.1).
fn push_mapped(out: &mut String, target: &Target) {
    match target.name_of_2003() {
        Some(name) if !target.text().as_bytes().is_ascii() => {
            out.push_str(name.as_str());
            out.push_str(if target.has_trailing_dot() { "." } else { "" });
        }
        _ => push(out, target.text()),
    }
}

/// What stands before the first placeholder, the placeholder, and what stands behind it.
fn placeholder(text: &str) -> Option<(&str, &str, &str)> {
    let open = memchr(b'{', text.as_bytes())?;
    let (before, after) = (&text[..open], &text[open + 1..]);
    let close = memchr(b'}', after.as_bytes())?;
    Some((before, &after[..close], &after[close + 1..]))
}

pub(super) fn push(out: &mut String, text: &Text) {
    match text.plain() {
        Some(plain) => out.push_str(plain),
        None => push_shown(out, text),
    }
}

pub(super) fn push_shown(out: &mut String, value: impl Display) {
    // Writing to a String cannot fail.
    let _ = write!(out, "{value}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clients::ALL;
    use crate::facts::fixture::{day, identity, subject, target};

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
    fn go_blames_the_common_name_alone_before_anything_else() {
        let legacy = "x509: certificate relies on legacy Common Name field, use SANs instead";
        for (common_name, host) in
            [("*.a.example", "b.a.example"), ("192.0.2.5", "192.0.2.5"), ("b.example", "B.example.")]
        {
            let bare = Identity { subject: subject(&[common_name]), ..identity([]) };
            assert_eq!(said("go", host, &bare), legacy, "{common_name} {host}");
        }
        let bare = Identity { subject: subject(&["*.a.example"]), ..identity([]) };
        let none = "x509: certificate is not valid for any names, but wanted to match a.example";
        assert_eq!(said("go", "a.example", &bare), none);
    }

    #[test]
    fn curl_names_the_common_name_that_it_compared() {
        let bare = Identity { subject: subject(&["other.example"]), ..identity([]) };
        let differs = "SSL: certificate subject name 'other.example' does not match target hostname 'a.example'";
        assert_eq!(said("curl", "a.example", &bare), differs);
        assert_eq!(
            said("curl", "a.example", &Identity { subject: subject(&[]), ..identity([]) }),
            "SSL: unable to obtain common name from peer certificate"
        );
        let listed = "SSL: no alternative certificate subject name matches target hostname 'a.example'";
        for of in [identity(["b.example"]), identity(["192.0.2.5"])] {
            assert_eq!(said("curl", "a.example", &of), listed);
        }
    }

    #[test]
    fn java_says_first_what_it_takes_for_no_host_name() {
        let of = identity(["mail.contoso.com", "my_host.contoso.com"]);
        for client in ["jsse", "angus-mail"] {
            for host in ["-mail.contoso.com.", ".contoso.com", "my_host.contoso.com"] {
                assert_eq!(said(client, host, &of), format!("Illegal given domain name: {host}"));
            }
            let bare = Identity { subject: subject(&["mail.contoso.com"]), ..identity([]) };
            assert_eq!(said(client, "192.0.2.5", &bare), "No subject alternative names present");
        }
    }

    #[test]
    fn python_shows_a_name_in_a_labels() {
        let of = identity(["a.example"]);
        assert!(said("python", "B\u{fc}cher.example", &of).contains("'xn--bcher-kva.example'"));
        assert!(said("python", "Fa\u{df}.example", &of).contains("'fass.example'"));
        assert!(said("python", "B.example", &of).contains("'B.example'"));
    }

    #[test]
    fn a_list_that_is_cut_short_is_not_exact() {
        let mut of = identity(["a.example"]);
        for (count, mark) in [(20, Mark::Documented), (21, Mark::Inferred)] {
            of.names.entries = vec![of.names.entries[0].clone(); count];
            for client in ["go", "rustls"].map(|id| Client::find(id).unwrap()) {
                let said = words(client, Fault::Name, &target("b.example"), &of, None).unwrap();
                assert_eq!(said.mark(), mark, "{} {count}", client.id);
                assert_eq!(said.text().contains("..."), count > 20, "{}", said.text());
            }
        }
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
                let filled = fill(phrase.text, &host, Some((&of, Some(day("2026-09-01"))))).text;
                assert!(!filled.contains(['{', '}']), "{}: {filled}", client.id);
            }
        }
    }
}
