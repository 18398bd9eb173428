//! A version 1 or 2 certificate.

use super::{Check, Context, Hit, Level, Remedy, Rule, Source};
use crate::clients::{Demands, Fault, Form};
use crate::facts::Certificate;

pub(super) const RULE: Rule = Rule {
    code: "old-version",
    title: "the certificate has an old format",
    why: "Only version 3 certificates can hold extensions, and with them the list of names. Programs in Rust read no \
          other version.",
    fix: "Have a version 3 certificate issued; every tool of the last 20 years makes one when extensions are asked for.",
    source: Source::Rfc(5280, "4.1.2.1"),
    fault: Some(Fault::Unfit),
    check: Check::ClientCertificate(check),
};

fn check(cert: &Certificate, demands: Option<&Demands>, ctx: &Context<'_>) -> Option<Hit> {
    if cert.version == 3 {
        return None;
    }
    let with = if cert.extensions.is_empty() { "" } else { " with extensions" };
    let level = match demands {
        Some(demands) if demands.refused_forms.contains(&Form::OldVersion) => Level::Refused,
        Some(demands) if !with.is_empty() && demands.refused_forms.contains(&Form::OldVersionExtended) => {
            Level::Refused
        }
        Some(_) => return None,
        None if cert.extensions.is_empty() => ctx.authority.forbids_or_warns(),
        // RFC 5280 §4.1.2.9: extensions MUST only appear in version 3.
        None => Level::Refused,
    };
    Some(Hit::new(level, format!("version {}{with}", cert.version)).remedy(Remedy::Reissue))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clients::Client;
    use crate::facts::fixture::leaf;

    #[test]
    fn reports_version_1() {
        let mut cert = leaf(["mail.contoso.com"]);
        cert.version = 1;
        assert_eq!(check(&cert, None, &Context::private()).unwrap().level, Level::Refused);
        cert.extensions.clear();
        assert_eq!(check(&cert, None, &Context::private()).unwrap().level, Level::Warning);
    }

    #[test]
    fn speaks_for_the_clients_that_refuse_it() {
        let mut cert = leaf(["mail.contoso.com"]);
        (cert.version, cert.extensions) = (1, Vec::new());
        let judged = |client| check(&cert, Client::find(client).map(|client| &client.demands), &Context::private());
        assert_eq!(judged("rustls").unwrap().level, Level::Refused);
        assert_eq!((judged("openssl"), judged("go")), (None, None));
        let mut extended = leaf(["mail.contoso.com"]);
        extended.version = 2;
        let judged = |client| check(&extended, Client::find(client).map(|client| &client.demands), &Context::private());
        assert_eq!(judged("go").unwrap().level, Level::Refused);
        assert_eq!(judged("openssl"), None);
    }

    #[test]
    fn accepts_version_3() {
        assert_eq!(check(&leaf(["mail.contoso.com"]), None, &Context::public()), None);
    }
}
