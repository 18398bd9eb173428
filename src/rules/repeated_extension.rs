//! An extension that is there twice.

use super::{Check, Context, Hit, Remedy, Rule, Source};
use crate::facts::Certificate;

pub(super) const RULE: Rule = Rule {
    code: "repeated-extension",
    title: "an extension is there twice",
    why: "A certificate must not hold the same extension more than once: one program goes by the first list of names, another \
          by the last. Strict ones refuse the whole certificate.",
    fix: "Have it issued again with every extension once.",
    source: Source::Rfc(5280, "4.2"),
    fault: None,
    check: Check::Certificate(check),
};

fn check(cert: &Certificate, _: &Context<'_>) -> Option<Hit> {
    let mut extensions = cert.extensions.iter().enumerate();
    let (_, twice) = extensions.find(|(position, oid)| cert.extensions[..*position].contains(oid))?;
    let name = if **twice == *SAN { "subjectAltName" } else { twice };
    Some(Hit::refuse(format!("{name} is there more than once")).remedy(Remedy::Reissue))
}

/// subjectAltName
const SAN: &str = "2.5.29.17";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::ObjectId;
    use crate::facts::fixture::leaf;

    fn extensions(oids: &[&str]) -> Certificate {
        let mut cert = leaf(["mail.contoso.com"]);
        cert.extensions = oids.iter().map(|oid| ObjectId::from(*oid)).collect();
        cert
    }

    #[test]
    fn refuses_a_second_list_of_names() {
        let hit = check(&extensions(&[SAN, "2.5.29.15", SAN]), &Context::plain()).unwrap();
        assert_eq!(hit.detail, "subjectAltName is there more than once");
    }

    #[test]
    fn accepts_each_once() {
        assert_eq!(check(&extensions(&["2.5.29.15", SAN]), &Context::plain()), None);
    }
}
