//! Lines of a label and a value, wrapped to the width of the page.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use crate::judge::Outcome;
use crate::rules::Level;

/// Where text goes, and how wide it may be.
///
/// Colours are written as escape sequences; a stream that is no terminal has to strip them.
pub struct Page<'a> {
    out: &'a mut dyn Write,
    width: usize,
}

/// Narrower than this, wrapping helps nobody.
const NARROWEST: usize = 40;
/// Where values begin.
const COLUMN: usize = 14;

impl<'a> Page<'a> {
    /// A page of `width` columns.
    pub fn new(out: &'a mut dyn Write, width: usize) -> Self {
        Self { out, width: width.max(NARROWEST) }
    }

    /// The width in columns.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// One line as it is.
    ///
    /// # Errors
    /// Those of the stream.
    pub fn line(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "{text}")
    }

    /// One line that stands above others.
    ///
    /// # Errors
    /// Those of the stream.
    pub fn heading(&mut self, text: &str) -> io::Result<()> {
        self.line(&bold(text))
    }

    /// A paragraph that starts at column `indent`.
    ///
    /// # Errors
    /// Those of the stream.
    pub fn paragraph(&mut self, indent: usize, text: &str) -> io::Result<()> {
        for line in wrap(text, self.width.saturating_sub(indent)) {
            writeln!(self.out, "{:indent$}{line}", "")?;
        }
        Ok(())
    }

    /// `head` in its column and `text` wrapped beside it; below it where the page leaves too little room.
    ///
    /// # Errors
    /// Those of the stream.
    pub fn row(&mut self, column: usize, head: &str, text: &str) -> io::Result<()> {
        const LEAST: usize = 24;
        let is_beside = self.width >= column + LEAST && head.chars().count() < column;
        if !is_beside {
            self.paragraph(0, head.trim_end())?;
            return self.paragraph(2, text);
        }
        let mut lines = wrap(text, self.width - column).into_iter();
        writeln!(self.out, "{head:<column$}{}", lines.next().unwrap_or_default())?;
        lines.try_for_each(|line| writeln!(self.out, "{:column$}{line}", ""))
    }

    /// `  label      command` on one line, however long, so that it can be copied.
    ///
    /// # Errors
    /// Those of the stream.
    pub fn command(&mut self, label: &str, command: &str) -> io::Result<()> {
        writeln!(self.out, "  {label:<width$}{command}", width = COLUMN - 2)
    }

    /// `  label      value`, the value wrapped under itself; below a label that is longer than its column.
    ///
    /// # Errors
    /// Those of the stream.
    pub fn field(&mut self, label: &str, value: &str) -> io::Result<()> {
        if label.chars().count() + 2 >= COLUMN {
            writeln!(self.out, "  {label}")?;
            return self.paragraph(COLUMN, value);
        }
        let mut lines = wrap(value, self.width.saturating_sub(COLUMN)).into_iter();
        let first = lines.next().unwrap_or_default();
        writeln!(self.out, "  {label:<width$}{first}", width = COLUMN - 2)?;
        for line in lines {
            writeln!(self.out, "{:COLUMN$}{line}", "")?;
        }
        Ok(())
    }
}

/// The word of a level in its colour.
pub(super) fn level(level: Level) -> String {
    let colour = match level {
        Level::Refused => AnsiColor::Red,
        Level::Warning => AnsiColor::Yellow,
        Level::Note => AnsiColor::Cyan,
    };
    painted(level.word(), colour.on_default().bold())
}

/// The word of an outcome in its colour, padded to the longest.
pub(super) fn outcome(outcome: Outcome) -> String {
    let colour = match outcome {
        Outcome::Accepts => AnsiColor::Green,
        Outcome::Warns => AnsiColor::Yellow,
        Outcome::Refuses => AnsiColor::Red,
    };
    painted(&format!("{:<7}", outcome.word()), colour.on_default())
}

/// `text` in bold.
pub(super) fn bold(text: &str) -> String {
    painted(text, Style::new().bold())
}

fn painted(text: &str, style: Style) -> String {
    format!("{style}{text}{style:#}")
}

/// Breaks at spaces; a word longer than the line stands alone and is not cut, so that it can be copied.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let words = text.trim_start_matches(' ');
    let mut lines = Vec::new();
    // Numbers are padded at their left.
    let mut line = text[..text.len() - words.len()].to_owned();
    let mut columns = line.len();
    let mut is_first = true;
    for word in words.split(' ') {
        let length = word.chars().count();
        if !is_first && columns + 1 + length > width {
            lines.push(std::mem::take(&mut line).trim_end().to_owned());
            (columns, is_first) = (0, true);
        }
        if !is_first {
            line.push(' ');
            columns += 1;
        }
        line.push_str(word);
        columns += length;
        // Of two spaces where a line is broken none is left.
        is_first = columns == 0;
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wraps_values_under_themselves() {
        let mut out = Vec::new();
        Page::new(&mut out, 40).field("names", "one.contoso.com, two.contoso.com, three").unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text, "  names       one.contoso.com,\n              two.contoso.com, three\n");
    }

    #[test]
    fn keeps_what_numbers_are_padded_with() {
        assert_eq!(wrap(" 9 dNSName a  <- first", 20), [" 9 dNSName a  <-", "first"]);
        assert_eq!(wrap("one two  three", 8), ["one two", "three"]);
    }

    #[test]
    fn writes_a_command_on_one_line() {
        let mut out = Vec::new();
        let command = "certfix fix /etc/ssl/private/mail.contoso.com.pem --fqdn mail.contoso.com";
        Page::new(&mut out, 40).command("fix", command).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), format!("  fix         {command}\n"));
    }

    #[test]
    fn never_cuts_a_long_word() {
        assert_eq!(wrap("a verylongword b", 5), ["a", "verylongword", "b"]);
    }
}
