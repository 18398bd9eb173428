//! DNS names that are well formed: A-labels, lower case, no trailing dot.

use std::borrow::Cow;
use std::fmt;

use idna::AsciiDenyList;
use idna::uts46::{Hyphens, Uts46};
use psl::{Psl, Type};

use super::NameFault;
use super::zone::{is_in_reverse_zone, is_internal, is_internal_top};

/// A well-formed DNS name (RFC 1034 §3.5, RFC 5890): A-labels in lower case, no trailing dot.
///
/// The first label may be a lone `*`. Underscores are kept, because clients do look such names up; see
/// [`Name::parse_for_certificate`] for what may be asked of a CA.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(Box<str>);

const WILDCARD: &str = "_wildcard.";

impl Name {
    /// Reads a name as people type it: any case, U-labels or A-labels, one trailing dot allowed.
    ///
    /// # Errors
    /// The first [`NameFault`] from the left.
    pub fn parse(typed: &str) -> Result<Self, NameFault> {
        let bare = typed.strip_suffix('.').unwrap_or(typed);
        if bare.is_empty() {
            return Err(if typed.is_empty() { NameFault::Empty } else { NameFault::EmptyLabel { position: 1 } });
        }
        check_characters(bare)?;
        let ascii = if bare.is_ascii() {
            bare.to_ascii_lowercase()
        } else {
            let mapped = idna::domain_to_ascii_cow(bare.as_bytes(), AsciiDenyList::EMPTY);
            let mapped = mapped.map_err(|_| NameFault::Idna)?.into_owned();
            // Fullwidth characters become ASCII, a slash among them, and a name becomes the name of a folder.
            check_characters(&mapped).map_err(|_| NameFault::Idna)?;
            mapped
        };
        check_labels(&ascii)?;
        Ok(Self(ascii.into()))
    }

    /// What is wrong with a name as people type it; as [`Name::parse`], without keeping the name.
    pub fn fault(typed: &str) -> Option<NameFault> {
        let bare = typed.strip_suffix('.').unwrap_or(typed);
        if is_plain(bare.as_bytes()) {
            return None;
        }
        if !bare.is_ascii() || bare.is_empty() {
            return Self::parse(typed).err();
        }
        check_characters(bare).and_then(|()| check_labels(bare)).err()
    }

    /// Reads a name that is to be put into a certificate: as [`Name::parse`], without underscores (BR 7.1.2.7.12).
    ///
    /// # Errors
    /// The first [`NameFault`] from the left.
    pub fn parse_for_certificate(typed: &str) -> Result<Self, NameFault> {
        let underscore = |text: &str| match text.chars().position(|character| character == '_') {
            Some(position) => Err(NameFault::Underscore { position: position + 1 }),
            None => Ok(()),
        };
        underscore(typed)?;
        let name = Self::parse(typed)?;
        // A fullwidth one has become one.
        underscore(name.as_str())?;
        Ok(name)
    }

    /// The name in A-labels.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name in U-labels, where it has any: `bücher.example` for `xn--bcher-kva.example`.
    pub fn unicode(&self) -> Option<String> {
        if !self.0.contains("xn--") {
            return None;
        }
        let (unicode, result) = idna::domain_to_unicode(&self.0);
        (result.is_ok() && unicode != *self.0).then_some(unicode)
    }

    /// The labels from the left.
    pub fn labels(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split('.')
    }

    /// True for `*.something`.
    pub fn is_wildcard(&self) -> bool {
        self.0.starts_with("*.")
    }

    /// What files and folders of this name are called: the star is written `_wildcard`, because shells expand stars and Windows
    /// allows none.
    pub fn file_form(&self) -> String {
        match self.0.strip_prefix("*.") {
            Some(rest) => format!("{WILDCARD}{rest}"),
            None => self.to_string(),
        }
    }

