//! A string, number or time that is encoded otherwise than every program reads it.

use super::{Check, Context, Hit, Level, Remedy, Rule, Source};
use crate::clients::{Demands, Fault};
use crate::facts::{Certificate, Flawed, Item};

pub(super) const RULE: Rule = Rule {
    code: "malformed-encoding",
    title: "something is encoded otherwise than every program reads it",
    why: "Each part of a certificate has one valid encoding: UTF-8 in a UTF8String, no needless octets in a number or a \
          length, seconds and Z in a time, a BIT STRING in keyUsage and nothing behind it. Strict programs refuse the whole \
          certificate because of one part that is not valid, and each program is strict about others.",
    fix: "Have a new certificate issued; what can be read of the subject is written anew.",
    source: Source::Rfc(5280, "4.1"),
    fault: Some(Fault::Malformed),
    check: Check::ClientItem(check),
};

fn check(item: Item<'_>, demands: Option<&Demands>, ctx: &Context<'_>) -> Option<Hit> {
    let flaws = item.flaws();
    let is_minded = |flawed: &Flawed| match demands {
        Some(demands) => demands.refused_encodings.contains(&flawed.flaw),
        None => !flawed.flaw.is_allowed(),
    };
    // A client that minds one gets all of them told, as they are by the standard.
    if !flaws.iter().any(is_minded) {
        return None;
    }
    let level = demands.map_or(ctx.authority.forbids_or_warns(), |_| Level::Refused);
    Some(Hit::new(level, told(flaws)).remedy(remedy(item, flaws)))
}

fn told(flaws: &[Flawed]) -> String {
    /// As many are told.
    const FEW: usize = 3;
    let mut shown: Vec<String> = flaws.iter().take(FEW).map(ToString::to_string).collect();
    if flaws.len() > FEW {
        shown.push(format!("{} more", flaws.len() - FEW));
    }
    shown.join("; ")
}

/// The name of the issuer is the same in all that it signs.
fn remedy(item: Item<'_>, flaws: &[Flawed]) -> Remedy {
    let is_issuers = |flawed: &Flawed| flawed.place.ends_with("the issuer");
    match item.certificate().is_some_and(|cert| !Certificate::is_self_signed(cert)) && flaws.iter().all(is_issuers) {
        true => {
            Remedy::ByHand("Have a certificate issued by another CA: every one of this CA has its name.".to_owned())
        }
        false => Remedy::Reissue,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clients::Client;
    use crate::facts::Flaw;
    use crate::facts::fixture::{leaf, request};

    fn with(flaws: &[(&str, Flaw)]) -> Certificate {
        let flaws = flaws.iter().map(|(place, flaw)| Flawed { place: (*place).to_owned(), flaw: *flaw }).collect();
        Certificate { flaws, ..leaf(["mail.contoso.com"]) }
    }

    fn judged(cert: &Certificate, client: Option<&str>, ctx: &Context<'_>) -> Option<Hit> {
        check(Item::Certificate(cert), client.map(|id| &Client::find(id).unwrap().demands), ctx)
    }

    #[test]
    fn tells_all_flaws_to_the_clients_that_mind_one() {
        let cert = with(&[("O of the subject", Flaw::NotUtf8), ("the serial number", Flaw::Padded)]);
        let hit = judged(&cert, Some("go"), &Context::private()).unwrap();
        let both = "O of the subject: a UTF8String that is not UTF-8; the serial number: a number that begins with needless \
                    octets";
        assert_eq!((hit.level, &*hit.detail, hit.remedy), (Level::Refused, both, Remedy::Reissue));
        let level = |ctx: &Context<'_>| judged(&cert, None, ctx).map(|hit| hit.level);
        assert_eq!(level(&Context::public()), Some(Level::Refused));
        assert_eq!(level(&Context::private()), Some(Level::Warning));
        assert_eq!(judged(&cert, Some("jsse"), &Context::public()), None);
    }

    #[test]
    fn leaves_what_is_allowed_to_the_clients_that_do_not_read_it() {
        let cert = with(&[("O of the subject", Flaw::Universal)]);
        assert_eq!(judged(&cert, None, &Context::public()), None);
        assert_eq!(judged(&cert, Some("openssl"), &Context::public()), None);
        assert!(judged(&cert, Some("go"), &Context::public()).is_some());
        assert_eq!(judged(&leaf(["mail.contoso.com"]), Some("go"), &Context::public()), None);
    }

    #[test]
    fn sends_people_to_another_ca_for_the_name_of_this_one_alone() {
        let by_hand =
            |cert: &Certificate| judged(cert, Some("openssl"), &Context::plain()).unwrap().remedy.is_by_hand();
        let issuer = ("O of the issuer", Flaw::NotUtf8);
        assert!(by_hand(&with(&[issuer, issuer])));
        assert!(!by_hand(&with(&[issuer, ("O of the subject", Flaw::NotUtf8)])));
        let mut own = with(&[issuer]);
        own.issuer = own.identity.subject.clone();
        assert!(!by_hand(&own));
    }

    #[test]
    fn looks_at_requests_too_and_tells_a_few_of_many() {
        let mut asked = request(with(&[]));
        asked.flaws = with(&[("OU of the subject", Flaw::NotPrintable); 5]).flaws;
        let hit = check(Item::Request(&asked), None, &Context::plain()).unwrap();
        assert!(hit.detail.ends_with("; 2 more"), "{}", hit.detail);
    }
}
