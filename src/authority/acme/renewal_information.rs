//! When an authority wants a certificate to be renewed (ACME Renewal Information, RFC 9773).

use instant_acme::{CertificateIdentifier, RenewalInfo};
use rustls::pki_types::Der;

use super::directory::Directory;
use super::http::Reach;
use crate::Error;
use crate::facts::{Certificate, Moment};

/// When to renew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// Not before.
    pub start: Moment,
    /// Not after.
    pub end: Moment,
    /// The authority's page that says why.
    pub explanation: Option<String>,
}

impl Window {
    /// The moment in the window that is this certificate's (RFC 9773 §4.2 wants clients to spread out): always the same one,
    /// so that a program that runs once a day does not draw lots each day.
    pub fn moment_for(&self, cert: &Certificate) -> Moment {
        let length = self.end.unix().saturating_sub(self.start.unix()).max(0);
        let hash = cert.sha256();
        let lot = u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]);
        let after = i128::from(length) * i128::from(lot) / (i128::from(u32::MAX) + 1);
        self.start.plus_seconds(i64::try_from(after).unwrap_or(0))
    }
}

/// Asks the authority with this directory when it wants the certificate to be renewed. None when it does not say, or the
/// certificate does not name its issuer's key.
///
/// # Errors
/// Those of [`crate::error::Ordering`]; the certificate can be renewed by its life then.
pub fn window(directory: &str, cert: &Certificate, reach: &Reach<'_>) -> Result<Option<Window>, Error> {
    let (directory, http) = Directory::get(directory, reach)?;
    let Some((base, id)) = directory.renewal_info.zip(identifier(cert)) else { return Ok(None) };
    let page = http.get(&format!("{}/{id}", base.trim_end_matches('/')))?;
    let info: RenewalInfo = serde_json::from_slice(&page)
        .map_err(|cause| http.not_acme(format!("its renewal information cannot be read: {cause}")))?;
    let moment = |time: time::OffsetDateTime| Moment::from_unix(time.unix_timestamp());
    let (start, end) = (moment(info.suggested_window.start), moment(info.suggested_window.end));
    if end <= start {
        return Err(http.not_acme("its window for renewals ends before it begins".to_owned()));
    }
    let explanation = info.explanation_url.map(|url| url.chars().take(500).collect());
    Ok(Some(Window { start, end, explanation }))
}

/// The certificate as renewal information and orders name it (RFC 9773 §4.1).
pub(super) fn identifier(cert: &Certificate) -> Option<CertificateIdentifier<'static>> {
    let issuer = cert.authority_key_id.as_deref()?;
    Some(CertificateIdentifier::new(Der::from_slice(issuer), Der::from_slice(&cert.serial.0)).into_owned())
}
