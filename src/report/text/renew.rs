//! What came of the keys that were due, a line for each.

use std::io;
use std::path::PathBuf;

use super::Page;
use super::cure::{argument_of, quoted};
use crate::error::listed;
use crate::facts::{Moment, Text};

/// What came of one key that was due.
#[derive(Debug)]
pub struct Renewed {
    /// The key's name.
    pub name: String,
    /// From when on its certificate was due.
    pub due: Moment,
    /// The last second of that certificate; none while the first is awaited.
    pub ends: Option<Moment>,
    /// What came of it.
    pub outcome: Outcome,
    /// The services that present the new certificate.
    pub services: Vec<String>,
    /// The services that were bound and never had a commit.
    pub waiting: Vec<String>,
    /// What else is to be known of what those services present, beginning with the place.
    pub remarks: Vec<String>,
    /// That no renewal can live longer, because the private CA itself ends, and what to do.
    pub limit: Option<String>,
    /// Why it is due so early: its CA has revoked it, or the authority's page that says why it wants to be asked now.
    pub why: Option<String>,
}

/// How far the renewal of a key came.
#[derive(Debug)]
pub enum Outcome {
    /// The next certificate is there.
    Installed {
        /// Its last second.
        until: Moment,
        /// True when the request put the name first and the CA did not.
        undone: bool,
        /// Where it is.
        certificate: PathBuf,
    },
    /// A newer certificate is there, which somebody took back from the services or never gave them.
    Waits,
    /// A request waits for somebody who brings it to the CA.
    Asked {
        /// Where it is.
        request: PathBuf,
    },
    /// There is a key, and neither certificate nor request.
    Bare,
    /// It signs itself. Nobody is asked, and somebody has to bring the next one to those who trust it.
    SelfSigned,
    /// Nothing was done, because only that was asked for: who would be asked.
    Due(String),
    /// It did not work, and why.
    Failed(String),
}

impl Renewed {
    /// True when somebody has to do something.
    pub fn needs_a_person(&self) -> bool {
        let done = matches!(self.outcome, Outcome::Installed { undone: false, .. } | Outcome::Failed(_));
        !done || !self.waiting.is_empty() || self.limit.is_some()
    }
}

/// Writes the lines. What failed is not among them: it belongs to the errors. `store_flag` follows commands, so that they find
/// the store.
///
/// # Errors
/// Those of the stream.
pub fn renewed(keys: &[Renewed], store_flag: &str, now: Moment, page: &mut Page<'_>) -> io::Result<()> {
    for key in keys {
        let name = Text::from(&*key.name);
        let ends = match key.ends {
            Some(end) if end < now => format!("ended {}", end.date()),
            Some(end) => format!("ends {}", end.date()),
            None => "has no certificate yet".to_owned(),
        };
        let line = match &key.outcome {
            Outcome::Installed { until, undone, certificate } => {
                let mut line = format!("{name}: renewed until {}", until.date());
                if !key.services.is_empty() {
                    let verb = if key.services.len() == 1 { "has" } else { "have" };
                    line += &format!("; {} {verb} it", listed(&key.services));
                }
                if !key.waiting.is_empty() {
                    line += &format!("; for {}: certfix commit{store_flag}", listed(&key.waiting));
                }
                if *undone {
                    let certificate = argument_of(&Text::of_path(certificate).to_string());
                    line += &format!("; the CA undid the order of the names: certfix check {certificate}");
                }
                line
            }
            Outcome::Waits => format!("{name}: {ends}; a newer certificate waits for: certfix commit{store_flag}"),
            Outcome::Asked { request } => format!(
                "{name}: {ends}; send {} to the CA, then: certfix install {} FILE{store_flag}",
                Text::of_path(request),
                quoted(&key.name)
            ),
            Outcome::Bare => format!(
                "{name}: has neither certificate nor request; ask for one: certfix csr --renew {} --same-key{store_flag}",
                quoted(&key.name)
            ),
            Outcome::SelfSigned => format!(
                "{name}: {ends}; it signs itself, and the next one is made by: certfix self-signed --renew {}{store_flag}",
                quoted(&key.name)
            ),
            Outcome::Due(way) => format!("{name}: {ends}, due since {}; {way}", key.due.date()),
            Outcome::Failed(_) => continue,
        };
        match &key.why {
            Some(why) => page.line(&format!("{line}; why: {}", Text::from(&**why)))?,
            None => page.line(&line)?,
        }
        for remark in key.limit.iter().chain(&key.remarks) {
            page.line(&format!("{name}: {}", Text::from(&**remark)))?;
        }
    }
    Ok(())
}
