//! The last line when there was more than one source.

use crate::facts::Text;

/// What was found in folders and not looked at.
#[derive(Clone, Debug, Default)]
pub struct PassedOver {
    /// How many files hold no certificate.
    pub others: usize,
    /// Those of them whose names say that they do, as they are named.
    pub misnamed: Vec<String>,
    /// How many files hold certificates of CAs alone.
    pub authorities: usize,
    /// How many files hold what another beside them holds too.
    pub repeated: usize,
    /// How many files of the store tell of former times.
    pub former: usize,
}

/// The most names of files that are written.
const MOST_NAMED: usize = 3;

/// `12 sources: 3 with findings, 1 could not be read.` `with_findings` is None where nothing was judged.
pub fn summary(sources: usize, with_findings: Option<usize>, failed: usize, passed_over: &PassedOver) -> String {
    let parts = [
        with_findings.map(|count| format!("{count} with findings")),
        (failed > 0).then(|| format!("{failed} could not be read")),
        passed(passed_over.others, "hold", "no certificate").map(|words| words + &named(&passed_over.misnamed)),
        passed(passed_over.authorities, "hold", "certificates of CAs alone"),
        passed(passed_over.repeated, "hold", "nothing new"),
        passed(passed_over.former, "belong", "to former generations or the register of a CA"),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    let separator = if parts.is_empty() { "" } else { ": " };
    let plural = if sources == 1 { "" } else { "s" };
    format!("{sources} source{plural}{separator}{}.", parts.join(", "))
}

fn passed(count: usize, verb: &str, what: &str) -> Option<String> {
    match count {
        0 => None,
        1 => Some(format!("1 file passed over that {verb}s {what}")),
        many => Some(format!("{many} files passed over that {verb} {what}")),
    }
}

/// `, though dh.pem, notes.cer, old.crt and 2 more are named like one`
fn named(names: &[String]) -> String {
    let shown: Vec<String> = names.iter().take(MOST_NAMED).map(|name| Text::from(&**name).to_string()).collect();
    match (shown.len(), names.len()) {
        (0, _) => String::new(),
        (shown_count, all) if shown_count < all => {
            format!(", though {} and {} more are named like one", shown.join(", "), all - shown_count)
        }
        (1, _) => format!(", though {} is named like one", shown.join(", ")),
        _ => format!(", though {} are named like one", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_was_passed_over() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        for (others, misnamed, authorities, expected) in [
            (0, names(&[]), 0, "2 sources."),
            (
                1,
                names(&[]),
                1,
                "2 sources: 1 file passed over that holds no certificate, 1 file passed over that holds certificates of CAs alone.",
            ),
            (
                2,
                names(&["a.pem"]),
                0,
                "2 sources: 2 files passed over that hold no certificate, though a.pem is named like one.",
            ),
            (
                5,
                names(&["a.pem", "b.pem", "c.pem", "d.pem"]),
                2,
                "2 sources: 5 files passed over that hold no certificate, though a.pem, b.pem, c.pem and 1 more are named like one, 2 files passed over that hold certificates of CAs alone.",
            ),
        ] {
            let passed_over = PassedOver { others, misnamed, authorities, ..PassedOver::default() };
            assert_eq!(summary(2, None, 0, &passed_over), expected);
        }
        let passed_over = PassedOver { repeated: 2, former: 1, ..PassedOver::default() };
        assert_eq!(
            summary(1, Some(0), 0, &passed_over),
            "1 source: 0 with findings, 2 files passed over that hold nothing new, 1 file passed over that belongs to former \
             generations or the register of a CA."
        );
    }
}
