//! The life is over.

use super::{Check, Context, Hit, Remedy, Rule, Source};
use crate::clients::Fault;
use crate::facts::Certificate;

pub(super) const RULE: Rule = Rule {
    code: "expired",
    title: "the certificate has expired",
    why: "Clients compare the last day of the certificate with their own clock and warn, or end the connection.",
    fix: "Renew it: ask for a new certificate with the same names.",
    source: Source::Rfc(5280, "4.1.2.5"),
    fault: Some(Fault::Expired),
    check: Check::Certificate(check),
};

fn check(cert: &Certificate, ctx: &Context<'_>) -> Option<Hit> {
    let (begin, end) = (cert.not_before, cert.not_after);
    let detail = if end < begin {
        format!("it was never valid: it ends {}, before it begins {}", end.date(), begin.date())
    } else if end < ctx.now {
        format!("it ended {}, {}", end.date(), ago(end.days_until(ctx.now)))
    } else {
        return None;
    };
    Some(Hit::refuse(detail).remedy(Remedy::Reissue))
}

fn ago(days: i64) -> String {
    match days {
        0 => "less than a day ago".to_owned(),
        1 => "1 day ago".to_owned(),
        _ => format!("{days} days ago"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::{day, leaf};

    #[test]
    fn counts_the_days_since_the_end() {
        let hit = check(&leaf(["mail.contoso.com"]), &Context::on("2026-11-09")).unwrap();
        assert_eq!(hit.detail, "it ended 2026-10-29, 10 days ago");
    }

    #[test]
    fn includes_the_last_second() {
        let cert = leaf(["mail.contoso.com"]);
        assert_eq!(check(&cert, &Context { now: cert.not_after, ..Context::plain() }), None);
        assert!(check(&cert, &Context { now: cert.not_after.plus_seconds(1), ..Context::plain() }).is_some());
    }

    #[test]
    fn says_when_it_was_never_valid() {
        let mut cert = leaf(["mail.contoso.com"]);
        cert.not_after = day("2026-07-01");
        assert!(check(&cert, &Context::on("2026-06-01")).unwrap().detail.contains("never valid"));
    }
}
