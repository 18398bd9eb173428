//! What an online authority gave, or would be asked for.

use std::io;

use super::layout::bold;
use super::{Installed, Page, installed, plan};
use crate::facts::Text;
use crate::plan::Plan;

/// Writes who signed, then what was installed.
///
/// # Errors
/// Those of the stream.
pub fn ordered(done: &Installed<'_>, directory: &str, page: &mut Page<'_>) -> io::Result<()> {
    let (name, until) = (Text::from(done.name), done.certificate.not_after.date());
    let but = if done.undone { ", but with the names in another order" } else { "" };
    page.paragraph(0, &format!("{name}: signed until {until} by {}{but}.", Text::from(directory)))?;
    page.line("")?;
    installed(done, page)
}

/// Writes what would be ordered, at which directory and with which proof.
///
/// # Errors
/// Those of the stream.
pub fn would_order(plans: &[Plan], directory: &str, proof: &str, page: &mut Page<'_>) -> io::Result<()> {
    page.line(&bold("Nothing was ordered (--dry-run). This would be:"))?;
    for one in plans {
        page.line("")?;
        plan(one, None, page)?;
        page.field("authority", &Text::from(directory).to_string())?;
        page.field("proof", proof)?;
    }
    Ok(())
}
