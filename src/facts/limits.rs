//! The names that a CA may sign, by its own certificate (RFC 5280 §4.2.1.10).

use std::net::IpAddr;

use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::{GeneralName as Parsed, GeneralSubtree};
use x509_parser::prelude::FromDer;

use super::extension::NAME_CONSTRAINTS;
use super::{AttributeKind, Certificate, DistinguishedName, GeneralName, read};

/// Comparisons of names and subtrees that are made for one certificate; OpenSSL refuses above as many.
const MOST_COMPARISONS: usize = 1 << 20;
/// The same of other names, which take longer to compare, and of which no certificate has many.
const MOST_OTHERS: usize = 1 << 16;

/// Names beside DNS names and addresses that a CA can be limited to. How it is limited to them, not all programs ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limited {
    /// The subject, and directoryName.
    Directory,
    /// rfc822Name
    Email,
    /// emailAddress in the subject, where there is no rfc822Name.
    SubjectEmail,
    /// uniformResourceIdentifier
    Uri,
}

/// How a CA is limited to names of one kind; unless it is critical, of which the certificate has some.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// The certificate has one that the CA may not sign.
    Broken,
    /// Some are permitted, these or others.
    Permits,
    /// Some are excluded, these or others.
    Excludes,
    /// It is critical.
    Critical,
}

