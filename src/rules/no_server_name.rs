//! No name that a client of today compares, whatever people type.

use super::{Check, Context, Hit, Rule, Source};
use crate::clients::Fault;
use crate::error::listed;
use crate::facts::{Item, KeyUsage, Purpose, SanExtension};

pub(super) const RULE: Rule = Rule {
    code: "no-server-name",
    title: "the certificate names no server",
    why: "Clients of today compare what people type with the DNS names and addresses of the subjectAltName (SAN). Where there are \
          none the certificate is for no server at all to them, whatever its common name says; public CAs must not sign \
          such a one.",
    fix: "Ask for a certificate that lists the name of the server, as people type it, as a DNS name in the SAN.",
    source: Source::BaselineRequirements("7.1.2.7.12"),
    fault: Some(Fault::Name),
    check: Check::Nameless(check),
};

fn check(item: Item<'_>, _: &Context<'_>) -> Option<Hit> {
    let names = &item.identity().names;
    // A list that cannot be read is `malformed-name`, and other entries may tell whom it is for.
    if !names.entries.is_empty() || names.extension == SanExtension::Unreadable || !may_serve(item) {
        return None;
    }
    let common_names = listed(item.identity().subject.common_names());
    Some(Hit::refuse(match common_names.as_str() {
        "" => "no names".to_owned(),
        _ => format!("only common name {common_names}"),
    }))
}

/// True unless it is plainly a CA's, or for something else than a server.
fn may_serve(item: Item<'_>) -> bool {
    let identity = item.identity();
    let signs = identity.key_usage.is_some_and(|usage| usage.contains(KeyUsage::KEY_CERT_SIGN));
    // Roots of before version 3 do not say that they are CAs.
    let is_old_root = item.certificate().is_some_and(|cert| cert.version < 3 && cert.is_self_signed());
    let serves = |purpose: &Purpose| matches!(purpose, Purpose::ServerAuth | Purpose::Any) || purpose.is_gated();
    let is_meant = identity.purposes.as_ref().is_none_or(|purposes| purposes.iter().any(serves));
    !identity.is_ca() && !signs && !is_old_root && is_meant
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::{leaf, request, subject};
    use crate::facts::{BasicConstraints, Certificate, GeneralName};

    fn judged(common_names: &[&str], change: impl FnOnce(&mut Certificate)) -> Option<String> {
        let mut cert = leaf([]);
        (cert.identity.subject, cert.identity.names.extension) = (subject(common_names), SanExtension::Absent);
        change(&mut cert);
        check(Item::Certificate(&cert), &Context::plain()).map(|hit| hit.detail)
    }

    #[test]
    fn refuses_a_certificate_without_names() {
        assert_eq!(judged(&["Contoso Mail"], |_| {}).as_deref(), Some("only common name Contoso Mail"));
        assert_eq!(judged(&[], |_| {}).as_deref(), Some("no names"));
        assert!(judged(&["192.0.2.5"], |cert| cert.identity.purposes = None).is_some());
    }

    #[test]
    fn refuses_a_request_without_names() {
        let asked = |usage| {
            let mut request = request(leaf([]));
            (request.identity.subject, request.identity.key_usage) = (subject(&["Contoso Mail"]), usage);
            (request.identity.names.extension, request.identity.purposes) = (SanExtension::Absent, None);
            check(Item::Request(&request), &Context::plain()).map(|hit| hit.detail)
        };
        assert_eq!(asked(None).as_deref(), Some("only common name Contoso Mail"));
        assert_eq!(asked(Some(KeyUsage::KEY_CERT_SIGN)), None);
    }

    #[test]
    fn says_nothing_of_what_is_for_no_server() {
        let constraints = Some(BasicConstraints { ca: true, path_length: None });
        assert_eq!(judged(&["Root"], |cert| cert.identity.basic_constraints = constraints), None);
        assert_eq!(judged(&["Root"], |cert| cert.identity.key_usage = Some(KeyUsage::KEY_CERT_SIGN)), None);
        assert_eq!(judged(&["Kim"], |cert| cert.identity.purposes = Some(vec![Purpose::ClientAuth])), None);
        let root = |cert: &mut Certificate| (cert.version, cert.issuer) = (1, subject(&["Root"]));
        assert_eq!(judged(&["Root"], root), None);
    }

    #[test]
    fn says_nothing_where_there_is_a_name_or_a_list_that_cannot_be_read() {
        let name = GeneralName::Email("kim@contoso.com".into());
        assert_eq!(judged(&["Kim"], |cert| cert.identity.names.entries.push(name)), None);
        assert_eq!(judged(&["Kim"], |cert| cert.identity.names.extension = SanExtension::Unreadable), None);
    }
}
