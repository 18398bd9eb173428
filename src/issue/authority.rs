//! What a CA makes: its own certificates, those that it signs, and the list of those that it revoked.

use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CidrSubnet, CrlDistributionPoint,
    CustomExtension, DistinguishedName, DnType, DnValue, GeneralSubtree, IsCa, KeyIdMethod, KeyUsagePurpose,
    NameConstraints, PublicKeyData, RevocationReason, RevokedCertParams, SerialNumber, SignatureAlgorithm,
};

use super::{EARLIER, SigningKey, calendar, extended_key_usage, failed, serial, structure};
use crate::Error;
use crate::facts::{
    Certificate, Constraints, KeyUsage, Moment, PrivateKey, PublicKey, Purpose, Reason, Request, Revocation,
    RevocationList,
};

/// A certificate of a CA that is to be.
#[derive(Clone, Copy, Debug)]
pub struct NewAuthority<'a> {
    /// Its common name.
    pub name: &'a str,
    /// The names that it may sign.
    pub constraints: &'a Constraints,
    /// How many CAs may stand between it and a server's certificate.
    pub path_length: u8,
    /// Its last second.
    pub end: Moment,
}

/// What a certificate says beside what its request asked for.
#[derive(Clone, Copy, Debug)]
pub struct Leaf<'a> {
    /// Subject and key are the request's.
    pub request: &'a Request,
    /// Content of the subjectAltName extension, DER.
    pub names: &'a [u8],
    /// What the key may be used for.
    pub usage: KeyUsage,
    /// For which purposes.
    pub purposes: &'a [Purpose],
    /// First second.
    pub begin: Moment,
    /// Last second.
    pub end: Moment,
    /// Where the CA's list of revoked certificates is found.
    pub list: Option<&'a str>,
}

/// A CA that can sign: its certificate with its key.
#[derive(Debug)]
pub struct Issuer<'a> {
    certificate: &'a Certificate,
    key: SigningKey,
}

impl NewAuthority<'_> {
    /// A root: signed with its own key, from an hour before `at`.
    ///
    /// # Errors
    /// [`Error::Issue`]
    pub fn root(&self, key: &SigningKey, at: Moment) -> Result<Certificate, Error> {
        let params = self.parameters(at)?;
        let draft = params.self_signed(&structure::Unsigned(key)).map_err(failed)?;
        read(&structure::finish(draft.der(), &[], key)?)
    }

    /// A CA for this key below `issuer`.
    ///
    /// # Errors
    /// As [`NewAuthority::root`].
    pub fn below(&self, issuer: &Issuer<'_>, key: &PublicKey, at: Moment) -> Result<Certificate, Error> {
        let mut params = self.parameters(at)?;
        params.use_authority_key_identifier_extension = true;
        issuer.sign(&params, key, &[])
    }

    fn parameters(&self, at: Moment) -> Result<CertificateParams, Error> {
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, DnValue::Utf8String(self.name.to_owned()));
        params.serial_number = Some(serial()?);
        params.not_before = calendar(at.plus_seconds(-EARLIER))?;
        params.not_after = calendar(self.end)?;
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(self.path_length));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.key_identifier_method = KeyIdMethod::Sha256;
        params.name_constraints = (!self.constraints.is_empty()).then(|| name_constraints(self.constraints));
        Ok(params)
    }
}

/// A kind of name that no subtree is given for is not constrained at all (RFC 5280 §4.2.1.10), and for GnuTLS the addresses of
/// each version are a kind of their own: without networks of a version all its addresses are excluded.
fn name_constraints(constraints: &Constraints) -> NameConstraints {
    let domains = constraints.domains.iter().map(|domain| GeneralSubtree::DnsName(domain.to_string()));
    let networks = constraints.networks.iter().map(|network| CidrSubnet::from_addr_prefix(network.first, network.bits));
    let without = |is_v4: bool| constraints.networks.iter().all(|network| network.first.is_ipv4() != is_v4);
    let all = [(true, CidrSubnet::V4([0; 4], [0; 4])), (false, CidrSubnet::V6([0; 16], [0; 16]))];
    let excluded = all.into_iter().filter(|(is_v4, _)| without(*is_v4)).map(|(_, all)| all);
    NameConstraints {
        permitted_subtrees: domains.chain(networks.map(GeneralSubtree::IpAddress)).collect(),
        excluded_subtrees: excluded.map(GeneralSubtree::IpAddress).collect(),
    }
}

impl<'a> Issuer<'a> {
    /// The CA with this certificate, whose key this is.
    ///
    /// # Errors
    /// [`Error::ForeignKey`] when it is the key of another one, [`Error::UnusableKey`].
    pub fn new(certificate: &'a Certificate, key: &PrivateKey, source: &str) -> Result<Self, Error> {
        if key.public != certificate.identity.key {
            let certificate = certificate.identity.subject.to_string();
            return Err(Error::ForeignKey { key: source.to_owned(), certificate });
        }
        Ok(Self { certificate, key: SigningKey::new(key.clone(), source)? })
    }

