//! The names that a CA may sign, by its own certificate (RFC 5280 §4.2.1.10).

use std::net::IpAddr;

use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::{GeneralName as Parsed, GeneralSubtree};
use x509_parser::prelude::FromDer;

use super::extension::NAME_CONSTRAINTS;
use super::{Certificate, GeneralName};

/// Comparisons of names and subtrees that are made for one certificate; OpenSSL refuses above as many.
const MOST_COMPARISONS: usize = 1 << 20;

/// True when `issuer` may not sign one of `names`. DNS names and addresses are looked at; limits of other kinds are not.
pub(super) fn forbids(issuer: &Certificate, names: &[GeneralName]) -> bool {
    // Few have any.
    if !issuer.extensions.iter().any(|oid| **oid == *NAME_CONSTRAINTS) {
        return false;
    }
    let Ok((_, parsed)) = X509Certificate::from_der(&issuer.der) else { return false };
    let Ok(Some(limits)) = parsed.name_constraints() else { return false };
    let permitted = limits.value.permitted_subtrees.as_deref().unwrap_or_default();
    let excluded = limits.value.excluded_subtrees.as_deref().unwrap_or_default();
    if names.len().saturating_mul(permitted.len() + excluded.len()) > MOST_COMPARISONS {
        return true;
    }
    names.iter().any(|name| {
        let within = |trees: &[GeneralSubtree<'_>]| trees.iter().filter_map(|tree| is_within(name, &tree.base)).max();
        // None: nothing is said of names of this kind.
        within(permitted) == Some(false) || within(excluded) == Some(true)
    })
}

/// Whether a name lies in a subtree; None when that is about names of another kind.
fn is_within(name: &GeneralName, tree: &Parsed<'_>) -> Option<bool> {
    match (name, tree) {
        (GeneralName::Dns(text), Parsed::DNSName(base)) => Some(is_below(text.as_bytes(), base.as_bytes())),
        (GeneralName::Address(IpAddr::V4(address)), Parsed::IPAddress(base)) if base.len() == 8 => {
            Some(is_masked(&address.octets(), base))
        }
        (GeneralName::Address(IpAddr::V6(address)), Parsed::IPAddress(base)) if base.len() == 32 => {
            Some(is_masked(&address.octets(), base))
        }
        _ => None,
    }
}

/// `mail.contoso.com` is below `contoso.com`, and so is that itself; below `.contoso.com` is only the first.
fn is_below(name: &[u8], base: &[u8]) -> bool {
    let Some(front) = name.len().checked_sub(base.len()) else { return false };
    let is_whole_label = front == 0 || base.is_empty() || base.starts_with(b".") || name[front - 1] == b'.';
    name[front..].eq_ignore_ascii_case(base) && is_whole_label && (front > 0 || !base.starts_with(b"."))
}

/// `base` is an address and as long a mask.
fn is_masked(address: &[u8], base: &[u8]) -> bool {
    let (network, mask) = base.split_at(address.len());
    address.iter().zip(network).zip(mask).all(|((octet, network), mask)| octet & mask == network & mask)
}

#[cfg(test)]
mod tests {
    use rcgen::{BasicConstraints, CertificateParams, CidrSubnet, GeneralSubtree as Tree, IsCa, KeyPair};

    use super::*;
    use crate::facts::Text;

    fn ca(permitted: Vec<Tree>, excluded: Vec<Tree>) -> Certificate {
        let mut parameters = CertificateParams::default();
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        parameters.name_constraints =
            Some(rcgen::NameConstraints { permitted_subtrees: permitted, excluded_subtrees: excluded });
        Certificate::from_der(parameters.self_signed(&KeyPair::generate().unwrap()).unwrap().der()).unwrap()
    }

    fn dns(name: &str) -> GeneralName {
        GeneralName::Dns(Text::from(name))
    }

    #[test]
    fn names_below_what_is_permitted_are_allowed() {
        let ca = ca(vec![Tree::DnsName("contoso.com".to_owned())], Vec::new());
        let allowed = [dns("contoso.com"), dns("Mail.Contoso.com"), GeneralName::Address([192, 0, 2, 1].into())];
        assert!(!forbids(&ca, &allowed));
        for other in ["mail.fabrikam.com", "notcontoso.com", "com"] {
            assert!(forbids(&ca, &[dns(other)]), "{other}");
        }
    }

    #[test]
    fn what_is_excluded_is_not() {
        let ca = ca(Vec::new(), vec![Tree::DnsName("contoso.com".to_owned())]);
        assert!(!forbids(&ca, &[dns("mail.fabrikam.com")]));
        assert!(forbids(&ca, &[dns("mail.contoso.com")]));
    }

    #[test]
    fn addresses_are_compared_under_the_mask() {
        let ca = ca(vec![Tree::IpAddress(CidrSubnet::V4([192, 0, 2, 0], [255, 255, 255, 0]))], Vec::new());
        assert!(!forbids(&ca, &[GeneralName::Address([192, 0, 2, 77].into())]));
        assert!(forbids(&ca, &[GeneralName::Address([198, 51, 100, 7].into())]));
    }

    #[test]
    fn more_than_can_be_compared_is_not_allowed() {
        let ca = ca(vec![Tree::DnsName("contoso.com".to_owned()); 1 << 10], Vec::new());
        let names = vec![dns("mail.contoso.com"); (1 << 10) + 1];
        assert!(!forbids(&ca, &names[1..]));
        assert!(forbids(&ca, &names));
    }

    #[test]
    fn a_leading_dot_is_for_what_is_below() {
        assert!(is_below(b"a.contoso.com", b".contoso.com") && !is_below(b"contoso.com", b".contoso.com"));
        assert!(is_below(b"anything", b""));
    }
}
