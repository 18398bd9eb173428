//! Writes entries as compact JSON, byte for byte what `serde_json` writes.

use std::fmt::{self, Display};

use serde::Serialize;
use serde::ser::{Error, Impossible, SerializeMap, SerializeSeq, SerializeStruct, SerializeTuple, Serializer};

use super::escape::{push_shown, push_str};

/// Appends values to what was written before.
pub(super) struct Writer<'o>(pub(super) &'o mut Vec<u8>);

/// A list or an object that has been begun.
pub(super) struct Begun<'o> {
    out: &'o mut Vec<u8>,
    is_empty: bool,
}

impl<'o> Serializer for Writer<'o> {
    type Ok = ();
    type Error = fmt::Error;
    type SerializeSeq = Begun<'o>;
    type SerializeStruct = Begun<'o>;
    type SerializeTuple = Self;
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
    #[inline]
    fn serialize_bytes(self, value: &[u8]) -> fmt::Result {
        self.0.extend_from_slice(value);
        Ok(())
    }

    /// The pieces of what is JSON already.
    fn serialize_tuple(self, _: usize) -> Result<Self, fmt::Error> {
        Ok(self)
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

impl SerializeTuple for Writer<'_> {
    type Ok = ();
    type Error = fmt::Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> fmt::Result {
        value.serialize(Writer(self.0))
    }

    fn end(self) -> fmt::Result {
        Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;

    fn written(value: &impl Serialize) -> String {
        let mut out = Vec::new();
        value.serialize(Writer(&mut out)).unwrap();
        String::from_utf8(out).unwrap()
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
