//! Public certificates lose client authentication.

use time::macros::date;

use super::{Authority, Check, Context, Hit, Remedy, Rule, Source};
use crate::facts::{Certificate, Moment, Purpose};

pub(super) const RULE: Rule = Rule {
    code: "client-auth-removed",
    title: "public CAs stop signing for client authentication",
    why: "This certificate may also be used by a client, for instance by a mail server that signs in to another one. \
          Public CAs leave that out of new certificates, at the latest from 15 March 2027.",
    fix: "Use a certificate of a private CA where the server itself is the client; for serving mail nothing changes.",
    source: Source::Vendor("Chrome Root Program Policy 1.8", "https://googlechrome.github.io/chromerootprogram/"),
    fault: None,
    check: Check::Certificate(check),
};

/// First day of issue without it (Chrome Root Program Policy 1.8 §1.3.2).
const GONE_FROM: Moment = Moment::from_date(date!(2027 - 03 - 15));

fn check(cert: &Certificate, ctx: &Context<'_>) -> Option<Hit> {
    let purposes = cert.identity.purposes.as_ref()?;
    if ctx.authority != Authority::Public || !purposes.contains(&Purpose::ClientAuth) {
        return None;
    }
    if cert.not_before >= GONE_FROM {
        let detail = format!("issued {} for clientAuth too", cert.not_before.date());
        return Some(Hit::refuse(detail).remedy(Remedy::Reissue));
    }
    Some(Hit::note("the next certificate will not have clientAuth").remedy(Remedy::Reissue))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::{day, leaf};
    use crate::rules::Level;

    fn both() -> Certificate {
        let mut cert = leaf(["mail.contoso.com"]);
        cert.identity.purposes = Some(vec![Purpose::ServerAuth, Purpose::ClientAuth]);
        cert
    }

    #[test]
    fn notes_it_before_the_day_and_refuses_it_after() {
        assert_eq!(check(&both(), &Context::public()).unwrap().level, Level::Note);
        let late = Certificate { not_before: day("2027-03-15"), ..both() };
        assert_eq!(check(&late, &Context::public()).unwrap().level, Level::Refused);
    }

    #[test]
    fn accepts_servers_and_private_authorities() {
        assert_eq!(check(&leaf(["mail.contoso.com"]), &Context::public()), None);
        assert_eq!(check(&both(), &Context::private()), None);
    }
}
