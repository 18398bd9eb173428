//! A name that leads from an address back to a name.

use time::macros::date;

use super::{Check, Context, Hit, Level, Mend, Rule, Source};
use crate::facts::{Item, Moment, Name};

pub(super) const RULE: Rule = Rule {
    code: "name-in-reverse-zone",
    title: "a name lies in a reverse zone",
    why: "Names that end in in-addr.arpa or ip6.arpa are there to find the name of an address, and no client connects to \
          them. Since 15 March 2026 no public CA signs one; a certificate of before stays good until it ends, but its next \
          one is refused.",
    fix: "Leave it out. Ask for the host's own name, or for the address itself as an iPAddress where the CA signs \
          addresses.",
    source: Source::BaselineRequirements("4.2.2"),
    fault: None,
    check: Check::Item(check),
};

const FORBIDDEN_FROM: Moment = Moment::from_date(date!(2026 - 03 - 15));

fn check(item: Item<'_>, ctx: &Context<'_>) -> Option<Hit> {
    let forbidden = ctx.authority.forbids()?;
    let level = if ctx.issued(item) >= FORBIDDEN_FROM { forbidden } else { Level::Note };
    let identity = item.identity();
    let listed = Hit::in_names(&identity.names, level, |entry| {
        entry.is_in_reverse_zone().then(|| (entry.to_string(), Mend::Drop))
    });
    listed.or_else(|| Hit::in_sole_common_name(identity, level, Name::is_in_reverse_zone))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::{day, leaf, subject};
    use crate::rules::Remedy;

    fn judged(names: [&str; 2], issued: &str, ctx: &Context<'_>) -> Option<Hit> {
        let mut cert = leaf(names);
        cert.not_before = day(issued);
        check(Item::Certificate(&cert), ctx)
    }

    #[test]
    fn refuses_what_public_authorities_sign_no_more_and_notes_what_they_signed() {
        let names = ["mail.contoso.com", "5.2.0.192.in-addr.arpa"];
        for (issued, ctx, level) in [
            ("2026-03-15", Context::public(), Level::Refused),
            ("2026-03-15", Context::plain(), Level::Warning),
            ("2026-03-14", Context::public(), Level::Note),
            ("2026-03-14", Context::plain(), Level::Note),
        ] {
            let hit = judged(names, issued, &ctx).unwrap();
            assert_eq!((hit.level, hit.detail.as_str()), (level, names[1]), "{issued}");
            assert_eq!(hit.remedy, Remedy::MendNames(vec![(1, Mend::Drop)]));
        }
    }

    #[test]
    fn reads_the_common_name_where_nothing_else_is_there() {
        let mut cert = leaf([]);
        cert.not_before = day("2026-08-01");
        cert.identity.subject = subject(&["5.2.0.192.in-addr.arpa"]);
        let hit = check(Item::Certificate(&cert), &Context::public()).unwrap();
        assert_eq!((hit.detail.as_str(), hit.remedy), ("common name 5.2.0.192.in-addr.arpa", Remedy::SetCommonName));
        cert.identity.subject = subject(&["mail.contoso.com"]);
        assert_eq!(check(Item::Certificate(&cert), &Context::public()), None);
    }

    #[test]
    fn accepts_other_names_and_private_authorities() {
        assert_eq!(judged(["mail.contoso.com", "foo.arpa"], "2026-08-01", &Context::public()), None);
        assert_eq!(judged(["mail.contoso.com", "8.b.d.0.ip6.arpa"], "2026-08-01", &Context::private()), None);
    }
}
