//! The life has not begun.

use super::{Check, Context, Hit, Rule, Source};
use crate::clients::Fault;
use crate::facts::Certificate;

pub(super) const RULE: Rule = Rule {
    code: "not-yet-valid",
    title: "the certificate is not valid yet",
    why: "Clients compare the first day of the certificate with their own clock. Often a wrong clock, on the server, \
          the client or the machine that made the certificate, is behind this.",
    fix: "Check the clocks; else go on using the old certificate until that day.",
    source: Source::Rfc(5280, "4.1.2.5"),
    fault: Some(Fault::NotYetValid),
    check: Check::Certificate(check),
};

fn check(cert: &Certificate, ctx: &Context<'_>) -> Option<Hit> {
    // One that ends before it begins is never valid: `expired` says so.
    if cert.not_before <= ctx.now || cert.not_after < cert.not_before {
        return None;
    }
    Some(Hit::refuse(format!("it begins {}", cert.not_before)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::{day, leaf};

    #[test]
    fn refuses_before_the_first_second() {
        let hit = check(&leaf(["mail.contoso.com"]), &Context::on("2026-07-31")).unwrap();
        assert_eq!(hit.detail, "it begins 2026-08-01 00:00:00 UTC");
        // A new one would begin later still.
        assert_eq!(hit.remedy, crate::rules::Remedy::Manual);
    }

    #[test]
    fn includes_the_first_second() {
        assert_eq!(check(&leaf(["mail.contoso.com"]), &Context::on("2026-08-01")), None);
    }

    #[test]
    fn leaves_one_that_ends_before_it_begins_to_its_rule() {
        let mut cert = leaf(["mail.contoso.com"]);
        cert.not_after = day("2026-07-01");
        assert_eq!(check(&cert, &Context::on("2026-06-01")), None);
    }
}
