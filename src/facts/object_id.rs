//! Object identifiers, as people write them.

use std::fmt::{self, Display};
use std::ops::Deref;

use compact_str::CompactString;
use x509_parser::asn1_rs::Oid;

/// An object identifier, dotted: `2.5.29.17`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectId(CompactString);

impl Deref for ObjectId {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl Display for ObjectId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl From<&str> for ObjectId {
    fn from(dotted: &str) -> Self {
        Self(dotted.into())
    }
}

/// As [`Oid::to_id_string`] writes it, which makes a text of each arc and takes the first octet for two of them.
impl From<&Oid<'_>> for ObjectId {
    fn from(oid: &Oid<'_>) -> Self {
        let octets = oid.as_bytes();
        Self(short(octets).unwrap_or_else(|| oid.to_id_string().into()))
    }
}

/// An identifier whose arcs and whole are no longer than nearly all are.
fn short(octets: &[u8]) -> Option<CompactString> {
    /// In octets, here and below.
    const LONGEST_ARC: usize = 4;
    const LONGEST: usize = 16;
    if octets.len() < 2 || octets.len() > LONGEST {
        return None;
    }
    // Each octet stands for three digits and a dot at most, the first one for two arcs.
    let mut text = [0; 4 * LONGEST + 4];
    let mut end = 0;
    for arc in octets.split_inclusive(|octet| *octet < 0x80) {
        if arc.len() > LONGEST_ARC || arc.last().is_none_or(|last| *last >= 0x80) {
            return None;
        }
        let mut number = arc.iter().fold(0, |sum, octet| sum << 7 | u32::from(octet & 0x7f));
        if end == 0 {
            // Two arcs in one, the second below 40 unless the first is 2 (X.690 §8.19.4).
            let root = (number / 40).min(2);
            end = push(&mut text, end, root);
            number -= 40 * root;
        }
        end = push(&mut text, end, number);
    }
    CompactString::from_utf8(&text[..end]).ok()
}

/// Puts an arc behind what ends at `end`, with a dot between them. Returns the new end.
fn push(text: &mut [u8], mut end: usize, arc: u32) -> usize {
    if end > 0 {
        text[end] = b'.';
        end += 1;
    }
    // Most are.
    if arc < 10 {
        text[end] = b'0' + arc as u8;
        return end + 1;
    }
    let mut digits = itoa::Buffer::new();
    let digits = digits.format(arc).as_bytes();
    text[end..end + digits.len()].copy_from_slice(digits);
    end + digits.len()
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;

    #[test]
    fn two_arcs_are_in_the_first_number() {
        for (octets, dotted) in [
            (&[0x88, 0x37, 1][..], "2.999.1"),
            (&[0x78, 1], "2.40.1"),
            (&[0x69, 1], "2.25.1"),
            (&[0x27, 1], "0.39.1"),
            (&[0x4f, 1], "1.39.1"),
            (&[0x88, 0x37], "2.999"),
        ] {
            assert_eq!(&*ObjectId::from(&Oid::new(Cow::Borrowed(octets))), dotted);
        }
    }

    #[test]
    fn writes_object_identifiers_as_their_parser_does() {
        for octets in [
            &[0x55, 0x1d, 17][..],
            &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11],
            &[0x2b, 6, 1, 4, 1, 0xd6, 0x79, 2, 4, 2],
            &[0x55, 0x8f, 0xff, 0xff, 0x7f],
            &[0x55, 0x81, 0x8f, 0xff, 0xff, 0x7f],
            &[0x55, 0x80, 0x80, 1],
            &[0, 0],
            &[0, 1, 2],
            &[0xff],
            &[0],
            &[0x55],
            &[],
        ] {
            let oid = Oid::new(Cow::Borrowed(octets));
            assert_eq!(*ObjectId::from(&oid), oid.to_id_string(), "{octets:02x?}");
        }
    }
}
