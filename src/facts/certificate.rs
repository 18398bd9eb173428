//! A certificate as it was read.

use std::fmt;
use std::net::IpAddr;

use aws_lc_rs::digest;
use x509_parser::asn1_rs::{Any, FromDer, Oid};
use x509_parser::certificate::{X509Certificate, X509CertificateParser};
use x509_parser::extensions::{AuthorityKeyIdentifier, X509Extension};
use x509_parser::nom::Parser;

use super::extension::{
    AUTHORITY_KEY, BASIC_CONSTRAINTS, NETSCAPE_TYPE, POLICIES, SUBJECT_KEY, TIMESTAMPS, TLS_FEATURE, UNIVERSAL,
};
use super::read::{self, Body, bit_length};
use super::{
    DAY, DistinguishedName, Flawed, GeneralName, Identity, Moment, Name, ObjectId, PublicKey, SanExtension,
    SignatureAlgorithm, Verification, encoding, extension_values, lower_hex, structure,
};

/// A certificate (RFC 5280 §4.1), with what rules and reports ask of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// The DER as it was read.
    pub der: Box<[u8]>,
    /// Subject, names, key and usages.
    pub identity: Identity,
    /// 1, 2 or 3.
    pub version: u32,
    /// The serial number.
    pub serial: Serial,
    /// The issuer as written.
    pub issuer: DistinguishedName,
    /// First second of validity.
    pub not_before: Moment,
    /// Last second of validity.
    pub not_after: Moment,
    /// True when its issuer has the same name and another key: the old one of a CA, that of a cross certificate, or a CA that was
    /// called as the server is. Without identifiers it is looked for in certificates of servers alone, and where they say that the
    /// key is its own it is not.
    pub is_of_namesake: bool,
    /// How the issuer signed it.
    pub signature: SignatureAlgorithm,
    /// The algorithm that is named inside, where it or its parameters are not those of the signature (RFC 5280 §4.1.1.2).
    pub inner_signature: Option<Box<SignatureAlgorithm>>,
    /// keyIdentifier of the authorityKeyIdentifier.
    pub authority_key_id: Option<Box<[u8]>>,
    /// The other half of the authorityKeyIdentifier, where it is there.
    pub authority_certificate: Option<Box<IssuerAndSerial>>,
    /// subjectKeyIdentifier
    pub subject_key_id: Option<Box<[u8]>>,
    /// certificatePolicies
    pub policies: Vec<ObjectId>,
    /// True when signed certificate timestamps are embedded (RFC 6962 §3.3).
    pub has_timestamps: bool,
    /// Whether the server has to staple OCSP answers (RFC 7633).
    pub must_staple: bool,
    /// True when its basicConstraints are marked critical.
    pub has_critical_constraints: bool,
    /// Netscape's certificate type: bit 0x40 is a TLS server.
    pub netscape_type: Option<u8>,
    /// All extensions in wire order.
    pub extensions: Vec<ObjectId>,
    /// Those of them that are there again (RFC 5280 §4.2 forbids it), where they are.
    pub repeated: Vec<ObjectId>,
    /// Those of them that are critical and that not every program understands.
    pub critical: Vec<ObjectId>,
    /// What is encoded otherwise than every program reads it.
    pub flaws: Vec<Flawed>,
}

/// authorityCertIssuer and authorityCertSerialNumber (RFC 5280 §4.2.1.1): they name one certificate of the CA.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuerAndSerial {
    /// The first directoryName.
    pub issuer: Option<DistinguishedName>,
    /// The serial number.
    pub serial: Option<Serial>,
}

impl IssuerAndSerial {
    fn read(parsed: &AuthorityKeyIdentifier<'_>) -> Option<Box<Self>> {
        let mut names = parsed.authority_cert_issuer.iter().flatten();
        let issuer = names.find_map(|name| match name {
            x509_parser::extensions::GeneralName::DirectoryName(name) => Some(read::distinguished_name(name.as_raw())),
            _ => None,
        });
        let serial = parsed.authority_cert_serial.map(|octets| Serial(octets.into()));
        (issuer.is_some() || serial.is_some()).then(|| Box::new(Self { issuer, serial }))
    }

    /// True when it may name this certificate.
    fn fits(&self, cert: &Certificate) -> bool {
        self.issuer.as_ref().is_none_or(|issuer| issuer.is_same(&cert.issuer))
            && self.serial.as_ref().is_none_or(|serial| serial.is_number(&cert.serial.0))
    }
}

