//! What an authority offers (RFC 8555 §7.1.1), and which one is meant.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::http::{Http, Reach};
use crate::Error;
use crate::authority::Online;
use crate::error::Ordering;
use crate::profiles::{self, Profile};

/// An authority that has a short name.
#[derive(Debug)]
pub struct Known {
    /// What `--acme` takes.
    pub id: &'static str,
    /// Its name for people.
    pub name: &'static str,
    url: &'static str,
    profile: &'static str,
}

/// Every authority that has a short name.
pub const KNOWN: [Known; 2] = [
    Known {
        id: "letsencrypt",
        name: "Let's Encrypt",
        url: "https://acme-v02.api.letsencrypt.org/directory",
        profile: "letsencrypt",
    },
    Known {
        id: "letsencrypt-staging",
        name: "Let's Encrypt's staging: for trying out, nobody trusts it",
        url: "https://acme-staging-v02.api.letsencrypt.org/directory",
        profile: "letsencrypt",
    },
];

/// The URL of the directory that was named, by its short name or in full.
///
/// # Errors
/// [`Ordering::BadDirectory`] for what is neither.
pub fn directory(typed: &str) -> Result<String, Error> {
    if let Some(known) = KNOWN.iter().find(|known| known.id.eq_ignore_ascii_case(typed)) {
        return Ok(known.url.to_owned());
    }
    match host(typed) {
        Some(_) => Ok(typed.to_owned()),
        None => Err(Ordering::BadDirectory { url: typed.to_owned() }.into()),
    }
}

/// What is known of the CA behind a directory: what was said of it, or else what its URL tells. One that nobody knows is
/// taken for a public one, and for one of the user's own where its roots were given.
///
/// # Errors
/// [`Error::Unknown`] for a profile that there is not.
pub fn profile_of(online: &Online) -> Result<&'static Profile, Error> {
    profiles::find(online.ca.as_deref().unwrap_or_else(|| usual_profile(&online.directory, online.roots.is_some())))
}

/// The id of that profile where nothing was said: of a directory's URL or short name, whose roots were given or not.
pub fn usual_profile(directory: &str, has_own_roots: bool) -> &'static str {
    let known = KNOWN.iter().find(|known| [known.url, known.id].contains(&directory)).map(|known| known.profile);
    known.unwrap_or(if has_own_roots { "private" } else { "public" })
}

/// The host and port of an https URL.
pub(super) fn host(url: &str) -> Option<&str> {
    let uri: http::Uri = url.parse().ok()?;
    let is_plain = uri.scheme_str() == Some("https") && !uri.authority()?.as_str().contains('@');
    let rest = url.get("https://".len()..)?;
    is_plain.then(|| rest.split(['/', '?']).next().unwrap_or_default()).filter(|host| !host.is_empty())
}

/// The parts of a directory that are used here; instant-acme reads its own.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Directory {
    pub(super) new_nonce: String,
    pub(super) new_account: String,
    pub(super) renewal_info: Option<String>,
    #[serde(default)]
    pub(super) meta: Meta,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Meta {
    pub(super) terms_of_service: Option<String>,
    #[serde(default)]
    pub(super) external_account_required: bool,
    #[serde(default)]
    pub(super) profiles: BTreeMap<String, String>,
}

impl Directory {
    pub(super) fn get(url: &str, reach: &Reach<'_>) -> Result<(Self, Http), Error> {
        let Some(host) = host(url) else { return Err(Ordering::BadDirectory { url: url.to_owned() }.into()) };
        let http = Http::new(host, reach)?;
        let page = http.get(url)?;
        let directory = serde_json::from_slice(&page);
        let directory = directory.map_err(|cause| http.not_acme(format!("'{url}' is no directory: {cause}")))?;
        Ok((directory, http))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_a_short_name_or_an_https_url() {
        assert_eq!(directory("LetsEncrypt-Staging").unwrap(), KNOWN[1].url);
        assert_eq!(directory("https://ca.example:14000/dir").unwrap(), "https://ca.example:14000/dir");
        for typed in ["", "ca.example", "http://ca.example/dir", "https://", "https://me@ca.example/", "letsencrypt "] {
            assert!(directory(typed).is_err(), "{typed}");
        }
    }

    #[test]
    fn lets_encrypt_is_known_to_sort() {
        let challenge = crate::authority::Challenge::Listen("80".to_owned());
        let online = Online { directory: KNOWN[0].url.to_owned(), challenge, profile: None, ca: None, roots: None };
        let id = |online: &Online| profile_of(online).unwrap().id;
        assert_eq!(id(&online), "letsencrypt");
        let own = Online { directory: "https://ca.example/dir".to_owned(), ..online };
        assert_eq!(id(&own), "public");
        assert_eq!(id(&Online { roots: Some("root.pem".into()), ..own.clone() }), "private");
        assert_eq!(id(&Online { ca: Some("step-ca".to_owned()), ..own }), "step-ca");
    }
}
