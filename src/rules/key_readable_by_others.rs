//! A private key in a file that everybody on the machine can read.

use std::path::Path;

use super::{Check, Context, Hit, Rule, Source};
use crate::facts::{OPEN_TO_OTHERS, Text};

pub(super) const RULE: Rule = Rule {
    code: "key-readable-by-others",
    title: "everybody on this machine can read the private key",
    why: "Whoever reads the key can pretend to be this server. Mail servers read their keys as root before they give \
          up that right, so nobody else needs to.",
    fix: "Take the right away with `chmod o= FILE`. If strangers could sign in here, make a new key.",
    source: Source::Vendor("Postfix smtpd_tls_key_file", "https://www.postfix.org/postconf.5.html#smtpd_tls_key_file"),
    fault: None,
    check: Check::KeyFile(check),
};

fn check(mode: u32, beside: Option<&Path>, _: &Context<'_>) -> Option<Hit> {
    let of = || {
        beside.map_or_else(|| "its permissions".to_owned(), |path| format!("permissions of {}", Text::of_path(path)))
    };
    (mode & OPEN_TO_OTHERS != 0).then(|| Hit::warn(format!("{} are {:04o}", of(), mode & 0o7777)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_a_file_for_everybody() {
        let detail = |beside| check(0o100_644, beside, &Context::plain()).unwrap().detail;
        assert_eq!(detail(None), "its permissions are 0644");
        assert_eq!(detail(Some(Path::new("mail.key"))), "permissions of mail.key are 0644");
    }

    #[test]
    fn accepts_owner_and_group() {
        for mode in [0o600, 0o640, 0o400] {
            assert_eq!(check(mode, None, &Context::plain()), None);
        }
    }
}
