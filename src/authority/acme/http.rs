//! HTTPS to an authority: limits on time and size, trust, and what it means when it does not go well.

use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::{LOCATION, RETRY_AFTER, USER_AGENT};
use http::{HeaderMap, Request, Response};
use instant_acme::{BodyWrapper, BytesResponse, HttpClient};
use rustls::crypto::aws_lc_rs;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;
use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use super::problem;
use crate::Error;
use crate::error::{Ordering, io_cause};
use crate::facts::Moment;
use crate::input::file_bytes;

/// Of one answer. A chain of certificates is a few KiB.
const LARGEST: u64 = 1 << 20;
/// Of one answer's headers.
const LARGEST_HEADERS: usize = 32 << 10;
/// The longest time that an authority can tell this program to be silent; more is as good as for ever.
const LONGEST_RETRY: i64 = 366 * 86_400;

/// How an authority is reached.
#[derive(Clone, Copy, Debug)]
pub struct Reach<'a> {
    /// Roots that the directory's own certificate may lead to, in PEM; none: those of the system.
    pub roots: Option<&'a Path>,
    /// For each request with its answer.
    pub limit: Duration,
    /// What time it is when this begins.
    pub now: Moment,
}

/// A client of one authority. Its clones share their connections.
#[derive(Clone)]
pub(super) struct Http(Arc<Inner>);

struct Inner {
    agent: Agent,
    /// The host of the directory, for messages.
    authority: String,
    started: (Instant, Moment),
    /// What the last answer said about when to ask again.
    retry_after: Mutex<Option<Duration>>,
}

impl Http {
    pub(super) fn new(authority: &str, reach: &Reach<'_>) -> Result<Self, Error> {
        let roots = match reach.roots {
            Some(path) => given(path)?,
            None => rustls_native_certs::load_native_certs().certs.iter().map(|der| owned(der)).collect(),
        };
        let tls = TlsConfig::builder()
            .unversioned_rustls_crypto_provider(Arc::new(aws_lc_rs::default_provider()))
            .root_certs(RootCerts::new_with_certs(&roots))
            .build();
        let config = Agent::config_builder()
            .tls_config(tls)
            .https_only(true)
            .http_status_as_error(false)
            // Where an authority has moved to is for a person to look at.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .max_response_header_size(LARGEST_HEADERS)
            .user_agent(concat!("certfix/", env!("CARGO_PKG_VERSION")))
            .timeout_global(Some(reach.limit))
            .build();
        Ok(Self(Arc::new(Inner {
            agent: config.new_agent(),
            authority: authority.to_owned(),
            started: (Instant::now(), reach.now),
            retry_after: Mutex::new(None),
        })))
    }

    /// The host of the directory.
    pub(super) fn authority(&self) -> &str {
        &self.0.authority
    }

    /// When the last answer wants to be asked again, from then on.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        *self.0.retry_after.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Gets a JSON document that needs no signature.
    pub(super) fn get(&self, url: &str) -> Result<Vec<u8>, Error> {
        let request = Request::get(url).body(Vec::new()).map_err(|cause| self.not_acme(cause.to_string()))?;
        Ok(self.send(request)?.into_body())
    }

