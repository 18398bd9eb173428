//! Handshake messages, put together from however many records they came in.

use std::io::Read;

use super::records::{Kind, Records};
use crate::facts::Cause;

/// Bytes of a handshake message that are read at most.
pub const MESSAGE_LIMIT: usize = 1 << 20;

/// Type and length in front of each message (RFC 5246 §7.4).
const HEADER: usize = 4;
/// A message that may come at any time, and that a client in the midst of a handshake passes over (RFC 5246 §7.4.1.1).
const HELLO_REQUEST: u8 = 0;
/// The level of an alert after which the handshake goes on (RFC 5246 §7.2).
const WARNING: u8 = 1;

/// A whole handshake message.
pub(super) struct Message {
    /// Its type.
    pub(super) kind: u8,
    /// What follows type and length.
    pub(super) body: Vec<u8>,
}

/// The handshake messages of a server.
pub(super) struct Messages<'a, S> {
    records: Records<'a, S>,
    /// What came and was not handed out, from `start` on.
    bytes: Vec<u8>,
    start: usize,
}

impl<'a, S: Read> Messages<'a, S> {
    /// Those that come from this stream.
    pub(super) const fn new(stream: &'a mut S) -> Self {
        Self { records: Records::new(stream), bytes: Vec::new(), start: 0 }
    }

    /// The next message; warnings and requests for a new handshake are passed over.
    pub(super) fn next(&mut self) -> Result<Message, Cause> {
        loop {
            if let Some(message) = self.whole()? {
                if message.kind != HELLO_REQUEST {
                    return Ok(message);
                }
                continue;
            }
            let (kind, payload) = self.records.next()?;
            match kind {
                Kind::Handshake => {
                    self.bytes.drain(..self.start);
                    self.start = 0;
                    self.bytes.extend_from_slice(payload);
                }
                Kind::Alert => heed(payload)?,
                Kind::Other(kind) => {
                    return Err(Cause::Malformed(format!(
                        "a record of type {kind} stands where its handshake belongs"
                    )));
                }
            }
        }
    }

    /// The next message, if all of it came.
    fn whole(&mut self) -> Result<Option<Message>, Cause> {
        let rest = &self.bytes[self.start..];
        let &[kind, a, b, c, ..] = rest else { return Ok(None) };
        let length = u32::from_be_bytes([0, a, b, c]) as usize;
        if length > MESSAGE_LIMIT {
            return Err(Cause::TooLong { limit: MESSAGE_LIMIT });
        }
        let Some(body) = rest.get(HEADER..HEADER + length) else { return Ok(None) };
        let message = Message { kind, body: body.to_vec() };
        self.start += HEADER + length;
        Ok(Some(message))
    }
}

/// Alerts of two octets each: level and number.
fn heed(payload: &[u8]) -> Result<(), Cause> {
    if payload.is_empty() || !payload.len().is_multiple_of(2) {
        return Err(Cause::Malformed(format!("an alert of {} bytes", payload.len())));
    }
    let fatal = payload.chunks(2).find(|alert| alert[0] != WARNING);
    fatal.map_or(Ok(()), |alert| Err(Cause::Alert(alert[1])))
}
