//! A plan becomes a request or a certificate.
//!
//! rcgen builds the structure. Its distinguished names are maps, in which a second OU or DC replaces the first, so
//! the subject is put in as DER, and only then is the whole signed, once. What was made is read again and compared
//! with the plan before anybody gets it.

mod authority;
mod draft;
mod emit;
mod key;
mod pfx;
mod structure;
mod template;
mod tls_alpn;

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use rcgen::{
    CertificateParams, CustomExtension, ExtendedKeyUsagePurpose, IsCa, KeyIdMethod, KeyUsagePurpose, SerialNumber,
};
use time::OffsetDateTime;

use crate::Error;
use crate::facts::{
    Certificate, GeneralName, Identity, KeyKind, Moment, PrivateKey, Purpose, Request, SanExtension, to_base64,
};
use crate::plan::Plan;

pub use authority::{Issuer, Leaf, NewAuthority};
pub use draft::draft;
pub use emit::{Contact, Emit, emit, new_key_request};
pub use key::{KeyChoice, SigningKey, encrypted_pkcs8_pem, generate, pkcs8_pem};
pub use pfx::{For, pfx};
pub(crate) use structure::subject_alt_name;
pub(crate) use template::{environment, powershell, render, windows};
pub(crate) use tls_alpn::tls_alpn;

/// Days that a self-signed certificate lives unless told otherwise: inside every client's limit (Apple allows 825 for
/// roots that an administrator added, 398 for others; support.apple.com/103769, /102028).
pub const SELF_SIGNED_DAYS: i64 = 397;

/// A certificate begins this much earlier, because clocks differ.
pub(crate) const EARLIER: i64 = 3600;

/// The request (PKCS#10, RFC 2986) for a plan, signed with its key. Asks for no basicConstraints.
///
/// # Errors
/// [`Error::Issue`] when it does not read back as planned.
pub fn request(plan: &Plan, key: &SigningKey) -> Result<Request, Error> {
    let params = parameters(plan, key)?;
    let draft = params.serialize_request(&structure::Unsigned(key)).map_err(failed)?;
    let der = structure::finish(draft.der(), &[(1, &plan.subject.der)], key)?;
    let request = Request::from_der(&der).map_err(|cause| Error::Issue { cause })?;
    compare(plan, key, &request.identity)?;
    Ok(request)
}

/// A certificate for a plan that is signed with its own key: for servers only, no CA, with a random serial number.
/// It lives `days` days of 86,400 s, from an hour before `at`.
///
/// # Errors
/// As [`request`].
pub fn self_signed(plan: &Plan, key: &SigningKey, at: Moment, days: i64) -> Result<Certificate, Error> {
    let mut params = parameters(plan, key)?;
    let begin = at.plus_seconds(-EARLIER);
    if days < 1 {
        let hint = "pass --days with a number of at least 1";
        return Err(Error::Conflict { cause: format!("a certificate cannot live {days} days"), hint });
    }
    params.not_before = calendar(begin)?;
    // Both ends count (RFC 5280 §4.1.2.5).
    params.not_after = calendar(begin.plus_days(days).plus_seconds(-1))?;
    params.serial_number = Some(serial()?);
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_identifier_method = KeyIdMethod::Sha256;
    params.use_authority_key_identifier_extension = true;
    let draft = params.self_signed(&structure::Unsigned(key)).map_err(failed)?;
    // Issuer and subject are the same.
    let der = structure::finish(draft.der(), &[(3, &plan.subject.der), (5, &plan.subject.der)], key)?;
    let cert = Certificate::from_der(&der).map_err(|cause| Error::Issue { cause })?;
    compare(plan, key, &cert.identity)?;
    Ok(cert)
}

/// A request in PEM, lines ending in LF.
pub fn request_pem(request: &Request) -> String {
    armour("CERTIFICATE REQUEST", &request.der)
}

/// A certificate in PEM, lines ending in LF.
pub fn certificate_pem(cert: &Certificate) -> String {
    armour("CERTIFICATE", &cert.der)
}

