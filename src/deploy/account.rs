//! The numbers of local users and groups, as services are installed with them.

use std::path::Path;

use crate::Error;
use crate::input::read_text;

/// The number of a user, given by name or number.
pub(super) fn user(name: &str) -> Result<u32, Error> {
    number("user", name, Path::new("/etc/passwd"))
}

/// The number of a group, given by name or number.
pub(super) fn group(name: &str) -> Result<u32, Error> {
    number("group", name, Path::new("/etc/group"))
}

fn number(what: &'static str, name: &str, path: &Path) -> Result<u32, Error> {
    if let Ok(number) = name.parse() {
        return Ok(number);
    }
    let text = read_text(path)?;
    let entry = text.lines().map(|line| line.split(':').collect::<Vec<_>>()).find(|fields| fields[0] == name);
    let number = entry.and_then(|fields| fields.get(2)?.parse().ok());
    number.ok_or_else(|| Error::Unknown { what, name: name.to_owned(), nearest: None })
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_known_by_name_and_number() {
        assert_eq!((user("root").unwrap(), user("17").unwrap(), group("17").unwrap()), (0, 17, 17));
        assert_eq!(user("no such user").unwrap_err().to_string(), "no user is called 'no such user'");
    }
}
