//! A certificate revocation list as it was read.

use std::fmt;

use x509_parser::asn1_rs::FromDer;
use x509_parser::revocation_list::CertificateRevocationList;

use super::structure::read_fault;
use super::tlv::{self, INTEGER};
use super::{Certificate, DistinguishedName, Moment, PublicKey, Serial, SignatureAlgorithm, Verification, read};

/// A certificate revocation list (RFC 5280 §5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevocationList {
    /// The DER as it was read.
    pub der: Box<[u8]>,
    /// Whose certificates are revoked.
    pub issuer: DistinguishedName,
    /// cRLNumber, when it is there and fits in 64 bits.
    pub number: Option<u64>,
    /// When it was made.
    pub this_update: Moment,
    /// When the next one is made at the latest, when it says so.
    pub next_update: Option<Moment>,
    /// What is revoked, in wire order.
    pub revoked: Vec<Revocation>,
}

/// What several CAs have revoked: the list of each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Revoked(pub Vec<RevocationList>);

/// One revoked certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revocation {
    /// Its serial number.
    pub serial: Serial,
    /// Since when.
    pub since: Moment,
    /// Why, where the list says so.
    pub reason: Option<Reason>,
}

/// Why a certificate is revoked (RFC 5280 §5.3.1), as far as a CA's owner may say it of a server's certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Somebody else may have its private key.
    KeyCompromise,
    /// What it says of its owner is no longer so.
    AffiliationChanged,
    /// Another certificate is in its place.
    Superseded,
    /// Its server is gone.
    CessationOfOperation,
    /// It was signed and should not have been.
    PrivilegeWithdrawn,
}

impl Reason {
    /// Every reason, in the order of lists.
    pub const ALL: [Self; 5] = [
        Self::KeyCompromise,
        Self::AffiliationChanged,
        Self::Superseded,
        Self::CessationOfOperation,
        Self::PrivilegeWithdrawn,
    ];

    /// `key-compromise`, `affiliation-changed`, ...
    pub const fn id(self) -> &'static str {
        match self {
            Self::KeyCompromise => "key-compromise",
            Self::AffiliationChanged => "affiliation-changed",
            Self::Superseded => "superseded",
            Self::CessationOfOperation => "cessation-of-operation",
            Self::PrivilegeWithdrawn => "privilege-withdrawn",
        }
    }

    /// The number that stands for it in a list.
    pub const fn code(self) -> u8 {
        match self {
            Self::KeyCompromise => 1,
            Self::AffiliationChanged => 3,
            Self::Superseded => 4,
            Self::CessationOfOperation => 5,
            Self::PrivilegeWithdrawn => 9,
        }
    }
}

/// `revoked since 2026-09-01, superseded`
impl fmt::Display for Revocation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "revoked since {}", self.since.date())?;
        self.reason.map_or(Ok(()), |reason| write!(out, ", {}", reason.id()))
    }
}

impl Revoked {
    /// Since when and why its own CA has revoked this certificate, when it has.
    pub fn find(&self, cert: &Certificate) -> Option<&Revocation> {
        let own = self.0.iter().filter(|list| list.issuer.is_same(&cert.issuer));
        own.filter_map(|list| list.find(&cert.serial)).next()
    }
}

impl RevocationList {
    /// Reads one list.
    ///
    /// # Errors
    /// What the parser stumbled over, in its words.
    pub fn from_der(der: &[u8]) -> Result<Self, String> {
        let (rest, parsed) = CertificateRevocationList::from_der(der).map_err(|error| read_fault(&error))?;
        let revoked = parsed.iter_revoked_certificates().map(|entry| Revocation {
            serial: Serial(entry.raw_serial().into()),
            since: Moment::from_unix(entry.revocation_date.timestamp()),
            reason: entry
                .reason_code()
                .and_then(|(_, code)| Reason::ALL.into_iter().find(|reason| reason.code() == code.0)),
        });
        Ok(Self {
            der: der[..der.len() - rest.len()].into(),
            issuer: read::distinguished_name(issuer(parsed.tbs_cert_list.as_ref()).unwrap_or_default()),
            number: parsed.crl_number().and_then(|number| u64::try_from(number).ok()),
            this_update: Moment::from_unix(parsed.last_update().timestamp()),
            next_update: parsed.next_update().map(|time| Moment::from_unix(time.timestamp())),
            revoked: revoked.collect(),
        })
    }

    /// Whether `issuer` signed this list.
    pub fn verify_with(&self, issuer: &PublicKey) -> Verification {
        let Ok((_, parsed)) = CertificateRevocationList::from_der(&self.der) else { return Verification::Unsupported };
        let algorithm = SignatureAlgorithm::read(&parsed.signature_algorithm);
        algorithm.verify(issuer, parsed.tbs_cert_list.as_ref(), &parsed.signature_value.data)
    }

    /// Since when and why this certificate is revoked, when it is.
    pub fn find(&self, serial: &Serial) -> Option<&Revocation> {
        self.revoked.iter().find(|revoked| revoked.serial == *serial)
    }
}

/// The Name of the issuer in a TBSCertList (RFC 5280 §5.1), as it was written.
fn issuer(body: &[u8]) -> Option<&[u8]> {
    let (outer, _) = tlv::first(body)?;
    let mut fields = tlv::elements(outer.content).skip_while(|field| field.tag == INTEGER);
    let _algorithm = fields.next()?;
    fields.next().map(|issuer| issuer.whole)
}
