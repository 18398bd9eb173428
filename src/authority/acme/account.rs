//! The account: one for each directory, in the store's folder `_acme`.
//!
//! Its key is on disk before the authority hears of it, so that no crash loses an account: asked again with the same key,
//! the authority answers with the account that is there (RFC 8555 §7.3).

use std::fs;
use std::path::{Path, PathBuf};

use instant_acme::Account as Speaker;
use rustls::pki_types::PrivatePkcs8KeyDer;
use serde::{Deserialize, Serialize};
use serde_json::json;
use zeroize::Zeroizing;

use super::directory::{Directory, host};
use super::http::Http;
use super::jws::{Binding, Signer};
use super::{block_on, problem};
use crate::Error;
use crate::authority::record;
use crate::error::Ordering;
use crate::facts::sha256_hex;
use crate::input::read_file;
use crate::issue::armour;
use crate::store::{ACCOUNTS, Secrecy, Store, is_there, make_private, sync_folder, write_new};
use crate::told::{Tell, Told};

/// The account's private key, PKCS#8 in PEM.
const KEY: &str = "account-key.pem";
/// Where the account is, and whom it names.
const ACCOUNT: &str = "account.json";

/// The kind of problem that says that there is no such account (RFC 8555 §6.7).
pub(super) const LOST: &str = "accountDoesNotExist";

/// What a new account says of its owner.
pub struct Owner<'a> {
    /// Whom the authority may write to; none: as the account has it.
    pub email: Option<&'a str>,
    /// The account elsewhere that it is bound to.
    pub binding: Option<Binding>,
    /// Whether the terms at this URL are agreed to. Asked once, when the account is made.
    pub agrees: &'a mut dyn FnMut(&str) -> Result<bool, Error>,
}

#[derive(Deserialize, Serialize)]
struct Page {
    directory: String,
    account: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    email: Option<String>,
}

/// An account that can speak.
pub(super) struct Account {
    pub(super) speaker: Speaker,
    pub(super) folder: PathBuf,
}

impl Account {
    /// The account at this directory: the one that is there, or a new one.
    pub(super) fn open(
        store: &Store,
        url: &str,
        (directory, http): (&Directory, &Http),
        owner: &mut Owner<'_>,
        tell: Tell<'_>,
    ) -> Result<Self, Error> {
        let folder = folder(store, url);
        let stored = key(&folder)?;
        // An account whose key is lost is no account.
        let known = if stored.is_some() { record::read(&folder.join(ACCOUNT))? } else { None };
        if known.is_none() {
            agree(directory, http, owner)?;
        }
        let pkcs8 = match stored {
            Some(key) => key,
            None => new_key(&folder)?,
        };
        let mut page = match known {
            Some(page) => page,
            None => {
                let account = register(&pkcs8, directory, http, owner)?;
                let page = Page { directory: url.to_owned(), account, email: owner.email.map(str::to_owned) };
                record(&folder, &page)?;
                tell(Told::Remark(&format!("there is an account at {} now", http.authority())));
                page
            }
        };
        let builder = Speaker::builder_with_http(Box::new(http.clone()));
        let key = PrivatePkcs8KeyDer::from(pkcs8.as_slice());
        let speaker = block_on(builder.from_parts(page.account.clone(), key, url.to_owned()))?
            .map_err(|cause| problem::error(http.authority(), cause))?;
        let account = Self { speaker, folder };
        if let Some(email) = owner.email.filter(|email| page.email.as_deref() != Some(*email)) {
            let contact = format!("mailto:{email}");
            let changed = block_on(account.speaker.update_contacts(&[&contact]))?;
            changed.map_err(|cause| {
                // Asked about itself alone, an account is unauthorized when it is closed (RFC 8555 §7.3.6).
                account.gone(http, &[LOST, "unauthorized"], problem::error(http.authority(), cause))
            })?;
            page.email = Some(email.to_owned());
            record(&account.folder, &page)?;
            tell(Told::Remark(&format!("the account at {} names {email} from now on", http.authority())));
        }
        Ok(account)
    }

