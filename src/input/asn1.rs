//! The few tags and lengths of DER that it takes to tell formats apart and to build keys.

use zeroize::Zeroizing;

pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const NULL: u8 = 0x05;
pub(super) const OBJECT_ID: u8 = 0x06;
pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const SET: u8 = 0x31;
/// `[0]`, constructed.
pub(super) const CONTEXT_0: u8 = 0xa0;
/// `[1]`, constructed.
pub(super) const CONTEXT_1: u8 = 0xa1;

/// One element of definite length.
#[derive(Clone, Copy, Debug)]
pub(super) struct Element<'a> {
    pub(super) tag: u8,
    pub(super) content: &'a [u8],
    /// Tag, length and content.
    pub(super) whole: &'a [u8],
}

impl<'a> Element<'a> {
    /// The elements inside.
    pub(super) fn fields(&self) -> Fields<'a> {
        Fields(self.content)
    }

    /// An INTEGER's value, when it is not negative and fits.
    pub(super) fn unsigned(&self) -> Option<u64> {
        if self.content.first().is_none_or(|first| *first >= 0x80) {
            return None;
        }
        self.content.iter().try_fold(0u64, |sum, byte| sum.checked_mul(256)?.checked_add((*byte).into()))
    }
}

/// The elements of a constructed value, one after the other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    /// The next element when it has this tag; otherwise it stays.
    pub(super) fn next_if(&mut self, tag: u8) -> Option<Element<'a>> {
        if self.0.first() == Some(&tag) { self.next() } else { None }
    }

    /// What has not been taken.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.0
    }

    /// True when the next elements have these tags, in this order.
    pub(super) fn begin_with(mut self, tags: &[u8]) -> bool {
        tags.iter().all(|tag| self.next_if(*tag).is_some())
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Element<'a>;

    fn next(&mut self) -> Option<Element<'a>> {
        let (element, rest) = split(self.0)?;
        self.0 = rest;
        Some(element)
    }
}

/// The content of the SEQUENCE that `der` begins with.
pub(super) fn sequence(der: &[u8]) -> Option<Fields<'_>> {
    Fields(der).next_if(SEQUENCE).map(|outer| outer.fields())
}

/// The first element and what follows it.
pub(super) fn split(bytes: &[u8]) -> Option<(Element<'_>, &[u8])> {
    let (&tag, after) = bytes.split_first()?;
    let (&first, after) = after.split_first()?;
    if tag & 0x1f == 0x1f {
        return None;
    }
    let (length, after) = match first {
        0..=0x7f => (usize::from(first), after),
        0x81..=0x84 => {
            let (octets, after) = after.split_at_checked(usize::from(first & 0x7f))?;
            (octets.iter().fold(0, |sum, octet| (sum << 8) | usize::from(*octet)), after)
        }
        _ => return None,
    };
    let (content, rest) = after.split_at_checked(length)?;
    Some((Element { tag, content, whole: &bytes[..bytes.len() - rest.len()] }, rest))
}

/// An element with `parts` as its content. Wiped when dropped: keys are built with it.
pub(super) fn encode(tag: u8, parts: &[&[u8]]) -> Zeroizing<Vec<u8>> {
    let length = parts.iter().map(|part| part.len()).sum::<usize>();
    let mut der = Zeroizing::new(Vec::with_capacity(length + 6));
    der.push(tag);
    push_length(&mut der, length);
    parts.iter().for_each(|part| der.extend_from_slice(part));
    der
}

/// Appends the shortest form of `length`.
pub(super) fn push_length(der: &mut Vec<u8>, length: usize) {
    let octets = length.to_be_bytes();
    let octets = &octets[octets.iter().take_while(|octet| **octet == 0).count()..];
    match (octets, length) {
        (_, 0..=0x7f) => der.push(length as u8),
        (octets, _) => {
            der.push(0x80 | octets.len() as u8);
            der.extend_from_slice(octets);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_back_what_it_writes() {
        for length in [0, 1, 127, 128, 255, 256, 70_000] {
            let der = encode(OCTET_STRING, &[&vec![7; length]]);
            let (element, rest) = split(&der).unwrap();
            assert_eq!((element.tag, element.content.len(), rest.len()), (OCTET_STRING, length, 0));
        }
    }

    #[test]
    fn refuses_lengths_beyond_the_end() {
        for bytes in [&[0x30, 0x82][..], &[0x30, 3, 1, 2], &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff], &[0x30, 0x80, 0, 0]] {
            assert!(split(bytes).is_none());
        }
    }
}
