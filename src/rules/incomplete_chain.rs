//! The issuer's certificate did not come along.

use super::{Check, Context, Hit, Level, Rule, Source};
use crate::clients::{Demands, Fault};
use crate::facts::{Certificate, TrustStore, loose_end};

pub(super) const RULE: Rule = Rule {
    code: "incomplete-chain",
    title: "the issuer's certificate is missing",
    why: "A server has to send all certificates between its own and the root. Some clients fetch a missing one or \
          remember it from elsewhere; the others do not trust the server.",
    fix: "Get the intermediate certificate from the CA and put it after the server's own and those that are there.",
    source: Source::Rfc(5246, "7.4.2"),
    fault: Some(Fault::Untrusted),
    check: Check::ClientSent(check),
};

fn check(cert: &Certificate, others: &[&Certificate], demands: Option<&Demands>, ctx: &Context<'_>) -> Option<Hit> {
    let level = match demands {
        None => Level::Warning,
        // Without roots it is not known whether the issuer is one.
        Some(demands) => (demands.sent_chain_only && ctx.trust.is_some()).then_some(Level::Refused)?,
    };
    let end = loose_end(cert, others)?;
    let is_whole = |trust: &TrustStore| trust.knows_issuer_of(end) || !trust.ways(cert, others, ctx.now).is_empty();
    (!ctx.trust.is_some_and(is_whole)).then(|| Hit::new(level, format!("not here: {}", end.issuer)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clients::Client;
    use crate::facts::fixture::{issued, leaf, subject};

    fn ca(name: &str) -> Certificate {
        let mut cert = leaf([]);
        cert.identity.subject = subject(&[name]);
        cert
    }

    #[test]
    fn misses_the_issuer_among_strangers() {
        let hit = check(&leaf(["mail.contoso.com"]), &[&ca("Other CA")], None, &Context::plain()).unwrap();
        assert_eq!(hit.detail, "not here: CN=Test CA");
        assert_eq!(hit.level, Level::Warning);
    }

    #[test]
    fn speaks_for_the_clients_that_find_none_where_roots_are_known() {
        let trust = TrustStore::new([ca("Root")]);
        let known = Context { trust: Some(&trust), ..Context::plain() };
        let judged = |client, ctx: &Context<'_>| {
            let demands = &Client::find(client).unwrap().demands;
            check(&leaf(["mail.contoso.com"]), &[], Some(demands), ctx).map(|hit| hit.level)
        };
        assert_eq!(judged("openssl", &known), Some(Level::Refused));
        assert_eq!(judged("openssl", &Context::plain()), None);
        assert_eq!(judged("schannel", &known), None);
    }

    #[test]
    fn misses_what_is_further_up() {
        let (mail, low, high) = (issued("mail", "Low"), issued("Low", "High"), issued("High", "Root"));
        let trust = TrustStore::new([issued("Root", "Root")]);
        let known = Context { trust: Some(&trust), ..Context::plain() };
        let judged = |others: &[&Certificate]| check(&mail, others, None, &known).map(|hit| hit.detail);
        assert_eq!(judged(&[&low]).as_deref(), Some("not here: CN=High"));
        assert_eq!(judged(&[&high]).as_deref(), Some("not here: CN=Low"));
        assert_eq!(judged(&[&high, &low]), None);
    }

    #[test]
    fn finds_the_issuer_in_any_place() {
        let others = [&ca("Other CA"), &ca("Test CA")];
        assert_eq!(check(&leaf(["mail.contoso.com"]), &others, None, &Context::plain()), None);
    }
}
