//! A small CA: a root, an intermediate, and certificates with the names, keys and lives that a test asks for.

use certfix::facts::Certificate;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose, RsaKeySize, date_time_ymd,
};

/// A CA made for one test.
pub(crate) struct Authority {
    root: CertifiedIssuer<'static, KeyPair>,
    intermediate: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    /// One with new keys.
    pub(crate) fn new() -> Self {
        let key = || KeyPair::generate().unwrap();
        let root = CertifiedIssuer::self_signed(issuer("Test root"), key()).unwrap();
        let intermediate = CertifiedIssuer::signed_by(issuer("Test intermediate"), key(), &root).unwrap();
        Self { root, intermediate }
    }

    /// The root as PEM, which no server sends.
    pub(crate) fn root(&self) -> String {
        self.root.pem()
    }

    /// A certificate from the intermediate.
    pub(crate) fn issue(&self, leaf: &Leaf) -> Credentials {
        let key = match leaf.key {
            Key::P256 => KeyPair::generate().unwrap(),
            Key::Rsa2048 => KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap(),
        };
        let names: Vec<String> = leaf.names.iter().map(|&name| name.to_owned()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        params.distinguished_name.push(DnType::CommonName, leaf.names[0]);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyEncipherment];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        let (first, last) = leaf.years;
        params.not_before = date_time_ymd(first, 1, 1);
        params.not_after = date_time_ymd(last, 12, 31);
        let certificate = params.signed_by(&key, &self.intermediate).unwrap();
        Credentials {
            certificate: certificate.pem(),
            issuers: self.intermediate.pem(),
            key: key.serialize_pem(),
            chain: [certificate.der(), self.intermediate.der()].map(|der| sha256(der)).to_vec(),
        }
    }
}

/// What a certificate shall hold.
pub(crate) struct Leaf {
    /// Host names and addresses in the order of the SAN; the first is the common name too.
    pub(crate) names: &'static [&'static str],
    /// The kind of key.
    pub(crate) key: Key,
    /// The first and the last year of its life, both whole.
    pub(crate) years: (i32, i32),
}

impl Leaf {
    /// With a small key and a life that no run of the tests will see the end of.
    pub(crate) fn new(names: &'static [&'static str]) -> Self {
        Self { names, key: Key::P256, years: (2020, 2049) }
    }
}

/// Kinds of keys.
pub(crate) enum Key {
    P256,
    Rsa2048,
}

/// A certificate with all that a server needs to show it.
pub(crate) struct Credentials {
    /// The certificate as PEM.
    pub(crate) certificate: String,
    /// What a server sends after it, as PEM.
    pub(crate) issuers: String,
    /// The private key as PKCS#8 in PEM.
    pub(crate) key: String,
    /// SHA-256 of what a server sends, the certificate first.
    pub(crate) chain: Vec<[u8; 32]>,
}

/// SHA-256 of a certificate in DER.
pub(crate) fn sha256(der: &[u8]) -> [u8; 32] {
    Certificate::from_der(der).unwrap().sha256()
}

fn issuer(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    // Strict clients want it.
    params.use_authority_key_identifier_extension = true;
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2049, 12, 31);
    params
}
