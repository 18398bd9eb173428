//! Apple's binary property lists (CFBinaryPList.c in Apple's CF). Objects refer to each other by number, and several may
//! refer to the same one: what is read is bounded in depth, which ends circles, and in all, which ends a doubling.

use super::Fault;
use super::plist::{Value, whole};

/// Profiles nest ten deep.
const DEEPEST: usize = 64;

/// Bytes of text and objects, each object counted as [`OBJECT`].
const MOST: usize = 16 << 20;

/// What an object takes at least.
const OBJECT: usize = 64;

pub(super) fn fits(bytes: &[u8]) -> bool {
    bytes.starts_with(b"bplist0")
}

/// Reads the outermost value.
pub(super) fn parse(bytes: &[u8]) -> Result<Value, Fault> {
    let breaks_off = || Fault::from("its binary property list breaks off");
    let mut objects = Objects::new(bytes).ok_or_else(breaks_off)?;
    let top = objects.top;
    let value = objects.value(top, DEEPEST);
    value.ok_or_else(|| match objects.left {
        0 => "its binary property list holds too much".into(),
        _ => breaks_off(),
    })
}

struct Objects<'a> {
    bytes: &'a [u8],
    /// Where each object begins.
    offsets: &'a [u8],
    offset_size: usize,
    reference_size: usize,
    top: usize,
    /// What may still be read.
    left: usize,
}

impl<'a> Objects<'a> {
    /// The last 32 bytes say where everything is.
    fn new(bytes: &'a [u8]) -> Option<Self> {
        const TRAILER: usize = 32;
        let (body, trailer) = bytes.split_at(bytes.len().checked_sub(TRAILER)?);
        let (offset_size, reference_size) = (usize::from(trailer[6]), usize::from(trailer[7]));
        if !(1..=8).contains(&offset_size) || !(1..=8).contains(&reference_size) {
            return None;
        }
        let count = integer(&trailer[8..16])?;
        let top = integer(&trailer[16..24])?;
        let table = body.get(integer(&trailer[24..32])?..)?;
        let offsets = table.get(..count.checked_mul(offset_size)?)?;
        Some(Self { bytes: body, offsets, offset_size, reference_size, top, left: MOST })
    }

    fn value(&mut self, number: usize, depth: usize) -> Option<Value> {
        let depth = depth.checked_sub(1)?;
        self.spend(OBJECT)?;
        let start = number.checked_mul(self.offset_size)?;
        let offset = integer(self.offsets.get(start..start.checked_add(self.offset_size)?)?)?;
        let (&marker, rest) = self.bytes.get(offset..)?.split_first()?;
        let (kind, low) = (marker >> 4, usize::from(marker & 0x0f));
        Some(match kind {
            0x0 => match low {
                8 => Value::Boolean(false),
                9 => Value::Boolean(true),
                _ => Value::Other,
            },
            0x1 => integer(rest.get(..1 << low.min(4))?).map_or(Value::Other, |number| Value::Number(number as u64)),
            0x2 => real(rest.get(..1 << low.min(4))?).and_then(whole).map_or(Value::Other, Value::Number),
            0x5 => Value::Text(latin1(self.content(rest, low, 1)?)),
            0x6 => Value::Text(utf16(self.content(rest, low, 2)?)),
            0xa => {
                let references = self.content(rest, low, self.reference_size)?;
                let mut values = Vec::new();
                for reference in references.chunks(self.reference_size) {
                    values.push(self.value(integer(reference)?, depth)?);
                }
                Value::Array(values)
            }
            0xd => {
                let references = self.content(rest, low, self.reference_size.checked_mul(2)?)?;
                // All keys, then all values.
                let (keys, values) = references.split_at(references.len() / 2);
                let mut entries = Vec::new();
                for (key, value) in keys.chunks(self.reference_size).zip(values.chunks(self.reference_size)) {
                    let key = self.value(integer(key)?, depth)?;
                    let value = self.value(integer(value)?, depth)?;
                    if let Value::Text(key) = key {
                        entries.push((key, value));
                    }
                }
                Value::Dictionary(entries)
            }
            _ => Value::Other,
        })
    }

