//! A signature that does not fit the key of the issuer that is here.

use super::{Check, Context, Hit, Level, Rule, Source};
use crate::clients::Fault;
use crate::facts::{Certificate, Subject};

pub(super) const RULE: Rule = Rule {
    code: "broken-signature",
    title: "a signature does not fit the issuer's key",
    why: "The issuer that a certificate names is here, and its key did not make the signature. Either an octet changed on \
          the way, in a file that was copied as text for example, or the CA has another key of that name. No client takes \
          such a certificate.",
    fix: "Get the certificate from the CA once more, and the CA's own with it; what is damaged there, too, has to be issued again.",
    source: Source::Rfc(5280, "6.1.3"),
    fault: Some(Fault::SpoiltChain),
    check: Check::Order(check),
};

/// No way is followed further up.
const LONGEST: usize = 10;

fn check(subject: &Subject<'_>, ctx: &Context<'_>) -> Option<Hit> {
    let mut cert = subject.item.certificate()?;
    for _ in 0..LONGEST {
        if let Some(issuer) = cert.not_signed_by(&subject.chain) {
            let is_elsewhere = ctx.trust.is_some_and(|trust| trust.knows_issuer_of(cert));
            return (!is_elsewhere).then(|| hit(cert, issuer));
        }
        let is_next = |other: &&&Certificate| cert.names_as_issuer(other) && other.der != cert.der;
        cert = subject.chain.iter().find(is_next).filter(|_| !cert.is_self_issued())?;
    }
    None
}

fn hit(cert: &Certificate, issuer: &Certificate) -> Hit {
    // Where no identifiers speak of the key, one of the same name may have made it that is not here.
    let level = if cert.points_to_key(issuer) { Level::Refused } else { Level::Warning };
    Hit::new(level, format!("that of {} by {}", cert.identity.subject, cert.issuer))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{Evidence, Source};

    fn signed() -> [rcgen::Certificate; 3] {
        let key = || rcgen::KeyPair::generate().unwrap();
        let params = |name: &str, is_ca: bool| {
            let mut params = rcgen::CertificateParams::new(vec![name.to_owned()]).unwrap();
            params.distinguished_name = rcgen::DistinguishedName::new();
            params.distinguished_name.push(rcgen::DnType::CommonName, name);
            params.use_authority_key_identifier_extension = true;
            params.is_ca = match is_ca {
                true => rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained),
                false => rcgen::IsCa::ExplicitNoCa,
            };
            params
        };
        let root = rcgen::CertifiedIssuer::self_signed(params("root.test", true), key()).unwrap();
        let between = rcgen::CertifiedIssuer::signed_by(params("between.test", true), key(), &root).unwrap();
        let leaf = params("mail.contoso.com", false).signed_by(&key(), &between).unwrap();
        let copy = |cert: &rcgen::Certificate| cert.clone();
        [leaf, copy(between.as_ref()), copy(root.as_ref())]
    }

    fn detail(chain: &[Vec<u8>]) -> Option<String> {
        let mut evidence = Evidence::new(Source::Stdin);
        evidence.certificates.extend(chain.iter().map(|der| Certificate::from_der(der).unwrap()));
        let subjects = evidence.subjects();
        check(&subjects[0], &Context::plain()).map(|hit| format!("{:?}: {}", hit.level, hit.detail))
    }

    #[test]
    fn finds_a_changed_octet_wherever_it_is() {
        let chain = signed().map(|cert| cert.der().to_vec());
        assert_eq!(detail(&chain), None);
        assert_eq!(detail(&chain[..1]), None);
        for (place, told) in [(0, "mail.contoso.com by CN=between.test"), (1, "between.test by CN=root.test")] {
            let mut chain = chain.clone();
            *chain[place].last_mut().unwrap() ^= 1;
            assert_eq!(detail(&chain).unwrap(), format!("Refused: that of CN={told}"));
            assert_eq!(detail(&chain[..place + 1]), None, "the issuer is not here");
        }
    }

    #[test]
    fn takes_the_right_one_of_several() {
        let [leaf, between, _] = signed().map(|cert| cert.der().to_vec());
        let [_, stranger, _] = signed().map(|cert| cert.der().to_vec());
        assert_eq!(detail(&[leaf.clone(), stranger, between]), None);
    }
}
