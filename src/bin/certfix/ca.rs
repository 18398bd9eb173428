//! `certfix ca`: CAs of the user's own.

mod sign;

use std::process::ExitCode;

use certfix::authority::acme;
use certfix::authority::private::{self, Init, Listed, Private, Registered, State};
use certfix::error::Signing;
use certfix::facts::{Constraints, Evidence, Moment, PrivateKey, Source, Text};
use certfix::report::{json, text};
use certfix::store::{self, Contents, KeyFolder, Secrecy, Store, write_new};
use certfix::{Error, issue};

use crate::args::ca::{Ca, CaAction, CaCrl, CaExport, CaInit, CaRevoke};
use crate::args::{Clock, Format, PasswordFrom};
use crate::keys::{compromised, confirmed};
use crate::printed::{in_store, of_key, store_flag};
use crate::{password, terminal, write};

pub(crate) fn run(args: &Ca) -> Result<ExitCode, Error> {
    let store = Store::open(&args.store);
    for done in private::recover(&store) {
        terminal::remark(&done);
    }
    let desk = Desk { now: Clock { at: args.at }.now(), format: args.format, store };
    match &args.action {
        CaAction::List { ca } => return desk.list(ca.as_deref()),
        CaAction::Init(args) => desk.init(args)?,
        CaAction::Sign(args) => desk.sign(args)?,
        CaAction::Export(args) => desk.export(args)?,
        CaAction::Revoke(args) => desk.revoke(args)?,
        CaAction::Crl(args) => desk.renew_list(args)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// What to do before a CA ends.
const ENDING: &str =
    "make another with certfix ca init NAME, have clients trust it, then: certfix ca sign REQUEST --ca NAME --install";

struct Desk {
    store: Store,
    now: Moment,
    format: Format,
}

impl Desk {
    fn init(&self, args: &CaInit) -> Result<(), Error> {
        let mut only = Constraints::default();
        for typed in &args.only {
            let bad = |cause| Signing::BadConstraint { typed: typed.clone(), cause };
            only.add(typed).map_err(bad)?;
            if only.domains.iter().any(|domain| domain.is_public_suffix() || domain.is_top_level()) {
                return Err(bad("it is a public suffix, nobody's own domain".to_owned()).into());
            }
        }
        // Before anything costly is done, and before a password is asked for.
        let path = self.store.authorities().join(private::folder_name(&args.name)?);
        if path.symlink_metadata().is_ok() {
            return Err(Error::Exists { path, hint: Some("choose another name, or another store with --store DIR") });
        }
        let password = match args.plain_key {
            true => None,
            false => Some(password::new(&args.new_password, "the CA's key")?),
        };
        let root = write::generate(args.key)?;
        let intermediate = args.intermediate.then(|| write::generate(args.key)).transpose()?;
        let wish = Init {
            name: &args.name,
            only,
            root: &root,
            intermediate: intermediate.as_ref(),
            days: args.days,
            list: args.crl_url.clone(),
            password: password.as_ref(),
        };
        let made = private::init(&self.store, &wish, self.now)?;
        let list = made.revocation_list()?;
        let (ca, flag) = (made.id(), store_flag(self.store.root()));
        if self.format == Format::Json {
            return terminal::print(&json::authorities(&[(made, list, Vec::new())], &[], self.now));
        }
        terminal::text(|page| {
            text::authority(&made, &list, &flag, self.now, page)?;
            if let Some(advice) = root_advice(&made) {
                page.paragraph(0, &advice)?;
            }
            page.line(&format!("Next: have clients trust it, with --windows, --debian, ...: certfix ca export --ca {ca} --windows{flag}"))
        })
    }

    fn export(&self, args: &CaExport) -> Result<(), Error> {
        let ca = self.named(args.which.ca.as_deref())?;
        let text = match args.reader.0 {
            Some(trust) => ca.export(trust)?,
            None => issue::certificate_pem(&ca.root),
        };
        let Some(path) = &args.output else {
            return match self.format {
                Format::Json => terminal::print(&json::authority_text(&ca, &text)),
                Format::Text => terminal::print(&text),
            };
        };
        write_new(path, text.as_bytes(), Secrecy::Public).map_err(write::if_there(write::OTHER_OUTPUT))?;
        self.say("export", &ca, None, Some(path), None)
    }

    fn revoke(&self, args: &CaRevoke) -> Result<(), Error> {
        let ca = self.named(args.which.ca.as_deref())?;
        let registered = ca.find(&args.certificate, self.now)?;
        let (serial, revoked) = (registered.certificate.serial.to_string(), &registered.revoked);
        if let Some(before) = revoked {
            return Err(Signing::AlreadyRevoked { serial, since: before.since.date() }.into());
        }
        let names = &registered.certificate.identity.names;
        if !args.yes && !confirmed(&format!("revoke the certificate {serial} for {names} for good"))? {
            return Ok(());
        }
        let list = ca.revoke(&key(&ca, &args.password)?, &registered, args.reason, self.now)?;
        self.say("revoke", &ca, Some(serial), Some(&ca.list_path()), list.number)
    }

    fn renew_list(&self, args: &CaCrl) -> Result<(), Error> {
        let ca = self.named(args.which.ca.as_deref())?;
        let copy = args.from.as_deref().map(|path| ca.list_in(path)).transpose()?;
        let listed = match &copy {
            Some(copy) => Listed::Copy(copy),
            None if args.begin_anew => {
                ca.ensure_unlisted()?;
                let what = format!("begin the CRL of {} anew, so that all that it revoked is in force again", ca.id());
                if !args.yes && !confirmed(&what)? {
                    return Ok(());
                }
                Listed::Nothing
            }
            None => Listed::Same,
        };
        let list = ca.renew_list(&key(&ca, &args.password)?, listed, self.now, args.days)?;
        self.say("crl", &ca, None, Some(&ca.list_path()), list.number)
    }

    /// Lists what can be read; what cannot is told after it.
    fn list(&self, name: Option<&str>) -> Result<ExitCode, Error> {
        let all = match name {
            Some(_) => vec![Ok(self.named(name)?)],
            None => Private::all(&self.store)?,
        };
        let (mut whole, mut errors) = (Vec::new(), Vec::new());
        for one in all {
            let read = one.and_then(|ca| {
                let (list, register) = (ca.revocation_list()?, ca.register()?);
                Ok((ca, list, register))
            });
            match read {
                Ok(one) => whole.push(one),
                Err(error) => errors.push(error),
            }
        }
        match self.format {
            Format::Json => {
                let told: Vec<String> = errors.iter().map(ToString::to_string).collect();
                terminal::print(&json::authorities(&whole, &told, self.now))?;
            }
            Format::Text if whole.is_empty() && !errors.is_empty() => {}
            Format::Text => {
                let flag = store_flag(self.store.root());
                terminal::text(|page| text::authorities(&whole, &flag, self.now, page))?;
            }
        }
        errors.iter().for_each(|error| terminal::complain_in(self.store.root(), error));
        Ok(ExitCode::from(if errors.is_empty() { 0 } else { 2 }))
    }

    fn named(&self, name: Option<&str>) -> Result<Private, Error> {
        Private::named(&self.store, name)
    }

    /// Says what was done, to which certificate, and where it is written.
    fn say(
        &self,
        action: &'static str,
        ca: &Private,
        serial: Option<String>,
        file: Option<&std::path::Path>,
        number: Option<u64>,
    ) -> Result<(), Error> {
        if self.format == Format::Json {
            return terminal::print(&json::authority_changed(action, ca, serial, file, number));
        }
        let number = number.map(|number| format!(" (CRL number {number})")).unwrap_or_default();
        terminal::text(|page| {
            if let Some(serial) = &serial {
                page.line(&format!("revoked {serial}"))?;
            }
            match file {
                Some(file) => page.line(&format!("wrote {}{number}", Text::of_path(file))),
                None => Ok(()),
            }
        })
    }
}

/// The next certificate of a key, with its chain and the root, from the CA of this name.
///
/// # Errors
/// As `certfix ca sign`.
pub(crate) fn again(
    store: &Store,
    name: &str,
    contents: &Contents,
    password: &PasswordFrom,
    now: Moment,
) -> Result<Evidence, Error> {
    let ca = Private::named(store, Some(name))?;
    let request = acme::request(contents)?;
    let last = contents.newest();
    let mut signed = ca.register()?;
    // What was signed before the one in force is no answer: where a key stays the same, it looks like one.
    if let Some(before) = last.and_then(|last| signed.iter().rposition(|one| one.certificate.der == last.der)) {
        signed.drain(..=before);
    }
    // One that was signed for this very request, and then could not be installed.
    let is_answer = |one: &Registered| {
        let (cert, asked) = (&one.certificate, &request.identity);
        let is_new = last.is_none_or(|last| last.not_before <= cert.not_before && last.der != cert.der);
        is_new && one.state(now) == State::Valid && cert.identity.key == asked.key && cert.identity.names == asked.names
    };
    let registered = match signed.into_iter().rfind(is_answer) {
        Some(before) => before,
        None => {
            let days = last.map(|last| last.not_before.days_until(last.not_after.plus_seconds(1)));
            let days = days.unwrap_or(issue::SELF_SIGNED_DAYS).clamp(1, private::MOST_DAYS);
            let compromised = compromised(store);
            ca.answer(&key(&ca, password)?, request, store::REQUEST, &compromised, now, days)?
        }
    };
    let mut answer = Evidence::new(Source::File(registered.file));
    answer.certificates.push(registered.certificate);
    answer.certificates.extend(ca.chain().iter().chain([&ca.root]).cloned());
    Ok(answer)
}

/// That the newest certificate of a key lives no longer because the CA of this name ends itself, and what helps.
pub(crate) fn limit(store: &Store, name: &str, key: &KeyFolder) -> Option<String> {
    let ca = Private::named(store, Some(name)).ok()?;
    let end = key.contents().newest().filter(|cert| ca.cuts_short(cert))?.not_after.date();
    let advice = in_store(ENDING, store.root());
    Some(format!("the CA {} itself ends on {end}: {}", ca.id(), of_key(&advice, store.root(), &key.name())))
}

/// The key that signs; asks for its password when somebody is there.
fn key(ca: &Private, from: &PasswordFrom) -> Result<PrivateKey, Error> {
    match ca.open(password::given(from)?.as_ref()) {
        Err(Error::NeedsPassword { source }) if terminal::can_ask() => {
            let Some(typed) = password::ask(&source)? else { return Err(Error::NeedsPassword { source }) };
            ca.open(Some(&typed))
        }
        answer => answer,
    }
}

/// What to do with a root key that is not needed for signing.
fn root_advice(ca: &Private) -> Option<String> {
    ca.idle_root_key().map(|path| {
        let path = Text::of_path(path).to_string();
        format!("The root's key is not needed for signing: move {path} to a place without a network, twice.")
    })
}
