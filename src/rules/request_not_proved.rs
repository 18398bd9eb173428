//! A request whose signature is not by the key that it asks for.

use super::{Check, Context, Hit, Remedy, Rule, Source};
use crate::facts::Verification;

pub(super) const RULE: Rule = Rule {
    code: "request-not-proved",
    title: "the request's own signature does not hold",
    why: "A request is signed with the private key that it asks a certificate for, so that nobody can ask for the key of \
          another. This one was changed after it was signed, or signed with another key, and CAs refuse it.",
    fix: "Make the request again where the private key is; names are changed in a new request, never in one that is signed.",
    source: Source::Rfc(2986, "4.2"),
    fault: None,
    check: Check::Possession(check),
};

fn check(verified: Verification, _: &Context<'_>) -> Option<Hit> {
    let detail = "it was changed after it was signed, or signed with another key";
    (verified == Verification::Fails).then(|| Hit::refuse(detail.to_owned()).remedy(Remedy::Reissue))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Request;
    use crate::rules::Level;

    fn judged(der: &[u8]) -> Option<Hit> {
        check(Request::from_der(der).unwrap().verify(), &Context::public())
    }

    fn request() -> Vec<u8> {
        let parameters = rcgen::CertificateParams::new(["mail.contoso.com".to_owned()]).unwrap();
        parameters.serialize_request(&rcgen::KeyPair::generate().unwrap()).unwrap().der().to_vec()
    }

    #[test]
    fn refuses_a_request_that_was_changed_after_it_was_signed() {
        let mut der = request();
        let name = der.windows(4).position(|octets| octets == b"mail").unwrap();
        der[name] = b'n';
        assert_eq!(judged(&der).unwrap().level, Level::Refused);
    }

    #[test]
    fn accepts_a_request_as_it_was_signed() {
        assert_eq!(judged(&request()), None);
    }
}
