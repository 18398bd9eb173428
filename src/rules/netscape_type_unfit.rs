//! Netscape's certificate type is not that of a server.

use super::{Check, Context, Hit, Level, Remedy, Rule, Source};
use crate::clients::{Demands, Fault, Form};
use crate::facts::Certificate;

pub(super) const RULE: Rule = Rule {
    code: "netscape-type-unfit",
    title: "Netscape's certificate type names no server",
    why: "nsCertType says what a certificate is for, as extKeyUsage does, and nobody needs it any more. Where it is there and \
          server is not among its types, OpenSSL, Java and all that is built on them refuse the certificate.",
    fix: "Have it issued again without nsCertType.",
    source: Source::Vendor("OpenSSL", "https://docs.openssl.org/3.0/man5/x509v3_config/"),
    fault: Some(Fault::NetscapeType),
    check: Check::ClientCertificate(check),
};

/// The bit of a TLS server, and all bits by name.
const SERVER: u8 = 0x40;
const TYPES: [&str; 8] = ["client", "server", "email", "objsign", "reserved", "sslCA", "emailCA", "objCA"];

fn check(cert: &Certificate, demands: Option<&Demands>, _: &Context<'_>) -> Option<Hit> {
    let types = cert.netscape_type.filter(|types| types & SERVER == 0)?;
    let level = match demands {
        None => Level::Warning,
        Some(demands) => demands.refused_forms.contains(&Form::OtherNetscapeType).then_some(Level::Refused)?,
    };
    let is_set = |(bit, _): &(usize, &str)| types & (0x80 >> bit) != 0;
    let names: Vec<&str> = TYPES.into_iter().enumerate().filter(is_set).map(|(_, name)| name).collect();
    let detail = if names.is_empty() { "no type at all".to_owned() } else { format!("only {}", names.join(", ")) };
    Some(Hit::new(level, detail).remedy(Remedy::Reissue))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clients::Client;
    use crate::facts::fixture::leaf;

    fn judged(types: Option<u8>, client: Option<&str>) -> Option<(Level, String)> {
        let cert = Certificate { netscape_type: types, ..leaf(["mail.contoso.com"]) };
        let demands = client.map(|id| &Client::find(id).unwrap().demands);
        check(&cert, demands, &Context::plain()).map(|hit| (hit.level, hit.detail))
    }

    #[test]
    fn speaks_for_the_clients_that_look_at_it() {
        assert_eq!(judged(Some(0xa0), None), Some((Level::Warning, "only client, email".to_owned())));
        assert_eq!(judged(Some(0x80), Some("openssl")), Some((Level::Refused, "only client".to_owned())));
        assert_eq!(judged(Some(0x80), Some("gnutls")), None);
    }

    #[test]
    fn accepts_a_server_and_what_has_no_type() {
        for types in [None, Some(0x40), Some(0xc0)] {
            assert_eq!(judged(types, None), None);
        }
    }
}
