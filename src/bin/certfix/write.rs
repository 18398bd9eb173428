//! What was made, and how it gets into the store.

use std::path::{Path, PathBuf};

use certfix::Error;
use certfix::facts::{Certificate, KeyKind, Name, PrivateKey, Request};
use certfix::input::Password;
use certfix::issue::{self, Contact, For, KeyChoice, SigningKey};
use certfix::plan::Plan;
use certfix::report::json::Made;
use certfix::store::{self, KeyFolder, Lock, NewFile, Secrecy, Slot, Store};
use zeroize::Zeroizing;

use crate::args::{MadeOptions, NewPassword};
use crate::{keys, password, sources, terminal};

/// A key with what was made for it.
pub(crate) struct Product<'a> {
    /// The plan it was made by.
    pub(crate) plan: &'a Plan,
    key: SigningKey,
    request: Option<Request>,
    certificate: Option<Certificate>,
    pfx: Option<Zeroizing<Vec<u8>>>,
    new_key_rq: Option<String>,
}

impl<'a> Product<'a> {
    pub(crate) fn request(plan: &'a Plan, key: SigningKey, request: Request) -> Self {
        Self { plan, key, request: Some(request), certificate: None, pfx: None, new_key_rq: None }
    }

    pub(crate) fn certificate(plan: &'a Plan, key: SigningKey, certificate: Certificate) -> Self {
        Self { plan, key, request: None, certificate: Some(certificate), pfx: None, new_key_rq: None }
    }

    /// Adds the request as Key Manager writes it.
    pub(crate) fn add_new_key_rq(&mut self, contact: Contact<'_>) -> Result<(), Error> {
        if let Some(request) = &self.request {
            self.new_key_rq = Some(issue::new_key_request(self.plan, request, contact)?);
        }
        Ok(())
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
    pub(crate) fn made(&self, files: Vec<PathBuf>, key_from: Option<&Path>) -> Made<'_> {
        let written = !files.is_empty();
        Made {
            plan: self.plan,
            key: self.key_kind().clone(),
            key_from: key_from.map(Path::to_owned),
            files,
            request: self.request.as_ref().filter(|_| written).map(|request| &*request.der),
            certificate: self.certificate.as_ref().filter(|_| written).map(|cert| (&*cert.der, cert.sha256())),
        }
    }
}

/// Fails when a password was given for what is written and nothing gets it: it would be believed to protect the key.
pub(crate) fn ensure_used(given: &NewPassword, is_used: bool, flags: &str) -> Result<(), Error> {
    if is_used || given.new_password_file.is_none() && given.new_password_env.is_none() {
        return Ok(());
    }
    let flag = if given.new_password_file.is_some() { "--new-password-file" } else { "--new-password-env" };
    let cause = format!("{flag} needs {flags}: otherwise nothing is encrypted with it");
    Err(Error::Conflict { cause, hint: "add what it needs, or leave it out" })
}

/// Fails when something of a planned name is in the store already, before a slow key is made for it.
pub(crate) fn ensure_free(plans: &[Plan], args: &MadeOptions) -> Result<(), Error> {
    let store = Store::open(&args.store);
    plans.iter().try_for_each(|plan| store.ensure_free(&plan.target))
}

/// Puts every product into a folder of its own, or none of them.
pub(crate) fn all(products: &[Product<'_>], args: &MadeOptions) -> Result<Vec<Vec<PathBuf>>, Error> {
    let store = Store::open(&args.store);
    keys::recover(&store);
    let password = match args.encrypt_key {
        true => Some(password::new(&args.new_password, "the key file")?),
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

/// Puts a product into the folder of a key that is there, as what comes next; with the key of before where it `keeps_key`.
pub(crate) fn next(
    product: &Product<'_>,
    folder: &KeyFolder,
    lock: &Lock,
    keeps_key: bool,
    password: Option<&Password>,
) -> Result<Vec<PathBuf>, Error> {
    let made = self::folder(product, password)?;
    let (_, mut files) = made.wanted();
    files.retain(|file| !keeps_key || file.name != store::KEY);
    folder.install(lock, Slot::Current, &files)?;
    let place = if folder.waiting().is_some() { folder.slot(Slot::Next) } else { folder.path.clone() };
    Ok(files.iter().map(|file| place.join(file.name)).collect())
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
    let key = key_file(&product.key, password)?;
    let mut files = vec![(store::KEY, bytes(&key), Secrecy::Secret)];
    // Before the request, because the last file of a folder is the one to send.
    if let Some(text) = &product.new_key_rq {
        files.push((store::NEW_KEY_REQUEST, bytes(text), Secrecy::Public));
    }
    if let Some(request) = &product.request {
        files.push((store::REQUEST, bytes(&issue::request_pem(request)), Secrecy::Public));
    }
    if let Some(pfx) = &product.pfx {
        files.push((store::BUNDLE, pfx.clone(), Secrecy::Secret));
    }
    if let Some(certificate) = &product.certificate {
        let pem = bytes(&issue::certificate_pem(certificate));
        files.push((store::FULL_CHAIN, pem.clone(), Secrecy::Public));
        files.push((store::CERTIFICATE, pem, Secrecy::Public));
    }
    Ok(Folder { name: &product.plan.target, files })
}

/// The key file; encrypted, where there is a password.
pub(crate) fn key_file(key: &PrivateKey, password: Option<&Password>) -> Result<Zeroizing<String>, Error> {
    match password {
        Some(password) => issue::encrypted_pkcs8_pem(key, password.as_str()),
        None => Ok(issue::pkcs8_pem(key)),
    }
}

/// The hint where something is there already: only the command knows which of its arguments names it.
pub(crate) const OTHER_OUTPUT: &str = "certfix never overwrites; name another file with --output FILE";

/// The same error; where something is there already, with this hint.
pub(crate) fn if_there(hint: &'static str) -> impl Fn(Error) -> Error {
    move |error| match error {
        Error::Exists { path, .. } => Error::Exists { path, hint: Some(hint) },
        error => error,
    }
}

/// Says that the key of an encrypted file is in the store without a password.
pub(crate) fn tell_of_open_copy(source: &Path) {
    if sources::is_locked(source) {
        terminal::remark("the copy of the key in the store is not encrypted; --encrypt-key encrypts it");
    }
}

fn bytes(text: &str) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(text.as_bytes().to_vec())
}

/// Makes a key, with a sign of life on a terminal where its kind takes seconds.
pub(crate) fn generate(kind: KeyChoice) -> Result<SigningKey, Error> {
    working(kind, || issue::generate(kind))
}

/// Does what makes a key of this kind, with a sign of life on a terminal where that takes seconds.
pub(crate) fn working<T>(kind: KeyChoice, make: impl FnOnce() -> T) -> T {
    // An RSA key of 2048 bits is there before anybody wonders.
    let Some(bits) = kind.rsa_bits().filter(|bits| *bits > 2048) else { return make() };
    let line = terminal::Progress::new();
    line.show(&format!("making an RSA key of {bits} bits"));
    make()
}
