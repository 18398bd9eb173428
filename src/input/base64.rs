//! Base64 as PEM uses it (RFC 7468 §3): the standard alphabet with line ends anywhere.

use zeroize::Zeroizing;

/// Decodes `text`, in which line ends and nothing else may stand between the characters. `None` at any other character,
/// at wrong padding and at bits left over.
pub(super) fn strict(text: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len() / 4 * 3 + 3));
    let mut bits = 0u32;
    let mut held = 0u32;
    let mut rest = text;
    while let Some((&first, after)) = rest.split_first() {
        // A line is four of these blocks, and some characters more at the end.
        if held == 0
            && let Some((block, after)) = rest.split_first_chunk()
            && let Some(octets) = whole_block(block)
        {
            bytes.extend_from_slice(&octets);
            rest = after;
            continue;
        }
        rest = after;
        match first {
            b'\r' | b'\n' => {}
            b'=' => return padding(rest, held, bits).then_some(bytes),
            other => {
                let value = value(other)?;
                bits = bits << 6 | u32::from(value);
                held += 6;
                if held >= 8 {
                    held -= 8;
                    bytes.push((bits >> held) as u8);
                    bits &= (1 << held) - 1;
                }
            }
        }
    }
    (held == 0).then_some(bytes)
}

/// What sixteen characters of the alphabet say.
fn whole_block(block: &[u8; 16]) -> Option<[u8; 12]> {
    let values = block.map(|character| VALUES[usize::from(character)]);
    if values.iter().fold(0, |all, value| all | value) >= 64 {
        return None;
    }
    let mut octets = [0; 12];
    for (quad, triple) in values.as_chunks::<4>().0.iter().zip(octets.as_chunks_mut::<3>().0) {
        let word = quad.iter().fold(0, |word, value| word << 6 | u32::from(*value));
        triple.copy_from_slice(&word.to_be_bytes()[1..]);
    }
    Some(octets)
}

/// Decodes the characters of `text` as far as they go: padding and bits left over are not looked at. The caller has
/// taken everything else out.
pub(super) fn lenient(text: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len() / 4 * 3 + 3));
    for quad in text.chunks(4) {
        let mut word = 0u32;
        let mut count = 0;
        for value in quad.iter().map_while(|character| value(*character)) {
            word |= u32::from(value) << (18 - 6 * count);
            count += 1;
        }
        let whole = (count * 6 / 8) as usize;
        bytes.extend_from_slice(&word.to_be_bytes()[1..=whole]);
    }
    bytes
}

/// Decodes base64 for URLs (RFC 4648 §5), with or without padding. `None` at any other character.
pub(crate) fn url_safe(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let bare = text.trim_end_matches('=');
    let replaced = Zeroizing::new(bare.replace('-', "+").replace('_', "/"));
    let fits = bare.len() % 4 != 1 && !bare.contains(['+', '/']);
    (fits && replaced.bytes().all(is_character)).then(|| lenient(replaced.as_bytes()))
}

/// True for a character of the alphabet; `=` is none.
pub(super) fn is_character(byte: u8) -> bool {
    value(byte).is_some()
}

/// True when `rest`, after a first `=`, completes the padding of `held` bits that are all zero.
fn padding(rest: &[u8], held: u32, bits: u32) -> bool {
    let more = rest.iter().filter(|byte| **byte == b'=').count();
    let only = rest.iter().all(|byte| matches!(byte, b'=' | b'\r' | b'\n'));
    only && bits == 0 && matches!((held, more), (4, 1) | (2, 0))
}

fn value(byte: u8) -> Option<u8> {
    let value = VALUES[usize::from(byte)];
    (value < 64).then_some(value)
}

const VALUES: [u8; 256] = {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut values = [0xff; 256];
    let mut index = 0;
    while index < 64 {
        values[ALPHABET[index] as usize] = index as u8;
        index += 1;
    }
    values
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_across_line_ends_of_any_kind() {
        for text in ["aGVsbG8gd29ybGQ=", "aGVs\nbG8gd2\r\n9ybGQ=\n", "a\rGVsbG8gd29ybGQ\r="] {
            assert_eq!(strict(text.as_bytes()).unwrap().as_slice(), b"hello world");
        }
        let line = "MIICIjCCAcigAwIBAgIUQ/+9";
        for cut in 0..line.len() {
            let (start, end) = line.split_at(cut);
            assert_eq!(strict(format!("{start}\n{end}").as_bytes()), Some(lenient(line.as_bytes())), "{cut}");
        }
    }

    #[test]
    fn refuses_other_characters_and_wrong_padding() {
        for text in ["aGV sbG8=", "aGVsbG8", "aGVsbG8==", "aGVsbG9=", "a", "aGVs=", "aGVsbG8=aGVs"] {
            assert!(strict(text.as_bytes()).is_none(), "{text}");
        }
    }

    #[test]
    fn decodes_base64_for_urls() {
        assert_eq!(url_safe("-_8").unwrap().as_slice(), b"\xfb\xff");
        assert_eq!(url_safe("Zg==").unwrap().as_slice(), b"f");
        for text in ["+/8", "Z", "Z g", "Zg=g"] {
            assert!(url_safe(text).is_none(), "{text}");
        }
    }

    #[test]
    fn decodes_leniently_what_is_there() {
        assert_eq!(lenient(b"aGVsbG8").as_slice(), b"hello");
        assert_eq!(lenient(b"aGVsb").as_slice(), b"hel");
    }
}
