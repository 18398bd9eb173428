//! The life is nearly over.

use super::{Check, Context, Hit, Remedy, Rule, Source};
use crate::facts::Certificate;

pub(super) const RULE: Rule = Rule {
    code: "expires-soon",
    title: "the certificate expires soon",
    why: "A certificate that renews itself would have done so by now: tools renew with a third of its life left, or \
          30 days. On its last day every mail client begins to complain at once.",
    fix: "Renew it now, or find out why the automatic renewal did not run.",
    source: Source::Rfc(5280, "4.1.2.5"),
    fault: None,
    check: Check::Certificate(check),
};

fn check(cert: &Certificate, ctx: &Context<'_>) -> Option<Hit> {
    if !cert.ends_soon(ctx.now) {
        return None;
    }
    let days = match ctx.now.days_until(cert.not_after) {
        0 => "in less than a day".to_owned(),
        1 => "in 1 day".to_owned(),
        days => format!("in {days} days"),
    };
    Some(Hit::warn(format!("it ends {}, {days}", cert.not_after.date())).remedy(Remedy::Reissue))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::leaf;

    #[test]
    fn stays_silent_while_automatic_renewal_has_time() {
        for (life, left, hits) in
            [(90, 29, false), (90, 16, false), (90, 14, true), (398, 31, false), (398, 29, true), (6, 2, false)]
        {
            let mut cert = leaf(["mail.contoso.com"]);
            cert.not_after = cert.not_before.plus_days(life);
            let ctx = Context { now: cert.not_after.plus_days(-left), ..Context::plain() };
            assert_eq!(check(&cert, &ctx).is_some(), hits, "{left} of {life} days left");
        }
    }

    #[test]
    fn leaves_an_expired_one_to_its_rule() {
        assert_eq!(check(&leaf(["mail.contoso.com"]), &Context::on("2027-01-01")), None);
    }
}
