//! The keys of a store, as a tree; one of them whole.

use std::io;
use std::path::Path;

use super::Page;
use super::cure::{argument_of, quoted};
use super::layout::bold;
use crate::deploy::{self, Binding};
use crate::error::listed;
use crate::facts::{Certificate, Identity, Moment, Text};
use crate::report::with_unicode;
use crate::store::{Contents, Fault, ORDER, State, Waiting};

/// Writes one line for each key: name, state, first name, end. `store_flag` follows commands, so that they find the store.
///
/// # Errors
/// Those of the stream.
pub fn key_tree(root: &str, keys: &[Contents], store_flag: &str, now: Moment, page: &mut Page<'_>) -> io::Result<()> {
    page.line(&bold(&Text::from(root).to_string()))?;
    if keys.is_empty() {
        return page.line("  no keys");
    }
    let rows: Vec<[String; 4]> = keys.iter().map(|key| row(key, now)).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let (names, states, firsts) = (width(0), width(1), width(2));
    for (index, [name, state, first, end]) in rows.iter().enumerate() {
        let last = index + 1 == rows.len();
        let branch = if last { "└─" } else { "├─" };
        let line = format!("{branch} {name:<names$}  {state:<states$}  {first:<firsts$}  {end}");
        page.line(line.trim_end())?;
        let trunk = if last { "  " } else { "│ " };
        for fault in &keys[index].faults {
            page.line(&format!("{trunk}   {}", Text::from(&*fault.to_string())))?;
        }
        match deploy::bindings(&keys[index].folder) {
            Ok(bindings) if bindings.is_empty() => {}
            Ok(bindings) => page.line(&format!("{trunk}   bound to {}", Text::from(&*listed(&bindings))))?,
            Err(error) => page.line(&format!("{trunk}   {error}"))?,
        }
        if let Some(revoked) = &keys[index].revoked {
            page.line(&format!("{trunk}   {revoked}"))?;
        }
        if let Some(next) = &keys[index].waiting {
            page.line(&format!("{trunk}   {}", waits(next, "waits ", store_flag)))?;
        }
        if keys[index].renewal.is_some() {
            page.line(&format!("{trunk}   a renewal waits for its certificate"))?;
        }
        if let Some(signer) = &keys[index].ends_with {
            page.line(&format!("{trunk}   {}", ends(signer, store_flag)))?;
        }
    }
    Ok(())
}

/// That a certificate ends because its CA does.
fn ends(signer: &str, store_flag: &str) -> String {
    format!("its CA {} ends with it: certfix ca list {}{store_flag}", Text::from(signer), quoted(signer))
}

/// What waits, and what for.
fn waits(next: &Waiting, verb: &str, store_flag: &str) -> String {
    let what = format!("generation {}, until {}", next.generation, next.certificate.not_after.date());
    match &next.revoked {
        None => format!("{what}, {verb}for certfix commit{store_flag}"),
        Some(revoked) => format!("{what}, {revoked}: certfix commit{store_flag} refuses it"),
    }
}

fn row(key: &Contents, now: Moment) -> [String; 4] {
    let first = key.identity().and_then(first_name).unwrap_or_default();
    let end = key.certificate.as_ref().map(|cert| match cert {
        cert if cert.not_after < now => format!("since {}", cert.not_after.date()),
        cert if cert.not_before > now => format!("from {}", cert.not_before.date()),
        cert => format!("until {}", cert.not_after.date()),
    });
    [Text::from(&*key.folder.name()).to_string(), key.state(now).word().to_owned(), first, end.unwrap_or_default()]
}

/// The name that clients of one name read.
pub(super) fn first_name(identity: &Identity) -> Option<String> {
    let common_name = || identity.subject.common_names().next_back().map(ToString::to_string);
    identity.names.first_dns().map(|(_, text)| text.to_string()).or_else(common_name)
}

