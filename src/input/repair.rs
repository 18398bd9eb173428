//! PEM that mailers, editors and web forms have damaged (KB Q186796), read line by line; every mend is noted.

use std::borrow::Cow;

use super::mark::find_mark;
use super::pem::Block;
use super::{asn1, base64, claim};

/// True when a line looks like a BEGIN that was misspelt.
pub(super) fn looks_like_pem(text: &[u8]) -> bool {
    (memchr::memmem::find(text, b"--").is_some() || memchr::memchr(0xe2, text).is_some())
        && lines(&plain(text, &mut Notes::default())).any(|(_, line)| find_mark(tidy(line).text.as_slice()).is_some())
}

/// All blocks that can be made out, and what was mended for it.
pub(super) fn blocks(text: &[u8]) -> (Vec<Block>, Vec<String>) {
    let mut notes = Notes::default();
    let text = plain(text, &mut notes);
    let mut reader = Reader { notes, blocks: Vec::new(), open: None };
    for (number, line) in lines(&text) {
        let tidied = tidy(line);
        reader.line(number, &tidied.text, tidied.mend);
    }
    reader.close(None);
    (reader.blocks, reader.notes.texts())
}

/// Mends in the order in which they were first made, each with the first and last line that it was made on.
#[derive(Default)]
struct Notes(Vec<(Cow<'static, str>, usize, usize)>);

impl Notes {
    fn add(&mut self, line: usize, mend: impl Into<Cow<'static, str>>) {
        let mend = mend.into();
        let full = self.0.len() >= super::MOST_NOTES;
        match self.0.iter_mut().rev().take(8).find(|note| note.0 == mend) {
            Some(note) => note.2 = line,
            None if !full => self.0.push((mend, line, line)),
            None => {}
        }
    }

    fn texts(self) -> Vec<String> {
        let text = |(mend, first, last): (Cow<'static, str>, usize, usize)| match first == last {
            true => format!("line {first}: {mend}"),
            false => format!("lines {first} to {last}: {mend}"),
        };
        self.0.into_iter().map(text).collect()
    }
}

/// The text without escapes of string literals and with ASCII dashes and spaces.
fn plain<'a>(text: &'a [u8], notes: &mut Notes) -> Cow<'a, [u8]> {
    const REPLACED: &[(&[u8], &[u8], &str)] = &[
        (b"\\r\\n", b"\n", "\\n written out, as in a string literal"),
        (b"\\n", b"\n", "\\n written out, as in a string literal"),
        ("\u{2013}".as_bytes(), b"-", "long dashes in place of hyphens"),
        ("\u{2014}".as_bytes(), b"--", "long dashes in place of hyphens"),
        ("\u{2011}".as_bytes(), b"-", "long dashes in place of hyphens"),
        ("\u{a0}".as_bytes(), b" ", "spaces of another kind"),
        ("\u{feff}".as_bytes(), b"", "byte order marks inside the text"),
        ("\u{200b}".as_bytes(), b"", "spaces of no width"),
        (b"=3D", b"=", "= written as =3D, as in quoted-printable mail"),
        (b"=20", b" ", "spaces written as =20, as in quoted-printable mail"),
    ];
    let mut text = Cow::Borrowed(text);
    for (from, to, mend) in REPLACED {
        let Some(first) = memchr::memmem::find(&text, from) else { continue };
        notes.add(lines(&text[..first]).count().max(1), *mend);
        let mut replaced = Vec::with_capacity(text.len());
        let mut at = 0;
        for found in memchr::memmem::find_iter(&text, from) {
            replaced.extend_from_slice(&text[at..found]);
            replaced.extend_from_slice(to);
            at = found + from.len();
        }
        replaced.extend_from_slice(&text[at..]);
        text = Cow::Owned(replaced);
    }
    text
}

/// Lines that end in LF, CR or CRLF, numbered from 1.
fn lines(text: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        match memchr::memchr2(b'\r', b'\n', text) {
            Some(end) => {
                let width = if text[end..].starts_with(b"\r\n") { 2 } else { 1 };
                rest = Some(&text[end + width..]);
                Some(&text[..end])
            }
            None => rest.take(),
        }
    })
    .enumerate()
    .map(|(index, line)| (index + 1, line))
}

struct Tidied {
    text: Vec<u8>,
    mend: Option<&'static str>,
}

