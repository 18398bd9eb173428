//! The certificate does not say which key of its issuer signed it.

use super::{Authority, Check, Context, Hit, Remedy, Rule, Source};
use crate::clients::{Demands, Fault};
use crate::facts::{Certificate, Omission};

pub(super) const RULE: Rule = Rule {
    code: "missing-key-identifier",
    title: "the certificate does not name the key of its issuer",
    why: "A CA has to put the identifier of its own key into all that it signs (authorityKeyIdentifier), so that its \
          certificate is found among others of its name. Old private CAs leave it out, and so does what OpenSSL before 3.0 \
          signs unless it is told otherwise. Most clients search without it; Python refuses the certificate since 3.13.",
    fix: "Have it issued again with an authorityKeyIdentifier; openssl needs authorityKeyIdentifier=keyid in its extensions \
          for that, and certfix ca sign writes one always.",
    source: Source::Rfc(5280, "4.2.1.1"),
    fault: Some(Fault::NoAuthorityKey),
    check: Check::ClientCertificate(check),
};

fn check(cert: &Certificate, demands: Option<&Demands>, ctx: &Context<'_>) -> Option<Hit> {
    let is_wanted = match demands {
        Some(demands) => demands.wanted.contains(&Omission::AuthorityKey),
        None => ctx.authority == Authority::Public,
    };
    let detail = "no authorityKeyIdentifier with the key of the issuer";
    (is_wanted && Omission::AuthorityKey.is_of(cert)).then(|| Hit::refuse(detail).remedy(Remedy::Reissue))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clients::Client;
    use crate::facts::fixture::{issued, leaf};

    fn refuses(cert: &Certificate, client: Option<&str>, ctx: &Context<'_>) -> bool {
        check(cert, client.map(|id| &Client::find(id).unwrap().demands), ctx).is_some()
    }

    #[test]
    fn speaks_for_those_that_want_it() {
        let cert = Certificate { authority_key_id: None, ..leaf(["mail.contoso.com"]) };
        assert!(refuses(&cert, Some("python313"), &Context::private()));
        assert!(refuses(&cert, None, &Context::public()));
        for client in [None, Some("python"), Some("openssl"), Some("go")] {
            assert!(!refuses(&cert, client, &Context::private()));
        }
    }

    #[test]
    fn accepts_one_that_is_there_and_one_that_has_no_place() {
        let own = Certificate { authority_key_id: None, ..issued("mail", "mail") };
        for cert in [leaf(["mail.contoso.com"]), own] {
            assert!(!refuses(&cert, Some("python313"), &Context::public()));
            assert!(!refuses(&cert, None, &Context::public()));
        }
    }
}
