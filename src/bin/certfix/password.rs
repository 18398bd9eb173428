//! Passwords: from a file, from a variable that the caller names, or from a person.

use std::path::{Path, PathBuf};

use certfix::Error;
use certfix::error::Given;
use certfix::facts::Text;
use certfix::input::{self, Password};
use certfix::report::text;

use crate::args::{NewPassword, PasswordFrom};
use crate::{ask, terminal};

/// The password that was named, if any was.
pub(crate) fn given(from: &PasswordFrom) -> Result<Option<Password>, Error> {
    named(from.password_file.as_ref(), from.password_env.as_ref())
}

/// The same in a command that reads the source again: ` --password-file FILE`, or nothing. A password itself is never in it.
pub(crate) fn flags(from: &PasswordFrom) -> String {
    match (&from.password_file, &from.password_env) {
        (Some(file), _) => format!(" --password-file {}", text::argument_of(&Text::of_path(file).to_string())),
        (None, Some(variable)) => format!(" --password-env {}", text::quoted(variable)),
        (None, None) => String::new(),
    }
}

/// The password for something that is written: named, or asked for twice. Never an empty one.
pub(crate) fn new(from: &NewPassword, what: &'static str) -> Result<Password, Error> {
    if let Some(password) = &from.typed {
        return Ok(password.clone());
    }
    if let Some(password) = named(from.new_password_file.as_ref(), from.new_password_env.as_ref())? {
        let is_empty = password.as_str().is_empty();
        return if is_empty { Err(Error::NeedsNewPassword { what, is_empty }) } else { Ok(password) };
    }
    let answer = if terminal::can_ask() { ask::new_password(what)? } else { None };
    answer.ok_or(Error::NeedsNewPassword { what, is_empty: false })
}

/// Asks for the password of `source`, which may be empty.
pub(crate) fn ask(source: &str) -> Result<Option<Password>, Error> {
    ask::password(&format!("Password of {}", Text::from(source)))
}

fn named(file: Option<&PathBuf>, variable: Option<&String>) -> Result<Option<Password>, Error> {
    if let Some(file) = file {
        return from_file(file).map(Some);
    }
    let Some(variable) = variable else { return Ok(None) };
    match std::env::var(variable) {
        Ok(value) => Ok(Some(Password::new(value).given(Given::Variable))),
        Err(_) => Err(Error::NoVariable { variable: variable.clone() }),
    }
}

/// The first line, without its end.
fn from_file(path: &Path) -> Result<Password, Error> {
    let text = input::read_text(path)?;
    let line = text.split(['\n', '\r']).next().unwrap_or_default();
    Ok(Password::new(line.to_owned()).given(Given::File))
}