/// PEM as RFC 7468 §3 wants it: lines of 64 characters that end in LF.
pub(crate) fn armour(label: &str, der: &[u8]) -> String {
    const LINE: usize = 64;
    /// How many lines are made at once.
    const LINES: usize = 16;
    // Room for all of it, so that growing leaves no copy of a private key behind.
    let mut text = Vec::with_capacity(2 * label.len() + 40 + der.len().div_ceil(3) * 4 + der.len().div_ceil(48));
    ["-----BEGIN ", label, "-----\n"].iter().for_each(|part| text.extend_from_slice(part.as_bytes()));
    for octets in der.chunks(LINES * LINE / 4 * 3) {
        let mut characters = [0; LINES * LINE];
        for line in to_base64(octets, &mut characters).chunks(LINE) {
            text.extend_from_slice(line);
            text.push(b'\n');
        }
    }
    ["-----END ", label, "-----\n"].iter().for_each(|part| text.extend_from_slice(part.as_bytes()));
    String::from_utf8(text).expect("labels are text, and base64 is ASCII")
}

/// Base64 without padding, for URLs (RFC 4648 §5).
pub(crate) fn base64url(octets: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(octets)
}

/// What request and certificate share. The subject stays empty until [`structure::finish`].
fn parameters(plan: &Plan, key: &PrivateKey) -> Result<CertificateParams, Error> {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.key_usages = match key.public.kind {
        KeyKind::Rsa { .. } => vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyEncipherment],
        _ => vec![KeyUsagePurpose::DigitalSignature],
    };
    params.extended_key_usages = plan.purposes.iter().filter_map(extended_key_usage).collect();
    let names = structure::subject_alt_name(plan.general_names())?;
    let mut extension = CustomExtension::from_oid_content(&[2, 5, 29, 17], names);
    // RFC 5280 §4.2.1.6: critical if and only if the subject is empty.
    extension.set_criticality(plan.subject.is_empty());
    params.custom_extensions = vec![extension];
    Ok(params)
}

fn extended_key_usage(purpose: &Purpose) -> Option<ExtendedKeyUsagePurpose> {
    match purpose {
        Purpose::ServerAuth => Some(ExtendedKeyUsagePurpose::ServerAuth),
        Purpose::ClientAuth => Some(ExtendedKeyUsagePurpose::ClientAuth),
        _ => None,
    }
}

fn calendar(moment: Moment) -> Result<OffsetDateTime, Error> {
    OffsetDateTime::from_unix_timestamp(moment.unix())
        .ok()
        .filter(|time| (1950..=9999).contains(&time.year()))
        .ok_or_else(|| Error::Conflict {
            cause: format!("no certificate can hold the time {moment}"),
            hint: "pass fewer --days, or look at the clock",
        })
}

/// 20 random octets, positive and below 2^159 (BR 7.1.2.7).
fn serial() -> Result<SerialNumber, Error> {
    let mut octets = [0; 20];
    aws_lc_rs::rand::fill(&mut octets).map_err(failed)?;
    octets[0] = octets[0] & 0x3f | 0x40;
    Ok(SerialNumber::from_slice(&octets))
}

/// The promise of the first name, kept by looking at what was really written.
fn compare(plan: &Plan, key: &PrivateKey, made: &Identity) -> Result<(), Error> {
    let wrong = |what: &str| Err(Error::Issue { cause: format!("{what} did not come out as planned") });
    let names: Vec<&GeneralName> = made.names.entries.iter().collect();
    if !plan.general_names().eq(names.iter().copied()) {
        return wrong("the names");
    }
    if made.names.first_dns().map(|(_, text)| text.as_bytes()) != Some(plan.target.as_str().as_bytes()) {
        return wrong("the first name");
    }
    if made.subject.der != plan.subject.der {
        return wrong("the subject");
    }
    if made.is_ca() || (made.names.extension == SanExtension::Critical) != plan.subject.is_empty() {
        return wrong("the extensions");
    }
    if made.key != key.public {
        return wrong("the key");
    }
    Ok(())
}

fn failed(cause: impl std::fmt::Display) -> Error {
    Error::Issue { cause: cause.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_base64_for_urls() {
        for (octets, text) in [(&b""[..], ""), (b"\xfb\xff", "-_8"), (b"\xfb\xff\xfe", "-__-"), (b"f", "Zg")] {
            assert_eq!(base64url(octets), text);
        }
    }

    #[test]
    fn writes_pem_that_another_reader_reads() {
        for length in (0..200).chain([4096]) {
            let der: Vec<u8> = (0..length).map(|index| (index * 7) as u8).collect();
            let config = pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF);
            let expected = pem::encode_config(&pem::Pem::new("CERTIFICATE", &*der), config);
            assert_eq!(armour("CERTIFICATE", &der), expected, "{length} octets");
        }
    }
}
