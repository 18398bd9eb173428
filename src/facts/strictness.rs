//! Lengths, and values of extensions, that lax programs read and strict ones do not.

use super::encoding::{Flaw, Flawed};
use super::tlv::{
    self, BIT_STRING, BOOLEAN, CONSTRUCTED, CONTEXT_0, EXTENSIONS, Element, INTEGER, OBJECT_ID, SEQUENCE,
};

/// What is odd about the values of these extensions: number in 2.5.29, and value.
pub(super) fn of_extension(number: u8, value: &[u8]) -> Option<Flawed> {
    let (none, followed) = match number {
        15 => (Flaw::NoKeyUsage, Flaw::FollowedKeyUsage),
        37 => (Flaw::NoPurposes, Flaw::FollowedPurposes),
        19 => (Flaw::NoConstraints, Flaw::FollowedConstraints),
        _ => return None,
    };
    let read = tlv::first(value).and_then(|(value, rest)| {
        let mut elements = tlv::elements(value.content);
        (number == 15 || value.tag == SEQUENCE && tlv::is_whole(value.content)).then_some(())?;
        let is_odd = match number {
            15 => {
                let (unused, bits) = value.content.split_first().filter(|_| value.tag == BIT_STRING)?;
                (*unused <= if bits.is_empty() { 0 } else { 7 }).then_some(false)?
            }
            37 => elements.all(|purpose| purpose.tag == OBJECT_ID).then_some(false)?,
            _ => {
                let tags = [(); 3].map(|()| elements.next().map(|child| child.tag));
                !matches!(tags, [None | Some(BOOLEAN | INTEGER), None, _] | [Some(BOOLEAN), Some(INTEGER), None])
            }
        };
        Some(if is_odd { Some(Flaw::OddConstraints) } else { (!rest.is_empty()).then_some(followed) })
    });
    Some(Flawed { place: "the extensions".to_owned(), flaw: read.unwrap_or(Some(none))? })
}

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

    #[test]
    fn reads_values_as_strict_programs_do() {
        for (number, value, flaw) in [
            (15, &[3, 2, 5, 0xa0][..], None),
            (15, &[3, 1, 0], None),
            (15, &[3, 2, 9, 0x80], Some(Flaw::NoKeyUsage)),
            (15, &[3, 1, 7], Some(Flaw::NoKeyUsage)),
            (15, &[3, 0], Some(Flaw::NoKeyUsage)),
            (15, &[4, 2, 5, 0], Some(Flaw::NoKeyUsage)),
            (15, &[3, 2, 5, 0xa0, 0], Some(Flaw::FollowedKeyUsage)),
            (37, &[0x30, 5, 6, 3, 0x55, 4, 3], None),
            (37, &[0x30, 5, 4, 3, 0x55, 4, 3], Some(Flaw::NoPurposes)),
            (37, &[0x30, 5, 6, 4, 0x55, 4, 3], Some(Flaw::NoPurposes)),
            (37, &[0x30, 0, 5, 0], Some(Flaw::FollowedPurposes)),
            (19, &[0x30, 0], None),
            (19, &[0x30, 6, 1, 1, 0xff, 2, 1, 0], None),
            (19, &[], Some(Flaw::NoConstraints)),
            (19, &[0x30, 3, 4, 1, 0], Some(Flaw::OddConstraints)),
            (19, &[0x30, 0, 0], Some(Flaw::FollowedConstraints)),
            (17, &[], None),
        ] {
            assert_eq!(of_extension(number, value).map(|flawed| flawed.flaw), flaw, "{number} {value:x?}");
        }
        assert_eq!(
            of_extension(37, &[5, 0]).unwrap().to_string(),
            "the extensions: an extKeyUsage that cannot be read"
        );
    }

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
