//! `certfix bind`, `commit` and `undo`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use certfix::Error;
use certfix::deploy::{
    self, Binding, Bound, Change, Committed, Force, Line, Manners, PutBack, Scope, Shown, Staged, Work, Writing,
};
use certfix::error::Deploying;
use certfix::facts::{Name, escape};
use certfix::report::{json, text};
use certfix::store::Store;

use crate::args::Format;
use crate::args::deploy::{Bind, Commit, Patience, Place, Undo};
use crate::printed::store_flag;
use crate::{keys, terminal};

pub(crate) fn bind(args: &Bind) -> Result<ExitCode, Error> {
    let store = Store::open(&args.place.store);
    let name = keys::name(&args.name)?;
    let wanted = bindings(args)?;
    let writing = if args.place.dry_run { Writing::No } else { Writing::Yes(args.place.wait) };
    if args.remove {
        deploy::unbind(&store, &name, &wanted, writing, &mut terminal::told)?;
        return match args.place.output.format {
            Format::Json => say(&json::unbound(&wanted)),
            Format::Text => say(&show_removed(&wanted, &name, writing)),
        };
    }
    let bound = deploy::bind(&store, &name, &wanted, writing, &mut terminal::told)?;
    if args.place.output.format == Format::Json {
        return say(&json::bound(&bound));
    }
    let mut text = String::new();
    for one in &bound {
        match one {
            Bound::Staged(staged) => show(staged, &mut text),
            Bound::Script { text: script, .. } => text.push_str(script),
        }
    }
    if bound.iter().any(|one| matches!(one, Bound::Staged(_))) {
        match args.place.dry_run {
            true => text.push_str(NOTHING_WRITTEN),
            false => text.push_str(&next_step(&store, &name)?),
        }
    }
    say(&text)
}

/// What makes services have what they are bound to.
fn next_step(store: &Store, name: &Name) -> Result<String, Error> {
    let mut key = store.named(name)?.contents();
    key.mark(&keys::revoked(store));
    let flag = store_flag(store.root());
    Ok(match key.waiting.as_ref().map_or(&key.revoked, |next| &next.revoked) {
        Some(_) => {
            let name = text::quoted(name.as_str());
            format!("Its certificate is revoked. Renew it first: certfix renew --now {name}{flag}\n")
        }
        None => format!("Do it: certfix commit{flag}\n"),
    })
}

pub(crate) fn commit(args: &Commit) -> Result<ExitCode, Error> {
    let store = Store::open(&args.place.store);
    let is_json = args.place.output.format == Format::Json;
    if args.place.dry_run {
        keys::report_interrupted(&store);
        let work = deploy::staged(&store, Scope::All, &keys::revoked(&store))?;
        if is_json {
            return say(&json::staged(&work));
        }
        let mut text = String::new();
        show_turns(&work, &mut text);
        work.services.iter().for_each(|staged| show(staged, &mut text));
        text.push_str(&if work.is_empty() { nothing(&store, NOTHING_STAGED) } else { NOTHING_WRITTEN.to_owned() });
        return say(&text);
    }
    let (revoked, manners) = (keys::revoked(&store), manners(&args.place, &args.patience));
    let done = deploy::commit(&store, Scope::All, &revoked, manners, &mut terminal::told)?;
    if is_json {
        return say(&json::committed(&done));
    }
    let mut text = String::new();
    show_turns(&done, &mut text);
    done.services.iter().for_each(|done| show_committed(done, &mut text));
    match done.is_empty() {
        true => text.push_str(&nothing(&store, NOTHING)),
        false => text.push_str(&format!("Take it back: certfix undo{}\n", store_flag(store.root()))),
    }
    say(&text)
}

pub(crate) fn undo(args: &Undo) -> Result<ExitCode, Error> {
    let store = Store::open(&args.place.store);
    let is_json = args.place.output.format == Format::Json;
    if args.place.dry_run {
        let back = deploy::undoable(&store)?;
        return if is_json { say(&json::put_back(&back)) } else { say(&would_list(&back, &store_flag(store.root()))) };
    }
    let force = if args.force { Force::Yes } else { Force::No };
    let back = deploy::undo(&store, manners(&args.place, &args.patience), force, &mut terminal::told)?;
    let code = ExitCode::from(if back.troubles.is_empty() { 0 } else { 2 });
    if is_json {
        say(&json::put_back(&back))?
    } else {
        let flag = store_flag(store.root());
        say(&(list(&back, &flag) + &of_bindings(&back, &format!("stay: certfix commit{flag} does it again"))))?
    };
    Ok(code)
}

