//! Changes to files of services that leave everything else in them byte for byte as it is.

use super::template::Place;

/// The file with this line instead of the last one that begins with `name`, or with the line added. A line that begins
/// with white space continues the one before and goes with it, also behind blank lines and comments, which stay.
pub(super) fn set(text: &str, name: &str, line: &str, missing: Place) -> String {
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    let ending = if lines.first().is_some_and(|line| line.ends_with("\r\n")) { "\r\n" } else { "\n" };
    let wanted = format!("{line}{ending}");
    let Some(at) = lines.iter().rposition(|line| first_word(line) == Some(name)) else {
        let (before, after) = match missing {
            Place::First => (wanted.as_str(), text),
            Place::Last => (text, wanted.as_str()),
        };
        let open = missing == Place::Last && !before.is_empty() && !before.ends_with('\n');
        return format!("{before}{}{after}", if open { ending } else { "" });
    };
    let rest = lines.split_off(at + 1);
    lines[at] = &wanted;
    lines.extend(without_continuation(rest));
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

fn first_word(line: &str) -> Option<&str> {
    if line.starts_with([' ', '\t', '#']) {
        return None;
    }
    line.split([' ', '\t', '=', ':', '\r', '\n']).next().filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

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
            assert_eq!(set(before, "key", "key = new", Place::Last), after, "{before:?}");
        }
        assert_eq!(set("database mdb", "tls", "tls x", Place::First), "tls x\ndatabase mdb");
    }
}
