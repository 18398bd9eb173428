//! BEGIN and END lines as people and mailers write them, misspelt and with dashes lost or added.

use super::pem::{PASSED_OVER, READABLE, is_known};
use crate::error::distance;

/// A BEGIN or END inside a line.
pub(super) struct Mark {
    pub(super) is_end: bool,
    pub(super) label: String,
    /// Where in the line the dashes begin, and where the last ones end.
    pub(super) start: usize,
    pub(super) stop: usize,
    pub(super) mends: Vec<String>,
}

/// The first mark in `line`: dashes, a word like BEGIN or END, a label like one that is known, dashes.
pub(super) fn find_mark(line: &[u8]) -> Option<Mark> {
    let mut from = 0;
    while let Some(found) = memchr::memmem::find(&line[from..], b"--") {
        let start = from + found;
        let dashes = line[start..].iter().take_while(|byte| **byte == b'-').count();
        if let Some(mark) = mark_at(line, start, dashes) {
            return Some(mark);
        }
        from = start + dashes;
    }
    None
}

fn mark_at(line: &[u8], start: usize, dashes: usize) -> Option<Mark> {
    const LONGEST: usize = 48;
    let inner = &line[start + dashes..];
    let inner = &inner[..inner.len().min(LONGEST)];
    let length = memchr::memmem::find(inner, b"--").unwrap_or(inner.len());
    let text = std::str::from_utf8(&inner[..length]).ok()?;
    let after = start + dashes + length;
    let closing = line[after..].iter().take_while(|byte| **byte == b'-').count();
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    let (word, label) = words.split_first()?;
    let upper = word.to_ascii_uppercase();
    let is_end = distance(upper.bytes(), "END".bytes()) <= 1;
    if !is_end && distance(upper.bytes(), "BEGIN".bytes()) > 2 {
        return None;
    }
    let expected = if is_end { "END" } else { "BEGIN" };
    let written = label.join(" ");
    let label = nearest(&written)?;
    let mut mends = Vec::new();
    if *word != expected {
        mends.push(format!("{word} taken for {expected}"));
    }
    if label != written {
        mends.push(format!("{written} taken for {label}"));
    }
    if dashes != 5 || closing != 5 {
        mends.push(format!("{expected} with {dashes} and {closing} dashes in place of 5 and 5"));
    }
    Some(Mark { is_end, label, start, stop: after + closing, mends })
}

/// The known label that was meant; a label that is like none is itself when it is in capitals.
fn nearest(written: &str) -> Option<String> {
    if is_known(written) {
        return Some(written.to_owned());
    }
    let upper = written.to_ascii_uppercase();
    let known = READABLE.iter().chain(PASSED_OVER).filter(|label| label.len().abs_diff(upper.len()) <= 3);
    let known = known.map(|label| (distance(upper.bytes(), label.bytes()), *label));
    match known.min() {
        Some((distance, label)) if distance <= 3 && distance * 3 <= label.len() => Some(label.to_owned()),
        _ => (written.len() > 2
            && written.bytes().all(|byte| matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b' ' | b'.' | b'-')))
        .then(|| written.to_owned()),
    }
}