    /// The name that has this [`Name::file_form`], as far as it tells.
    pub(crate) fn of_file_form(form: &str) -> Cow<'_, str> {
        match form.strip_prefix(WILDCARD) {
            Some(rest) => Cow::Owned(format!("*.{rest}")),
            None => Cow::Borrowed(form),
        }
    }

    /// True for a single label, such as a NetBIOS or WINS name.
    pub fn is_single_label(&self) -> bool {
        !self.0.contains('.')
    }

    /// True when a label has hyphens in its third and fourth place and is none of `xn--` (RFC 5890 §2.3.1).
    pub fn has_reserved_label(&self) -> bool {
        self.labels().any(|label| label.as_bytes().get(2..4) == Some(b"--") && !label.starts_with("xn"))
    }

    /// True when no public CA may sign it: it does not end in a top level domain of the root zone (BR 1.6.1
    /// "Internal Name"), or ends in one that the root zone keeps for special use (`home.arpa`, RFC 8375).
    pub fn is_internal(&self) -> bool {
        is_internal(&self.0)
    }

    /// True for a name of a zone that leads from addresses back to names, which no public CA signs since 15 March 2026
    /// (BR 4.2.2).
    pub fn is_in_reverse_zone(&self) -> bool {
        is_in_reverse_zone(&self.0)
    }

    /// True for a name of Tor's that is in no root zone and that public CAs sign all the same: one with an address of version 3,
    /// which is 56 letters and digits of base 32 that end in `d` (BR Appendix B).
    pub fn is_onion(&self) -> bool {
        let mut labels = self.labels().rev();
        let is_top = labels.next() == Some("onion");
        let is_v3 = |label: &str| {
            label.len() == 56
                && label.ends_with('d')
                && label.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'2'..=b'7'))
        };
        is_top && labels.next().is_some_and(is_v3)
    }

    /// True for a wildcard that covers what strangers own: everything under a top level domain or a registry's suffix.
    pub fn is_too_broad(&self) -> bool {
        self.0.strip_prefix("*.").is_some_and(|rest| !rest.contains('.') || self.is_registry_suffix())
    }

    /// True for a name under which anybody registers domains, such as `co.uk` (public suffix list).
    pub fn is_public_suffix(&self) -> bool {
        let bare = self.0.strip_prefix("*.").unwrap_or(&self.0);
        !is_internal(bare)
            && psl::List.suffix(bare.as_bytes()).is_some_and(|suffix| suffix.as_bytes() == bare.as_bytes())
    }

    /// True for a top level domain of the root zone alone, such as `com` (public suffix list).
    pub fn is_top_level(&self) -> bool {
        self.is_single_label() && !is_internal_top(&self.0)
    }

    /// The part that was registered, `contoso.co.uk` of `mail.contoso.co.uk`: who owns it owns the name (public suffix
    /// list). None for a public suffix and a single label.
    pub fn registered_domain(&self) -> Option<&str> {
        psl::domain_str(&self.0)
    }

    /// True for a name under which a registry lets anybody register, such as `co.uk`, but not for `github.io`: that
    /// belongs to one owner, who may have a wildcard for it (BR 3.2.2.6).
    pub fn is_registry_suffix(&self) -> bool {
        let bare = self.0.strip_prefix("*.").unwrap_or(&self.0);
        let suffix = psl::List.suffix(bare.as_bytes());
        suffix.is_some_and(|suffix| suffix.typ() == Some(Type::Icann) && suffix.as_bytes() == bare.as_bytes())
    }
}

