//! What was made, and how it gets into the store.

use std::path::PathBuf;
use std::time::Duration;

use certfix::Error;
use certfix::facts::{Certificate, KeyKind, Name, PrivateKey, Request};
use certfix::input::Password;
use certfix::issue::{self, For, KeyChoice};
use certfix::plan::Plan;
use certfix::report::json::Made;
use certfix::store::{self, NewFile, Secrecy, Store};
use indicatif::{ProgressBar, ProgressStyle};
use zeroize::Zeroizing;

use crate::args::MadeOptions;
use crate::{keys, password};

/// A key with what was made for it.
pub(crate) struct Product<'a> {
    /// The plan it was made by.
    pub(crate) plan: &'a Plan,
    key: PrivateKey,
    request: Option<Request>,
    certificate: Option<Certificate>,
    pfx: Option<Zeroizing<Vec<u8>>>,
}

impl<'a> Product<'a> {
    pub(crate) fn request(plan: &'a Plan, key: PrivateKey, request: Request) -> Self {
        Self { plan, key, request: Some(request), certificate: None, pfx: None }
    }

    pub(crate) fn certificate(plan: &'a Plan, key: PrivateKey, certificate: Certificate) -> Self {
        Self { plan, key, request: None, certificate: Some(certificate), pfx: None }
    }

    /// Adds a PKCS#12 file of key and certificate.
    pub(crate) fn add_pfx(&mut self, password: &Password, reader: For) -> Result<(), Error> {
        if let Some(certificate) = &self.certificate {
            let name = self.plan.target.as_str();
            let pfx = issue::pfx(&self.key, certificate, &[], password.as_str(), name, reader)?;
            self.pfx = Some(Zeroizing::new(pfx));
        }
        Ok(())
    }

    pub(crate) fn key_kind(&self) -> &KeyKind {
        &self.key.public.kind
    }

    pub(crate) fn is_request(&self) -> bool {
        self.request.is_some()
    }

    /// For JSON. What was not written is not shown either: its key is gone.
    pub(crate) fn made(&self, files: Vec<PathBuf>) -> Made<'_> {
        let written = !files.is_empty();
        Made {
            plan: self.plan,
            key: self.key_kind().clone(),
            files,
            request: self.request.as_ref().filter(|_| written).map(|request| &*request.der),
            certificate: self.certificate.as_ref().filter(|_| written).map(|cert| (&*cert.der, cert.sha256())),
        }
    }
}

/// Fails when something of a planned name is in the store already, before a slow key is made for it.
pub(crate) fn ensure_free(plans: &[Plan], args: &MadeOptions) -> Result<(), Error> {
    let store = Store::open(&args.store);
    plans.iter().filter(|_| !args.dry_run).try_for_each(|plan| store.ensure_free(&plan.target))
}

/// Puts every product into a folder of its own, or none of them.
pub(crate) fn all(products: &[Product<'_>], args: &MadeOptions) -> Result<Vec<Vec<PathBuf>>, Error> {
    let store = Store::open(&args.store);
    keys::recover(&store);
    let password = match args.encrypt_key {
        true => Some(password::new(args, "the key file")?),
        false => None,
    };
    let folders: Vec<Folder> =
        products.iter().map(|product| folder(product, password.as_ref())).collect::<Result<_, _>>()?;
    let wanted: Vec<(&Name, Vec<NewFile<'_>>)> = folders.iter().map(Folder::wanted).collect();
    let paths = store.create_all(&wanted)?;
    let files = |(path, (_, files)): (PathBuf, &(&Name, Vec<NewFile<'_>>))| {
        files.iter().map(|file| path.join(file.name)).collect()
    };
    Ok(paths.into_iter().zip(&wanted).map(files).collect())
}

/// What goes into one key folder.
struct Folder<'a> {
    name: &'a Name,
    files: Vec<(&'static str, Zeroizing<Vec<u8>>, Secrecy)>,
}

impl Folder<'_> {
    fn wanted(&self) -> (&Name, Vec<NewFile<'_>>) {
        let files = self.files.iter().map(|(name, contents, secrecy)| NewFile { name, contents, secrecy: *secrecy });
        (self.name, files.collect())
    }
}

fn folder<'a>(product: &'a Product<'_>, password: Option<&Password>) -> Result<Folder<'a>, Error> {
    let key = match password {
        Some(password) => issue::encrypted_pkcs8_pem(&product.key, password.as_str())?,
        None => issue::pkcs8_pem(&product.key),
    };
    let mut files = vec![(store::KEY, bytes(&key), Secrecy::Secret)];
    if let Some(request) = &product.request {
        files.push((store::REQUEST, bytes(&issue::request_pem(request)), Secrecy::Public));
    }
    if let Some(pfx) = &product.pfx {
        files.push(("bundle.pfx", pfx.clone(), Secrecy::Secret));
    }
    if let Some(certificate) = &product.certificate {
        let pem = bytes(&issue::certificate_pem(certificate));
        files.push(("fullchain.pem", pem.clone(), Secrecy::Public));
        files.push((store::CERTIFICATE, pem, Secrecy::Public));
    }
    Ok(Folder { name: &product.plan.target, files })
}

fn bytes(text: &str) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(text.as_bytes().to_vec())
}

/// Makes a key, with a sign of life on a terminal where its kind takes seconds.
pub(crate) fn generate(kind: KeyChoice) -> Result<PrivateKey, Error> {
    // An RSA key of 2048 bits is there before anybody wonders.
    if kind.rsa_bits().is_none_or(|bits| bits <= 2048) {
        return issue::generate(kind);
    }
    let spinner = ProgressBar::new_spinner()
        .with_message(format!("making an RSA key of {} bits", kind.rsa_bits().unwrap_or_default()));
    spinner.set_style(ProgressStyle::default_spinner());
    spinner.enable_steady_tick(Duration::from_millis(120));
    let made = issue::generate(kind);
    spinner.finish_and_clear();
    made
}
