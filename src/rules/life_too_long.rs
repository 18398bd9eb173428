//! A longer life than was allowed on the day of issue.

use super::{Authority, Check, Context, Hit, Remedy, Rule, Source};
use crate::clients::{Demands, Fault, LifeLimit, Roots};
use crate::facts::{Certificate, DAY};
use crate::profiles::PUBLIC;

pub(super) const RULE: Rule = Rule {
    code: "life-too-long",
    title: "the certificate is valid for too long",
    why: "Public CAs may issue for 200 days since March 2026, for 100 from March 2027 and for 47 from March 2029. Apple's \
          systems refuse anything above 825 days that was issued since July 2019, from private CAs too.",
    fix: "Ask for a certificate with a shorter life.",
    source: Source::BaselineRequirements("6.3.2"),
    fault: Some(Fault::Unfit),
    check: Check::ClientCertificate(check),
};

fn check(cert: &Certificate, demands: Option<&Demands>, ctx: &Context<'_>) -> Option<Hit> {
    if cert.not_after < cert.not_before {
        return None;
    }
    let public = ctx.authority == Authority::Public;
    let limit = match demands {
        None => PUBLIC.longest_life(cert.not_before).filter(|_| public)?,
        Some(demands) => {
            let holds =
                |limit: &&LifeLimit| limit.issued_from <= cert.not_before && (limit.roots == Roots::All || public);
            demands.lives.iter().filter(holds).map(|limit| limit.days).min()?
        }
    };
    // For the Baseline Requirements both ends belong to the life (RFC 5280 §4.1.2.5), and any second over counts as
    // another day. Clients subtract, so that `-days 825` of many a recipe passes.
    let both_ends = i64::from(demands.is_none());
    let life = cert.not_after.unix().saturating_sub(cert.not_before.unix()).saturating_add(both_ends);
    if life <= limit * DAY {
        return None;
    }
    let days = life / DAY + i64::from(life % DAY != 0);
    Some(Hit::refuse(format!("{days} days, {limit} are allowed")).remedy(Remedy::Reissue))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clients::Client;
    use crate::facts::fixture::{day, leaf};

    fn judged(issued: &str, days: i64, demands: Option<&Demands>, ctx: &Context<'_>) -> Option<String> {
        let mut cert = leaf(["mail.contoso.com"]);
        cert.not_before = day(issued);
        cert.not_after = cert.not_before.plus_days(days).plus_seconds(-1);
        check(&cert, demands, ctx).map(|hit| hit.detail)
    }

    #[test]
    fn follows_the_schedule_of_public_authorities() {
        for (issued, most) in [
            ("2017-01-01", 1188),
            ("2018-06-01", 825),
            ("2020-09-01", 398),
            ("2026-03-14", 398),
            ("2026-03-15", 200),
            ("2027-03-15", 100),
            ("2029-03-15", 47),
        ] {
            assert_eq!(judged(issued, most, None, &Context::public()), None, "{issued}");
            let detail = format!("{} days, {most} are allowed", most + 1);
            assert_eq!(judged(issued, most + 1, None, &Context::public()), Some(detail), "{issued}");
        }
    }

    #[test]
    fn holds_apple_to_its_own_limits() {
        let apple = Client::find("apple-mail").map(|client| &client.demands);
        assert!(apple.is_some());
        assert!(judged("2019-07-02", 826, apple, &Context::private()).is_some());
        let mut exact = leaf(["mail.contoso.com"]);
        exact.not_after = exact.not_before.plus_days(825);
        assert_eq!(check(&exact, apple, &Context::private()), None);
        assert_eq!(judged("2026-06-01", 399, apple, &Context::private()), None);
        assert!(judged("2026-02-01", 399, apple, &Context::public()).is_some());
    }

    #[test]
    fn leaves_private_and_unknown_authorities_alone() {
        assert_eq!(judged("2026-06-01", 3650, None, &Context::private()), None);
        assert_eq!(judged("2026-06-01", 3650, None, &Context::plain()), None);
    }
}
