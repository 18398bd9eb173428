//! Text as JSON strings. Next to nothing in what is written has to be escaped, so it is looked at in blocks and copied in
//! runs.

use std::fmt::{self, Display, Write};

use crate::facts::is_special;

/// Text inside quotation marks.
struct Escaped<'o>(&'o mut Vec<u8>);

impl Write for Escaped<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        push_escaped(text, self.0);
        Ok(())
    }
}

/// A text as a JSON string.
pub(super) fn push_str(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    push_escaped(text, out);
    out.push(b'"');
}

/// Anything with a `Display` as a JSON string.
pub(super) fn push_shown(value: &(impl Display + ?Sized), out: &mut Vec<u8>) {
    out.push(b'"');
    // Writing to a Vec cannot fail, and no `Display` of ours does.
    let _ = write!(Escaped(out), "{value}");
    out.push(b'"');
}

/// What stands between the quotation marks of a JSON string (RFC 8259 §7), with the short forms where there are any.
pub(super) fn push_escaped(text: &str, out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        // PEM is most of what has to be escaped: lines of 64 characters.
        if let Some((line, end)) = rest.split_first_chunk()
            && let Some(after) = end.strip_prefix(b"\n")
            && is_plain(line)
        {
            out.extend_from_slice(line);
            out.extend_from_slice(b"\\n");
            rest = after;
            continue;
        }
        if !is_special(*first) {
            let (plain, after) = rest.split_at(plain_length(rest));
            out.extend_from_slice(plain);
            rest = after;
            continue;
        }
        rest = after;
        match first {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            0x08 => out.extend_from_slice(b"\\b"),
            0x0c => out.extend_from_slice(b"\\f"),
            other => {
                out.extend_from_slice(b"\\u00");
                out.extend([other >> 4, other & 15].map(|digit| DIGITS[usize::from(digit)]));
            }
        }
    }
}

/// How many bytes stand before the first that has to be escaped.
fn plain_length(text: &[u8]) -> usize {
    let (blocks, _) = text.as_chunks::<64>();
    let blocks = 64 * blocks.iter().take_while(|block| is_plain(block)).count();
    let (words, rest) = text[blocks..].as_chunks();
    for (index, word) in words.iter().enumerate() {
        if let Some(at) = first_special(*word) {
            return blocks + 8 * index + at;
        }
    }
    // What is too short for a word of its own shares one with bytes before it, which have been looked at.
    let before = text.len() - rest.len();
    match text.last_chunk() {
        Some(last) if !rest.is_empty() => first_special(*last).map_or(text.len(), |at| text.len() - 8 + at),
        _ => before + rest.iter().position(|byte| is_special(*byte)).unwrap_or(rest.len()),
    }
}

/// Without an early end inside, a block is compared at once.
fn is_plain(block: &[u8; 64]) -> bool {
    !block.iter().fold(false, |special, byte| special | is_special(*byte))
}

/// The position of the first byte that has to be escaped, found by arithmetic on all eight at once.
fn first_special(word: [u8; 8]) -> Option<usize> {
    const EACH: u64 = u64::from_le_bytes([1; 8]);
    const HIGH: u64 = EACH << 7;
    let word = u64::from_le_bytes(word);
    // The high bit of each byte that is below `limit`; above the first such byte others may be marked wrongly.
    let below = |word: u64, limit: u8| word.wrapping_sub(EACH * u64::from(limit)) & !word & HIGH;
    let equal = |byte: u8| below(word ^ (EACH * u64::from(byte)), 1);
    let special = below(word, b' ') | equal(b'"') | equal(b'\\');
    (special != 0).then(|| (special.trailing_zeros() / 8) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn escapes_as_serde_json_does_wherever_in_the_text_it_is() {
        for character in (0..0x250).chain([0x2028, 0xfffd, 0x1f4e7]).filter_map(char::from_u32) {
            for before in [0, 1, 7, 8, 15, 16, 31, 63, 64, 81, 128] {
                let text = format!("{}{character}{}", "a".repeat(before), "b".repeat(20));
                let expected = serde_json::to_string(&text).unwrap();
                assert_eq!(written(|out| push_str(&text, out)), expected);
                assert_eq!(written(|out| push_shown(&format_args!("{text}"), out)), expected);
            }
        }
    }
}
