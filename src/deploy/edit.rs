//! Changes to files of services that leave everything else in them byte for byte as it is.

use super::template::Place;

/// The file with this line instead of the last one that begins with `name`, or with the line added. A line that begins
/// with white space continues the one before and goes with it.
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
    let continued = lines[at + 1..].iter().take_while(|line| continues(line)).count();
    lines.splice(at..=at + continued, [wanted.as_str()]);
    lines.concat()
}

fn first_word(line: &str) -> Option<&str> {
    if line.starts_with([' ', '\t', '#']) {
        return None;
    }
    line.split([' ', '\t', '=', ':', '\r', '\n']).next().filter(|word| !word.is_empty())
}

fn continues(line: &str) -> bool {
    line.starts_with([' ', '\t']) && !line.trim().is_empty()
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
        ] {
            assert_eq!(set(before, "key", "key = new", Place::Last), after, "{before:?}");
        }
        assert_eq!(set("database mdb", "tls", "tls x", Place::First), "tls x\ndatabase mdb");
    }
}