const NOTHING: &str = "Nothing to commit: every file is in its place, and every endpoint presents its certificate.\n";
const NOTHING_STAGED: &str = "Nothing to commit: every file is in its place. Endpoints are not looked at.\n";
const NOTHING_WRITTEN: &str = "Nothing was written.\n";

/// That there is nothing to commit, and why.
fn nothing(store: &Store, all_is_done: &str) -> String {
    let keys = store.keys().unwrap_or_default();
    if keys.iter().any(|key| !deploy::bindings(key).is_ok_and(|bindings| bindings.is_empty())) {
        return all_is_done.to_owned();
    }
    let name = if let [only] = &*keys { text::quoted(&only.name()) } else { "NAME".to_owned() };
    let flag = store_flag(store.root());
    format!("Nothing to commit: no key is bound to a service. Bind one: certfix bind {name} --to SERVICE{flag}\n")
}

/// One binding for each service, each with the values that its template takes.
fn bindings(args: &Bind) -> Result<Vec<Binding>, Error> {
    let of_one = args.check.is_some() || args.reload.is_some() || !args.endpoint.is_empty();
    if of_one && args.to.len() > 1 {
        let cause = "--check, --reload and --endpoint belong to one service, and --to names several".to_owned();
        return Err(Error::Conflict { cause, hint: "bind each service by itself" });
    }
    let mut used = Vec::new();
    let mut bindings = Vec::new();
    for service in &args.to {
        let mut binding = Binding {
            service: service.clone(),
            template: None,
            address: args.address,
            values: BTreeMap::new(),
            check: args.check.clone(),
            reload: args.reload.clone(),
            endpoints: args.endpoint.clone(),
            committed: None,
        };
        // What takes a binding away that has lost its template.
        if args.remove {
            bindings.push(binding);
            continue;
        }
        binding.template = own_template(args.templates.as_deref(), binding.template_name())?;
        let template = deploy::load(binding.template_name(), binding.template.as_deref())?;
        for (name, value) in args.set.iter().filter(|(name, _)| template.takes(name)) {
            binding.values.insert(name.clone(), value.clone());
            used.push(name);
        }
        bindings.push(binding);
    }
    match args.set.iter().find(|(name, _)| !used.contains(&name)) {
        Some((name, _)) if !args.remove => {
            let service = args.to.join(" and ");
            let templates = bindings.iter().map(|one| deploy::load(one.template_name(), one.template.as_deref()));
            let templates = templates.collect::<Result<Vec<_>, Error>>()?;
            let known: Vec<&str> = templates.iter().flat_map(|template| template.value_names()).collect();
            Err(Deploying::NoValue { service, name: name.clone(), known: known.join(", ") }.into())
        }
        _ => Ok(bindings),
    }
}

/// The user's own template goes before ours. A commit finds it wherever it is started.
fn own_template(folder: Option<&Path>, service: &str) -> Result<Option<PathBuf>, Error> {
    let Some(path) = folder.and_then(|folder| deploy::own(folder, service)) else { return Ok(None) };
    let absolute = path.canonicalize();
    absolute.map(Some).map_err(|cause| Error::File { action: "find", path, cause })
}

fn manners(place: &Place, patience: &Patience) -> Manners {
    Manners { wait: place.wait, patience: patience.patience }
}

/// The keys whose services get the next generation.
fn show_turns<T>(work: &Work<T>, text: &mut String) {
    for turn in &work.turns {
        line(text, "", &format!("{}: generation {} in the place of {}", turn.key(), turn.after, turn.before));
    }
}

