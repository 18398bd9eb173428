//! Writes entries as compact JSON, byte for byte what `serde_json` writes. An entry is text for the most part, of which
//! next to nothing has to be escaped, so it is looked at in blocks and copied in runs.

use std::fmt::{self, Display, Write};

use serde::Serialize;
use serde::ser::{Error, Impossible, SerializeMap, SerializeSeq, SerializeStruct, Serializer};

/// Appends values to what was written before.
pub(super) struct Writer<'o>(pub(super) &'o mut Vec<u8>);

/// A list or an object that has been begun.
pub(super) struct Begun<'o> {
    out: &'o mut Vec<u8>,
    is_empty: bool,
}

/// Text inside quotation marks.
struct Escaped<'o>(&'o mut Vec<u8>);

impl<'o> Serializer for Writer<'o> {
    type Ok = ();
    type Error = fmt::Error;
    type SerializeSeq = Begun<'o>;
    type SerializeStruct = Begun<'o>;
    type SerializeTuple = Impossible<(), fmt::Error>;
    type SerializeTupleStruct = Impossible<(), fmt::Error>;
    type SerializeTupleVariant = Impossible<(), fmt::Error>;
    type SerializeMap = Begun<'o>;
    type SerializeStructVariant = Impossible<(), fmt::Error>;

    fn serialize_bool(self, value: bool) -> fmt::Result {
        self.0.extend_from_slice(if value { b"true" } else { b"false" });
        Ok(())
    }

