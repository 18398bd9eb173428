//! Text that strangers wrote: kept byte for byte, shown escaped.

use std::cmp::Ordering;
use std::fmt::{self, Display, Write};
use std::hash::{Hash, Hasher};
use std::path::Path;

use compact_str::CompactString;

/// Bytes from a certificate, file or server that are meant as text.
///
/// `Display` never emits a control character or one that re-orders the line, so it is safe on a terminal.
#[derive(Clone)]
pub struct Text(Form);

/// Nearly all names are plain, and each is shown to every client: it is found out once.
#[derive(Clone)]
enum Form {
    /// Printable ASCII. A short one, as nearly all names are, needs no memory of its own.
    Plain(CompactString),
    /// Anything else.
    Other(Box<[u8]>),
}

impl Text {
    /// The bytes as they stand.
    pub fn new(bytes: impl AsRef<[u8]>) -> Self {
        let bytes = bytes.as_ref();
        std::str::from_utf8(bytes).map_or_else(|_| Self(Form::Other(bytes.into())), Self::from)
    }

    /// The name of a file, for people.
    pub fn of_path(path: impl AsRef<Path>) -> Self {
        Self::new(path.as_ref().as_os_str().as_encoded_bytes())
    }

    /// The bytes as they were read.
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Form::Plain(text) => text.as_bytes(),
            Form::Other(bytes) => bytes,
        }
    }

    /// The text, if the bytes are UTF-8.
    pub fn as_str(&self) -> Option<&str> {
        match &self.0 {
            Form::Plain(text) => Some(text),
            Form::Other(bytes) => std::str::from_utf8(bytes).ok(),
        }
    }

    /// The text, if it is shown as it stands: printable ASCII.
    pub fn plain(&self) -> Option<&str> {
        match &self.0 {
            Form::Plain(text) => Some(text),
            Form::Other(_) => None,
        }
    }

    /// True when there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.as_bytes().is_empty()
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        // Without an early end, many bytes are compared at once.
        match text.bytes().fold(true, |plain, byte| plain & matches!(byte, b' '..=b'~')) {
            true => Self(Form::Plain(text.into())),
            false => Self(Form::Other(text.as_bytes().into())),
        }
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for Text {}

impl PartialOrd for Text {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Text {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_bytes().cmp(other.as_bytes())
    }
}

impl Hash for Text {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_bytes().hash(state);
    }
}

impl Display for Text {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = match &self.0 {
            Form::Plain(text) => return out.write_str(text),
            Form::Other(bytes) => bytes,
        };
        for chunk in bytes.utf8_chunks() {
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

/// True for what has to be escaped inside quotation marks: control characters, the mark itself and the backslash
/// (RFC 8259 §7).
pub(crate) const fn is_special(byte: u8) -> bool {
    (byte < b' ') | (byte == b'"') | (byte == b'\\')
}

pub(super) fn acts_on_a_terminal(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            // Most of these show nothing at all.
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_control_characters_and_broken_utf8_escaped() {
        assert_eq!(Text::new(*b"a\x1b[31m\0\xff").to_string(), "a\\u{1b}[31m\\u{0}\\xff");
        assert_eq!(Text::from("moc.\u{202e}x").to_string(), "moc.\\u{202e}x");
        assert_eq!(Text::from("con\u{ad}toso\u{61c}").to_string(), "con\\u{ad}toso\\u{61c}");
    }

    #[test]
    fn leaves_ordinary_text_alone() {
        assert_eq!(Text::from("Bücher & Co.").to_string(), "Bücher & Co.");
    }
}