    /// Sends one request. A refusal is an error; that a nonce was used before is left to the caller.
    pub(super) fn send(&self, mut request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, Error> {
        request.headers_mut().remove(USER_AGENT);
        let failed = |cause: ureq::Error| self.failed(cause);
        let answer = match request.body().is_empty() {
            true => self.0.agent.run(request.map(|_| ())),
            false => self.0.agent.run(request),
        };
        let (parts, mut body) = answer.map_err(failed)?.into_parts();
        let body = body.with_config().limit(LARGEST).read_to_vec().map_err(failed)?;
        let wait = self.wait_of(&parts.headers);
        *self.0.retry_after.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = wait;
        if parts.status.is_redirection() {
            let to = parts.headers.get(LOCATION).map(|to| String::from_utf8_lossy(to.as_bytes()).into_owned());
            return Err(self.not_acme(format!("it sends on to {}", to.unwrap_or_default())));
        }
        if !parts.status.is_success() {
            let Some(mut found) = problem::read(&self.0.authority, &body) else {
                return Err(self.not_acme(format!("it says {}", parts.status)));
            };
            if found.kind != problem::BAD_NONCE {
                found.retry_at =
                    wait.map(|wait| self.now().plus_seconds(wait.as_secs().try_into().unwrap_or(i64::MAX)));
                return Err(Ordering::Refused(Box::new(found)).into());
            }
        }
        Ok(Response::from_parts(parts, body))
    }

    /// The time now, by the moment that this client began at.
    pub(super) fn now(&self) -> Moment {
        let (began, at) = self.0.started;
        at.plus_seconds(began.elapsed().as_secs().try_into().unwrap_or(i64::MAX))
    }

    pub(super) fn not_acme(&self, cause: String) -> Error {
        Ordering::NotAcme { authority: self.0.authority.clone(), cause }.into()
    }

    /// Seconds, or a date (RFC 9110 §10.2.3).
    fn wait_of(&self, headers: &HeaderMap) -> Option<Duration> {
        let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
        let seconds = text.parse::<i64>().ok().or_else(|| {
            let date = text.strip_suffix("GMT").map(|date| format!("{date}+0000"))?;
            let date = OffsetDateTime::parse(&date, &Rfc2822).ok()?;
            Some(date.unix_timestamp().saturating_sub(self.now().unix()))
        })?;
        Some(Duration::from_secs(seconds.clamp(0, LONGEST_RETRY).unsigned_abs()))
    }

    fn failed(&self, cause: ureq::Error) -> Error {
        let authority = self.0.authority.clone();
        let cause = match cause {
            ureq::Error::Timeout(_) => "it took too long".to_owned(),
            ureq::Error::HostNotFound => "DNS does not know it".to_owned(),
            ureq::Error::BodyExceedsLimit(limit) => {
                return self.not_acme(format!("an answer is larger than {} KiB", limit >> 10));
            }
            ureq::Error::RequireHttpsOnly(url) => return self.not_acme(format!("'{url}' is not an https URL")),
            ureq::Error::BadUri(url) => return self.not_acme(format!("'{url}' is not an https URL")),
            ureq::Error::LargeResponseHeader(..) => return self.not_acme("its headers are too large".to_owned()),
            ureq::Error::Protocol(cause) => return self.not_acme(cause.to_string()),
            ureq::Error::Rustls(cause) => return Ordering::Untrusted { authority, cause: tls(&cause) }.into(),
            ureq::Error::Io(cause) => match cause.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
                Some(cause) => return Ordering::Untrusted { authority, cause: tls(cause) }.into(),
                None => io_cause(&cause),
            },
            other => other.to_string(),
        };
        Ordering::Unreachable { authority, cause }.into()
    }
}

/// In the words of a person who reads the certificate.
fn tls(cause: &rustls::Error) -> String {
    use rustls::CertificateError::{
        BadSignature, Expired, ExpiredContext, NotValidForName, NotValidForNameContext, UnknownIssuer,
    };
    match cause {
        // Where a root has the same name, the signature tells.
        rustls::Error::InvalidCertificate(UnknownIssuer | BadSignature) => {
            "its certificate leads to none of the roots here".to_owned()
        }
        rustls::Error::InvalidCertificate(NotValidForName | NotValidForNameContext { .. }) => {
            "its certificate is for another name".to_owned()
        }
        rustls::Error::InvalidCertificate(Expired | ExpiredContext { .. }) => "its certificate has expired".to_owned(),
        other => other.to_string(),
    }
}

fn owned(der: &[u8]) -> Certificate<'static> {
    Certificate::from_der(der).to_owned()
}

/// The certificates in a file.
fn given(path: &Path) -> Result<Vec<Certificate<'static>>, Error> {
    let (bytes, _) = file_bytes(path)?;
    let bad = |cause: &str| Error::from(Ordering::BadRoots { path: path.to_owned(), cause: cause.to_owned() });
    let blocks = pem::parse_many(&*bytes).map_err(|_| bad("it is not PEM"))?;
    let roots = blocks.iter().filter(|block| block.tag() == "CERTIFICATE").map(|block| owned(block.contents()));
    let roots: Vec<_> = roots.collect();
    if roots.is_empty() { Err(bad("there is no certificate in it")) } else { Ok(roots) }
}

impl HttpClient for Http {
    fn request(
        &self,
        request: Request<BodyWrapper<Bytes>>,
    ) -> Pin<Box<dyn Future<Output = Result<BytesResponse, instant_acme::Error>> + Send>> {
        let http = self.clone();
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            // The one way to the bytes of a request.
            let body = BytesResponse::from(Response::new(body)).body.into_bytes().await;
            let request = Request::from_parts(parts, body.map_err(instant_acme::Error::Other)?.to_vec());
            let answer = http.send(request).map_err(|cause| instant_acme::Error::Other(Box::new(cause)))?;
            let (parts, body) = answer.into_parts();
            Ok(BytesResponse { parts, body: Box::new(Bytes::from(body)) })
        })
    }
}
