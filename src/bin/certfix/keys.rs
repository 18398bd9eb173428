//! `certfix keys`: the store as Key Manager showed it.

mod backup;

use std::collections::HashSet;
use std::path::Path;
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

use certfix::authority::Way;
use certfix::authority::private::{self, Private};
use certfix::facts::{Certificate, Evidence, Item, Moment, Name, PublicKey, Revoked, Subject, Text, TrustStore};
use certfix::issue::SigningKey;
use certfix::judge::{chain, first_name, infer_target, newness};
use certfix::report::json;
use certfix::report::text::{self, Kept};
use certfix::store::{self, Contents, KeyFolder, NewFile, Secrecy, Slot, Store, write_new};
use certfix::{Error, deploy, issue};

use crate::args::{Clock, Format, Keys, KeysAction, NewPassword, PasswordFrom, PfxArgument};
use crate::printed::{in_store, store_flag, usual_store};
use crate::target::certifiable;
use crate::{ask, password, sources, terminal, write};

pub(crate) fn run(args: &Keys) -> Result<ExitCode, Error> {
    let store = Store::open(&args.store);
    recover(&store);
    let desk = Desk { now: Clock { at: args.at }.now(), format: args.format, store };
    match &args.action {
        None | Some(KeysAction::List) => desk.list()?,
        Some(KeysAction::Show { name }) => desk.show(name)?,
        Some(KeysAction::Backup { name, output, pfx_for, new_password, password }) => {
            desk.backup(name, output, *pfx_for, new_password, password)?;
        }
        Some(KeysAction::Restore { file, name, encrypt_key, new_password, password }) => {
            write::ensure_used(new_password, *encrypt_key, "--encrypt-key")?;
            desk.restore(file, name.as_deref(), encrypt_key.then_some(new_password), password)?;
        }
        Some(KeysAction::Rename { old, new }) => desk.rename(old, new)?,
        Some(KeysAction::Remove { name, yes, no_backup }) => desk.remove(name, *yes, *no_backup)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Finishes or takes back what an interrupted run left, and says so.
pub(crate) fn recover(store: &Store) {
    for done in store.recover() {
        terminal::remark(&done);
    }
    report_interrupted(store);
}

/// Says that a commit was interrupted. Putting it back reloads services, which is not for everybody to do.
pub(crate) fn report_interrupted(store: &Store) {
    if store.is_interrupted() {
        let advice = "a commit or undo was interrupted: certfix undo puts everything back, certfix commit begins again";
        terminal::remark(&in_store(advice, store.root()));
    }
}

/// What the store's own CAs have revoked. Where that cannot be told, it is said, and the rest still can be done.
pub(crate) fn revoked(store: &Store) -> Revoked {
    let (revoked, unknown) = private::revoked(store);
    tell_unknown(&unknown);
    revoked
}

/// The public keys that the store's own CAs have given up, likewise.
pub(crate) fn compromised(store: &Store) -> HashSet<PublicKey> {
    let (compromised, unknown) = private::compromised(store);
    tell_unknown(&unknown);
    compromised
}

/// Says why it is not known what a CA has revoked: once, however often a command asks.
fn tell_unknown(unknown: &[Error]) {
    static TOLD: Mutex<Vec<String>> = Mutex::new(Vec::new());
    let mut told = TOLD.lock().unwrap_or_else(PoisonError::into_inner);
    for cause in unknown.iter().map(ToString::to_string) {
        if !told.contains(&cause) {
            terminal::remark(&format!("what is revoked is not known: {cause}"));
            told.push(cause);
        }
    }
}

/// Names the folders whose keys could not be read, where a key was looked for and not found.
pub(crate) fn tell_unread(store: &Store) {
    let read = |key: &KeyFolder| key.ensure_readable().and_then(|()| key.ensure_led());
    for error in store.keys().unwrap_or_default().iter().filter_map(|key| read(key).err()) {
        terminal::remark(&error.to_string());
    }
}

/// The private key in a file; asks for its password when somebody is there.
pub(crate) fn open(path: &Path, from: &PasswordFrom) -> Result<SigningKey, Error> {
    sources::key(path, password::given(from)?.as_ref())
}

/// How a key of the store is named in a command that can be run as it stands.
pub(crate) fn kept(store: &Path, folder: &KeyFolder) -> Kept {
    let is_asked = folder.slot(Slot::Renewal).symlink_metadata().is_ok();
    Kept { name: text::quoted(&folder.name()), store_flag: store_flag(store), is_asked }
}

/// The same of the store that commands take when none is named, where the key of this certificate or request is the one
/// that it keeps for this name.
pub(crate) fn usually_kept(name: &Name, public: &PublicKey) -> Option<Kept> {
    let root = usual_store();
    let folder = Store::open(&root).key(name).ok()??;
    let contents = folder.contents();
    let renewal = contents.renewal.as_ref().map(|request| &request.identity.key);
    let waiting = contents.waiting.as_ref().map(|waiting| &waiting.certificate.identity.key);
    let is_own = contents.public().into_iter().chain(renewal).chain(waiting).any(|own| own == public);
    is_own.then(|| kept(&root, &folder))
}

/// The CAs of that store.
pub(crate) fn own_authorities() -> TrustStore {
    TrustStore::new(private::certificates(&Store::open(usual_store())))
}

/// A key of the store by the name that was typed.
pub(crate) fn named(store: &Store, typed: &str) -> Result<KeyFolder, Error> {
    store.named(&name(typed)?)
}

/// A DNS name that was typed.
pub(crate) fn name(typed: &str) -> Result<Name, Error> {
    Name::parse(typed).map_err(|fault| Error::BadName { name: typed.to_owned(), fault: fault.to_string() })
}

/// The name that comes first in the next certificate of a key: that of the last request or certificate, whatever the key is
/// called; the key's own name where that has none.
pub(crate) fn target(last: Option<Item<'_>>, folder: &KeyFolder) -> Result<Name, Error> {
    match last.and_then(first_name) {
        Some(first) => Ok(first),
        None => name(&folder.name()),
    }
}

struct Desk {
    store: Store,
    now: Moment,
    format: Format,
}

impl Desk {
    fn list(&self) -> Result<(), Error> {
        let keys = self.marked(self.store.keys()?.iter().map(KeyFolder::contents).collect());
        let root = self.store.root();
        match self.format {
            Format::Json => terminal::print(&json::key_list(root, &keys, self.now)),
            Format::Text => {
                let root = root.display().to_string();
                let flag = store_flag(self.store.root());
                terminal::text(|page| text::key_tree(&root, &keys, &flag, self.now, page))
            }
        }
    }

    fn show(&self, name: &str) -> Result<(), Error> {
        let key = self.marked(vec![named(&self.store, name)?.contents()]);
        match self.format {
            Format::Json => terminal::print(&json::key_list(self.store.root(), &key, self.now)),
            Format::Text => {
                let flag = store_flag(self.store.root());
                terminal::text(|page| key.iter().try_for_each(|key| text::one_key(key, &flag, self.now, page)))
            }
        }
    }

    /// The same with what the store's own CAs have revoked, and which of them end.
    fn marked(&self, mut keys: Vec<Contents>) -> Vec<Contents> {
        let revoked = revoked(&self.store);
        // Why one cannot be read was said just now.
        let authorities: Vec<Private> = Private::all(&self.store).into_iter().flatten().flatten().collect();
        for key in &mut keys {
            key.mark(&revoked);
            let newest = key.newest().filter(|cert| cert.not_after >= self.now);
            let signer = newest.and_then(|cert| authorities.iter().find(|ca| ca.cuts_short(cert)));
            key.ends_with = signer.map(Private::id);
        }
        keys
    }

    fn backup(
        &self,
        name: &str,
        output: &Path,
        reader: PfxArgument,
        new: &NewPassword,
        old: &PasswordFrom,
    ) -> Result<(), Error> {
        let key = named(&self.store, name)?.contents();
        key.folder.ensure_led()?;
        let taken = write::if_there(write::OTHER_OUTPUT);
        if output.symlink_metadata().is_ok() {
            return Err(taken(Error::Exists { path: output.to_owned(), hint: None }));
        }
        let private = match &key.private {
            Some(private) => private.clone(),
            None => open(&key.folder.path.join(store::KEY), old)?.into(),
        };
        let password = password::new(new, "the backup")?;
        let contents = backup::contents(&key, &private, &password, reader)?;
        write_new(output, &contents, Secrecy::Secret).map_err(taken)?;
        if let Ok(Some(Way::Acme(_))) = Way::of(&key.folder) {
            let record = key.folder.path.join(store::AUTHORITY);
            let record = Text::of_path(&record);
            terminal::remark(&format!(
                "who signs for the key is not in the backup: for certfix renew, keep '{record}' too"
            ));
        }
        self.moved("backup", &key.folder.name(), Some(output), "wrote")
    }

    /// Puts a key into the store; encrypted, where there is a `new` password.
    fn restore(
        &self,
        file: &Path,
        name: Option<&str>,
        new: Option<&NewPassword>,
        from: &PasswordFrom,
    ) -> Result<(), Error> {
        let known = password::given(from)?;
        let evidence = sources::read_file(file, known.as_ref())?;
        let private = match sources::open_key(&evidence)? {
            Some(key) => key.clone(),
            None => sources::key(file, known.as_ref()).map_err(without_key)?.into(),
        };
        let own = |subject: &Subject<'_>| subject.item.identity().key == private.public;
        let subjects: Vec<Subject<'_>> = evidence.subjects().into_iter().filter(own).collect();
        // Of equals, such as requests, the first.
        let newest = subjects.iter().rev().max_by_key(|subject| subject.item.certificate().map(newness));
        let name = match (name, newest) {
            (Some(typed), _) => self::name(typed)?,
            (None, Some(subject)) => inferred(subject, &evidence)?,
            (None, None) => return Err(unnamed(nameless(&evidence))),
        };
        let password = new.map(|new| password::new(new, "the key file")).transpose()?;
        let mut files = vec![(store::KEY, write::key_file(&private, password.as_ref())?, Secrecy::Secret)];
        // A file may hold several; the key folder has room for one.
        if let Some(request) = evidence.requests.iter().find(|request| request.identity.key == private.public) {
            files.push((store::REQUEST, issue::request_pem(request).into(), Secrecy::Public));
        }
        if let Some(cert) = newest.and_then(|subject| subject.item.certificate()) {
            let pool: Vec<_> = evidence.certificates.iter().collect();
            let leaf = issue::certificate_pem(cert);
            let above = chain(cert, &pool, None, self.now).certificates;
            let above: String = above.into_iter().map(issue::certificate_pem).collect();
            files.push((store::FULL_CHAIN, format!("{leaf}{above}").into(), Secrecy::Public));
            files.push((store::CHAIN, above.into(), Secrecy::Public));
            files.push((store::CERTIFICATE, leaf.into(), Secrecy::Public));
        }
        let files: Vec<NewFile<'_>> = files
            .iter()
            .map(|(name, contents, secrecy)| NewFile { name, contents: contents.as_bytes(), secrecy: *secrecy })
            .collect();
        let taken = write::if_there("certfix never overwrites; give the key another name with --name NAME");
        let path = self.store.create(&name, &files).map_err(taken)?;
        if password.is_none() {
            write::tell_of_open_copy(file);
        }
        if let Some(cert) = newest.and_then(|subject| subject.item.certificate()).filter(|cert| !cert.is_self_signed())
        {
            self.tell_of_signer(cert, &KeyFolder { path: path.clone() })?;
        }
        self.moved("restore", name.as_str(), Some(&path), "restored to")
    }

    /// Says how a key comes to its next certificate: a backup does not tell, but a CA of the store knows its own.
    fn tell_of_signer(&self, cert: &Certificate, folder: &KeyFolder) -> Result<(), Error> {
        let Ok(Some(way)) = Way::of_signed(cert, &self.store) else {
            terminal::remark(&format!(
                "a backup does not tell who signs for the key: the next request goes to the CA by hand, unless {} of before is put \
                 into its folder",
                store::AUTHORITY
            ));
            return Ok(());
        };
        way.record(folder)?;
        if let Way::Private { name } = way {
            terminal::remark(&format!("the private CA {name} of this store signed it, and signs the next one"));
        }
        Ok(())
    }

    fn rename(&self, old: &str, new: &str) -> Result<(), Error> {
        let key = named(&self.store, old)?;
        let new = name(new)?;
        deploy::ensure_unread(&self.store, &key, "renamed")?;
        let taken = write::if_there("certfix never overwrites; choose another name, or rename that key first");
        let path = self.store.rename(&key, &new).map_err(taken)?;
        self.moved("rename", new.as_str(), Some(&path), "renamed to")
    }

    fn remove(&self, name: &str, yes: bool, no_backup: bool) -> Result<(), Error> {
        let key = named(&self.store, name)?;
        let name = key.name();
        deploy::ensure_unread(&self.store, &key, "removed")?;
        if no_backup {
            self.tell_of_copies(&key);
        }
        if !yes {
            let action = match no_backup {
                true => format!("delete the key of {} for good", Text::from(&*name)),
                false => format!("remove the key of {}", Text::from(&*name)),
            };
            if !confirmed(&action)? {
                return Ok(());
            }
        }
        if no_backup {
            self.store.destroy(&key)?;
            return self.moved("remove", &name, None, "deleted");
        }
        let path = self.store.remove(&key)?;
        self.moved("remove", &name, Some(&path), "kept in")
    }

    /// Says where copies of a key stay that is about to be deleted. An undo may need them, so that they are not deleted too.
    fn tell_of_copies(&self, key: &KeyFolder) {
        let copies = deploy::copies(&self.store, key);
        for copy in &copies {
            terminal::remark(&format!("a copy of the private key stays in '{}'", Text::of_path(copy)));
        }
        if !copies.is_empty() {
            terminal::remark(
                "these are what services had before a commit: delete their folders when no undo is to need them",
            );
        }
    }

    /// Says where a key, or a copy of it, is now.
    fn moved(&self, action: &'static str, name: &str, path: Option<&Path>, verb: &str) -> Result<(), Error> {
        if self.format == Format::Json {
            return terminal::print(&json::key_moved(action, name, path));
        }
        let place = path.map(|path| format!(" {}", Text::of_path(path)));
        terminal::text(|page| page.line(&format!("{}: {verb}{}", Text::from(name), place.unwrap_or_default())))
    }
}

/// The same error, with what helps where a file to restore holds no key.
fn without_key(error: Error) -> Error {
    match error {
        Error::NoKey { .. } => Error::Conflict {
            cause: error.to_string(),
            hint: "name the file with the key; a certificate without one goes to its key with certfix install FILE",
        },
        error => error,
    }
}

/// The name that a restored key is for.
fn inferred(subject: &Subject<'_>, evidence: &Evidence) -> Result<Name, Error> {
    match infer_target(subject).certain() {
        Some(target) => certifiable(target.text()).map_err(unnamed),
        None => {
            let identity = subject.item.identity();
            let first = identity.names.first_dns().and_then(|(_, text)| Name::parse(text.as_str()?).ok());
            first.ok_or_else(|| unnamed(nameless(evidence)))
        }
    }
}

/// Nothing in it says what its key is for.
fn nameless(evidence: &Evidence) -> Error {
    Error::NoTarget { source: evidence.source.to_string(), candidates: Vec::new() }
}

/// The same error, with what helps where a key to restore has no name.
fn unnamed(error: Error) -> Error {
    Error::Conflict { cause: error.to_string(), hint: "say what to call the key: --name NAME" }
}

/// Whether a person says yes to this.
pub(crate) fn confirmed(action: &str) -> Result<bool, Error> {
    if !terminal::can_ask() {
        return Err(Error::Unconfirmed { action: action.to_owned() });
    }
    Ok(ask::yes(&format!("{action}?"), false)? == Some(true))
}
