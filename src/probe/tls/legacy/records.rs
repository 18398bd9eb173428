//! TLS records in plain text (RFC 5246 §6.2).

use std::io::Read;

use tls_parser::{TlsRecordType, parse_tls_record_header};

use super::super::{opening, receive};
use crate::facts::Cause;

/// Type, version and length in front of each record.
pub(in super::super) const HEADER: usize = 5;
/// What encryption may add to the 2^14 bytes of a record is allowed here too, as most programs do.
const RECORD_LIMIT: usize = (1 << 14) + 2048;

/// What a record holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A piece of the handshake.
    Handshake,
    /// Alerts.
    Alert,
    /// Something else: its number.
    Other(u8),
}

/// The records that come from a server.
pub(super) struct Records<'a, S> {
    stream: &'a mut S,
    /// What came and was not handed out, from `start` on.
    bytes: Vec<u8>,
    start: usize,
    has_begun: bool,
}

impl<'a, S: Read> Records<'a, S> {
    /// Those that come from this stream.
    pub(super) const fn new(stream: &'a mut S) -> Self {
        Self { stream, bytes: Vec::new(), start: 0, has_begun: false }
    }

    /// The next record: its kind and what it holds.
    pub(super) fn next(&mut self) -> Result<(Kind, &[u8]), Cause> {
        self.fill(HEADER)?;
        let header = &self.bytes[self.start..self.start + HEADER];
        let Ok((_, header)) = parse_tls_record_header(header) else {
            return Err(Cause::Malformed("the header of a record cannot be read".to_owned()));
        };
        if header.version.0 >> 8 != 3 {
            return Err(Cause::Malformed(format!("a record of version {:#06x}", header.version.0)));
        }
        let length = usize::from(header.len);
        if length > RECORD_LIMIT {
            return Err(Cause::Malformed(format!("a record of {length} bytes")));
        }
        let kind = match header.record_type {
            TlsRecordType::Handshake => Kind::Handshake,
            TlsRecordType::Alert => Kind::Alert,
            TlsRecordType(other) => Kind::Other(other),
        };
        self.fill(HEADER + length)?;
        let payload = self.start + HEADER;
        self.start = payload + length;
        Ok((kind, &self.bytes[payload..payload + length]))
    }

    /// Reads until so many bytes are there.
    fn fill(&mut self, wanted: usize) -> Result<(), Cause> {
        while self.bytes.len() - self.start < wanted {
            self.bytes.drain(..self.start);
            self.start = 0;
            if self.has_begun {
                receive(self.stream, &mut self.bytes)?;
            } else {
                self.bytes = opening(self.stream)?;
                self.has_begun = true;
            }
        }
        Ok(())
    }
}
