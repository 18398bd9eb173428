//! BER of indefinite length, as old Windows and Java write it → DER.

use zeroize::Zeroizing;

use super::asn1::{self, OCTET_STRING};
use crate::facts::tlv;

/// No file seen nests deeper than 15.
const DEEPEST: usize = 48;

/// True when the outermost element has an indefinite length.
pub(super) fn is_indefinite(bytes: &[u8]) -> bool {
    matches!(bytes, [0x30, 0x80, ..])
}

/// The first element of `bytes` with definite lengths and OCTET STRINGs in one piece, and what follows it. Elements that
/// are DER already are copied as they stand, so that signatures hold. `None` when it breaks off or nests too deep.
pub(super) fn to_der(bytes: &[u8]) -> Option<(Zeroizing<Vec<u8>>, &[u8])> {
    // Growing would leave copies of keys behind; a length takes at most one octet more than its end marks did.
    let mut der = Zeroizing::new(Vec::with_capacity(bytes.len() + bytes.len() / 1024 + DEEPEST));
    let rest = element(bytes, &mut der, DEEPEST)?;
    Some((der, rest))
}

/// Appends the first element of `bytes` and returns what follows it.
fn element<'a>(bytes: &'a [u8], out: &mut Vec<u8>, depth: usize) -> Option<&'a [u8]> {
    let depth = depth.checked_sub(1)?;
    let [tag, length, ..] = *bytes else { return None };
    let constructed = tag & 0x20 != 0;
    if length != 0x80 {
        let (whole, rest) = asn1::split(bytes)?;
        let start = out.len();
        // A constructed element whose content does not read as elements is left as it is.
        if !constructed || children(whole.content, tag, out, depth).is_none() || out[start..] == *whole.content {
            out.truncate(start);
            out.extend_from_slice(whole.whole);
        } else {
            close(tag, out, start);
        }
        return Some(rest);
    }
    if !constructed {
        return None;
    }
    let start = out.len();
    let mut rest = &bytes[2..];
    while !rest.starts_with(&[0, 0]) {
        rest = child(rest, tag, out, depth)?;
    }
    close(tag, out, start);
    Some(&rest[2..])
}

fn children(mut rest: &[u8], tag: u8, out: &mut Vec<u8>, depth: usize) -> Option<()> {
    while !rest.is_empty() {
        rest = child(rest, tag, out, depth)?;
    }
    Some(())
}

/// One element inside `tag`: of an OCTET STRING in pieces only the content is kept.
fn child<'a>(bytes: &'a [u8], tag: u8, out: &mut Vec<u8>, depth: usize) -> Option<&'a [u8]> {
    if tag != OCTET_STRING | 0x20 {
        return element(bytes, out, depth);
    }
    let start = out.len();
    let rest = element(bytes, out, depth)?;
    let (piece, _) = asn1::split(&out[start..])?;
    if piece.tag != OCTET_STRING {
        return None;
    }
    let header = piece.whole.len() - piece.content.len();
    out.drain(start..start + header);
    Some(rest)
}

/// Puts tag and length in front of the content that begins at `start`.
fn close(tag: u8, out: &mut Vec<u8>, start: usize) {
    let tag = if tag == OCTET_STRING | 0x20 { OCTET_STRING } else { tag };
    let mut header = vec![tag];
    tlv::push_length(&mut header, out.len() - start);
    out.splice(start..start, header);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_indefinite_elements_a_length_and_joins_octet_strings() {
        let ber = [0x30, 0x80, 2, 1, 5, 0x24, 0x80, 4, 1, 0xaa, 4, 2, 0xbb, 0xcc, 0, 0, 0, 0];
        assert_eq!(*to_der(&ber).unwrap().0, [0x30, 8, 2, 1, 5, 4, 3, 0xaa, 0xbb, 0xcc]);
    }

    #[test]
    fn leaves_der_as_it_stands() {
        // The length of the inner SEQUENCE is longer than it need be.
        let der = [0x30, 6, 0x30, 0x81, 3, 2, 1, 5];
        assert_eq!(*to_der(&der).unwrap().0, der);
    }

    #[test]
    fn gives_up_on_what_nests_without_end() {
        assert!(to_der(&[0x30, 0x80].repeat(100_000)).is_none());
        assert!(to_der(&[0x24, 0x80, 0x30, 0, 0, 0]).is_none());
    }
}