    /// A server's certificate, with a random serial number, subject and names octet for octet.
    ///
    /// # Errors
    /// [`Error::Issue`]
    pub fn leaf(&self, leaf: &Leaf<'_>) -> Result<Certificate, Error> {
        let identity = &leaf.request.identity;
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.serial_number = Some(serial()?);
        params.not_before = calendar(leaf.begin)?;
        params.not_after = calendar(leaf.end)?;
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages =
            USAGES.iter().filter(|(usage, _)| leaf.usage.contains(*usage)).map(|(_, bit)| *bit).collect();
        params.extended_key_usages = leaf.purposes.iter().filter_map(extended_key_usage).collect();
        params.key_identifier_method = KeyIdMethod::Sha256;
        params.use_authority_key_identifier_extension = true;
        params.crl_distribution_points =
            leaf.list.iter().map(|url| CrlDistributionPoint { uris: vec![(*url).to_owned()] }).collect();
        let mut names = CustomExtension::from_oid_content(&[2, 5, 29, 17], leaf.names.to_vec());
        // RFC 5280 §4.2.1.6: critical if and only if the subject is empty.
        names.set_criticality(identity.subject.is_empty());
        params.custom_extensions = vec![names];
        let cert = self.sign(&params, &identity.key, &[(5, &identity.subject.der)])?;
        if cert.identity.subject.der != identity.subject.der || cert.identity.key != identity.key {
            return Err(failed("subject and key did not come out as asked for"));
        }
        Ok(cert)
    }

    /// The list of what this CA revoked.
    ///
    /// # Errors
    /// [`Error::Issue`]
    pub fn revocation_list(
        &self,
        number: u64,
        revoked: &[Revocation],
        at: Moment,
        next: Moment,
    ) -> Result<RevocationList, Error> {
        let entry = |revocation: &Revocation| -> Result<RevokedCertParams, Error> {
            Ok(RevokedCertParams {
                serial_number: SerialNumber::from_slice(&revocation.serial.0),
                revocation_time: calendar(revocation.since)?,
                reason_code: revocation.reason.map(reason),
                invalidity_date: None,
            })
        };
        let params = CertificateRevocationListParams {
            this_update: calendar(at)?,
            next_update: calendar(next)?,
            crl_number: SerialNumber::from(number),
            issuing_distribution_point: None,
            revoked_certs: revoked.iter().map(entry).collect::<Result<_, _>>()?,
            key_identifier_method: KeyIdMethod::Sha256,
        };
        let draft = params.signed_by(&self.unsigned()).map_err(failed)?;
        let der = structure::finish(draft.der(), &[(2, &self.certificate.identity.subject.der)], &self.key)?;
        RevocationList::from_der(&der).map_err(|cause| Error::Issue { cause })
    }

    /// The certificate of these parameters for `key`, with these fields in the places of those that rcgen writes.
    fn sign(
        &self,
        params: &CertificateParams,
        key: &PublicKey,
        fields: &[(usize, &[u8])],
    ) -> Result<Certificate, Error> {
        let own: [(usize, &[u8]); 2] = [(3, &self.certificate.identity.subject.der), (6, &key.spki)];
        let draft = params.signed_by(&Asked { key, issuer: &self.key }, &self.unsigned()).map_err(failed)?;
        read(&structure::finish(draft.der(), &[&own, fields].concat(), &self.key)?)
    }

    fn unsigned(&self) -> rcgen::Issuer<'_, structure::Unsigned<'_>> {
        rcgen::Issuer::new(CertificateParams::default(), structure::Unsigned(&self.key))
    }
}

/// The key that a certificate is for. Only its identifier is derived here; the key itself is put in as it was read.
struct Asked<'a> {
    key: &'a PublicKey,
    issuer: &'a SigningKey,
}

impl PublicKeyData for Asked<'_> {
    fn subject_public_key_info(&self) -> Vec<u8> {
        self.key.spki.to_vec()
    }

    fn der_bytes(&self) -> &[u8] {
        &[]
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        self.issuer.algorithm()
    }
}

const USAGES: &[(KeyUsage, KeyUsagePurpose)] = &[
    (KeyUsage::DIGITAL_SIGNATURE, KeyUsagePurpose::DigitalSignature),
    (KeyUsage::CONTENT_COMMITMENT, KeyUsagePurpose::ContentCommitment),
    (KeyUsage::KEY_ENCIPHERMENT, KeyUsagePurpose::KeyEncipherment),
    (KeyUsage::DATA_ENCIPHERMENT, KeyUsagePurpose::DataEncipherment),
    (KeyUsage::KEY_AGREEMENT, KeyUsagePurpose::KeyAgreement),
];

fn reason(reason: Reason) -> RevocationReason {
    match reason {
        Reason::KeyCompromise => RevocationReason::KeyCompromise,
        Reason::AffiliationChanged => RevocationReason::AffiliationChanged,
        Reason::Superseded => RevocationReason::Superseded,
        Reason::CessationOfOperation => RevocationReason::CessationOfOperation,
        Reason::PrivilegeWithdrawn => RevocationReason::PrivilegeWithdrawn,
    }
}

fn read(der: &[u8]) -> Result<Certificate, Error> {
    Certificate::from_der(der).map_err(|cause| Error::Issue { cause })
}
