//! An IP address that no public CA signs because it is not unique on the Internet.

use super::{Check, Context, Hit, Mend, Rule, Source};
use crate::facts::{Item, reservation};

pub(super) const RULE: Rule = Rule {
    code: "reserved-address",
    title: "an address is reserved and belongs to nobody",
    why: "Addresses for private use, such as 192.168.1.10, exist in every network, so public CAs have not signed them \
          since November 2015, and those of before were to be revoked by October 2016.",
    fix: "Leave the address out and connect by name, or use a private CA.",
    source: Source::BaselineRequirements("7.1.2.7.12"),
    fault: None,
    check: Check::Item(check),
};

fn check(item: Item<'_>, ctx: &Context<'_>) -> Option<Hit> {
    let level = ctx.authority.forbids().filter(|_| !ctx.precedes_the_ban_of_internal_names(item))?;
    Hit::in_names(&item.identity().names, level, |entry| {
        let address = entry.address()?;
        let block = reservation(address)?;
        Some((format!("{address} ({}, {})", block.purpose, block.source), Mend::Drop))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::{day, leaf};
    use crate::rules::Remedy;

    fn judged<const N: usize>(names: [&str; N], ctx: &Context<'_>) -> Option<Hit> {
        check(Item::Certificate(&leaf(names)), ctx)
    }

    #[test]
    fn lists_reserved_addresses_with_their_reason() {
        let hit = judged(["mail.contoso.com", "192.168.1.10"], &Context::plain()).unwrap();
        assert_eq!(hit.detail, "192.168.1.10 (private use, RFC 1918)");
        assert_eq!(hit.remedy, Remedy::MendNames(vec![(1, Mend::Drop)]));
    }

    #[test]
    fn accepts_public_addresses_and_private_authorities() {
        assert_eq!(judged(["mail.contoso.com", "8.8.8.8"], &Context::public()), None);
        assert_eq!(judged(["10.1.2.3"], &Context::private()), None);
        let mut old = leaf(["10.1.2.3"]);
        old.not_before = day("2014-01-01");
        let ctx = Context { now: day("2015-05-01"), ..Context::public() };
        assert_eq!(check(Item::Certificate(&old), &ctx), None);
    }
}
