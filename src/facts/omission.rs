//! What RFC 5280 wants in a certificate that a CA made, and that many private CAs leave out.

use super::Certificate;

/// What a certificate lacks. Most programs do without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Omission {
    /// No keyIdentifier in an authorityKeyIdentifier, where another signed it (RFC 5280 §4.2.1.1).
    AuthorityKey,
    /// A CA's, without subjectKeyIdentifier (RFC 5280 §4.2.1.2).
    SubjectKey,
    /// A CA's, without keyUsage (RFC 5280 §4.2.1.3).
    KeyUsage,
    /// A CA's, whose basicConstraints are not critical (RFC 5280 §4.2.1.9).
    Mark,
}

impl Omission {
    /// Each of them, in the order in which OpenSSL looks.
    pub const ALL: [Self; 4] = [Self::Mark, Self::KeyUsage, Self::AuthorityKey, Self::SubjectKey];

    /// True when it is left out of this certificate.
    pub fn is_of(self, cert: &Certificate) -> bool {
        let is_ca = cert.identity.is_ca();
        match self {
            // Versions 1 and 2 have no place for it.
            Self::AuthorityKey => cert.version == 3 && cert.authority_key_id.is_none() && !cert.is_self_signed(),
            Self::SubjectKey => is_ca && cert.subject_key_id.is_none(),
            Self::KeyUsage => is_ca && cert.identity.key_usage.is_none(),
            Self::Mark => is_ca && !cert.has_critical_constraints,
        }
    }

    /// What is said of the certificate: `has no keyUsage`.
    pub const fn words(self) -> &'static str {
        match self {
            Self::AuthorityKey => "has no authorityKeyIdentifier with the key of its issuer",
            Self::SubjectKey => "has no subjectKeyIdentifier",
            Self::KeyUsage => "has no keyUsage",
            Self::Mark => "has basicConstraints that are not critical",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::{issued, leaf};
    use crate::facts::{BasicConstraints, KeyUsage};

    fn of(cert: &Certificate) -> Vec<Omission> {
        Omission::ALL.into_iter().filter(|omission| omission.is_of(cert)).collect()
    }

    #[test]
    fn a_server_has_to_name_the_key_of_its_issuer_alone() {
        let cert = leaf(["mail.contoso.com"]);
        assert_eq!(of(&cert), []);
        let bare = |cert| Certificate { authority_key_id: None, ..cert };
        assert_eq!(of(&bare(cert.clone())), [Omission::AuthorityKey]);
        assert_eq!(of(&bare(issued("mail", "mail"))), [], "nobody else signed it");
        assert_eq!(of(&bare(Certificate { version: 1, ..cert })), []);
    }

    #[test]
    fn a_ca_has_to_say_more() {
        let mut cert = issued("Root", "Root");
        cert.identity.basic_constraints = Some(BasicConstraints { ca: true, path_length: None });
        (cert.identity.key_usage, cert.has_critical_constraints) = (None, false);
        assert_eq!(of(&cert), [Omission::Mark, Omission::KeyUsage, Omission::SubjectKey]);
        (cert.identity.key_usage, cert.has_critical_constraints) = (Some(KeyUsage::KEY_CERT_SIGN), true);
        cert.subject_key_id = Some(Box::from(*b"key"));
        assert_eq!(of(&cert), []);
    }
}
