//! When a phrase is the one shown: some clients tell cases apart.

use super::matching::reads_common_name;
use super::{CommonName, SanForm};
use crate::facts::{Host, Identity, KeyKind, KeyUsage, NameFault, SanExtension, Target};

/// When a phrase is the one shown: some clients tell cases apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Always.
    Always,
    /// The target is an address and the certificate has no iPAddress.
    AddressWithoutAddresses,
    /// The target is an address and there is no SAN extension.
    AddressWithoutSan,
    /// The target is an address.
    Address,
    /// There is no SAN extension, and the common name fits the target as Go compares them.
    OnlyCommonNameFits,
    /// The common name was compared: there is one, and neither dNSName nor iPAddress.
    CommonNameInTheirPlace,
    /// The certificate has neither dNSName nor iPAddress.
    NeitherNameNorAddress,
    /// The target is no host name to Java's SNIHostName.
    IllegalToJava,
    /// The certificate has no dNSName.
    NoDnsName,
    /// The target is a name and the SAN has one of these forms.
    SanIs(&'static [SanForm]),
    /// The SAN names nothing at all.
    NoNames,
    /// It may sign certificates, and basicConstraints say that it is no CA's.
    SignsForNoAuthority,
    /// It may sign certificates, and there are no basicConstraints.
    SignsUnstated,
    /// Its own key is an RSA key of fewer bits.
    ShortRsaKey(u32),
}

impl When {
    pub(super) fn holds(self, target: &Target, identity: &Identity) -> bool {
        let (names, is_address) = (&identity.names, target.address().is_some());
        let signs = || identity.key_usage.is_some_and(|usage| usage.contains(KeyUsage::KEY_CERT_SIGN));
        let neither = || reads_common_name(CommonName::IfNoDnsOrAddress, identity);
        match self {
            Self::Always => true,
            Self::Address => is_address,
            Self::AddressWithoutAddresses => is_address && names.addresses().next().is_none(),
            Self::AddressWithoutSan => is_address && names.extension == SanExtension::Absent,
            Self::OnlyCommonNameFits => {
                let last = || identity.subject.common_names().next_back();
                names.extension == SanExtension::Absent
                    && last().is_some_and(|name| go_matches(name.as_bytes(), target.text().as_bytes()))
            }
            Self::CommonNameInTheirPlace => neither() && identity.subject.common_names().next().is_some(),
            Self::NeitherNameNorAddress => neither(),
            Self::IllegalToJava => is_illegal_to_java(target),
            Self::SanIs(forms) => !is_address && forms.iter().any(|form| form.is_of(names)),
            Self::NoDnsName => !names.has_dns(),
            Self::NoNames => names.entries.is_empty(),
            Self::SignsForNoAuthority => signs() && identity.basic_constraints.is_some() && !identity.is_ca(),
            Self::SignsUnstated => signs() && identity.basic_constraints.is_none(),
            Self::ShortRsaKey(least) => matches!(identity.key.kind, KeyKind::Rsa { bits, .. } if bits < least),
        }
    }
}

/// As matchHostnames in Go's crypto/x509: label by label, where a first label that is a star fits any.
fn go_matches(pattern: &[u8], host: &[u8]) -> bool {
    let bracketed = host.strip_prefix(b"[").and_then(|host| host.strip_suffix(b"]"));
    let host = bracketed.unwrap_or_else(|| host.strip_suffix(b".").unwrap_or(host));
    if pattern.is_empty() || host.is_empty() {
        return false;
    }
    let rest = |name: &[u8]| name.iter().position(|&octet| octet == b'.').map(|dot| name[dot..].to_ascii_lowercase());
    match pattern.strip_prefix(b"*") {
        Some(after) if after.is_empty() || after.starts_with(b".") => rest(pattern) == rest(host),
        _ => pattern.eq_ignore_ascii_case(host),
    }
}

/// SNIHostName obeys STD3 rules and knows no dot at the end; it minds neither a number at the end nor the whole length.
pub(super) fn is_illegal_to_java(target: &Target) -> bool {
    match target.host() {
        Host::Address(_) => false,
        Host::Name(name) => name.as_str().contains('_'),
        Host::Malformed(NameFault::Idna) if !target.text().as_bytes().is_ascii() => true,
        Host::Malformed(NameFault::NumericEnd | NameFault::Long { .. } | NameFault::Idna) => {
            let fair = |character: char| character.is_alphanumeric() || ".-".contains(character);
            !target.text().as_str().is_some_and(|text| text.chars().all(fair))
        }
        Host::Malformed(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::target;

    #[test]
    fn tells_what_java_takes_for_a_host_name() {
        for (host, illegal) in [
            ("mail.contoso.com", false),
            ("mail.contoso.com.", false),
            (".contoso.com", true),
            ("my_host.contoso.com", true),
            ("a b", true),
            ("192.0.2", false),
            ("xn--a.com", false),
            ("_sip.2.3.4", true),
            ("*.0.2.5", true),
            ("192.0.2.5", false),
        ] {
            assert_eq!(is_illegal_to_java(&target(host)), illegal, "{host}");
        }
    }

    #[test]
    fn compares_a_common_name_as_go_does() {
        for (pattern, host, fits) in [
            ("*.a.example", "B.A.example.", true),
            ("*.a.example", "a.example", false),
            ("*.a.example", "c.b.a.example", false),
            ("b*.a.example", "bc.a.example", false),
            ("192.0.2.5", "192.0.2.5", true),
            ("2001:db8::1", "[2001:db8::1]", true),
            ("", "a.example", false),
        ] {
            assert_eq!(go_matches(pattern.as_bytes(), host.as_bytes()), fits, "{pattern} {host}");
        }
    }
}
