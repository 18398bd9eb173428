//! Two hyphens where `xn--` has them, in a label that is no international one.

use memchr::memmem::find;
use time::macros::date;

use super::{Check, Context, Hit, Mend, Rule, Source};
use crate::facts::{Item, Moment};

pub(super) const RULE: Rule = Rule {
    code: "reserved-label",
    title: "a label has hyphens where xn-- has them",
    why: "Two hyphens in the third and fourth place mark how a label is encoded, and xn-- alone has a meaning (RFC 5890 \
          2.3.1). So no public CA has signed a name such as ab--cd.contoso.com since October 2021.",
    fix: "Give the host another name in DNS and ask for that, or use a private CA.",
    source: Source::BaselineRequirements("7.1.2.7.12"),
    fault: None,
    check: Check::Item(check),
};

/// The day in the Baseline Requirements' table of dates.
const FORBIDDEN_FROM: Moment = Moment::from_date(date!(2021 - 10 - 01));

fn check(item: Item<'_>, ctx: &Context<'_>) -> Option<Hit> {
    let level = ctx.authority.forbids().filter(|_| ctx.issued(item) >= FORBIDDEN_FROM)?;
    Hit::in_names(&item.identity().names, level, |entry| {
        // What is malformed has a rule of its own.
        let name = find(entry.dns()?.as_bytes(), b"--").and_then(|_| entry.name())?;
        name.has_reserved_label().then(|| (entry.to_string(), Mend::Drop))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::{day, leaf};

    fn judged(name: &str, issued: &str, ctx: &Context<'_>) -> Option<Hit> {
        let mut cert = leaf([name]);
        cert.not_before = day(issued);
        check(Item::Certificate(&cert), ctx)
    }

    #[test]
    fn reports_hyphens_in_the_third_and_fourth_place() {
        for name in ["ab--cd.contoso.com", "*.AB--cd.contoso.com", "mail.r3---a.contoso.com"] {
            assert_eq!(judged(name, "2021-10-01", &Context::public()).unwrap().detail, name);
        }
    }

    #[test]
    fn accepts_international_names_other_places_private_authorities_and_older_days() {
        for name in ["xn--bcher-kva.contoso.com", "abc--d.contoso.com", "a--b.contoso.com", "bücher.contoso.com"] {
            assert_eq!(judged(name, "2026-08-01", &Context::public()), None, "{name}");
        }
        assert_eq!(judged("ab--cd.contoso.com", "2026-08-01", &Context::private()), None);
        assert_eq!(judged("ab--cd.contoso.com", "2021-09-30", &Context::public()), None);
    }
}
