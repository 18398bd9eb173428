//! The chain is all there, but shuffled.

use super::{Check, Context, Hit, Rule, Source};
use crate::facts::Certificate;

pub(super) const RULE: Rule = Rule {
    code: "chain-out-of-order",
    title: "the certificates are not in order",
    why: "Each certificate after the server's own has to certify the one before it. Clients older than TLS 1.3, and \
          small ones, follow the list as it is sent and stop where it breaks.",
    fix: "Write the server's certificate first, then its issuer, then that one's issuer; leave the root out.",
    source: Source::Rfc(5246, "7.4.2"),
    fault: None,
    check: Check::Chain(check),
};

fn check(cert: &Certificate, others: &[&Certificate], _: &Context<'_>) -> Option<Hit> {
    let mut last = cert;
    for (position, next) in others.iter().enumerate() {
        if last.is_self_issued() {
            return None;
        }
        if last.names_as_issuer(next) {
            last = next;
            continue;
        }
        let later = others[position..].iter().position(|other| last.names_as_issuer(other))?;
        // Positions for people: from 1, the server's own included.
        let (wrong, right) = (position + 2, position + later + 2);
        return Some(Hit::warn(format!("the issuer of certificate {} is number {right}, not {wrong}", position + 1)));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::{leaf, subject};

    fn ca(name: &str, issuer: &str) -> Certificate {
        let mut cert = leaf([]);
        cert.identity.subject = subject(&[name]);
        cert.issuer = subject(&[issuer]);
        cert
    }

    #[test]
    fn reports_the_first_place_that_breaks() {
        let (root, between) = (ca("Root", "Root"), ca("Test CA", "Root"));
        let hit = check(&leaf(["mail.contoso.com"]), &[&root, &between], &Context::plain()).unwrap();
        assert_eq!(hit.detail, "the issuer of certificate 1 is number 3, not 2");
    }

    #[test]
    fn accepts_order_with_and_without_root_and_strangers_at_the_end() {
        let (root, between, stranger) = (ca("Root", "Root"), ca("Test CA", "Root"), ca("Other", "Root"));
        for others in [vec![&between], vec![&between, &root], vec![&between, &root, &stranger], vec![&stranger]] {
            assert_eq!(check(&leaf(["mail.contoso.com"]), &others, &Context::plain()), None);
        }
    }
}