    /// An error as that of the account, where it is of one of these kinds.
    pub(super) fn gone(&self, http: &Http, kinds: &[&str], error: Error) -> Error {
        match error {
            Error::Ordering(Ordering::Refused(problem)) if kinds.contains(&&*problem.kind) => {
                let (authority, path) = (http.authority().to_owned(), self.folder.clone());
                Ordering::AccountGone { authority, path, cause: problem.to_string() }.into()
            }
            other => other,
        }
    }
}

/// Where the account at this directory is kept. Directories of one host are told apart by a hash.
pub(super) fn folder(store: &Store, url: &str) -> PathBuf {
    let host: String = host(url).unwrap_or("unknown").replace([':', '[', ']'], "-");
    let hash = sha256_hex(url.as_bytes());
    store.root().join(ACCOUNTS).join(format!("{}-{}", host.to_ascii_lowercase(), &hash[..8]))
}

fn record(folder: &Path, page: &Page) -> Result<(), Error> {
    record::write(&folder.join(ACCOUNT), page, Secrecy::Secret)
}

fn key(folder: &Path) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
    let path = folder.join(KEY);
    if !is_there(&path).map_err(|cause| Error::File { action: "read", path: path.clone(), cause })? {
        return Ok(None);
    }
    let evidence = read_file(&path, None)?;
    let key = evidence.open_keys().next().map(|key| key.pkcs8.clone());
    key.map(Some).ok_or_else(|| Error::NoKey { source: path.display().to_string(), cause: None })
}

/// Makes a key and waits until it is on disk. Of two programs at once one makes it, and both use it.
fn new_key(folder: &Path) -> Result<Zeroizing<Vec<u8>>, Error> {
    make_folders(folder)?;
    let made = instant_acme::Key::generate_pkcs8().map_err(|cause| Error::Issue { cause: cause.to_string() })?;
    let pkcs8 = Zeroizing::new(made.1.secret_pkcs8_der().to_vec());
    let pem = Zeroizing::new(armour("PRIVATE KEY", &pkcs8));
    match write_new(&folder.join(KEY), pem.as_bytes(), Secrecy::Secret) {
        Ok(()) => Ok(pkcs8),
        Err(Error::Exists { path, hint }) => key(folder)?.ok_or(Error::Exists { path, hint }),
        Err(error) => Err(error),
    }
}

fn make_folders(folder: &Path) -> Result<(), Error> {
    for path in [folder.parent().unwrap_or(folder), folder] {
        let failed = |cause| Error::File { action: "make", path: path.to_owned(), cause };
        match make_private(path) {
            Ok(()) => sync_folder(crate::store::parent(path)).map_err(failed)?,
            Err(cause) if cause.kind() == std::io::ErrorKind::AlreadyExists && fs::metadata(path).is_ok() => {}
            Err(cause) => return Err(failed(cause)),
        }
    }
    Ok(())
}

fn agree(directory: &Directory, http: &Http, owner: &mut Owner<'_>) -> Result<(), Error> {
    let authority = http.authority().to_owned();
    if directory.meta.external_account_required && owner.binding.is_none() {
        return Err(Ordering::NeedsBinding { authority }.into());
    }
    match &directory.meta.terms_of_service {
        Some(url) if !(owner.agrees)(url)? => Err(Ordering::Terms { authority, url: url.clone() }.into()),
        _ => Ok(()),
    }
}

/// Asks for an account with this key; the one that there is, if there is one. Its URL.
fn register(pkcs8: &[u8], directory: &Directory, http: &Http, owner: &Owner<'_>) -> Result<String, Error> {
    let signer = Signer::new(pkcs8).ok_or_else(|| Error::UnusableKey {
        source: KEY.to_owned(),
        cause: "it is not an ECDSA key on P-256".to_owned(),
    })?;
    let mut payload = json!({"termsOfServiceAgreed": true});
    if let Some(email) = owner.email {
        payload["contact"] = json!([format!("mailto:{email}")]);
    }
    if let Some(binding) = &owner.binding {
        payload["externalAccountBinding"] = signer.bound(binding, &directory.new_account);
    }
    let headers = signer.post(http, &directory.new_nonce, &directory.new_account, &payload)?;
    let url = headers.get(http::header::LOCATION).and_then(|url| url.to_str().ok()).map(str::to_owned);
    url.ok_or_else(|| http.not_acme("it does not say where the account is".to_owned()))
}
