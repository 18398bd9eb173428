//! The SAN is critical although there is a subject, or not critical although there is none.

use super::{Authority, Check, Context, Hit, Level, Remedy, Rule, Source};
use crate::clients::{Demands, Fault, Form};
use crate::facts::{Certificate, SanExtension};

pub(super) const RULE: Rule = Rule {
    code: "san-critical-mismatch",
    title: "the list of names is marked critical where it must not be, or the reverse",
    why: "The list of names (SAN) has to be marked critical when the subject is empty, because then nothing else says \
          who the certificate is for, and should not be when there is a subject. Java reads no certificate with neither \
          subject nor mark, and Python refuses it since 3.13.",
    fix: "Ask for a new certificate; this mark is the CA's work.",
    source: Source::Rfc(5280, "4.2.1.6"),
    fault: Some(Fault::Unfit),
    check: Check::ClientCertificate(check),
};

fn check(cert: &Certificate, demands: Option<&Demands>, ctx: &Context<'_>) -> Option<Hit> {
    let detail = match (cert.identity.names.extension, cert.identity.subject.is_empty()) {
        (SanExtension::Critical, false) => "critical, with a subject",
        (SanExtension::Present, true) => "not critical, without a subject",
        _ => return None,
    };
    // RFC 5280 has a MUST for the empty subject and a SHOULD for the other; the Baseline Requirements two MUSTs.
    let nameless = cert.identity.subject.is_empty();
    let level = match (demands, ctx.authority) {
        (Some(demands), _) => {
            let refuses = |form| demands.refused_forms.contains(&form);
            let is_refused =
                refuses(Form::UnmarkedNames) || refuses(Form::UnmarkedNamesFromAuthority) && !cert.is_self_signed();
            (nameless && is_refused).then_some(Level::Refused)?
        }
        (None, Authority::Public) => Level::Refused,
        (None, _) if nameless => Level::Warning,
        (None, _) => Level::Note,
    };
    Some(Hit::new(level, detail).remedy(Remedy::Reissue))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clients::Client;
    use crate::facts::fixture::{leaf, subject};

    #[test]
    fn holds_the_mark_against_the_subject() {
        let mut cert = leaf(["mail.contoso.com"]);
        cert.identity.names.extension = SanExtension::Critical;
        assert_eq!(check(&cert, None, &Context::private()).unwrap().level, Level::Note);
        assert_eq!(check(&cert, None, &Context::public()).unwrap().level, Level::Refused);
        cert.identity.subject = subject(&[]);
        assert_eq!(check(&cert, None, &Context::public()), None);
        cert.identity.names.extension = SanExtension::Present;
        assert_eq!(check(&cert, None, &Context::private()).unwrap().level, Level::Warning);
        let judged = |client| check(&cert, Client::find(client).map(|client| &client.demands), &Context::private());
        assert_eq!(judged("jsse").unwrap().level, Level::Refused);
        assert_eq!(judged("openssl"), None);
    }

    #[test]
    fn accepts_an_uncritical_list_with_a_subject() {
        assert_eq!(check(&leaf(["mail.contoso.com"]), None, &Context::public()), None);
    }
}
