//! Just enough DER to cut a structure apart and join it again: one octet of tag, a definite length, the content.

/// One element: its tag, its content, and all of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Element<'a> {
    /// The identifier octet.
    pub(crate) tag: u8,
    /// The content octets.
    pub(crate) content: &'a [u8],
    /// Tag, length and content.
    pub(crate) whole: &'a [u8],
}

pub(crate) const BOOLEAN: u8 = 0x01;
pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const BIT_STRING: u8 = 0x03;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const NULL: u8 = 0x05;
pub(crate) const OBJECT_ID: u8 = 0x06;
pub(crate) const SEQUENCE: u8 = 0x30;
pub(crate) const SET: u8 = 0x31;
/// The bit of an identifier octet that says that the content is elements.
pub(crate) const CONSTRUCTED: u8 = 0x20;
/// The bits of an identifier octet that say that the tag goes on in further octets: nothing that is read here does.
pub(crate) const LONG_TAG: u8 = 0x1f;
/// `[0]`, constructed.
pub(crate) const CONTEXT_0: u8 = 0xa0;
/// `[3]`, constructed: the extensions of a certificate (RFC 5280 §4.1).
pub(crate) const EXTENSIONS: u8 = 0xa3;
/// `[1]`, constructed.
pub(crate) const CONTEXT_1: u8 = 0xa1;

/// Tag, length and content in one piece.
pub(crate) fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    append(&mut whole, tag, &[content]);
    whole
}

/// Appends an element with `parts` as its content. Room is made once, so that what was empty leaves no copy behind.
pub(crate) fn append(der: &mut Vec<u8>, tag: u8, parts: &[&[u8]]) {
    let length = parts.iter().map(|part| part.len()).sum::<usize>();
    der.reserve(length + 6);
    der.push(tag);
    push_length(der, length);
    parts.iter().for_each(|part| der.extend_from_slice(part));
}

/// Appends the shortest form of `length`.
pub(crate) fn push_length(der: &mut Vec<u8>, length: usize) {
    if length < 0x80 {
        return der.push(length as u8);
    }
    let octets = length.to_be_bytes();
    let octets = &octets[octets.iter().take_while(|octet| **octet == 0).count()..];
    // At most eight octets, so the sum fits.
    der.push(0x80 | octets.len() as u8);
    der.extend_from_slice(octets);
}

/// An OBJECT IDENTIFIER from its dotted text (X.690 §8.19). None when the text is no identifier.
pub(crate) fn object_identifier(dotted: &str) -> Option<Vec<u8>> {
    let arc = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?;
    let arcs: Vec<u128> = dotted.split('.').map(arc).collect::<Option<_>>()?;
    let [root @ 0..=2, second, rest @ ..] = arcs.as_slice() else { return None };
    if *root < 2 && *second >= 40 {
        return None;
    }
    let mut content = Vec::new();
    for arc in std::iter::once(second.checked_add(root * 40)?).chain(rest.iter().copied()) {
        // Seven bits in each octet; all but the last have the high bit set.
        let octets = (u128::BITS - arc.leading_zeros()).div_ceil(7).max(1);
        let octet = |place: u32| (arc >> (7 * place)) as u8 & 0x7f | if place > 0 { 0x80 } else { 0 };
        content.extend((0..octets).rev().map(octet));
    }
    Some(element(OBJECT_ID, &content))
}

/// The first element of `der` and what follows it. None when it is cut short, or not the DER that is written here.
pub(crate) fn first(der: &[u8]) -> Option<(Element<'_>, &[u8])> {
    let (&tag, rest) = der.split_first()?;
    let (&length, rest) = rest.split_first()?;
    let (length, rest) = if length < 0x80 {
        (usize::from(length), rest)
    } else {
        let count = usize::from(length & 0x7f);
        if count == 0 || count > size_of::<u32>() {
            return None;
        }
        let (octets, rest) = rest.split_at_checked(count)?;
        (octets.iter().fold(0, |sum, octet| sum << 8 | usize::from(*octet)), rest)
    };
    let (content, after) = rest.split_at_checked(length)?;
    Some((Element { tag, content, whole: &der[..der.len() - after.len()] }, after))
}

/// The elements of `content`, one after the other, up to one that cannot be read.
pub(crate) fn elements(mut content: &[u8]) -> impl Iterator<Item = Element<'_>> {
    std::iter::from_fn(move || {
        let (element, rest) = first(content)?;
        content = rest;
        Some(element)
    })
}

/// True when `content` is elements and nothing else.
pub(crate) fn is_whole(content: &[u8]) -> bool {
    elements(content).map(|element| element.whole.len()).sum::<usize>() == content.len()
}

/// All elements of `content`, one after the other.
pub(crate) fn children(mut content: &[u8]) -> Option<Vec<Element<'_>>> {
    let mut found = Vec::new();
    while !content.is_empty() {
        let (element, rest) = first(content)?;
        found.push(element);
        content = rest;
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_back_what_it_wrote() {
        for size in [0, 1, 127, 128, 255, 256, 70_000] {
            let content = vec![7; size];
            let whole = element(SEQUENCE, &content);
            let (read, rest) = first(&whole).unwrap();
            assert_eq!((read.tag, read.content, read.whole), (SEQUENCE, &*content, &*whole));
            assert!(rest.is_empty());
        }
    }

    #[test]
    fn writes_object_identifiers() {
        for (dotted, octets) in [
            ("2.5.4.3", [6, 3, 0x55, 4, 3].as_slice()),
            ("1.2.840.113549", &[6, 6, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d]),
            ("2.999.0", &[6, 3, 0x88, 0x37, 0]),
        ] {
            assert_eq!(object_identifier(dotted).unwrap(), octets, "{dotted}");
        }
        for wrong in ["", "1", "3.1", "1.40", "1..2", "1.+2", "1.2.x"] {
            assert_eq!(object_identifier(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn refuses_what_is_cut_short() {
        let whole = element(SET, &[1; 300]);
        for cut in 0..whole.len() {
            assert!(first(&whole[..cut]).is_none(), "{cut}");
        }
        assert!(first(&[0x30, 0x80, 0, 0]).is_none());
    }
}
