//! The chain is all there, but shuffled.

use super::{Check, Context, Hit, Rule, Source};
use crate::facts::{Order, Subject};

pub(super) const RULE: Rule = Rule {
    code: "chain-out-of-order",
    title: "the certificates are not in order",
    why: "Each certificate after the server's own has to certify the one before it. Clients older than TLS 1.3, and \
          small ones, follow the list as it is sent and stop where it breaks.",
    fix: "Write the server's certificate first, then its issuer, then that one's issuer; leave the root out.",
    source: Source::Rfc(5246, "7.4.2"),
    fault: None,
    check: Check::Order(check),
};

fn check(subject: &Subject<'_>, _: &Context<'_>) -> Option<Hit> {
    if subject.evidence.order == Order::None {
        return None;
    }
    if subject.before > 0 {
        let place = subject.before + 1;
        return Some(Hit::warn(format!("the server's own certificate is number {place}, not 1")));
    }
    let mut last = subject.item.certificate()?;
    for (position, next) in subject.chain.iter().enumerate() {
        if last.is_self_signed() {
            return None;
        }
        if last.names_as_issuer(next) {
            last = next;
            continue;
        }
        let later = subject.chain[position..].iter().position(|other| last.names_as_issuer(other))?;
        // Positions for people: from 1, the server's own included.
        let (wrong, right) = (position + 2, position + later + 2);
        return Some(Hit::warn(format!("the issuer of certificate {} is number {right}, not {wrong}", position + 1)));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::{evidence, leaf, subject};
    use crate::facts::{Certificate, Evidence};

    fn ca(name: &str, issuer: &str) -> Certificate {
        let mut cert = leaf([]);
        cert.identity.subject = subject(&[name]);
        cert.issuer = subject(&[issuer]);
        cert
    }

    fn mail() -> Certificate {
        leaf(["mail.contoso.com"])
    }

    fn detail(evidence: &Evidence) -> Option<String> {
        let subjects = evidence.subjects();
        assert_eq!(subjects.len(), 1);
        check(&subjects[0], &Context::plain()).map(|hit| hit.detail)
    }

    #[test]
    fn reports_the_first_place_that_breaks() {
        let shuffled = evidence(vec![mail(), ca("Root", "Root"), ca("Test CA", "Root")]);
        assert_eq!(detail(&shuffled).unwrap(), "the issuer of certificate 1 is number 3, not 2");
        let backwards = evidence(vec![ca("Root", "Root"), ca("Test CA", "Root"), mail()]);
        assert_eq!(detail(&backwards).unwrap(), "the server's own certificate is number 3, not 1");
    }

    #[test]
    fn accepts_order_with_and_without_root_and_strangers_at_the_end() {
        let (root, between, stranger) = (ca("Root", "Root"), ca("Test CA", "Root"), ca("Other", "Root"));
        for others in [
            vec![between.clone()],
            vec![between.clone(), root.clone()],
            vec![between, root, stranger.clone()],
            vec![stranger],
        ] {
            let in_order = evidence([vec![mail()], others].concat());
            let subject = Subject {
                evidence: &in_order,
                item: crate::facts::Item::Certificate(&in_order.certificates[0]),
                chain: in_order.certificates[1..].iter().collect(),
                before: 0,
                keys: crate::facts::Keys::default(),
            };
            assert_eq!(check(&subject, &Context::plain()), None);
        }
    }

    #[test]
    fn asks_no_order_of_a_set() {
        let mut set = evidence(vec![ca("Root", "Root"), ca("Test CA", "Root"), mail()]);
        set.order = Order::None;
        assert_eq!(detail(&set), None);
        set.certificates.rotate_right(1);
        assert_eq!(detail(&set), None);
    }
}
