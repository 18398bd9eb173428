//! A CA's certificate that has expired, or is not valid yet, came with the certificate.

use super::{Check, Context, Hit, Level, Rule, Source};
use crate::clients::{Demands, Fault};
use crate::facts::{Certificate, Item, lapsed};

pub(super) const RULE: Rule = Rule {
    code: "issuer-not-valid-now",
    title: "the certificate of an issuing CA is not valid now",
    why: "A client holds the certificates between the server's own and the root to its clock too. Where no other of the \
          same CA is valid, those that go by what the server sends refuse. A root that was signed by another one may be \
          trusted by itself: then nothing depends on such a certificate.",
    fix: "Get the CA's intermediate certificate that is valid now, and put it in the place of the other; the server's own \
          stays as it is.",
    source: Source::Rfc(5280, "6.1.3"),
    fault: Some(Fault::Untrusted),
    check: Check::ClientChain(check),
};

fn check(item: Item<'_>, others: &[&Certificate], demands: Option<&Demands>, ctx: &Context<'_>) -> Option<Hit> {
    let cert = item.certificate()?;
    // Where roots are known, `unfit-issuer` goes every way to them.
    if ctx.trust.is_some() {
        return None;
    }
    let met = lapsed(cert, others, ctx.now)?;
    // Further up, the CA below may be a root to clients, which was signed by another root.
    let level = if cert.names_as_issuer(met.authority) { Level::Refused } else { Level::Warning };
    let minds = |demands: &Demands| level == Level::Refused && demands.sent_chain_only && demands.minds(&met);
    demands.is_none_or(minds).then(|| Hit::new(level, met.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clients::Client;
    use crate::facts::TrustStore;
    use crate::facts::fixture::{day, issued};

    fn until(ends: &str, name: &str, issuer: &str) -> Certificate {
        Certificate { not_after: day(ends), ..issued(name, issuer) }
    }

    fn judged(others: &[&Certificate]) -> Option<(Level, String)> {
        let mail = issued("mail", "Low");
        check(Item::Certificate(&mail), others, None, &Context::plain()).map(|hit| (hit.level, hit.detail))
    }

    #[test]
    fn names_the_issuer_and_its_end() {
        let ended = until("2026-08-01", "Low", "Root");
        let told = (Level::Refused, "CN=Low has expired: it ended 2026-08-01".to_owned());
        assert_eq!(judged(&[&ended]), Some(told));
        let early = Certificate { not_before: day("2026-10-01"), ..issued("Low", "Root") };
        let told = (Level::Refused, "CN=Low is not valid yet: it begins 2026-10-01".to_owned());
        assert_eq!(judged(&[&early]), Some(told));
    }

    #[test]
    fn overlooks_what_clients_go_around() {
        let (ended, valid) = (until("2026-08-01", "Low", "A"), issued("Low", "B"));
        assert_eq!(judged(&[&ended, &valid]), None);
        assert_eq!(judged(&[&ended, &until("2026-08-01", "Low", "Low")]), None);
        assert_eq!(judged(&[&valid, &until("2026-08-01", "Other", "B")]), None);
        // One way ends, the other goes on.
        let (above, dead_end) = (issued("B", "Root"), until("2026-08-01", "A", "Root"));
        let other = Certificate { not_after: day("2027-01-01"), ..issued("Low", "A") };
        assert_eq!(judged(&[&other, &valid, &dead_end, &above]), None);
    }

    #[test]
    fn warns_where_the_one_below_may_be_a_root() {
        let (low, ended) = (issued("Low", "High"), until("2026-08-01", "High", "Root"));
        assert_eq!(judged(&[&low, &ended]).map(|(level, _)| level), Some(Level::Warning));
    }

    #[test]
    fn speaks_for_clients_that_go_by_what_is_sent() {
        let ended = until("2026-08-01", "Low", "Root");
        let refuses = |client, ctx: &Context<'_>| {
            let demands = &Client::find(client).unwrap().demands;
            check(Item::Certificate(&issued("mail", "Low")), &[&ended], Some(demands), ctx).is_some()
        };
        assert!(refuses("openssl", &Context::plain()) && !refuses("schannel", &Context::plain()));
        let trust = TrustStore::default();
        assert!(!refuses("openssl", &Context { trust: Some(&trust), ..Context::plain() }));
    }
}