/// A serial number: the content octets of its INTEGER.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Serial(pub Box<[u8]>);

impl Serial {
    /// True for zero.
    pub fn is_zero(&self) -> bool {
        self.0.iter().all(|byte| *byte == 0)
    }

    /// True when the INTEGER is negative.
    pub fn is_negative(&self) -> bool {
        self.0.first().is_some_and(|byte| *byte >= 0x80)
    }

    /// Bits without leading zeros.
    pub fn bits(&self) -> u32 {
        bit_length(&self.0)
    }

    /// True when these octets are the same number, however many zeros it begins with.
    pub fn is_number(&self, octets: &[u8]) -> bool {
        without_zeros(&self.0) == without_zeros(octets)
    }
}

fn without_zeros(octets: &[u8]) -> &[u8] {
    &octets[octets.iter().take_while(|octet| **octet == 0).count()..]
}

/// `03:a1:…`, as OpenSSL shows it: without the zero that only keeps the INTEGER from being negative.
impl fmt::Display for Serial {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = match &*self.0 {
            [0, rest @ ..] if !rest.is_empty() => rest,
            all => all,
        };
        out.write_str(&lower_hex(shown, ":"))
    }
}

impl Certificate {
    /// Reads one certificate that fills `der` to the last byte, or is followed by trust data
    /// (`TRUSTED CERTIFICATE`), which is left aside.
    ///
    /// # Errors
    /// What the parser stumbled over, in its words.
    pub fn from_der(der: &[u8]) -> Result<Self, String> {
        structure::ensure_fields(der)?;
        let mut parser = X509CertificateParser::new().with_deep_parse_extensions(false);
        let (rest, parsed) = parser.parse(der).map_err(|error| structure::read_fault(&error))?;
        Ok(Self::read(&parsed, &der[..der.len() - rest.len()]))
    }

    fn read(parsed: &X509Certificate<'_>, der: &[u8]) -> Self {
        let tbs = &parsed.tbs_certificate;
        let body = Body::read(tbs.as_ref());
        let Body { issuer, subject, .. } = body.unwrap_or_default();
        let mut certificate = Self {
            der: der.into(),
            identity: read::identity(subject, &tbs.subject_pki, tbs.extensions().iter()),
            version: tbs.version.0.saturating_add(1),
            serial: Serial(tbs.raw_serial().into()),
            issuer: read::distinguished_name(issuer),
            not_before: Moment::from_unix(tbs.validity.not_before.timestamp()),
            not_after: Moment::from_unix(tbs.validity.not_after.timestamp()),
            is_of_namesake: false,
            signature: SignatureAlgorithm::read(&parsed.signature_algorithm),
            inner_signature: (tbs.signature != parsed.signature_algorithm)
                .then(|| Box::new(SignatureAlgorithm::read(&tbs.signature))),
            authority_key_id: None,
            authority_certificate: None,
            subject_key_id: None,
            policies: Vec::new(),
            has_timestamps: false,
            must_staple: false,
            has_critical_constraints: false,
            netscape_type: None,
            extensions: Vec::with_capacity(tbs.extensions().len()),
            repeated: Vec::new(),
            critical: Vec::new(),
            flaws: body.as_ref().map(encoding::of_certificate).unwrap_or_default(),
        };
        for extension in tbs.extensions() {
            certificate.read_extension(extension);
            certificate.flaws.extend(extension_values::of_extension(extension.oid.as_bytes(), extension.value));
        }
        certificate.is_of_namesake = certificate.may_be_of_namesake()
            && certificate.verify_with(&certificate.identity.key) == Verification::Fails;
        certificate
    }

    /// True when it is self-issued, and identifiers speak of another key, which some programs write without reason, or of none.
    fn may_be_of_namesake(&self) -> bool {
        let is_silent = self.authority_key_id.is_none() || self.subject_key_id.is_none();
        self.is_self_issued() && (!self.identifies(self) || is_silent && !self.identity.is_ca())
    }