/// True when `issuer` may not sign one of `names`; DNS names and addresses are looked at.
pub(super) fn forbids(issuer: &Certificate, names: &[GeneralName]) -> bool {
    with_limits(issuer, |permitted, excluded| {
        if names.len().saturating_mul(permitted.len() + excluded.len()) > MOST_COMPARISONS {
            return true;
        }
        names.iter().any(|name| {
            let within =
                |trees: &[GeneralSubtree<'_>]| trees.iter().filter_map(|tree| is_within(name, &tree.base)).max();
            // None: nothing is said of names of this kind.
            within(permitted) == Some(false) || within(excluded) == Some(true)
        })
    })
    .unwrap_or(false)
}

/// How `issuer` is limited to the other names of `leaf`.
pub(super) fn limits(issuer: &Certificate, leaf: &Certificate) -> Vec<(Limited, Limit)> {
    let found = with_limits(issuer, |permitted, excluded| {
        let mut found = Vec::new();
        for limited in [Limited::Directory, Limited::Email, Limited::SubjectEmail, Limited::Uri] {
            let (permitted, excluded) = (limited.bases(permitted), limited.bases(excluded));
            if permitted.is_empty() && excluded.is_empty() {
                continue;
            }
            let is_critical = issuer.critical.iter().any(|oid| **oid == *NAME_CONSTRAINTS);
            found.extend(is_critical.then_some((limited, Limit::Critical)));
            let names = limited.names(leaf);
            if names.is_empty() {
                continue;
            }
            let are_many = names.len().saturating_mul(permitted.len() + excluded.len()) > MOST_OTHERS;
            let breaks = |name: &GeneralName| {
                let is_in = |bases: &[Base<'_>]| bases.iter().any(|base| base.holds(name));
                !permitted.is_empty() && !is_in(&permitted) || is_in(&excluded)
            };
            found.extend((are_many || names.iter().any(breaks)).then_some((limited, Limit::Broken)));
            found.extend((!permitted.is_empty()).then_some((limited, Limit::Permits)));
            found.extend((!excluded.is_empty()).then_some((limited, Limit::Excludes)));
        }
        found
    });
    found.unwrap_or_default()
}

/// A subtree of names of one of these kinds.
enum Base<'a> {
    Directory(DistinguishedName),
    Mail(&'a str),
    Host(&'a str),
}

impl Base<'_> {
    /// Whether a name lies in it; one of another kind does not.
    fn holds(&self, name: &GeneralName) -> bool {
        match (self, name) {
            (Self::Directory(base), GeneralName::Directory(name)) => name.is_below(base),
            (Self::Mail(base), GeneralName::Email(text)) => is_mail_at(text.as_bytes(), base.as_bytes()),
            (Self::Host(base), GeneralName::Uri(text)) => {
                host(text.as_bytes()).is_some_and(|host| is_host_of(host, base.as_bytes()))
            }
            _ => false,
        }
    }
}

impl Limited {
    /// `subjects`
    pub const fn words(self) -> &'static str {
        match self {
            Self::Directory => "subjects",
            Self::Email => "e-mail addresses",
            Self::SubjectEmail => "e-mail addresses in subjects",
            Self::Uri => "URIs",
        }
    }

    /// The subtrees that are about these.
    fn bases<'a>(self, trees: &'a [GeneralSubtree<'a>]) -> Vec<Base<'a>> {
        let base = |tree: &'a GeneralSubtree<'a>| match (self, &tree.base) {
            (Self::Directory, Parsed::DirectoryName(name)) => {
                Some(Base::Directory(read::distinguished_name(name.as_raw())))
            }
            (Self::Email | Self::SubjectEmail, Parsed::RFC822Name(text)) => Some(Base::Mail(text)),
            (Self::Uri, Parsed::URI(text)) => Some(Base::Host(text)),
            _ => None,
        };
        trees.iter().filter_map(base).collect()
    }

    /// Those of this certificate.
    fn names(self, leaf: &Certificate) -> Vec<GeneralName> {
        let identity = &leaf.identity;
        let entries = identity.names.entries.iter();
        let own = entries.filter(|entry| {
            matches!(
                (self, entry),
                (Self::Directory, GeneralName::Directory(_))
                    | (Self::Email | Self::SubjectEmail, GeneralName::Email(_))
                    | (Self::Uri, GeneralName::Uri(_))
            )
        });
        let mut names: Vec<GeneralName> = own.cloned().collect();
        let subject = &identity.subject;
        match self {
            Self::Directory if !subject.rdns.is_empty() => names.push(GeneralName::Directory(subject.clone())),
            Self::SubjectEmail if names.is_empty() => {
                let mail = subject.rdns.iter().flatten().filter(|one| one.kind == AttributeKind::EmailAddress);
                names.extend(mail.map(|one| GeneralName::Email(one.value.clone())));
            }
            Self::SubjectEmail => names.clear(),
            Self::Directory | Self::Email | Self::Uri => {}
        }
        names
    }
}

/// What `ask` makes of the permitted and the excluded subtrees, where there are any.
fn with_limits<T>(
    issuer: &Certificate,
    ask: impl FnOnce(&[GeneralSubtree<'_>], &[GeneralSubtree<'_>]) -> T,
) -> Option<T> {
    // Few have any.
    if !issuer.extensions.iter().any(|oid| **oid == *NAME_CONSTRAINTS) {
        return None;
    }
    let (_, parsed) = X509Certificate::from_der(&issuer.der).ok()?;
    let limits = parsed.name_constraints().ok()??.value;
    let permitted = limits.permitted_subtrees.as_deref().unwrap_or_default();
    Some(ask(permitted, limits.excluded_subtrees.as_deref().unwrap_or_default()))
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

/// `a@contoso.com` is the mailbox of that name, one of the host `contoso.com`, and for `.contoso.com` none of it.
fn is_mail_at(mail: &[u8], base: &[u8]) -> bool {
    let at = |text: &[u8]| text.iter().rposition(|byte| *byte == b'@');
    let Some(own) = at(mail) else { return false };
    let host = &mail[own + 1..];
    match at(base) {
        Some(wanted) => mail[..own] == base[..wanted] && host.eq_ignore_ascii_case(&base[wanted + 1..]),
        None => is_host_of(host, base),
    }
}

/// The host in a URI (RFC 3986 §3.2): `https://user@host:443/path`.
fn host(uri: &[u8]) -> Option<&[u8]> {
    let at = uri.windows(3).position(|window| window == b"://")? + 3;
    let authority = uri[at..].split(|byte| b"/?#".contains(byte)).next()?;
    let host = authority.rsplit(|byte| *byte == b'@').next()?;
    host.split(|byte| *byte == b':').next().filter(|host| !host.is_empty())
}

/// Only a leading dot is for what is below (RFC 5280 §4.2.1.10).
fn is_host_of(host: &[u8], base: &[u8]) -> bool {
    if base.starts_with(b".") { is_below(host, base) } else { base.is_empty() || host.eq_ignore_ascii_case(base) }
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

    fn directory(names: &[(AttributeKind, &str)]) -> rcgen::DistinguishedName {
        let mut name = rcgen::DistinguishedName::new();
        for (kind, value) in names {
            let kind = match kind {
                AttributeKind::Organization => rcgen::DnType::OrganizationName,
                _ => rcgen::DnType::CommonName,
            };
            name.push(kind, *value);
        }
        name
    }

    /// A certificate of this subject, with these names in its SAN.
    fn leaf(subject: &[(AttributeKind, &str)], names: &[rcgen::SanType]) -> Certificate {
        let mut parameters = CertificateParams::default();
        parameters.distinguished_name = directory(subject);
        parameters.subject_alt_names = names.to_vec();
        Certificate::from_der(parameters.self_signed(&KeyPair::generate().unwrap()).unwrap().der()).unwrap()
    }

    #[test]
    fn subjects_begin_with_what_is_permitted() {
        let contoso = [(AttributeKind::Organization, "Contoso"), (AttributeKind::CommonName, "mail")];
        let fabrikam = [(AttributeKind::Organization, "Fabrikam"), (AttributeKind::CommonName, "mail")];
        let tree = || vec![Tree::DirectoryName(directory(&[(AttributeKind::Organization, "CONTOSO")]))];
        let (permits, excludes) = (ca(tree(), Vec::new()), ca(Vec::new(), tree()));
        let of = |limit| (Limited::Directory, limit);
        for (authority, subject, found) in [
            (&permits, &contoso[..], vec![of(Limit::Critical), of(Limit::Permits)]),
            (&permits, &fabrikam, vec![of(Limit::Critical), of(Limit::Broken), of(Limit::Permits)]),
            (&permits, &contoso[1..], vec![of(Limit::Critical), of(Limit::Broken), of(Limit::Permits)]),
            (&excludes, &contoso, vec![of(Limit::Critical), of(Limit::Broken), of(Limit::Excludes)]),
            (&excludes, &fabrikam, vec![of(Limit::Critical), of(Limit::Excludes)]),
            (&permits, &[], vec![of(Limit::Critical)]),
        ] {
            assert_eq!(limits(authority, &leaf(subject, &[])), found, "{subject:?}");
            assert!(!forbids(authority, &leaf(subject, &[]).identity.names.entries));
        }
    }

    #[test]
    fn mail_and_uris_are_compared_by_their_hosts() {
        for (base, mail, is_inside) in [
            ("contoso.com", "a@contoso.com", true),
            ("contoso.com", "a@CONTOSO.com", true),
            ("contoso.com", "a@mail.contoso.com", false),
            (".contoso.com", "a@mail.contoso.com", true),
            (".contoso.com", "a@contoso.com", false),
            ("a@contoso.com", "a@contoso.com", true),
            ("a@contoso.com", "A@contoso.com", false),
            ("contoso.com", "contoso.com", false),
        ] {
            assert_eq!(is_mail_at(mail.as_bytes(), base.as_bytes()), is_inside, "{mail} in {base}");
            let ca = ca(vec![Tree::Rfc822Name(base.to_owned())], Vec::new());
            let leaf = leaf(&[], &[rcgen::SanType::Rfc822Name(mail.try_into().unwrap())]);
            let broken = limits(&ca, &leaf).contains(&(Limited::Email, Limit::Broken));
            assert_eq!(broken, !is_inside, "{mail} in {base}");
        }
        for (uri, found) in [
            ("https://user@contoso.com:8443/a@b?c", Some("contoso.com")),
            ("ldap://contoso.com", Some("contoso.com")),
            ("mailto:a@contoso.com", None),
            ("file:///etc", None),
        ] {
            assert_eq!(host(uri.as_bytes()), found.map(str::as_bytes), "{uri}");
        }
        assert!(is_host_of(b"www.contoso.com", b".contoso.com") && !is_host_of(b"www.contoso.com", b"contoso.com"));
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
        let ca = self::ca(vec![Tree::Rfc822Name("contoso.com".to_owned()); 1 << 8], Vec::new());
        let mail = rcgen::SanType::Rfc822Name("a@contoso.com".try_into().unwrap());
        let broken =
            |count| limits(&ca, &leaf(&[], &vec![mail.clone(); count])).contains(&(Limited::Email, Limit::Broken));
        assert!(!broken(1 << 8) && broken((1 << 8) + 1));
    }

    #[test]
    fn a_leading_dot_is_for_what_is_below() {
        assert!(is_below(b"a.contoso.com", b".contoso.com") && !is_below(b"contoso.com", b".contoso.com"));
        assert!(is_below(b"anything", b""));
    }
}
