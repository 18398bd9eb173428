//! Account files of mail clients → the servers that they name. One format per file; adding one is a file, its `mod` line and
//! its entry in `ALL`.

mod autoconfig;
mod autodiscover;
mod mobileconfig;
mod outlook_prf;

mod binary_plist;
mod finds;
mod plist;
mod web_address;
mod xml;

use std::path::Path;

use crate::Error;
use crate::facts::{Account, Source, Text};
use crate::input::file_bytes;

use finds::Finds;

/// One format of account files.
struct Format {
    /// In kebab case, the name of its file.
    id: &'static str,
    /// Whether these bytes look like it.
    fits: fn(&[u8]) -> bool,
    /// Reads the servers named in it.
    read: fn(&[u8], &mut Finds<'_>) -> Result<(), Fault>,
}

/// All formats; the first that fits reads.
const ALL: &[Format] = &[mobileconfig::FORMAT, autoconfig::FORMAT, autodiscover::FORMAT, outlook_prf::FORMAT];

/// Why a file was not read.
#[derive(Debug, PartialEq, Eq)]
struct Fault(String);

impl From<&str> for Fault {
    fn from(cause: &str) -> Self {
        Self(cause.to_owned())
    }
}

/// Reads the servers that an account file names, in the order in which they stand there, each once.
///
/// # Errors
/// Nothing in it, a file of another kind or a damaged one, or one that names no server.
pub fn read(bytes: &[u8], source: Source) -> Result<Vec<Account>, Error> {
    let named = || source.to_string();
    if bytes.iter().all(|byte| byte.is_ascii_whitespace() || *byte == 0) {
        return Err(Error::Empty { source: named() });
    }
    let Some(format) = ALL.iter().find(|format| (format.fits)(bytes)) else {
        return Err(Error::NotAnAccountFile { source: named(), cause: None });
    };
    let mut finds = Finds::new(&source);
    if let Err(Fault(cause)) = (format.read)(bytes, &mut finds) {
        // Element and section names in it are strangers' text.
        let cause = Text::from(&*format!("read as {}: {cause}", format.id)).to_string();
        return Err(Error::NotAnAccountFile { source: named(), cause: Some(cause) });
    }
    let accounts = finds.finish();
    if accounts.is_empty() { Err(Error::NamesNoServer { source: named() }) } else { Ok(accounts) }
}

/// Reads one account file.
///
/// # Errors
/// Those of [`read`], that it cannot be opened, that it is a folder, or that it is larger than [`crate::input::LIMIT`].
pub fn read_file(path: &Path) -> Result<Vec<Account>, Error> {
    let (bytes, _) = file_bytes(path)?;
    read(&bytes, Source::File(path.to_owned()))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// Files in this folder that hold what formats share.
    const SHARED: [&str; 6] = ["mod", "binary_plist", "finds", "plist", "web_address", "xml"];

    #[test]
    fn lists_exactly_the_files_of_this_folder() {
        let listed: HashSet<String> = ALL.iter().map(|format| format.id.replace('-', "_")).collect();
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/accounts");
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let stems = entries.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned());
        let there: HashSet<String> = stems.filter(|stem| !SHARED.contains(&&**stem)).collect();
        assert_eq!(listed, there);
        assert_eq!(listed.len(), ALL.len(), "an id is there twice");
    }

    #[test]
    fn says_when_a_file_is_empty_or_of_another_kind() {
        for empty in [&b""[..], b" \r\n", b"\0\0"] {
            assert!(matches!(read(empty, Source::Stdin), Err(Error::Empty { .. })));
        }
        for other in [&b"hello"[..], b"<html></html>", b"<", b"[General]\r\nCustom=1\r\n", b"MZ\x90\0"] {
            let shown = read(other, Source::Stdin).unwrap_err().to_string();
            assert_eq!(shown, "'standard input' is not an account file");
        }
    }

    #[test]
    fn shows_nothing_of_a_damaged_file_that_acts_on_a_terminal() {
        let shown = read(b"<clientConfig><a></b\x1b[31m>", Source::Stdin).unwrap_err().to_string();
        assert!(
            shown.starts_with("'standard input' is not an account file: read as autoconfig: ")
                && !shown.contains('\x1b'),
            "{shown}"
        );
    }
}
