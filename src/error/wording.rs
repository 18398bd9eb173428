//! What errors and findings say in the same way.

use std::fmt::{Display, Write};
use std::io;

/// What to do where a folder is there already.
pub(super) const OTHER_STORE: &str = "certfix never overwrites; name another folder with --store DIR";

/// The services whose templates certfix has.
pub(super) const SERVICES: &str = "certfix knows dovecot, postfix, exim, nginx, haproxy, stunnel, openldap, inn, exchange-2007, \
                                   exchange-2013, iis, certreq, and files for all others; --templates DIR names a folder with \
                                   templates of your own";

/// The candidate that differs from `name` in the fewest letters, when these are few; else the first that `name` is a part of.
pub fn nearest(name: &str, candidates: impl IntoIterator<Item = &'static str>) -> Option<&'static str> {
    const LEAST_PART: usize = 3;
    let limit = 1 + name.chars().count() / 5;
    let candidates: Vec<&'static str> = candidates.into_iter().collect();
    let measured = candidates.iter().map(|candidate| (distance(name.chars(), candidate.chars()), *candidate));
    let (distance, best) = measured.min_by_key(|(distance, _)| *distance)?;
    if !name.is_empty() && distance <= limit {
        return Some(best);
    }
    let typed = name.to_ascii_lowercase();
    candidates.into_iter().find(|candidate| typed.len() >= LEAST_PART && candidate.contains(&typed))
}

/// How many letters, or octets, to insert, remove or replace (Levenshtein).
pub(crate) fn distance<T: PartialEq>(left: impl Iterator<Item = T>, right: impl Iterator<Item = T> + Clone) -> usize {
    let mut row: Vec<usize> = (0..=right.clone().count()).collect();
    for (above, letter) in left.enumerate() {
        let mut diagonal = row[0];
        row[0] = above + 1;
        for (index, other) in right.clone().enumerate() {
            let replaced = diagonal + usize::from(letter != other);
            diagonal = row[index + 1];
            row[index + 1] = replaced.min(diagonal + 1).min(row[index] + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}

/// The first few, comma separated, and how many more there are.
pub(crate) fn listed<T: Display>(items: impl IntoIterator<Item = T>) -> String {
    const SHOWN: usize = 6;
    let mut items = items.into_iter();
    let mut text = String::with_capacity(64);
    for (index, item) in items.by_ref().take(SHOWN).enumerate() {
        // Writing to a String cannot fail.
        let _ = write!(text, "{}{item}", if index == 0 { "" } else { ", " });
    }
    match items.count() {
        0 => text,
        more => text + &format!(" and {more} more"),
    }
}

/// The operating system's words without its number, lower case at the start.
pub(crate) fn io_cause(cause: &io::Error) -> String {
    let text = cause.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut characters = text.chars();
    characters.next().map(|first| first.to_lowercase().chain(characters).collect()).unwrap_or_default()
}

/// What to try next with a file.
pub(super) fn io_hint(cause: &io::Error) -> &'static str {
    match cause.kind() {
        io::ErrorKind::PermissionDenied => "run it as root, or as the owner",
        io::ErrorKind::NotFound => "look for a typing error in the path",
        io::ErrorKind::StorageFull => "make room on the disk",
        io::ErrorKind::InvalidData => "save it as UTF-8",
        _ => "see that the path is right, and that its disk can be read and written",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_a_few_and_counts_the_rest() {
        assert_eq!(listed([""; 0]), "");
        assert_eq!(listed(["a", "b"]), "a, b");
        assert_eq!(listed(1..=8), "1, 2, 3, 4, 5, 6 and 2 more");
    }

    #[test]
    fn finds_what_was_meant() {
        let known = ["apple-mail", "outlook2007", "outlook2010"];
        for (typed, meant) in [
            ("outlok2007", Some("outlook2007")),
            ("Outlook", Some("outlook2007")),
            ("apple", Some("apple-mail")),
            ("ma", None),
            ("mutt", None),
            ("", None),
        ] {
            assert_eq!(nearest(typed, known), meant, "{typed}");
        }
    }

    #[test]
    fn measures_how_far_words_are_apart() {
        assert_eq!(distance("CERTICATE".bytes(), "CERTIFICATE".bytes()), 2);
        assert_eq!(distance("".bytes(), "END".bytes()), 3);
    }
}
