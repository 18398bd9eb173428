//! Changes to files of services that leave everything else in them byte for byte as it is.

use super::template::{Indented, Letters, Place};

/// A line that is wanted, and how the service reads its lines.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    /// The word that the line begins with.
    pub(super) name: String,
    pub(super) line: String,
    pub(super) missing: Place,
    pub(super) letters: Letters,
    pub(super) indented: Indented,
}

/// The file with this line instead of the last one that begins with its name, or with the line added. An indented line that
/// continues the one before goes with it, also behind blank lines and comments, which stay.
pub(super) fn set(text: &str, wanted: &Wanted) -> String {
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    let ending = if lines.first().is_some_and(|line| line.ends_with("\r\n")) { "\r\n" } else { "\n" };
    let line = format!("{}{ending}", wanted.line);
    let Some(at) = lines.iter().rposition(|line| wanted.is_in(line)) else {
        let (before, after) = match wanted.missing {
            Place::First => (line.as_str(), text),
            Place::Last => (text, line.as_str()),
        };
        let open = wanted.missing == Place::Last && !before.is_empty() && !before.ends_with('\n');
        return format!("{before}{}{after}", if open { ending } else { "" });
    };
    let rest = lines.split_off(at + 1);
    lines[at] = &line;
    lines.extend(match wanted.indented {
        Indented::Continues => without_continuation(rest),
        Indented::Begins => rest,
    });
    lines.concat()
}

/// These lines without those that continue the line before them. Blank lines and comments end nothing, and belong to nobody.
fn without_continuation(lines: Vec<&str>) -> Vec<&str> {
    let mut rest = Vec::new();
    let mut is_over = false;
    for line in lines {
        let words = line.trim_start();
        // White space and `#`: right behind a line OpenLDAP takes it for a continuation; elsewhere it is a comment.
        let is_passed_over = words.is_empty() || line.starts_with('#') || words.starts_with('#') && !rest.is_empty();
        is_over |= !is_passed_over && !line.starts_with([' ', '\t']);
        if is_over || is_passed_over {
            rest.push(line);
        }
    }
    rest
}

impl Wanted {
    /// True for a line that sets the same.
    fn is_in(&self, line: &str) -> bool {
        let line = match self.indented {
            Indented::Continues => line,
            Indented::Begins => line.trim_start_matches([' ', '\t']),
        };
        let word = line.split([' ', '\t', '=', ':', '\r', '\n']).next().unwrap_or_default();
        match self.letters {
            _ if word.is_empty() => false,
            Letters::Exact => word == self.name,
            Letters::AnyCase => word.eq_ignore_ascii_case(&self.name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(name: &str, line: &str) -> Wanted {
        Wanted {
            name: name.to_owned(),
            line: line.to_owned(),
            missing: Place::Last,
            letters: Letters::Exact,
            indented: Indented::Continues,
        }
    }

    #[test]
    fn one_line_is_replaced_and_nothing_else() {
        for (before, after) in [
            ("a = 1\nkey = old\nb = 2\n", "a = 1\nkey = new\nb = 2\n"),
            ("key= old,\n  older\n\tb\nb = 2", "key = new\nb = 2"),
            ("key = first\n#key = no\nkey=last", "key = first\n#key = no\nkey = new\n"),
            ("keyring = x\n", "keyring = x\nkey = new\n"),
            ("a = 1", "a = 1\nkey = new\n"),
            ("", "key = new\n"),
            ("a = 1\r\nkey = x\r\n", "a = 1\r\nkey = new\r\n"),
            ("key = x\n\n   \nb\n", "key = new\n\n   \nb\n"),
            ("key = old,\n# the chain\n    older\n", "key = new\n# the chain\n"),
            (
                "key = old,\n\n  # the chain\n \n\tolder,\n#\n  a\nb\n  c\n",
                "key = new\n\n  # the chain\n \n#\nb\n  c\n",
            ),
            ("key = x\n  # too\n# on b\nb\n# on c\n  c", "key = new\n# on b\nb\n# on c\n  c"),
        ] {
            assert_eq!(set(before, &wanted("key", "key = new")), after, "{before:?}");
        }
        let first = Wanted { missing: Place::First, ..wanted("tls", "tls x") };
        assert_eq!(set("database mdb", &first), "tls x\ndatabase mdb");
    }

    #[test]
    fn a_line_is_found_as_its_service_reads_it() {
        let exact = wanted("Key", "Key new");
        assert_eq!(set("key old\n Key old\n", &exact), "key old\n Key old\nKey new\n");
        let folded = Wanted { letters: Letters::AnyCase, ..exact.clone() };
        assert_eq!(set("key old\n  older\nKEYS x\n", &folded), "Key new\nKEYS x\n");
        let indented = Wanted { indented: Indented::Begins, ..exact };
        assert_eq!(set(" \tKey: old\n  other: x\n #Key: y\n", &indented), "Key new\n  other: x\n #Key: y\n");
    }
}
