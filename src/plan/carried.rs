//! How an attribute of the old subject is carried over: octet for octet where every program reads it.

use super::subject::{encode, out_of_bounds};
use crate::facts::encoding::{self, latin1, utf16, utf32};
use crate::facts::{Attribute, Text, tlv};

/// What becomes of an attribute.
pub(super) enum Carried {
    /// It stays octet for octet.
    AsItIs,
    /// It is written like this: the text that it can only mean.
    Anew(Attribute, Vec<u8>),
    /// It is left out, for this reason.
    Not(&'static str),
}

/// What becomes of an attribute whose DER is `der`.
pub(super) fn carried(old: &Attribute, der: &[u8]) -> Carried {
    if let Some(reason) = out_of_bounds(old) {
        return Carried::Not(reason);
    }
    let Some(flaw) = encoding::attribute(der) else { return Carried::AsItIs };
    let written = meant(der).and_then(|text| {
        let kind = old.kind.clone();
        let new = Attribute { string: kind.string(), kind, value: Text::from(&*text) };
        encode(&new).ok().map(|der| (new, der))
    });
    match written {
        Some((new, der)) => Carried::Anew(new, der),
        None if flaw.is_allowed() => Carried::AsItIs,
        None => Carried::Not("its encoding is broken, and what was meant is not certain"),
    }
}

/// The text that a value was meant to be, where it can be one alone.
fn meant(attribute: &[u8]) -> Option<String> {
    let (outer, _) = tlv::first(attribute)?;
    let (_kind, rest) = tlv::first(outer.content)?;
    let (value, _) = tlv::first(rest)?;
    let octets = value.content;
    let text = match value.tag {
        12 | 19 | 22 => str::from_utf8(octets).map(str::to_owned).ok().or_else(|| only_latin1(octets)),
        18 => str::from_utf8(octets).map(str::to_owned).ok(),
        20 => Some(latin1(octets)),
        28 => utf32(octets),
        30 => utf16(octets),
        _ => None,
    };
    text.filter(|text| !text.contains(char::is_control))
}

/// Latin-1, unless a part of it is UTF-8 too.
fn only_latin1(octets: &[u8]) -> Option<String> {
    octets.utf8_chunks().all(|chunk| chunk.valid().is_ascii()).then(|| latin1(octets))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{AttributeKind, StringKind};

    /// What becomes of an attribute of this identifier, tag and value.
    fn becomes(oid: &str, tag: u8, value: &[u8]) -> String {
        let identifier = tlv::object_identifier(oid).unwrap();
        let der = tlv::element(tlv::SEQUENCE, &[identifier, tlv::element(tag, value)].concat());
        let kind = AttributeKind::from_oid(oid);
        match carried(&Attribute { kind, value: Text::new(value), string: StringKind::Utf8 }, &der) {
            Carried::AsItIs => "as it is".to_owned(),
            Carried::Anew(new, _) => format!("{:?} {new}", new.string),
            Carried::Not(_) => "not".to_owned(),
        }
    }

    #[test]
    fn writes_anew_what_can_be_one_text_alone() {
        for (tag, value, expected) in [
            (12, &b"Contos\xf6"[..], "Utf8 O=Contosö"),
            (19, b"A_B@C", "Utf8 O=A_B@C"),
            (19, b"A\xf6", "Utf8 O=Aö"),
            (22, "ö".as_bytes(), "Utf8 O=ö"),
            (30, b"\xd8\x3d\xde\0", "Utf8 O=😀"),
            // A part is UTF-8, a byte order mark, no letters.
            (12, b"\xc3\xb6 \xf6", "not"),
            (12, b"\xff\xfer\0e\0", "not"),
            (12, b"a\x81", "not"),
            (19, b"A\0B", "not"),
            (30, b"\0a\0", "not"),
            (2, b"\x05", "not"),
            // Longer than an organization may be.
            (19, &[b'_'; 65], "not"),
            (12, "Contosö".as_bytes(), "as it is"),
            (20, b"Contos\xf6", "as it is"),
            (28, b"\0\0\0a", "Utf8 O=a"),
            (18, b"123", "Utf8 O=123"),
            (3, b"\0\x01", "as it is"),
            (19, b"A & B", "as it is"),
        ] {
            assert_eq!(becomes("2.5.4.10", tag, value), expected, "{tag} {value:x?}");
        }
    }

    #[test]
    fn leaves_out_what_is_shorter_or_longer_than_it_may_be() {
        for (oid, value, expected) in [
            ("2.5.4.10", &b""[..], "not"),
            ("2.5.4.10", &[b'a'; 64], "as it is"),
            ("2.5.4.10", &[b'a'; 65], "not"),
            ("2.5.4.7", &[b'a'; 128], "as it is"),
            ("2.5.4.6", b"USA", "not"),
            ("2.5.4.6", b"U1", "not"),
            ("2.5.4.6", b"us", "as it is"),
            ("2.5.4.9", &[b'a'; 300], "as it is"),
        ] {
            assert_eq!(becomes(oid, 19, value), expected, "{oid} {value:x?}");
        }
    }

    #[test]
    fn keeps_to_the_strings_that_an_attribute_may_have() {
        assert_eq!(becomes("2.5.4.6", 12, b"U\xd6"), "not");
        assert_eq!(becomes("1.2.840.113549.1.9.1", 19, b"kim@contoso.com"), "Ia5 emailAddress=kim@contoso.com");
        assert_eq!(becomes("0.9.2342.19200300.100.1.25", 22, b"b\xfccher"), "not");
    }
}
