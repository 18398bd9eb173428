//! Base64 as PEM uses it (RFC 7468 §3): the standard alphabet with line ends anywhere.

use base64::Engine;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, PAD_INDIFFERENT};
use zeroize::Zeroizing;

use crate::facts::from_base64;

/// Decodes `text`, in which line ends and nothing else may stand between the characters. `None` at any other character,
/// at wrong padding and at bits left over.
pub(super) fn strict(text: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let mut characters = Zeroizing::new(Vec::with_capacity(text.len()));
    let mut begin = 0;
    for end in memchr::memchr2_iter(b'\r', b'\n', text).chain([text.len()]) {
        characters.extend_from_slice(&text[begin..end]);
        begin = end + 1;
    }
    let mut octets = Zeroizing::new(vec![0; base64::decoded_len_estimate(characters.len())]);
    let length = from_base64(&characters, &mut octets).ok()?;
    octets.truncate(length);
    Some(octets)
}

/// Padding and bits left over are not looked at.
const LENIENT: GeneralPurposeConfig = PAD_INDIFFERENT.with_decode_allow_trailing_bits(true);

/// Decodes characters of the alphabet as far as they go: bits left over are not looked at. The caller has taken everything
/// else out.
pub(super) fn lenient(text: &[u8]) -> Zeroizing<Vec<u8>> {
    const ENGINE: GeneralPurpose = GeneralPurpose::new(&STANDARD, LENIENT);
    // The six bits of one character alone are no octet.
    let whole = if text.len() % 4 == 1 { text.len() - 1 } else { text.len() };
    Zeroizing::new(ENGINE.decode(&text[..whole]).unwrap_or_default())
}

/// Decodes base64 for URLs (RFC 4648 §5), with or without padding; bits left over are not looked at. `None` at any other
/// character.
pub(crate) fn url_safe(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    const ENGINE: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, LENIENT);
    ENGINE.decode(text).ok().map(Zeroizing::new)
}

/// True for a character of the alphabet; `=` is none.
pub(super) fn is_character(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')
}

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
        for text in ["Zg==", "Zg=", "Zg", "Zh"] {
            assert_eq!(url_safe(text).unwrap().as_slice(), b"f", "{text}");
        }
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
