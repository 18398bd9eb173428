//! The certificate is not meant for servers.

use super::{Authority, Check, Context, Hit, Remedy, Rule, Source};
use crate::clients::{Demands, Fault, ServerAuth, Substitute};
use crate::error::listed;
use crate::facts::{Item, Purpose};

pub(super) const RULE: Rule = Rule {
    code: "no-server-auth",
    title: "the certificate is not meant for servers",
    why: "The extended key usage lists what a certificate is for. When it is there and server authentication \
          (serverAuth) is not on it, clients refuse the certificate; Apple's systems want it to be there.",
    fix: "Ask for a certificate for server authentication, for instance with the Web Server template.",
    source: Source::BaselineRequirements("7.1.2.7.10"),
    fault: Some(Fault::Purpose),
    check: Check::ClientItem(check),
};

fn check(item: Item<'_>, demands: Option<&Demands>, ctx: &Context<'_>) -> Option<Hit> {
    let purposes = item.identity().purposes.as_deref();
    let has = |purpose| purposes.is_some_and(|list: &[Purpose]| list.contains(&purpose));
    if has(Purpose::ServerAuth) {
        return None;
    }
    let (required, instead): (bool, &[Substitute]) = match demands {
        // What a CA adds to a request is not known.
        None => (ctx.authority == Authority::Public && item.certificate().is_some(), &[Substitute::Any]),
        Some(demands) => match demands.server_auth {
            ServerAuth::Ignored => return None,
            ServerAuth::IfPresent(instead) => (false, instead),
            ServerAuth::RequiredFrom(date) => {
                (item.not_before().is_some_and(|issued| issued >= date), &[Substitute::Any])
            }
        },
    };
    let serves = |purpose: &Purpose| instead.iter().any(|substitute| substitute.is(purpose));
    let detail = match purposes {
        None if required => "there is no extended key usage".to_owned(),
        Some(list) if list.iter().any(serves) && !required => return None,
        Some(list) => format!("only for {}", listed(list)),
        None => return None,
    };
    Some(Hit::refuse(detail).remedy(Remedy::Reissue))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clients::Client;
    use crate::facts::fixture::leaf;

    fn judged(purposes: Option<Vec<Purpose>>, demands: Option<&Demands>, ctx: &Context<'_>) -> Option<String> {
        let mut cert = leaf(["mail.contoso.com"]);
        cert.identity.purposes = purposes;
        check(Item::Certificate(&cert), demands, ctx).map(|hit| hit.detail)
    }

    #[test]
    fn refuses_other_purposes() {
        let client_only = Some(vec![Purpose::ClientAuth]);
        assert_eq!(judged(client_only, None, &Context::private()).unwrap(), "only for clientAuth");
    }

    #[test]
    fn wants_the_extension_where_it_is_required() {
        assert!(judged(None, None, &Context::public()).is_some());
        let apple = Client::find("apple-mail").map(|client| &client.demands);
        assert!(judged(None, apple, &Context::private()).is_some());
        assert!(judged(Some(vec![Purpose::Any]), apple, &Context::private()).is_some());
    }

    #[test]
    fn goes_by_what_clients_take_in_its_place() {
        let sgc = || Some(vec![Purpose::Other("1.3.6.1.4.1.311.10.3.3".into())]);
        for (client, any, gated) in
            [("openssl", false, true), ("gnutls", true, false), ("jsse", true, true), ("rustls", false, false)]
        {
            let demands = Client::find(client).map(|client| &client.demands);
            let takes = |purposes| judged(purposes, demands, &Context::private()).is_none();
            assert_eq!((takes(Some(vec![Purpose::Any])), takes(sgc())), (any, gated), "{client}");
        }
    }

    #[test]
    fn accepts_server_authentication_any_purpose_and_no_list() {
        let server = Some(vec![Purpose::ClientAuth, Purpose::ServerAuth]);
        assert_eq!(judged(server, None, &Context::public()), None);
        assert_eq!(judged(Some(vec![Purpose::Any]), None, &Context::private()), None);
        assert_eq!(judged(None, None, &Context::private()), None);
    }
}