    fn read_extension(&mut self, extension: &X509Extension<'_>) {
        let oid = ObjectId::from(&extension.oid);
        match &*oid {
            AUTHORITY_KEY => {
                if let Ok((_, parsed)) = AuthorityKeyIdentifier::from_der(extension.value) {
                    self.authority_certificate = IssuerAndSerial::read(&parsed);
                    self.authority_key_id = parsed.key_identifier.map(|id| id.0.into());
                }
            }
            // An OCTET STRING: tag and a length of one octet in front.
            SUBJECT_KEY => self.subject_key_id = extension.value.get(2..).map(Into::into),
            POLICIES => self.policies = policies(extension.value),
            TIMESTAMPS => self.has_timestamps = true,
            // A SEQUENCE of INTEGERs, of which 5 is status_request.
            TLS_FEATURE => self.must_staple = extension.value.windows(3).any(|window| window == [2, 1, 5]),
            // A BIT STRING: tag, length and the number of unused bits in front.
            NETSCAPE_TYPE => {
                self.netscape_type = extension.value.strip_prefix(&[3]).and_then(|rest| rest.get(2).copied())
            }
            BASIC_CONSTRAINTS => self.has_critical_constraints = extension.critical,
            _ => {}
        }
        if extension.critical && !UNIVERSAL.contains(&&*oid) {
            self.critical.push(oid.clone());
        }
        if self.extensions.contains(&oid) {
            self.repeated.push(oid.clone());
        }
        self.extensions.push(oid);
    }

    /// True when it is valid, but a tool that renews by itself would have done so: less than 30 days are left, and less than
    /// half of the third of its life at which tools renew.
    pub fn ends_soon(&self, now: Moment) -> bool {
        let left = self.not_after.unix().saturating_sub(now.unix());
        let life = self.not_after.unix().saturating_sub(self.not_before.unix());
        left >= 0 && self.not_before <= now && left < (30 * DAY).min(life / 6)
    }

    /// True when its life has begun and is not over.
    pub fn is_valid_at(&self, now: Moment) -> bool {
        self.not_before <= now && now <= self.not_after
    }

    /// True when issuer and subject are the same name, and nothing says that the keys are not (RFC 5280 §3.2): a root, or a
    /// self-signed leaf.
    pub fn is_self_signed(&self) -> bool {
        self.is_self_issued() && !self.is_of_namesake
    }

    /// True when issuer and subject are the same name, whoever signed it (RFC 5280 §3.2).
    pub fn is_self_issued(&self) -> bool {
        self.issuer.is_same(&self.identity.subject)
    }

    /// True when another key signed it than its own, and nothing in it says so: its issuer has the same name, and neither key
    /// identifier nor serial number tells them apart.
    pub fn seems_self_signed(&self) -> bool {
        self.is_of_namesake && self.identifies(self)
    }

    /// True when it is a CA's and no server's: many servers have certificates that say cA TRUE, because `openssl req -x509`
    /// makes them so, but those name the server.
    pub fn is_plainly_an_authority(&self) -> bool {
        let Identity { subject, names, .. } = &self.identity;
        let is_host = |text: &str| text.parse::<IpAddr>().is_ok() || text.contains('.') && Name::parse(text).is_ok();
        let is_plain = |entry: &GeneralName| {
            matches!(entry, GeneralName::Email(_) | GeneralName::Uri(_) | GeneralName::Directory(_))
        };
        self.identity.is_ca()
            && names.extension != SanExtension::Unreadable
            && names.entries.iter().all(is_plain)
            && !subject.common_names().any(|name| name.as_str().is_some_and(is_host))
    }

    /// True when it says that a public CA has checked its names and nothing else (BR 7.1.6.1).
    pub fn is_domain_validated(&self) -> bool {
        const DOMAIN: &str = "2.23.140.1.2.1";
        // Organization, individual and extended validation.
        const FURTHER: [&str; 3] = ["2.23.140.1.2.2", "2.23.140.1.2.3", "2.23.140.1.1"];
        let policies = || self.policies.iter().map(|policy| &**policy);
        policies().any(|policy| policy == DOMAIN) && !policies().any(|policy| FURTHER.contains(&policy))
    }

    /// Whether `issuer` signed this certificate.
    pub fn verify_with(&self, issuer: &PublicKey) -> Verification {
        let mut parser = X509CertificateParser::new().with_deep_parse_extensions(false);
        let Ok((_, parsed)) = parser.parse(&self.der) else { return Verification::Unsupported };
        self.signature.verify(issuer, parsed.tbs_certificate.as_ref(), &parsed.signature_value.data)
    }

    /// True when names and key identifiers say that `issuer` may have signed this certificate; no signature is checked.
    pub fn names_as_issuer(&self, issuer: &Self) -> bool {
        self.issuer.is_same(&issuer.identity.subject) && self.identifies_key(issuer)
    }