    fn serialize_str(self, value: &str) -> fmt::Result {
        push_str(value, self.0);
        Ok(())
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> fmt::Result {
        push_shown(value, self.0);
        Ok(())
    }

    fn serialize_none(self) -> fmt::Result {
        self.0.extend_from_slice(b"null");
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> fmt::Result {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> fmt::Result {
        value.serialize(self)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Begun<'o>, fmt::Error> {
        self.0.push(b'[');
        Ok(Begun { out: self.0, is_empty: true })
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Begun<'o>, fmt::Error> {
        self.0.push(b'{');
        Ok(Begun { out: self.0, is_empty: true })
    }

    /// What a struct becomes when the fields of another are put among its own.
    fn serialize_map(self, _: Option<usize>) -> Result<Begun<'o>, fmt::Error> {
        self.0.push(b'{');
        Ok(Begun { out: self.0, is_empty: true })
    }

    fn serialize_i8(self, value: i8) -> fmt::Result {
        self.serialize_i64(value.into())
    }

    fn serialize_i16(self, value: i16) -> fmt::Result {
        self.serialize_i64(value.into())
    }

    fn serialize_i32(self, value: i32) -> fmt::Result {
        self.serialize_i64(value.into())
    }

    fn serialize_i64(self, value: i64) -> fmt::Result {
        self.0.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
        Ok(())
    }

    fn serialize_u8(self, value: u8) -> fmt::Result {
        self.serialize_u64(value.into())
    }

    fn serialize_u16(self, value: u16) -> fmt::Result {
        self.serialize_u64(value.into())
    }

    fn serialize_u32(self, value: u32) -> fmt::Result {
        self.serialize_u64(value.into())
    }

    fn serialize_u64(self, value: u64) -> fmt::Result {
        self.0.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
        Ok(())
    }

    /// The name of a variant is an identifier: nothing in it has to be escaped.
    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> fmt::Result {
        self.0.push(b'"');
        self.0.extend_from_slice(variant.as_bytes());
        self.0.push(b'"');
        Ok(())
    }

    /// Bytes are JSON already: see [`super::Written`].
    fn serialize_bytes(self, value: &[u8]) -> fmt::Result {
        self.0.extend_from_slice(value);
        Ok(())
    }

    // No entry holds anything of the kinds below.

    fn serialize_f32(self, _: f32) -> fmt::Result {
        Err(Error::custom("a float"))
    }

    fn serialize_f64(self, _: f64) -> fmt::Result {
        Err(Error::custom("a float"))
    }

    fn serialize_char(self, _: char) -> fmt::Result {
        Err(Error::custom("a character"))
    }

    fn serialize_unit(self) -> fmt::Result {
        Err(Error::custom("a unit"))
    }

    fn serialize_unit_struct(self, name: &'static str) -> fmt::Result {
        Err(Error::custom(name))
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> fmt::Result {
        Err(Error::custom(name))
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, fmt::Error> {
        Err(Error::custom("a tuple"))
    }

    fn serialize_tuple_struct(self, name: &'static str, _: usize) -> Result<Self::SerializeTupleStruct, fmt::Error> {
        Err(Error::custom(name))
    }

    fn serialize_tuple_variant(
        self,
        name: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, fmt::Error> {
        Err(Error::custom(name))
    }

    fn serialize_struct_variant(
        self,
        name: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, fmt::Error> {
        Err(Error::custom(name))
    }
}

impl Begun<'_> {
    #[inline]
    fn separate(&mut self) {
        if !self.is_empty {
            self.out.push(b',');
        }
        self.is_empty = false;
    }
}

impl SerializeSeq for Begun<'_> {
    type Ok = ();
    type Error = fmt::Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> fmt::Result {
        self.separate();
        value.serialize(Writer(self.out))
    }

    fn end(self) -> fmt::Result {
        self.out.push(b']');
        Ok(())
    }
}

impl SerializeStruct for Begun<'_> {
    type Ok = ();
    type Error = fmt::Error;

    // Inlined, so that the length of each field's name is known.
    #[inline]
    fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> fmt::Result {
        self.separate();
        self.out.push(b'"');
        // The names of Rust's fields need no escaping.
        self.out.extend_from_slice(key.as_bytes());
        self.out.extend_from_slice(b"\":");
        value.serialize(Writer(self.out))
    }

    fn end(self) -> fmt::Result {
        self.out.push(b'}');
        Ok(())
    }
}

impl SerializeMap for Begun<'_> {
    type Ok = ();
    type Error = fmt::Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> fmt::Result {
        self.separate();
        key.serialize(Writer(self.out))
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> fmt::Result {
        self.out.push(b':');
        value.serialize(Writer(self.out))
    }

    fn end(self) -> fmt::Result {
        self.out.push(b'}');
        Ok(())
    }
}

impl Write for Escaped<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        escape(text.as_bytes(), self.0);
        Ok(())
    }
}

/// A text as a JSON string.
pub(super) fn push_str(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    escape(text.as_bytes(), out);
    out.push(b'"');
}

/// Anything with a `Display` as a JSON string.
pub(super) fn push_shown(value: &(impl Display + ?Sized), out: &mut Vec<u8>) {
    out.push(b'"');
    // Writing to a Vec cannot fail, and no `Display` of ours does.
    let _ = write!(Escaped(out), "{value}");
    out.push(b'"');
}

/// RFC 8259 §7, with the short forms where there are any.
fn escape(text: &[u8], out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut rest = text;
    loop {
        let (plain, after) = rest.split_at(plain_length(rest));
        out.extend_from_slice(plain);
        let Some((special, after)) = after.split_first() else { return };
        rest = after;
        match special {
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
    let mut plain = plain_blocks::<64>(text);
    plain += plain_blocks::<16>(&text[plain..]);
    let rest = &text[plain..];
    // What is too short for a block of its own shares one with bytes before it, which have been looked at.
    if rest.len() < 16 && text.last_chunk::<16>().is_some_and(is_plain) {
        return text.len();
    }
    plain + rest.iter().position(|byte| is_special(*byte)).unwrap_or(rest.len())
}

/// How many bytes at the start, in whole blocks, need no escaping.
fn plain_blocks<const SIZE: usize>(text: &[u8]) -> usize {
    let (blocks, _) = text.as_chunks::<SIZE>();
    SIZE * blocks.iter().take_while(|block| is_plain(block)).count()
}

/// Without an early end inside, a block is compared at once.
fn is_plain<const SIZE: usize>(block: &[u8; SIZE]) -> bool {
    !block.iter().fold(false, |special, byte| special | is_special(*byte))
}

fn is_special(byte: u8) -> bool {
    (byte < b' ') | (byte == b'"') | (byte == b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(value: &impl Serialize) -> String {
        let mut out = Vec::new();
        value.serialize(Writer(&mut out)).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn escapes_as_serde_json_does_wherever_in_the_text_it_is() {
        for character in (0..0x250).chain([0x2028, 0xfffd, 0x1f4e7]).filter_map(char::from_u32) {
            for before in [0, 1, 15, 16, 31, 63, 64, 81] {
                let text = format!("{}{character}{}", "a".repeat(before), "b".repeat(20));
                let expected = serde_json::to_string(&text).unwrap();
                assert_eq!(written(&text), expected);
                assert_eq!(written(&format_args!("{text}")), expected);
            }
        }
    }

    #[derive(Serialize)]
    struct Entry<'a> {
        text: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        left_out: Option<&'a str>,
        missing: Option<bool>,
        there: Option<bool>,
        numbers: Vec<i64>,
        nothing: Vec<u16>,
        inner: Vec<Inner>,
    }

    #[derive(Serialize)]
    struct Inner {
        position: usize,
    }

    #[derive(Serialize)]
    struct Outer {
        name: &'static str,
        #[serde(flatten)]
        inner: Inner,
    }

    #[test]
    fn writes_fields_among_fields_as_serde_json_does() {
        let outer = vec![Outer { name: "a", inner: Inner { position: 1 } }];
        assert_eq!(written(&outer), serde_json::to_string(&outer).unwrap());
    }

    #[test]
    fn writes_structs_and_lists_as_serde_json_does() {
        let entry = Entry {
            text: "",
            left_out: None,
            missing: None,
            there: Some(true),
            numbers: vec![0, -1, i64::MIN, i64::MAX],
            nothing: Vec::new(),
            inner: vec![Inner { position: 1 }, Inner { position: usize::MAX }],
        };
        assert_eq!(written(&entry), serde_json::to_string(&entry).unwrap());
    }
}
