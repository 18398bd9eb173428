//! The issuer's certificate did not come along.

use super::{Check, Context, Hit, Rule, Source};
use crate::facts::Certificate;

pub(super) const RULE: Rule = Rule {
    code: "incomplete-chain",
    title: "the issuer's certificate is missing",
    why: "A server has to send the certificates between its own and the root. Some clients fetch a missing one or \
          remember it from elsewhere; the others, Thunderbird and telephones among them, do not trust the server.",
    fix: "Get the intermediate certificate from the CA and put it after the server's own.",
    source: Source::Rfc(5246, "7.4.2"),
    fault: None,
    check: Check::Chain(check),
};

fn check(cert: &Certificate, others: &[&Certificate], ctx: &Context<'_>) -> Option<Hit> {
    let complete = cert.is_self_issued()
        || others.iter().any(|other| cert.names_as_issuer(other))
        || ctx.trust.is_some_and(|trust| trust.path(cert, others, ctx.now).is_some());
    // Some clients find the issuer by themselves, so no verdict follows from it.
    (!complete).then(|| Hit::warn(format!("not here: {}", cert.issuer)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::{leaf, subject};

    fn ca(name: &str) -> Certificate {
        let mut cert = leaf([]);
        cert.identity.subject = subject(&[name]);
        cert
    }

    #[test]
    fn misses_the_issuer_among_strangers() {
        let hit = check(&leaf(["mail.contoso.com"]), &[&ca("Other CA")], &Context::plain()).unwrap();
        assert_eq!(hit.detail, "not here: CN=Test CA");
    }

    #[test]
    fn finds_the_issuer_in_any_place() {
        let others = [&ca("Other CA"), &ca("Test CA")];
        assert_eq!(check(&leaf(["mail.contoso.com"]), &others, &Context::plain()), None);
    }
}
