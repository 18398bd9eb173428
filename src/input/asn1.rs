//! The few elements of DER that it takes to tell formats apart and to build keys.

use zeroize::Zeroizing;

use crate::facts::tlv;
pub(super) use crate::facts::tlv::{
    BIT_STRING, CONTEXT_0, CONTEXT_1, Element, INTEGER, NULL, OBJECT_ID, OCTET_STRING, SEQUENCE, SET,
};

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

/// The first element and what follows it. None for a tag of several octets: no format that is read here has one.
pub(super) fn split(bytes: &[u8]) -> Option<(Element<'_>, &[u8])> {
    const SEVERAL_OCTETS: u8 = 0x1f;
    tlv::first(bytes).filter(|(element, _)| element.tag & SEVERAL_OCTETS != SEVERAL_OCTETS)
}

/// An element with `parts` as its content. Wiped when dropped: keys are built with it.
pub(super) fn encode(tag: u8, parts: &[&[u8]]) -> Zeroizing<Vec<u8>> {
    let mut der = Zeroizing::default();
    tlv::append(&mut der, tag, parts);
    der
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

    #[test]
    fn refuses_tags_of_several_octets() {
        assert!(split(&[0x1f, 1, 7]).is_none() && split(&[0xbf, 0x21, 0]).is_none());
    }
}