/// The line without what mailers and programs put around it.
fn tidy(line: &[u8]) -> Tidied {
    let trimmed = line.trim_ascii();
    let mut mend = (trimmed.len() != line.len() && !trimmed.is_empty()).then_some("spaces at the ends");
    let mut text = trimmed;
    while let [b'>' | b'|', rest @ ..] = text {
        text = rest.trim_ascii();
        mend = Some("marks of quotation");
    }
    if let Some(quote) = memchr::memchr2(b'"', b'\'', text) {
        mend = Some("quotes of a string literal");
        let before = text[..quote].iter().any(u8::is_ascii_alphanumeric) && !text[..quote].ends_with(b"= ");
        let after = &text[quote + 1..];
        text = match memchr::memrchr2(b'"', b'\'', after) {
            Some(end) => &after[..end],
            None if before => &text[..quote],
            None => after,
        };
        text = text.trim_ascii();
        if matches!(text, b"+" | b"," | b";" | b"\\") {
            text = b"";
        }
    }
    let text = text.strip_suffix(b"\\").unwrap_or(text);
    Tidied { text: text.to_vec(), mend }
}

/// A block whose END has not come yet.
struct Open {
    label: String,
    line: usize,
    dek_info: Option<String>,
    in_headers: bool,
    base64: Vec<u8>,
    /// A blank line that is damage only when base64 follows it.
    blank: Option<usize>,
    foreign: Option<(usize, u8)>,
}

struct Reader {
    notes: Notes,
    blocks: Vec<Block>,
    open: Option<Open>,
}

impl Reader {
    fn line(&mut self, number: usize, line: &[u8], mend: Option<&'static str>) {
        let mut rest = line;
        let mut whole = true;
        while let Some(mark) = find_mark(rest) {
            let before = &rest[..mark.start];
            if self.open.is_some() && !before.trim_ascii().is_empty() {
                self.body(number, before);
                if mark.is_end {
                    self.notes.add(number, "END pulled up onto the last line of base64 (KB Q186796)");
                }
            }
            if self.open.is_some() || !mark.is_end {
                mend.into_iter().for_each(|mend| self.notes.add(number, mend));
                mark.mends.iter().for_each(|mend| self.notes.add(number, mend.clone()));
            }
            rest = &rest[mark.stop..];
            whole = false;
            match mark.is_end {
                true => self.close(Some((number, &mark.label))),
                false => self.begin(number, mark.label, !rest.trim_ascii().is_empty()),
            }
        }
        if self.open.is_some() && (whole || !rest.trim_ascii().is_empty()) {
            mend.into_iter().for_each(|mend| self.notes.add(number, mend));
            self.body(number, rest);
        }
    }

    fn begin(&mut self, number: usize, label: String, joined: bool) {
        if self.open.is_some() {
            self.close(None);
        }
        if joined {
            self.notes.add(number, "base64 on the line of BEGIN");
        }
        self.open = Some(Open {
            label,
            line: number,
            dek_info: None,
            in_headers: false,
            base64: Vec::new(),
            blank: None,
            foreign: None,
        });
    }

    fn body(&mut self, number: usize, line: &[u8]) {
        let Some(open) = &mut self.open else { return };
        let line = line.trim_ascii();
        if line.is_empty() {
            if open.in_headers {
                open.in_headers = false;
            } else {
                open.blank = open.blank.or(Some(number));
            }
            return;
        }
        if open.base64.is_empty() && memchr::memchr(b':', line).is_some() {
            open.in_headers = true;
            let header = String::from_utf8_lossy(line);
            if let Some(value) = header.strip_prefix("DEK-Info:") {
                open.dek_info = Some(value.trim().to_owned());
            }
            return;
        }
        open.in_headers = false;
        if let Some(blank) = open.blank.take() {
            self.notes.add(blank, "blank lines inside the block");
        }
        let last = line.iter().rposition(|byte| base64::is_character(*byte));
        for (index, byte) in line.iter().enumerate() {
            match *byte {
                byte if base64::is_character(byte) => open.base64.push(byte),
                // At the end of a line it is padding, or a soft line end of quoted-printable.
                b'=' if Some(index) > last => {}
                byte if byte.is_ascii_whitespace() => self.notes.add(number, "spaces inside the base64"),
                byte => open.foreign = open.foreign.or(Some((number, byte))),
            }
            if open.foreign.is_some() {
                break;
            }
        }
    }

