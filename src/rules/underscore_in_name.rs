//! An underscore in a host name.

use memchr::memchr;
use time::macros::date;

use super::{Check, Context, Hit, Mend, Rule, Source};
use crate::facts::{Item, Moment};

pub(super) const RULE: Rule = Rule {
    code: "underscore-in-name",
    title: "a name holds an underscore",
    why: "Host names are made of letters, digits and hyphens. Windows lets a computer name hold an underscore, but no \
          public CA has signed one since May 2019, and some clients do not match it.",
    fix: "Give the host a name without an underscore in DNS and ask for that.",
    source: Source::BaselineRequirements("7.1.2.7.12"),
    fault: None,
    check: Check::Item(check),
};

/// Ballot SC-12.
const FORBIDDEN_FROM: Moment = Moment::from_date(date!(2019 - 05 - 01));

fn check(item: Item<'_>, ctx: &Context<'_>) -> Option<Hit> {
    let level = ctx.authority.forbids().filter(|_| ctx.issued(item) >= FORBIDDEN_FROM)?;
    Hit::in_names(&item.identity().names, level, |entry| {
        memchr(b'_', entry.dns()?.as_bytes()).map(|_| (entry.to_string(), Mend::Drop))
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
    fn reports_an_underscore() {
        let hit = judged("my_host.contoso.com", "2019-05-01", &Context::public()).unwrap();
        assert_eq!(hit.detail, "my_host.contoso.com");
    }

    #[test]
    fn accepts_hyphens_private_authorities_and_older_days() {
        assert_eq!(judged("my-host.contoso.com", "2026-08-01", &Context::public()), None);
        assert_eq!(judged("my_host.contoso.com", "2026-08-01", &Context::private()), None);
        assert_eq!(judged("my_host.contoso.com", "2019-04-30", &Context::public()), None);
    }
}
