//! An entry of the SAN that is neither a DNS name nor an IP address.

use super::{Authority, Check, Context, Hit, Level, Mend, Rule, Source};
use crate::facts::{GeneralName, Item};

pub(super) const RULE: Rule = Rule {
    code: "other-kind-of-name",
    title: "an entry is neither a DNS name nor an IP address",
    why: "Mail addresses, web addresses, service names (SRV) and account names can stand in the list of names, but public \
          CAs sign DNS names and IP addresses only, at the latest since September 2023. Some refuse a request that holds \
          anything else.",
    fix: "Leave the entry out, or use a private CA.",
    source: Source::BaselineRequirements("7.1.2.7.12"),
    fault: None,
    check: Check::Item(check),
};

fn check(item: Item<'_>, ctx: &Context<'_>) -> Option<Hit> {
    let level = match (ctx.authority, item) {
        _ if ctx.is_under_profile(item) => Level::Refused,
        // A certificate of a public CA says so itself; where a request will go, nobody has said yet.
        (Authority::Unknown, Item::Request(_)) => Level::Warning,
        // Nothing is wrong with it, but a request for a public CA has to leave the entry out.
        (Authority::Unknown, Item::Certificate(cert)) if !cert.identity.is_ca() => Level::Note,
        _ => return None,
    };
    Hit::in_names(&item.identity().names, level, |entry| match entry {
        // What cannot be read has a rule of its own.
        GeneralName::Dns(_) | GeneralName::Address(_) | GeneralName::BadAddress(_) | GeneralName::Unreadable(..) => {
            None
        }
        other => Some((format!("{} {other}", other.kind()), Mend::Drop)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::{day, leaf, request};
    use crate::facts::{BasicConstraints, Certificate};
    use crate::rules::Remedy;

    fn with_others() -> Certificate {
        leaf(["mail.contoso.com", "mailto:postmaster@contoso.com", "192.0.2.5", "srv:_imaps.contoso.com"])
    }

    #[test]
    fn lists_what_public_authorities_do_not_sign() {
        let hit = check(Item::Certificate(&with_others()), &Context::public()).unwrap();
        assert_eq!(hit.level, Level::Refused);
        assert_eq!(hit.detail, "rfc822Name postmaster@contoso.com, SRVName _imaps.contoso.com");
        assert_eq!(hit.remedy, Remedy::MendNames(vec![(1, Mend::Drop), (3, Mend::Drop)]));
    }

    #[test]
    fn warns_of_a_request_that_may_go_to_a_public_authority() {
        let asked = request(with_others());
        assert_eq!(check(Item::Request(&asked), &Context::plain()).unwrap().level, Level::Warning);
        assert_eq!(check(Item::Request(&asked), &Context::private()), None);
    }

    #[test]
    fn notes_of_a_certificate_of_an_unknown_authority_what_a_public_one_would_leave_out() {
        let hit = check(Item::Certificate(&with_others()), &Context::plain()).unwrap();
        assert_eq!(hit.level, Level::Note);
        let mut ca = with_others();
        ca.identity.basic_constraints = Some(BasicConstraints { ca: true, path_length: None });
        assert_eq!(check(Item::Certificate(&ca), &Context::plain()), None);
    }

    #[test]
    fn accepts_names_and_addresses_other_authorities_and_older_days() {
        let judged = |cert: &Certificate, ctx: &Context<'_>| check(Item::Certificate(cert), ctx);
        assert_eq!(judged(&leaf(["mail.contoso.com", "192.0.2.5"]), &Context::public()), None);
        assert_eq!(judged(&with_others(), &Context::private()), None);
        let old = Certificate { not_before: day("2023-09-14"), ..with_others() };
        assert_eq!(judged(&old, &Context::public()), None);
    }
}
