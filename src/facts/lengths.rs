//! Lengths that take more octets than they need, which lax programs read and strict ones do not.

use super::tlv::{self, CONSTRUCTED, CONTEXT_0, EXTENSIONS, Element};
use super::{Flaw, Flawed};

/// Lengths that are not in their shortest form (X.690 §10.1), in the fields of what is signed.
pub(super) fn lengths(body: &[u8], found: &mut Vec<Flawed>) {
    const FIELDS: [&str; 7] = [
        "the serial number",
        "the signature algorithm",
        "the issuer",
        "the life",
        "the subject",
        "the public key",
        "the extensions",
    ];
    let Some((outer, _)) = tlv::first(body) else { return };
    let mut add = |place: &str, flaw| found.push(Flawed { place: place.to_owned(), flaw });
    if is_long(&outer) {
        add("the certificate", Flaw::LongLengthOfBody);
    }
    let mut fields = tlv::elements(outer.content).peekable();
    if fields.next_if(|version| version.tag == CONTEXT_0).is_some_and(|version| has_long(&version)) {
        add("the version", Flaw::LongLength);
    }
    for (place, field) in FIELDS.into_iter().zip(fields) {
        let within = match place {
            "the issuer" => Flaw::LongLengthInIssuer,
            "the subject" => Flaw::LongLengthInSubject,
            _ => Flaw::LongLength,
        };
        if place != "the issuer" && is_long(&field) {
            add(place, Flaw::LongLength);
        } else if has_long(&field) || field.tag == EXTENSIONS && has_long_values(&field) {
            add(place, within);
        }
    }
}

/// True when every length in the element that begins here is in its shortest form.
pub(crate) fn is_shortest(der: &[u8]) -> bool {
    tlv::first(der).is_some_and(|(element, _)| !has_long(&element))
}

/// True when its length, or one within, takes more octets than it needs.
fn has_long(element: &Element<'_>) -> bool {
    is_long(element) || element.tag & CONSTRUCTED > 0 && tlv::elements(element.content).any(|inner| has_long(&inner))
}

/// The same of the values of extensions, which are elements in octets.
fn has_long_values(extensions: &Element<'_>) -> bool {
    let list = tlv::elements(extensions.content).flat_map(|list| tlv::elements(list.content));
    let values = list.filter_map(|extension| tlv::elements(extension.content).last());
    values.filter_map(|value| Some(tlv::first(value.content)?.0)).any(|value| has_long(&value))
}

fn is_long(element: &Element<'_>) -> bool {
    match element.whole {
        [_, 0x81, length, ..] => *length < 0x80,
        [_, octets, first, ..] => *octets > 0x80 && *first == 0,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tlv::{INTEGER, SEQUENCE};

    #[test]
    fn finds_long_lengths_where_they_are() {
        let long = |der: &[u8]| [&[der[0], 0x81], &der[1..]].concat();
        let number = tlv::element(INTEGER, &[5]);
        let inner = |number: &[u8]| tlv::element(SEQUENCE, number);
        let good = [number.clone(), inner(&[]), inner(&number), inner(&[]), inner(&number), inner(&number)];
        let shown = |fields: &[Vec<u8>]| {
            let mut found = Vec::new();
            lengths(&inner(&fields.concat()), &mut found);
            found.into_iter().map(|flawed| (flawed.place, flawed.flaw)).collect::<Vec<_>>()
        };
        assert_eq!(shown(&good), []);
        for (place, field, told) in [
            (0, long(&number), ("the serial number", Flaw::LongLength)),
            (2, inner(&long(&number)), ("the issuer", Flaw::LongLengthInIssuer)),
            (4, inner(&long(&number)), ("the subject", Flaw::LongLengthInSubject)),
            (4, long(&inner(&number)), ("the subject", Flaw::LongLength)),
            (5, inner(&long(&number)), ("the public key", Flaw::LongLength)),
        ] {
            let mut fields = good.clone();
            fields[place] = field;
            assert_eq!(shown(&fields), [(told.0.to_owned(), told.1)]);
        }
        // The octets of an identifier in an extension are no elements, however they look; those of its value are.
        let extensions = |value: &[u8]| {
            let extension = [vec![6, 3, 0x55, 0x1d, 14], tlv::element(tlv::OCTET_STRING, value)].concat();
            tlv::element(EXTENSIONS, &inner(&inner(&extension)))
        };
        let with = |value: &[u8]| shown(&[&good[..], &[extensions(value)]].concat());
        assert_eq!(with(&tlv::element(tlv::OCTET_STRING, &[0x30, 0x81, 1, 0])), []);
        assert_eq!(with(&inner(&long(&number))), [("the extensions".to_owned(), Flaw::LongLength)]);
        assert_eq!(with(&long(&inner(&number))).len(), 1);
        let mut found = Vec::new();
        lengths(&long(&inner(&good.concat())), &mut found);
        assert_eq!(
            found[0].to_string(),
            "the certificate: the length of all that is signed in more octets than it needs"
        );
    }
}
