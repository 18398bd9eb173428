//! What a commit changes in a file, line by line.

use super::stage::Change;
use crate::facts::{Source, lower_hex};
use crate::input::{self, Password};

/// One line of a difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// It goes.
    Gone(String),
    /// It comes.
    New(String),
}

/// Lines that are shown of one file on each side.
const SHOWN: usize = 40;

impl Change {
    /// The lines that go and those that come, without what is the same before and after them. A private key is not shown.
    pub fn difference(&self) -> Vec<Line> {
        self.between(lines)
    }

    /// The same for people, to whom base64 says nothing: each certificate is one line.
    pub fn outline(&self) -> Vec<Line> {
        self.between(outline)
    }

    fn between(&self, lines: fn(&[u8]) -> Vec<String>) -> Vec<Line> {
        let (old, new) = (self.present().map(|(bytes, _)| lines(bytes)).unwrap_or_default(), lines(self.wanted().0));
        if self.is_secret || old == new {
            return Vec::new();
        }
        let same = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
        let (old, new) = (&old[same..], &new[same..]);
        let same = old.iter().rev().zip(new.iter().rev()).take_while(|(old, new)| old == new).count();
        let (old, new) = (&old[..old.len() - same], &new[..new.len() - same]);
        let gone = cut(old).into_iter().map(Line::Gone);
        gone.chain(cut(new).into_iter().map(Line::New)).collect()
    }
}

fn lines(bytes: &[u8]) -> Vec<String> {
    String::from_utf8_lossy(bytes).lines().map(str::to_owned).collect()
}

fn outline(bytes: &[u8]) -> Vec<String> {
    let mut shown = Vec::new();
    let mut block = Vec::new();
    for line in lines(bytes) {
        match block.is_empty() && !line.starts_with("-----BEGIN CERTIFICATE-----") {
            true => shown.push(line),
            false if line.starts_with("-----END") => {
                block.push(line);
                shown.extend(described(std::mem::take(&mut block)));
            }
            false => block.push(line),
        }
    }
    shown.extend(block);
    shown
}

/// `certificate CN=mail.contoso.com, until 2027-01-01, SHA-256 175d29d076accd2d...`; what is none stays as it is.
fn described(block: Vec<String>) -> Vec<String> {
    let read = input::read(block.join("\n").as_bytes(), Source::Stdin, None::<&Password>);
    let Some(cert) = read.ok().and_then(|read| read.certificates.into_iter().next()) else { return block };
    let (end, digest) = (cert.not_after.date(), lower_hex(&cert.sha256()[..8], ""));
    vec![format!("certificate {}, until {end}, SHA-256 {digest}...", cert.identity.subject)]
}

fn cut(lines: &[String]) -> Vec<String> {
    let mut shown: Vec<String> = lines.iter().take(SHOWN).cloned().collect();
    if let Some(more) = lines.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        shown.push(format!("... {more} more lines"));
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deploy::disk::{self, Present};

    fn change(before: &str, after: &str) -> Change {
        let file = |text: &str| Present { contents: text.as_bytes().to_vec().into(), rights: disk::public() };
        Change::new("/etc/x".into(), Some(file(before)), file(after))
    }

    #[test]
    fn only_what_changes_is_shown() {
        let difference = change("a\nb\nc\n", "a\nB\nB2\nc\n").difference();
        let expected = [Line::Gone("b".to_owned()), Line::New("B".to_owned()), Line::New("B2".to_owned())];
        assert_eq!(difference, expected);
        assert_eq!(change("a\n", "a\n").difference(), []);
        let secret = Change { is_secret: true, ..change("a", "b") };
        assert_eq!(secret.difference(), []);
    }
}
