//! A name that no public CA signs because it does not exist on the Internet.

use super::{Check, Context, Hit, Level, Mend, Rule, Source};
use crate::facts::{Identity, InternalNames, Item, Name};

pub(super) const RULE: Rule = Rule {
    code: "internal-name",
    title: "a name does not exist on the Internet",
    why: "Names such as server.contoso.local or a bare computer name belong to nobody, so public CAs have not signed \
          them since November 2015, and those of before were to be revoked by October 2016. A request that holds one is \
          refused whole.",
    fix: "Leave the internal names out and let clients inside use the public name too, or use a private CA.",
    source: Source::BaselineRequirements("7.1.2.7.12"),
    fault: None,
    check: Check::Item(check),
};

fn check(item: Item<'_>, ctx: &Context<'_>) -> Option<Hit> {
    let level = ctx.authority.forbids().filter(|_| !ctx.precedes_the_ban_of_internal_names(item))?;
    judged(item.identity(), level)
}

fn judged(identity: &Identity, level: Level) -> Option<Hit> {
    let is_internal = |name: &Name| !name.is_single_label() && name.is_internal() && !name.is_onion();
    let mut internal = InternalNames::default();
    let listed = Hit::in_names(&identity.names, level, |entry| {
        if !internal.contains(entry) {
            return None;
        }
        // A name that is malformed has a rule of its own.
        let name = entry.name()?;
        (!name.is_onion()).then(|| (entry.to_string(), Mend::Drop))
    });
    listed.or_else(|| Hit::in_sole_common_name(identity, level, is_internal))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::{day, identity, leaf, subject};
    use crate::rules::Remedy;

    fn judged_as<const N: usize>(names: [&str; N], ctx: &Context<'_>) -> Option<Hit> {
        check(Item::Certificate(&leaf(names)), ctx)
    }

    #[test]
    fn lists_internal_names_with_their_positions() {
        let names = ["remote.contoso.com", "server.contoso.local", "SERVER"];
        let hit = judged_as(names, &Context::public()).unwrap();
        assert_eq!((hit.level, hit.detail.as_str()), (Level::Refused, "server.contoso.local, SERVER"));
        assert_eq!(hit.remedy, Remedy::MendNames(vec![(1, Mend::Drop), (2, Mend::Drop)]));
        assert_eq!(judged_as(names, &Context::plain()).unwrap().level, Level::Warning);
    }

    const ONION: &str = "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion";

    #[test]
    fn reads_the_common_name_where_nothing_else_is_there() {
        let bare = Identity { subject: subject(&["server.contoso.local"]), ..identity([]) };
        assert!(judged(&bare, Level::Warning).is_some());
        let onion = Identity { subject: subject(&[ONION]), ..identity([]) };
        assert_eq!(judged(&onion, Level::Warning), None);
        let older = Identity { subject: subject(&["expyuzz4wqqyqhjn.onion"]), ..identity([]) };
        assert!(judged(&older, Level::Warning).is_some(), "of version 2");
    }

    #[test]
    fn accepts_public_names_and_private_authorities() {
        assert_eq!(judged_as(["remote.contoso.com", ONION], &Context::public()), None);
        assert_eq!(judged_as(["server.contoso.local"], &Context::private()), None);
    }

    #[test]
    fn accepts_what_was_issued_before_the_ban_until_it_was_to_be_revoked() {
        for (issued, now, reported) in [
            ("2014-01-01", "2015-05-01", false),
            ("2015-10-31", "2016-09-30", false),
            ("2015-11-01", "2015-12-01", true),
            ("2014-01-01", "2016-10-01", true),
        ] {
            let mut cert = leaf(["server.contoso.local"]);
            cert.not_before = day(issued);
            let ctx = Context { now: day(now), ..Context::public() };
            assert_eq!(check(Item::Certificate(&cert), &ctx).is_some(), reported, "{issued} {now}");
        }
    }
}
