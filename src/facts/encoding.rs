//! How strings, numbers and times are encoded where that is not as every program reads them.

use super::lengths::lengths;
use super::read::{self, Body};
use super::tlv::{self, CONSTRUCTED, Element, LONG_TAG, OBJECT_ID, SEQUENCE, SET};
use super::{Flaw, Flawed};

/// What is odd in a certificate, in wire order.
pub(super) fn of_certificate(body: &Body<'_>) -> Vec<Flawed> {
    let mut found = Vec::new();
    found.extend(integer(body.serial).map(|flaw| Flawed { place: "the serial number".to_owned(), flaw }));
    names(body.issuer, "the issuer", &mut found);
    for (place, time) in ["notBefore", "notAfter"].into_iter().zip(tlv::elements(body.life)) {
        found.extend(self::time(&time).map(|flaw| Flawed { place: place.to_owned(), flaw }));
    }
    names(body.subject, "the subject", &mut found);
    lengths(body.whole, &mut found);
    found
}

/// What is odd in the subject of a request.
pub(crate) fn of_subject(der: &[u8]) -> Vec<Flawed> {
    let mut found = Vec::new();
    names(der, "the subject", &mut found);
    found
}

fn names(der: &[u8], whose: &str, found: &mut Vec<Flawed>) {
    let mut add = |key: String, flaw| found.push(Flawed { place: key + whose, flaw });
    let Some((outer, _)) = tlv::first(der).filter(|(outer, _)| tlv::is_whole(outer.content)) else {
        return add(String::new(), Flaw::NoAttribute);
    };
    for rdn in tlv::elements(outer.content) {
        if rdn.content.is_empty() {
            add(String::new(), Flaw::EmptyRelativeName);
        } else if rdn.tag != SET || !tlv::is_whole(rdn.content) {
            add(String::new(), Flaw::NoAttribute);
        }
        for element in tlv::elements(rdn.content) {
            if let Some(flaw) = attribute(element.whole) {
                let kind = tlv::first(element.content).and_then(|(oid, _)| read::kind(&oid));
                add(kind.map_or_else(String::new, |kind| format!("{} of ", kind.key())), flaw);
            }
        }
    }
}

/// What is odd about an AttributeTypeAndValue.
pub(crate) fn attribute(der: &[u8]) -> Option<Flaw> {
    let parts = tlv::first(der).filter(|(outer, _)| outer.tag == SEQUENCE);
    let parts = parts.and_then(|(outer, _)| tlv::first(outer.content)).filter(|(oid, _)| oid.tag == OBJECT_ID);
    let Some((_, rest)) = parts else { return Some(Flaw::NoAttribute) };
    if rest.first().is_some_and(|tag| tag & LONG_TAG == LONG_TAG) {
        return Some(Flaw::LongTag);
    }
    match tlv::first(rest) {
        Some((value, [])) => string(&value),
        Some(_) => Some(Flaw::Followed),
        None => Some(Flaw::NoAttribute),
    }
}

fn string(value: &Element<'_>) -> Option<Flaw> {
    let octets = value.content;
    let (is_flawed, flaw) = match value.tag {
        12 => (str::from_utf8(octets).is_err(), Flaw::NotUtf8),
        // Go's list: most programs do not look, and take these two.
        19 => (!octets.iter().all(|octet| printable(*octet) || b"*&".contains(octet)), Flaw::NotPrintable),
        22 => (!octets.is_ascii(), Flaw::NotAscii),
        20 => return None,
        28 if utf32(octets).is_none() => (true, Flaw::NoCharacters),
        28 => (true, Flaw::Universal),
        30 if !octets.len().is_multiple_of(2) => (true, Flaw::HalfCharacter),
        30 => (octets.as_chunks().0.iter().any(|[high, _]| (0xd8..0xe0).contains(high)), Flaw::Surrogates),
        18 => (true, Flaw::Numeric),
        3 => (true, Flaw::Bits),
        tag => (true, if tag & CONSTRUCTED > 0 { Flaw::Nested } else { Flaw::NoString }),
    };
    is_flawed.then_some(flaw)
}

/// True for what a PrintableString may hold (X.680 §41.4).
pub(crate) fn printable(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || b" '()+,-./:=?".contains(&octet)
}

/// What is odd about the content of an INTEGER.
pub(super) fn integer(octets: &[u8]) -> Option<Flaw> {
    match octets {
        [] => Some(Flaw::NoNumber),
        [0, 0..0x80, ..] | [0xff, 0x80..=0xff, ..] => Some(Flaw::Padded),
        _ => None,
    }
}

/// Of those that are read at all.
fn time(element: &Element<'_>) -> Option<Flaw> {
    let octets = element.content;
    let is_utc = element.tag == 23;
    let whole = if is_utc { "YYMMDDhhmmssZ".len() } else { "YYYYMMDDhhmmssZ".len() };
    if octets.iter().any(|octet| b"+-".contains(octet)) {
        return Some(Flaw::Offset);
    }
    match octets.len() {
        length if length < whole => Some(if is_utc { Flaw::NoSecondsUtc } else { Flaw::NoSeconds }),
        length if length > whole => Some(Flaw::Fraction),
        // A year of two digits is one of 1950 to 2049 (RFC 5280 §4.1.2.5.1).
        _ => {
            let is_before =
                if is_utc { (b"50".as_slice()..b"70").contains(&octets) } else { octets < b"1970".as_slice() };
            is_before.then_some(Flaw::BeforeEpoch)
        }
    }
}

