//! Forms of a SAN for which some clients refuse the whole certificate, or read none of its names.

use crate::facts::{GeneralName, Names, SanExtension};

/// What a SAN may be like that some clients do not take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SanForm {
    /// It cannot be read.
    Unreadable,
    /// Octets follow the list of names.
    Followed,
    /// With an entry that is of no kind, or not written as its kind is.
    ForeignEntry,
    /// With an x400Address or an ediPartyName.
    RareEntry,
    /// With a dNSName, URI or iPAddress without content.
    EmptyEntry,
    /// With an rfc822Name without content.
    EmptyMail,
    /// With a dNSName, rfc822Name or URI that is not ASCII.
    NotAscii,
    /// With an iPAddress of neither 4 nor 16 octets.
    OddAddress,
    /// With an iPAddress that is neither an address nor one with its mask.
    NoAddress,
    /// With a URI that Go cannot parse, or whose host has an empty label.
    OddHost,
    /// With a URI that Java cannot parse, or that has no scheme or a host with a dot at the end.
    OddUri,
}

impl SanForm {
    /// True when the list has this form, as a whole or by one of its entries.
    pub fn is_of(self, names: &Names) -> bool {
        self.is_of_list(names) || names.entries.iter().any(|entry| self.is_of_entry(entry))
    }

    /// True when the list as a whole has this form, whatever is in it.
    pub fn is_of_list(self, names: &Names) -> bool {
        match self {
            Self::Unreadable => names.extension == SanExtension::Unreadable,
            Self::Followed => names.is_followed,
            _ => false,
        }
    }

    /// True when this entry makes the list one of this form.
    pub fn is_of_entry(self, entry: &GeneralName) -> bool {
        match (self, entry) {
            (Self::ForeignEntry, GeneralName::Unreadable(tag, _)) => !RARE.contains(tag),
            (Self::RareEntry, GeneralName::Unreadable(tag, _)) => RARE.contains(tag),
            (Self::OddAddress, GeneralName::BadAddress(_)) => true,
            (Self::EmptyEntry, GeneralName::BadAddress(octets)) => octets.is_empty(),
            (Self::EmptyEntry, GeneralName::Dns(text) | GeneralName::Uri(text))
            | (Self::EmptyMail, GeneralName::Email(text)) => text.as_bytes().is_empty(),
            (Self::NoAddress, GeneralName::BadAddress(octets)) => !matches!(octets.len(), 8 | 32),
            (Self::NotAscii, GeneralName::Dns(text) | GeneralName::Email(text) | GeneralName::Uri(text)) => {
                !text.as_bytes().is_ascii()
            }
            (Self::OddHost, GeneralName::Uri(text)) => is_odd_to_go(text.as_bytes()),
            (Self::OddUri, GeneralName::Uri(text)) => is_odd_to_java(text.as_bytes()),
            _ => false,
        }
    }
}

/// Tags of x400Address and ediPartyName.
const RARE: [u32; 2] = [3, 5];

/// True for a URI that net/url does not parse, or whose host crypto/x509 takes for no domain.
fn is_odd_to_go(uri: &[u8]) -> bool {
    let before_query = uri.split(|octet| b"?#".contains(octet)).next().unwrap_or_default();
    if uri.iter().any(u8::is_ascii_control) || !escapes_well(before_query) {
        return true;
    }
    let host = host(before_query);
    let is_foreign = |octet: &u8| b" \\^`{|}".contains(octet);
    !host.is_empty() && (host.iter().any(is_foreign) || host.split(|octet| *octet == b'.').any(<[u8]>::is_empty))
}

/// True for a URI that java.net.URI does not parse, or sun.security.x509.URIName does not take.
fn is_odd_to_java(uri: &[u8]) -> bool {
    let is_foreign = |octet: &u8| octet.is_ascii_control() || b" \"<>\\^`{|}".contains(octet);
    let colon = uri.iter().position(|octet| b":/?#".contains(octet)).filter(|&at| uri[at] == b':');
    let host = host(uri.split(|octet| b"?#".contains(octet)).next().unwrap_or_default());
    colon.is_none_or(|at| at == 0) || uri.iter().any(is_foreign) || !escapes_well(uri) || {
        // One that is no name of a host is passed over.
        host.ends_with(b".") && !host.windows(2).any(|pair| pair == b"..")
    }
}

/// The host, with its port, of a URI without query and fragment.
fn host(uri: &[u8]) -> &[u8] {
    let Some(start) = uri.windows(3).position(|window| window == b"://") else { return &[] };
    let authority = uri[start + 3..].split(|octet| *octet == b'/').next().unwrap_or_default();
    authority.rsplit(|octet| *octet == b'@').next().unwrap_or_default()
}

/// True when each percent sign is followed by two digits (RFC 3986 §2.1).
fn escapes_well(uri: &[u8]) -> bool {
    let is_escape = |rest: &[u8]| rest.get(..2).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
    let mut rests = uri.iter().enumerate().filter(|(_, octet)| **octet == b'%').map(|(at, _)| &uri[at + 1..]);
    rests.all(is_escape)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Text;

    #[test]
    fn tells_uris_that_go_does_not_parse() {
        for odd in ["https://mail contoso/x", "https://a..b/", "https://a.b./", "https://a.b/%zz", "a\nb"] {
            assert!(SanForm::OddHost.is_of_entry(&GeneralName::Uri(Text::from(odd))), "{odd}");
        }
        for fine in ["https://contoso.com/a b", "sip:kim@contoso.com", "https:///x", "https://[::1]:1/%20?%zz", ""] {
            assert!(!SanForm::OddHost.is_of_entry(&GeneralName::Uri(Text::from(fine))), "{fine}");
        }
    }

    #[test]
    fn tells_uris_that_java_does_not_take() {
        for odd in
            ["https://mail contoso/", "https://contoso.com/a b", "mail.contoso.com", "", "https://a.b./", "a:%zz"]
        {
            assert!(SanForm::OddUri.is_of_entry(&GeneralName::Uri(Text::from(odd))), "{odd}");
        }
        for fine in ["https://contoso.com/a", "sip:kim@contoso.com", "https:///x", "https://a..b/", "https://a_b.c/"] {
            assert!(!SanForm::OddUri.is_of_entry(&GeneralName::Uri(Text::from(fine))), "{fine}");
        }
    }

    #[test]
    fn tells_lists_and_entries_by_what_is_wrong_with_them() {
        let names = Names { is_followed: true, ..Names::default() };
        assert!(SanForm::Followed.is_of_list(&names) && !SanForm::Unreadable.is_of_list(&names));
        let rare = GeneralName::Unreadable(3, Box::from([]));
        assert!(SanForm::RareEntry.is_of_entry(&rare) && !SanForm::ForeignEntry.is_of_entry(&rare));
        let empty = GeneralName::BadAddress(Box::from([]));
        assert!(SanForm::EmptyEntry.is_of_entry(&empty) && SanForm::OddAddress.is_of_entry(&empty));
        assert!(SanForm::NotAscii.is_of_entry(&GeneralName::Dns(Text::from("b\u{fc}cher.example"))));
    }
}