    /// The content of an object of `low` units, or of as many as the integer that follows says.
    fn content(&mut self, rest: &'a [u8], low: usize, unit: usize) -> Option<&'a [u8]> {
        let (count, rest) = if low < 0x0f {
            (low, rest)
        } else {
            let (&marker, rest) = rest.split_first()?;
            let size = (marker >> 4 == 1).then(|| 1 << (marker & 0x0f).min(4))?;
            (integer(rest.get(..size)?)?, rest.get(size..)?)
        };
        let content = rest.get(..count.checked_mul(unit)?)?;
        self.spend(content.len())?;
        Some(content)
    }

    fn spend(&mut self, amount: usize) -> Option<()> {
        let left = self.left.checked_sub(amount);
        self.left = left.unwrap_or_default();
        left.map(|_| ())
    }
}

/// A big-endian number that fits.
fn integer(bytes: &[u8]) -> Option<usize> {
    bytes.iter().try_fold(0usize, |sum, byte| sum.checked_mul(256)?.checked_add(usize::from(*byte)))
}

fn real(bytes: &[u8]) -> Option<f64> {
    match bytes.len() {
        4 => Some(f32::from_be_bytes(bytes.try_into().ok()?).into()),
        8 => Some(f64::from_be_bytes(bytes.try_into().ok()?)),
        _ => None,
    }
}

fn latin1(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

fn utf16(bytes: &[u8]) -> String {
    let units = bytes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
    char::decode_utf16(units).map(|character| character.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A list of these objects, the first on top; offsets take two bytes, references one.
    fn list(objects: &[&[u8]]) -> Vec<u8> {
        let mut bytes = b"bplist00".to_vec();
        let mut offsets = Vec::new();
        for object in objects {
            offsets.extend((bytes.len() as u16).to_be_bytes());
            bytes.extend_from_slice(object);
        }
        let table = bytes.len() as u64;
        bytes.extend(offsets);
        bytes.extend([0, 0, 0, 0, 0, 0, 2, 1]);
        bytes.extend((objects.len() as u64).to_be_bytes());
        bytes.extend(0u64.to_be_bytes());
        bytes.extend(table.to_be_bytes());
        bytes
    }

    #[test]
    fn takes_whole_numbers_that_are_written_as_real_ones() {
        let single = [&[0x22][..], &993f32.to_be_bytes()].concat();
        let double = [&[0x23][..], &993f64.to_be_bytes()].concat();
        let half = [&[0x23][..], &0.5f64.to_be_bytes()].concat();
        for (real, expected) in [
            (single, Value::Number(993)),
            (double, Value::Number(993)),
            (half, Value::Other),
            (vec![0x21, 0, 0], Value::Other),
        ] {
            assert_eq!(parse(&list(&[&real])), Ok(expected), "{real:?}");
        }
    }

    #[test]
    fn reads_the_values_that_profiles_are_made_of() {
        let bytes = list(&[
            &[0xd3, 1, 2, 3, 4, 5, 6],
            b"\x51a",
            b"\x51b",
            b"\x61\0c",
            b"\x11\x03\xe1",
            &[9],
            &[0xa2, 5, 7],
            &[0x33],
        ]);
        let expected = Value::Dictionary(vec![
            ("a".to_owned(), Value::Number(993)),
            ("b".to_owned(), Value::Boolean(true)),
            ("c".to_owned(), Value::Array(vec![Value::Boolean(true), Value::Other])),
        ]);
        assert_eq!(parse(&bytes), Ok(expected));
    }

    #[test]
    fn ends_circles_and_doublings() {
        assert_eq!(parse(&list(&[&[0xa1, 0]])).unwrap_err().0, "its binary property list breaks off");
        let doubling: Vec<[u8; 3]> = (1..=60).map(|next| [0xa2, next, next]).collect();
        let mut objects: Vec<&[u8]> = doubling.iter().map(<[u8; 3]>::as_slice).collect();
        objects.push(&[9]);
        assert_eq!(parse(&list(&objects)).unwrap_err().0, "its binary property list holds too much");
    }

    #[test]
    fn never_reads_beyond_the_end() {
        let bytes = list(&[&[0xd1, 1, 2], b"\x5f\x10\x03abc", b"\x6f\x11\0\x01\0x"]);
        assert!(parse(&bytes).is_ok());
        for end in 0..bytes.len() {
            let _ = parse(&bytes[..end]);
        }
        for at in 0..bytes.len() {
            for value in [0, 0x7f, 0xff, 0x1f, 0x5f, 0xaf, 0xdf] {
                let mut changed = bytes.clone();
                changed[at] = value;
                let _ = parse(&changed);
            }
        }
    }
}
