//! The names that the certificate of a domain needs, each with who will use it.

use std::collections::HashMap;
use std::io;

use super::Page;
use super::layout::bold;
use crate::facts::{Discovery, Lookup, Name};
use crate::plan::{UnwantedName, Wanted, WantedName};

/// Writes what DNS said of a domain and, last, the command that makes the request.
///
/// # Errors
/// Those of the stream.
pub fn names(found: &Discovery, wanted: &Wanted, page: &mut Page<'_>) -> io::Result<()> {
    page.line(&bold(&headline(wanted)))?;
    let digits = wanted.names.len().to_string().len();
    let widest = wanted.names.iter().map(|known| with_unicode(&known.name).chars().count()).max().unwrap_or(0).min(50);
    for (index, known) in wanted.names.iter().enumerate() {
        let name = with_unicode(&known.name);
        let line = format!("{:>digits$} {name:<widest$}  {}", index + 1, users(known));
        page.field(if index == 0 { "names" } else { "" }, &line)?;
    }
    page.field("first", &format!("{}: {}", wanted.target(), wanted.choice))?;
    for (index, known) in wanted.names.iter().enumerate() {
        page.field(if index == 0 { "addresses" } else { "" }, &format!("{}: {}", known.name, leads(&known.lookup)))?;
    }
    left_out(wanted, page)?;
    for (index, failure) in found.failures.iter().enumerate() {
        let line = format!("{}: {}", failure.question, failure.cause);
        page.field(if index == 0 { "not checked" } else { "" }, &line)?;
    }
    for (index, note) in wanted.notes.iter().enumerate() {
        page.field(if index == 0 { "note" } else { "" }, note)?;
    }
    page.line("")?;
    page.line(&wanted.command())
}

fn headline(wanted: &Wanted) -> String {
    let target = wanted.target();
    match wanted.names.len() {
        1 => format!("{}: the certificate needs one name, {target}", wanted.domain),
        count => format!("{}: the certificate needs {count} names, {target} first", wanted.domain),
    }
}

/// Guessed names that are left out for one reason share a line, the others have one each.
fn left_out(wanted: &Wanted, page: &mut Page<'_>) -> io::Result<()> {
    let mut lines: Vec<(String, String)> = Vec::new();
    let mut shared: HashMap<String, usize> = HashMap::new();
    for UnwantedName { name, uses, reason } in &wanted.left_out {
        let reason = reason.to_string();
        if uses.iter().any(|by| by.kind() != "guess") {
            let uses: Vec<String> = uses.iter().map(ToString::to_string).collect();
            lines.push((format!("{name} ({})", uses.join("; ")), reason));
            continue;
        }
        match shared.get(&reason) {
            Some(line) => lines[*line].0.push_str(&format!(", {name}")),
            None => {
                shared.insert(reason.clone(), lines.len());
                lines.push((name.to_string(), reason));
            }
        }
    }
    for (index, (names, reason)) in lines.iter().enumerate() {
        page.field(if index == 0 { "left out" } else { "" }, &format!("{names}: {reason}"))?;
    }
    Ok(())
}

fn users(known: &WantedName) -> String {
    let uses: Vec<String> = known.uses.iter().map(ToString::to_string).collect();
    uses.join("; ")
}

/// `CNAME host.contoso.com, 192.0.2.10`.
fn leads(lookup: &Lookup) -> String {
    let aliases: Vec<String> = lookup.aliases.iter().map(|alias| format!("CNAME {alias}, ")).collect();
    format!("{}{}", aliases.concat(), lookup.answer)
}

fn with_unicode(name: &Name) -> String {
    crate::report::with_unicode(&name.into())
}