/// Every octet is a character.
pub(crate) fn latin1(octets: &[u8]) -> String {
    octets.iter().map(|octet| char::from(*octet)).collect()
}

/// UTF-16 in whole characters.
pub(crate) fn utf16(octets: &[u8]) -> Option<String> {
    let (units, rest) = octets.as_chunks();
    let text = char::decode_utf16(units.iter().map(|unit| u16::from_be_bytes(*unit)));
    text.collect::<Result<String, _>>().ok().filter(|_| rest.is_empty())
}

/// UTF-32 in whole characters.
pub(crate) fn utf32(octets: &[u8]) -> Option<String> {
    let (codes, rest) = octets.as_chunks();
    let characters = codes.iter().map(|code| char::from_u32(u32::from_be_bytes(*code)));
    characters.collect::<Option<String>>().filter(|_| rest.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn organization(tag: u8, value: &[u8]) -> Vec<u8> {
        let oid = tlv::object_identifier("2.5.4.10").unwrap();
        tlv::element(SEQUENCE, &[oid, tlv::element(tag, value)].concat())
    }

    #[test]
    fn tells_what_is_odd_about_a_string() {
        for (tag, value, flaw) in [
            (12, &b"Contos\xf6"[..], Some(Flaw::NotUtf8)),
            (12, b"\xc3\xb6 \xf6", Some(Flaw::NotUtf8)),
            (12, b"\xff\xfer\0e\0", Some(Flaw::NotUtf8)),
            (12, b"a\x81", Some(Flaw::NotUtf8)),
            (12, "Contosö".as_bytes(), None),
            (19, b"A_B@C", Some(Flaw::NotPrintable)),
            (19, b"*.contoso.com & Co", None),
            (19, b"A\0B", Some(Flaw::NotPrintable)),
            (22, "ö".as_bytes(), Some(Flaw::NotAscii)),
            (20, b"\xf6", None),
            (28, b"\0\0\0a", Some(Flaw::Universal)),
            (28, b"\0\0\xd8\0", Some(Flaw::NoCharacters)),
            (30, b"\0a\0", Some(Flaw::HalfCharacter)),
            (30, b"\xd8\x3d\xde\0", Some(Flaw::Surrogates)),
            (30, b"\xd8\0\0a", Some(Flaw::Surrogates)),
            (30, b"\0a", None),
            (18, b"1", Some(Flaw::Numeric)),
            (3, b"\0\x01", Some(Flaw::Bits)),
            (2, b"\x05", Some(Flaw::NoString)),
            (0x30, b"\x0c\x01a", Some(Flaw::Nested)),
        ] {
            let der = organization(tag, value);
            assert_eq!(attribute(&der), flaw, "{tag} {value:x?}");
        }
    }

    #[test]
    fn tells_where_it_is() {
        let set = |content: &[u8]| tlv::element(SET, content);
        let followed = [tlv::object_identifier("2.5.4.10").unwrap(), vec![12, 1, b'a', 5, 0]].concat();
        let rdns = [
            set(&organization(12, b"\xf6")),
            set(&[]),
            set(&tlv::element(SEQUENCE, &followed)),
            tlv::element(SEQUENCE, &organization(12, b"a")),
            set(&tlv::element(SEQUENCE, &[])),
        ];
        let found = of_subject(&tlv::element(SEQUENCE, &rdns.concat()));
        let shown: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(
            shown,
            [
                "O of the subject: a UTF8String that is not UTF-8",
                "the subject: a relative name without attributes",
                "O of the subject: an attribute with something after its value",
                "the subject: what is no attribute",
                "the subject: what is no attribute",
            ]
        );
    }

    #[test]
    fn looks_at_numbers_and_times() {
        for (octets, flaw) in [
            (&[][..], Some(Flaw::NoNumber)),
            (&[0, 5], Some(Flaw::Padded)),
            (&[0xff, 0x80], Some(Flaw::Padded)),
            (&[0], None),
            (&[0xff], None),
            (&[0, 0x80], None),
            (&[0xff, 0x7f], None),
        ] {
            assert_eq!(integer(octets), flaw, "{octets:?}");
        }
        for (tag, text, flaw) in [
            (23, "260901000000Z", None),
            (23, "691231235959Z", Some(Flaw::BeforeEpoch)),
            (23, "700101000000Z", None),
            (23, "2609010000Z", Some(Flaw::NoSecondsUtc)),
            (23, "260901000000+0200", Some(Flaw::Offset)),
            (24, "20260901000000Z", None),
            (24, "19691231235959Z", Some(Flaw::BeforeEpoch)),
            (24, "202609010000Z", Some(Flaw::NoSeconds)),
            (24, "20260901000000.5Z", Some(Flaw::Fraction)),
        ] {
            let der = tlv::element(tag, text.as_bytes());
            assert_eq!(time(&tlv::first(&der).unwrap().0), flaw, "{text}");
        }
    }
}
