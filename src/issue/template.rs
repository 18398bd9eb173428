//! Templates become text, and the text of some of them what Windows reads.

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, Value};

use super::failed;
use crate::Error;

/// What templates are read with: a line that holds nothing but a statement leaves none behind.
pub(crate) fn environment() -> Result<Environment<'static>, Error> {
    let mut environment = Environment::new();
    let mut syntax = SyntaxConfig::builder();
    let syntax = syntax.trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build();
    environment.set_syntax(syntax.map_err(failed)?);
    Ok(environment)
}

pub(crate) fn render(template: &str, values: Value) -> Result<String, Error> {
    environment()?.render_str(template, values).map_err(failed)
}

/// In single quotes, of which PowerShell takes typographic ones for the same.
pub(crate) fn powershell(value: &str) -> String {
    format!("'{}'", inside_powershell(value))
}

/// What stands between the quotes.
pub(super) fn inside_powershell(value: &str) -> String {
    const QUOTES: [char; 5] = ['\'', '\u{2018}', '\u{2019}', '\u{201a}', '\u{201b}'];
    let twice = |letter: char| std::iter::repeat_n(letter, 1 + usize::from(QUOTES.contains(&letter)));
    value.chars().flat_map(twice).collect()
}

/// The text as Windows reads it: with CRLF, and ASCII, for Windows PowerShell reads a script without a byte order mark in the
/// code page of the machine.
///
/// # Errors
/// The first character that is not ASCII.
pub(crate) fn windows(text: &str) -> Result<String, char> {
    match text.chars().find(|character| !character.is_ascii()) {
        Some(character) => Err(character),
        None => Ok(text.replace('\n', "\r\n")),
    }
}
