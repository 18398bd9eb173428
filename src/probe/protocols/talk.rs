//! A conversation in plain text: what the protocols share of reading replies.

use std::io::Write;

use crate::facts::{Cause, Step, Text, Trouble};
use crate::probe::wire::{self, Wire};

/// Bytes of a line that are kept to be shown. A reply of SMTP has no more (RFC 5321 §4.5.3.1.5).
const SHOWN: usize = 512;

/// A conversation, and the step that it has come to.
#[derive(Debug)]
pub(super) struct Talk<'a> {
    wire: &'a mut Wire,
    step: Step,
    greeting: Option<Text>,
}

/// A reply that begins with a number, such as those of SMTP.
#[derive(Debug)]
pub(super) struct Reply {
    /// The number.
    pub(super) code: u16,
    /// Its lines, each with the number.
    pub(super) lines: Vec<Vec<u8>>,
}

impl<'a> Talk<'a> {
    /// Begins with waiting for the greeting.
    pub(super) fn new(wire: &'a mut Wire) -> Self {
        wire.begin_step();
        Self { wire, step: Step::Greeting, greeting: None }
    }

    /// The first line that the server spoke.
    pub(super) fn into_greeting(self) -> Option<Text> {
        self.greeting
    }

    /// How this end names itself to mail servers: by its address (RFC 5321 §4.1.3).
    pub(super) fn own_name(&self) -> String {
        match self.wire.local_address().map(|address| address.ip().to_canonical()) {
            Some(address) if address.is_ipv6() => format!("[IPv6:{address}]"),
            Some(address) => format!("[{address}]"),
            None => "[127.0.0.1]".to_owned(),
        }
    }

    /// Begins a step: sends a command line.
    pub(super) fn command(&mut self, step: Step, line: &str) -> Result<(), Trouble> {
        self.send(step, format!("{line}\r\n").as_bytes())
    }

    /// Begins a step: sends these bytes.
    pub(super) fn send(&mut self, step: Step, bytes: &[u8]) -> Result<(), Trouble> {
        self.step = step;
        self.wire.begin_step();
        self.wire.write_all(bytes).map_err(|error| self.trouble(wire::cause(&error)))
    }

    /// The next line, without its end.
    pub(super) fn line(&mut self) -> Result<Vec<u8>, Trouble> {
        let line = self.wire.read_line().map_err(|cause| self.trouble(cause))?;
        if self.step == Step::Greeting && self.greeting.is_none() {
            self.greeting = Some(excerpt(&line));
        }
        Ok(line)
    }

    /// Exactly so many bytes.
    pub(super) fn bytes(&mut self, count: usize) -> Result<Vec<u8>, Trouble> {
        self.wire.read_bytes(count).map_err(|cause| self.trouble(cause))
    }

    /// What has come besides, so far.
    pub(super) fn unread(&self) -> &[u8] {
        self.wire.unfinished()
    }

    /// `line` with all that belongs to it, when it ends in the announcement of a literal, `{12}` (RFC 9051 §4.3, RFC
    /// 5804 §1.2). Literals become quoted strings, so that nothing in them can be taken for the start of a line.
    pub(super) fn with_literals(&mut self, mut line: Vec<u8>) -> Result<Vec<u8>, Trouble> {
        while let Some((start, count)) = announced(&line) {
            line.truncate(start);
            line.push(b'"');
            line.extend(self.bytes(count)?);
            line.push(b'"');
            line.extend(self.line()?);
        }
        Ok(line)
    }

    /// Lines up to one that is a dot (RFC 1939 §3, RFC 3977 §3.1.1).
    pub(super) fn lines_to_dot(&mut self) -> Result<Vec<Vec<u8>>, Trouble> {
        let mut lines = Vec::new();
        loop {
            match self.line()? {
                end if end == b"." => return Ok(lines),
                line => lines.push(line),
            }
        }
    }

    /// A reply that begins with a number, of one line or, with a hyphen after the number, of more (RFC 5321 §4.2.1).
    pub(super) fn reply(&mut self) -> Result<Reply, Trouble> {
        let mut lines = Vec::new();
        loop {
            let line = self.line()?;
            let Some(code) = code(&line) else { return self.not_this_protocol(&line) };
            let more = line.get(3) == Some(&b'-');
            lines.push(line);
            if !more {
                return Ok(Reply { code, lines });
            }
        }
    }

    /// Ends here, because of this.
    pub(super) fn fail<T>(&self, cause: Cause) -> Result<T, Trouble> {
        Err(self.trouble(cause))
    }

    /// Ends here, because the server said no.
    pub(super) fn denied<T>(&self, line: &[u8]) -> Result<T, Trouble> {
        self.fail(Cause::Denied(excerpt(line)))
    }

    /// Ends here, because the server speaks something else.
    pub(super) fn not_this_protocol<T>(&self, line: &[u8]) -> Result<T, Trouble> {
        self.fail(Cause::NotThisProtocol(excerpt(line)))
    }

    fn trouble(&self, cause: Cause) -> Trouble {
        Trouble { step: self.step, cause }
    }
}

/// The start of what a server said.
pub(super) fn excerpt(line: &[u8]) -> Text {
    Text::new(&line[..line.len().min(SHOWN)])
}

/// True when `line` begins so, in any case.
pub(super) fn begins(line: &[u8], start: &str) -> bool {
    line.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start.as_bytes()))
}

/// The words of a line.
pub(super) fn words(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(|byte| byte.is_ascii_whitespace()).filter(|word| !word.is_empty())
}

/// The number of three digits that `line` begins with.
pub(super) fn code(line: &[u8]) -> Option<u16> {
    let (digits, rest) = line.split_at_checked(3)?;
    let alone = rest.first().is_none_or(|byte| matches!(byte, b' ' | b'-'));
    (alone && digits.iter().all(u8::is_ascii_digit)).then(|| std::str::from_utf8(digits).ok()?.parse().ok())?
}

/// Where the announcement of a literal stands at the end of a line, and how long the literal is.
fn announced(line: &[u8]) -> Option<(usize, usize)> {
    let body = line.strip_suffix(b"}")?;
    let body = body.strip_suffix(b"+").unwrap_or(body);
    let start = body.iter().rposition(|byte| *byte == b'{')?;
    let digits = std::str::from_utf8(&body[start + 1..]).ok()?;
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    // A number that does not fit is too long in any case.
    plain.then(|| (start, digits.parse().unwrap_or(usize::MAX)))
}
