//! `certfix csr --renew`: a request like the last one, beside the key that services go on reading.

use std::process::ExitCode;

use certfix::facts::{Item, PrivateKey};
use certfix::issue::{self, KeyChoice};
use certfix::plan::{Output, plan};
use certfix::store::{self, Contents, NewFile, Secrecy, Store};
use certfix::{Error, input};
use zeroize::Zeroizing;

use crate::args::Csr;
use crate::make::{Work, wish};
use crate::write::{self, Product};
use crate::{keys, password};

pub(crate) fn run(args: &Csr, typed: &str) -> Result<ExitCode, Error> {
    let made = &args.made;
    let store = Store::open(&made.store);
    if !made.dry_run {
        keys::recover(&store);
    }
    let folder = keys::named(&store, typed)?;
    let contents = folder.contents();
    // The last one may not have had its commit yet.
    let last = contents.waiting.as_ref().and_then(|next| next.request.as_ref());
    let item = last.or(contents.request.as_ref()).map(Item::Request);
    let Some(item) = item.or(contents.certificate.as_ref().map(Item::Certificate)) else {
        return Err(Error::NoTarget { source: folder.name(), candidates: Vec::new() });
    };
    let target = keys::name(&folder.name())?;
    let plan = plan(&wish(target, Some(item), made, args.request.profile()?, Output::Request)?)?;
    let mut files = Vec::new();
    let key = key(args, &contents)?;
    let request = issue::request(&plan, &key)?;
    if !made.dry_run {
        let private = private(args, &contents, &key)?;
        let request = issue::request_pem(&request);
        let path = folder.renew(&[
            NewFile { name: store::KEY, contents: &private, secrecy: Secrecy::Secret },
            NewFile { name: store::REQUEST, contents: request.as_bytes(), secrecy: Secrecy::Public },
        ])?;
        files.extend([store::KEY, store::REQUEST].map(|name| path.join(name)));
    }
    let product = Product::request(&plan, key, request);
    Work { command: "csr", old: Some(item), report: None, args: made }.say(&[product], &[files])
}

/// The old key, or a new one of its kind.
fn key(args: &Csr, contents: &Contents) -> Result<PrivateKey, Error> {
    if args.renewal.same_key {
        return keys::open(&contents.folder.path.join(store::KEY), &args.made.password);
    }
    let like = || contents.public().and_then(|public| KeyChoice::like(&public.kind)).unwrap_or_default();
    write::generate(args.made.key.unwrap_or_else(like))
}

/// The key file: the old one as it stands, or a new one, encrypted where the old one was.
fn private(args: &Csr, contents: &Contents, key: &PrivateKey) -> Result<Zeroizing<Vec<u8>>, Error> {
    if args.renewal.same_key {
        let text = input::read_text(&contents.folder.path.join(store::KEY))?;
        return Ok(Zeroizing::new(text.as_bytes().to_vec()));
    }
    let pem = match args.made.encrypt_key || contents.is_locked {
        true => issue::encrypted_pkcs8_pem(key, password::new(&args.made.new_password, "the key file")?.as_str())?,
        false => issue::pkcs8_pem(key),
    };
    Ok(Zeroizing::new(pem.as_bytes().to_vec()))
}