/// The A-label form.
impl fmt::Display for Name {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// True for nearly all well-formed names, in one look at each octet. What else is well formed, the checks below tell.
fn is_plain(name: &[u8]) -> bool {
    let (mut before, mut label, mut is_number) = (b'.', 0, true);
    for &octet in name {
        label += 1;
        match octet {
            b'a'..=b'z' | b'A'..=b'Z' => is_number = false,
            b'0'..=b'9' => {}
            // An A-label has two in a row.
            b'-' if !matches!(before, b'.' | b'-') => is_number = false,
            b'.' if !matches!(before, b'.' | b'-') && label <= 64 => (label, is_number) = (0, true),
            _ => return false,
        }
        before = octet;
    }
    !matches!(before, b'.' | b'-') && !is_number && label <= 63 && name.len() <= 253
}

fn check_characters(typed: &str) -> Result<(), NameFault> {
    let mut before = '.';
    for (index, character) in typed.chars().enumerate() {
        let position = index + 1;
        match character {
            // Nearly all are.
            'a'..='z' | 'A'..='Z' | '0'..='9' => {}
            '.' if before == '.' => return Err(NameFault::EmptyLabel { position }),
            '.' if before == '-' => return Err(NameFault::Hyphen { position: index }),
            '-' if before == '.' => return Err(NameFault::Hyphen { position }),
            '*' if index == 0 && typed[1..].starts_with('.') => {}
            '*' => return Err(NameFault::Star { position }),
            '.' | '-' | '_' => {}
            _ if character.is_ascii() || character.is_control() || character.is_whitespace() => {
                return Err(NameFault::Character { character, position });
            }
            _ => {}
        }
        before = character;
    }
    match before {
        '-' => Err(NameFault::Hyphen { position: typed.chars().count() }),
        // The caller has taken one trailing dot away already.
        '.' => Err(NameFault::EmptyLabel { position: typed.chars().count() + 1 }),
        _ => Ok(()),
    }
}

fn check_labels(ascii: &str) -> Result<(), NameFault> {
    let mut position = 1;
    for label in ascii.as_bytes().split(|byte| *byte == b'.') {
        if label.is_empty() {
            return Err(NameFault::EmptyLabel { position });
        }
        if label.len() > 63 {
            return Err(NameFault::LongLabel { position, octets: label.len() });
        }
        let prefix = label.get(..4).is_some_and(|prefix| prefix.eq_ignore_ascii_case(b"xn--"));
        if prefix && (label.len() == 4 || !is_a_label(label)) {
            return Err(NameFault::Idna);
        }
        position += label.len() + 1;
    }
    if ascii.len() > 253 {
        return Err(NameFault::Long { octets: ascii.len() });
    }
    let last = ascii.as_bytes().rsplit(|byte| *byte == b'.').next().unwrap_or_default();
    if last.iter().all(u8::is_ascii_digit) {
        return Err(NameFault::NumericEnd);
    }
    Ok(())
}

/// True when a label that begins as an A-label does is one: what it stands for is valid, and has its hyphens where they may be
/// (RFC 5891 §4.2.3.1).
fn is_a_label(label: &[u8]) -> bool {
    Uts46::new().to_unicode(label, AsciiDenyList::EMPTY, Hyphens::Check).1.is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_names_as_people_type_them() {
        for (typed, ascii) in [
            ("Remote.Contoso.COM.", "remote.contoso.com"),
            ("bücher.example", "xn--bcher-kva.example"),
            ("*.contoso.com", "*.contoso.com"),
            ("server", "server"),
            ("_sip.contoso.com", "_sip.contoso.com"),
        ] {
            assert_eq!(Name::parse(typed).unwrap().as_str(), ascii);
        }
        assert_eq!(Name::parse("xn--bcher-kva.example").unwrap().unicode().unwrap(), "bücher.example");
    }

    #[test]
    fn a_file_has_no_star_in_its_name() {
        for (typed, form) in [("*.contoso.com", "_wildcard.contoso.com"), ("contoso.com", "contoso.com")] {
            assert_eq!(Name::parse(typed).unwrap().file_form(), form);
            assert_eq!(Name::of_file_form(form), typed);
        }
    }

    #[test]
    fn says_what_is_wrong_and_where() {
        for (typed, fault) in [
            ("", NameFault::Empty),
            (".", NameFault::EmptyLabel { position: 1 }),
            ("a..b", NameFault::EmptyLabel { position: 3 }),
            ("a.b..", NameFault::EmptyLabel { position: 5 }),
            (".a.b", NameFault::EmptyLabel { position: 1 }),
            ("mail contoso.com", NameFault::Character { character: ' ', position: 5 }),
            ("mail@contoso.com", NameFault::Character { character: '@', position: 5 }),
            ("-mail.contoso.com", NameFault::Hyphen { position: 1 }),
            ("mail-.contoso.com", NameFault::Hyphen { position: 5 }),
            ("mail.*.com", NameFault::Star { position: 6 }),
            ("w*.contoso.com", NameFault::Star { position: 2 }),
            ("192.0.2.5", NameFault::NumericEnd),
            ("xn--a.com", NameFault::Idna),
            // A soft hyphen is mapped away, and the hyphen before it ends the label.
            ("\u{ff}-\u{ad}.com", NameFault::Idna),
            ("xn----jhaaaa.com", NameFault::Idna),
        ] {
            assert_eq!(Name::parse(typed), Err(fault), "{typed}");
            assert_eq!(Name::fault(typed), Some(fault), "{typed}");
        }
        for fullwidth in
            ["／tmp／x.contoso.com", "mail.contoso.com／a", "ａ＠contoso.com", "w＊.contoso.com", "a；b.com"]
        {
            assert_eq!(Name::parse(fullwidth), Err(NameFault::Idna), "{fullwidth}");
            assert_eq!(Name::fault(fullwidth), Some(NameFault::Idna), "{fullwidth}");
        }
        let fullwidth = Name::parse_for_certificate("my＿host.contoso.com");
        assert_eq!(fullwidth, Err(NameFault::Underscore { position: 3 }));
        let long = "a".repeat(64);
        assert_eq!(Name::parse(&long), Err(NameFault::LongLabel { position: 1, octets: 64 }));
        let fault = Name::parse_for_certificate("my_host.contoso.com");
        assert_eq!(fault, Err(NameFault::Underscore { position: 3 }));
    }

    #[test]
    fn finds_the_same_fault_with_and_without_keeping_the_name() {
        let mut names = vec![String::new()];
        for _ in 0..6 {
            let longer = names.iter().flat_map(|name| "aX1-._*é".chars().map(move |last| format!("{name}{last}")));
            names = longer.inspect(|name| assert_eq!(Name::fault(name), Name::parse(name).err(), "{name}")).collect();
        }
        for length in [62, 63, 64, 253, 254] {
            for label in ["a".repeat(length), format!("b.{}", "1.".repeat(length / 2)), "c--".repeat(length / 3)] {
                let names = [label.clone(), format!("x.{label}"), format!("{label}.1x"), format!("xn--{label}")];
                names.iter().for_each(|name| assert_eq!(Name::fault(name), Name::parse(name).err(), "{name}"));
            }
        }
    }

    #[test]
    fn tells_internal_names_from_public_ones() {
        for (name, internal) in [
            ("server.contoso.local", true),
            ("server", true),
            ("api.home.arpa", true),
            ("x.intern", true),
            ("home.arpa", true),
            ("athome.arpa", false),
            ("5.2.0.192.in-addr.arpa", false),
            ("4.3.2.1.e164.arpa", false),
            ("foo.arpa", false),
            ("remote.contoso.com", false),
            ("contoso.co.uk", false),
            ("www.ck", false),
            ("x.github.io", false),
            ("a.xn--p1ai", false),
        ] {
            assert_eq!(Name::parse(name).unwrap().is_internal(), internal, "{name}");
        }
    }

    #[test]
    fn knows_the_reverse_zones() {
        for (name, reverse) in [
            ("5.2.0.192.in-addr.arpa", true),
            ("8.b.d.0.1.0.0.2.IP6.arpa.", true),
            ("in-addr.arpa", true),
            ("notip6.arpa", false),
            ("in-addr.arpa.contoso.com", false),
            ("foo.arpa", false),
        ] {
            assert_eq!(Name::parse(name).unwrap().is_in_reverse_zone(), reverse, "{name}");
        }
    }

    #[test]
    fn knows_public_suffixes() {
        assert!(Name::parse("co.uk").unwrap().is_public_suffix());
        assert!(!Name::parse("contoso.co.uk").unwrap().is_public_suffix());
        assert!(!Name::parse("contoso.local").unwrap().is_public_suffix());
    }

    #[test]
    fn knows_what_was_registered() {
        for (name, registered) in [
            ("mail.contoso.co.uk", Some("contoso.co.uk")),
            ("contoso.co.uk", Some("contoso.co.uk")),
            ("server.contoso.local", Some("contoso.local")),
            ("co.uk", None),
            ("server", None),
        ] {
            assert_eq!(Name::parse(name).unwrap().registered_domain(), registered, "{name}");
        }
    }
}
