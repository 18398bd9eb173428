//! Text that strangers wrote: kept byte for byte, shown escaped.

use std::fmt::{self, Display, Write};

/// Bytes from a certificate, file or server that are meant as text.
///
/// `Display` never emits a control character or one that re-orders the line, so it is safe on a terminal.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text(Box<[u8]>);

impl Text {
    /// The bytes as they stand.
    pub fn new(bytes: impl Into<Box<[u8]>>) -> Self {
        Self(bytes.into())
    }

    /// The bytes as they were read.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The text, if the bytes are UTF-8.
    pub fn as_str(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }

    /// True when there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(text.as_bytes().into())
    }
}

impl Display for Text {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Nearly all names are plain ASCII.
        if self.0.iter().all(|byte| matches!(byte, b' '..=b'~'))
            && let Some(plain) = self.as_str()
        {
            return out.write_str(plain);
        }
        for chunk in self.0.utf8_chunks() {
            escape(chunk.valid(), out)?;
            for byte in chunk.invalid() {
                write!(out, "\\x{byte:02x}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "\"{self}\"")
    }
}

/// Writes `text` with every character that could act on a terminal written as `\u{..}`.
///
/// # Errors
/// Those of `out`.
pub fn escape(text: &str, out: &mut impl Write) -> fmt::Result {
    let mut plain = 0;
    for (at, character) in text.char_indices() {
        if acts_on_a_terminal(character) {
            out.write_str(&text[plain..at])?;
            write!(out, "\\u{{{:x}}}", u32::from(character))?;
            plain = at + character.len_utf8();
        }
    }
    out.write_str(&text[plain..])
}

fn acts_on_a_terminal(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_control_characters_and_broken_utf8_escaped() {
        assert_eq!(Text::new(*b"a\x1b[31m\0\xff").to_string(), "a\\u{1b}[31m\\u{0}\\xff");
        assert_eq!(Text::from("moc.\u{202e}x").to_string(), "moc.\\u{202e}x");
    }

    #[test]
    fn leaves_ordinary_text_alone() {
        assert_eq!(Text::from("Bücher & Co.").to_string(), "Bücher & Co.");
    }
}
