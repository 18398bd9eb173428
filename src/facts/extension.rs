//! Extensions by their object identifiers.

/// subjectAltName
pub const SUBJECT_NAMES: &str = "2.5.29.17";
/// nameConstraints
pub const NAME_CONSTRAINTS: &str = "2.5.29.30";
/// cRLDistributionPoints
pub const REVOCATION_LISTS: &str = "2.5.29.31";
/// certificatePolicies
pub const POLICIES: &str = "2.5.29.32";
/// The policy in them that stands for all.
pub const ANY_POLICY: &str = "2.5.29.32.0";
/// policyMappings
pub const POLICY_MAPPINGS: &str = "2.5.29.33";
/// authorityKeyIdentifier
pub const AUTHORITY_KEY: &str = "2.5.29.35";
/// policyConstraints
pub const POLICY_CONSTRAINTS: &str = "2.5.29.36";
/// inhibitAnyPolicy
pub const INHIBIT_ANY_POLICY: &str = "2.5.29.54";
/// subjectKeyIdentifier
pub const SUBJECT_KEY: &str = "2.5.29.14";
/// basicConstraints
pub const BASIC_CONSTRAINTS: &str = "2.5.29.19";
/// issuerAltName
pub const ISSUER_NAMES: &str = "2.5.29.18";
/// authorityInfoAccess
pub const AUTHORITY_ACCESS: &str = "1.3.6.1.5.5.7.1.1";
/// id-pkix-ocsp-nocheck
pub const NO_CHECK: &str = "1.3.6.1.5.5.7.48.1.5";
/// TLS feature
pub const TLS_FEATURE: &str = "1.3.6.1.5.5.7.1.24";
/// Embedded signed certificate timestamps (RFC 6962 §3.3)
pub const TIMESTAMPS: &str = "1.3.6.1.4.1.11129.2.4.2";
/// qcStatements (RFC 3739 §3.2.6)
pub const QUALIFIED: &str = "1.3.6.1.5.5.7.1.3";
/// Netscape's certificate type
pub const NETSCAPE_TYPE: &str = "2.16.840.1.113730.1.1";

/// What every program understands where it is critical: keyUsage, subjectAltName, basicConstraints and extKeyUsage.
pub(crate) const UNIVERSAL: [&str; 4] = ["2.5.29.15", SUBJECT_NAMES, BASIC_CONSTRAINTS, "2.5.29.37"];

/// The name of an extension in its standard, or the identifier where that is not known here.
pub fn extension_name(oid: &str) -> &str {
    match oid {
        NAME_CONSTRAINTS => "nameConstraints",
        REVOCATION_LISTS => "cRLDistributionPoints",
        POLICIES => "certificatePolicies",
        ANY_POLICY => "certificatePolicies (anyPolicy)",
        POLICY_MAPPINGS => "policyMappings",
        AUTHORITY_KEY => "authorityKeyIdentifier",
        POLICY_CONSTRAINTS => "policyConstraints",
        INHIBIT_ANY_POLICY => "inhibitAnyPolicy",
        SUBJECT_KEY => "subjectKeyIdentifier",
        ISSUER_NAMES => "issuerAltName",
        AUTHORITY_ACCESS => "authorityInfoAccess",
        NO_CHECK => "ocsp-nocheck",
        TLS_FEATURE => "tlsfeature",
        QUALIFIED => "qcStatements",
        TIMESTAMPS => "signed certificate timestamps",
        NETSCAPE_TYPE => "nsCertType",
        other => other,
    }
}
