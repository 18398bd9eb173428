//! Byte order marks and UTF-16, which Windows writes: `certreq -unicodetext`, and the Exchange manual's own
//! `[System.Text.Encoding]::Unicode.GetBytes($request)`, which leaves no mark.

use std::borrow::Cow;

use zeroize::Zeroizing;

/// The text in ASCII, everything else in it replaced by `?`; UTF-8 is left as it is.
pub(super) fn text(bytes: &[u8]) -> Cow<'_, [u8]> {
    match utf16(bytes) {
        Ok((bytes, order)) => Cow::Owned(narrow(bytes, order)),
        Err(bytes) => Cow::Borrowed(bytes),
    }
}

/// The whole text: UTF-16, UTF-8, or what is neither as Latin-1. What is damaged in UTF-16 is replaced.
pub(crate) fn characters(bytes: &[u8]) -> Cow<'_, str> {
    match utf16(bytes) {
        Ok((bytes, order)) => {
            let characters = char::decode_utf16(units(bytes, order));
            Cow::Owned(characters.map(|character| character.unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
        }
        Err(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => Cow::Owned(bytes.iter().copied().map(char::from).collect()),
        },
    }
}

/// The whole text letter for letter, UTF-16 or UTF-8, none where it is neither. No text
/// has a NUL, which UTF-16 has that is too short to be told. Wiped when dropped.
pub(super) fn exact(bytes: &[u8]) -> Option<Zeroizing<String>> {
    let text = match utf16(bytes) {
        Ok((bytes, order)) => {
            // Growing would leave copies behind.
            let mut text = Zeroizing::new(String::with_capacity(bytes.len() * 3 / 2));
            char::decode_utf16(units(bytes, order))
                .try_for_each(|character| character.map(|known| text.push(known)))
                .ok()?;
            (bytes.len() % 2 == 0).then_some(text)?
        }
        Err(bytes) => Zeroizing::new(std::str::from_utf8(bytes).ok()?.to_owned()),
    };
    (!text.contains('\0')).then_some(text)
}

/// UTF-16 and its byte order; otherwise the bytes. A mark is taken off either.
fn utf16(bytes: &[u8]) -> Result<(&[u8], ByteOrder), &[u8]> {
    match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => Err(rest),
        [0xff, 0xfe, rest @ ..] => Ok((rest, u16::from_le_bytes)),
        [0xfe, 0xff, rest @ ..] => Ok((rest, u16::from_be_bytes)),
        _ => unmarked(bytes).map(|order| (bytes, order)).ok_or(bytes),
    }
}

type ByteOrder = fn([u8; 2]) -> u16;

/// The byte order of UTF-16 without a mark, seen at five dashes or at the first letters.
fn unmarked(bytes: &[u8]) -> Option<ByteOrder> {
    const DASHES: &[u8] = b"-\0-\0-\0-\0-";
    memchr::memchr(0, bytes)?;
    if let Some(at) = memchr::memmem::find(bytes, DASHES) {
        return Some(if at % 2 == 0 { u16::from_le_bytes } else { u16::from_be_bytes });
    }
    let head = &bytes[..bytes.len().min(64)];
    let pairs = || head.chunks_exact(2);
    match head.len() >= 16 {
        true if pairs().all(|pair| pair[0] != 0 && pair[1] == 0) => Some(u16::from_le_bytes),
        true if pairs().all(|pair| pair[0] == 0 && pair[1] != 0) => Some(u16::from_be_bytes),
        _ => None,
    }
}

fn narrow(bytes: &[u8], order: ByteOrder) -> Vec<u8> {
    units(bytes, order).map(|unit| u8::try_from(unit).ok().filter(u8::is_ascii).unwrap_or(b'?')).collect()
}

fn units(bytes: &[u8], order: ByteOrder) -> impl Iterator<Item = u16> {
    bytes.chunks_exact(2).map(move |pair| order([pair[0], pair[1]]))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Zertifikat für uns\r\n-----BEGIN CERTIFICATE-----\r\nMIIB\r\n-----END CERTIFICATE-----\r\n";

    #[test]
    fn reads_utf16_of_either_order_with_and_without_a_mark() {
        let expected = TEXT.replace('ü', "?").into_bytes();
        for order in [u16::to_le_bytes, u16::to_be_bytes] {
            let bare: Vec<u8> = TEXT.encode_utf16().flat_map(order).collect();
            let marked: Vec<u8> = order(0xfeff).into_iter().chain(bare.clone()).collect();
            assert_eq!(*text(&bare), expected);
            assert_eq!(*text(&marked), expected);
            assert_eq!(characters(&bare), TEXT);
            assert_eq!(characters(&marked), TEXT);
        }
    }

    #[test]
    fn reads_bare_base64_in_utf16() {
        let bare: Vec<u8> = "MIIBszCCARygAwIB".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(*text(&bare), *b"MIIBszCCARygAwIB");
    }

    #[test]
    fn takes_what_is_no_unicode_for_latin_1() {
        assert_eq!(characters(b"b\xfccher"), "bücher");
        assert_eq!(characters("\u{feff}bücher".as_bytes()), "bücher");
    }

    #[test]
    fn reads_a_text_exactly_or_not_at_all() {
        let utf16 = |text: &str, order: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(order).collect::<Vec<u8>>();
        for bytes in [
            "Gehäuse 🔑\r\n".as_bytes().to_vec(),
            "\u{feff}Gehäuse 🔑\r\n".as_bytes().to_vec(),
            utf16("\u{feff}Gehäuse 🔑\r\n", u16::to_le_bytes),
            utf16("\u{feff}Gehäuse 🔑\r\n", u16::to_be_bytes),
        ] {
            assert_eq!(exact(&bytes).unwrap().as_str(), "Gehäuse 🔑\r\n", "{bytes:x?}");
        }
        let half = [&[0xff, 0xfe][..], &[0x3d, 0xd8, b'a', 0]].concat();
        for neither in [b"Geh\xe4use".to_vec(), utf16("short", u16::to_le_bytes), half, b"\xff\xfea\0b".to_vec()] {
            assert!(exact(&neither).is_none(), "{neither:x?}");
        }
    }

    #[test]
    fn takes_the_mark_off_utf8_and_leaves_the_rest() {
        assert_eq!(*text(b"\xef\xbb\xbfabc"), *b"abc");
        assert!(matches!(text(TEXT.as_bytes()), Cow::Borrowed(_)));
    }
}