    /// The one of `others` that it names as its issuer, where none of those that it names made its signature.
    pub fn not_signed_by<'a>(&self, others: &[&'a Self]) -> Option<&'a Self> {
        let named = || others.iter().copied().filter(|other| self.names_as_issuer(other));
        let is_signed = || named().any(|issuer| self.verify_with(&issuer.identity.key) != Verification::Fails);
        named().next().filter(|_| !self.is_self_issued() && !is_signed())
    }

    /// True when identifiers, and not names alone, say that the key of `issuer` signed it.
    pub fn points_to_key(&self, issuer: &Self) -> bool {
        self.authority_key_id.is_some() && self.authority_key_id == issuer.subject_key_id
    }

    /// True unless the key identifiers say that `issuer` has another key than the one that signed this certificate.
    pub fn identifies_key(&self, issuer: &Self) -> bool {
        match (&self.authority_key_id, &issuer.subject_key_id) {
            (Some(wanted), Some(has)) => wanted == has,
            _ => true,
        }
    }

    /// True unless the authorityKeyIdentifier names another certificate of the CA than `issuer`.
    pub fn identifies_certificate(&self, issuer: &Self) -> bool {
        self.authority_certificate.as_ref().is_none_or(|named| named.fits(issuer))
    }

    /// Both of them.
    fn identifies(&self, issuer: &Self) -> bool {
        self.identifies_key(issuer) && self.identifies_certificate(issuer)
    }

    /// SHA-256 over the DER.
    pub fn sha256(&self) -> [u8; 32] {
        let mut hash = [0; 32];
        hash.copy_from_slice(digest::digest(&digest::SHA256, &self.der).as_ref());
        hash
    }

    /// SHA-1 over the DER: the thumbprint that Windows shows.
    pub fn sha1(&self) -> [u8; 20] {
        let mut hash = [0; 20];
        hash.copy_from_slice(digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &self.der).as_ref());
        hash
    }
}

/// The policy identifiers: a SEQUENCE of SEQUENCEs that begin with an object identifier.
fn policies(value: &[u8]) -> Vec<ObjectId> {
    let Ok((_, outer)) = Any::from_der(value) else { return Vec::new() };
    let mut rest = outer.data;
    let mut found = Vec::new();
    while let Ok((after, policy)) = Any::from_der(rest) {
        if let Ok((_, oid)) = Oid::from_der(policy.data) {
            found.push(ObjectId::from(&oid));
        }
        rest = after;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::{identity, leaf, subject};
    use crate::facts::{BasicConstraints, Names};

    #[test]
    fn shows_a_serial_number_as_openssl_does() {
        for (octets, shown) in [
            (&[0, 0x9f, 1][..], "9f:01"),
            (&[0x4f, 1], "4f:01"),
            (&[0], "00"),
            (&[0x80, 1], "80:01"),
            (&[1, 0], "01:00"),
        ] {
            assert_eq!(Serial(octets.into()).to_string(), shown);
        }
        let serial = Serial(Box::from([0, 0x9f, 1]));
        assert!(serial.is_number(&[0x9f, 1]) && serial.is_number(&[0, 0x9f, 1]));
        assert!(!serial.is_number(&[0x9f]) && !serial.is_number(&[]));
    }

    #[test]
    fn tells_a_ca_from_a_server_whose_certificate_says_that_it_is_one() {
        let with = |ca: bool, common_name: &str, names: Names| {
            let basic_constraints = Some(BasicConstraints { ca, path_length: None });
            let identity = Identity { subject: subject(&[common_name]), names, basic_constraints, ..identity([]) };
            Certificate { identity, ..leaf([]) }.is_plainly_an_authority()
        };
        let san = |name: &str| identity([name]).names;
        let unreadable = Names { extension: SanExtension::Unreadable, ..Names::default() };
        for (ca, common_name, names, expected) in [
            (true, "Contoso Root CA", Names::default(), true),
            (true, "R12", Names::default(), true),
            (true, "Contoso Inc. Root", Names::default(), true),
            (false, "Contoso Root CA", Names::default(), false),
            (true, "mail.contoso.com", Names::default(), false),
            (true, "*.contoso.com", Names::default(), false),
            (true, "192.0.2.5", Names::default(), false),
            (true, "Mail", san("mail.contoso.com"), false),
            (true, "Mail", san("192.0.2.5"), false),
            (true, "Mail", unreadable, false),
        ] {
            assert_eq!(with(ca, common_name, names), expected, "{ca} {common_name}");
        }
    }
}
