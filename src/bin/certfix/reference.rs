//! `certfix explain`, `clients`, `profiles`, `completions` and `man`: what the program knows.

use std::process::ExitCode;

use certfix::clients::Client;
use certfix::report::{json, reference};
use certfix::rules::Rule;
use certfix::{Error, profiles};
use clap::CommandFactory;

use crate::args::{Arguments, Clients, Explain, Format, Profiles};
use crate::terminal;

pub(crate) fn explain(args: &Explain) -> Result<ExitCode, Error> {
    let rule = args.code.as_deref().map(Rule::find_or_suggest).transpose()?;
    match (args.output.format, rule) {
        (Format::Text, Some(rule)) => terminal::text(|page| reference::explain(rule, page))?,
        (Format::Text, None) => terminal::text(reference::rules)?,
        (Format::Json, Some(rule)) => terminal::print(&json::rule(rule))?,
        (Format::Json, None) => terminal::print(&json::rules())?,
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn clients(args: &Clients) -> Result<ExitCode, Error> {
    let client = args.name.as_deref().map(Client::find_or_suggest).transpose()?;
    match (args.output.format, client) {
        (Format::Text, Some(client)) => terminal::text(|page| reference::client(client, page))?,
        (Format::Text, None) => terminal::text(reference::clients)?,
        (Format::Json, Some(client)) => terminal::print(&json::client(client))?,
        (Format::Json, None) => terminal::print(&json::clients())?,
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn profiles(args: &Profiles) -> Result<ExitCode, Error> {
    let profile = args.name.as_deref().map(profiles::find).transpose()?;
    match (args.output.format, profile) {
        (Format::Text, Some(profile)) => terminal::text(|page| reference::profile(profile, page))?,
        (Format::Text, None) => terminal::text(reference::profiles)?,
        (Format::Json, Some(profile)) => terminal::print(&json::profile(profile))?,
        (Format::Json, None) => terminal::print(&json::profiles())?,
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn completions(shell: clap_complete::Shell) -> Result<ExitCode, Error> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "certfix", &mut script);
    terminal::raw(|out| out.write_all(&script))?;
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn man() -> Result<ExitCode, Error> {
    terminal::raw(|out| {
        let command = Arguments::command();
        clap_mangen::Man::new(command.clone()).render(&mut &mut *out)?;
        for sub in command.get_subcommands() {
            writeln!(out, ".SH \"CERTFIX {}\"", sub.get_name().to_uppercase())?;
            let page = clap_mangen::Man::new(sub.clone());
            page.render_description_section(&mut &mut *out)?;
            page.render_options_section(&mut &mut *out)?;
        }
        Ok(())
    })?;
    Ok(ExitCode::SUCCESS)
}
