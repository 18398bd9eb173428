//! `certfix self-signed --renew`: a certificate like the last one. Nobody has to answer it, so it is the next generation at once;
//! services get it by `certfix commit`, because clients have to trust it before.

use std::process::ExitCode;

use certfix::facts::Item;
use certfix::plan::{Output, plan};
use certfix::store::{self, Store};
use certfix::{Error, issue, profiles};

use super::{key, last, new_password};
use crate::args::SelfSigned;
use crate::make::{Work, wish};
use crate::printed::store_flag;
use crate::write::{self, Product};
use crate::{keys, password};

/// What it helps that the last one is trusted.
const TRUST_ANEW: &str = "clients that trust the last certificate have to trust this one anew";

pub(crate) fn self_signed(args: &SelfSigned, typed: &str) -> Result<ExitCode, Error> {
    let (made, keeps_key) = (&args.made, args.renewal.same_key);
    let store = Store::open(&made.store);
    // From the first look to the last write, nobody installs another one.
    let lock = match made.dry_run {
        true => None,
        false => {
            keys::recover(&store);
            Some(store.lock_whole("self-signed --renew", Store::WAIT)?)
        }
    };
    let contents = keys::named(&store, typed)?.contents();
    let folder = &contents.folder;
    folder.ensure_own()?;
    let is_encrypted = made.encrypt_key || contents.is_locked && !keeps_key;
    write::ensure_used(&made.new_password, is_encrypted || args.certificate.pfx, "--encrypt-key or --pfx")?;
    let own = contents.newest().filter(|cert| cert.is_self_signed());
    // One that signs itself, the last request, or what a CA signed.
    let last = own.map(Item::Certificate).or_else(|| last(&contents));
    let target = keys::target(last, folder)?;
    let plan = plan(&wish(target, last, made, profiles::SELF_SIGNED, Output::SelfSigned)?)?;
    let key = key(&args.renewal, made, &contents)?;
    let mut plan = plan.for_key(key.public.kind.clone());
    let old = contents.newest().map(Item::Certificate).or(last);
    if let Some(old) = old {
        plan = plan.compared_with(old.identity());
    }
    if own.is_some() {
        plan.notes.insert(0, TRUST_ANEW.to_owned());
    }
    let certificate = issue::self_signed(&plan, &key, made.clock.now(), args.certificate.days_after(own))?;
    let mut product = Product::certificate(&plan, key, certificate);
    if args.certificate.pfx && !made.dry_run {
        let password = password::new(&made.new_password, "the PKCS#12 file")?;
        product.add_pfx(&password, args.certificate.pfx_for.into())?;
    }
    let files = match lock {
        None => Vec::new(),
        Some(lock) => {
            let password = if keeps_key { None } else { new_password(made, &contents)? };
            write::next(&product, folder, &lock, keeps_key, password.as_ref())?
        }
    };
    let next = folder.waiting().map(|_| format!("certfix commit{}", store_flag(&made.store)));
    let old_key = folder.path.join(store::KEY);
    let key_from = keeps_key.then_some(&*old_key);
    Work { command: "self-signed", old, report: None, key_from, next, args: made }.say(&[product], &[files])
}