    fn close(&mut self, end: Option<(usize, &str)>) {
        let Some(open) = self.open.take() else { return };
        if let (Some(blank), Some(_)) = (open.blank, end) {
            self.notes.add(blank, "blank lines inside the block");
        }
        let content = base64::lenient(&open.base64);
        let needed = asn1::split(&content).map(|(element, _)| element.whole.len());
        // A PEM key that is encrypted is no DER yet.
        let complete = needed.is_some() || open.dek_info.is_some() || content.starts_with(&[0x30, 0x80]);
        let fault = match (open.foreign, end) {
            (Some((line, b'=')), _) if end.is_some() || !complete => {
                Some(format!("line {line} goes on after its padding"))
            }
            (Some((line, byte)), _) if end.is_some() || !complete => {
                Some(format!("line {line} holds '{}', which is not base64", byte.escape_ascii()))
            }
            (_, None) if !complete => Some("it breaks off: END is missing".to_owned()),
            (_, None) => {
                self.notes.add(open.line, "END is missing, but the block is complete");
                None
            }
            (_, Some((line, label))) => {
                if label != open.label {
                    self.notes.add(line, format!("END {label} taken for END {}", open.label));
                }
                None
            }
        };
        let resembles_der = claim::is_made_by_content(&content);
        let content = fault.map_or(Ok(content), Err);
        let Open { label, line, dek_info, .. } = open;
        self.blocks.push(Block { label, line, dek_info, content, resembles_der });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = "MAoCAQECAQICAQMC";

    fn mended(text: &str) -> (Vec<u8>, Vec<String>) {
        let (mut blocks, notes) = blocks(text.as_bytes());
        assert_eq!(blocks.len(), 1, "{text}");
        (blocks.remove(0).content.unwrap().to_vec(), notes)
    }

    #[test]
    fn mends_the_damage_of_the_period_and_says_so() {
        let expected = base64::lenient(b"MAoCAQECAQICAQMCAQQ=").to_vec();
        let cases: &[(&str, &str)] = &[
            (
                "-----BEGIN CERTIFICATE-----\n MAoCAQECAQIC\nAQMCAQQ=\n-----END CERTIFICATE-----",
                "line 2: spaces at the ends",
            ),
            (
                "-----BEGIN CERTIFICATE-----\nMAoCAQECAQIC\n\nAQMCAQQ=\n-----END CERTIFICATE-----",
                "line 3: blank lines inside the block",
            ),
            (
                "-----BEGIN CERTIFICATE-----\nMAoCAQECAQICAQMCAQQ= -----END CERTIFICATE-----",
                "line 2: END pulled up onto the last line of base64 (KB Q186796)",
            ),
            (
                "-----BEGIN CERTIFICATE-----\nMAoCAQECAQICAQMCAQQ=\n-----END CERTIFICATE-------",
                "line 3: END with 5 and 7 dashes in place of 5 and 5",
            ),
            (
                "-----BEGIN CERTICATE-----\nMAoCAQECAQICAQMCAQQ=\n-----END CERTIFICATE-----",
                "line 1: CERTICATE taken for CERTIFICATE",
            ),
            (
                "> -----BEGIN CERTIFICATE-----\n> MAoCAQECAQICAQMCAQQ=\n> -----END CERTIFICATE-----",
                "lines 1 to 3: marks of quotation",
            ),
            (
                "\"-----BEGIN CERTIFICATE-----\\nMAoCAQECAQICAQMCAQQ=\\n-----END CERTIFICATE-----\\n\"",
                "line 1: \\n written out, as in a string literal",
            ),
            (
                "-----BEGIN CERTIFICATE-----\nMAoCAQECAQICAQMCAQQ=3D\n-----END CERTIFICATE-----",
                "line 2: = written as =3D, as in quoted-printable mail",
            ),
            (
                "-----BEGIN CERTIFICATE-----\nMAoCAQECAQICAQMCAQQ=\n",
                "line 1: END is missing, but the block is complete",
            ),
            (
                "-----BEGIN CERTIFICATE----- MAoCAQECAQIC AQMCAQQ= -----END CERTIFICATE-----",
                "line 1: base64 on the line of BEGIN",
            ),
        ];
        for (text, note) in cases {
            let (der, notes) = mended(text);
            assert_eq!(der, expected, "{text}");
            assert!(notes.iter().any(|found| found == note), "{text}: {notes:?}");
        }
    }

    #[test]
    fn says_which_line_it_could_not_read() {
        let text = format!("-----BEGIN CERTIFICATE-----\n{BODY}\n%%%%\n-----END CERTIFICATE-----\n");
        let (blocks, _) = blocks(text.as_bytes());
        assert_eq!(blocks[0].content.as_ref().unwrap_err(), "line 3 holds '%', which is not base64");
    }

    #[test]
    fn takes_nothing_after_padding_for_base64() {
        let (blocks, _) =
            blocks(b"-----BEGIN CERTIFICATE REQUEST-----\nMAMC\nAQE=BROKEN==\n-----END CERTIFICATE REQUEST-----\n");
        assert_eq!(blocks[0].content.as_ref().unwrap_err(), "line 3 goes on after its padding");
    }

    #[test]
    fn says_that_it_breaks_off() {
        let (blocks, _) = blocks(b"-----BEGIN CERTIFICATE-----\nMIIB\n");
        assert_eq!(blocks[0].content.as_ref().unwrap_err(), "it breaks off: END is missing");
    }
}