fn show(staged: &Staged, text: &mut String) {
    line(text, "", &format!("{} for {}", staged.binding, staged.key));
    for change in &staged.files {
        show_change(change, text);
    }
    for (word, command) in [("check", &staged.check), ("reload", &staged.reload)] {
        if let Some(command) = command {
            line(text, "  ", &format!("{word:<7} {command}"));
        }
    }
    for endpoint in &staged.endpoints {
        line(text, "  ", &format!("look    {endpoint}"));
    }
    staged.remarks.iter().for_each(|remark| line(text, "  but     ", remark));
}

fn show_removed(removed: &[Binding], name: &Name, writing: Writing) -> String {
    let mut text = String::new();
    for binding in removed {
        line(&mut text, "", &format!("{binding} no longer for {name}"));
    }
    if writing == Writing::No {
        text.push_str(NOTHING_WRITTEN);
    }
    text
}

fn show_change(change: &Change, text: &mut String) {
    let (_, rights) = change.wanted();
    let state = match change.present() {
        _ if change.is_in_place() => "as it is",
        Some(_) => "changed",
        None => "new",
    };
    let secret = match change.is_secret {
        true if change.takes_key_away() => ", in the place of a private key",
        true => ", with the private key",
        false => "",
    };
    // As ls shows that there is a list.
    let more = if rights.acl.is_some() { "+" } else { "" };
    let rights = format!("{:04o}{more} {}:{}", rights.mode, rights.owner, rights.group);
    line(text, "  ", &format!("file    {} ({state}, {rights}{secret})", change.path.display()));
    for one in change.outline() {
        match one {
            Line::Gone(gone) => line(text, "    - ", &gone),
            Line::New(new) => line(text, "    + ", &new),
        }
    }
}

fn show_committed(done: &Committed, text: &mut String) {
    line(text, "", &format!("{} has {}", done.binding, done.key));
    for file in &done.files {
        line(text, "  ", &format!("wrote   {}", file.display()));
    }
    for (place, shown) in &done.places {
        match shown {
            Shown::Committed { remarks } => {
                line(text, "  ", &format!("{place} presents it"));
                remarks.iter().for_each(|remark| line(text, "    but ", remark));
            }
            Shown::Silent => line(text, "  ", &format!("{place} does not listen, as before")),
        }
    }
    if done.places.is_empty() {
        line(text, "  ", "not looked at: pass --endpoint to certfix bind");
    }
}

/// What an undo would do. Its troubles are not known yet.
fn would_list(back: &PutBack, store_flag: &str) -> String {
    let text = list_as(back, "would be put back  ", "would be removed   ", store_flag);
    let stay = format!("would stay: certfix commit{store_flag} would do it again");
    text + &of_bindings(back, &stay) + NOTHING_WRITTEN
}

/// What becomes of those services by a commit; `stay` is said of bindings that are there.
fn of_bindings(back: &PutBack, stay: &str) -> String {
    let mut text = String::new();
    for (key, service) in &back.unbound {
        line(&mut text, "", &format!("{service} is not bound to {key} any more: no certfix commit does it again"));
    }
    if back.unbound.len() < back.services.len() {
        let which = if back.unbound.is_empty() { "The" } else { "The other" };
        line(&mut text, "", &format!("{which} bindings {stay}"));
    }
    text
}

fn list(back: &PutBack, store_flag: &str) -> String {
    list_as(back, "back    ", "removed ", store_flag)
}

fn list_as(back: &PutBack, put_back: &str, removed: &str, store_flag: &str) -> String {
    let mut text = String::new();
    for turn in &back.turns {
        let waits = format!("generation {} waits for certfix commit{store_flag}", turn.waits());
        line(&mut text, put_back, &format!("{}: generation {}; {waits}", turn.key(), turn.before));
    }
    for file in &back.files {
        let verb = if back.removed.contains(file) { removed } else { put_back };
        line(&mut text, verb, &file.display().to_string());
    }
    for trouble in &back.troubles {
        line(&mut text, "but     ", trouble);
    }
    text
}

/// One line, which cannot act on a terminal.
fn line(text: &mut String, indent: &str, content: &str) {
    text.push_str(indent);
    // A String takes everything.
    let _ = escape(content, text);
    let _ = text.write_char('\n');
}

fn say(text: &str) -> Result<ExitCode, Error> {
    terminal::print(text)?;
    Ok(ExitCode::SUCCESS)
}
