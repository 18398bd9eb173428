//! An extension that is there twice.

use super::{Check, Context, Hit, Remedy, Rule, Source};
use crate::clients::{Demands, Fault, Form};
use crate::facts::Certificate;
use crate::facts::extension::{SUBJECT_NAMES, UNIVERSAL};

pub(super) const RULE: Rule = Rule {
    code: "repeated-extension",
    title: "an extension is there twice",
    why: "A certificate must not hold the same extension more than once: one program goes by the first list of names, another \
          by the last. Strict ones refuse the whole certificate.",
    fix: "Have it issued again with every extension once.",
    source: Source::Rfc(5280, "4.2"),
    fault: Some(Fault::Malformed),
    check: Check::ClientCertificate(check),
};

fn check(cert: &Certificate, demands: Option<&Demands>, _: &Context<'_>) -> Option<Hit> {
    let twice = cert.repeated.iter().find(|oid| demands.is_none_or(|demands| is_refused(oid, demands)))?;
    let name = if **twice == *SUBJECT_NAMES { "subjectAltName" } else { twice };
    Some(Hit::refuse(format!("{name} is there more than once")).remedy(Remedy::Reissue))
}

fn is_refused(oid: &str, demands: &Demands) -> bool {
    let refuses = |form| demands.refused_forms.contains(&form);
    let (is_universal, is_understood) = (UNIVERSAL.contains(&oid), demands.understood.contains(&oid));
    refuses(Form::RepeatedExtension)
        || is_universal && refuses(Form::RepeatedKnownExtension)
        || (is_universal || is_understood) && refuses(Form::RepeatedUnderstoodExtension)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clients::Client;
    use crate::facts::fixture::leaf;
    use crate::facts::{ObjectId, extension};

    fn repeated(oids: &[&str]) -> Certificate {
        let repeated = oids.iter().map(|oid| ObjectId::from(*oid)).collect();
        Certificate { repeated, ..leaf(["mail.contoso.com"]) }
    }

    #[test]
    fn refuses_a_second_list_of_names() {
        let hit = check(&repeated(&[SUBJECT_NAMES]), None, &Context::plain()).unwrap();
        assert_eq!(hit.detail, "subjectAltName is there more than once");
    }

    #[test]
    fn speaks_for_the_clients_that_refuse_it() {
        let judged = |oids: &[&str], client| {
            check(&repeated(oids), Client::find(client).map(|client| &client.demands), &Context::plain())
        };
        let (known, other) = (&["1.2.3.4", "2.5.29.37"], &["1.2.3.4"]);
        assert!(judged(known, "openssl").is_some() && judged(known, "go").is_some() && judged(other, "go").is_some());
        assert_eq!(judged(other, "openssl"), None);
        let (understood, passed_over) = (&[extension::NAME_CONSTRAINTS], &[extension::SUBJECT_KEY]);
        assert!(judged(known, "thunderbird").is_some() && judged(understood, "thunderbird").is_some());
        assert_eq!((judged(passed_over, "thunderbird"), judged(understood, "openssl")), (None, None));
        assert_eq!(judged(known, "outlook2007"), None);
    }

    #[test]
    fn accepts_each_once() {
        assert_eq!(check(&repeated(&[]), None, &Context::plain()), None);
    }
}
