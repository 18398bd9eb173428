//! Signed over MD5 or SHA-1, or over what few programs know.

use super::{Authority, Check, Context, Hit, Level, Remedy, Rule, Source};
use crate::clients::{Demands, Fault};
use crate::facts::{Certificate, Digest, Item, SignatureAlgorithm, issuers};

pub(super) const RULE: Rule = Rule {
    code: "weak-signature",
    title: "the signature is too weak, or of a rare kind",
    why: "MD5 and SHA-1 no longer protect a signature: it can be forged. Public CAs stopped using them, and most clients of \
          today refuse them even where the root is trusted, in the certificates of the issuing CAs too. CAs such as Let's \
          Encrypt refuse requests that are signed so. RIPEMD-160, SHA-512/256 and SHA-3 are what few programs know, and public \
          CAs sign over SHA-256, SHA-384 and SHA-512 alone.",
    fix: "Have a new certificate issued; every CA signs over SHA-256 now. If it is the certificate of an issuing CA, \
          ask the CA for its new one.",
    source: Source::BaselineRequirements("7.1.3.2"),
    fault: Some(Fault::WeakSignature),
    check: Check::ClientChain(check),
};

fn check(item: Item<'_>, chain: &[&Certificate], demands: Option<&Demands>, ctx: &Context<'_>) -> Option<Hit> {
    let cert = match item {
        Item::Certificate(cert) => cert,
        Item::Request(request) if demands.is_none() => return of_request(&request.signature, ctx),
        Item::Request(_) => return None,
    };
    if let Some(hit) = weakness(&cert.signature, demands, ctx) {
        return Some(hit.remedy(Remedy::Reissue));
    }
    // A root is trusted for itself, not for its signature.
    issuers(cert, chain, ctx.trust)
        .find_map(|issuer| Some(weakness(&issuer.signature, demands, ctx)?.of_issuer(issuer)))
}

/// Who signs for itself alone decides what is good enough for it; no client sees it.
fn of_request(signature: &SignatureAlgorithm, ctx: &Context<'_>) -> Option<Hit> {
    if ctx.authority == Authority::Private || !is_old(signature.digest) {
        return None;
    }
    Some(Hit::warn(format!("the request is signed with {signature}, and CAs refuse that")).remedy(Remedy::Reissue))
}

fn is_old(digest: Digest) -> bool {
    matches!(digest, Digest::Md5 | Digest::Sha1)
}

/// Sound, and yet not among those of public CAs. What the digest is is not known of every algorithm.
fn is_rare(digest: Digest) -> bool {
    matches!(digest, Digest::Sha224 | Digest::ShortSha512 | Digest::Sha3 | Digest::Ripemd160)
}

fn weakness(signature: &SignatureAlgorithm, demands: Option<&Demands>, ctx: &Context<'_>) -> Option<Hit> {
    let level = match demands {
        None if is_old(signature.digest) => ctx.authority.forbids_or_warns(),
        None if is_rare(signature.digest) => ctx.authority.forbids()?,
        Some(demands) if !demands.takes(signature.digest) => Level::Refused,
        _ => return None,
    };
    Some(Hit::new(level, signature.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clients::Client;
    use crate::facts::Request;
    use crate::facts::fixture::{leaf, subject};

    fn signed(digest: Digest) -> Certificate {
        let mut cert = leaf(["mail.contoso.com"]);
        cert.signature.digest = digest;
        cert
    }

    fn level(cert: &Certificate, chain: &[&Certificate], client: Option<&str>) -> Option<Level> {
        let demands = client.map(|id| &Client::find(id).unwrap().demands);
        check(Item::Certificate(cert), chain, demands, &Context::private()).map(|hit| hit.level)
    }

    #[test]
    fn reports_sha_1() {
        assert_eq!(level(&signed(Digest::Sha1), &[], None), Some(Level::Warning));
        assert_eq!(level(&signed(Digest::Sha1), &[], Some("openssl")), Some(Level::Refused));
    }

    #[test]
    fn tells_what_public_authorities_never_sign_with() {
        for digest in [Digest::Sha224, Digest::ShortSha512, Digest::Sha3, Digest::Ripemd160] {
            let cert = signed(digest);
            let judged = |ctx: &Context<'_>| check(Item::Certificate(&cert), &[], None, ctx).map(|hit| hit.level);
            assert_eq!(judged(&Context::public()), Some(Level::Refused), "{digest:?}");
            assert_eq!(judged(&Context::private()), None, "{digest:?}");
        }
        assert_eq!(level(&signed(Digest::Sha3), &[], Some("go")), Some(Level::Refused));
        assert_eq!(level(&signed(Digest::Sha3), &[], Some("openssl")), None);
        assert_eq!(level(&signed(Digest::Ripemd160), &[], Some("openssl")), Some(Level::Refused));
    }

    #[test]
    fn says_nothing_for_a_client_that_takes_it() {
        assert_eq!(level(&signed(Digest::Sha1), &[], Some("jsse")), None);
        assert_eq!(level(&signed(Digest::Md5), &[], Some("outlook2007")), None);
    }

    #[test]
    fn looks_at_the_issuing_authorities_but_not_at_the_root() {
        let authority = |issuer: &str| Certificate {
            identity: crate::facts::Identity { subject: subject(&["Test CA"]), ..leaf([]).identity },
            issuer: subject(&[issuer]),
            ..signed(Digest::Sha1)
        };
        let (between, root) = (authority("Root"), authority("Test CA"));
        let cert = leaf(["mail.contoso.com"]);
        assert_eq!(level(&cert, &[&between], None), Some(Level::Warning));
        assert_eq!(level(&cert, &[&between], Some("gnutls")), Some(Level::Refused));
        let hit = check(Item::Certificate(&cert), &[&between], None, &Context::public()).unwrap();
        assert!(hit.detail.starts_with("the issuing CA CN=Test CA: "), "{}", hit.detail);
        assert_eq!(hit.remedy, Remedy::Manual);
        assert_eq!(level(&cert, &[&root], Some("gnutls")), None);
    }

    #[test]
    fn warns_of_a_request_that_public_authorities_refuse() {
        let parameters = rcgen::CertificateParams::new(["mail.contoso.com".to_owned()]).unwrap();
        let der = parameters.serialize_request(&rcgen::KeyPair::generate().unwrap()).unwrap();
        let mut request = Request::from_der(der.der()).unwrap();
        let judged =
            |request: &Request, ctx: &Context<'_>| check(Item::Request(request), &[], None, ctx).map(|hit| hit.level);
        assert_eq!(judged(&request, &Context::public()), None);
        request.signature.digest = Digest::Sha1;
        assert_eq!(judged(&request, &Context::plain()), Some(Level::Warning));
        assert_eq!(judged(&request, &Context::private()), None);
        let apple = Client::find("apple-mail").map(|client| &client.demands);
        assert_eq!(check(Item::Request(&request), &[], apple, &Context::plain()), None);
    }

    #[test]
    fn accepts_sha_256() {
        for client in [None, Some("openssl"), Some("rustls")] {
            assert_eq!(level(&leaf(["mail.contoso.com"]), &[], client), None);
        }
    }
}
