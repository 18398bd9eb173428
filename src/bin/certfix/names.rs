//! `certfix names`: what DNS says clients will use, and the names that the certificate needs.

use std::process::ExitCode;

use certfix::Error;
use certfix::facts::{Name, NameFault, Text};
use certfix::plan::{self, Chosen};
use certfix::report::{json, text};

use crate::args::{Format, Names};
use crate::target::certifiable;
use crate::terminal;

pub(crate) fn run(args: &Names) -> Result<ExitCode, Error> {
    let usual = plan::target_for_domain(&args.domain, &args.prefix)?;
    let bad = |fault: NameFault| Error::BadName { name: args.domain.clone(), fault: fault.to_string() };
    let domain = Name::parse_for_certificate(&args.domain).map_err(bad)?;
    let (target, chosen) = match &args.fqdn {
        Some(typed) => (certifiable(&Text::new(typed.as_encoded_bytes()))?, Chosen::ByPerson),
        None => (usual, Chosen::ByHabit),
    };
    let found = args.network.resolver()?.discover(&domain, &target)?;
    let wanted = plan::wanted(&found, chosen);
    match args.output.format {
        Format::Text => terminal::text(|page| text::names(&found, &wanted, page))?,
        Format::Json => terminal::print(&json::domain_names(&found, &wanted))?,
    }
    // What could not be asked may have named another server.
    Ok(ExitCode::from(if found.failures.is_empty() { 0 } else { 2 }))
}
