//! A version 1 or 2 certificate.

use super::{Check, Context, Hit, Level, Remedy, Rule, Source};
use crate::facts::Certificate;

pub(super) const RULE: Rule = Rule {
    code: "old-version",
    title: "the certificate has an old format",
    why: "Only version 3 certificates can hold extensions, and with them the list of names. Several clients of today \
          read no other version.",
    fix: "Have a version 3 certificate issued; every tool of the last 20 years makes one when extensions are asked for.",
    source: Source::Rfc(5280, "4.1.2.1"),
    fault: None,
    check: Check::Certificate(check),
};

fn check(cert: &Certificate, ctx: &Context<'_>) -> Option<Hit> {
    if cert.version == 3 {
        return None;
    }
    let (level, with) = match cert.extensions.is_empty() {
        true => (ctx.authority.forbids_or_warns(), ""),
        // RFC 5280 §4.1.2.9: extensions MUST only appear in version 3.
        false => (Level::Refused, " with extensions"),
    };
    Some(Hit::new(level, format!("version {}{with}", cert.version)).remedy(Remedy::Reissue))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::leaf;

    #[test]
    fn reports_version_1() {
        let mut cert = leaf(["mail.contoso.com"]);
        cert.version = 1;
        assert_eq!(check(&cert, &Context::private()).unwrap().level, Level::Refused);
        cert.extensions.clear();
        assert_eq!(check(&cert, &Context::private()).unwrap().level, Level::Warning);
    }

    #[test]
    fn accepts_version_3() {
        assert_eq!(check(&leaf(["mail.contoso.com"]), &Context::public()), None);
    }
}
