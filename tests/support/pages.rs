//! What every run of `certfix new` goes through, page by page, and a folder to do it in.

#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use crate::terminal::Session;

pub(crate) const DOWN: &str = "\u{1b}[B";
pub(crate) const CTRL_C: &str = "\u{3}";

pub(crate) fn desk() -> TempDir {
    tempfile::tempdir().unwrap()
}

pub(crate) fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).unwrap().next().is_none()
}

pub(crate) fn run(folder: &Path, program: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).env_remove("CERTFIX_STORE").stdin(Stdio::null());
    command.output().unwrap()
}

pub(crate) fn openssl(folder: &Path, arguments: &str) -> String {
    let output = run(folder, "openssl", &arguments.split(' ').collect::<Vec<_>>());
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "openssl {arguments}: {text}");
    text.into_owned()
}

/// Everything up to the kind of key: a request for a public CA, a folder, no password, P-256.
pub(crate) fn first_pages(session: &mut Session) {
    session.answers("The request goes to:", "");
    session.answers("It is signed by:", "");
    session.answers("Folder for keys [.]:", "keys");
    session.sees("Protect the key with a password?");
    session.types("n");
    session.answers("Kind and length of the key:", &DOWN.repeat(3));
}

/// The name, and where the organization is.
pub(crate) fn middle_pages(session: &mut Session) {
    session.answers("Organization:", "Contoso, Ltd");
    session.answers("Organizational unit:", "");
    session.answers("Domain (behind the @):", "contoso.com");
    session.answers("Common name [remote.contoso.com]:", "");
    session.answers("More names (commas between):", "autodiscover.contoso.com");
    session.sees("Ask DNS for these names?");
    session.types("\r");
    session.answers("Country:", "us");
    session.answers("State or province:", "Washington");
    session.answers("City:", "Redmond");
}

pub(crate) fn last_page(session: &mut Session) {
    session.answers("Your e-mail address:", "webmaster@contoso.com");
    session.answers("Your telephone number:", "+1 425 555 0100");
}
