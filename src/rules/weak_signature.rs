//! Signed over MD5 or SHA-1.

use super::{Check, Context, Hit, Level, Remedy, Rule, Source};
use crate::clients::{Client, Fault, OldDigests};
use crate::facts::{Certificate, Digest};

pub(super) const RULE: Rule = Rule {
    code: "weak-signature",
    title: "the signature can be forged",
    why: "MD5 and SHA-1 no longer protect a signature. Public CAs stopped using them, and clients of today refuse them \
          even where the root is trusted.",
    fix: "Have a new certificate issued; every CA signs over SHA-256 now.",
    source: Source::BaselineRequirements("7.1.3.2"),
    fault: Some(Fault::Unfit),
    check: Check::ClientCertificate(check),
};

fn check(cert: &Certificate, client: Option<&Client>, ctx: &Context<'_>) -> Option<Hit> {
    if !matches!(cert.signature.digest, Digest::Md5 | Digest::Sha1) {
        return None;
    }
    let level = match client {
        None => ctx.authority.forbids_or_warns(),
        Some(client) if client.demands.old_digests == OldDigests::Refused => Level::Refused,
        Some(_) => return None,
    };
    Some(Hit::new(level, cert.signature.to_string()).remedy(Remedy::Reissue))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::leaf;

    #[test]
    fn reports_sha_1() {
        let mut cert = leaf(["mail.contoso.com"]);
        cert.signature.digest = Digest::Sha1;
        assert_eq!(check(&cert, None, &Context::private()).unwrap().level, Level::Warning);
        let strict = crate::clients::ALL.iter().find(|client| client.demands.old_digests == OldDigests::Refused);
        assert_eq!(check(&cert, strict.copied(), &Context::private()).unwrap().level, Level::Refused);
    }

    #[test]
    fn says_nothing_for_a_client_that_takes_it() {
        let mut cert = leaf(["mail.contoso.com"]);
        cert.signature.digest = Digest::Sha1;
        let lax = crate::clients::ALL.iter().find(|client| client.demands.old_digests == OldDigests::Accepted);
        assert_eq!(check(&cert, lax.copied(), &Context::private()), None);
    }

    #[test]
    fn accepts_sha_256() {
        assert_eq!(check(&leaf(["mail.contoso.com"]), None, &Context::public()), None);
    }
}
