//! Before and after, name by name; then what was written.

use std::io;
use std::path::Path;

use super::Page;
use super::layout::bold;
use crate::facts::{Identity, KeyKind, Text};
use crate::plan::{CommonNamePlan, Plan};
use crate::report::with_unicode;

/// Writes the names before (where there was something before) and after, each with its reason.
///
/// # Errors
/// Those of the stream.
pub fn plan(plan: &Plan, old: Option<&Identity>, page: &mut Page<'_>) -> io::Result<()> {
    if let Some(old) = old {
        page.line(&bold("Before"))?;
        let lines: Vec<String> = old.names.entries.iter().map(with_unicode).collect();
        match lines.is_empty() {
            true => page.field("names", "none")?,
            false => numbered("names", &lines, page)?,
        }
        page.field("subject", &old.subject.to_string())?;
        page.line("")?;
    }
    page.line(&bold(if old.is_some() { "After" } else { plan.target.as_str() }))?;
    let widest =
        plan.names.iter().map(|planned| with_unicode(&planned.name).chars().count()).max().unwrap_or(0).min(60);
    let names: Vec<String> = plan
        .names
        .iter()
        .map(|planned| format!("{:<widest$}  {}", with_unicode(&planned.name), planned.reason))
        .collect();
    numbered("names", &names, page)?;
    page.field("subject", &plan.subject.to_string())?;
    match &plan.common_name {
        CommonNamePlan::Kept | CommonNamePlan::Added => {}
        changed => page.field("common name", &changed.to_string())?,
    }
    for (index, dropped) in plan.dropped.iter().enumerate() {
        let label = if index == 0 { "dropped" } else { "" };
        let name = Some(with_unicode(&dropped.name)).filter(|name| !name.is_empty());
        let name = name.unwrap_or_else(|| format!("an empty {}", dropped.name.kind()));
        page.field(label, &format!("{name}: {}", dropped.reason))?;
    }
    for (index, left_out) in plan.left_out.iter().enumerate() {
        let label = if index == 0 { "left out" } else { "" };
        page.field(label, &format!("{}: {}", left_out.what, left_out.reason))?;
    }
    for (index, note) in plan.notes.iter().enumerate() {
        page.field(if index == 0 { "note" } else { "" }, note)?;
    }
    Ok(())
}

/// Writes which private key is used: a new one, or the one that is read `from` a file.
///
/// # Errors
/// Those of the stream.
pub fn key_of(kind: &KeyKind, from: Option<&Path>, page: &mut Page<'_>) -> io::Result<()> {
    match from {
        Some(path) => page.field("key", &format!("{kind}, from {}", Text::of_path(path))),
        None => page.field("key", &format!("{kind}, new")),
    }
}

/// Writes which files now exist; `advice` goes beside the private key.
///
/// # Errors
/// Those of the stream.
pub fn made(files: &[impl AsRef<Path>], advice: &str, page: &mut Page<'_>) -> io::Result<()> {
    for (index, file) in files.iter().enumerate() {
        let shown = Text::of_path(file.as_ref()).to_string();
        let own = file.as_ref().file_name().is_some_and(|name| name == "key.pem");
        let line = if own { format!("{shown}  ({advice})") } else { shown };
        page.field(if index == 0 { "wrote" } else { "" }, &line)?;
    }
    Ok(())
}

fn numbered(label: &str, lines: &[String], page: &mut Page<'_>) -> io::Result<()> {
    let digits = lines.len().to_string().len();
    for (index, line) in lines.iter().enumerate() {
        page.field(if index == 0 { label } else { "" }, &format!("{:>digits$} {line}", index + 1))?;
    }
    Ok(())
}