/// Writes one key whole. `store_flag` follows commands, so that they find its store.
///
/// # Errors
/// Those of the stream.
pub fn one_key(key: &Contents, store_flag: &str, now: Moment, page: &mut Page<'_>) -> io::Result<()> {
    page.line(&bold(&Text::from(&*key.folder.name()).to_string()))?;
    let state = key.state(now);
    page.field("state", state.word())?;
    let (bindings, broken) = match deploy::bindings(&key.folder) {
        Ok(bindings) => (bindings, None),
        Err(error) => (Vec::new(), Some(error.to_string())),
    };
    for (index, fault) in key.faults.iter().map(ToString::to_string).chain(broken).enumerate() {
        page.field(if index == 0 { "faults" } else { "" }, &Text::from(&*fault).to_string())?;
    }
    if let Some(public) = key.public() {
        let lock = if key.is_locked { ", encrypted" } else { "" };
        page.field("key", &format!("{}{lock}", public.kind))?;
    }
    if let Some(identity) = key.identity() {
        for (index, entry) in identity.names.entries.iter().enumerate() {
            page.field(if index == 0 { "names" } else { "" }, &format!("{} {}", index + 1, with_unicode(entry)))?;
        }
        page.field("subject", &identity.subject.to_string())?;
    }
    if let Some(cert) = &key.certificate {
        page.field("issuer", &cert.issuer.to_string())?;
        page.field("valid", &format!("{} until {}", cert.not_before.date(), cert.not_after.date()))?;
    }
    if let Some(revoked) = &key.revoked {
        page.field("revoked", revoked.to_string().trim_start_matches("revoked "))?;
    }
    for (index, cert) in key.chain.iter().enumerate() {
        page.field(if index == 0 { "chain" } else { "" }, &cert.identity.subject.to_string())?;
    }
    if let Some(number) = key.folder.generation() {
        page.field("generation", &format!("{number} of {}", key.folder.generations().len()))?;
    }
    if let Some(next) = &key.waiting {
        page.field("waits", &waits(next, "", store_flag))?;
    }
    if key.renewal.is_some() {
        page.field("renewal", "waits for its certificate")?;
    }
    if let Some(signer) = &key.ends_with {
        page.field("note", &ends(signer, store_flag))?;
    }
    for binding in &bindings {
        let but = if binding.committed.is_none() { ", after the next commit" } else { "" };
        page.field("bound to", &format!("{}{but}", Text::from(&*binding.to_string())))?;
        page.command("take away", &format!("{}{store_flag}", unbinding(&key.folder.name(), binding)))?;
    }
    page.field("folder", &Text::of_path(&key.folder.path).to_string())?;
    // On one line, however long, so that it can be copied.
    if let Some(number) = key.faults.iter().find_map(lost) {
        let link = argument_of(&key.folder.path.join("current").display().to_string());
        return page.line(&format!("Next: ln -sfn generations/{number:04} {link}"));
    }
    match next_step(key, state) {
        Some(next) => page.line(&format!("Next: certfix {next}{store_flag}")),
        None => Ok(()),
    }
}

/// The generation that the link to the one in use most likely led to, where it leads nowhere.
fn lost(fault: &Fault) -> Option<u32> {
    if let Fault::NoCurrent(number) = fault { Some(*number) } else { None }
}

/// The command that takes a binding away. One by a template of the user's own is found by that template.
fn unbinding(name: &str, binding: &Binding) -> String {
    let address = binding.address.map(|address| format!(" --address {address}")).unwrap_or_default();
    let folder = binding.template.as_deref().and_then(Path::parent);
    let folder = folder.map(|folder| format!(" --templates {}", argument_of(&folder.display().to_string())));
    let (name, service) = (quoted(name), quoted(&binding.service));
    format!("certfix bind {name} --remove --to {service}{address}{}", folder.unwrap_or_default())
}

fn next_step(key: &Contents, state: State) -> Option<String> {
    let name = quoted(&key.folder.name());
    let is_own = key.newest().is_some_and(Certificate::is_self_signed);
    match state {
        State::Pending if key.folder.path.join(ORDER).is_file() => Some(format!("order {name}")),
        State::Pending => Some(format!("install {name} FILE")),
        State::Bare if key.renewal.is_some() => Some(format!("install {name} FILE")),
        State::Bare => Some(format!("csr --renew {name} --same-key")),
        _ if key.waiting.as_ref().is_some_and(|next| next.revoked.is_none()) => Some("commit".to_owned()),
        State::Expiring | State::Expired if is_own && key.renewal.is_none() => {
            Some(format!("self-signed --renew {name}"))
        }
        _ if key.newest_request().is_none() || key.renewal.is_some() => None,
        State::Revoked | State::Expiring | State::Expired => Some(format!("csr --renew {name}")),
        _ if key.waiting.is_some() => Some(format!("csr --renew {name}")),
        _ => None,
    }
}
